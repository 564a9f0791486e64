//! `attach`, and `run --tmux`: sessions are watched while they last.

use crate::support::{agent, level_project};
use ghostlib_testkit::{Started, TestProject};
use serde_json::Value;
use std::ffi::OsStr;
use std::process::Command;

const EVENTS: &str = ".ghostlib/runs/r1/sessions/r1-1/events.jsonl";

/// A run whose agent does this, from the moment on at which it has said something.
fn run_that_says(project: &TestProject, body: &str) -> Started {
    let agent = agent(project, body);
    let started = project.start(&["run", "specs/level", "--agent", &agent, "--max-iterations", "1"]);
    let events = project.path(EVENTS);
    started.wait_until("the agent's first words", || {
        std::fs::read_to_string(&events).is_ok_and(|text| text.contains("first"))
    });
    started
}

#[test]
fn a_session_is_told_from_its_beginning_to_its_end_with_its_objections() {
    let project = level_project();
    let body = "echo first; sleep 2; echo second; echo 'level.parse: unclear' > \"$1/PUSHBACK.md\"; echo > \"$1/candidate/x\"";
    let run = run_that_says(&project, body);
    let attached = project.run(&["attach"]).expect_code(0);
    let told: Vec<_> = attached.stdout.lines().filter_map(|line| line.get(7..)).collect();
    assert!(told[0].starts_with("starts      prompt "), "{told:?}");
    assert_eq!(
        told[1..],
        ["stdout      first", "stdout      second", "objects     level.parse: unclear", "ends        done"]
    );
    let _ = run.wait();
    let again = project.run(&["attach", "r1-1"]).expect_code(0);
    assert_eq!(again.stdout, attached.stdout, "it is told again when it is over");
    let json = project.run(&["attach", "r1-1", "--json"]).expect_code(0);
    assert_eq!(json.stdout, project.read(EVENTS));
}

#[test]
fn watching_ends_when_nobody_works_on_the_session_any_more() {
    let project = level_project();
    let run = run_that_says(&project, "echo first; sleep 100");
    let attached = project.start(&["attach", "r1-1"]);
    drop(run.kill());
    let attached = attached.wait().expect_code(0);
    assert!(attached.stdout.contains("first"), "{attached:?}");
    assert!(attached.stderr.contains("nobody works on the session r1-1 any more"), "{attached:?}");
}

#[test]
fn a_session_that_is_not_there_is_told() {
    let project = level_project();
    for (args, said) in
        [(&["attach"][..], "no session is running"), (&["attach", "r1-1"], "no session `r1-1`")]
    {
        let refused = project.run(args).expect_code(2);
        assert!(refused.stderr.contains(said) && refused.stderr.contains("hint: "), "{refused:?}");
    }
}

#[test]
fn without_tmux_a_run_that_is_to_be_shown_there_says_so() {
    let project = level_project();
    let args = ["run", "specs/level", "--agent", "handoff", "--tmux"];
    let refused = project.run_with(&args, &[("PATH", "/nowhere")]).expect_code(3);
    assert!(refused.stderr.contains("there is no tmux") && refused.stderr.contains("ghostlib attach"));
}

#[test]
fn each_session_gets_a_window_of_tmux_that_stays_readable() {
    let project = level_project();
    let sockets = project.path("tmux");
    std::fs::create_dir(&sockets).unwrap();
    let Some(_) = tmux(sockets.as_os_str(), &["-V"]) else {
        println!("skipped: each_session_gets_a_window_of_tmux_that_stays_readable: tmux is not installed");
        return;
    };
    let agent = agent(&project, "echo \"this is $1\"");
    let args = ["run", "specs/level", "--agent", &agent, "--max-iterations", "2", "--tmux"];
    let variables = [("TMUX_TMPDIR", sockets.to_str().unwrap()), ("TMUX", "")];
    let run = project.run_with(&args, &variables);
    let shown = |session: &str| {
        tmux(&sockets, &["capture-pane", "-p", "-J", "-t", &format!("ghostlib:{session}")])
            .unwrap_or_default()
    };
    let states = || {
        let format = "#{window_name} #{pane_dead} #{pane_dead_status}";
        tmux(&sockets, &["list-panes", "-s", "-t", "ghostlib", "-F", format]).unwrap_or_default()
    };
    // tmux 3.3a forgets the status of a pane now and then, and never makes one up.
    let ends_well = |states: &str, session: &str| {
        states
            .lines()
            .any(|line| [format!("{session} 1 0"), format!("{session} 1 ")].contains(&line.to_owned()))
    };
    let is_over = |session: &str| ends_well(&states(), session);
    let began = std::time::Instant::now();
    while !["r1-1", "r1-2"].iter().all(|session| is_over(session)) && began.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let (panes, states) = (["r1-1", "r1-2"].map(shown), states());
    let _ = tmux(&sockets, &["kill-server"]);
    assert!(run.stderr.contains("watch session r1-2: tmux "), "{run:?}");
    for (pane, session) in panes.iter().zip(["r1-1", "r1-2"]) {
        assert!(ends_well(&states, session), "{session} is not over: {states}");
        assert!(pane.contains(&format!("workspaces/{session}")), "{session}: {pane}");
    }
}

/// What tmux prints, in a place of its own; nothing, where it fails or is not there.
fn tmux(sockets: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the windows are looked at from outside")]
    let output = Command::new("tmux").env("TMUX_TMPDIR", sockets).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_run_is_watched_until_it_ends_and_each_event_is_told_once() {
    let project = level_project();
    let run = project.start(&["run", "specs/level", "--agent", "handoff"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    run.wait_until("the task", || task.exists());
    let plain = project.start(&["status", "--watch"]);
    let json = project.start(&["status", "r1", "--watch", "--json"]);
    for file in ["Cargo.toml", "src/lib.rs"] {
        project.copy_fixture("candidates/level-good", "good");
        let text = project.read(&format!("good/{file}"));
        project.write(&format!(".ghostlib/workspaces/r1-1/candidate/{file}"), text);
    }
    let _ = project.run(&["task", "done", "r1-1", "--by", "me"]).expect_code(0);
    let told = plain.wait().expect_code(0).stdout;
    for line in ["run        r1: spec level", "rebuild 1  by me", "Passed:"] {
        assert_eq!(told.matches(line).count(), 1, "{line}: {told}");
    }
    let lines = json.wait().expect_code(0).stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let journal = project.read(".ghostlib/runs/r1/journal.jsonl");
    let recorded: Vec<Value> = journal
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone())
        .collect();
    assert_eq!(events, recorded);
    let _ = run.wait().expect_code(0);
}

#[test]
fn whoever_watches_a_run_that_nobody_works_on_is_told_so() {
    let project = level_project();
    let run = project.start(&["run", "specs/level", "--agent", "handoff"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    run.wait_until("the task", || task.exists());
    let watched = project.start(&["status", "--watch"]);
    drop(run.kill());
    let told = watched.wait().expect_code(0);
    assert!(
        told.stderr.contains("nobody works on the run r1; `ghostlib resume r1` goes on"),
        "{}",
        told.stderr
    );
    // A terminal is drawn anew, where there is a program that makes one.
    let on_a_terminal = "script -qec \"$0 status --watch\" /dev/null";
    let drawn = project.run_other("sh", &["-c", on_a_terminal], &[]).unwrap();
    if drawn.code != Some(127) {
        let shown = drawn.expect_code(0).stdout;
        let screens: Vec<&str> = shown.split("\u{1b}[H\u{1b}[2J").collect();
        let last = screens.last().unwrap();
        assert!(screens.len() > 2 && last.contains("waiting for task r1-1: nobody has claimed it"), "{last}");
        assert!(last.contains("next: attempt 1.1: an implementer works (0:"), "{last}");
    }
}
