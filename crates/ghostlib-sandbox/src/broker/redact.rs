//! Takes secrets out of what is shown, kept or passed on.

use super::forms::forms;
use super::secret::{Secret, SecretError};
use aho_corasick::{AhoCorasick, MatchKind};
use bytes::{Bytes, BytesMut};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What stands where a secret was.
const REDACTED: &str = "[redacted]";

/// Replaces secrets by `[redacted]`, also where they are written as base64, hexadecimal digits,
/// percent-encoded or escaped as in JSON. Cheap to clone.
#[derive(Clone)]
pub struct Redactor(Arc<Search>);

struct Search {
    automaton: AhoCorasick,
    /// What the automaton looks for, by first byte.
    by_first: Vec<Vec<Box<[u8]>>>,
    longest: usize,
}

impl Redactor {
    /// One that knows these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Result<Self, SecretError> {
        let patterns: BTreeSet<String> = secrets.into_iter().flat_map(forms).collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns);
        let longest = patterns.iter().map(String::len).max().unwrap_or(0);
        let mut by_first = vec![Vec::new(); 256];
        for pattern in patterns {
            by_first[usize::from(pattern.as_bytes()[0])].push(pattern.into_bytes().into());
        }
        Ok(Self(Arc::new(Search {
            automaton: automaton.map_err(|_| SecretError::TooMany)?,
            by_first,
            longest,
        })))
    }

    /// The text without the secrets.
    pub fn redact(&self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        self.0.automaton.replace_all_with(text, &mut redacted, |_, _, redacted| {
            redacted.push_str(REDACTED);
            true
        });
        redacted
    }

    /// For a text that comes in parts.
    pub fn stream(&self) -> RedactStream {
        RedactStream { redactor: self.clone(), held: BytesMut::new(), n_found: 0 }
    }
}

impl Search {
    /// Where the longest end of `text` begins that may go on to be a secret; its length, where none does.
    fn unfinished(&self, text: &[u8]) -> usize {
        let first = text.len().saturating_sub(self.longest.saturating_sub(1));
        let may_go_on = |at: &usize| {
            let end = &text[*at..];
            let mut patterns = self.by_first[usize::from(end[0])].iter();
            patterns.any(|pattern| pattern.len() > end.len() && pattern.starts_with(end))
        };
        (first..text.len()).find(may_go_on).unwrap_or(text.len())
    }
}

/// Redacts a text that comes in parts. Of each part it keeps back no more than what may be the beginning of
/// a secret.
#[derive(Debug)]
pub struct RedactStream {
    redactor: Redactor,
    held: BytesMut,
    n_found: u64,
}

impl RedactStream {
    /// The next part, redacted as far as it can be; perhaps empty. A part without secrets is passed on
    /// without a copy.
    pub fn push(&mut self, part: Bytes) -> Bytes {
        let text = if self.held.is_empty() {
            part
        } else {
            self.held.extend_from_slice(&part);
            std::mem::take(&mut self.held).freeze()
        };
        let unfinished = self.redactor.0.unfinished(&text);
        self.redacted(&text, unfinished)
    }

    /// What was kept back, redacted: nothing more will come.
    pub fn finish(&mut self) -> Bytes {
        let text = std::mem::take(&mut self.held).freeze();
        self.redacted(&text, text.len())
    }

    /// How many secrets were found.
    pub fn n_found(&self) -> u64 {
        self.n_found
    }

    /// What of `text` comes before `until`, redacted; the rest is kept back.
    fn redacted(&mut self, text: &Bytes, mut until: usize) -> Bytes {
        let search = Arc::clone(&self.redactor.0);
        let mut out = BytesMut::new();
        let mut at = 0;
        for found in search.automaton.find_iter(text) {
            // What begins here may still become a longer one.
            if found.start() >= until {
                break;
            }
            out.extend_from_slice(&text[at..found.start()]);
            out.extend_from_slice(REDACTED.as_bytes());
            self.n_found += 1;
            at = found.end();
        }
        if at > until {
            until = at + search.unfinished(&text[at..]);
        }
        self.held.extend_from_slice(&text[until..]);
        if at == 0 {
            return text.slice(..until);
        }
        out.extend_from_slice(&text[at..until]);
        out.freeze()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const KEY: &str = "sk-planted/key+0123";

    fn redactor(keys: &[&str]) -> Redactor {
        let secrets: Vec<_> = keys.iter().map(|key| Secret::new(key).unwrap()).collect();
        Redactor::new(&secrets).unwrap()
    }

    fn streamed(redactor: &Redactor, parts: &[&[u8]]) -> String {
        let mut stream = redactor.stream();
        let mut out = Vec::new();
        for part in parts {
            out.extend(stream.push(Bytes::copy_from_slice(part)));
        }
        out.extend(stream.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_planted_key_is_taken_out_in_every_form() {
        let redactor = redactor(&[KEY]);
        let shown = [
            format!("Bearer {KEY}, é"),
            STANDARD.encode(format!("Authorization: Bearer {KEY}\r\n")),
            KEY.replace('/', "%2F").replace('+', "%2B"),
            serde_json::json!({ "key": KEY }).to_string().replace('/', "\\/"),
            "736b2d706c616e7465642f6b65792b30313233".to_owned(),
        ];
        for text in shown {
            let redacted = redactor.redact(&text);
            assert!(redacted.contains(REDACTED), "{text} {redacted}");
            assert!(!redacted.contains("planted"), "{redacted}");
        }
        assert_eq!(redactor.redact("nothing é to hide"), "nothing é to hide");
    }

    #[test]
    fn however_a_text_is_cut_the_key_is_found() {
        let redactor = redactor(&[KEY]);
        let text = format!("data: {{\"echo\": \"{KEY}\"}} and {} sk-plan\n\n", STANDARD.encode(KEY));
        let whole = redactor.redact(&text);
        assert_eq!(whole.matches(REDACTED).count(), 2, "{whole}");
        for at in 0..text.len() {
            let (left, right) = text.as_bytes().split_at(at);
            assert_eq!(streamed(&redactor, &[left, right]), whole, "cut at {at}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(streamed(&redactor, &bytes), whole);
    }

    #[test]
    fn an_event_that_ends_in_no_beginning_of_a_key_is_not_kept_back() {
        let mut stream = redactor(&[KEY]).stream();
        let event = Bytes::from_static(b"data: {\"text\": \"sk-\"}\n\n");
        assert_eq!(stream.push(event.clone()), event);
        assert_eq!(stream.push(Bytes::from_static(b"data: sk-pl")), "data: ");
        assert_eq!(stream.push(Bytes::from_static(b"ain")), "sk-plain");
        assert_eq!((stream.finish(), stream.n_found()), (Bytes::new(), 0));
    }

    #[test]
    fn the_longer_of_two_keys_is_taken_out_whole() {
        let redactor = redactor(&["planted-1", "planted-1234"]);
        for parts in [&[&b"planted-1234"[..]][..], &[b"planted-1", b"234"]] {
            assert_eq!(streamed(&redactor, parts), REDACTED);
        }
        assert_eq!(streamed(&redactor, &[b"planted-1", b"2x"]), "[redacted]2x");
    }

    proptest! {
        /// Texts of the keys' own characters, so that beginnings of keys are everywhere.
        #[test]
        fn parts_give_the_same_as_the_whole(
            pieces in vec(prop_oneof!["[ab-]{0,4}", Just("ab-ab-aab".to_owned()), Just("ab-ab-aabab-".to_owned())], 0..8),
            cuts in vec(0..64_usize, 0..6),
        ) {
            let redactor = redactor(&["ab-ab-aab", "ab-ab-aabab-", "b-ab-aaba"]);
            let text = pieces.concat();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let ends = cuts.iter().copied().chain([text.len()]);
            let starts = [0].into_iter().chain(cuts.iter().copied());
            let parts: Vec<&[u8]> = starts.zip(ends).map(|(start, end)| &text.as_bytes()[start..end]).collect();
            prop_assert_eq!(streamed(&redactor, &parts), redactor.redact(&text));
        }
    }
}
