//! OpenAI's Responses API. Nothing is kept at the endpoint: each request carries the whole conversation.

use super::conversation::{Item, Request};
use super::error::ModelError;
use super::turn::{Call, Reader, Turn, arguments, text, tokens, told_error};
use serde_json::{Value, json};

pub(super) const PATH: &str = "/responses";

pub(super) fn body(request: &Request<'_>) -> Value {
    let tools = request.tools.iter().map(|tool| {
        json!({
            "type": "function", "name": tool.name, "description": tool.description, "parameters": tool.schema,
            "strict": false,
        })
    });
    let mut body = json!({
        "model": request.model, "instructions": request.instructions,
        "input": request.items.iter().flat_map(items).collect::<Value>(), "tools": tools.collect::<Value>(),
        "stream": true, "store": false,
    });
    if let Some(effort) = request.effort {
        body["reasoning"] = json!({ "effort": effort, "summary": "auto" });
        // Models that do not reason refuse to be asked for this.
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    body
}

fn items(item: &Item) -> Vec<Value> {
    match item {
        Item::User(text) => {
            vec![
                json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": text }] }),
            ]
        }
        Item::Result { call, output } => {
            vec![json!({ "type": "function_call_output", "call_id": call, "output": output })]
        }
        Item::Answer(turn) => {
            let mut items = turn.sealed.clone();
            if !turn.text.is_empty() {
                let content = json!([{ "type": "output_text", "text": turn.text }]);
                items.push(json!({ "type": "message", "role": "assistant", "content": content }));
            }
            items.extend(turn.calls.iter().map(|call| {
                json!({
                    "type": "function_call", "call_id": call.id, "name": call.tool, "arguments": call.arguments,
                })
            }));
            items
        }
    }
}

/// Takes the whole items out of the events of an answer.
#[derive(Debug, Default)]
pub(super) struct Items {
    turn: Turn,
    n_known: usize,
    is_finished: bool,
}

impl Reader for Items {
    fn event(&mut self, event: &Value) -> Result<(), ModelError> {
        match event["type"].as_str().unwrap_or_default() {
            "response.output_item.done" => self.item(&event["item"]),
            "response.completed" | "response.incomplete" => self.response(&event["response"]),
            "response.failed" => {
                let error = told_error(&event["response"]["error"]);
                return Err(error.unwrap_or_else(|| ModelError::broken("the endpoint says that it failed")));
            }
            "error" => {
                let error = told_error(event.get("error").unwrap_or(event));
                return Err(error.unwrap_or_else(|| ModelError::broken("the endpoint tells an error")));
            }
            // A server that does not stream sends the response itself.
            _ if event["object"] == "response" => self.response(event),
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Turn, ModelError> {
        if !self.is_finished {
            return Err(ModelError::broken("it has no end"));
        }
        if self.n_known == 0 { Err(ModelError::malformed("there is nothing in it")) } else { Ok(self.turn) }
    }
}

impl Items {
    fn response(&mut self, response: &Value) {
        self.is_finished = true;
        self.turn.tokens = tokens(&response["usage"]);
        self.turn.ended(response["incomplete_details"]["reason"].as_str());
        if self.n_known == 0 {
            response["output"].as_array().into_iter().flatten().for_each(|item| self.item(item));
        }
    }

    fn item(&mut self, item: &Value) {
        let known = match item["type"].as_str().unwrap_or_default() {
            "message" => {
                for part in item["content"].as_array().into_iter().flatten() {
                    self.turn.text += &text(&part["text"]);
                    self.turn.refusal += &text(&part["refusal"]);
                }
                true
            }
            "reasoning" => {
                let thoughts = [&item["summary"], &item["content"]].map(text);
                self.turn.reasoning += &thoughts.concat();
                if item["encrypted_content"].is_string() {
                    self.turn.sealed.push(item.clone());
                }
                true
            }
            "function_call" | "custom_tool_call" => {
                let id = item["call_id"].as_str().or_else(|| item["id"].as_str()).unwrap_or_default();
                self.turn.calls.push(Call {
                    id: id.to_owned(),
                    tool: item["name"].as_str().unwrap_or_default().to_owned(),
                    arguments: arguments(item.get("arguments").unwrap_or(&item["input"])),
                });
                true
            }
            _ => false,
        };
        self.n_known += usize::from(known);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Api, conversation};
    use super::*;
    use ghostlib_sandbox::broker::Tokens;

    fn read(events: &[Value]) -> Result<Turn, ModelError> {
        let mut reader = Box::<Items>::default();
        events.iter().try_for_each(|event| reader.event(event))?;
        reader.finish()
    }

    fn output() -> Value {
        json!([
            { "type": "reasoning", "summary": [{ "text": "hm" }], "encrypted_content": "x" },
            { "type": "message", "content": [{ "type": "output_text", "text": "So." }] },
            { "type": "function_call", "call_id": "a", "name": "run", "arguments": "{}" },
            { "type": "unheard_of" },
        ])
    }

    #[test]
    fn a_request_has_the_form_of_the_api() {
        let tool = json!({
            "type": "function", "name": "run", "description": "Runs.", "parameters": { "type": "object" }, "strict": false,
        });
        let expected = json!({
            "model": "m",
            "instructions": "Work.",
            "input": [
                { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "do" }] },
                { "type": "reasoning", "encrypted_content": "x" },
                { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "So." }] },
                { "type": "function_call", "call_id": "c", "name": "run", "arguments": "{}" },
                { "type": "function_call_output", "call_id": "c", "output": "out" },
            ],
            "tools": [tool],
            "stream": true,
            "store": false,
        });
        assert_eq!(conversation::tests::body(Api::Responses, None), expected);
        let with_effort = conversation::tests::body(Api::Responses, Some("low"));
        assert_eq!(with_effort["reasoning"], json!({ "effort": "low", "summary": "auto" }));
        assert_eq!(with_effort["include"], json!(["reasoning.encrypted_content"]));
    }

    #[test]
    fn items_of_a_stream_and_of_one_piece_make_the_same_answer() {
        let usage =
            json!({ "input_tokens": 5, "input_tokens_details": { "cached_tokens": 1 }, "output_tokens": 2 });
        let item = |item: &Value| json!({ "type": "response.output_item.done", "item": item });
        let mut events: Vec<Value> = output().as_array().unwrap().iter().map(item).collect();
        events.insert(0, json!({ "type": "response.created", "response": { "output": [] } }));
        let response = json!({ "object": "response", "output": output(), "usage": usage });
        events.push(json!({ "type": "response.completed", "response": response }));
        let turn = read(&events).unwrap();
        assert_eq!(
            (&turn.text[..], &turn.reasoning[..], turn.calls.len(), turn.sealed.len()),
            ("So.", "hm", 1, 1)
        );
        assert_eq!(turn.tokens, Some(Tokens { input: 5, cached: 1, output: 2 }));
        assert_eq!(read(&[response]).unwrap(), turn);
    }

    #[test]
    fn what_is_not_whole_is_no_answer() {
        let item = json!({ "type": "response.output_item.done", "item": output()[1] });
        assert!(matches!(read(&[item]), Err(ModelError::Broken(_))));
        assert!(matches!(read(&[json!({ "type": "response.completed" })]), Err(ModelError::Malformed(_))));
        let failed = json!({ "type": "response.failed", "response": { "error": { "code": "rate_limit_exceeded", "message": "slow" } } });
        assert_eq!(read(&[failed]).unwrap_err().to_string(), "429: slow");
    }
}
