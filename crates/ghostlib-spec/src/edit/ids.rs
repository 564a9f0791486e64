use super::newline;
use crate::markdown::{Block, Prose};
use crate::parse::Opening;
use crate::text::Text;
use crate::{Coverage, Options, SourceFile, Sources, Spec, parse};
use ghostlib_model::{IdSource, Place, Requirement, Span};
use std::ops::Range;

/// How often the outcome is read to see whether it still says the same. Every document but a contrived one
/// needs one or a few readings.
const MAX_READINGS: usize = 40;

/// Writes an id before each requirement that has none. A paragraph of several sentences is divided, so that
/// each requirement stands alone.
///
/// Reading the outcome gives the same spec, but for the places and for the ids being written now. A requirement
/// for which that cannot be had, such as a sentence that starts within emphasis, stays without a written id.
pub fn write_ids(document: &str) -> String {
    let edits = edits(document);
    if edits.is_empty() {
        return document.to_owned();
    }
    let mut writing = Writing { document, meaning: meaning(document), kept: Vec::new(), n_readings: 0 };
    writing.keep(&edits);
    apply(document, &writing.kept)
}

/// The changes that one block of prose needs. They are made together or not at all.
#[derive(Clone, Debug)]
struct BlockEdit {
    /// What is replaced, in order, and with what.
    changes: Vec<(Range<usize>, String)>,
}

struct Writing<'a> {
    document: &'a str,
    meaning: Spec,
    kept: Vec<BlockEdit>,
    n_readings: usize,
}

impl Writing<'_> {
    /// Keeps those edits that do not change the meaning: all at once if that can be, else half by half.
    fn keep(&mut self, edits: &[BlockEdit]) {
        if edits.is_empty() || self.n_readings == MAX_READINGS {
            return;
        }
        self.n_readings += 1;
        let n_kept = self.kept.len();
        self.kept.extend_from_slice(edits);
        if meaning(&apply(self.document, &self.kept)) == self.meaning {
            return;
        }
        self.kept.truncate(n_kept);
        if edits.len() > 1 {
            let (first, second) = edits.split_at(edits.len() / 2);
            self.keep(first);
            self.keep(second);
        }
    }
}

/// The spec without what writing ids changes.
fn meaning(document: &str) -> Spec {
    let document = SourceFile::new("", document);
    let (mut spec, _) = parse(&Sources { document, ..Sources::default() });
    let nowhere = Place::start_of("");
    let places = spec.vectors.iter_mut().map(|vector| &mut vector.place);
    let places = places.chain(spec.bindings.iter_mut().map(|binding| &mut binding.place));
    let places = places.chain(spec.operations.iter_mut().map(|operation| &mut operation.place));
    let places = places.chain(spec.deltas.iter_mut().map(|delta| &mut delta.place));
    let places = places.chain(spec.api_blocks.iter_mut().map(|block| &mut block.place));
    places.for_each(|place| *place = nowhere.clone());
    for requirement in &mut spec.requirements {
        requirement.place = nowhere.clone();
        requirement.id_source = IdSource::Made;
    }
    spec.coverage = Coverage::default();
    spec
}

fn edits(document: &str) -> Vec<BlockEdit> {
    let text = Text::new("", document);
    let markdown = Opening::read(&text, &Options::default(), &mut Vec::new()).markdown;
    let (spec, _) = parse(&Sources { document: SourceFile::new("", document), ..Sources::default() });
    let mut rest = spec.requirements.as_slice();
    let mut edits = Vec::new();
    for block in &markdown.blocks {
        let Block::Prose(id) = block else { continue };
        let prose = markdown.prose(*id);
        let starts_before = |requirement: &&Requirement| requirement.place.span.start < prose.span.end;
        let (inside, after) = rest.split_at(rest.iter().take_while(starts_before).count());
        rest = after;
        let without_id = |requirement: &&Requirement| {
            !requirement.id_is_written() && is_whole(document, &prose, requirement.place.span)
        };
        let edit = edit(document, &text, &prose, &inside.iter().filter(without_id).collect::<Vec<_>>());
        if edit.changes.iter().all(|(range, _)| !prose.is_in_markup(range.start)) {
            edits.push(edit);
        }
    }
    edits
}

/// Whether a span is one or more whole sentences of some prose, and not a clause of one.
fn is_whole(document: &str, prose: &Prose, span: Span) -> bool {
    const CLOSERS: [char; 8] = [')', ']', '"', '\'', '”', '’', '*', '_'];
    if span.start < prose.span.start || span.end > prose.span.end {
        return false;
    }
    let ends = |text: &str| {
        let text = text.trim_end().trim_end_matches(CLOSERS);
        text.is_empty() || text.ends_with(['.', '!', '?', ':'])
    };
    let before = &document[prose.span.start..span.start];
    let starts_part = before.trim_end().ends_with(']') && before.contains("r[");
    let is_last = document[span.end..prose.span.end].trim().is_empty();
    (ends(before) || starts_part) && (is_last || ends(&document[span.start..span.end]))
}

fn edit(document: &str, text: &Text, prose: &Prose, requirements: &[&Requirement]) -> BlockEdit {
    let newline = newline(document);
    let indent = super::indent_of(document, prose.span.start);
    let block = text.trimmed(prose.span);
    let gap = format!("{newline}{newline}{indent}");
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for requirement in requirements {
        let span = requirement.place.span;
        let id_line = format!("r[{}]{newline}{indent}", requirement.id);
        let before = gap_before(document, block, span.start);
        // The gap behind the previous requirement is the one before this.
        changes.pop_if(|(range, _)| *range == before);
        if before.start == block.start {
            changes.push((span.start..span.start, id_line));
        } else {
            changes.push((before, format!("{gap}{id_line}")));
        }
        let after = span.end..text.trimmed(Span::new(span.end, block.end)).start;
        if span.end < block.end {
            changes.push((after, gap.clone()));
        }
    }
    BlockEdit { changes }
}

/// The white space of a block before `offset`.
fn gap_before(document: &str, block: Span, offset: usize) -> Range<usize> {
    block.start + document[block.start..offset].trim_end().len()..offset
}

fn apply(document: &str, edits: &[BlockEdit]) -> String {
    let mut edited = String::with_capacity(document.len());
    let mut done = 0;
    for (range, with) in edits.iter().flat_map(|edit| &edit.changes) {
        edited.push_str(&document[done..range.start]);
        edited.push_str(with);
        done = range.end;
    }
    edited.push_str(&document[done..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_before_requirements_of_every_kind() {
        let document = "# A b\n\nIt MUST.\n\nFirst. It MAY\nnot. Last. `x` MUST. It SHOULD.\n\n\
            1. Item MUST\n   go on.\n   - r[x] MUST\n   - [ ] inner MUST\n\n   Second MUST.\n";
        let expected = "# A b\n\nr[a-b-#]\nIt MUST.\n\nFirst.\n\nr[a-b-#]\nIt MAY\nnot.\n\nLast.\n\nr[a-b-#]\n`x` MUST.\n\n\
            r[a-b-#]\nIt SHOULD.\n\n1. r[a-b-#]\n   Item MUST\n   go on.\n   - r[x] MUST\n   \
            - [ ] r[a-b.1]\n         inner MUST\n\n   r[a-b-#]\n   Second MUST.\n";
        assert_eq!(without_digests(&write_ids(document)), expected);
        assert_eq!(write_ids(&write_ids(document)), write_ids(document));
    }

    #[test]
    fn line_ends_are_those_of_the_document() {
        assert_eq!(
            without_digests(&write_ids("It MUST. \r\nNo.\r\n")),
            "r[spec-#]\r\nIt MUST.\r\n\r\nNo.\r\n"
        );
    }

    #[test]
    fn what_cannot_be_divided_stays_and_costs_the_others_nothing() {
        let document = "**It MUST. It MAY.**\n\nOther MUST.\n";
        assert_eq!(without_digests(&write_ids(document)), "**It MUST. It MAY.**\n\nr[spec-#]\nOther MUST.\n");
    }

    /// The text with `#` for the digest of each made id.
    fn without_digests(text: &str) -> String {
        let pieces = text.split(']').map(|piece| match piece.len().checked_sub(8) {
            Some(at) if piece.get(at..).is_some_and(|id| id.bytes().all(|b| b.is_ascii_hexdigit())) => {
                format!("{}#", &piece[..at])
            }
            _ => piece.to_owned(),
        });
        pieces.collect::<Vec<_>>().join("]")
    }
}
