//! Chat Completions, as OpenAI and most servers for local models speak them. Servers differ: ids, usage and the index of
//! a call may be missing, arguments may be an object, a call may come whole or in pieces.

use super::conversation::{Item, Request};
use super::error::ModelError;
use super::turn::{Call, DONE, Reader, Turn, arguments, text, tokens, told_error};
use serde_json::{Value, json};

pub(super) const PATH: &str = "/chat/completions";

pub(super) fn body(request: &Request<'_>) -> Value {
    let system = json!({ "role": "system", "content": request.instructions });
    let messages = [system].into_iter().chain(request.items.iter().map(message));
    let tools = request.tools.iter().map(|tool| {
        let function =
            json!({ "name": tool.name, "description": tool.description, "parameters": tool.schema });
        json!({ "type": "function", "function": function })
    });
    let mut body = json!({
        "model": request.model, "messages": messages.collect::<Value>(), "tools": tools.collect::<Value>(),
        "stream": true, "stream_options": { "include_usage": true },
    });
    if let Some(effort) = request.effort {
        body["reasoning_effort"] = effort.into();
    }
    body
}

fn message(item: &Item) -> Value {
    match item {
        Item::User(text) => json!({ "role": "user", "content": text }),
        Item::Result { call, output } => json!({ "role": "tool", "tool_call_id": call, "content": output }),
        Item::Answer(turn) => {
            let mut message = json!({ "role": "assistant", "content": turn.text });
            if !turn.calls.is_empty() {
                let calls = turn.calls.iter().map(|call| {
                    let function = json!({ "name": call.tool, "arguments": call.arguments });
                    json!({ "id": call.id, "type": "function", "function": function })
                });
                message["tool_calls"] = calls.collect();
            }
            message
        }
    }
}

/// Puts the chunks of an answer together.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    turn: Turn,
    /// The index that the server gave each call, if it did.
    indices: Vec<Option<u64>>,
    n_choices: usize,
    is_finished: bool,
}

impl Reader for Chunks {
    fn event(&mut self, event: &Value) -> Result<(), ModelError> {
        if let Some(error) = told_error(&event["error"]) {
            return Err(error);
        }
        self.turn.tokens = tokens(&event["usage"]).or(self.turn.tokens);
        self.is_finished |= *event == DONE;
        let Some(choice) = event["choices"].get(0) else { return Ok(()) };
        self.n_choices += 1;
        // A server that does not stream has the message in place of its pieces.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        self.turn.text += &text(&delta["content"]);
        self.turn.refusal += &text(&delta["refusal"]);
        self.turn.reasoning += &text(delta.get("reasoning_content").unwrap_or(&delta["reasoning"]));
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            self.call(call);
        }
        let ended = choice["finish_reason"].as_str();
        self.turn.ended(ended);
        self.is_finished |= ended.is_some();
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Turn, ModelError> {
        match (self.is_finished, self.n_choices) {
            (false, _) => Err(ModelError::broken("it has no end")),
            (true, 0) => Err(ModelError::malformed("there is nothing in it")),
            (true, _) => Ok(self.turn),
        }
    }
}

impl Chunks {
    /// Takes a call, or a piece of one.
    fn call(&mut self, piece: &Value) {
        let index = piece["index"].as_u64();
        let id = piece["id"].as_str().unwrap_or_default();
        let name = piece["function"]["name"].as_str().unwrap_or_default();
        let at = match index {
            Some(_) => self.indices.iter().rposition(|known| *known == index),
            None => self.turn.calls.len().checked_sub(1).filter(|_| name.is_empty()),
        };
        // Some servers give all calls the same index.
        let is_another = |call: &Call| !name.is_empty() && !id.is_empty() && call.id != id;
        let at = at.filter(|at| !is_another(&self.turn.calls[*at])).unwrap_or_else(|| {
            self.indices.push(index);
            self.turn.calls.push(Call::default());
            self.turn.calls.len() - 1
        });
        let call = &mut self.turn.calls[at];
        if call.id.is_empty() {
            id.clone_into(&mut call.id);
        }
        if call.tool.is_empty() {
            name.clone_into(&mut call.tool);
        }
        call.arguments += &arguments(&piece["function"]["arguments"]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Api, conversation};
    use super::*;
    use ghostlib_sandbox::broker::Tokens;

    fn read(events: &[Value]) -> Result<Turn, ModelError> {
        let mut reader = Box::<Chunks>::default();
        events.iter().try_for_each(|event| reader.event(event))?;
        reader.finish()
    }

    fn delta(delta: &Value) -> Value {
        json!({ "choices": [{ "delta": delta }] })
    }

    fn calls(deltas: &[Value]) -> Vec<(String, String, String)> {
        let mut events: Vec<Value> =
            deltas.iter().map(|call| delta(&json!({ "tool_calls": [call] }))).collect();
        events.push(json!({ "choices": [{ "delta": {}, "finish_reason": "tool_calls" }] }));
        read(&events).unwrap().calls.into_iter().map(|call| (call.id, call.tool, call.arguments)).collect()
    }

    fn call(id: &str, tool: &str, arguments: &str) -> (String, String, String) {
        (id.into(), tool.into(), arguments.into())
    }

    #[test]
    fn a_request_has_the_form_of_the_api() {
        let function = json!({ "name": "run", "arguments": "{}" });
        let call = json!({ "id": "c", "type": "function", "function": function });
        let tool = json!({ "name": "run", "description": "Runs.", "parameters": { "type": "object" } });
        let expected = json!({
            "model": "m",
            "messages": [
                { "role": "system", "content": "Work." },
                { "role": "user", "content": "do" },
                { "role": "assistant", "content": "So.", "tool_calls": [call] },
                { "role": "tool", "tool_call_id": "c", "content": "out" },
            ],
            "tools": [{ "type": "function", "function": tool }],
            "stream": true,
            "stream_options": { "include_usage": true },
            "reasoning_effort": "high",
        });
        assert_eq!(conversation::tests::body(Api::Chat, Some("high")), expected);
    }

    #[test]
    fn pieces_are_put_together() {
        let turn = read(&[
            delta(&json!({ "role": "assistant", "content": null, "reasoning_content": "hm" })),
            delta(&json!({ "content": "So" })),
            delta(&json!({ "content": [{ "type": "text", "text": " be it." }] })),
            json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] }),
            json!({ "choices": [], "usage": { "prompt_tokens": 9, "completion_tokens": 4 } }),
        ])
        .unwrap();
        assert_eq!((&turn.text[..], &turn.reasoning[..]), ("So be it.", "hm"));
        assert_eq!(turn.tokens, Some(Tokens { input: 9, cached: 0, output: 4 }));
    }

    #[test]
    fn calls_are_understood_in_the_ways_that_servers_send_them() {
        let pieces = [
            json!({ "index": 0, "id": "a", "function": { "name": "run", "arguments": "" } }),
            json!({ "index": 0, "function": { "arguments": "{\"x\"" } }),
            json!({ "index": 1, "id": "b", "function": { "name": "list", "arguments": "{}" } }),
            json!({ "index": 0, "function": { "arguments": ":1}" } }),
        ];
        assert_eq!(calls(&pieces), [call("a", "run", "{\"x\":1}"), call("b", "list", "{}")]);
        let whole = [
            json!({ "function": { "name": "run", "arguments": { "x": 1 } } }),
            json!({ "function": { "name": "list", "arguments": null } }),
        ];
        assert_eq!(calls(&whole), [call("", "run", "{\"x\":1}"), call("", "list", "")]);
        let same_index = [
            json!({ "index": 0, "id": "a", "function": { "name": "run", "arguments": "{}" } }),
            json!({ "index": 0, "id": "b", "function": { "name": "run", "arguments": "{}" } }),
        ];
        assert_eq!(calls(&same_index), [call("a", "run", "{}"), call("b", "run", "{}")]);
    }

    #[test]
    fn it_is_told_why_an_answer_ended_early() {
        let ended =
            |why: &str| read(&[json!({ "choices": [{ "delta": {}, "finish_reason": why }] })]).unwrap();
        assert!(ended("length").is_cut_short && !ended("content_filter").refusal.is_empty());
        assert_eq!(ended("stop"), Turn::default());
    }

    #[test]
    fn an_answer_in_one_piece_is_one_too() {
        let message = json!({ "role": "assistant", "content": "So.", "tool_calls": null });
        let turn = read(&[json!({ "choices": [{ "message": message, "finish_reason": "stop" }] })]).unwrap();
        assert_eq!(turn.text, "So.");
    }

    #[test]
    fn an_answer_without_its_end_is_none_and_an_error_in_between_is_told() {
        assert!(matches!(read(&[delta(&json!({ "content": "So" }))]), Err(ModelError::Broken(_))));
        assert!(matches!(read(&[json!({}), json!("[DONE]")]), Err(ModelError::Malformed(_))));
        assert_eq!(read(&[delta(&json!({ "content": "So" })), json!("[DONE]")]).unwrap().text, "So");
        let error =
            read(&[json!({ "error": { "message": "no memory", "type": "server_error" } })]).unwrap_err();
        assert_eq!(error.to_string(), "500: no memory");
    }
}
