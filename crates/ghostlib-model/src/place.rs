use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A half-open range of byte offsets in one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Where something stands: a file, lines and a column, all counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the tree that it belongs to, with `/` between its parts.
    pub file: Arc<str>,
    /// First line.
    pub line: u32,
    /// Column of the first character, in characters.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The same place in bytes of the file.
    pub span: Span,
}

impl Place {
    /// The place that `span` covers in `text`, the content of `file`. Offsets outside the text or inside
    /// a character are moved to the nearest character before.
    pub fn in_text(file: impl Into<Arc<str>>, text: &str, span: Span) -> Self {
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end.max(start));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = line_number(before);
        let covered = text[start..end].strip_suffix('\n').unwrap_or(&text[start..end]);
        Self {
            file: file.into(),
            line,
            column: to_u32(text[line_start..start].chars().count()) + 1,
            end_line: line + to_u32(covered.matches('\n').count()),
            span: Span::new(start, end),
        }
    }

    /// The first character of `file`.
    pub fn start_of(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: 1, column: 1, end_line: 1, span: Span::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

fn line_number(before: &str) -> u32 {
    to_u32(before.matches('\n').count()) + 1
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn floor_char_boundary(text: &str, mut offset: usize) -> usize {
    offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let text = "äö\nxé yz\nlast";
        let start = text.find("yz").unwrap();
        let place = Place::in_text("a.md", text, Span::new(start, start + 2));
        assert_eq!((place.line, place.column, place.end_line), (2, 4, 2));
        assert_eq!(place.to_string(), "a.md:2:4");
    }

    #[test]
    fn a_span_that_ends_with_its_newline_ends_on_that_line() {
        let place = Place::in_text("a.md", "one\ntwo\n", Span::new(0, 8));
        assert_eq!((place.line, place.end_line), (1, 2));
    }

    #[test]
    fn offsets_outside_the_text_are_clamped() {
        let place = Place::in_text("a.md", "é", Span::new(1, 99));
        assert_eq!((place.line, place.column, place.span), (1, 1, Span::new(0, 2)));
    }
}
