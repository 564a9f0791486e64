//! What a clause says of itself: who, when, what about, and whether a test can check it.

use super::keyword::Keyword;
use super::lexicon::Class;
use super::words::{Word, within};
use ghostlib_model::{Level, LevelSource, RequirementKind, Untestable};
use std::ops::Range;

/// A clause with what was found in it.
#[derive(Clone, Copy)]
pub(super) struct Clause<'a> {
    pub(super) prose: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) words: &'a [Word],
    pub(super) keywords: &'a [Keyword],
}

impl<'a> Clause<'a> {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn text(&self) -> &'a str {
        &self.prose[self.start..self.end]
    }

    pub(super) fn word(&self, i: usize) -> Option<&'a Word> {
        self.words.get(i)
    }

    pub(super) fn starts_with(&self, words: &[&str]) -> bool {
        self.word(0).is_some_and(|word| word.is_any(self.prose, words))
    }

    pub(super) fn is_finite(&self) -> bool {
        let is_unknown_verb = |words: &[Word]| {
            words[2].is(Class::DETERMINER | Class::PRONOUN)
                && !words[1].is(Class::CODE)
                && super::clause::ends_in_s(words[1].of(self.prose))
        };
        // "Both operations return": the base form behind a plural.
        let is_plural = |pair: &[Word]| {
            pair[1].is(Class::VERB)
                && !pair[0].is(Class::VERB | Class::CODE | Class::PREPOSITION)
                && super::clause::ends_in_s(pair[0].of(self.prose))
        };
        self.words.iter().any(|word| word.class.is_finite())
            || self.words.windows(2).any(is_plural)
            || self.words.len() > 2 && self.words.windows(3).any(is_unknown_verb)
    }

    /// Whether it starts, perhaps behind a condition or a label, with the base form of a verb.
    pub(super) fn is_imperative(&self) -> bool {
        let is_verb = |offset: usize| {
            let mut words = within(self.words, &(offset..self.end)).iter();
            let first = words.find(|word| {
                !word.is(Class::ADVERB | Class::CONJUNCTION | Class::NEGATION)
                    && !word.is_any(self.prose, &["do"])
            });
            first.is_some_and(|word| word.is(Class::VERB))
        };
        let behind_label = self.text().find(": ").map(|at| self.start + at + 1);
        let behind_condition = self.condition_range().map(|range| range.end).filter(|&end| end < self.end);
        is_verb(self.start) || [behind_label, behind_condition].into_iter().flatten().any(is_verb)
    }

    /// The condition as a range of the prose: a leading one up to its comma, or else a trailing one.
    pub(super) fn condition_range(&self) -> Option<Range<usize>> {
        let first = self.words.iter().position(|word| !word.is(Class::CONJUNCTION | Class::ADVERB))?;
        let word = &self.words[first];
        let is_given = word.is_any(self.prose, &["given"]);
        if first < 2 && (word.is(Class::CONDITION) || is_given) && !word.is(Class::CODE) {
            let end = self.condition_end(word.end)?;
            return Some(word.start..end);
        }
        let trails = |word: &&Word| {
            word.is(Class::CONDITION)
                && word.is_any(self.prose, &["if", "when", "unless", "until", "while", "whenever"])
        };
        let word = self.words.iter().skip(2).find(trails)?;
        // Within brackets it ends with them.
        let rest = &self.prose[word.start..self.end];
        let mut depth = 0_u32;
        let closes = |byte: u8| {
            depth += u32::from(byte == b'(');
            let closes = byte == b')' && depth == 0;
            depth = depth.saturating_sub(u32::from(byte == b')'));
            closes
        };
        let len = rest.bytes().position(closes).unwrap_or(rest.len());
        Some(word.start..word.start + len)
    }

    /// Where a leading condition ends: before its comma, its colon, or its "then".
    fn condition_end(&self, start: usize) -> Option<usize> {
        let mut depth = 0_u32;
        for (offset, byte) in self.prose[start..self.end].bytes().enumerate() {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth = depth.saturating_sub(1),
                b',' | b':' if depth == 0 => return Some(start + offset),
                _ => {}
            }
        }
        let words = within(self.words, &(start..self.end));
        words.iter().find(|word| word.is_any(self.prose, &["then"])).map(|word| word.start)
    }

    /// The actor: the subject of an active sentence, without its article.
    pub(super) fn actor(&self) -> Option<String> {
        const MAX_WORDS: usize = 5;
        if self.is_imperative() {
            return None;
        }
        let start = match self.condition_range() {
            Some(range) if range.start <= self.words.get(1)?.start => range.end,
            _ => self.start,
        };
        let words = within(self.words, &(start..self.end));
        let skipped = Class::DETERMINER | Class::CONJUNCTION | Class::ADVERB;
        let first = words.iter().position(|word| !word.is(skipped))?;
        let words = &words[first..];
        // A modal is surely a verb, while "tests" and "records" may be nouns.
        let position = |class| words.iter().take(MAX_WORDS + 1).position(|word: &Word| word.is(class));
        let end = position(Class::MODAL)
            .or_else(|| position(Class::AUXILIARY | Class::VERB_S))
            .filter(|&end| end > 0)?;
        let (subject, verbs) = words.split_at(end);
        let n_adverbs = subject.iter().rev().take_while(|word| word.is(Class::ADVERB)).count();
        let subject = &subject[..end - n_adverbs];
        let stops = Class::PREPOSITION
            | Class::SUBORDINATE
            | Class::PRONOUN
            | Class::CODE
            | Class::CONDITION
            | Class::CONJUNCTION;
        if subject.iter().any(|word| word.is(stops)) || is_passive(verbs) || self.is_interrupted(subject) {
            return None;
        }
        let (first, last) = (subject.first()?, subject.last()?);
        let actor = &self.prose[first.start..last.end];
        actor.starts_with(char::is_alphabetic).then(|| actor.to_lowercase())
    }

    fn is_interrupted(&self, subject: &[Word]) -> bool {
        let between = subject.windows(2).map(|pair| &self.prose[pair[0].end..pair[1].start]);
        between.into_iter().any(|gap| gap.contains([',', ';', ':', '(', '.', '/', '"', '“']))
    }
}

/// "is done", "MUST be done", "has been done": the subject does nothing.
fn is_passive(verbs: &[Word]) -> bool {
    let skipped = Class::MODAL | Class::NEGATION | Class::ADVERB;
    let mut verbs = verbs.iter().skip_while(|word| word.is(skipped));
    verbs.next().is_some_and(|word| word.is(Class::AUXILIARY))
        && verbs.find(|word| !word.is(skipped)).is_some_and(|word| word.is(Class::PARTICIPLE))
}

/// What a clause is about.
pub(super) fn kind(clause: &Clause, is_record: bool) -> RequirementKind {
    let demands_document = clause.words.windows(2).any(|pair| {
        (pair[0].is(Class::MODAL | Class::VERB_S) || clause.starts_with(&["document"]))
            && pair[1].is(Class::DOCUMENTATION)
            && pair[1].is(Class::VERB)
    });
    if demands_document {
        return RequirementKind::Documentation;
    }
    if is_record {
        return RequirementKind::Data;
    }
    let count = |class| clause.words.iter().filter(|word| word.is(class)).count();
    // Words of data are everywhere; one of the others weighs more.
    let counts = [
        (RequirementKind::Security, 2 * count(Class::SECURITY)),
        (RequirementKind::Error, 2 * count(Class::ERROR)),
        (RequirementKind::Observability, 2 * count(Class::OBSERVABILITY)),
        (RequirementKind::Documentation, 2 * count(Class::DOCUMENTATION)),
        (RequirementKind::Performance, 2 * count(Class::PERFORMANCE)),
        (RequirementKind::Data, count(Class::DATA)),
        (RequirementKind::Functional, 1),
    ];
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or_default();
    counts.iter().find(|(_, n)| *n == most).map_or(RequirementKind::Functional, |(kind, _)| *kind)
}

/// Why no test can check a clause.
pub(super) fn untestable(
    clause: &Clause,
    (level, source): (Level, LevelSource),
    kind: RequirementKind,
) -> Option<Untestable> {
    if is_implementation_defined(clause) {
        return Some(Untestable::ImplementationDefined);
    }
    if kind == RequirementKind::Documentation {
        return Some(Untestable::Documentation);
    }
    if level == Level::May && source != LevelSource::Inherited {
        return Some(Untestable::Permission);
    }
    if let Some(word) = clause.words.iter().find(|word| word.is(Class::VAGUE)) {
        return Some(Untestable::Vague(word.of(clause.prose).to_lowercase()));
    }
    let is_structural = clause.words.iter().any(|word| word.is(Class::STRUCTURE));
    is_structural.then_some(Untestable::Structural)
}

fn is_implementation_defined(clause: &Clause) -> bool {
    let words = clause.words.iter().enumerate();
    let is_last = |word: &Word| clause.prose[..word.end].ends_with("defined");
    words.filter(|(_, word)| is_last(word)).any(|(i, word)| {
        let first =
            if word.end - word.start > "defined".len() { Some(word) } else { clause.words[..i].last() };
        first.is_some_and(|first| clause.prose[first.start..].get(1..14) == Some("mplementation"))
    })
}

#[cfg(test)]
#[expect(clippy::redundant_closure_for_method_calls, reason = "a closure takes a clause of any lifetime")]
mod tests {
    use super::*;
    use crate::statements::keyword::{self, Keywords};
    use crate::statements::words;

    fn with<T>(prose: &str, f: impl FnOnce(&Clause) -> T) -> T {
        let (mut words, mut keywords) = (Vec::new(), Vec::new());
        words::find(prose, &mut words);
        keyword::find(prose, &words, &Keywords::default(), &mut keywords);
        f(&Clause { prose, start: 0, end: prose.len(), words: &words, keywords: &keywords })
    }

    #[test]
    fn the_actor_is_the_subject_of_an_active_sentence() {
        for (prose, actor) in [
            ("Each adapter MUST report it.", Some("adapter")),
            ("If it fails, the job queue SHOULD retry.", Some("job queue")),
            ("WHEN a user signs in THE SYSTEM SHALL greet them.", None),
            ("WHEN a user signs in, THE SYSTEM SHALL greet them.", Some("system")),
            ("The service starts the worker.", Some("service")),
            ("Labels MUST be trimmed.", None),
            ("It MUST hold.", None),
            ("Cancel the timer.", None),
            ("\u{fffc} MUST be a number.", None),
        ] {
            assert_eq!(with(prose, |clause| clause.actor()).as_deref(), actor, "{prose}");
        }
    }

    #[test]
    fn conditions_lead_or_trail() {
        for (prose, condition) in [
            ("If the file (a, b) is gone, return nothing.", Some("If the file (a, b) is gone")),
            ("Return nothing when the file is gone.", Some("when the file is gone.")),
            ("When idle then sleep.", Some("When idle ")),
            ("Return nothing.", None),
        ] {
            let found =
                with(prose, |clause| clause.condition_range().map(|range| clause.prose[range].to_owned()));
            assert_eq!(found.as_deref(), condition, "{prose}");
        }
    }

    #[test]
    fn imperatives_start_with_a_verb() {
        for prose in ["Cancel it.", "Do not cancel it.", "If it is gone, cancel it.", "Rule 1: Cancel it."] {
            assert!(with(prose, |clause| clause.is_imperative()), "{prose}");
        }
        assert!(!with("The cancellation of it", |clause| clause.is_imperative()));
    }

    #[test]
    fn kinds_follow_the_words() {
        for (prose, expected) in [
            ("The adapter MUST document its keys.", RequirementKind::Documentation),
            ("An invalid value is rejected.", RequirementKind::Error),
            ("Secrets MUST NOT leave the host.", RequirementKind::Security),
            ("It MUST log each start.", RequirementKind::Observability),
            ("The timestamp field is an integer.", RequirementKind::Data),
            ("It sorts by age.", RequirementKind::Functional),
        ] {
            assert_eq!(with(prose, |clause| kind(clause, false)), expected, "{prose}");
        }
    }
}
