use ghostlib_model::{Place, Span};
use std::ops::Range;
use std::sync::Arc;

/// How many bytes lie between two remembered counts of characters.
const STRIDE: usize = 1024;

/// The text of one file, indexed so that a place costs the same wherever it stands: a file of many
/// statements, or of one endless line, is read in linear time.
#[derive(Clone)]
pub(crate) struct Text<'a> {
    file: Arc<str>,
    content: &'a str,
    line_starts: Vec<usize>,
    /// The number of characters that start before byte `i * STRIDE`; empty if all are ASCII.
    chars_before: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(crate) fn new(file: &str, content: &'a str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', content.as_bytes()).map(|offset| offset + 1);
        let mut chars_before = Vec::new();
        // In ASCII every byte is a character.
        if !content.is_ascii() {
            let mut n_chars = 0;
            chars_before.push(0);
            for chunk in content.as_bytes().chunks(STRIDE) {
                n_chars += count_chars(chunk);
                chars_before.push(n_chars);
            }
        }
        let file = Arc::from(file);
        Self { file, content, line_starts: std::iter::once(0).chain(newlines).collect(), chars_before }
    }

    /// The path of the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn as_str(&self) -> &'a str {
        self.content
    }

    /// What `Place::in_text` gives, without its walk from the start.
    pub(crate) fn place(&self, span: Span) -> Place {
        let Span { start, end } = self.within(span);
        let last = if self.content[start..end].ends_with('\n') { end - 1 } else { end };
        let line = self.line_at(start);
        let line_start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        Place {
            file: Arc::clone(&self.file),
            line: to_u32(line),
            column: to_u32(self.chars_between(line_start, start) + 1),
            end_line: to_u32(self.line_at(last)),
            span: Span::new(start, end),
        }
    }

    /// What `span` covers.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        let Span { start, end } = self.within(span);
        &self.content[start..end]
    }

    /// The span without the white space at its ends.
    pub(crate) fn trimmed(&self, span: Span) -> Span {
        let covered = self.slice(span);
        let start = self.within(span).start + (covered.len() - covered.trim_start().len());
        Span::new(start, start + covered.trim().len())
    }

    /// The span with its ends moved back to where a character starts.
    fn within(&self, span: Span) -> Span {
        let start = floor_char_boundary(self.content, span.start);
        Span::new(start, floor_char_boundary(self.content, span.end.max(start)))
    }

    /// The offset behind the last character of the line that `offset` is on, its newline left out.
    pub(crate) fn line_end(&self, offset: usize) -> usize {
        let next = self.line_starts.get(self.line_at(offset)).copied();
        next.map_or(self.content.len(), |start| start - 1)
    }

    fn line_at(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    fn chars_between(&self, start: usize, end: usize) -> usize {
        if self.chars_before.is_empty() {
            return end - start;
        }
        if end - start < STRIDE {
            return count_chars(&self.content.as_bytes()[start..end]);
        }
        self.chars_until(end) - self.chars_until(start)
    }

    fn chars_until(&self, offset: usize) -> usize {
        let stride = offset / STRIDE;
        let counted = self.chars_before.get(stride).copied().unwrap_or(0);
        counted + count_chars(&self.content.as_bytes()[stride * STRIDE..offset])
    }
}

/// A text that was put together from pieces of a document, each of which remembers where it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Excerpt {
    text: String,
    /// Where each piece starts: here, and in the document.
    pieces: Vec<(usize, usize)>,
}

impl Excerpt {
    /// One piece of the document as it stands.
    pub(crate) fn of(text: &Text, range: Range<usize>) -> Self {
        let mut excerpt = Self::default();
        excerpt.push(&text.as_str()[range.clone()], range.start);
        excerpt
    }

    pub(crate) fn push(&mut self, piece: &str, offset_in_document: usize) {
        self.pieces.push((self.text.len(), offset_in_document));
        self.text.push_str(piece);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where each piece stands in the document, in order.
    pub(crate) fn pieces_in_document(&self) -> impl Iterator<Item = Span> {
        let ends = self.pieces.iter().skip(1).map(|&(start, _)| start).chain([self.text.len()]);
        self.pieces.iter().zip(ends).map(|(&(here, there), end)| Span::new(there, there + (end - here)))
    }

    /// Where in the document the character at `offset` stands.
    pub(crate) fn in_document(&self, offset: usize) -> usize {
        let piece = self.pieces.partition_point(|&(start, _)| start <= offset).checked_sub(1);
        let (here, there) = piece.and_then(|i| self.pieces.get(i)).copied().unwrap_or_default();
        there + (offset - here)
    }

    /// The span of the document from the first to the last character of `span`.
    pub(crate) fn span_in_document(&self, span: Span) -> Span {
        let start = self.in_document(span.start);
        if span.end <= span.start {
            return Span::new(start, start);
        }
        Span::new(start, self.in_document(span.end - 1) + 1)
    }
}

/// The text with every run of white space as one space, and none at its ends.
pub(crate) fn on_one_line(text: &str) -> String {
    let text = text.trim();
    let mut line = String::with_capacity(text.len());
    for part in text.split('\n') {
        if has_single_spaces(part.as_bytes()) {
            push_words(&mut line, part.trim_ascii());
        } else {
            part.split_whitespace().for_each(|word| push_words(&mut line, word));
        }
    }
    line
}

/// Whether it is ASCII with single spaces as its only white space.
fn has_single_spaces(line: &[u8]) -> bool {
    // Counting has no early end, so that it is done many bytes at a time.
    let n_doubles = line.iter().zip(line.iter().skip(1)).filter(|pair| *pair == (&b' ', &b' ')).count();
    let n_others = line.iter().filter(|byte| !(b' '..0x80).contains(byte)).count();
    n_doubles + n_others == 0
}

fn push_words(line: &mut String, words: &str) {
    if !line.is_empty() && !words.is_empty() {
        line.push(' ');
    }
    line.push_str(words);
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn count_chars(bytes: &[u8]) -> usize {
    // Every byte that does not continue a character starts one.
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_model() {
        let text = format!("ä\n{}é\r\n\n中文 x\n", "ö".repeat(3000));
        let indexed = Text::new("a.md", &text);
        for start in (0..=text.len()).step_by(7).chain([text.len(), text.len() + 9]) {
            for length in [0, 1, 2, 5, 4000] {
                let span = Span::new(start, start + length);
                assert_eq!(indexed.place(span), Place::in_text("a.md", &text, span), "{span:?}");
            }
        }
    }

    #[test]
    fn an_excerpt_leads_back_to_its_document() {
        let mut excerpt = Excerpt::default();
        excerpt.push("ab\n", 10);
        excerpt.push("cd", 20);
        assert_eq!(excerpt.in_document(1), 11);
        assert_eq!(excerpt.span_in_document(Span::new(1, 5)), Span::new(11, 22));
        assert_eq!(excerpt.span_in_document(Span::new(3, 3)), Span::new(20, 20));
        assert_eq!(Excerpt::default().in_document(0), 0);
    }
}
