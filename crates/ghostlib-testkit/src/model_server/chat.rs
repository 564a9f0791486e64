//! OpenAI's Chat Completions (<https://platform.openai.com/docs/api-reference/chat>), as local servers speak them, too.

use super::answer::{Answer, Part};
use super::frame::{Frame, pieces};
use super::script::Usage;
use serde_json::{Value, json};

pub(super) fn whole(answer: &Answer, model: &str) -> Value {
    let of = |text: fn(&Part) -> Option<&str>| {
        let texts: Vec<&str> = answer.parts.iter().filter_map(text).collect();
        (!texts.is_empty()).then(|| texts.concat())
    };
    let mut message = json!({
        "role": "assistant",
        "content": of(|part| if let Part::Say(text) = part { Some(text) } else { None }),
        "refusal": of(|part| if let Part::Refuse(text) = part { Some(text) } else { None }),
    });
    if let Some(text) = of(|part| if let Part::Reason(text) = part { Some(text) } else { None }) {
        message["reasoning_content"] = text.into();
    }
    let call = |call: &super::call::Call| json!({ "id": call.id, "type": "function", "function": { "name": call.tool, "arguments": call.input.text() } });
    let calls: Vec<Value> = answer.calls().map(call).collect();
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let choice = json!({ "index": 0, "message": message, "finish_reason": finish_reason(answer) });
    json!({
        "id": format!("chatcmpl-{}", answer.at), "object": "chat.completion", "created": 0, "model": model,
        "choices": [choice], "usage": usage(answer.usage),
    })
}

/// `includes_usage` is the client's `stream_options.include_usage`.
pub(super) fn stream(answer: &Answer, model: &str, includes_usage: &Value) -> Vec<Frame> {
    let chunk = |choices: Value, usage: Option<Value>| {
        Frame::Event(json!({
            "id": format!("chatcmpl-{}", answer.at), "object": "chat.completion.chunk", "created": 0, "model": model,
            "choices": choices, "usage": usage,
        }))
    };
    let delta = |delta: Value| chunk(json!([{ "index": 0, "delta": delta, "finish_reason": null }]), None);
    let mut frames = vec![delta(json!({ "role": "assistant", "content": "" }))];
    let mut n_calls = 0;
    for part in &answer.parts {
        let named = |name: &str, text: &str| {
            pieces(text).into_iter().map(|piece| delta(json!({ name: piece }))).collect::<Vec<_>>()
        };
        match part {
            Part::Say(text) => frames.extend(named("content", text)),
            Part::Reason(text) => frames.extend(named("reasoning_content", text)),
            Part::Refuse(text) => frames.extend(named("refusal", text)),
            Part::Pause(pause) => frames.push(Frame::Pause(*pause)),
            Part::Call(call) => {
                let function = json!({ "name": call.tool, "arguments": "" });
                let begun =
                    json!({ "index": n_calls, "id": call.id, "type": "function", "function": function });
                frames.push(delta(json!({ "tool_calls": [begun] })));
                frames.extend(pieces(&call.input.text()).into_iter().map(|piece| {
                    delta(json!({ "tool_calls": [{ "index": n_calls, "function": { "arguments": piece } }] }))
                }));
                n_calls += 1;
            }
        }
    }
    frames.push(chunk(json!([{ "index": 0, "delta": {}, "finish_reason": finish_reason(answer) }]), None));
    if *includes_usage == true {
        frames.push(chunk(json!([]), Some(usage(answer.usage))));
    }
    frames.push(Frame::Text("[DONE]".into()));
    frames
}

fn finish_reason(answer: &Answer) -> &'static str {
    if answer.calls().next().is_some() { "tool_calls" } else { "stop" }
}

fn usage(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.input, "prompt_tokens_details": { "cached_tokens": usage.cached },
        "completion_tokens": usage.output, "completion_tokens_details": { "reasoning_tokens": usage.reasoning },
        "total_tokens": usage.input + usage.output,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_server::answer::tests::everything;

    #[test]
    fn the_stream_says_piece_by_piece_what_is_said_in_one_piece() {
        let answer = everything();
        let [mut content, mut thought, mut arguments] = [const { String::new() }; 3];
        let mut last = Value::Null;
        let frames = stream(&answer, "m", &json!(true));
        for frame in &frames {
            let Frame::Event(event) = frame else { continue };
            let delta = &event["choices"][0]["delta"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            content += &text(&delta["content"]);
            thought += &text(&delta["reasoning_content"]);
            if delta["tool_calls"][0]["index"] == 0 {
                arguments += &text(&delta["tool_calls"][0]["function"]["arguments"]);
            }
            last = event.clone();
        }
        let whole = whole(&answer, "m");
        let message = &whole["choices"][0]["message"];
        assert_eq!((&message["content"], &message["reasoning_content"]), (&json!(content), &json!(thought)));
        assert_eq!(message["tool_calls"][0]["function"]["arguments"], Value::String(arguments));
        assert_eq!((&last["usage"], &last["choices"]), (&whole["usage"], &json!([])));
        assert_eq!(frames.last(), Some(&Frame::Text("[DONE]".into())));
        let without = stream(&answer, "m", &Value::Null);
        assert_eq!(without.len(), frames.len() - 1, "usage comes if it is asked for");
    }
}
