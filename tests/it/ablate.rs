//! `ghostlib ablate`: rebuilds from a part of a spec, judged by all of it.

use crate::support::{agent, level_project, write_candidate};
use serde_json::Value;

#[test]
fn what_is_left_out_is_not_shown_and_what_it_is_worth_is_told() {
    let project = level_project();
    // It rebuilds the library where the spec has its prose, and less than that where it has not.
    let body = format!(
        "cp \"$1/spec/SPEC.md\" \"$1/seen.md\"\nif grep -q 'MUST turn' \"$1/spec/SPEC.md\"; then\n{}else\n{}fi\n",
        write_candidate(&project, "level-good"),
        write_candidate(&project, "level-silent")
    );
    let agent = agent(&project, &body);
    let _ = project.run(&["run", "specs/level", "--agent", &agent]).expect_code(0);
    let lock = project.read("ghostlib.lock");
    let before = project.read("specs/level/SPEC.md");
    let args =
        ["ablate", "specs/level", "--agent", &agent, "--samples", "2", "--floor", "--vectors", "--json"];
    let told: Value = serde_json::from_str(&project.run(&args).expect_code(0).stdout).unwrap();
    assert_eq!(told["whole"]["run"], "r1", "{told}");
    assert_eq!(
        (&told["parts"][0]["shown"], told["parts"][0]["headlines"].as_array().unwrap().len()),
        (&"the API block alone".into(), 2)
    );
    assert!(told["whole"]["mean"].as_f64().unwrap() > told["parts"][0]["mean"].as_f64().unwrap(), "{told}");
    assert_eq!(told["parts"][1]["shown"], "without all vectors");
    assert_eq!(told["parts"][1]["passing"], 2, "{told}");
    let seen = |session: &str| project.read(&format!(".ghostlib/workspaces/{session}/seen.md"));
    assert!(seen("r1-1").contains("yaml vectors"));
    assert!(!seen("r2-1-1").contains("MUST") && seen("r2-1-1").contains("# level"), "{}", seen("r2-1-1"));
    assert!(seen("r3-1-2").contains("MUST turn") && !seen("r3-1-2").contains("yaml vectors"));
    assert_eq!(project.read("ghostlib.lock"), lock, "a part proves nothing of the whole");
    assert_eq!(project.read("specs/level/SPEC.md"), before);

    let refused =
        project.run(&["ablate", "specs/level", "--agent", &agent, "--section", "Nowhere"]).expect_code(2);
    assert!(refused.stderr.contains("the spec does not have the section `Nowhere`"), "{}", refused.stderr);
    assert!(refused.stderr.contains("its sections are: level"), "{}", refused.stderr);
}
