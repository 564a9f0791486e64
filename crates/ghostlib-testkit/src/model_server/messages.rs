//! Anthropic's Messages API (<https://docs.anthropic.com/en/api/messages>).

use super::answer::{Answer, Part};
use super::call::Input;
use super::frame::{Frame, pieces};
use super::script::Usage;
use serde_json::{Value, json};

pub(super) fn whole(answer: &Answer, model: &str) -> Value {
    let content: Vec<Value> = answer.parts.iter().filter_map(block).collect();
    message(answer, model, &content, Some(stop_reason(answer)), answer.usage.output)
}

pub(super) fn stream(answer: &Answer, model: &str) -> Vec<Frame> {
    let begun = message(answer, model, &[], None, 1);
    let mut frames = vec![Frame::Event(json!({ "type": "message_start", "message": begun }))];
    let mut index = 0;
    for part in &answer.parts {
        if let Part::Pause(pause) = part {
            frames.push(Frame::Pause(*pause));
        }
        let (Some(block), Some((kind, name, text))) = (empty_block(part), delta(part)) else { continue };
        let event = |kind: &str, name: &str, value: Value| {
            let mut event = json!({ "type": kind, "index": index });
            if !name.is_empty() {
                event[name] = value;
            }
            Frame::Event(event)
        };
        frames.push(event("content_block_start", "content_block", block));
        frames.extend(
            pieces(&text)
                .into_iter()
                .map(|piece| event("content_block_delta", "delta", json!({ "type": kind, name: piece }))),
        );
        if matches!(part, Part::Reason(_)) {
            let signature = json!({ "type": "signature_delta", "signature": "c2NyaXB0ZWQ=" });
            frames.push(event("content_block_delta", "delta", signature));
        }
        frames.push(event("content_block_stop", "", Value::Null));
        index += 1;
    }
    let delta = json!({ "stop_reason": stop_reason(answer), "stop_sequence": null });
    let usage = json!({ "output_tokens": answer.usage.output });
    frames.push(Frame::Event(json!({ "type": "message_delta", "delta": delta, "usage": usage })));
    frames.push(Frame::Event(json!({ "type": "message_stop" })));
    frames
}

fn message(
    answer: &Answer,
    model: &str,
    content: &[Value],
    stop_reason: Option<&str>,
    n_output: u64,
) -> Value {
    json!({
        "id": format!("msg_{}", answer.at), "type": "message", "role": "assistant", "model": model,
        "content": content, "stop_reason": stop_reason, "stop_sequence": null,
        "usage": usage(answer.usage, n_output),
    })
}

/// Here, what is read from a cache is no part of the input.
fn usage(usage: Usage, n_output: u64) -> Value {
    json!({
        "input_tokens": usage.input.saturating_sub(usage.cached), "cache_read_input_tokens": usage.cached,
        "cache_creation_input_tokens": 0, "output_tokens": n_output,
    })
}

fn stop_reason(answer: &Answer) -> &'static str {
    match answer.calls().next() {
        _ if answer.is_refusal() => "refusal",
        Some(_) => "tool_use",
        None => "end_turn",
    }
}

fn block(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Pause(_) => return None,
        Part::Say(text) | Part::Refuse(text) => json!({ "type": "text", "text": text }),
        Part::Reason(text) => json!({ "type": "thinking", "thinking": text, "signature": "c2NyaXB0ZWQ=" }),
        Part::Call(call) => {
            let input = match &call.input {
                Input::Arguments(value) => value.clone(),
                Input::Text(text) => json!(text),
            };
            json!({ "type": "tool_use", "id": format!("toolu_{}", call.id), "name": call.tool, "input": input })
        }
    })
}

/// The same before its text has come.
fn empty_block(part: &Part) -> Option<Value> {
    let mut block = block(part)?;
    for (name, empty) in
        [("text", json!("")), ("thinking", json!("")), ("signature", json!("")), ("input", json!({}))]
    {
        if block.get(name).is_some() {
            block[name] = empty;
        }
    }
    Some(block)
}

fn delta(part: &Part) -> Option<(&'static str, &'static str, String)> {
    Some(match part {
        Part::Pause(_) => return None,
        Part::Say(text) | Part::Refuse(text) => ("text_delta", "text", text.clone()),
        Part::Reason(text) => ("thinking_delta", "thinking", text.clone()),
        Part::Call(call) => ("input_json_delta", "partial_json", call.input.text()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_server::answer::tests::everything;

    #[test]
    fn the_stream_says_piece_by_piece_what_is_said_in_one_piece() {
        let answer = everything();
        let mut texts = vec![String::new(); answer.parts.len()];
        let mut types = Vec::new();
        for frame in stream(&answer, "m") {
            let Frame::Event(event) = frame else { continue };
            for name in ["text", "thinking", "partial_json"] {
                if let Some(text) = event["delta"][name].as_str() {
                    texts[usize::try_from(event["index"].as_u64().unwrap()).unwrap()] += text;
                }
            }
            types.push(event["type"].as_str().unwrap().to_owned());
        }
        assert_eq!(texts[..4], ["hm, hm", "so it is", "no", r#"{"path":"é"}"#]);
        assert_eq!((&types[0][..], &types.last().unwrap()[..]), ("message_start", "message_stop"));
        let whole = whole(&answer, "m");
        assert_eq!(whole["content"][3]["input"], json!({ "path": "é" }));
        assert_eq!(whole["stop_reason"], "refusal");
        assert_eq!(whole["usage"]["input_tokens"], 93, "the rest is read from the cache");
    }
}
