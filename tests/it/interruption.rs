//! Interruptions at any time: what was recorded stays, `resume` goes on, nothing is left running.

use crate::support::{agent_that_leaves, level_project};
use ghostlib_testkit::TestProject;
use std::time::Duration;

const JOURNAL: &str = ".ghostlib/runs/r1/journal.jsonl";

#[test]
fn a_killed_run_resumes_to_the_same_lock() {
    // In the session, and in the evaluation.
    killed_runs_resume_to_the_same_lock(&[(4, 0), (5, 150)]);
}

#[test]
#[ignore = "takes a minute; `.ci/run` runs it"]
fn a_run_that_is_killed_behind_any_line_of_its_journal_resumes_to_the_same_lock() {
    // Line 1 is the header; the run is known from line 2 on. A little later is in the middle of the next step.
    let moments: Vec<_> = (2..=6).flat_map(|n| [(n, 0), (n, 200)]).collect();
    killed_runs_resume_to_the_same_lock(&moments);
}

/// Each moment is a number of lines that the journal must have, and milliseconds from then on.
fn killed_runs_resume_to_the_same_lock(moments: &[(usize, u64)]) {
    let undisturbed = level_project();
    let agent = agent_that_leaves(&undisturbed, "level-good");
    let _ = undisturbed.run(&["run", "specs/level", "--agent", &agent]).expect_code(0);
    let expected = undisturbed.read("ghostlib.lock");

    for &(n_written, then_millis) in moments {
        let project = level_project();
        let agent = agent_that_leaves(&project, "level-good");
        let started = project.start(&["run", "specs/level", "--agent", &agent]);
        let journal = project.path(JOURNAL);
        let lines = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
        started.wait_until("a line of the journal", || lines() >= n_written);
        std::thread::sleep(Duration::from_millis(then_millis));
        drop(started.kill());
        let resumed = project.run(&["resume"]);
        let context = format!("killed {then_millis} ms behind line {n_written}");
        assert_eq!(resumed.code, Some(0), "{context}: {resumed:?}");
        assert_eq!(project.read("ghostlib.lock"), expected, "{context}");
    }
}

/// How often a run of several attempts is killed, where `KILLS` says nothing.
const N_KILLS: u64 = 3;

#[test]
#[ignore = "takes minutes; `.ci/run` runs it with few kills, and KILLS=300 with many"]
fn a_run_of_several_attempts_that_is_killed_at_any_moment_resumes_to_the_same_lock() {
    let n_kills = std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(N_KILLS);
    let undisturbed = level_project();
    let began = std::time::Instant::now();
    let _ = undisturbed
        .run(&several_attempts(&agent_of_its_spec(&undisturbed)).each_ref().map(String::as_str))
        .expect_code(0);
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap();
    let (lock, spec) = (undisturbed.read("ghostlib.lock"), undisturbed.read("specs/level/SPEC.md"));
    let n_lines = undisturbed.read(JOURNAL).lines().count();
    // What a run does when is drawn anew each time, so the moments need not be.
    for n in 0..n_kills {
        let moment = millis * n / n_kills;
        let project = level_project();
        let args = several_attempts(&agent_of_its_spec(&project));
        let started = project.start(&args.each_ref().map(String::as_str));
        std::thread::sleep(Duration::from_millis(moment));
        drop(started.kill());
        let context = format!("killed after {moment} of {millis} ms");
        if project.path(JOURNAL).exists() && project.read(JOURNAL).lines().count() > 1 {
            let kept = project.read(JOURNAL);
            let _ = project.run(&["resume"]).expect_code(0);
            let resumed = project.read(JOURNAL);
            let whole = &kept[..kept.rfind('\n').map_or(0, |end| end + 1)];
            assert!(resumed.starts_with(whole), "{context}: what was done is kept");
            assert_eq!(resumed.lines().count(), n_lines, "{context}: nothing is done twice:\n{resumed}");
        } else {
            let _ = project.run(&args.each_ref().map(String::as_str)).expect_code(0);
        }
        assert_eq!(project.read("ghostlib.lock"), lock, "{context}");
        assert_eq!(project.read("specs/level/SPEC.md"), spec, "{context}");
        let script = project.path("agent.sh").display().to_string();
        assert_eq!(running(&script), 0, "{context}: an agent is left running");
    }
}

fn several_attempts(agent: &str) -> [String; 8] {
    ["run", "specs/level", "--agent", agent, "--samples", "2", "--confirm", "2"].map(str::to_owned)
}

/// An agent that does what the spec says, and takes a moment for it.
fn agent_of_its_spec(project: &TestProject) -> String {
    let body = format!(
        "sleep 0.3\nif grep -q 'pub fn line' \"$1/spec/SPEC.md\"; then\n{}else\n{}fi\n",
        crate::support::write_candidate(project, "level-good"),
        crate::support::write_candidate(project, "level-silent")
    );
    crate::support::agent(project, &body)
}

/// Processes whose command line names a file.
fn running(file: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap();
    let lines = processes.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(file)).count()
}

#[test]
fn a_run_that_was_killed_before_its_journal_does_not_stand_in_the_way() {
    let project = level_project();
    std::fs::create_dir_all(project.path(".ghostlib/runs/r1")).unwrap();
    let status = project.run(&["status"]).expect_code(2);
    assert!(status.stderr.contains("there is no run in"), "{}", status.stderr);
    let agent = agent_that_leaves(&project, "level-good");
    let _ = project.run(&["run", "specs/level", "--agent", &agent]).expect_code(0);
}

#[test]
fn what_is_done_is_not_done_again() {
    let project = level_project();
    let agent = agent_that_leaves(&project, "level-silent");
    let _ = project.run(&["run", "specs/level", "--agent", &agent, "--max-iterations", "2"]).expect_code(1);
    let whole = project.read(JOURNAL);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    // Cut the journal behind every line in turn: a resumed run keeps what is there and adds the rest.
    for n_kept in 2..lines.len() {
        let kept = lines[..n_kept].concat();
        project.write(JOURNAL, format!("{kept}{{\"n\":99,\"crc\":\"torn"));
        // A session that is worked on again begins with an empty workspace.
        let marks = ["r1-1", "r1-2"].map(|session| format!(".ghostlib/workspaces/{session}/mark"));
        for mark in &marks {
            project.write(mark, "");
        }
        let _ = project.run(&["resume", "r1"]).expect_code(1);
        let resumed = project.read(JOURNAL);
        assert!(resumed.starts_with(&kept), "with {n_kept} lines kept");
        assert_eq!(resumed.lines().count(), lines.len(), "with {n_kept} lines kept");
        for (session, mark) in ["r1-1", "r1-2"].iter().zip(&marks) {
            let is_done = kept.contains(&format!("\"session\":\"{session}\""));
            assert_eq!(project.path(mark).exists(), is_done, "{session} with {n_kept} lines kept");
        }
    }
}

#[test]
fn ctrl_c_ends_everything_and_says_how_to_go_on() {
    let project = level_project();
    // The agent's program is named after the project, so that it can be found among all processes.
    let agent = crate::support::agent(&project, "exec sleep 240.125\n");
    let started = project.start(&["run", "specs/level", "--agent", &agent]);
    let workspace = project.path(".ghostlib/workspaces/r1-1/.home");
    started.wait_until("the session to begin", || workspace.exists());
    std::thread::sleep(Duration::from_millis(300));
    assert!(sleepers() > 0, "the agent runs");
    let ran = started.interrupt();
    assert_eq!(ran.code, Some(130));
    assert!(ran.stderr.contains("`ghostlib resume` goes on"), "{}", ran.stderr);
    let began = std::time::Instant::now();
    while sleepers() > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "the agent outlives its run");
        std::thread::sleep(Duration::from_millis(20));
    }
    let status = project.run(&["status"]).expect_code(0);
    assert!(status.stdout.contains("next: attempt 1.1: an implementer works"), "{}", status.stdout);
}

#[test]
fn what_a_run_required_of_its_sandbox_it_requires_still_when_it_is_resumed() {
    let project = level_project();
    let try_out = ["sandbox", "exec", "--role", "test", "--sandbox", "bubblewrap", "--", "true"];
    if project.run(&try_out).code != Some(0) {
        println!(
            "skipped what_a_run_required_of_its_sandbox_it_requires_still_when_it_is_resumed: no bubblewrap"
        );
        return;
    }
    project.write("ghostlib.toml", "[sandbox]\nrequire = [\"file-metadata-protected\"]\n");
    let run =
        ["run", "specs/level", "--agent", "handoff", "--sandbox", "bubblewrap", "--max-iterations", "1"];
    let started = project.start(&run);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    started.wait_until("the task", || task.exists());
    drop(started.kill());
    assert!(project.read(JOURNAL).contains("\"required\":[\"file-metadata-protected\"]"));

    // Not even where the settings do not say so any more.
    project.write("ghostlib.toml", "");
    let ran = project.run(&["resume", "--sandbox", "landlock"]).expect_code(3);
    assert!(
        ran.stderr.contains("does not enforce what is required: `file-metadata-protected` ("),
        "{}",
        ran.stderr
    );
}

/// Processes that were started as `sleep 240.125`.
fn sleepers() -> usize {
    let processes = std::fs::read_dir("/proc").unwrap();
    let lines = processes.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines.filter(|line| line == b"sleep\x00240.125\x00").count()
}

#[test]
fn a_handed_out_task_survives_the_run_that_waits_for_it() {
    let project = level_project();
    let started = project.start(&["run", "specs/level", "--agent", "handoff", "--max-iterations", "1"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    started.wait_until("the task", || task.exists());
    let list = project.run(&["task", "list"]).expect_code(0);
    assert!(list.stdout.contains("r1-1  implementer  open"), "{}", list.stdout);
    drop(started.kill());

    // Somebody works on while nothing runs.
    project.copy_fixture("candidates/level-good", ".ghostlib/workspaces/r1-1/candidate");
    let _ = project.run(&["task", "done", "r1-1", "--by", "a friend"]).expect_code(0);
    let resumed = project.run(&["resume"]).expect_code(0);
    assert!(resumed.stdout.contains("by a friend"), "{}", resumed.stdout);
    assert!(resumed.stdout.contains("which was not enforced"), "{}", resumed.stdout);
    assert!(project.read("ghostlib.lock").contains("blindness_enforced = false"));
}

#[test]
fn two_runs_in_one_project_do_not_meet() {
    let project = level_project();
    let first = project.start(&["run", "specs/level", "--agent", "handoff", "--max-iterations", "1"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    first.wait_until("the task", || task.exists());
    let second = project.run(&["run", "specs/level", "--agent", "handoff"]).expect_code(3);
    assert!(second.stderr.contains("another ghostlib (process "), "{}", second.stderr);
    assert!(!project.path(".ghostlib/runs/r2").exists());
    let _ = project.run(&["task", "fail", "r1-1", "--reason", "no time"]).expect_code(0);
    drop(first.kill());
}

#[test]
fn a_full_disk_is_told_and_the_run_goes_on_when_there_is_space_again() {
    let ghostlib = env!("CARGO_BIN_EXE_ghostlib");
    // Each figure fills the disk at another step: the spec's copy, the build, the candidate.
    for kibibytes_left in [0, 200, 3000] {
        let Some(project) = TestProject::on_small_disk(ghostlib, 300) else {
            println!("skipped: a_full_disk_is_told: mounting a small disk takes root");
            return;
        };
        project.copy_fixture("references/level", "reference");
        project.copy_fixture("specs/level", "specs/level");
        let agent = agent_that_leaves(&project, "level-good");
        project.fill_disk(kibibytes_left);
        let full = project.run(&["run", "specs/level", "--agent", &agent]).expect_code(3);
        assert!(full.stderr.contains("free some space"), "{}", full.stderr);
        assert!(!full.stdout.contains("build-failed"), "a full disk is nobody's fault: {}", full.stdout);

        std::fs::remove_file(project.path("ballast")).unwrap();
        let began = project.path(".ghostlib/runs/r1/journal.jsonl");
        let began = std::fs::read_to_string(began).is_ok_and(|journal| journal.contains("run-started"));
        let args = if began { vec!["resume"] } else { vec!["run", "specs/level", "--agent", &agent] };
        let _ = project.run(&args).expect_code(0);
    }
}
