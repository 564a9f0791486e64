//! Streams of events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), and how they are broken.

use super::pieces::Piece;
use super::script::Malformed;
use serde_json::{Value, json};
use std::time::Duration;

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Frame {
    Event(Value),
    /// A text that is no JSON, such as the one that ends a stream of Chat Completions.
    Text(String),
    Pause(Duration),
}

/// Whether events carry their type as the name of the event, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    ByType,
    None,
}

impl Frame {
    /// As it goes over the wire.
    pub(super) fn piece(&self, naming: Naming) -> Piece {
        let text = match self {
            Self::Pause(pause) => return Piece::Pause(*pause),
            Self::Text(text) => format!("data: {text}\n\n"),
            Self::Event(event) => match event["type"].as_str() {
                Some(name) if naming == Naming::ByType => format!("event: {name}\ndata: {event}\n\n"),
                _ => format!("data: {event}\n\n"),
            },
        };
        Piece::Bytes(text.into())
    }
}

/// The stream with its form broken.
pub(super) fn malformed(frames: Vec<Frame>, kind: Malformed) -> Vec<Frame> {
    let broken = |(at, frame)| match (frame, kind) {
        (Frame::Event(event), Malformed::BrokenJson) if at % 2 == 1 => vec![Frame::Text(half(&event))],
        (Frame::Event(event), Malformed::MissingFields) => vec![Frame::Event(bare(&event))],
        (Frame::Event(event), Malformed::UnknownEvents) => {
            vec![Frame::Event(json!({ "type": "unheard_of", "of": [1] })), Frame::Event(with_more(event))]
        }
        (frame, _) => vec![frame],
    };
    frames.into_iter().enumerate().flat_map(broken).collect()
}

/// An answer in one piece with its form broken.
pub(super) fn malformed_whole(whole: Value, kind: Malformed) -> String {
    match kind {
        Malformed::BrokenJson => half(&whole),
        Malformed::MissingFields => bare(&whole).to_string(),
        Malformed::UnknownEvents => with_more(whole).to_string(),
    }
}

/// A text in a few pieces, so that a client has to put them together.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let size = chars.len().div_ceil(3).max(1);
    chars.chunks(size).map(|piece| piece.iter().collect()).collect()
}

fn half(event: &Value) -> String {
    let text = event.to_string();
    text.chars().take(text.chars().count() / 2).collect()
}

fn bare(event: &Value) -> Value {
    let kept =
        ["type", "object"].iter().filter_map(|name| Some(((*name).to_owned(), event.get(*name)?.clone())));
    Value::Object(kept.collect())
}

fn with_more(mut event: Value) -> Value {
    event["unheard_of"] = json!({ "deep": [null, 1.5] });
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(frame: &Frame, naming: Naming) -> String {
        match frame.piece(naming) {
            Piece::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Piece::Pause(_) => String::new(),
        }
    }

    #[test]
    fn the_form_of_a_stream_is_broken_in_three_ways() {
        let event = || Frame::Event(json!({ "text": "é", "type": "a" }));
        let broken = |kind| {
            let frames = malformed(vec![event(), event()], kind);
            frames.iter().map(|frame| wire(frame, Naming::None)).collect::<String>()
        };
        let whole = r#"{"text":"é","type":"a"}"#;
        assert_eq!(broken(Malformed::MissingFields), "data: {\"type\":\"a\"}\n\n".repeat(2));
        assert_eq!(broken(Malformed::BrokenJson), format!("data: {whole}\n\ndata: {{\"text\":\"é\"\n\n"));
        assert_eq!(broken(Malformed::UnknownEvents).matches("unheard_of").count(), 4);
    }

    #[test]
    fn pieces_make_the_text() {
        for text in ["", "é", "ab", "abcdefgh"] {
            assert_eq!(pieces(text).concat(), text);
            assert!(pieces(text).len() <= 3);
        }
    }
}
