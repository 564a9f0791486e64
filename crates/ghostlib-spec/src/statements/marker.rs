use crate::code::Code;
use crate::markdown::Prose;
use crate::text::Text;
use ghostlib_model::{Diagnostic, Span};
use std::ops::Range;

/// A written id: `r[duration.parse.units]`.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    pub(crate) id: String,
    pub(crate) span: Span,
}

/// What stands between two written ids of one block.
#[derive(Debug)]
pub(super) struct Part {
    /// The id before it.
    pub(super) marker: Option<Marker>,
    /// Its words, as a range of the block's words.
    pub(super) words: Range<usize>,
}

/// Divides a block at its written ids.
pub(super) fn parts(text: &Text, prose: &Prose, diagnostics: &mut Vec<Diagnostic>) -> Vec<Part> {
    let words = prose.words;
    if memchr::memmem::find(text.slice(prose.span).as_bytes(), b"r[").is_none() {
        return vec![Part { marker: None, words: 0..words.len() }];
    }
    let mut parts = Vec::new();
    let mut open = Part { marker: None, words: 0..0 };
    let mut line_end = 0;
    for line in words.split_inclusive('\n') {
        let line_start = line_end;
        line_end += line.len();
        let source = if line_start == 0 { prose.span.start } else { prose.in_document(line_start) };
        let Some(found) = Found::at(text, prose, source, line) else { continue };
        let starts_item = prose.starts_item && line_start == 0;
        let names_something = found.is_alone || (starts_item && is_id(found.id));
        if !names_something {
            found.warn(text, diagnostics);
            continue;
        }
        // The line's end stays with what follows, so that markup at its start does too.
        let line_break = usize::from(line.ends_with('\n'));
        let behind = if found.is_alone {
            line_end - line_break
        } else {
            found.words_behind(prose, line_start..line_end)
        };
        let next = Part { marker: found.marker(text, diagnostics), words: behind..behind };
        close(&mut parts, std::mem::replace(&mut open, next), line_start);
    }
    close(&mut parts, open, words.len());
    parts
}

fn close(parts: &mut Vec<Part>, mut part: Part, words_end: usize) {
    part.words.end = words_end.max(part.words.start);
    parts.push(part);
}

/// Something that has the form `r[…]`, at the start of a line.
struct Found<'a> {
    id: &'a str,
    span: Span,
    /// Whether nothing follows it on the line.
    is_alone: bool,
}

impl<'a> Found<'a> {
    fn at(text: &Text<'a>, prose: &Prose, start: usize, words: &str) -> Option<Self> {
        // A code span or markup at the start of the line is no id, whatever its source looks like.
        if !words.starts_with('r') {
            return None;
        }
        let end = text.line_end(start).min(prose.span.end);
        let rest = text.as_str().get(start..end)?.strip_prefix("r[")?;
        let (id, after) = rest.split_once(']')?;
        let is_followed = after.starts_with(char::is_whitespace) || after.is_empty();
        let span = Span::new(start, start + "r[]".len() + id.len());
        (is_followed && !id.contains('[')).then_some(Self { id, span, is_alone: after.trim().is_empty() })
    }

    /// Where in the block's words the text behind the id starts.
    fn words_behind(&self, prose: &Prose, line: Range<usize>) -> usize {
        let offsets = prose.words[line.clone()].char_indices().map(|(offset, _)| line.start + offset);
        offsets.into_iter().find(|&at| prose.in_document(at) >= self.span.end).unwrap_or(line.end)
    }

    fn marker(&self, text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Marker> {
        if is_id(self.id) {
            return Some(Marker { id: self.id.to_owned(), span: self.span });
        }
        let message = format!("`{}` is no requirement id", self.id);
        let help =
            "write words of ASCII letters, digits, `-` and `_` with dots between them: `r[parse.units]`";
        diagnostics.push(Code::RequirementIdMalformed.at(text.place(self.span), message).help(help).into());
        None
    }

    fn warn(&self, text: &Text, diagnostics: &mut Vec<Diagnostic>) {
        // `r[0] is the first element` is a sentence; nothing else has a dot.
        if is_id(self.id) && self.id.contains('.') {
            let message = format!("the requirement id `{}` shares its line with other text", self.id);
            let draft = Code::RequirementIdInline.at(text.place(self.span), message);
            diagnostics.push(draft.help("put it on a line of its own, before the text").into());
        }
    }
}

/// Words of ASCII letters, digits, `-` and `_`, with dots between them.
pub(crate) fn is_id(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.split('.').all(|word| !word.is_empty() && word.chars().all(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_with_dots_between_them() {
        for good in ["a", "duration.parse.units", "a-b_c.D9", "spec-1a2b3c4d"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a b", "ä", "a+2", "a/b"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
