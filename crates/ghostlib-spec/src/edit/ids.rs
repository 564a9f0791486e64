use super::meaning::meaning;
use super::newline;
use crate::markdown::{self, Block, Markdown, Prose};
use crate::parse::Opening;
use crate::text::Text;
use crate::{Options, SourceFile, Sources, Spec, front_matter, parse_with};
use ghostlib_model::{IdSource, Requirement, Span};
use std::ops::Range;

/// How often the outcome is read to see whether it still says the same. Every document but a contrived one
/// needs one or a few readings.
const MAX_READINGS: usize = 40;

/// Writes an id before each requirement of a document that has none. A paragraph of several sentences is
/// divided, so that each requirement stands alone.
///
/// Reading the outcome gives the same spec, but for the places and for the ids being written now. A requirement
/// for which that cannot be had, such as a sentence that starts within emphasis, stays without a written id.
pub fn write_ids(document: &str) -> String {
    let sources = Sources { document: SourceFile::new("", document), ..Sources::default() };
    let written = write_ids_of(&sources, &Options::default());
    String::from_utf8(written.document.bytes).unwrap_or_else(|_| document.to_owned())
}

/// [`write_ids`] for all documents of a spec. Those that are not UTF-8 stay as they are.
pub fn write_ids_of(sources: &Sources, options: &Options) -> Sources {
    let mut written = sources.clone();
    for at in 0..sources.documents().count() {
        let Some(document) = written.documents().nth(at) else { continue };
        let Ok(document) = String::from_utf8(document.bytes.clone()) else { continue };
        let edits = edits(&written, at, &document, options);
        if edits.is_empty() {
            continue;
        }
        let meaning = without_id_sources(meaning(&written, options));
        let mut writing = Writing {
            document: &document,
            at,
            options,
            meaning,
            sources: written.clone(),
            kept: Vec::new(),
            n_readings: 0,
        };
        writing.keep(&edits);
        let kept = apply(&document, &writing.kept);
        replace(&mut written, at, kept);
    }
    written
}

/// Puts a text in the place of one of the documents.
fn replace(sources: &mut Sources, at: usize, text: String) {
    let documents = std::iter::once(&mut sources.document).chain(&mut sources.parts);
    if let Some(document) = documents.into_iter().nth(at) {
        document.bytes = text.into_bytes();
    }
}

/// The changes that one block of prose needs. They are made together or not at all.
#[derive(Clone, Debug)]
struct BlockEdit {
    /// What is replaced, in order, and with what.
    changes: Vec<(Range<usize>, String)>,
}

struct Writing<'a> {
    document: &'a str,
    /// Which of the documents it is.
    at: usize,
    options: &'a Options,
    meaning: Spec,
    /// The spec, to be read with the edits.
    sources: Sources,
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
        replace(&mut self.sources, self.at, apply(self.document, &self.kept));
        if without_id_sources(meaning(&self.sources, self.options)) == self.meaning {
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
fn without_id_sources(mut spec: Spec) -> Spec {
    for requirement in &mut spec.requirements {
        requirement.id_source = IdSource::Made;
    }
    spec
}

fn edits(sources: &Sources, at: usize, document: &str, options: &Options) -> Vec<BlockEdit> {
    let path = sources.documents().nth(at).map_or("", |document| document.path.as_str());
    let text = Text::new(path, document);
    let markdown = markdown_of(&text, at, options);
    let (spec, _) = parse_with(sources, options);
    let here: Vec<_> = spec.requirements.into_iter().filter(|one| one.place.file == path).collect();
    let mut rest = here.as_slice();
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

/// The Markdown of one of the documents, the first of which may have front matter of its own format.
fn markdown_of(text: &Text, at: usize, options: &Options) -> Markdown {
    if at == 0 {
        return Opening::read(text, options, &mut Vec::new()).markdown;
    }
    markdown::read(text, front_matter::divide(text.as_str()).body)
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

#[cfg(test)]
mod probe {
    use super::*;
    #[test]
    fn probe() {
        let document = std::fs::read_to_string(std::env::var("PROBE").unwrap()).unwrap();
        let sources = Sources { document: SourceFile::new("SPEC.md", document.clone()), ..Sources::default() };
        let options = Options::default();
        let e = edits(&sources, 0, &document, &options);
        let all = apply(&document, &e);
        std::fs::write("/tmp/probe.md", &all).unwrap();
        let mut after = sources.clone();
        replace(&mut after, 0, all);
        let a = without_id_sources(meaning(&sources, &options));
        let b = without_id_sources(meaning(&after, &options));
        println!("edits {} before {} after {}", e.len(), a.requirements.len(), b.requirements.len());
        println!("dialect {} {}", a.dialect, b.dialect);
        let mut n = 0;
        for d in crate::delta::diff(&a, &b).requirements { n += 1; if n < 40 { match d { crate::delta::Change::Added(x) => println!("+ {} {}", x.id, x.text), crate::delta::Change::Removed(x) => println!("- {} {}", x.id, x.text), crate::delta::Change::Changed{old,new,how} => println!("~ {:?}\n   {:?} {}\n   {:?} {}", how, old.lead_in, old.text, new.lead_in, new.text) } } }
        let mut m = 0;
        for (x, y) in a.requirements.iter().zip(&b.requirements) { if x != y { m += 1; if m < 12 { println!("!= {x:?}\n   {y:?}"); } } }
        println!("{n} {m}");
        let mut c = a.clone(); c.requirements = b.requirements.clone();
        println!("rest equal {}", c == b);
    }
}
