//! `init`, `lint`, `parse`, `diff`, `report`, `status`, `doctor`.

use crate::support::{agent_that_leaves, level_project, project};
use serde_json::Value;

#[test]
fn a_spec_that_init_starts_lints_clean_and_keeps_its_reference() {
    let project = project();
    for (name, reference, read_back) in [
        ("one", "crate:shell-words@1.1.1", "crate:shell-words@1.1.1"),
        ("two", "git:https://example.org/x.git#v1", "git:https://example.org/x.git#v1"),
        ("three", "../lib", "../../../lib"),
        ("four", "/lib/x", "/lib/x"),
    ] {
        let _ = project.run(&["init", name, "--reference", reference]).expect_code(0);
        let spec = format!("specs/{name}");
        let _ = project.run(&["lint", &spec]).expect_code(0);
        let parsed: Value = serde_json::from_str(&project.run(&["parse", &spec, "--json"]).stdout).unwrap();
        assert_eq!(parsed["reference"], read_back);
        assert_eq!(parsed["name"], name);
        assert_eq!(parsed["diagnostics"], Value::Array(Vec::new()));
    }
}

#[test]
fn parse_tells_machines_what_a_spec_says() {
    let project = level_project();
    let parsed: Value =
        serde_json::from_str(&project.run(&["parse", "specs/level", "--json"]).stdout).unwrap();
    let requirement = &parsed["requirements"][0];
    assert_eq!(requirement["id"], "level.parse");
    assert_eq!(requirement["level"], "MUST");
    assert_eq!(requirement["section"], serde_json::json!(["level"]));
    assert_eq!((requirement["line_start"].as_u64(), requirement["line_end"].as_u64()), (Some(18), Some(18)));
    assert_eq!(parsed["vectors"].as_array().unwrap().len(), 2);
}

#[test]
fn report_and_status_show_a_run() {
    let project = level_project();
    let agent = agent_that_leaves(&project, "level-silent");
    let _ = project.run(&["run", "specs/level", "--agent", &agent, "--max-iterations", "1"]).expect_code(1);
    let status = project.run(&["status"]).expect_code(0);
    assert!(
        status.stdout.contains("attempt 1: done") && status.stdout.contains("ended: out of iterations"),
        "{}",
        status.stdout
    );
    let markdown = project.run(&["report"]).expect_code(0);
    assert!(markdown.stdout.contains("api-missing"), "{}", markdown.stdout);
    let _ = project.run(&["report", "r1", "--format", "html", "-o", "out.html"]).expect_code(0);
    let page = project.read("out.html");
    assert!(page.starts_with("<!DOCTYPE html>"));
    for beside in ["<section id=\"requirements\"", "<ol class=\"turns\">", "The reference, <code>src/lib.rs:"]
    {
        assert!(page.contains(beside), "what lies beside the journal is shown: {beside}");
    }
    assert_eq!(project.read(".ghostlib/runs/r1/report.html"), page);
}

#[test]
fn doctor_names_what_each_backend_does_not_enforce() {
    let ran = project().run(&["doctor", "--json"]).expect_code(0);
    let health: Value = serde_json::from_str(&ran.stdout).unwrap();
    let backends: Vec<_> =
        health["sandboxes"].as_array().unwrap().iter().map(|one| one["backend"].clone()).collect();
    assert_eq!(backends, ["bubblewrap", "landlock"]);
    assert!(health["toolchain"].as_str().unwrap().starts_with("rustc "));
}
