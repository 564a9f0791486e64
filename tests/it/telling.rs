//! What ghostlib tells of its work: the log of a run, `--verbose`, and nothing where nobody asked.

use crate::support::level_project;
use serde_json::Value;

/// What looks like a key, in the input of a tool.
const KEY: &str = "sk-planted0a1b2c3d4e5f6a7b8c9d0e1f";

#[test]
fn the_log_of_a_run_has_every_step_and_no_secret_and_gc_takes_old_ones() {
    let project = level_project();
    project.copy_fixture("candidates/level-good", "candidate");
    project.record("specs/level", "candidate", &format!("curl -H {KEY} x"), "recordings/one");
    let run =
        ["run", "specs/level", "--agent", "replay:recordings", "--max-iterations", "1", "--cases", "20"];
    let quiet = project.run(&run);
    assert_eq!(quiet.stderr, "", "nothing is told where nobody looks");
    let log = project.read(".ghostlib/runs/r1/log.jsonl");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended = |path: &[&str]| {
        let names = |line: &Value| -> Vec<Value> {
            line["spans"].as_array().unwrap().iter().map(|span| span["name"].clone()).collect()
        };
        lines.iter().any(|line| line["message"] == "close" && names(line) == path)
    };
    let attempt = ["run", "iteration", "attempt"];
    assert!(ended(&[&attempt[..], &["session", "tool"]].concat()), "{log}");
    for phase in ["api", "copy", "build", "vectors", "behaviour"] {
        assert!(ended(&[&attempt[..], &["evaluate", phase]].concat()), "{phase}: {log}");
    }
    assert!(ended(&["run", "iteration", "attribute"]), "{log}");
    assert!(log.contains("curl -H [redacted] x") && !log.contains("planted0a1b"), "{log}");
    let measured = lines.iter().find(|line| line["message"] == "a candidate is evaluated").unwrap();
    assert_eq!(measured["fields"]["attempt"], "1.1");

    let verbose = project.run(&[&run[..], &["--verbose", "--log", "debug"]].concat());
    assert_eq!(verbose.code, quiet.code);
    assert!(verbose.stderr.contains("attempt{attempt=1.1}") && verbose.stderr.contains("[redacted]"));
    assert!(!verbose.stderr.contains("planted0a1b"), "{}", verbose.stderr);
    let _ran = project.run(&["gc"]).expect_code(0);
    assert!(!project.path(".ghostlib/runs/r1/log.jsonl").exists(), "that of an older run goes");
    assert!(project.path(".ghostlib/runs/r2/log.jsonl").exists(), "that of the newest one stays");
}

#[test]
fn how_much_is_logged_is_a_setting() {
    let project = level_project();
    project.write("ghostlib.toml", "log = \"debug\"\n");
    let shown = |variables: &[(&str, &str)]| project.run_with(&["config"], variables).expect_code(0).stdout;
    assert!(shown(&[]).contains("log = debug"));
    assert!(shown(&[("GHOSTLIB_LOG", "off")]).contains("log = off"));
    let wrong = project.run_with(&["config"], &[("GHOSTLIB_LOG", "loud")]).expect_code(2);
    assert!(wrong.stderr.contains("loud"), "{}", wrong.stderr);
}
