//! Which clauses without a keyword bind.

use super::describe::Clause;
use super::lexicon::Class;
use super::words::Word;
use super::{Passage, Reader};
use crate::markdown::{CODE, Prose};
use crate::text::Text;

impl Reader<'_> {
    /// Whether a clause without a keyword says what must hold.
    pub(super) fn is_normative(&self, passage: &Passage, clause: &Clause) -> bool {
        let prose = &passage.prose;
        let lead = self.lead();
        if self.is_aside
            || self.roles[prose.section].is_informative
            || lead.is_some_and(|lead| lead.is_informative)
        {
            return false;
        }
        if is_aside(clause) || clause.words.is_empty() {
            return false;
        }
        let is_item = prose.starts_item;
        if is_item && clause.start == 0 && is_bare_name(clause, prose, self.text) {
            return lead.is_some_and(|lead| lead.level.is_some()) || is_record(clause, prose, self.text);
        }
        if self.roles[prose.section].states_all || is_foreign(clause) {
            return true;
        }
        let ends = clause.text().trim_end().ends_with(['.', '!', ';', ':', ')']);
        is_item || clause.is_finite() || (ends && clause.is_imperative())
    }
}

/// Words that tell of an aside only with a colon behind them.
const LABELS_ONLY: &[&str] = &[
    "author",
    "change",
    "comment",
    "covers",
    "date",
    "depends",
    "needs",
    "objective",
    "purpose",
    "scenario",
    "status",
    "story",
    "user",
    "version",
];

/// Whether a clause is the label of a paragraph that explains: "**Rationale:** …".
pub(super) fn is_labelled_aside(clause: &Clause) -> bool {
    let first = clause.word(0).filter(|word| word.is(Class::ASIDE));
    // "User Story:" has two words.
    let ends = |i: usize| clause.word(i).map_or(clause.end, |word| word.end);
    let has_colon = |i: usize| clause.prose[ends(i)..].trim_start().starts_with([':', '：']);
    let goes_on = || clause.word(1).is_some_and(|word| word.is(Class::ASIDE)) && has_colon(1);
    first.is_some() && (has_colon(0) || goes_on())
}

/// Whether a clause is in a language that the lexicon knows nothing of, in letters of its own.
fn is_foreign(clause: &Clause) -> bool {
    let text = clause.text();
    if text.is_ascii() {
        return false;
    }
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    2 * text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii() && *c as u32 >= 0x370).count() > n_letters
}

/// Whether a clause is the title that an item starts with: "**Pure functions.** They have …".
pub(super) fn is_title(clause: &Clause, prose: &Prose) -> bool {
    let is_marked =
        prose.leading_markup().is_some_and(|markup| markup.end >= prose.span_of(&clause.range()).end);
    clause.start == 0 && is_marked && clause.keywords.is_empty() && !clause.is_finite()
}

/// Whether a clause tells about the document, gives a reason or an example, or asks.
pub(super) fn is_aside(clause: &Clause) -> bool {
    let text = clause.text().trim();
    let starts_aside = |word: &Word| word.is(Class::ASIDE) && !word.is_any(clause.prose, LABELS_ONLY);
    if text.ends_with('?') || clause.word(0).is_some_and(starts_aside) || is_labelled_aside(clause) {
        return true;
    }
    let word = |i: usize| clause.word(i);
    let is = |i: usize, words: &[&str]| word(i).is_some_and(|word| word.is_any(clause.prose, words));
    if is(0, &["for"]) && is(1, &["example", "instance"]) || is(0, &["note"]) && is(1, &["that"]) {
        return true;
    }
    let points = is(0, &["this", "that", "these", "those"]);
    let about_document = ["section", "document", "specification", "spec", "appendix", "chapter", "page"];
    if points
        && (is(1, &about_document) || word(1).is_some_and(|word| word.is(Class::VERB_S | Class::AUXILIARY)))
    {
        return true;
    }
    // "The spec does not require …" says what is not said.
    if is(0, &["the"]) && is(1, &about_document) {
        return true;
    }
    // "Sections 3.1 through 3.4 are …", "Bullets that begin with … are …"
    let is_number =
        word(1).is_some_and(|word| word.of(clause.prose).starts_with(|c: char| c.is_ascii_digit()));
    if (is(0, &["section", "sections"]) && is_number) || (is(0, &["bullets", "items"]) && is(1, &["that"])) {
        return true;
    }
    // "As a user, I want …"
    if is(0, &["as"]) && is(1, &["a", "an"]) && text.contains(" want") {
        return true;
    }
    let first_verb = clause.words.iter().find(|word| word.class.is_finite());
    first_verb.is_some_and(|verb| {
        verb.is_any(clause.prose, &["avoids", "prevents", "helps", "simplifies", "matters"])
    })
}

/// Whether a list's lead-in announces examples or reasons.
pub(super) fn leads_to_examples(clause: &Clause) -> bool {
    let text = clause.text().trim_end().trim_end_matches([':', '：', '*']).trim_end().to_lowercase();
    let starts = [
        "example",
        "rationale",
        "design note",
        "reference",
        "why ",
        "motivation",
        "for example",
        "suggested",
        "covers",
        "needs",
        "depends",
        "comment",
    ];
    starts.iter().any(|start| text.starts_with(start))
        || ["such as", "for example", "for instance", "e.g.", "for example,"]
            .iter()
            .any(|end| text.ends_with(end))
}

/// Whether a clause says something itself, which the list below it only limits: "It may do more, but:".
pub(super) fn stands_alone(clause: &Clause) -> bool {
    clause.words.last().is_some_and(|word| word.is_any(clause.prose, &["but", "except", "however"]))
}

/// Whether a clause only names what the list below it is about.
pub(super) fn is_label(clause: &Clause, prose: &Prose) -> bool {
    let is_open = !clause.text().trim_end().ends_with(['.', '!', '?']);
    is_open && !clause.is_finite() && (!prose.starts_item || !clause.is_imperative())
}

/// Whether a clause is nothing but a name in code, perhaps with its type in brackets. A formula is no name.
fn is_bare_name(clause: &Clause, prose: &Prose, text: &Text) -> bool {
    let Some(rest) = clause.text().trim().strip_prefix(CODE) else { return false };
    let rest = rest.trim();
    let is_formula =
        || prose.code_spans.first().is_some_and(|code| text.slice(*code).contains(['=', ' ', '/']));
    (rest.is_empty() && !is_formula()) || (rest.starts_with('(') && rest.ends_with(')'))
}

/// Whether a clause is the line of a record: a name in code with its type, its default or its meaning.
pub(super) fn is_record(clause: &Clause, prose: &Prose, text: &Text) -> bool {
    let words = clause.text().trim();
    if clause.start == 0
        && let Some(rest) = words.strip_prefix(CODE)
    {
        let rest = rest.trim_start();
        return rest.starts_with(['(', ':', '=']) || rest.starts_with("--") || rest.starts_with('–');
    }
    let source = text.slice(prose.span);
    clause.start == 0 && (source.starts_with("Default:") || source.starts_with("default:"))
}
