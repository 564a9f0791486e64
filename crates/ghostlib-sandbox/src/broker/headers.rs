//! Which headers go on, in each direction.

use super::redact::Redactor;
use hyper::HeaderMap;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, RETRY_AFTER,
};

/// What counts for one connection only (RFC 9110, section 7.6.1), or speaks to a proxy.
const HOP_BY_HOP: &[&str] = &[
    "alt-svc",
    "connection",
    "expect",
    "forwarded",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// How clients show who they are.
const AUTH: &[&str] = &["api-key", "authorization", "cookie", "x-api-key", "x-goog-api-key"];

/// With which some servers take a request for another method or path than the one that was allowed.
const OTHER_REQUEST: &[&str] = &[
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
];

/// The headers of a request as the endpoint gets them, those aside that the broker itself decides: the host,
/// the length, and who asks.
pub(super) fn of_request(headers: &HeaderMap) -> HeaderMap {
    let mut kept = end_to_end(headers);
    let own = [HOST.as_str(), CONTENT_LENGTH.as_str()];
    for name in AUTH.iter().chain(OTHER_REQUEST).copied().chain(own) {
        kept.remove(name);
    }
    let forwarded: Vec<HeaderName> =
        kept.keys().filter(|name| name.as_str().starts_with("x-forwarded-")).cloned().collect();
    for name in forwarded {
        kept.remove(name);
    }
    // In what is compressed, neither keys nor usage could be seen.
    kept.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    kept
}

/// When to ask again, in seconds, where that is said as a number.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// The headers of an answer as the client gets them, and how many keys were taken out. The length is left
/// out: without keys, the body may have another one.
pub(super) fn of_answer(headers: &HeaderMap, redactor: &Redactor) -> (HeaderMap, u64) {
    let mut kept = end_to_end(headers);
    kept.remove(CONTENT_LENGTH);
    kept.remove(CONTENT_ENCODING);
    let mut n_redacted = 0;
    for value in kept.values_mut() {
        let text = String::from_utf8_lossy(value.as_bytes());
        let redacted = redactor.redact(&text);
        if redacted != text {
            n_redacted += 1;
            *value = HeaderValue::try_from(redacted).unwrap_or(HeaderValue::from_static("[redacted]"));
        }
    }
    (kept, n_redacted)
}

/// Whether a body was changed in a way that hides what is in it.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for value in headers.get_all(CONNECTION) {
        for name in value.to_str().unwrap_or_default().split(',') {
            kept.remove(name.trim());
        }
    }
    for name in HOP_BY_HOP {
        kept.remove(*name);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Secret;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_what_is_for_the_endpoint_goes_there() {
        let sent = headers(&[
            ("authorization", "Bearer dummy"),
            ("x-api-key", "dummy"),
            ("cookie", "a=b"),
            ("host", "127.0.0.1:8080"),
            ("content-length", "3"),
            ("transfer-encoding", "chunked"),
            ("connection", "close, x-hop"),
            ("x-hop", "1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("accept-encoding", "gzip"),
            ("anthropic-version", "2023-06-01"),
            ("content-type", "application/json"),
        ]);
        let wanted = headers(&[
            ("accept-encoding", "identity"),
            ("anthropic-version", "2023-06-01"),
            ("content-type", "application/json"),
        ]);
        assert_eq!(of_request(&sent), wanted);
    }

    #[test]
    fn an_answers_headers_do_not_repeat_the_key() {
        let secret = Secret::new("sk-planted-0123").unwrap();
        let redactor = Redactor::new([&secret]).unwrap();
        let sent = headers(&[
            ("location", "https://evil.example/?key=sk-planted-0123"),
            ("content-length", "3"),
            ("keep-alive", "timeout=5"),
            ("request-id", "r1"),
        ]);
        let (kept, n_redacted) = of_answer(&sent, &redactor);
        let wanted = headers(&[("location", "https://evil.example/?key=[redacted]"), ("request-id", "r1")]);
        assert_eq!((kept, n_redacted), (wanted, 1));
    }
}
