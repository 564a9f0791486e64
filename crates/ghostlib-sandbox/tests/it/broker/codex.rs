//! A real agent, the Codex CLI, works in a sandbox through the broker, with a model that is a script.
//!
//! `cargo test -p ghostlib-sandbox --test it -- --ignored codex` installs the agent from npm (400 MB, in a
//! temporary folder) and takes some seconds more.

use super::upstream::{EVENTS, Upstream, answer};
use super::{DUMMY, KEY, broker};
use crate::support::{Workspace, assert_ok, bubblewrap, landlock, text};
use ghostlib_sandbox::broker::Tokens;
use ghostlib_sandbox::{CommandLine, Sandbox, host};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

const PACKAGE: &str = "@openai/codex@0.169.0";
const PROGRAM: &str = "node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs an agent from npm"]
async fn codex_works_through_the_broker_on_every_backend() {
    let Some((_folder, program)) = install(PACKAGE, PROGRAM).await else {
        println!(
            "skipped codex_works_through_the_broker_on_every_backend: npm does not install {PACKAGE} here"
        );
        return;
    };
    works(&landlock().await, &program).await;
    if let Some(sandbox) = bubblewrap("codex_works_through_the_broker_on_every_backend").await {
        works(&sandbox, &program).await;
    }
}

/// The program of an agent, as npm installs it, and the folder that it lies in.
pub(super) async fn install(package: &str, program: &str) -> Option<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let npm = CommandLine::new("npm").args(["install", "--no-fund", "--no-audit", "--prefix", ".", package]);
    let installed = host::run(&npm, folder.path(), &[], Duration::from_secs(300)).await.ok()?;
    let program = folder.path().join(program);
    (installed.end.is_success() && program.is_file()).then_some((folder, program))
}

async fn works(sandbox: &Sandbox, program: &Path) {
    let upstream = model().await;
    let broker = broker(&upstream);
    let mut workspace = Workspace::new();
    let home = workspace.path().join("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("config.toml"), CONFIG).unwrap();
    workspace.policy.read.push(program.into());
    workspace.policy.network = broker.network(18080);
    let variables =
        [("CODEX_HOME", home.to_str().unwrap()), ("HOME", home.to_str().unwrap()), ("MODEL_KEY", DUMMY)];
    workspace.policy.env.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let args = [
        "exec",
        "--json",
        "--skip-git-repo-check",
        "--ephemeral",
        "--dangerously-bypass-approvals-and-sandbox",
    ];
    let command = CommandLine::new(program).args(args).arg("Write the file.");
    let finished = sandbox.run(&workspace.policy, &command, Vec::new()).await.unwrap();
    assert_ok(&finished);
    let said = text(&finished.stdout);
    assert!(said.contains("\"turn.completed\"") && said.contains("All is done."), "{said}");
    assert_eq!(fs::read_to_string(workspace.path().join("out.txt")).unwrap(), "from the model\n", "{said}");
    let asked = upstream.seen();
    assert!(asked.iter().all(|request| request.contains(KEY) && !request.contains(DUMMY)), "{asked:?}");
    let report = broker.report();
    assert_eq!(report.tokens, Tokens { input: 200, cached: 14, output: 40 }, "{report:?}");
}

const CONFIG: &str = r#"
model = "scripted"
model_provider = "broker"
approval_policy = "never"
web_search = "disabled"
[model_providers.broker]
name = "broker"
base_url = "http://127.0.0.1:18080/v1"
wire_api = "responses"
env_key = "MODEL_KEY"
request_max_retries = 0
stream_max_retries = 0
[shell_environment_policy]
inherit = "core"
[analytics]
enabled = false
"#;

/// Calls for a command first, and says that it is done when the command's output has come.
async fn model() -> Upstream {
    Upstream::doing(|mut stream, request| async move {
        let said = if request.starts_with("POST") {
            let item = if request.contains("function_call_output") { done() } else { call() };
            format!("{EVENTS}{}", events(&item))
        } else {
            answer("application/json", "{\"object\":\"list\",\"data\":[]}")
        };
        let _gone = stream.write_all(said.as_bytes()).await;
    })
    .await
}

fn call() -> Value {
    let arguments = json!({ "cmd": "echo from the model > out.txt" }).to_string();
    json!({ "type": "function_call", "id": "f1", "call_id": "c1", "name": "exec_command", "arguments": arguments, "status": "completed" })
}

fn done() -> Value {
    let content = json!([{ "type": "output_text", "text": "All is done.", "annotations": [] }]);
    json!({ "type": "message", "id": "m1", "role": "assistant", "content": content })
}

fn events(item: &Value) -> String {
    let usage = json!({
        "input_tokens": 100, "input_tokens_details": { "cached_tokens": 7 },
        "output_tokens": 20, "output_tokens_details": { "reasoning_tokens": 3 }, "total_tokens": 120,
    });
    let events = [
        json!({ "type": "response.created", "response": { "id": "r1" } }),
        json!({ "type": "response.output_item.done", "output_index": 0, "item": item }),
        json!({ "type": "response.completed", "response": { "id": "r1", "status": "completed", "usage": usage } }),
    ];
    events.map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).concat()
}
