//! OpenAI's Responses API (<https://platform.openai.com/docs/api-reference/responses>).

use super::answer::{Answer, Part};
use super::call::{Call, Input};
use super::frame::{Frame, pieces};
use super::script::Usage;
use serde_json::{Value, json};

pub(super) fn whole(answer: &Answer, model: &str) -> Value {
    let items: Vec<Value> =
        answer.parts.iter().enumerate().filter_map(|(at, part)| item(answer, at, part)).collect();
    response(answer, model, "completed", &items)
}

pub(super) fn stream(answer: &Answer, model: &str) -> Vec<Frame> {
    let mut frames = vec![Frame::Event(
        json!({ "type": "response.created", "response": response(answer, model, "in_progress", &[]) }),
    )];
    let mut items = Vec::new();
    for (at, part) in answer.parts.iter().enumerate() {
        if let Part::Pause(pause) = part {
            frames.push(Frame::Pause(*pause));
        }
        let Some(item) = item(answer, at, part) else { continue };
        let (id, index) = (item["id"].clone(), items.len());
        let event = |kind: &str, name: &str, value: Value| {
            let mut event = json!({ "type": kind, "output_index": index, "item_id": id, "content_index": 0, "summary_index": 0 });
            event[name] = value;
            Frame::Event(event)
        };
        let begun = json!({ "id": id, "type": item["type"], "role": "assistant", "status": "in_progress",
            "call_id": item["call_id"], "name": item["name"], "content": [], "summary": [], "arguments": "", "input": "" });
        frames.push(event("response.output_item.added", "item", begun));
        let (kind, text) = delta(part);
        frames.extend(
            pieces(&text).into_iter().map(|piece| event(&format!("{kind}.delta"), "delta", piece.into())),
        );
        frames.push(event("response.output_item.done", "item", item.clone()));
        items.push(item);
    }
    let response = response(answer, model, "completed", &items);
    frames.push(Frame::Event(json!({ "type": "response.completed", "response": response })));
    frames
}

fn response(answer: &Answer, model: &str, status: &str, items: &[Value]) -> Value {
    let usage = (status == "completed").then(|| usage(answer.usage));
    json!({
        "id": format!("resp_{}", answer.at), "object": "response", "created_at": 0, "status": status,
        "model": model, "output": items, "usage": usage, "error": null, "incomplete_details": null,
    })
}

fn usage(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.input, "input_tokens_details": { "cached_tokens": usage.cached },
        "output_tokens": usage.output, "output_tokens_details": { "reasoning_tokens": usage.reasoning },
        "total_tokens": usage.input + usage.output,
    })
}

fn item(answer: &Answer, at: usize, part: &Part) -> Option<Value> {
    let id = |kind: &str| format!("{kind}_{}_{at}", answer.at);
    let message = |content: Value| json!({ "type": "message", "id": id("msg"), "role": "assistant", "status": "completed", "content": [content] });
    match part {
        Part::Pause(_) => None,
        Part::Say(text) => Some(message(json!({ "type": "output_text", "text": text, "annotations": [] }))),
        Part::Refuse(text) => Some(message(json!({ "type": "refusal", "refusal": text }))),
        Part::Reason(text) => Some(json!({
            "type": "reasoning", "id": id("rs"), "summary": [{ "type": "summary_text", "text": text }],
        })),
        Part::Call(Call { id: call_id, tool, input: Input::Text(text) })
            if !text.trim_start().starts_with('{') =>
        {
            Some(json!({
                "type": "custom_tool_call", "id": id("ct"), "call_id": call_id, "name": tool, "input": text,
                "status": "completed",
            }))
        }
        Part::Call(call) => Some(json!({
            "type": "function_call", "id": id("fc"), "call_id": call.id, "name": call.tool,
            "arguments": call.input.text(), "status": "completed",
        })),
    }
}

/// The beginning of the type of the events that bring a part piece by piece, and its text.
fn delta(part: &Part) -> (&'static str, String) {
    match part {
        Part::Say(text) => ("response.output_text", text.clone()),
        Part::Refuse(text) => ("response.refusal", text.clone()),
        Part::Reason(text) => ("response.reasoning_summary_text", text.clone()),
        Part::Call(call) => ("response.function_call_arguments", call.input.text()),
        Part::Pause(_) => ("", String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_server::answer::tests::everything;

    fn events(frames: &[Frame]) -> Vec<&Value> {
        frames
            .iter()
            .filter_map(|frame| if let Frame::Event(event) = frame { Some(event) } else { None })
            .collect()
    }

    #[test]
    fn the_stream_says_piece_by_piece_what_is_said_in_one_piece() {
        let answer = everything();
        let frames = stream(&answer, "m");
        let events = events(&frames);
        let whole = whole(&answer, "m");
        assert_eq!(events.last().unwrap()["response"], whole);
        assert_eq!(whole["usage"]["total_tokens"], 120);
        for (index, item) in whole["output"].as_array().unwrap().iter().enumerate() {
            let of_item = || events.iter().filter(|event| event["output_index"] == index);
            let text: String = of_item().filter_map(|event| event["delta"].as_str()).collect();
            assert!(item.to_string().contains(&Value::String(text.clone()).to_string()), "{item} {text}");
            let types: Vec<_> = of_item().map(|event| event["type"].as_str().unwrap()).collect();
            assert_eq!(
                (types[0], *types.last().unwrap()),
                ("response.output_item.added", "response.output_item.done")
            );
        }
    }

    #[test]
    fn items_have_the_types_of_the_api() {
        let whole = whole(&everything(), "m");
        let types: Vec<_> = whole["output"].as_array().unwrap().iter().map(|item| &item["type"]).collect();
        assert_eq!(types, ["reasoning", "message", "message", "function_call", "custom_tool_call"]);
        assert_eq!(whole["output"][3]["arguments"], r#"{"path":"é"}"#);
        assert_eq!(whole["output"][2]["content"][0], json!({ "type": "refusal", "refusal": "no" }));
    }
}
