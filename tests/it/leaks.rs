//! What stands where no agent may look, and turns up in what an agent made; and what a candidate brings along for others.

use crate::support::{agent, level_project, write_candidate};
use ghostlib_testkit::TestProject;
use serde_json::Value;
use std::fs;

/// The last line of the copy of the reference's `src/lib.rs`, once there is one.
fn last_line_of_the_copy(project: &TestProject) -> String {
    let cache = fs::read_dir(project.path(".ghostlib/cache/references")).unwrap();
    let copies = cache.map(|entry| entry.unwrap().path().join("source/src/lib.rs"));
    let copy = copies.into_iter().find(|path| path.is_file()).unwrap();
    fs::read_to_string(copy).unwrap().lines().last().unwrap().to_owned()
}

fn canaries_found(findings: &Value) -> Vec<&str> {
    let findings = findings.as_array().unwrap().iter().filter(|finding| finding["rule"] == "canary-found");
    findings.map(|finding| finding["message"].as_str().unwrap()).collect()
}

#[test]
fn a_candidate_with_a_line_of_the_copy_fails_and_the_file_is_told() {
    let project = level_project();
    project.copy_fixture("candidates/level-good", "good");
    let eval = ["eval", "specs/level", "good", "--cases", "20", "--json"];
    let found: Value = serde_json::from_str(&project.run(&eval).expect_code(0).stdout).unwrap();
    assert_eq!(canaries_found(&found["findings"]), [""; 0]);

    let line = last_line_of_the_copy(&project);
    assert!(line.starts_with("// "), "{line}");
    project.write("good/src/lib.rs", project.read("good/src/lib.rs") + "\n" + &line);
    let found: Value = serde_json::from_str(&project.run(&eval).expect_code(1).stdout).unwrap();
    let [told] = canaries_found(&found["findings"])[..] else { panic!("{}", found["findings"]) };
    assert!(told.contains("`src/lib.rs` has the canary of `src/lib.rs` of the reference"), "{told}");
    assert_eq!(found["gates"]["g0"], false);
}

#[test]
fn an_agent_that_tells_what_it_may_not_see_fails_though_its_candidate_is_good() {
    let project = level_project();
    let good = write_candidate(&project, "level-good");
    let args = |agent: &str| -> Vec<String> {
        let plain = ["run", "specs/level", "--max-iterations", "1", "--cases", "20", "--json", "--agent"];
        plain.into_iter().chain([agent]).map(str::to_owned).collect()
    };
    let run = |agent: &str, code: i32| -> Value {
        let args = args(agent);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        crate::support::summary(&project.run(&args).expect_code(code).stdout)
    };
    let silent = agent(&project, &good);
    run(&silent, 0);
    let talkative = agent(&project, &format!("{good}echo '{}'\n", last_line_of_the_copy(&project)));
    let summary = run(&talkative, 1);
    let [told] = canaries_found(&summary["iterations"][0]["evaluation"]["findings"])[..] else {
        panic!("{}", summary["iterations"][0]["evaluation"]["findings"])
    };
    assert!(told.starts_with("`events.jsonl` has the canary of `src/lib.rs` of the reference"), "{told}");
}

#[test]
fn settings_of_tools_do_not_come_along_and_the_trajectory_says_so() {
    let project = level_project();
    let good = write_candidate(&project, "level-good");
    let settings = "mkdir -p \"$1/candidate/.cargo\"\necho '[build]' > \"$1/candidate/.cargo/config.toml\"\n";
    let agent = agent(&project, &format!("{good}{settings}"));
    let _ = project.run(&["run", "specs/level", "--agent", &agent, "--cases", "20"]).expect_code(0);
    let events = project.read(".ghostlib/runs/r1/sessions/r1-1/events.jsonl");
    assert!(
        events.contains("left out of the candidate") && events.contains(".cargo/config.toml"),
        "{events}"
    );
    assert!(!project.path(".ghostlib/runs/r1/sessions/r1-1/candidate/.cargo").exists());
}
