//! Which clauses without a keyword bind.

use super::describe::Clause;
use super::lexicon::Class;
use super::{Passage, Reader};
use crate::markdown::{CODE, Prose};
use crate::text::Text;

/// What a clause about the document itself, an example or a reason starts with.
const ASIDES: [&str; 22] = [
    "background", "e.g", "eg", "example", "examples", "figure", "fixme", "how", "i.e", "likewise", "motivation",
    "rationale", "reason", "reference", "remember", "see", "suggested", "tip", "todo", "what", "why", "recall",
];

impl Reader<'_> {
    /// Whether a clause without a keyword says what must hold.
    pub(super) fn is_normative(&self, passage: &Passage, clause: &Clause) -> bool {
        let prose = &passage.prose;
        let lead = self.lead();
        if self.roles[prose.section].is_informative || lead.is_some_and(|lead| lead.is_informative) {
            return false;
        }
        if is_aside(clause) || clause.words.is_empty() {
            return false;
        }
        let is_item = prose.starts_item && clause.start == 0;
        if is_item && is_bare_name(clause) {
            return lead.is_some_and(|lead| lead.level.is_some()) || is_record(clause, prose, self.text);
        }
        is_item || clause.is_finite() || clause.is_imperative()
    }
}

/// Whether a clause tells about the document, gives a reason or an example, or asks.
pub(super) fn is_aside(clause: &Clause) -> bool {
    let text = clause.text().trim();
    if text.ends_with('?') || clause.starts_with(&ASIDES) {
        return true;
    }
    let word = |i: usize| clause.word(i);
    let is = |i: usize, words: &[&str]| word(i).is_some_and(|word| word.is_any(clause.prose, words));
    if is(0, &["for"]) && is(1, &["example", "instance"]) || is(0, &["note"]) && is(1, &["that"]) {
        return true;
    }
    let points = is(0, &["this", "that", "these", "those"]);
    let about_document = ["section", "document", "specification", "spec", "appendix", "chapter", "page"];
    if points && (is(1, &about_document) || word(1).is_some_and(|word| word.is(Class::VERB_S | Class::AUXILIARY))) {
        return true;
    }
    // "The spec does not require …" says what is not said.
    if is(0, &["the"]) && is(1, &about_document) {
        return true;
    }
    // "As a user, I want …"
    if is(0, &["as"]) && is(1, &["a", "an"]) && text.contains(" want") {
        return true;
    }
    let first_verb = clause.words.iter().find(|word| word.class.is_finite());
    first_verb.is_some_and(|verb| verb.is_any(clause.prose, &["avoids", "prevents", "helps", "simplifies", "matters"]))
}

/// Whether a list's lead-in announces examples or reasons.
pub(super) fn leads_to_examples(clause: &Clause) -> bool {
    let text = clause.text().trim_end().trim_end_matches([':', '：', '*']).trim_end().to_lowercase();
    let starts = ["example", "rationale", "design note", "reference", "why ", "motivation", "for example", "suggested"];
    starts.iter().any(|start| text.starts_with(start))
        || ["such as", "for example", "for instance", "e.g.", "for example,"].iter().any(|end| text.ends_with(end))
}

/// Whether a clause only names what the list below it is about.
pub(super) fn is_label(clause: &Clause) -> bool {
    !clause.is_finite() && !clause.text().trim_end().ends_with(['.', '!', '?']) && !clause.is_imperative()
}

/// Whether a clause is nothing but a name in code, perhaps with its type in brackets.
fn is_bare_name(clause: &Clause) -> bool {
    let text = clause.text().trim();
    let Some(rest) = text.strip_prefix(CODE) else { return false };
    let rest = rest.trim();
    rest.is_empty() || (rest.starts_with('(') && rest.ends_with(')'))
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
