//! Tasks over the command line.

use crate::support::{level_project, project};
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};

/// A task that waits, as a run would have handed it out, with the spec of `level` and no candidate.
pub(crate) fn hand_out(project: &TestProject, id: &str) {
    let workspace = project.path(".ghostlib/workspaces").join(id);
    let task = json!({"id": id, "role": "implementer", "workspace": workspace, "state": {"kind": "open"}});
    project.write(&format!(".ghostlib/tasks/{id}.json"), task.to_string());
    project.copy_fixture("specs/level", &format!(".ghostlib/workspaces/{id}/spec"));
    project.write(&format!(".ghostlib/workspaces/{id}/TASK.md"), "# Task\n\nRebuild `level`.\n");
    std::fs::create_dir_all(workspace.join("candidate")).unwrap();
}

/// The text of a library with a statement more at the beginning of its `parse`.
fn with_statement(library: &str, statement: &str) -> String {
    let (before, body) = library.split_once("pub fn parse").unwrap();
    format!("{before}pub fn parse{}", body.replacen("{\n", &format!("{{\n {statement}\n"), 1))
}

fn leave(project: &TestProject, id: &str, candidate: &str) {
    project.copy_fixture(&format!("candidates/{candidate}"), &format!(".ghostlib/workspaces/{id}/candidate"));
}

#[test]
fn a_task_is_shown_claimed_checked_and_done() {
    let project = project();
    hand_out(&project, "r1-1");
    let shown = project.run(&["task", "show", "r1-1"]).expect_code(0);
    assert!(
        shown.stdout.contains("Rebuild `level`.") && shown.stdout.contains("spec/SPEC.md"),
        "{}",
        shown.stdout
    );
    let claimed = project.run(&["task", "claim", "r1-1", "--by", "a friend"]).expect_code(0);
    assert!(claimed.stdout.starts_with("r1-1 is claimed by a friend: work in "), "{}", claimed.stdout);
    let list = project.run(&["task", "list"]).expect_code(0);
    assert!(list.stdout.contains("r1-1  implementer  claimed by a friend, 0 s ago  "), "{}", list.stdout);

    let again = project.run(&["task", "claim", "r1-1", "--by", "another"]).expect_code(2);
    assert!(
        again.stderr.contains("is claimed by a friend") && again.stderr.contains("task release"),
        "{}",
        again.stderr
    );
    let empty = project.run(&["task", "done", "r1-1"]).expect_code(2);
    assert!(empty.stderr.contains("`r1-1` cannot be done: candidate/ is empty"), "{}", empty.stderr);
    let checked = project.run(&["task", "check", "r1-1"]).expect_code(1);
    assert!(checked.stdout.contains("candidate/ is empty"), "{}", checked.stdout);

    leave(&project, "r1-1", "level-good");
    let checked = project.run(&["task", "check", "r1-1"]).expect_code(0);
    assert_eq!(checked.stdout, "The candidate builds. 2 of 2 visible vectors hold.\n");
    let _ = project.run(&["task", "pushback", "r1-1", "level.parse", "two\ndigits?"]).expect_code(0);
    assert_eq!(project.read(".ghostlib/workspaces/r1-1/PUSHBACK.md"), "level.parse: two digits?\n");
    let other = project.run(&["task", "done", "r1-1", "--by", "another"]).expect_code(2);
    assert!(other.stderr.contains("is claimed by a friend"), "{}", other.stderr);
    let _ = project.run(&["task", "done", "r1-1"]).expect_code(0);
    let listed: Value = serde_json::from_str(&project.run(&["task", "list", "--json"]).stdout).unwrap();
    assert_eq!(listed[0]["state"], json!({"kind": "done", "detail": "a friend"}));
    for args in [["task", "release"], ["task", "claim"], ["task", "fail"], ["task", "done"]] {
        let closed = project.run(&[args[0], args[1], "r1-1"]).expect_code(2);
        assert!(closed.stderr.contains("`r1-1` is closed already"), "{}", closed.stderr);
    }
}

#[test]
fn a_released_task_is_open_with_what_lies_in_it() {
    let project = project();
    hand_out(&project, "r1-1");
    let _ = project.run(&["task", "claim", "r1-1"]).expect_code(0);
    leave(&project, "r1-1", "level-good");
    let _ = project.run(&["task", "release", "r1-1"]).expect_code(0);
    let shown: Value =
        serde_json::from_str(&project.run(&["task", "show", "r1-1", "--json"]).stdout).unwrap();
    assert_eq!(shown["state"]["kind"], "open");
    assert!(shown["files"]["candidate/src/lib.rs"].as_u64().unwrap() > 0, "{shown}");
    let _ = project.run(&["task", "fail", "r1-1", "--reason", "no time"]).expect_code(0);
    let list = project.run(&["task", "list"]).expect_code(0);
    assert!(list.stdout.contains("failed: no time"), "{}", list.stdout);
}

#[test]
fn of_processes_that_claim_a_task_at_once_one_gets_it() {
    let project = project();
    hand_out(&project, "r1-1");
    let names: Vec<String> = (0..8).map(|n| format!("agent {n}")).collect();
    let started: Vec<_> =
        names.iter().map(|name| project.start(&["task", "claim", "r1-1", "--by", name])).collect();
    let codes: Vec<_> = started.into_iter().map(|started| started.wait().code.unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == 2).count(), 7, "{codes:?}");
}

#[test]
fn a_check_tells_what_fails_and_no_path_of_the_machine() {
    let project = project();
    hand_out(&project, "r1-1");
    leave(&project, "r1-1", "level-good");
    let lib = ".ghostlib/workspaces/r1-1/candidate/src/lib.rs";
    let good = project.read(lib);
    let where_am_i = "panic!(\"{} {}\", env!(\"CARGO_MANIFEST_DIR\"), file!())";
    for (text, words) in [
        (good.replace("pub fn parse", "pub fn pars"), "the candidate has no public function for it"),
        (format!("{good}\npub fn wrong() -> u8 {{ \"\" }}\n"), "does not build"),
        (
            format!("{good}\npub const X: &str = include_str!(\"../../../../../reference/src/lib.rs\");\n"),
            "does not build",
        ),
        (with_statement(&good, &format!("if true {{ {where_am_i} }}")), "panic: candidate"),
    ] {
        project.write(lib, &text);
        let checked = project.run(&["task", "check", "r1-1"]).expect_code(1);
        assert!(checked.stdout.contains(words), "{words} is not in {}", checked.stdout);
        for hidden in [project.path("."), project.path(".ghostlib")] {
            let hidden = hidden.canonicalize().unwrap();
            assert!(!checked.stdout.contains(&*hidden.to_string_lossy()), "{}", checked.stdout);
        }
    }
    let json: Value =
        serde_json::from_str(&project.run(&["task", "check", "r1-1", "--json"]).stdout).unwrap();
    assert_eq!((&json["passed"], &json["n_vectors"]), (&json!(false), &json!(2)));
    assert!(json["failing"][0]["got"]["panic"].is_string(), "{json}");
    let mut left = std::fs::read_dir(project.path(".ghostlib/build/checks")).unwrap();
    assert!(left.all(|entry| entry.unwrap().path().is_file()), "nothing is left behind");
}

#[test]
fn a_check_reads_no_file_outside_of_the_workspace() {
    let project = project();
    hand_out(&project, "r1-1");
    leave(&project, "r1-1", "level-good");
    let secret = "parse:\n  - {name: SECRET, input: {text: \"9\"}, output: 77}\n";
    let outside = project.write("hidden.yaml", secret);
    let spec = project.read(".ghostlib/workspaces/r1-1/spec/SPEC.md");
    let inside = project.path(".ghostlib/workspaces/r1-1/spec/linked.yaml");
    for named in ["../../../../hidden.yaml", &*outside.to_string_lossy()] {
        let named = spec.replacen("\nversion:", &format!("\nvectors: [{named:?}]\nversion:"), 1);
        project.write(".ghostlib/workspaces/r1-1/spec/SPEC.md", &named);
        let checked = project.run(&["task", "check", "r1-1"]);
        assert!(!format!("{checked:?}").contains("SECRET"), "{checked:?}");
    }
    std::os::unix::fs::symlink(&outside, &inside).unwrap();
    let named = spec.replacen("\nversion:", "\nvectors: [linked.yaml]\nversion:", 1);
    project.write(".ghostlib/workspaces/r1-1/spec/SPEC.md", &named);
    let checked = project.run(&["task", "check", "r1-1"]).expect_code(2);
    assert!(!format!("{checked:?}").contains("SECRET"), "{checked:?}");
    assert!(checked.stderr.contains("spec/linked.yaml: it is a link"), "{}", checked.stderr);
    // The same vectors fail where they are a part of the spec: the test is not vacuous.
    std::fs::remove_file(&inside).unwrap();
    project.write(".ghostlib/workspaces/r1-1/spec/linked.yaml", secret);
    let checked = project.run(&["task", "check", "r1-1"]).expect_code(1);
    assert!(checked.stdout.contains("SECRET"), "{}", checked.stdout);
}

#[test]
fn a_check_shows_the_visible_vectors_of_a_run_alone() {
    let project = level_project();
    let spec =
        project.read("specs/level/SPEC.md").replacen("\nversion:", "\nvectors: [more.yaml]\nversion:", 1);
    project.write("specs/level/SPEC.md", spec);
    let vector = |n| format!("  - {{name: v{n}, input: {{text: \"{n}\"}}, output: {n}}}\n");
    let vectors = (0..10).map(vector).collect::<Vec<_>>().concat();
    project.write("specs/level/more.yaml", format!("parse:\n{vectors}"));
    let run = project.start(&[
        "run",
        "specs/level",
        "--agent",
        "handoff",
        "--hidden",
        "0.5",
        "--max-iterations",
        "1",
    ]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    run.wait_until("the task", || task.exists());
    leave(&project, "r1-1", "level-good");
    let lib = ".ghostlib/workspaces/r1-1/candidate/src/lib.rs";
    let broken = with_statement(&project.read(lib), "if true { panic!(\"no\") }");
    project.write(lib, broken);
    let checked: Value =
        serde_json::from_str(&project.run(&["task", "check", "r1-1", "--json"]).stdout).unwrap();
    // Two stand in the document, five of ten are withheld.
    assert_eq!(checked["n_vectors"], 7, "{checked}");
    assert_eq!(checked["failing"].as_array().unwrap().len(), 7, "{checked}");
    let _ = project.run(&["task", "fail", "r1-1"]).expect_code(0);
    let _ = run.wait();
}
