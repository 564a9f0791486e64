//! What is known of a file once it has been parsed.

use crate::node::Tree;
use crate::{Language, Node};
use ghostlib_model::{Place, Span};
use std::fmt;
use std::sync::OnceLock;

/// The syntax tree and the lines of a text, each made when it is first asked for. Whoever copies a text to change it
/// gets an empty one; in comparisons all are equal, since they follow from the text.
#[derive(Default)]
pub(crate) struct Syntax {
    pub(crate) language: Option<&'static dyn Language>,
    tree: OnceLock<Option<Tree>>,
    /// Where each line starts.
    lines: OnceLock<Vec<usize>>,
}

impl Syntax {
    pub(crate) fn new(language: Option<&'static dyn Language>) -> Self {
        Self { language, ..Self::default() }
    }

    /// The root of the tree; `None` if the language is not known or the parser gives up.
    pub(crate) fn root(&self, text: &str) -> Option<Node<'_>> {
        self.tree.get_or_init(|| self.language?.grammar().parse(text)).as_ref().map(Tree::root)
    }

    /// What [`Place::in_text`] gives, without its walk from the start.
    pub(crate) fn place(&self, path: &str, text: &str, span: Span) -> Place {
        let line_starts = self.lines.get_or_init(|| {
            let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect()
        });
        let n_before = line_starts.partition_point(|start| *start <= span.start.min(text.len())) - 1;
        let line_start = line_starts[n_before];
        let rest = Span::new(span.start - line_start.min(span.start), span.end - line_start.min(span.end));
        // A place is found from the start of its line on.
        let line_end = line_starts.partition_point(|start| *start < span.end).min(line_starts.len() - 1);
        let end = line_starts.get(line_end + 1).copied().unwrap_or(text.len()).max(span.end.min(text.len()));
        let place = Place::in_text(path, text.get(line_start..end).unwrap_or_default(), rest);
        let n_before = u32::try_from(n_before).unwrap_or(u32::MAX);
        Place {
            line: place.line.saturating_add(n_before),
            end_line: place.end_line.saturating_add(n_before),
            span: Span::new(place.span.start + line_start, place.span.end + line_start),
            ..place
        }
    }
}

impl Clone for Syntax {
    fn clone(&self) -> Self {
        Self::new(self.language)
    }
}

impl PartialEq for Syntax {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Syntax {}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Syntax")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_model() {
        let text = format!("ä\n{}é\r\n\n中文 x\n", "ö".repeat(300));
        let syntax = Syntax::default();
        for start in (0..=text.len()).chain([text.len() + 9]) {
            for length in [0, 1, 2, 5, 400] {
                let span = Span::new(start, start + length);
                assert_eq!(
                    syntax.place("a.rs", &text, span),
                    Place::in_text("a.rs", &text, span),
                    "{span:?}"
                );
            }
        }
        assert_eq!(
            Syntax::default().place("a", "", Span::new(0, 0)),
            Place::in_text("a", "", Span::new(0, 0))
        );
    }
}
