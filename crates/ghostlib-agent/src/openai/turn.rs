use super::error::ModelError;
use ghostlib_sandbox::broker::Tokens;
use serde_json::Value;

/// One answer of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Turn {
    /// What it said.
    pub(super) text: String,
    /// What it thought, as far as it shows that.
    pub(super) reasoning: String,
    /// Why it declined.
    pub(super) refusal: String,
    /// The tools that it wants to use, in order.
    pub(super) calls: Vec<Call>,
    /// Whether the endpoint let it say no more.
    pub(super) is_cut_short: bool,
    /// What it used, if that was told.
    pub(super) tokens: Option<Tokens>,
    /// Thoughts in a form that only the endpoint can read, and wants to have back.
    pub(super) sealed: Vec<Value>,
}

impl Turn {
    /// Takes note of why it ended, in the word of either API.
    pub(super) fn ended(&mut self, why: Option<&str>) {
        match why {
            Some("length" | "max_output_tokens") => self.is_cut_short = true,
            Some("content_filter") => self.refusal += "the endpoint's filter stopped the answer",
            _ => {}
        }
    }
}

/// A tool that a model wants to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) tool: String,
    /// A JSON object, if the model kept to the form.
    pub(super) arguments: String,
}

/// What Chat Completions send after their last event.
pub(super) const DONE: &str = "[DONE]";

/// Puts an answer together from what an endpoint sends.
pub(super) trait Reader: Send {
    /// Takes one event of a stream, or an answer that came in one piece.
    fn event(&mut self, event: &Value) -> Result<(), ModelError>;

    /// The answer, if it is whole.
    fn finish(self: Box<Self>) -> Result<Turn, ModelError>;
}

/// What stands in place of arguments: a text, or the object itself.
pub(super) fn arguments(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A text, or the texts of a list of parts.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(|part| text(part.get("text").unwrap_or(part))).collect(),
        _ => String::new(),
    }
}

/// The numbers of a usage object of either API.
pub(super) fn tokens(usage: &Value) -> Option<Tokens> {
    let number = |names: [&str; 2]| names.iter().find_map(|name| usage[name].as_u64());
    let input = number(["input_tokens", "prompt_tokens"])?;
    let details = usage.get("input_tokens_details").or_else(|| usage.get("prompt_tokens_details"));
    let cached = details.and_then(|details| details["cached_tokens"].as_u64()).unwrap_or(0);
    Some(Tokens { input, cached, output: number(["output_tokens", "completion_tokens"]).unwrap_or(0) })
}

/// The error that an event carries, if it does.
pub(super) fn told_error(error: &Value) -> Option<ModelError> {
    if error.is_null() {
        return None;
    }
    let message = error["message"].as_str().map_or_else(|| text(error), str::to_owned);
    let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let code = match error["code"].as_u64().and_then(|code| u16::try_from(code).ok()) {
        Some(code) => code,
        None if format!("{} {}", word("code"), word("type")).contains("rate_limit") => 429,
        None if word("type").contains("invalid_request") => 400,
        None => 500,
    };
    Some(ModelError::Status { code, message, retry_after: None })
}
