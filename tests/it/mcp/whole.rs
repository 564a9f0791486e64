//! The whole handoff with the official SDK's client: a run hands out, the client rebuilds from a recording, the run goes
//! on and passes.

use crate::support::{recorded_candidate, shell_words_project};
use rmcp::model::CallToolRequestParams;
use rmcp::service::{RoleClient, RunningService, serve_client};
use serde_json::{Value, json};
use std::path::Path;
use walkdir::WalkDir;

type Client = RunningService<RoleClient, ()>;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_passes_with_a_client_that_claims_reads_writes_checks_and_submits() {
    let project = shell_words_project();
    let run = project.start(&["run", "specs/shell-words", "--agent", "handoff", "--json"]);
    // The folder of the project comes with the run.
    let first = project.path(".ghostlib/tasks/r1-1.json");
    run.wait_until("the first task", || first.exists());
    let mut server = project.start_to_speak(&["mcp"]);
    let (input, output) = server.take_streams();
    let input = tokio::process::ChildStdin::from_std(input).unwrap();
    let output = tokio::process::ChildStdout::from_std(output).unwrap();
    let client: Client = serve_client((), (output, input)).await.unwrap();
    let tools = client.list_all_tools().await.unwrap();
    assert_eq!(tools.len(), 9);

    for (id, session) in [("r1-1", "r1-1-1"), ("r1-2", "r1-2-1")] {
        let task = project.path(&format!(".ghostlib/tasks/{id}.json"));
        run.wait_until("the next task", || task.exists());
        rebuild(&client, id, &recorded_candidate(session)).await;
    }
    let ran = run.wait().expect_code(0);
    let summary = crate::support::summary(&ran.stdout);
    assert_eq!(summary["end"]["kind"], "passed", "{}", summary["end"]);
    let agent = &summary["iterations"][1]["session"]["agent"];
    assert_eq!(*agent, json!({"name": "a recorded agent", "blindness_enforced": false}));
    let session = project.read(".ghostlib/runs/r1/sessions/r1-1/events.jsonl");
    assert!(session.contains("crate.functions: only to see that it arrives"), "{session}");
    client.cancel().await.unwrap();
    drop(server);
}

async fn rebuild(client: &Client, id: &str, candidate: &Path) {
    let listed = call(client, "list_tasks", json!({})).await;
    assert!(listed.contains(&format!("{id}: implementer, open")), "{listed}");
    call(client, "claim_task", json!({"id": id, "name": "a recorded agent"})).await;
    let task = call(client, "read_task", json!({"id": id})).await;
    assert!(task.contains("# Task: rebuild a library") && task.contains("- spec/SPEC.md ("), "{task}");
    let spec = call(client, "read_task", json!({"id": id, "path": "spec/SPEC.md"})).await;
    assert!(spec.contains("# shell-words"), "{spec}");

    write(client, id, "src/lib.rs", "pub fn split() -> u8 { \"\" }").await;
    write(
        client,
        id,
        "Cargo.toml",
        "[package]\nname = \"shell-words\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    )
    .await;
    let broken = call(client, "check_task", json!({"id": id})).await;
    assert!(broken.contains("does not build") && broken.contains("mismatched types"), "{broken}");
    for entry in WalkDir::new(candidate).into_iter().map(Result::unwrap).filter(|it| it.file_type().is_file())
    {
        let path = entry.path().strip_prefix(candidate).unwrap().to_string_lossy();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        write(client, id, &path.replace("Cargo_fixture", "Cargo"), &text).await;
    }
    let checked = call(client, "check_task", json!({"id": id})).await;
    assert!(checked.contains("The candidate builds.") && checked.contains("submit_task"), "{checked}");
    let objection = "only to see that it arrives";
    call(client, "push_back", json!({"id": id, "requirement": "crate.functions", "reason": objection})).await;
    call(client, "submit_task", json!({"id": id})).await;
}

async fn write(client: &Client, id: &str, path: &str, content: &str) {
    call(client, "write_file", json!({"id": id, "path": format!("candidate/{path}"), "content": content}))
        .await;
}

async fn call(client: &Client, tool: &'static str, arguments: Value) -> String {
    let Value::Object(arguments) = arguments else { panic!("{arguments} is no object") };
    let params = CallToolRequestParams::new(tool).with_arguments(arguments);
    let result = client.call_tool(params).await.unwrap();
    let text = result.content[0].as_text().unwrap().text.clone();
    assert_ne!(result.is_error, Some(true), "{tool}: {text}");
    text
}
