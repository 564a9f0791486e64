use super::tools::Tool;
use super::turn::Turn;
use super::{Api, chat, responses};
use serde_json::Value;

/// What is asked of a model.
pub(super) struct Request<'a> {
    pub(super) model: &'a str,
    pub(super) effort: Option<&'a str>,
    pub(super) instructions: &'a str,
    pub(super) items: &'a [Item],
    pub(super) tools: &'a [Tool],
}

/// One piece of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    User(String),
    Answer(Turn),
    /// What came of a call.
    Result {
        /// The call's id.
        call: String,
        output: String,
    },
}

impl Api {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Responses => responses::PATH,
            Self::Chat => chat::PATH,
        }
    }

    pub(super) fn body(self, request: &Request<'_>) -> Value {
        match self {
            Self::Responses => responses::body(request),
            Self::Chat => chat::body(request),
        }
    }

    pub(super) fn reader(self) -> Box<dyn super::turn::Reader> {
        match self {
            Self::Responses => Box::<responses::Items>::default(),
            Self::Chat => Box::<chat::Chunks>::default(),
        }
    }
}

/// Makes an answer one that every endpoint takes back: each call has an id and the name of some tool, and its arguments
/// are a JSON object. Templates of local models fail on others.
pub(super) fn presentable(mut turn: Turn, n_before: usize) -> Turn {
    for (at, call) in turn.calls.iter_mut().enumerate() {
        if call.id.is_empty() {
            call.id = format!("call_{}", n_before + at);
        }
        if call.tool.is_empty() {
            call.tool = "unknown".into();
        }
        if !matches!(serde_json::from_str(&call.arguments), Ok(Value::Object(_))) {
            call.arguments = "{}".into();
        }
    }
    turn
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::turn::Call;
    use super::*;
    use serde_json::json;

    fn call(id: &str, tool: &str, arguments: &str) -> Call {
        Call { id: id.into(), tool: tool.into(), arguments: arguments.into() }
    }

    /// The body of a request with each kind of item.
    pub(in crate::openai) fn body(api: Api, effort: Option<&str>) -> Value {
        let turn = Turn {
            text: "So.".into(),
            calls: vec![call("c", "run", "{}")],
            sealed: vec![json!({ "type": "reasoning", "encrypted_content": "x" })],
            ..Turn::default()
        };
        let result = Item::Result { call: "c".into(), output: "out".into() };
        let tool = Tool { name: "run", description: "Runs.", schema: json!({ "type": "object" }) };
        api.body(&Request {
            model: "m",
            effort,
            instructions: "Work.",
            items: &[Item::User("do".into()), Item::Answer(turn), result],
            tools: &[tool],
        })
    }

    #[test]
    fn what_an_endpoint_would_not_take_back_is_not_sent_back() {
        let calls = vec![call("", "", "{"), call("b", "run", "[1]"), call("c", "run", "{\"x\":1}")];
        let turn = presentable(Turn { calls, ..Turn::default() }, 7);
        assert_eq!(
            turn.calls,
            [call("call_7", "unknown", "{}"), call("b", "run", "{}"), call("c", "run", "{\"x\":1}"),]
        );
    }
}
