//! What a Markdown document is made of, as one walk over it finds it.
//!
//! All words and places lie in a few shared buffers, so that a document of many short paragraphs costs few
//! allocations. [`Prose`] and [`Fence`] are views into them.

mod walk;

pub(crate) use walk::read;

use crate::text::Excerpt;
use ghostlib_model::Span;
use std::ops::Range;
use std::sync::Arc;

/// Stands in a block's prose for a code span, whose words are not prose.
pub(crate) const CODE: &str = "\u{fffc}";

/// A document, in the order of its text.
#[derive(Debug, Default)]
pub(crate) struct Markdown {
    /// The first heading of level 1.
    pub(crate) title: Option<String>,
    /// The parts that headings divide the document into. The first has no heading.
    pub(crate) sections: Vec<Section>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) fences: Vec<Fence>,
    pub(crate) links: Vec<Link>,
    proses: Vec<ProseRanges>,
    /// The words of all prose, one after another.
    words: String,
    /// Where each piece of the words starts: here, and in the document.
    pieces: Vec<(usize, usize)>,
    markup: Vec<Span>,
    code_spans: Vec<Span>,
}

/// The index of a section in [`Markdown::sections`].
pub(crate) type SectionId = usize;
/// The index of some prose, for [`Markdown::prose`].
pub(crate) type ProseId = usize;

/// One step of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Heading(SectionId),
    /// A paragraph, or the first text of a list item.
    Prose(ProseId),
    /// With the number of its first item, if the items have numbers.
    ListStart(Option<u64>),
    ListEnd,
    ItemStart,
    ItemEnd,
    TableStart,
    /// A row of a table, with the prose of its cells.
    Row(Row),
    TableEnd,
    /// The index of a code block in [`Markdown::fences`].
    Fence(usize),
    QuoteStart,
    QuoteEnd,
    Html(Span),
    /// A rule, or anything else that has no words.
    Other,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) is_head: bool,
    pub(crate) cells: Range<ProseId>,
    pub(crate) span: Span,
    pub(crate) section: SectionId,
}

/// What a heading starts.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// The heading's text, code spans included; shortened where it is endless.
    pub(crate) title: String,
    /// 1 to 6; 0 for what stands before the first heading.
    pub(crate) level: u8,
    pub(crate) parent: Option<SectionId>,
    /// The titles from the outermost heading to this one.
    pub(crate) path: Arc<[String]>,
    /// Where the heading stands.
    pub(crate) span: Span,
    /// The heading's words.
    pub(crate) prose: Option<ProseId>,
}

impl Section {
    /// The number that the title starts with, without its last dot: `4.2` of `4.2. Errors`.
    pub(crate) fn number(&self) -> Option<&str> {
        let title = self.title.trim_start_matches(['§', ' ']);
        let end = title.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(title.len());
        let number = title[..end].trim_end_matches('.');
        let mut parts = number.split('.');
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let first = parts.next()?;
        // An appendix: `A.1`, but not the word `A`.
        let is_letter = first.len() == 1 && first.bytes().all(|b| b.is_ascii_uppercase()) && number.len() > 1;
        ((is_digits(first) || is_letter) && parts.all(is_digits)).then_some(number)
    }
}

/// A link or an image.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) target: String,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
struct ProseRanges {
    words: Range<usize>,
    pieces: Range<usize>,
    markup: Range<usize>,
    code_spans: Range<usize>,
    span: Span,
    section: SectionId,
    starts_item: bool,
    checkbox: Option<bool>,
}

/// Running text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prose<'a> {
    /// Its words, without markup, with `\n` between lines and [`CODE`] for each code span.
    pub(crate) words: &'a str,
    pieces: &'a [(usize, usize)],
    /// Where the words start in the shared buffer.
    base: usize,
    /// Where its source stands, list marker left out.
    pub(crate) span: Span,
    /// Where its outermost emphases and links stand, in order.
    markup: &'a [Span],
    /// Where its code spans stand, in order.
    pub(crate) code_spans: &'a [Span],
    pub(crate) section: SectionId,
    /// Whether it is the first text of a list item.
    pub(crate) starts_item: bool,
    /// Whether the box before it is ticked, if it has one.
    pub(crate) checkbox: Option<bool>,
}

impl Prose<'_> {
    /// Where in the document the word at `offset` of the words stands.
    pub(crate) fn in_document(&self, offset: usize) -> usize {
        let offset = offset + self.base;
        let piece = self.pieces.partition_point(|&(start, _)| start <= offset).checked_sub(1);
        match piece.and_then(|i| self.pieces.get(i)) {
            Some(&(here, there)) => there + (offset - here),
            None => self.span.start,
        }
    }

    /// The span of the document from the first to the last of a range of words. Markup around them belongs
    /// to it where they are the first or the last words.
    pub(crate) fn span_of(&self, words: &Range<usize>) -> Span {
        let start = if self.words[..words.start].trim().is_empty() {
            self.span.start
        } else {
            self.in_document(words.start)
        };
        let end = if words.end >= self.words.len() { self.span.end } else { self.in_document(words.end) };
        Span::new(start, end.max(start))
    }

    /// Whether an offset lies between the ends of an emphasis or a link.
    pub(crate) fn is_in_markup(&self, offset: usize) -> bool {
        let i = self.markup.partition_point(|markup| markup.end <= offset);
        self.markup.get(i).is_some_and(|markup| markup.start < offset)
    }

    /// The emphasis or link that the prose starts with.
    pub(crate) fn leading_markup(&self) -> Option<Span> {
        self.markup.first().copied().filter(|markup| markup.start == self.span.start)
    }
}

impl Markdown {
    pub(crate) fn prose(&self, id: ProseId) -> Prose<'_> {
        let ranges = &self.proses[id];
        Prose {
            words: &self.words[ranges.words.clone()],
            pieces: &self.pieces[ranges.pieces.clone()],
            base: ranges.words.start,
            span: ranges.span,
            markup: &self.markup[ranges.markup.clone()],
            code_spans: &self.code_spans[ranges.code_spans.clone()],
            section: ranges.section,
            starts_item: ranges.starts_item,
            checkbox: ranges.checkbox,
        }
    }

    /// The words of all prose, one after another.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// All prose in the order of the text: paragraphs, items, cells and headings.
    pub(crate) fn proses(&self) -> impl Iterator<Item = Prose<'_>> {
        (0..self.proses.len()).map(|id| self.prose(id))
    }
}

/// A code block, fenced or indented.
#[derive(Debug)]
pub(crate) struct Fence {
    /// The words behind the fence, in lower case; none for an indented block.
    pub(crate) words: Vec<String>,
    pub(crate) code: Excerpt,
    /// Where the whole block stands.
    pub(crate) span: Span,
    pub(crate) section: SectionId,
}

impl Fence {
    /// Whether the words are `language` and `kind`. `yml` is `yaml`.
    pub(crate) fn is(&self, language: &str, kind: &str) -> bool {
        match self.words.as_slice() {
            [first, second] => {
                second == kind && (first == language || (first == "yml" && language == "yaml"))
            }
            _ => false,
        }
    }

    /// Where the code stands.
    pub(crate) fn code_span(&self) -> Span {
        if self.code.as_str().is_empty() {
            return self.span;
        }
        self.code.span_in_document(Span::new(0, self.code.as_str().len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn sections_know_their_numbers() {
        let numbers = |title: &str| {
            let section = Section {
                title: title.into(),
                level: 2,
                parent: None,
                path: Arc::default(),
                span: Span::default(),
                prose: None,
            };
            section.number().map(str::to_owned)
        };
        for (title, number) in [
            ("4.2. Errors", Some("4.2")),
            ("4.2 Errors", Some("4.2")),
            ("§3 Errors", Some("3")),
            ("A.1 Model", Some("A.1")),
            ("A Model", None),
            ("3D views", None),
            ("Errors 2", None),
        ] {
            assert_eq!(numbers(title).as_deref(), number, "{title}");
        }
    }

    #[test]
    fn prose_leads_back_to_its_document() {
        let document = "# One\n\n- [x] a *b* `c`\n  d\n\n| h |\n|---|\n| e \\| f |\n";
        let markdown = read(&Text::new("a.md", document), 0);
        let words: Vec<_> = markdown.proses().map(|prose| prose.words).collect();
        assert_eq!(words, ["One", "a b \u{fffc}\nd", "h", "e | f"]);
        let item = markdown.prose(1);
        assert_eq!(item.checkbox, Some(true));
        assert_eq!(&document[item.in_document(2)..=item.in_document(2)], "b");
        assert_eq!(&document[item.in_document(8)..=item.in_document(8)], "d");
    }
}
