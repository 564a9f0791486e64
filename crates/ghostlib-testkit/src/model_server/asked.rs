//! What a request says, in whichever format it says it.

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// The body; null if it is no JSON.
    pub body: Value,
}

/// The format of a request that is for the script to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Responses,
    Chat,
    Messages,
}

/// Something that a client can be asked to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tool {
    pub(super) name: String,
    /// The JSON Schema of its arguments; none for one that takes plain text.
    pub(super) schema: Option<Value>,
}

impl Asked {
    /// The value of a header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The format, if this is a request for an answer.
    pub(super) fn format(&self) -> Option<Format> {
        let path = self.path.split('?').next().unwrap_or_default();
        if self.method != "POST" {
            return None;
        }
        let formats = [
            ("/responses", Format::Responses),
            ("/chat/completions", Format::Chat),
            ("/messages", Format::Messages),
        ];
        formats.into_iter().find(|(end, _)| path.ends_with(end)).map(|(_, format)| format)
    }

    pub(super) fn is_streamed(&self) -> bool {
        self.body["stream"] == true
    }

    pub(super) fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or("scripted")
    }

    pub(super) fn tools(&self) -> Vec<Tool> {
        items(&self.body["tools"]).iter().filter_map(tool).collect()
    }

    /// How many tool results the conversation holds, and how many answers without a call that the client has replied to.
    pub(super) fn progress(&self, format: Format) -> (usize, usize) {
        let turns = match format {
            Format::Responses => items(&self.body["input"]).iter().map(turn_of_item).collect::<Vec<_>>(),
            Format::Chat => items(&self.body["messages"]).iter().map(turn_of_chat).collect(),
            Format::Messages => items(&self.body["messages"]).iter().map(turn_of_message).collect(),
        };
        let n_results = turns.iter().map(|turn| if let Turn::Results(n) = turn { *n } else { 0 }).sum();
        let replied = |pair: &[Turn]| pair[0] == Turn::Said && pair[1] == Turn::User;
        (n_results, turns.windows(2).filter(|pair| replied(pair)).count())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The model spoke, and called nothing.
    Said,
    /// So many results of calls.
    Results(usize),
    User,
    Other,
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn turn_of_item(item: &Value) -> Turn {
    match (item["type"].as_str(), item["role"].as_str()) {
        (Some(kind), _) if kind.ends_with("call_output") => Turn::Results(1),
        (None | Some("message"), Some("assistant")) => Turn::Said,
        (None | Some("message"), Some("user")) => Turn::User,
        _ => Turn::Other,
    }
}

fn turn_of_chat(message: &Value) -> Turn {
    match message["role"].as_str() {
        Some("tool") => Turn::Results(1),
        Some("assistant") if items(&message["tool_calls"]).is_empty() => Turn::Said,
        Some("user") => Turn::User,
        _ => Turn::Other,
    }
}

fn turn_of_message(message: &Value) -> Turn {
    let n = |kind| items(&message["content"]).iter().filter(|block| block["type"] == kind).count();
    match message["role"].as_str() {
        Some("assistant") if n("tool_use") == 0 => Turn::Said,
        Some("user") if n("tool_result") > 0 => Turn::Results(n("tool_result")),
        Some("user") => Turn::User,
        _ => Turn::Other,
    }
}

fn tool(tool: &Value) -> Option<Tool> {
    // Chat Completions has its tools one level deeper.
    let tool = tool.get("function").unwrap_or(tool);
    let name = tool["name"].as_str()?.to_owned();
    let schema = tool.get("parameters").or_else(|| tool.get("input_schema")).cloned();
    Some(Tool { name, schema })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(path: &str, body: Value) -> Asked {
        Asked { method: "POST".into(), path: path.into(), headers: Vec::new(), body }
    }

    #[test]
    fn formats_are_told_by_the_path() {
        let format = |path| asked(path, Value::Null).format();
        assert_eq!(format("/v1/messages?beta=true"), Some(Format::Messages));
        assert_eq!(format("/v1/messages/count_tokens"), None);
        assert_eq!(format("/v1/chat/completions"), Some(Format::Chat));
    }

    #[test]
    fn results_and_plain_answers_are_counted_in_every_format() {
        let responses = json!({ "input": [
            { "role": "user", "content": "go" },
            { "type": "message", "role": "assistant", "content": [] },
            { "type": "function_call", "call_id": "a" },
            { "type": "function_call_output", "call_id": "a" },
            { "type": "message", "role": "assistant", "content": [] },
            { "type": "message", "role": "user", "content": [] },
        ] });
        let chat = json!({ "messages": [
            { "role": "user", "content": "go" },
            { "role": "assistant", "content": null, "tool_calls": [{}] },
            { "role": "tool", "content": "" },
            { "role": "assistant", "content": "so" },
            { "role": "user", "content": "and?" },
        ] });
        let messages = json!({ "messages": [
            { "role": "user", "content": "go" },
            { "role": "assistant", "content": [{ "type": "tool_use" }] },
            { "role": "user", "content": [{ "type": "tool_result" }, { "type": "text" }] },
            { "role": "assistant", "content": "so" },
            { "role": "user", "content": "and?" },
        ] });
        assert_eq!(asked("", responses).progress(Format::Responses), (1, 1));
        assert_eq!(asked("", chat).progress(Format::Chat), (1, 1));
        assert_eq!(asked("", messages).progress(Format::Messages), (1, 1));
    }
}
