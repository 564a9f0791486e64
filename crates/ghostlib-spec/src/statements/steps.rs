//! Scenarios: GIVEN and WHEN are the condition of each THEN.

use super::describe::Clause;
use super::lexicon::Class;
use super::words::Word;
use super::{Passage, Reader, StatementId};
use crate::markdown::Fence;
use crate::text::{Text, on_one_line};
use ghostlib_model::Span;
use std::ops::Range;

/// The steps of a scenario that have been read.
#[derive(Debug, Default)]
pub(super) struct Steps {
    conditions: Vec<String>,
    /// Whether the last step was a THEN, or an AND behind one.
    is_outcome: bool,
    is_open: bool,
}

impl Steps {
    /// Takes a clause that is a step; gives whether it is only a condition, which states nothing.
    pub(super) fn take(&mut self, clause: &Clause, passage: &Passage, text: &Text) -> bool {
        // Every step starts with a word of these classes.
        let is_step = |word: &&Word| word.is(Class::CONDITION | Class::CONJUNCTION | Class::ADVERB);
        let Some(first) = clause.word(0).filter(|_| starts_line(clause)).filter(is_step) else {
            return false;
        };
        let is_marked = passage.prose.leading_markup().is_some() || first.is(Class::UPPER);
        if !is_marked || !clause.keywords.is_empty() {
            return false;
        }
        let is = |words: &[&str]| clause.starts_with(words);
        let goes_on = is(&["and", "but"]) && self.is_open;
        if !(is(&["given", "when", "then"]) || goes_on) {
            return false;
        }
        self.is_open = true;
        let then = clause.words.iter().skip(1).any(|word| word.is_any(clause.prose, &["then"]));
        if is(&["then"]) || (goes_on && self.is_outcome) {
            self.is_outcome = true;
            return false;
        }
        if then {
            // The whole scenario in one line states its outcome.
            *self = Self::default();
            return false;
        }
        if self.is_outcome {
            self.conditions.clear();
            self.is_outcome = false;
        }
        self.conditions.push(on_one_line(text.slice(passage.prose.span_of(&clause.range()))));
        true
    }

    /// What holds before the outcome.
    pub(super) fn condition(&self) -> Option<String> {
        (self.is_outcome && !self.conditions.is_empty()).then(|| self.conditions.join(" "))
    }
}

impl Reader<'_> {
    /// Reads the steps of a block of Gherkin: each outcome states something.
    pub(super) fn gherkin(&mut self, fence: &Fence) {
        if !self.rules.reads_unmarked || fence.words.first().is_none_or(|word| word != "gherkin") {
            return;
        }
        let mut conditions: Vec<&str> = Vec::new();
        let mut is_outcome = false;
        let mut start = 0;
        for line in fence.code.as_str().split_inclusive('\n') {
            let span = Span::new(start, start + line.trim_end().len());
            start += line.len();
            let step = line.trim();
            match step.split(char::is_whitespace).next().unwrap_or_default() {
                "Given" | "When" if is_outcome => {
                    conditions = vec![step];
                    is_outcome = false;
                }
                "Given" | "When" => conditions.push(step),
                "And" | "But" if !is_outcome => conditions.push(step),
                "Then" | "And" | "But" => {
                    is_outcome = true;
                    let span = self.text.trimmed(fence.code.span_in_document(span));
                    let mut statement = self.statement_of(step, span);
                    statement.condition = Some(conditions.join(" ")).filter(|all| !all.is_empty());
                    if let Some(id) = &self.roles[fence.section].id {
                        statement.id = StatementId::Heading(format!("{id}.scenario"));
                    }
                    self.found.state(self.text, self.markdown, statement);
                }
                _ => conditions.clear(),
            }
        }
    }
}

fn starts_line(clause: &Clause) -> bool {
    clause.start == 0
        || clause.prose[clause.start..].starts_with('\n')
        || clause.prose[..clause.start].ends_with('\n')
}

/// Divides sentences at lines that start with a step in capital letters or with a number such as `1.2.`, which need
/// no full stop before them.
pub(super) fn split(prose: &str, sentences: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let is_step = |line: &str| {
        let first = line.trim_start().split(char::is_whitespace).next().unwrap_or_default();
        super::tag::is_criterion(first)
            || matches!(first.trim_end_matches([':', ',']), "GIVEN" | "WHEN" | "THEN" | "AND" | "BUT")
    };
    if !is_step(prose) {
        return sentences;
    }
    let mut steps: Vec<Range<usize>> = Vec::new();
    let mut behind_number = None;
    for sentence in sentences {
        // The dot behind a number ends no sentence.
        if super::tag::is_criterion(prose[sentence.clone()].trim()) {
            behind_number.get_or_insert(sentence.start);
            continue;
        }
        let sentence = behind_number.take().unwrap_or(sentence.start)..sentence.end;
        let mut start = sentence.start;
        for (newline, _) in prose[sentence.clone()].match_indices('\n') {
            let newline = sentence.start + newline;
            if newline > start && is_step(prose[newline + 1..].lines().next().unwrap_or_default()) {
                steps.push(start..newline);
                start = newline;
            }
        }
        steps.push(start..sentence.end);
    }
    if let Some(start) = behind_number {
        steps.push(start..prose.len());
    }
    steps
}
