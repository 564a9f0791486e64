//! What secrets look like: a short list of the forms in which well-known services write theirs, and private keys.

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
    if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let has = |shape: &&Shape| line.match_indices(shape.begins).any(|(at, _)| shape.fits(line, at));
    let found = SHAPES.iter().find(has).map(|shape| shape.what);
    found.or_else(|| {
        line.match_indices("eyJ").any(|(at, _)| is_token(&line[at..])).then_some("a signed token")
    })
}

impl Shape {
    fn fits(&self, line: &str, at: usize) -> bool {
        let rest = word(&line[at + self.begins.len()..]);
        let has = |kind: fn(&u8) -> bool| rest.as_bytes().iter().any(kind);
        is_start(&line[..at])
            && rest.len() >= self.n_more
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_alphabetic)
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

/// Whether a JSON Web Token begins here: two JSON objects in base64 and a signature.
fn is_token(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(3, '.').map(word).collect();
    matches!(parts[..], [head, body, signature]
        if head.len() > 10 && body.starts_with("eyJ") && body.len() > 10 && signature.len() > 10)
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
