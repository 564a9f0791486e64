//! Somebody else's client: the MCP inspector, from npm.

use crate::support::project;
use crate::task::hand_out;
use ghostlib_testkit::TestProject;
use serde_json::Value;

const INSPECTOR: [&str; 3] = ["--yes", "@modelcontextprotocol/inspector", "--cli"];

#[test]
#[ignore = "takes npm and its registry; `.ci/run` runs it"]
fn the_inspector_lists_the_tools_and_calls_them() {
    let project = project();
    hand_out(&project, "r1-1");
    let Some(tools) = ask(&project, &["--method", "tools/list"]) else {
        println!(
            "skipped: the_inspector_lists_the_tools_and_calls_them: npx is not installed, or npm has no inspector"
        );
        return;
    };
    let names: Vec<_> =
        tools["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"claim_task") && names.len() == 9, "{names:?}");
    let call =
        |args: &[&str]| ask(&project, &[&["--method", "tools/call", "--tool-name"], args].concat()).unwrap();
    let listed = call(&["list_tasks"]);
    assert!(
        listed["content"][0]["text"].as_str().unwrap().starts_with("r1-1: implementer, open"),
        "{listed}"
    );
    let read = call(&["read_task", "--tool-arg", "id=r1-1", "--tool-arg", "path=spec/SPEC.md"]);
    assert!(read["content"][0]["text"].as_str().unwrap().contains("# level"), "{read}");
    let refused = call(&["submit_task", "--tool-arg", "id=r1-1"]);
    assert_eq!(refused["isError"], true, "{refused}");
    let _ = call(&["claim_task", "--tool-arg", "id=r1-1"]);
    // Each call is a client of its own: what it claimed, it gave back.
    assert!(project.run(&["task", "list"]).stdout.contains("  open  "));
}

/// What the inspector shows; nothing, where there is none.
fn ask(project: &TestProject, args: &[&str]) -> Option<Value> {
    let ran = project.run_other("npx", &INSPECTOR, &[&["mcp"], args].concat())?;
    let is_missing = ran.code != Some(0) && ran.stderr.contains("npm error");
    (!is_missing).then(|| serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}")))
}
