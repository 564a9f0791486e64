//! Words at the start of some text, as lints look for them.

/// How far lints look around a place, in bytes.
const NEAR: usize = 600;

/// The word that a text starts with, behind white space.
pub(super) fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '_')).unwrap_or(text.len());
    &text[..end]
}

/// The word that a text ends with, before white space.
pub(super) fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let is_part = |c: char| c.is_alphanumeric() || c == '\'' || c == '_';
    let start = text.char_indices().rev().take_while(|&(_, c)| is_part(c)).last();
    start.map_or("", |(start, _)| &text[start..])
}

/// What follows one of some words, whatever their case.
pub(super) fn behind_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let word = first_word(text);
    let is_known = !word.is_empty() && words.iter().any(|known| known.eq_ignore_ascii_case(word));
    is_known.then(|| &text.trim_start()[word.len()..])
}

/// What follows several words, whatever their case.
pub(super) fn behind_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    words.split(' ').try_fold(text, |text, word| behind_word(text, &[word]))
}

/// Whether some words stand in a text one after another, whatever their case.
pub(super) fn has_word(text: &str, words: &[&str]) -> bool {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '_'));
    parts.filter(|part| !part.is_empty()).any(|part| words.iter().any(|word| word.eq_ignore_ascii_case(part)))
}

/// The end of a text, at most some hundred bytes.
pub(super) fn tail(text: &str) -> &str {
    let start = (text.len().saturating_sub(NEAR)..text.len()).find(|&at| text.is_char_boundary(at));
    start.map_or("", |start| &text[start..])
}

/// The start of a text, at most some hundred bytes.
pub(super) fn head(text: &str) -> &str {
    let end = (0..=text.len().min(NEAR)).rev().find(|&at| text.is_char_boundary(at));
    &text[..end.unwrap_or(0)]
}
