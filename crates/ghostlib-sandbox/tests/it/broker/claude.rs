//! The same for Claude Code, which speaks another API and has its key in another header:
//! `cargo test -p ghostlib-sandbox --test it -- --ignored claude`.

use super::codex::install;
use super::upstream::{EVENTS, Upstream, answer};
use super::{DUMMY, KEY, config, secret};
use crate::support::{Workspace, assert_ok, bubblewrap, text};
use ghostlib_sandbox::broker::{Auth, Broker, BrokerConfig, Endpoint, Tokens};
use ghostlib_sandbox::{CommandLine, Sandbox};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tokio::io::AsyncWriteExt;

const PACKAGE: &str = "@anthropic-ai/claude-code@2.1.197";
const PROGRAM: &str = "node_modules/@anthropic-ai/claude-code-linux-x64/claude";

/// Not in the Landlock backend: the program's runtime aborts where it cannot read `/proc/self/maps`, and
/// Landlock cannot open a process's own entries without everybody's.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "installs an agent from npm"]
async fn claude_works_through_the_broker_in_bubblewrap() {
    let test = "claude_works_through_the_broker_in_bubblewrap";
    let Some(sandbox) = bubblewrap(test).await else { return };
    match install(PACKAGE, PROGRAM).await {
        Some((_folder, program)) => works(&sandbox, &program).await,
        None => println!("skipped {test}: npm does not install {PACKAGE} here"),
    }
}

async fn works(sandbox: &Sandbox, program: &Path) {
    let mut workspace = Workspace::new();
    let file = workspace.path().join("out.txt");
    let upstream = model(file.to_str().unwrap().to_owned()).await;
    let endpoint = config(&upstream.base_url()).endpoints.remove(0);
    let endpoint = Endpoint { mount: "/claude".into(), auth: Auth::XApiKey(secret()), ..endpoint };
    let broker =
        Broker::start(&BrokerConfig { endpoints: vec![endpoint], ..BrokerConfig::default() }).unwrap();
    let home = workspace.path().join("home");
    fs::create_dir(&home).unwrap();
    let home = home.to_str().unwrap();
    workspace.policy.read.push(program.into());
    workspace.policy.network = broker.network(18080);
    let variables = [
        ("HOME", home),
        ("CLAUDE_CONFIG_DIR", home),
        ("ANTHROPIC_API_KEY", DUMMY),
        ("ANTHROPIC_BASE_URL", "http://127.0.0.1:18080/claude"),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("DISABLE_AUTOUPDATER", "1"),
    ];
    workspace.policy.env.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let args = ["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits"];
    let command = CommandLine::new(program).args(args).arg("Write the file.");
    let finished = sandbox.run(&workspace.policy, &command, Vec::new()).await.unwrap();
    assert_ok(&finished);
    let said = text(&finished.stdout);
    assert!(said.contains("\"is_error\":false") && said.contains("All is done."), "{said}");
    assert_eq!(fs::read_to_string(file).unwrap(), "from the model\n", "{said}");
    let asked = upstream.seen();
    assert!(asked.iter().all(|request| request.contains(KEY) && !request.contains(DUMMY)), "{asked:?}");
    let tokens = broker.report().tokens;
    assert!(tokens.output >= 60 && tokens.cached >= 10, "{tokens:?}");
    assert_eq!(tokens, Tokens { input: tokens.output / 30 * 65, cached: tokens.output / 30 * 5, ..tokens });
}

/// Calls for a file first, and says that it is done when the tool's result has come.
async fn model(file: String) -> Upstream {
    Upstream::doing(move |mut stream, request| {
        let file = file.clone();
        async move {
            let said = if request.starts_with("POST /api/v1/messages") {
                let is_done = request.contains("\"tool_result\"") || !request.contains("\"name\":\"Write\"");
                let events = if is_done { done() } else { call(&file) };
                format!("{EVENTS}{}", events.concat())
            } else {
                answer("application/json", "{}")
            };
            let _gone = stream.write_all(said.as_bytes()).await;
        }
    })
    .await
}

fn call(file: &str) -> Vec<String> {
    let input = json!({ "file_path": file, "content": "from the model\n" }).to_string();
    let block = json!({ "type": "tool_use", "id": "toolu_1", "name": "Write", "input": {} });
    events(&block, &json!({ "type": "input_json_delta", "partial_json": input }), "tool_use")
}

fn done() -> Vec<String> {
    let block = json!({ "type": "text", "text": "" });
    events(&block, &json!({ "type": "text_delta", "text": "All is done." }), "end_turn")
}

fn events(block: &Value, delta: &Value, stop: &str) -> Vec<String> {
    let usage = json!({
        "input_tokens": 50, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1,
    });
    let message = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage,
    });
    let end = json!({ "stop_reason": stop, "stop_sequence": null });
    let events = [
        json!({ "type": "message_start", "message": message }),
        json!({ "type": "content_block_start", "index": 0, "content_block": block }),
        json!({ "type": "content_block_delta", "index": 0, "delta": delta }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "message_delta", "delta": end, "usage": { "output_tokens": 30 } }),
        json!({ "type": "message_stop" }),
    ];
    events.map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).into()
}
