//! Scenarios: GIVEN and WHEN are the condition of each THEN.

use super::Passage;
use super::describe::Clause;
use super::lexicon::Class;
use super::words::Word;
use crate::text::{Text, on_one_line};

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
        let Some(first) = clause.word(0).filter(|_| clause.start == 0).filter(is_step) else { return false };
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
