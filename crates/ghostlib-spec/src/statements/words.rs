use super::lexicon::{Class, class_of};
use crate::markdown::CODE;
use std::ops::Range;

/// A word of some prose.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) class: Class,
}

impl Word {
    pub(crate) fn is(&self, class: Class) -> bool {
        self.class.is(class)
    }

    pub(crate) fn of<'a>(&self, prose: &'a str) -> &'a str {
        &prose[self.start..self.end]
    }

    pub(crate) fn is_any(&self, prose: &str, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.of(prose)))
    }
}

/// Finds the words of some prose. `-`, `_` and inner apostrophes belong to a word, so that `MUST-have` is
/// another word than `MUST`. A code span is a word of its own.
pub(crate) fn find(prose: &str, words: &mut Vec<Word>) {
    words.clear();
    let bytes = prose.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            let end = word_end(prose, at);
            words.push(Word { start: at, end, class: class_of(prose, at..end) });
            at = end;
        } else if byte.is_ascii() {
            at += 1;
        } else if prose[at..].starts_with(CODE) {
            words.push(Word { start: at, end: at + CODE.len(), class: Class::CODE });
            at += CODE.len();
        } else {
            let c = prose[at..].chars().next().unwrap_or_default();
            let end = if c.is_alphanumeric() { word_end(prose, at) } else { at + c.len_utf8() };
            if c.is_alphanumeric() {
                words.push(Word { start: at, end, class: Class::NONE });
            }
            at = end;
        }
    }
}

fn word_end(prose: &str, start: usize) -> usize {
    let bytes = prose.as_bytes();
    let mut end = start;
    while let Some(byte) = bytes.get(end) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\'') {
            end += 1;
        } else if byte.is_ascii() {
            break;
        } else {
            let c = prose[end..].chars().next().unwrap_or_default();
            if !(c.is_alphanumeric() || c == '’') {
                break;
            }
            end += c.len_utf8();
        }
    }
    if bytes[end - 1].is_ascii_alphanumeric() {
        return end;
    }
    start + prose[start..end].trim_end_matches(['-', '\'', '’']).len().max(1)
}

/// The words of a range of the prose.
pub(crate) fn within<'a>(words: &'a [Word], range: &Range<usize>) -> &'a [Word] {
    let first = words.partition_point(|word| word.start < range.start);
    let last = words.partition_point(|word| word.start < range.end);
    &words[first..last.max(first)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_hyphens_and_apostrophes() {
        let prose = "It's `MUST-have`: \u{fffc}, é_1 'x' - end-";
        let mut words = Vec::new();
        find(prose, &mut words);
        let texts: Vec<_> = words.iter().map(|word| word.of(prose)).collect();
        assert_eq!(texts, ["It's", "MUST-have", "\u{fffc}", "é_1", "x", "end"]);
        assert_eq!(within(&words, &(6..20)).len(), 2);
    }
}
