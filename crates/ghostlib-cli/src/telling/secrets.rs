//! Nothing that is told has a secret in it: neither a key that ghostlib uses, nor what looks like one.

use ghostlib_agent::without_secrets;
use ghostlib_sandbox::broker::{Redactor, Secret};
use std::sync::{Mutex, PoisonError};

static KNOWN: Mutex<Known> = Mutex::new(Known { secrets: Vec::new(), redactor: None });

struct Known {
    secrets: Vec<Secret>,
    redactor: Option<Redactor>,
}

/// Keeps a secret out of everything that is told from now on.
pub(crate) fn hide(secret: &Secret) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.secrets.push(secret.clone());
    known.redactor = Redactor::new(&known.secrets).ok();
}

/// A text without secrets.
pub(super) fn redacted(text: &str) -> String {
    let redactor = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).redactor.clone();
    let text = redactor.map_or_else(|| text.to_owned(), |redactor| redactor.redact(text));
    without_secrets(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_used_and_one_that_only_looks_like_one_are_taken_out() {
        hide(&Secret::new("planted-0123456789").unwrap());
        let unknown = format!("ghp_{}", "a1".repeat(18));
        let text = redacted(&format!(r#"{{"input":"curl -H 'key: planted-0123456789' -u {unknown} x"}}"#));
        assert_eq!(text, r#"{"input":"curl -H 'key: [redacted]' -u [redacted] x"}"#);
    }
}
