//! `recording`, and replay of what was recorded.

use crate::support::{agent, level_project, write_candidate};
use ghostlib_testkit::TestProject;
use serde_json::Value;

const SESSIONS: &str = ".ghostlib/runs/r1/sessions";

/// A project with a run whose agent did this.
fn recorded(body: impl Fn(&TestProject) -> String, options: &[&str]) -> TestProject {
    let project = level_project();
    let agent = agent(&project, &body(&project));
    let _ = project.run(&[&["run", "specs/level", "--agent", &agent], options].concat());
    project
}

#[test]
fn what_a_run_records_is_whole_and_can_be_read() {
    let says = |_: &TestProject| "printf 'one\\ttab \\033[2J\\n'; echo two >&2".to_owned();
    let project = recorded(says, &["--max-iterations", "1"]);
    let verified = project.run(&["recording", "verify", SESSIONS]).expect_code(0);
    assert_eq!(verified.stdout, format!("whole  {SESSIONS}/r1-1\n"));
    let shown = project.run(&["recording", "show", SESSIONS]).expect_code(0).stdout;
    assert!(shown.contains("stdout      one    tab \\u{1b}[2J\n"), "{shown}");
    assert!(
        shown.contains("stderr      two\n") && shown.contains("ends        left no candidate: "),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'), "no colours where there is no terminal: {shown}");
    let json: Value =
        serde_json::from_str(&project.run(&["recording", "show", SESSIONS, "--json"]).stdout).unwrap();
    assert_eq!(json[0]["about"]["role"], "implementer");
    assert_eq!(json[0]["events"][0]["event"], "started");
}

#[test]
fn what_is_wrong_with_a_recording_is_told_by_file_and_line() {
    let project = recorded(|_| "echo hello".into(), &["--max-iterations", "1"]);
    let events = format!("{SESSIONS}/r1-1/events.jsonl");
    let key = format!("sk-ant-{}", "a1".repeat(20));
    project.write(&events, project.read(&events).replace("hello", &key));
    project.write(&format!("{SESSIONS}/r1-1/PROMPT.md"), "do that");
    let verified = project.run(&["recording", "verify", SESSIONS]).expect_code(1);
    let lines: Vec<_> = verified.stdout.lines().collect();
    assert!(lines[0].starts_with(&format!("error: {SESSIONS}/r1-1/PROMPT.md: its hash is ")), "{lines:?}");
    assert!(lines[1].starts_with(&format!("error: {events}:2: it has what looks like a key")), "{lines:?}");
    assert_eq!(lines[2], format!("unfit  {SESSIONS}/r1-1: 2 errors"));
    let json = project.run(&["recording", "verify", SESSIONS, "--json"]).expect_code(1).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["errors"][1]["line"], 2);
    assert!(!json.to_string().contains(&key), "the secret is not repeated");
}

#[test]
fn a_trimmed_recording_is_small_and_plays_as_before() {
    let project = level_project();
    let chatty = format!("seq 1 3000 | tr '\\n' ' '; {}", write_candidate(&project, "level-good"));
    let agent = agent(&project, &chatty);
    let _ = project.run(&["run", "specs/level", "--agent", &agent]).expect_code(0);
    let proved = || project.read("ghostlib.lock").split_once("[fidelity]").unwrap().1.to_owned();
    let before = proved();
    let trimmed =
        project.run(&["recording", "trim", SESSIONS, "--into", "kept", "--max-bytes", "200"]).expect_code(0);
    assert!(trimmed.stdout.starts_with("kept/r1-1: "), "{}", trimmed.stdout);
    assert!(project.read("kept/r1-1/events.jsonl").len() < 1000);
    assert!(project.read(&format!("{SESSIONS}/r1-1/events.jsonl")).len() > 10_000, "it stays as it was");
    let _ = project.run(&["recording", "trim", SESSIONS, "--into", "kept"]).expect_code(2);
    let _ = project.run(&["recording", "verify", "kept"]).expect_code(0);
    let _ = project.run(&["recording", "trim", SESSIONS, "--max-bytes", "200"]).expect_code(0);
    assert_eq!(
        project.read(&format!("{SESSIONS}/r1-1/events.jsonl")),
        project.read("kept/r1-1/events.jsonl")
    );
    let _ = project.run(&["run", "specs/level", "--agent", "replay:kept", "--keep-spec"]).expect_code(0);
    assert_eq!(proved(), before);
}

#[test]
fn sessions_of_one_spec_play_their_recordings_in_turn() {
    // It leaves nothing, so the spec stays as it is; what it says tells the sessions apart.
    let project = recorded(|_| "echo \"this is $1\"".into(), &["--max-iterations", "2"]);
    let replay = format!("replay:{SESSIONS}");
    let _ = project.run(&["run", "specs/level", "--agent", &replay, "--max-iterations", "2"]).expect_code(1);
    for (session, played) in [("r2-1", "r1-1"), ("r2-2", "r1-2")] {
        let events = project.read(&format!(".ghostlib/runs/r2/sessions/{session}/events.jsonl"));
        assert!(events.contains(&format!("workspaces/{played}\"")), "{session}: {events}");
    }
    let _ = project.run(&["recording", "verify", ".ghostlib/runs"]).expect_code(0);
}

#[test]
fn folders_without_recordings_are_told() {
    let project = level_project();
    for (folder, said) in [("specs", "there are no recordings in specs"), ("nope", "there is no folder nope")]
    {
        let refused = project.run(&["recording", "verify", folder]).expect_code(2);
        assert!(refused.stderr.contains(said) && refused.stderr.contains("hint: "), "{}", refused.stderr);
    }
}
