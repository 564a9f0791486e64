//! Claude Code: `claude -p --output-format stream-json`.

use super::{Complaint, Conversation, DUMMY_KEY, Dialect, Listener, Place, Start, Streams};
use crate::Assignment;
use crate::trajectory::TrajectoryEvent;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Claude Code.
#[derive(Clone, Copy, Debug, Default)]
pub struct Claude {
    /// How its key is shown to the endpoint.
    pub credential: Credential,
}

/// What kind of key an agent has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// A key of the API.
    #[default]
    ApiKey,
    /// The token of a subscription, as `claude setup-token` makes it.
    Subscription,
}

/// Its own folder in its home.
pub(crate) const CONFIG_DIR: &str = ".claude";
const ARGS: [&str; 10] = [
    "-p",
    "--output-format",
    "stream-json",
    "--verbose",
    "--no-session-persistence",
    // The sandbox is what keeps it in.
    "--dangerously-skip-permissions",
    "--strict-mcp-config",
    // The endpoint would look into the web on its behalf.
    "--disallowedTools",
    "WebSearch",
    "WebFetch",
];

impl Dialect for Claude {
    fn mount(&self) -> &'static str {
        ""
    }

    fn models(&self, configured: &str) -> Vec<String> {
        models(configured)
    }

    fn name(&self, _program: &Path) -> String {
        "claude".into()
    }

    fn start(&self, place: &Place<'_>) -> Start {
        let mut args: Vec<String> = ARGS.map(str::to_owned).into();
        if let Some((model, _)) = place.model {
            for (option, value) in [("--model", &model.model), ("--effort", &model.effort)] {
                args.extend(value.iter().flat_map(|value| [option.to_owned(), value.clone()]));
            }
        }
        args.extend(["--".to_owned(), place.assignment.prompt.clone()]);
        Start { args, env: surroundings(self.credential, place), files: Vec::new() }
    }

    fn converse(&self, _assignment: &Assignment, streams: Streams) -> Box<dyn Conversation> {
        streams.listen(Events::default())
    }
}

/// The models that it asks for where this one is configured, or this short name of several. Some versions ask a small one
/// for titles and summaries.
pub(crate) fn models(configured: &str) -> Vec<String> {
    // What stands there is a larger window of the same model.
    let name = configured.strip_suffix("[1m]").unwrap_or(configured);
    let families: &[&str] = match name {
        "best" => &["opus", "fable"],
        "default" | "opusplan" => &["opus", "sonnet"],
        "fable" | "haiku" | "opus" | "sonnet" => &[name],
        _ => &[],
    };
    let families = families.iter().map(|family| format!("claude-{family}-*"));
    [name.to_owned(), "claude-haiku-*".to_owned()].into_iter().chain(families).collect()
}

/// The variables that lead it to its model, whoever starts it.
pub(crate) fn surroundings(credential: Credential, place: &Place<'_>) -> BTreeMap<String, String> {
    let config = place.home.join(CONFIG_DIR).to_string_lossy().into_owned();
    let key = match credential {
        Credential::ApiKey => "ANTHROPIC_API_KEY",
        Credential::Subscription => "CLAUDE_CODE_OAUTH_TOKEN",
    };
    let url = place.model.map(|(_, url)| ("ANTHROPIC_BASE_URL", url));
    // Its helpers would ask for others, which the broker refuses.
    let helpers = place.model.and_then(|(model, _)| model.model.as_deref());
    let helpers = helpers.map(|model| ("CLAUDE_CODE_SUBAGENT_MODEL", model));
    let env = [
        ("CLAUDE_CONFIG_DIR", config.as_str()),
        (key, DUMMY_KEY),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("DISABLE_AUTOUPDATER", "1"),
        ("DISABLE_TELEMETRY", "1"),
        // It would ask for a newer model in place of an old one that is configured.
        ("CLAUDE_CODE_DISABLE_LEGACY_MODEL_REMAP", "1"),
        // Longer than that, the session as a whole is begun again.
        ("CLAUDE_CODE_MAX_RETRIES", "4"),
        // Without it, root is not let skip permissions.
        ("IS_SANDBOX", "1"),
    ];
    env.into_iter()
        .chain(url)
        .chain(helpers)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What `--output-format stream-json` says: one JSON object a line.
#[derive(Debug, Default)]
struct Events {
    /// Calls of tools whose results have not come, in order: id, name, input.
    begun: Vec<(String, String, String)>,
    complaint: Option<Complaint>,
}

impl Listener for Events {
    fn line(&mut self, line: &str) -> Vec<TrajectoryEvent> {
        let Ok(event) = serde_json::from_str::<Value>(line) else {
            return vec![TrajectoryEvent::Text { from: "stdout".into(), text: line.to_owned() }];
        };
        let blocks = || event["message"]["content"].as_array().into_iter().flatten();
        match event["type"].as_str().unwrap_or_default() {
            "assistant" => blocks().filter_map(|block| self.block(block)).collect(),
            "user" => blocks().filter_map(|block| self.result(block)).collect(),
            "system" if event["subtype"] == "api_retry" => vec![retry(&event)],
            "result" => self.over(&event),
            _ => Vec::new(),
        }
    }

    fn unfinished(&mut self) -> Vec<TrajectoryEvent> {
        let call = |(_, tool, input)| TrajectoryEvent::ToolCall { tool, input, output: None, failed: false };
        self.begun.drain(..).map(call).collect()
    }

    fn complaint(&self) -> Option<Complaint> {
        self.complaint.clone()
    }
}

impl Events {
    fn block(&mut self, block: &Value) -> Option<TrajectoryEvent> {
        let text = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
        match block["type"].as_str()? {
            "text" => Some(TrajectoryEvent::message(text("text"))),
            "thinking" => Some(TrajectoryEvent::Reasoning { text: text("thinking") }),
            "tool_use" => {
                let input = block["input"]["command"].as_str().map(str::to_owned);
                let input = input.unwrap_or_else(|| block["input"].to_string());
                self.begun.push((text("id"), text("name"), input));
                None
            }
            _ => None,
        }
    }

    fn result(&mut self, block: &Value) -> Option<TrajectoryEvent> {
        let id = block["tool_use_id"].as_str()?;
        let at = self.begun.iter().position(|(begun, ..)| begun == id)?;
        let (_, tool, input) = self.begun.remove(at);
        let failed = block["is_error"] == true;
        Some(TrajectoryEvent::ToolCall { tool, input, output: Some(content(&block["content"])), failed })
    }

    fn over(&mut self, event: &Value) -> Vec<TrajectoryEvent> {
        let is_error = event["is_error"] == true || event["subtype"] != "success";
        let said = event["result"].as_str().or(event["subtype"].as_str()).unwrap_or_default();
        let mut errors = event["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let said = errors.next_back().unwrap_or(said);
        let complaint = match event["stop_reason"].as_str() {
            Some("refusal") => Complaint::Declined,
            _ => Complaint::Failed,
        };
        self.complaint = is_error.then(|| complaint(said.to_owned()));
        let usage = &event["usage"];
        let count = |name: &str| usage[name].as_u64().unwrap_or_default();
        let cached = count("cache_read_input_tokens");
        let usage = TrajectoryEvent::Usage {
            input: count("input_tokens") + count("cache_creation_input_tokens") + cached,
            cached,
            output: count("output_tokens"),
        };
        let cost = event["total_cost_usd"].as_f64().map(|usd| TrajectoryEvent::Cost { usd });
        [Some(usage), cost].into_iter().flatten().collect()
    }
}

/// The text of a tool's result: a string, or blocks.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn retry(event: &Value) -> TrajectoryEvent {
    let attempt = event["attempt"].as_u64().unwrap_or_default();
    let text = format!("it asks its model again, for the {attempt}th time: {}", event["error"]);
    TrajectoryEvent::Note { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stands_for_the_models_of_its_family() {
        assert_eq!(models("claude-opus-4-5[1m]"), ["claude-opus-4-5", "claude-haiku-*"]);
        assert_eq!(models("sonnet"), ["sonnet", "claude-haiku-*", "claude-sonnet-*"]);
    }

    #[test]
    fn what_it_says_is_understood() {
        let mut events = Events::default();
        let mut heard = Vec::new();
        for line in [
            r#"{"type":"system","subtype":"init"}"#,
            r#"{"type":"assistant","message":{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"I write."},{"type":"tool_use","id":"1","name":"Bash","input":{"command":"ls"}},{"type":"tool_use","id":"2","name":"Write","input":{"file_path":"a"}}]}}"#,
            r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"a"}],"is_error":true}]}}"#,
            r#"{"type":"result","subtype":"success","is_error":false,"result":"ok","total_cost_usd":0.5,"usage":{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation_input_tokens":4,"output_tokens":3}}"#,
        ] {
            heard.extend(events.line(line));
        }
        let call = |tool: &str, input: &str, output: Option<&str>, failed| TrajectoryEvent::ToolCall {
            tool: tool.into(),
            input: input.into(),
            output: output.map(str::to_owned),
            failed,
        };
        assert_eq!(
            heard,
            [
                TrajectoryEvent::Reasoning { text: "hm".into() },
                TrajectoryEvent::message("I write."),
                call("Bash", "ls", Some("a"), true),
                TrajectoryEvent::Usage { input: 7, cached: 2, output: 3 },
                TrajectoryEvent::Cost { usd: 0.5 },
            ]
        );
        assert_eq!(events.unfinished(), [call("Write", r#"{"file_path":"a"}"#, None, false)]);
        assert_eq!(events.complaint(), None);
        events.line(r#"{"type":"result","subtype":"success","is_error":true,"result":"dead"}"#);
        assert_eq!(events.complaint(), Some(Complaint::Failed("dead".into())));
        events.line(
            r#"{"type":"result","subtype":"success","is_error":true,"stop_reason":"refusal","result":"no"}"#,
        );
        assert_eq!(events.complaint(), Some(Complaint::Declined("no".into())));
    }
}
