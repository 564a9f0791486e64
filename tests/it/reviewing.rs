//! `run --review` and `ghostlib review`: a person looks at each revision.

use crate::support::{agent_that_leaves, level_project};
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};

const WAITING: &str = ".ghostlib/runs/r1/review/1.1";

/// A run that waits with its first revision, and the agent that brought it about.
fn waiting() -> (TestProject, String) {
    let project = level_project();
    let silent = agent_that_leaves(&project, "level-silent");
    let args = ["run", "specs/level", "--agent", &silent, "--review", "--max-iterations", "2", "--keep-spec"];
    let ran = project.run(&args).expect_code(4);
    for told in ["REVISION.patch", "`ghostlib review accept r1`", "then `ghostlib resume r1`"] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    (project, silent)
}

fn state(project: &TestProject) -> Value {
    serde_json::from_str(&project.run(&["status", "--json"]).expect_code(0).stdout).unwrap()
}

#[test]
fn a_revision_waits_until_a_person_has_edited_it_and_the_guard_still_holds() {
    let (project, silent) = waiting();
    assert!(project.run(&["status"]).stdout.contains("next: iteration 1: a person looks at the revision"));
    let shown = project.run(&["review", "show"]).expect_code(0).stdout;
    assert!(shown.contains("api-missing") && shown.contains("+++ b/SPEC.md"), "{shown}");
    assert_eq!(
        project.read(&format!("{WAITING}/REVISION.patch")),
        state(&project)["iterations"][0]["revisions"][0]["diff"]
    );
    assert!(project.read(&format!("{WAITING}/FINDINGS.md")).contains("api-missing"));

    let document = format!("{WAITING}/spec/SPEC.md");
    let proposed = project.read(&document);
    project.write(&document, proposed.replacen("MUST", "MAY", 1));
    let refused = project.run(&["review", "edit"]).expect_code(2);
    assert!(refused.stderr.contains("would weaken from MUST to MAY without a reason"), "{}", refused.stderr);
    // What was edited is still there when the run goes on without an answer.
    project.write(&document, format!("{proposed}\nA level is a number from 0 to 9.\n"));
    let _ = project.run(&["resume"]).expect_code(4);
    assert!(project.read(&document).contains("from 0 to 9"));
    let said = project.run(&["review", "edit"]).expect_code(0).stdout;
    assert!(said.contains("a person edited the revision, and the guard let it through"), "{said}");
    let again = project.run(&["review", "accept"]).expect_code(2);
    assert!(again.stderr.contains("no revision of the run r1 waits to be reviewed"), "{}", again.stderr);

    let resumed = project.run(&["resume", "--agent", &silent]);
    assert_ne!(resumed.code, Some(0), "{}", resumed.stdout);
    let state = state(&project);
    let revisions = &state["iterations"][0]["revisions"];
    assert_eq!((&revisions[0]["by"], &revisions[0]["reviewed"]), (&json!("mechanical"), &json!(true)));
    assert_eq!((&revisions[1]["by"], &revisions[1]["verdict"]), (&json!("person"), &json!("accepted")));
    assert_eq!(state["iterations"][1]["spec"]["hash"], revisions[1]["to"]);
    let seen = project.read(".ghostlib/workspaces/r1-2/spec/SPEC.md");
    assert!(seen.contains("A level is a number from 0 to 9."), "{seen}");
    let report = project.run(&["report"]).expect_code(0).stdout;
    assert!(report.contains("by a person"), "{report}");
}

#[test]
fn a_refused_revision_leaves_the_spec_as_it_was_and_an_accepted_one_counts() {
    let (project, silent) = waiting();
    let _ = project.run(&["review", "accept", "r1"]).expect_code(0);
    // The next revision, if there is one, waits as well.
    let _ = project.run(&["resume", "--agent", &silent, "--max-iterations", "1"]).expect_code(1);
    let state_of_accepted = state(&project);
    let revision = &state_of_accepted["iterations"][0]["revisions"][0];
    assert_ne!(revision["from"], revision["to"]);

    let (project, _) = waiting();
    let _ = project.run(&["review", "refuse"]).expect_code(2);
    let _ = project.run(&["review", "refuse", "--reason", "the API is not to have that"]).expect_code(0);
    let resumed = project.run(&["resume"]).expect_code(1);
    let told = "no progress: a person refused the revision: the API is not to have that";
    assert!(resumed.stdout.contains(told), "{}", resumed.stdout);
    let state = state(&project);
    assert_eq!(state["iterations"].as_array().unwrap().len(), 1);
    let revision = &state["iterations"][0]["revisions"][0];
    assert_eq!(
        (&revision["to"], &revision["verdict"]["declined"]),
        (&revision["from"], &json!("the API is not to have that"))
    );
}

#[test]
fn whoever_sits_at_the_terminal_is_asked() {
    let project = level_project();
    let silent = agent_that_leaves(&project, "level-silent");
    // The editor says where it was, and leaves the files as they are.
    let editor = project.script("editor.sh", "echo \"$@\" > edited\n");
    project.write("answers", "what?\ne\n");
    let script = format!(
        "export EDITOR={}; (cat answers; sleep 1) | script -qec \"$0 run specs/level --review --max-iterations 2 --keep-spec --agent '{silent}'\" /dev/null",
        editor.display()
    );
    let ran = project.run_other("sh", &["-c", &script], &[]).unwrap();
    if ran.code == Some(127) {
        return;
    }
    assert!(ran.stdout.contains("(a)ccept it, (e)dit it, (r)efuse it, or decide (l)ater?"), "{}", ran.stdout);
    assert!(project.read("edited").contains("review/1.1/spec/SPEC.md"), "{}", project.read("edited"));
    let accepted = &state(&project)["iterations"][0]["revisions"][0];
    assert_eq!((&accepted["reviewed"], &accepted["verdict"]), (&json!(true), &json!("accepted")));
}
