//! Why a request does not get what it asks for, in words for the client.

use super::meter::Budget;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONNECTION, CONTENT_TYPE};
use hyper::{Response, StatusCode};
use serde_json::json;
use std::borrow::Cow;

/// Why a request was not forwarded, or its answer not passed on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The head is not exactly what HTTP/1.1 asks for, or two readers could read it differently.
    #[error("the request is not plain HTTP/1.1: {0}")]
    Framing(&'static str),
    /// The head is too large.
    #[error("the head of the request is too large: {limit}")]
    Large {
        /// The limit.
        limit: &'static str,
    },
    /// The head took too long.
    #[error("the head of the request did not come in time")]
    Slow,
    /// The target is no plain path: another host, `CONNECT`, dot segments, escapes.
    #[error("the target of the request is not a plain path: {0}")]
    Target(&'static str),
    /// The request wants more of the endpoint than its model, or cannot be read.
    #[error("the body of the request cannot go on: {0}")]
    Content(Cow<'static, str>),
    /// The request is for a model that this session does not have, or that answers from the web.
    #[error("the model of the request cannot be asked: {0}")]
    Model(String),
    /// The connection was to become something else.
    #[error("the connection cannot become another one")]
    Upgrade,
    /// No route allows the method with the path.
    #[error("this method and path are not among those that are allowed")]
    Route,
    /// A budget is used up.
    #[error("the budget of {0} is used up")]
    Budget(Budget),
    /// The endpoint could not be reached, or went away.
    #[error("the model's endpoint did not answer: {reason}")]
    Unreachable {
        /// Why, without its address.
        reason: &'static str,
    },
    /// The endpoint's answer cannot be passed on.
    #[error("the answer of the model's endpoint cannot be passed on: {0}")]
    Answer(&'static str),
}

impl Refusal {
    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Framing(_) => "framing",
            Self::Large { .. } => "large",
            Self::Slow => "slow",
            Self::Target(_) => "target",
            Self::Content(_) => "content",
            Self::Model(_) => "model",
            Self::Upgrade => "upgrade",
            Self::Route => "route",
            Self::Budget(_) => "budget",
            Self::Unreachable { .. } => "unreachable",
            Self::Answer(_) => "answer",
        }
    }

    /// 403 for what is not allowed, 408, 429 and 502 for the rest.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Budget(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreachable { .. } | Self::Answer(_) => StatusCode::BAD_GATEWAY,
            _ => StatusCode::FORBIDDEN,
        }
    }

    /// The answer, in the common shape of errors of the OpenAI and Anthropic APIs.
    pub(super) fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body()));
        *response.status_mut() = self.status();
        response.headers_mut().insert(CONTENT_TYPE, const { hyper::header::HeaderValue::from_static(JSON) });
        if !matches!(self, Self::Unreachable { .. } | Self::Slow) {
            // Their clients would otherwise ask again and again.
            response
                .headers_mut()
                .insert("x-should-retry", const { hyper::header::HeaderValue::from_static("false") });
        }
        response
    }

    /// The same for a connection on which nothing was parsed.
    pub(super) fn on_the_wire(&self) -> Vec<u8> {
        let (status, body) = (self.status(), self.body());
        let head = format!(
            "HTTP/1.1 {status}\r\n{CONTENT_TYPE}: {JSON}\r\ncontent-length: {}\r\n{CONNECTION}: close\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), &body].concat()
    }

    fn body(&self) -> Bytes {
        let mut error = json!({
            "type": format!("ghostlib_{}", self.name()),
            "code": self.name(),
            "message": self.to_string(),
        });
        if let Self::Budget(budget) = self {
            error["budget"] = json!(budget);
        }
        json!({ "type": "error", "error": error }).to_string().into()
    }
}

const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_that_is_used_up_is_named() {
        let refusal = Refusal::Budget(Budget::Tokens);
        let body: serde_json::Value = serde_json::from_slice(&refusal.body()).unwrap();
        assert_eq!(body["error"]["budget"], "tokens");
        assert_eq!(body["error"]["message"], "the budget of tokens is used up");
        assert!(refusal.on_the_wire().starts_with(b"HTTP/1.1 429 Too Many Requests\r\n"));
    }
}
