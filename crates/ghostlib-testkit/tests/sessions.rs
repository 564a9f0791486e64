//! Every agent comes through the same situations.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What npm installs, and what is there afterwards.
const PACKAGES: [&str; 4] = [
    "@openai/codex@0.169.0",
    "@anthropic-ai/claude-code@2.1.197",
    "@agentclientprotocol/codex-acp@2.6.0",
    "@agentclientprotocol/claude-agent-acp@0.49.0",
];

#[test]
fn the_built_in_agent_comes_through() {
    let ran = sessions(&["--agent", "openai"]);
    assert!(ran.status.success(), "{}", text(&ran));
}

#[test]
#[ignore = "installs agents from npm, or takes them from the folder in GHOSTLIB_CLIENTS"]
fn agents_of_npm_come_through() {
    let Some(programs) = programs() else {
        skipped("agents_of_npm_come_through: npm does not install them here");
        return;
    };
    let ran = sessions(&["--agent", "codex", "--agent", "claude", "--programs", programs.to_str().unwrap()]);
    assert!(ran.status.success(), "{}", text(&ran));
    for line in String::from_utf8_lossy(&ran.stderr).lines().filter(|line| line.starts_with("skipped")) {
        skipped(line);
    }
}

fn sessions(args: &[&str]) -> Output {
    run(Command::new(env!("CARGO_BIN_EXE_ghostlib-testkit")).arg("sessions").args(args)).unwrap()
}

fn programs() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("GHOSTLIB_CLIENTS") {
        return Some(folder.into());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    std::fs::create_dir_all(&folder).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-fund", "--no-audit", "--prefix", "."]).args(PACKAGES).current_dir(&folder);
    run(&mut npm).filter(|ran| ran.status.success()).map(|_| folder)
}

#[expect(clippy::disallowed_methods, reason = "the tool is run as a developer runs it, and npm outside of any sandbox")]
fn run(command: &mut Command) -> Option<Output> {
    command.output().ok()
}

fn text(ran: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}

#[expect(clippy::print_stdout, reason = "a test that is skipped must be seen to be")]
fn skipped(what: &str) {
    println!("skipped: {what}");
}
