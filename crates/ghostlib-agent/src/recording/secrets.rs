//! What secrets look like: a short list of the forms in which well-known services write theirs, and private keys.

use std::borrow::Cow;
use std::ops::Range;

/// A form that the secrets of a service have.
struct Shape {
    begins: &'static str,
    /// How many letters, digits, `-` and `_` follow at least.
    n_more: usize,
    what: &'static str,
}

const fn shape(begins: &'static str, n_more: usize, what: &'static str) -> Shape {
    Shape { begins, n_more, what }
}

const SHAPES: [Shape; 14] = [
    shape("sk-", 20, "a key of OpenAI or Anthropic (sk-…)"),
    shape("AIza", 35, "a key of Google (AIza…)"),
    shape("AKIA", 16, "a key of Amazon (AKIA…)"),
    shape("gsk_", 20, "a key of Groq (gsk_…)"),
    shape("xai-", 20, "a key of xAI (xai-…)"),
    shape("hf_", 30, "a token of Hugging Face (hf_…)"),
    shape("ghp_", 36, "a token of GitHub (ghp_…)"),
    shape("gho_", 36, "a token of GitHub (gho_…)"),
    shape("ghs_", 36, "a token of GitHub (ghs_…)"),
    shape("github_pat_", 22, "a token of GitHub (github_pat_…)"),
    shape("glpat-", 20, "a token of GitLab (glpat-…)"),
    shape("npm_", 36, "a token of npm (npm_…)"),
    shape("xoxb-", 20, "a token of Slack (xoxb-…)"),
    shape("xoxp-", 20, "a token of Slack (xoxp-…)"),
];

/// What a line of text has in it that looks like a secret, without the secret. JSON escapes of line breaks count as such.
pub(super) fn looks_like(line: &str) -> Option<&'static str> {
    first(line).map(|(_, what)| what)
}

/// A text with `[redacted]` in the place of whatever looks like a secret: a key in the form that a well-known service
/// gives it, a signed token, a private key up to its end.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut redacted = String::new();
    let mut rest = text;
    while let Some((at, _)) = first(rest) {
        redacted.push_str(&rest[..at.start]);
        redacted.push_str("[redacted]");
        rest = &rest[at.end..];
    }
    if rest.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(redacted + rest) }
}

/// Where the first of what looks like a secret stands, and what it is.
fn first(text: &str) -> Option<(Range<usize>, &'static str)> {
    let of_shape = |shape: &'static Shape| {
        let mut found = text.match_indices(shape.begins);
        found.find_map(|(at, _)| Some((at..shape.end(text, at)?, shape.what)))
    };
    let token =
        text.match_indices("eyJ").find_map(|(at, _)| Some((at..at + token(&text[at..])?, "a signed token")));
    let all = SHAPES.iter().filter_map(of_shape).chain(token).chain(private_key(text));
    all.min_by_key(|(at, _)| at.start)
}

fn private_key(text: &str) -> Option<(Range<usize>, &'static str)> {
    const ENDS: &str = "PRIVATE KEY-----";
    let begins = text.find("-----BEGIN ")?;
    let body = begins + text[begins..].find(ENDS)? + ENDS.len();
    let end = text[body..].find(ENDS).map_or(text.len(), |at| body + at + ENDS.len());
    Some((begins..end, "a private key"))
}

impl Shape {
    /// The end of the secret that begins at a place, if one does.
    fn end(&self, line: &str, at: usize) -> Option<usize> {
        let rest = word(&line[at + self.begins.len()..]);
        let has = |kind: fn(&u8) -> bool| rest.as_bytes().iter().any(kind);
        let fits = is_start(&line[..at])
            && rest.len() >= self.n_more
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_alphabetic);
        fits.then_some(at + self.begins.len() + rest.len())
    }
}

/// Whether a word can begin after this.
fn is_start(before: &str) -> bool {
    let is_escape = |escape: &str| before.ends_with(escape);
    !before.ends_with(|c: char| c.is_ascii_alphanumeric()) || ["\\n", "\\r", "\\t"].into_iter().any(is_escape)
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// The length of the JSON Web Token that begins here, if one does: two JSON objects in base64 and a signature.
fn token(text: &str) -> Option<usize> {
    let mut parts = text.splitn(3, '.');
    let [head, body, rest] = [parts.next()?, parts.next()?, parts.next()?];
    let signature = word(rest);
    let is_whole = word(head) == head && word(body) == body && body.starts_with("eyJ");
    let is_long = [head, body, signature].iter().all(|part| part.len() > 10);
    (is_whole && is_long).then_some(head.len() + body.len() + signature.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_seen_wherever_a_word_can_begin() {
        let key = format!("sk-ant-api03-{}", "a1".repeat(20));
        for line in
            [key.clone(), format!("KEY={key}"), format!(r#"{{"text":"x\n{key}\n"}}"#), format!("\"{key}\"")]
        {
            assert_eq!(looks_like(&line), Some("a key of OpenAI or Anthropic (sk-…)"), "{line}");
        }
        assert!(looks_like(&format!("ghp_{}", "a1".repeat(18))).is_some());
        assert!(looks_like("-----BEGIN RSA PRIVATE KEY-----").is_some());
        assert!(looks_like(&format!("eyJ{0}.eyJ{0}.{0}", "x1".repeat(8))).is_some());
    }

    #[test]
    fn all_that_looks_like_a_secret_is_taken_out_and_nothing_else() {
        let (key, token) = (format!("sk-{}", "a1".repeat(20)), format!("eyJ{0}.eyJ{0}.{0}", "x1".repeat(8)));
        let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
        let text = format!("é {key}, {token} and {pem}; {key}");
        assert_eq!(without_secrets(&text), "é [redacted], [redacted] and [redacted]; [redacted]");
        assert_eq!(without_secrets("é nothing"), "é nothing");
    }

    #[test]
    fn what_only_begins_alike_is_left_alone() {
        for line in [
            "a task-with-a-very-long-name-of-1-word".to_owned(),
            "sk-loading-spinner-of-the-page-that-waits".to_owned(),
            "sk-short1".to_owned(),
            format!("ghp_{}", "1".repeat(40)),
            "the key is sk-[redacted]".to_owned(),
            "eyJhbGciOiJIUzI1NiJ9 is half of one".to_owned(),
            "eyJ.é.ü".to_owned(),
        ] {
            assert_eq!(looks_like(&line), None, "{line}");
        }
    }
}
