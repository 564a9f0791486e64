//! Every agent comes through the same situations.

use std::env;
use std::process::Command;

/// What is tried each time. `ghostlib-testkit sessions` tries all.
const SAMPLE: [&str; 6] =
    ["edits-a-file", "wrong-key", "rate-limit", "never-stops", "looks-for-keys", "cancelled"];

#[test]
fn the_built_in_agent_comes_through() {
    come_through(&["--agent", "openai"]);
}

#[test]
#[ignore = "takes agents of npm from the folder in NPM_AGENTS; `.ci/run` runs it"]
fn agents_of_npm_come_through() {
    let Ok(programs) = env::var("NPM_AGENTS") else {
        println!("skipped: agents_of_npm_come_through: NPM_AGENTS names no folder with them");
        return;
    };
    let mut args = vec!["--agent", "codex", "--agent", "claude", "--programs", &programs];
    args.extend(SAMPLE.iter().flat_map(|id| ["--only", id]));
    let complaints = come_through(&args);
    for line in complaints.lines().filter(|line| line.starts_with("skipped")) {
        println!("{line}");
    }
}

/// What the tool complains of.
#[expect(clippy::disallowed_methods, reason = "the suite is run as a developer runs it")]
fn come_through(args: &[&str]) -> String {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_ghostlib-testkit"));
    let ran = tool.arg("sessions").args(args).output().expect("the tool can be started");
    let (said, complaints) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}\n{complaints}");
    complaints.into_owned()
}
