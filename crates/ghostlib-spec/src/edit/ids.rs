use super::meaning::meaning;
use super::{documents_mut, newline};
use crate::markdown::{self, Block, Markdown, Prose};
use crate::parse::Opening;
use crate::statements::is_id;
use crate::text::Text;
use crate::{Options, SourceFile, Sources, Spec, front_matter, parse_with};
use ghostlib_model::{IdSource, Requirement, RequirementId, Span};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// How often the outcome is read at most to see whether it still says the same, and how many bytes are read in
/// all that. Every document but a contrived one needs a few readings.
const MAX_READINGS: usize = 200;
const MAX_BYTES_READ: usize = 64 << 20;

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
        let n_bytes: usize = written.files().map(|file| file.bytes.len()).sum();
        let mut writing = Writing {
            document: &document,
            at,
            options,
            meaning,
            sources: written.clone(),
            kept: Vec::new(),
            n_readings_left: (MAX_BYTES_READ / n_bytes.max(1)).clamp(8, MAX_READINGS),
        };
        writing.keep_all(edits);
        let kept = apply(&document, writing.kept.iter());
        replace(&mut written, at, kept);
    }
    written
}

/// Puts a text in the place of one of the documents.
fn replace(sources: &mut Sources, at: usize, text: String) {
    if let Some(document) = documents_mut(sources).nth(at) {
        document.bytes = text.into_bytes();
    }
}

/// The changes that one block of prose needs. They are made together or not at all.
#[derive(Clone, Debug)]
struct BlockEdit {
    /// What is replaced, in order, and with what.
    changes: Vec<(Range<usize>, String)>,
    /// The ids that are written.
    ids: Vec<RequirementId>,
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
    n_readings_left: usize,
}

impl Writing<'_> {
    /// Keeps as many edits as can be had without changing the meaning.
    ///
    /// What was to blame at first may have been so for another's sake, so the rejected are tried again, round by
    /// round of their rejection, until no more can be had.
    fn keep_all(&mut self, edits: Vec<BlockEdit>) {
        let mut left = edits;
        loop {
            let n_kept = self.kept.len();
            let groups = self.keep(left);
            left = groups.into_iter().flat_map(|group| self.keep(group)).flatten().collect();
            left.sort_by_key(BlockEdit::start);
            if left.is_empty() || self.kept.len() == n_kept {
                return;
            }
        }
    }

    /// Keeps those edits that do not change the meaning, without all that may be to blame for a change. Gives what
    /// was rejected, by rounds.
    fn keep(&mut self, mut edits: Vec<BlockEdit>) -> Vec<Vec<BlockEdit>> {
        let mut rejected = Vec::new();
        while let Some(after) = self.changed_meaning(&edits) {
            let blamed = blame(&self.meaning, &after, &edits);
            if self.n_readings_left == 0 || (blamed.is_empty() && edits.len() < 2) {
                rejected.push(edits);
                return rejected;
            }
            if blamed.is_empty() {
                let second = edits.split_off(edits.len() / 2);
                rejected.extend(self.keep(edits));
                rejected.extend(self.keep(second));
                return rejected;
            }
            let (bad, good): (Vec<_>, Vec<_>) =
                edits.into_iter().enumerate().partition(|(i, _)| blamed.contains(i));
            rejected.push(bad.into_iter().map(|(_, edit)| edit).collect());
            edits = good.into_iter().map(|(_, edit)| edit).collect();
        }
        self.kept.append(&mut edits);
        self.kept.sort_by_key(BlockEdit::start);
        rejected
    }

    /// What the spec says with further edits, if that is not what it said.
    fn changed_meaning(&mut self, further: &[BlockEdit]) -> Option<Spec> {
        if further.is_empty() {
            return None;
        }
        self.n_readings_left = self.n_readings_left.saturating_sub(1);
        let mut edits: Vec<&BlockEdit> = self.kept.iter().chain(further).collect();
        edits.sort_by_key(|edit| edit.start());
        replace(&mut self.sources, self.at, apply(self.document, edits));
        let meaning = without_id_sources(meaning(&self.sources, self.options));
        (meaning != self.meaning).then_some(meaning)
    }
}

impl BlockEdit {
    fn start(&self) -> usize {
        self.changes.first().map_or(0, |(range, _)| range.start)
    }
}

/// The edits, by their indexes, that may be to blame for a change of meaning: those that write the id of a
/// requirement that is no longer what it was, and where there is no such edit the nearest one before, which may be
/// that of a lead-in. The same goes for requirements that were not there.
fn blame(before: &Spec, after: &Spec, edits: &[BlockEdit]) -> BTreeSet<usize> {
    let edit_of: HashMap<&RequirementId, usize> =
        edits.iter().enumerate().flat_map(|(i, edit)| edit.ids.iter().map(move |id| (id, i))).collect();
    let mut blamed = BTreeSet::new();
    for (these, others) in [(before, after), (after, before)] {
        let others: HashMap<&RequirementId, &Requirement> =
            others.requirements.iter().map(|requirement| (&requirement.id, requirement)).collect();
        let mut nearest = None;
        for requirement in &these.requirements {
            let own = edit_of.get(&requirement.id).copied();
            if others.get(&requirement.id).is_none_or(|other| *other != requirement) {
                blamed.extend(own.or(nearest));
            }
            nearest = own.or(nearest);
        }
    }
    blamed
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
    let here: Vec<_> = spec.requirements.into_iter().filter(|one| &*one.place.file == path).collect();
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
        if !edit.changes.is_empty() && edit.changes.iter().all(|(range, _)| !prose.is_in_markup(range.start))
        {
            edits.push(edit);
        }
    }
    edits
}

/// The Markdown of one of the documents, the first of which may have front matter of its own format.
pub(crate) fn markdown_of(text: &Text, at: usize, options: &Options) -> Markdown {
    if at == 0 {
        return Opening::read(text, options, &mut Vec::new()).markdown;
    }
    markdown::read(text, front_matter::divide(text.as_str()).body)
}

/// An id as a native spec can write it, that none of those taken has.
pub(crate) fn requirement_ids_free(id: &str, taken: &BTreeSet<String>) -> String {
    let is_good = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let written = if is_id(id) {
        id.to_owned()
    } else {
        let id: String = id.chars().map(|c| if is_good(&c) { c } else { '.' }).collect();
        let words: Vec<&str> = id.split('.').filter(|word| !word.is_empty()).collect();
        if words.is_empty() { "spec".to_owned() } else { words.join(".") }
    };
    let numbered = (2_u32..).map(|n| format!("{written}-{n}"));
    let mut candidates = std::iter::once(written.clone()).chain(numbered);
    candidates.find(|id| !taken.contains(id)).unwrap_or(written)
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
    BlockEdit { changes, ids: requirements.iter().map(|requirement| requirement.id.clone()).collect() }
}

/// The white space of a block before `offset`.
fn gap_before(document: &str, block: Span, offset: usize) -> Range<usize> {
    block.start + document[block.start..offset].trim_end().len()..offset
}

fn apply<'a>(document: &str, edits: impl IntoIterator<Item = &'a BlockEdit>) -> String {
    let mut edited = String::with_capacity(document.len());
    let mut done = 0;
    for (range, with) in edits.into_iter().flat_map(|edit| &edit.changes) {
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
    fn ids_go_into_every_document_and_never_twice() {
        let document = "---\nghostlib: 1\nname: x\nversion: 1.0.0\nfiles: [b.md]\n---\n\n# A\n\nIt MUST.\n";
        let parts = vec![SourceFile::new("b.md", "# A\n\nIt MUST.\n")];
        let sources = Sources { document: SourceFile::new("SPEC.md", document), parts, ..Sources::default() };
        let written = write_ids_of(&sources, &Options::default());
        let ids = |sources: &Sources| {
            let requirements = parse_with(sources, &Options::default()).0.requirements;
            requirements.into_iter().map(|one| (one.id.to_string(), one.id_is_written())).collect::<Vec<_>>()
        };
        let (before, after) = (ids(&sources), ids(&written));
        assert_eq!(before[1].0, format!("{}-2", before[0].0));
        assert_eq!(after, before.into_iter().map(|(id, _)| (id, true)).collect::<Vec<_>>());
        assert_eq!(write_ids_of(&written, &Options::default()), written);
    }

    #[test]
    fn an_id_that_would_change_what_governs_a_list_is_not_written() {
        let document = "It MUST have these.\n\nFields:\n\n- `id` (string)\n  - MUST be unique\n  - is opaque\n- `name` (string)\n  - MUST be set\n";
        let options = Options { dialect: Some(crate::Dialect::Rfc2119), ..Options::default() };
        let sources = Sources { document: SourceFile::new("spec.md", document), ..Sources::default() };
        let written = write_ids_of(&sources, &options);
        assert_ne!(written, sources);
        assert_eq!(
            without_id_sources(meaning(&written, &options)),
            without_id_sources(meaning(&sources, &options))
        );
        assert_eq!(write_ids_of(&written, &options), written);
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
