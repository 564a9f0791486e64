//! `ghostlib runs` and `ghostlib gc`: what a project has, and what it can do without.

use crate::support::{agent_that_leaves, copy_recorded, level_project};
use serde_json::Value;
use std::fs;

#[test]
fn runs_are_listed_and_what_can_be_made_again_is_removed() {
    let project = level_project();
    assert!(project.run(&["runs"]).expect_code(0).stdout.contains("there is no run yet"));
    let good = agent_that_leaves(&project, "level-good");
    for _ in 0..2 {
        let _ = project.run(&["run", "specs/level", "--agent", &good]).expect_code(0);
    }
    let listed = project.run(&["runs"]).expect_code(0).stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with("r1  level ") && lines[1].starts_with("r2  level "), "{listed}");
    assert!(lines[0].contains("by command agent.sh: passed; 1 iterations, "), "{listed}");
    let json: Value = serde_json::from_str(&project.run(&["runs", "--json"]).stdout).unwrap();
    assert_eq!((&json[1]["run"], &json[1]["end"]["kind"]), (&"r2".into(), &"passed".into()));

    let would = project.run(&["gc", "--keep", "1", "--dry-run"]).expect_code(0).stdout;
    assert!(would.contains(".ghostlib/runs/r1  ") && would.contains(".ghostlib/build  "), "{would}");
    assert!(would.contains(".ghostlib/workspaces/r1-1  ") && would.contains("would free "), "{would}");
    assert!(project.path(".ghostlib/runs/r1").exists() && project.path(".ghostlib/build").exists());

    let lock = project.read("ghostlib.lock");
    let freed = project.run(&["gc", "--keep", "1"]).expect_code(0).stdout;
    assert_eq!(freed.replace("freed", "would free"), would);
    assert!(!project.path(".ghostlib/runs/r1").exists() && !project.path(".ghostlib/build").exists());
    assert!(!project.path(".ghostlib/candidates.git/refs/runs/r1").join("1.1").exists());
    assert!(project.path(".ghostlib/candidates.git/refs/runs/r2/1.1").exists());
    assert_eq!(project.run(&["runs"]).stdout.lines().count(), 1);
    assert_eq!(project.read("ghostlib.lock"), lock);
    // What went is made again.
    let again =
        project.run(&["run", "specs/level", "--agent", "replay:.ghostlib/runs/r2/sessions"]).expect_code(0);
    assert!(again.stdout.contains("r3: spec level"), "{}", again.stdout);
}

#[test]
fn a_run_that_has_not_ended_stays() {
    let project = level_project();
    let started = project.start(&["run", "specs/level", "--agent", "handoff"]);
    let task = project.path(".ghostlib/tasks/r1-1.json");
    started.wait_until("the task", || task.exists());
    let busy = project.run(&["gc"]).expect_code(3);
    assert!(busy.stderr.contains("is working in"), "{}", busy.stderr);
    drop(started.kill());
    let _ = project.run(&["gc", "--keep", "0"]).expect_code(0);
    assert!(project.path(".ghostlib/runs/r1/journal.jsonl").exists());
    assert!(project.path(".ghostlib/workspaces/r1-1/TASK.md").exists(), "somebody may be working there");
}

#[test]
fn the_recorded_runs_of_this_project_can_be_read() {
    let project = level_project();
    for (run, iterations) in [
        ("caskbook/r1", 3),
        ("caskbook/floor", 1),
        ("shell-words/r1", 3),
        ("evalexpr/r1", 2),
        ("humantime/r1", 2),
    ] {
        copy_recorded(&project, run, "r1");
        let summary: Value =
            serde_json::from_str(&project.run(&["status", "--json"]).expect_code(0).stdout).unwrap();
        assert_eq!(summary["iterations"].as_array().unwrap().len(), iterations, "{run}");
        let _ = project.run(&["recording", "verify", ".ghostlib/runs"]).expect_code(0);
        let report = project.run(&["report"]).expect_code(0).stdout;
        assert!(
            report.contains(run.split_once('/').unwrap().0) && report.contains("Who must change"),
            "{report}"
        );
        fs::remove_dir_all(project.path(".ghostlib/runs/r1")).unwrap();
    }
}
