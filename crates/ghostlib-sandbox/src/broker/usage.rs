//! How many tokens an answer says it took: the `usage` objects of OpenAI's Responses and Chat Completions,
//! and of Anthropic's Messages, in one JSON body or in server-sent events.

use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// The longest body or event that is read for its usage, in bytes. The last event of the Responses API
/// repeats the whole answer.
const MAX_TEXT: usize = 16 << 20;

/// Tokens, as the endpoint counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// What the model read, cached or not.
    pub input: u64,
    /// What of it came out of a cache.
    pub cached: u64,
    /// What the model wrote, reasoning included.
    pub output: u64,
}

impl Tokens {
    /// Input and output together.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// The larger of each: what a stream tells later includes what it told before.
    fn max(self, other: Self) -> Self {
        Self {
            input: self.input.max(other.input),
            cached: self.cached.max(other.cached),
            output: self.output.max(other.output),
        }
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.input = self.input.saturating_add(other.input);
        self.cached = self.cached.saturating_add(other.cached);
        self.output = self.output.saturating_add(other.output);
    }
}

/// Reads an answer as it passes by.
#[derive(Debug)]
pub(super) struct UsageReader {
    kind: Kind,
    text: Vec<u8>,
    is_too_long: bool,
    tokens: Option<Tokens>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Events,
    Json,
    Other,
}

impl UsageReader {
    /// For a body of this content type.
    pub(super) fn new(content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let kind = match media_type.as_str() {
            "text/event-stream" => Kind::Events,
            "application/json" => Kind::Json,
            _ => Kind::Other,
        };
        Self { kind, text: Vec::new(), is_too_long: false, tokens: None }
    }

    /// The next part.
    pub(super) fn push(&mut self, part: &[u8]) {
        match self.kind {
            Kind::Other => {}
            Kind::Json => self.keep(part),
            Kind::Events => {
                for line in part.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
                    self.keep(line);
                    if line.ends_with(b"\n") || line.ends_with(b"\r") {
                        self.end_line();
                    }
                }
            }
        }
    }

    /// What the parts so far told; nothing if they did not tell.
    pub(super) fn finish(&mut self) -> Option<Tokens> {
        match self.kind {
            Kind::Events => self.end_line(),
            Kind::Json => {
                let text = std::mem::take(&mut self.text);
                self.read(&text);
            }
            Kind::Other => {}
        }
        self.tokens
    }

    fn keep(&mut self, part: &[u8]) {
        self.is_too_long |= self.text.len() + part.len() > MAX_TEXT;
        if self.is_too_long {
            self.text = Vec::new();
        } else {
            self.text.extend_from_slice(part);
        }
    }

    fn end_line(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        if let Some(data) = text.strip_prefix(b"data:") {
            self.read(data);
        }
        text.clear();
        self.text = text;
        self.is_too_long = false;
    }

    fn read(&mut self, json: &[u8]) {
        // Nearly all events have none, and to parse them would cost time.
        if memmem::find(json, b"\"usage\"").is_none() {
            return;
        }
        if let Ok(told) = serde_json::from_slice::<Told>(json)
            && let Some(tokens) = told.tokens()
        {
            self.tokens = Some(self.tokens.unwrap_or_default().max(tokens));
        }
    }
}

/// An answer or an event of any of the formats.
#[derive(Deserialize)]
struct Told {
    usage: Option<Usage>,
    /// In the events of the Responses API.
    response: Option<Inner>,
    /// In the first event of the Messages API.
    message: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(alias = "prompt_tokens")]
    input_tokens: Option<u64>,
    #[serde(alias = "completion_tokens")]
    output_tokens: Option<u64>,
    #[serde(alias = "prompt_tokens_details")]
    input_tokens_details: Option<Details>,
    /// These two are Anthropic's, and not contained in its `input_tokens`.
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct Details {
    cached_tokens: Option<u64>,
}

impl Told {
    fn tokens(self) -> Option<Tokens> {
        let inner = || self.response.or(self.message).and_then(|inner| inner.usage);
        let usage = self.usage.or_else(inner)?;
        let read = usage.cache_read_input_tokens.unwrap_or(0);
        let created = usage.cache_creation_input_tokens.unwrap_or(0);
        let contained = usage.input_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0);
        let input = usage.input_tokens.unwrap_or(0);
        Some(Tokens {
            input: input.saturating_add(read).saturating_add(created),
            cached: read.saturating_add(contained),
            output: usage.output_tokens.unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, text: &str) -> Option<Tokens> {
        let whole = |size: usize| {
            let mut reader = UsageReader::new(content_type);
            text.as_bytes().chunks(size).for_each(|part| reader.push(part));
            reader.finish()
        };
        assert_eq!(whole(1), whole(text.len()));
        whole(7)
    }

    const EVENTS: &str = "text/event-stream; charset=utf-8";

    #[test]
    fn responses() {
        let usage = r#"{"input_tokens":100,"input_tokens_details":{"cached_tokens":7},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":120}"#;
        let tokens = Some(Tokens { input: 100, cached: 7, output: 20 });
        let event = format!(
            "event: response.created\ndata: {{\"type\":\"response.created\",\"response\":{{\"id\":\"r\",\"usage\":null}}}}\n\n\
             event: response.completed\ndata: {{\"response\":{{\"usage\":{usage}}}}}\n\n"
        );
        assert_eq!(read(EVENTS, &event), tokens);
        assert_eq!(read("application/json", &format!(r#"{{"output":[],"usage":{usage}}}"#)), tokens);
    }

    #[test]
    fn chat_completions() {
        let usage = r#"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":2}}"#;
        let tokens = Some(Tokens { input: 9, cached: 2, output: 4 });
        let events = format!(
            "data: {{\"choices\":[],\"usage\":null}}\r\n\r\ndata: {{\"choices\":[],\"usage\":{usage}}}\r\n\r\ndata: [DONE]\r\n\r\n"
        );
        assert_eq!(read(EVENTS, &events), tokens);
        assert_eq!(read("application/json", &format!(r#"{{"usage":{usage}}}"#)), tokens);
    }

    #[test]
    fn messages() {
        let started = r#"{"type":"message_start","message":{"usage":{"input_tokens":50,"cache_creation_input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}}}"#;
        let events = format!(
            "event: message_start\ndata: {started}\n\nevent: message_delta\ndata: {{\"delta\":{{}},\"usage\":{{\"output_tokens\":30}}}}\n\n"
        );
        assert_eq!(read(EVENTS, &events), Some(Tokens { input: 65, cached: 5, output: 30 }));
        let body = r#"{"usage":{"input_tokens":50,"output_tokens":30}}"#;
        assert_eq!(read("application/json", body), Some(Tokens { input: 50, cached: 0, output: 30 }));
    }

    #[test]
    fn what_a_model_says_about_usage_is_no_usage() {
        let text = r#"{"content":[{"type":"tool_use","input":{"usage":{"output_tokens":9}}},{"text":"\"usage\":{\"output_tokens\":9}"}]}"#;
        assert_eq!(read("application/json", text), None);
        assert_eq!(read(EVENTS, &format!("data: {text}\n\n")), None);
        assert_eq!(read("text/plain", r#"{"usage":{"output_tokens":9}}"#), None);
    }

    #[test]
    fn numbers_beyond_all_bounds_do_no_harm() {
        let text = format!(r#"{{"usage":{{"input_tokens":{0},"cache_read_input_tokens":{0}}}}}"#, u64::MAX);
        assert_eq!(read("application/json", &text).unwrap().total(), u64::MAX);
    }

    #[test]
    fn a_text_that_is_too_long_is_given_up() {
        let mut reader = UsageReader::new(EVENTS);
        reader.push(&vec![b'x'; MAX_TEXT + 1]);
        reader.push(b"x");
        assert!(reader.text.is_empty());
        reader.push(b"\ndata: {\"usage\":{\"output_tokens\":1}}\n\n");
        assert_eq!(reader.finish().unwrap().output, 1);
    }
}
