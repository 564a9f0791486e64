//! Which headers go on, in each direction.

use super::api::Api;
use super::redact::Redactor;
use hyper::HeaderMap;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER,
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

/// What the broker itself decides: who asks, for whom it is, and how bodies are written.
const OWN: &[&str] = &[
    "accept-encoding",
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "x-api-key",
];

/// What goes on: names, versions and numbers of clients and of their requests.
const KNOWN: &[&str] = &[
    "accept",
    "anthropic-dangerous-direct-browser-access",
    "anthropic-version",
    "conversation-id",
    "conversation_id",
    "idempotency-key",
    "originator",
    "session-id",
    "session_id",
    "thread-id",
    "thread_id",
    "user-agent",
    "version",
    "x-app",
    "x-claude-code-agent-id",
    "x-claude-code-parent-agent-id",
    "x-claude-code-session-id",
    "x-client-app",
    "x-client-request-id",
    "x-codex-beta-features",
    "x-codex-inference-call-id",
    "x-codex-installation-id",
    "x-codex-parent-thread-id",
    "x-codex-root-turn-id",
    "x-codex-turn-metadata",
    "x-codex-turn-state",
    "x-codex-window-id",
    "x-openai-subagent",
];
/// What the client libraries of OpenAI and Anthropic tell of themselves.
const KNOWN_BEGINNING: &str = "x-stainless-";

/// Features under trial that stay within the model, without the day that ends each name. Others search, fetch, run code
/// or ask other servers, or it is not known that they do not.
const BETAS: &[&str] = &[
    "advanced-tool-use",
    "afk-mode",
    "cache-diagnosis",
    "claude-code",
    "compact",
    "context-1m",
    "context-hint",
    "context-management",
    "dev-full-thinking",
    "effort",
    "extended-cache-ttl",
    "fallback-credit",
    "fine-grained-tool-streaming",
    "interleaved-thinking",
    "mid-conversation-output-config",
    "mid-conversation-system",
    "mid-conversation-system-clear-at",
    "model-context-window-exceeded",
    "oauth",
    "output-128k",
    "output-300k",
    "prompt-caching",
    "prompt-caching-scope",
    "redact-thinking",
    "responses",
    "structured-outputs",
    "summarize-connector-text",
    "task-budgets",
    "thinking-binding-controls",
    "thinking-display-updates",
    "thinking-token-count",
    "token-counting",
    "token-efficient-tools",
    "tool-search-tool",
];

/// The headers of a request as the endpoint gets them, those aside that the broker itself decides: the host, the length,
/// and who asks. And how many were left out that are not known.
pub(super) fn of_request(headers: &HeaderMap, api: Option<Api>) -> (HeaderMap, u64) {
    let (mut kept, mut n_dropped) = (HeaderMap::new(), 0);
    let nominated = nominated(headers);
    for (name, value) in headers {
        let text = name.as_str();
        if OWN.contains(&text) || HOP_BY_HOP.contains(&text) {
            continue;
        }
        if matches!(text, "anthropic-beta" | "openai-beta") {
            let (features, n_unknown) = features(value);
            n_dropped += n_unknown;
            if let Some(features) = features {
                kept.append(name, features);
            }
        } else if (KNOWN.contains(&text) || text.starts_with(KNOWN_BEGINNING))
            && !nominated.iter().any(|it| it.eq_ignore_ascii_case(text))
        {
            kept.append(name, value.clone());
        } else {
            n_dropped += 1;
        }
    }
    // In what is compressed, neither keys nor usage could be seen.
    kept.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if api.is_some() {
        // As it was read, and in no other character set.
        kept.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    (kept, n_dropped)
}

/// Those features under trial that are known, and how many are not.
fn features(value: &HeaderValue) -> (Option<HeaderValue>, u64) {
    let names = value.to_str().unwrap_or_default().split(',').map(str::trim);
    let (known, unknown): (Vec<&str>, Vec<&str>) = names.partition(|name| BETAS.contains(&undated(name)));
    let value = HeaderValue::from_str(&known.join(",")).ok();
    (value.filter(|_| !known.is_empty()), unknown.len() as u64)
}

/// A name without the day or the stage behind it: `effort-2025-11-24`, `claude-code-20250219`,
/// `responses=experimental`.
fn undated(name: &str) -> &str {
    let name = name.split('=').next().unwrap_or_default();
    name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '-')
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
    for name in nominated(headers).into_iter().chain(HOP_BY_HOP.iter().copied()) {
        kept.remove(name);
    }
    kept
}

/// What a message itself says to be for its connection only.
fn nominated(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Secret;
    use hyper::header::HeaderName;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_what_is_known_goes_to_the_endpoint() {
        let sent = headers(&[
            ("authorization", "Bearer dummy"),
            ("x-api-key", "dummy"),
            ("cookie", "a=b"),
            ("host", "127.0.0.1:8080"),
            ("content-length", "3"),
            ("transfer-encoding", "chunked"),
            ("connection", "close, X-App"),
            ("x-app", "cli"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-http-method-override", "DELETE"),
            ("x-oai-web-search-eligible", "true"),
            ("accept-encoding", "gzip"),
            ("anthropic-version", "2023-06-01"),
            ("x-stainless-lang", "js"),
            ("content-type", "application/json; charset=utf-16"),
        ]);
        let wanted = headers(&[
            ("accept-encoding", "identity"),
            ("anthropic-version", "2023-06-01"),
            ("x-stainless-lang", "js"),
            ("content-type", "application/json"),
        ]);
        assert_eq!(of_request(&sent, Some(Api::Messages)), (wanted, 5));
    }

    #[test]
    fn features_under_trial_that_reach_further_do_not_go_on() {
        let sent = headers(&[
            ("anthropic-beta", "claude-code-20250219,web-search-2025-03-05, effort-2025-11-24"),
            ("anthropic-beta", "mcp-client-2025-11-20"),
            ("openai-beta", "responses=experimental"),
            ("openai-beta", "assistants=v2"),
        ]);
        let (kept, n_dropped) = of_request(&sent, Some(Api::Messages));
        let of = |name| kept.get_all(name).iter().collect::<Vec<_>>();
        assert_eq!(of("anthropic-beta"), ["claude-code-20250219,effort-2025-11-24"]);
        assert_eq!(of("openai-beta"), ["responses=experimental"]);
        assert_eq!(n_dropped, 3);
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
