//! From a request to an answer over HTTP.

use super::answer::{Answer, Part};
use super::asked::{Asked, Format};
use super::frame::{Naming, malformed, malformed_whole};
use super::pieces::{Piece, Pieces};
use super::script::{Extent, Malformed, Script, Step};
use super::{chat, messages, responses};
use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use tokio::time::sleep;

/// What all connections share.
pub(super) struct Model {
    /// Each with a text: the first whose text is in a conversation is played in it.
    scripts: Vec<(String, Script)>,
    asked: Mutex<Vec<Asked>>,
    /// How often each fault has been there, by its place in the script.
    faults: Mutex<HashMap<usize, u32>>,
}

pub(super) type Reply = Response<Either<Full<Bytes>, Pieces>>;

impl Model {
    pub(super) fn new(scripts: Vec<(String, Script)>) -> Self {
        Self { scripts, asked: Mutex::default(), faults: Mutex::default() }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn reply(&self, request: Request<Incoming>) -> Result<Reply, Infallible> {
        let asked = read(request).await;
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        let Some(format) = asked.format() else { return Ok(beside(&asked)) };
        let tools = asked.tools();
        let said = asked.body.to_string();
        let Some((_, script)) = self.scripts.iter().find(|(text, _)| said.contains(text.as_str())) else {
            return Ok(beside(&asked));
        };
        if tools.is_empty() {
            // Clients ask for titles and the like on the side.
            return Ok(say(&asked, format, &Answer::harmless(script.usage), None).await);
        }
        let (n_results, n_replied) = asked.progress(format);
        let group = script.group(n_results, n_replied);
        let fault = self.fault(group.first, group.steps);
        let answer = script.answer(&group, &tools);
        match fault {
            Some(Step::Status { code, retry_after, message, .. }) => {
                Ok(status(format, *code, *retry_after, message.as_deref()))
            }
            Some(Step::Silence { .. }) => std::future::pending().await,
            fault => Ok(say(&asked, format, &answer, fault).await),
        }
    }

    /// The first fault among the steps that is still there.
    fn fault<'a>(&self, first: usize, steps: &'a [Step]) -> Option<&'a Step> {
        let mut counts = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_there = |at: usize, times: u32| {
            let count = counts.entry(first + at).or_default();
            let is_there = *count < times;
            *count += u32::from(is_there);
            is_there
        };
        steps
            .iter()
            .enumerate()
            .find(|(at, step)| step.fault().is_some_and(|times| is_there(*at, times)))
            .map(|it| it.1)
    }
}

async fn read(request: Request<Incoming>) -> Asked {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    Asked {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: head.headers.iter().map(header).collect(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }
}

/// The answer to what is asked beside the conversation.
fn beside(asked: &Asked) -> Reply {
    if asked.path.contains("/messages/count_tokens") {
        json_reply(StatusCode::OK, json!({ "input_tokens": 123 }).to_string())
    } else if asked.path.contains("/models") {
        let model = json!({ "id": "scripted", "object": "model", "created": 0, "owned_by": "nobody" });
        json_reply(StatusCode::OK, json!({ "object": "list", "data": [model] }).to_string())
    } else {
        json_reply(StatusCode::OK, "{}".into())
    }
}

fn status(format: Format, code: u16, retry_after: Option<u32>, message: Option<&str>) -> Reply {
    let kind = match code {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        400..500 => "invalid_request_error",
        _ => "api_error",
    };
    let message = message.map_or_else(|| format!("the script says {code}"), str::to_owned);
    let mut body = json!({ "error": { "type": kind, "message": message, "code": kind } });
    if format == Format::Messages {
        body["type"] = "error".into();
    }
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = json_reply(code, body.to_string());
    if let Some(seconds) = retry_after {
        reply.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    reply
}

/// The answer in the format that was asked for, broken as the fault says.
async fn say(asked: &Asked, format: Format, answer: &Answer, fault: Option<&Step>) -> Reply {
    let kind = if let Some(Step::Malformed { kind, .. }) = fault { Some(*kind) } else { None };
    let cut = if let Some(Step::Cut { after, .. }) = fault { Some(*after) } else { None };
    if asked.is_streamed() {
        streamed(asked, format, answer, kind, cut)
    } else {
        whole(asked, format, answer, kind, cut).await
    }
}

fn streamed(
    asked: &Asked,
    format: Format,
    answer: &Answer,
    kind: Option<Malformed>,
    cut: Option<Extent>,
) -> Reply {
    let model = asked.model();
    let (naming, frames) = match format {
        Format::Responses => (Naming::ByType, responses::stream(answer, model)),
        Format::Chat => {
            (Naming::None, chat::stream(answer, model, &asked.body["stream_options"]["include_usage"]))
        }
        Format::Messages => (Naming::ByType, messages::stream(answer, model)),
    };
    let frames = match kind {
        Some(kind) => malformed(frames, kind),
        None => frames,
    };
    let pieces = frames.iter().map(|frame| frame.piece(naming)).collect();
    with_type("text/event-stream", Either::Right(Pieces::new(pieces, cut)))
}

async fn whole(
    asked: &Asked,
    format: Format,
    answer: &Answer,
    kind: Option<Malformed>,
    cut: Option<Extent>,
) -> Reply {
    let model = asked.model();
    let whole = match format {
        Format::Responses => responses::whole(answer, model),
        Format::Chat => chat::whole(answer, model),
        Format::Messages => messages::whole(answer, model),
    };
    for part in &answer.parts {
        if let Part::Pause(pause) = part {
            sleep(*pause).await;
        }
    }
    let text = match kind {
        Some(kind) => malformed_whole(whole, kind),
        None => whole.to_string(),
    };
    match cut {
        None => json_reply(StatusCode::OK, text),
        cut => with_type(JSON, Either::Right(Pieces::new(vec![Piece::Bytes(text.into())], cut))),
    }
}

const JSON: &str = "application/json";

fn with_type(content_type: &'static str, body: Either<Full<Bytes>, Pieces>) -> Reply {
    let mut reply = Response::new(body);
    reply.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    reply
}

fn json_reply(code: StatusCode, text: String) -> Reply {
    let mut reply = with_type(JSON, Either::Left(Full::new(text.into())));
    *reply.status_mut() = code;
    reply
}
