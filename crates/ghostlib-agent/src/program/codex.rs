//! The Codex CLI: `codex exec --json`.

use super::{Complaint, Conversation, DUMMY_KEY, Dialect, Listener, Place, Start, Streams};
use crate::trajectory::{FileChangeKind, TrajectoryEvent};
use crate::{Assignment, ModelAccess};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use toml::toml;

/// The Codex CLI.
#[derive(Clone, Copy, Debug, Default)]
pub struct Codex;

const ARGS: [&str; 6] = [
    "exec",
    "--json",
    "--skip-git-repo-check",
    "--ephemeral",
    // Its own sandbox does not nest inside of ours.
    "--dangerously-bypass-approvals-and-sandbox",
    "--",
];
const KEY_VARIABLE: &str = "GHOSTLIB_MODEL_KEY";
const CONFIG_DIR: &str = ".codex";

impl Dialect for Codex {
    fn mount(&self) -> &'static str {
        "/v1"
    }

    fn name(&self, _program: &Path) -> String {
        "codex".into()
    }

    fn start(&self, place: &Place<'_>) -> Start {
        let args = ARGS.map(str::to_owned).into_iter().chain([place.assignment.prompt.clone()]);
        let (env, files) = surroundings(place);
        Start { args: args.collect(), env, files }
    }

    fn converse(&self, _assignment: &Assignment, streams: Streams) -> Box<dyn Conversation> {
        streams.listen(Events::default())
    }
}

/// The variables and the files of its home that lead it to its model, whoever starts it.
pub(crate) fn surroundings(place: &Place<'_>) -> (BTreeMap<String, String>, Vec<(String, String)>) {
    let config = place.model.map(|(model, url)| config(model, url)).unwrap_or_default();
    let home = place.home.join(CONFIG_DIR).to_string_lossy().into_owned();
    let env = [("CODEX_HOME", home), (KEY_VARIABLE, DUMMY_KEY.to_owned())];
    let env = env.map(|(name, value)| (name.to_owned(), value));
    (env.into(), vec![(format!("{CONFIG_DIR}/config.toml"), config)])
}

fn config(model: &ModelAccess, url: &str) -> String {
    let mut config = toml! {
        model_provider = "ghostlib"
        approval_policy = "never"
        // The endpoint would search the web on its behalf.
        web_search = "disabled"

        [model_providers.ghostlib]
        name = "ghostlib"
        wire_api = "responses"
        env_key = "GHOSTLIB_MODEL_KEY"
        request_max_retries = 4
        stream_max_retries = 4
        stream_idle_timeout_ms = 600_000

        [shell_environment_policy]
        inherit = "core"

        [analytics]
        enabled = false
    };
    for (key, value) in [("model", &model.model), ("model_reasoning_effort", &model.effort)] {
        if let Some(value) = value {
            config.insert(key.into(), value.clone().into());
        }
    }
    config["model_providers"]["ghostlib"]
        .as_table_mut()
        .map(|provider| provider.insert("base_url".into(), format!("{url}/v1").into()));
    config.to_string()
}

/// What `codex exec --json` says: one JSON object a line.
#[derive(Debug, Default)]
struct Events {
    /// Calls of tools that have begun, by id.
    begun: HashMap<String, TrajectoryEvent>,
    complaint: Option<Complaint>,
}

impl Listener for Events {
    fn line(&mut self, line: &str) -> Vec<TrajectoryEvent> {
        let Ok(event) = serde_json::from_str::<Value>(line) else {
            return vec![TrajectoryEvent::Text { from: "stdout".into(), text: line.to_owned() }];
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match event["type"].as_str().unwrap_or_default() {
            "item.started" => self.begin(&event["item"]),
            "item.completed" => self.complete(&event["item"]),
            "turn.completed" => {
                self.complaint = None;
                vec![usage(&event["usage"])]
            }
            "turn.failed" => {
                self.complaint = Some(Complaint::Failed(text(&event["error"]["message"])));
                vec![TrajectoryEvent::Text { from: "error".into(), text: text(&event["error"]["message"]) }]
            }
            "error" => vec![TrajectoryEvent::Text { from: "error".into(), text: text(&event["message"]) }],
            _ => Vec::new(),
        }
    }

    fn unfinished(&mut self) -> Vec<TrajectoryEvent> {
        self.begun.drain().map(|(_, event)| event).collect()
    }

    fn complaint(&self) -> Option<Complaint> {
        self.complaint.clone()
    }
}

impl Events {
    fn begin(&mut self, item: &Value) -> Vec<TrajectoryEvent> {
        if let (Some(call), Some(id)) = (tool_call(item), item["id"].as_str()) {
            self.begun.insert(id.to_owned(), call);
        }
        Vec::new()
    }

    fn complete(&mut self, item: &Value) -> Vec<TrajectoryEvent> {
        if let Some(id) = item["id"].as_str() {
            self.begun.remove(id);
        }
        let text = || item["text"].as_str().or(item["message"].as_str()).unwrap_or_default().to_owned();
        match item["type"].as_str().unwrap_or_default() {
            "agent_message" => vec![TrajectoryEvent::message(text())],
            "reasoning" => vec![TrajectoryEvent::Reasoning { text: text() }],
            "error" => vec![TrajectoryEvent::Text { from: "error".into(), text: text() }],
            "file_change" => item["changes"].as_array().into_iter().flatten().map(file_change).collect(),
            _ => tool_call(item).into_iter().collect(),
        }
    }
}

fn tool_call(item: &Value) -> Option<TrajectoryEvent> {
    let kind = item["type"].as_str()?;
    let failed = item["status"] == "failed" || item["exit_code"].as_i64().is_some_and(|code| code != 0);
    let (tool, input, output) = match kind {
        "command_execution" => {
            (kind.to_owned(), item["command"].as_str()?.to_owned(), item["aggregated_output"].as_str())
        }
        "mcp_tool_call" => (item["tool"].as_str()?.to_owned(), item["arguments"].to_string(), None),
        _ => return None,
    };
    let is_over = item["status"] != "in_progress";
    let output = output.filter(|_| is_over).map(str::to_owned);
    Some(TrajectoryEvent::ToolCall { tool, input, output, failed })
}

fn file_change(change: &Value) -> TrajectoryEvent {
    TrajectoryEvent::FileChange {
        path: change["path"].as_str().unwrap_or_default().to_owned(),
        change: match change["kind"].as_str() {
            Some("add") => FileChangeKind::Added,
            Some("delete") => FileChangeKind::Removed,
            _ => FileChangeKind::Changed,
        },
    }
}

fn usage(usage: &Value) -> TrajectoryEvent {
    let count = |name: &str| usage[name].as_u64().unwrap_or_default();
    TrajectoryEvent::Usage {
        input: count("input_tokens"),
        cached: count("cached_input_tokens"),
        output: count("output_tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_is_understood() {
        let mut events = Events::default();
        let mut heard = Vec::new();
        for line in [
            r#"{"type":"thread.started","thread_id":"t"}"#,
            r#"{"type":"item.started","item":{"id":"1","type":"command_execution","command":"ls","status":"in_progress"}}"#,
            r#"{"type":"item.completed","item":{"id":"1","type":"command_execution","command":"ls","aggregated_output":"a\n","exit_code":2,"status":"failed"}}"#,
            r#"{"type":"item.completed","item":{"id":"2","type":"file_change","changes":[{"path":"a.rs","kind":"add"}],"status":"completed"}}"#,
            r#"{"type":"item.started","item":{"id":"3","type":"command_execution","command":"sleep 9","aggregated_output":"","status":"in_progress"}}"#,
            r#"{"type":"turn.completed","usage":{"input_tokens":5,"cached_input_tokens":1,"output_tokens":2}}"#,
            r#"{"type":"something.new","n":1}"#,
            "no JSON",
        ] {
            heard.extend(events.line(line));
        }
        let call = |input: &str, output: Option<&str>, failed| TrajectoryEvent::ToolCall {
            tool: "command_execution".into(),
            input: input.into(),
            output: output.map(str::to_owned),
            failed,
        };
        assert_eq!(
            heard,
            [
                call("ls", Some("a\n"), true),
                TrajectoryEvent::FileChange { path: "a.rs".into(), change: FileChangeKind::Added },
                TrajectoryEvent::Usage { input: 5, cached: 1, output: 2 },
                TrajectoryEvent::Text { from: "stdout".into(), text: "no JSON".into() },
            ]
        );
        assert_eq!(events.unfinished(), [call("sleep 9", None, false)]);
        assert_eq!(events.complaint(), None);
        events.line(r#"{"type":"turn.failed","error":{"message":"no way"}}"#);
        assert_eq!(events.complaint(), Some(Complaint::Failed("no way".into())));
    }
}
