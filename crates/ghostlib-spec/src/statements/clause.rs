//! Dividing a sentence into clauses that bind on their own.

use super::keyword::Keyword;
use super::lexicon::Class;
use super::words::{Word, within};
use std::ops::Range;

/// Where a sentence may be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divide {
    /// Between keywords alone: what has none is no requirement, and must stay with what has one.
    AtKeywords,
    /// Also where several things are said without a keyword, as in prose.
    Prose,
    /// The same in an item of a list, where a contrast belongs to what it limits.
    Items,
}

/// Finds the clauses of a sentence, which together are all of it. `words` and `keywords` are those of the
/// sentence.
pub(crate) fn split(
    prose: &str,
    sentence: Range<usize>,
    words: &[Word],
    keywords: &[Keyword],
    divide: Divide,
    clauses: &mut Vec<Range<usize>>,
) {
    let cuts = match keywords {
        [] if prose[sentence.clone()].contains(',') => {
            series(prose, &sentence, words).or_else(|| parallel(prose, &sentence, words)).unwrap_or_else(
                || if divide == Divide::Items { Vec::new() } else { contrast(prose, &sentence, words) },
            )
        }
        [_] if divide != Divide::AtKeywords => behind_semicolon(prose, &sentence, words),
        [] | [_] => Vec::new(),
        _ => between_keywords(prose, words, keywords),
    };
    let mut start = sentence.start;
    for cut in cuts {
        if cut > start {
            clauses.push(start..cut);
            start = cut;
        }
    }
    clauses.push(start..sentence.end);
}

/// A cut before the conjunction that leads to each further keyword: "MUST keep it and MUST NOT change it".
fn between_keywords(prose: &str, words: &[Word], keywords: &[Keyword]) -> Vec<usize> {
    let mut cuts = Vec::new();
    for pair in keywords.windows(2) {
        let between = pair[0].range.end..pair[1].range.start;
        if let Some(semicolon) = prose[between.clone()].rfind(';') {
            cuts.push(between.start + semicolon + 1);
            continue;
        }
        let joins = |word: &&Word| {
            word.is(Class::CONJUNCTION) || word.is_any(prose, &["while", "whereas", "though", "although"])
        };
        let words = within(words, &between);
        // Of several conjunctions the first behind a comma starts the clause; without a comma it is the last,
        // for those before it join the objects of the first keyword.
        let after_comma =
            words.iter().find(|word| joins(word) && prose[..word.start].trim_end().ends_with(','));
        let last = || words.iter().rev().find(|word| joins(word) && !joins_subjects(word, words));
        let unless = words.iter().find(|word| word.is_any(prose, &["unless", "that", "which", "who"]));
        if let Some(word) = after_comma.or_else(last)
            && unless.is_none_or(|unless| unless.start < word.start)
        {
            cuts.push(before(prose, word));
        }
    }
    cuts
}

/// Whether a conjunction stands within the subject of the next keyword: "and names and keys MUST".
fn joins_subjects(conjunction: &Word, words: &[Word]) -> bool {
    let behind = words.iter().filter(|word| word.start > conjunction.start).count();
    let before = words.iter().rev().skip(behind + 1).take(4);
    behind == 1 && before.clone().any(|word| word.is(Class::CONJUNCTION))
}

/// The cut of "it MUST hold; the limit is one": what follows the semicolon has its own subject and verb.
fn behind_semicolon(prose: &str, sentence: &Range<usize>, words: &[Word]) -> Vec<usize> {
    const BACK: [&str; 5] = ["that", "this", "these", "those", "otherwise"];
    let Some(at) = prose[sentence.clone()].find("; ") else { return Vec::new() };
    let cut = sentence.start + at + 1;
    let after = within(words, &(cut..sentence.end));
    let Some(first) = after.first() else { return Vec::new() };
    let says_something = first.is(Class::VERB) || after.iter().any(|word| word.class.is_finite());
    if says_something && !first.is_any(prose, &BACK) && after.len() > 2 { vec![cut] } else { Vec::new() }
}

/// The cuts of "a is one, b is two, and c is three": three or more subjects with a verb each.
fn parallel(prose: &str, sentence: &Range<usize>, words: &[Word]) -> Option<Vec<usize>> {
    let commas = commas(prose, sentence);
    let is_conditional = within(words, sentence).first().is_some_and(|word| word.is(Class::CONDITION));
    if commas.len() < 2 || is_conditional {
        return None;
    }
    let starts = std::iter::once(sentence.start).chain(commas.iter().copied());
    let ends = commas.iter().copied().chain([sentence.end]);
    let depends = Class::SUBORDINATE | Class::CONDITION | Class::VERB_S | Class::AUXILIARY;
    let says_something = |(start, end): (usize, usize)| {
        let piece = within(words, &(start..end));
        let first = piece.iter().find(|word| !word.is(Class::CONJUNCTION));
        piece.len() > 2
            && piece.iter().skip(1).any(|word| word.class.is_finite())
            && first.is_some_and(|word| !word.is(depends))
    };
    let last = within(words, &(*commas.last()?..sentence.end)).first()?;
    let is_series = last.is_any(prose, &["and"]) && starts.zip(ends).all(says_something);
    is_series.then(|| commas.iter().map(|comma| comma + 1).collect())
}

/// The cuts of "it checks a, runs b, starts c, and repeats d": three or more verbs of one subject.
fn series(prose: &str, sentence: &Range<usize>, words: &[Word]) -> Option<Vec<usize>> {
    let commas = commas(prose, sentence);
    let mut cuts = Vec::new();
    for &comma in commas.iter().rev() {
        let end = cuts.last().copied().unwrap_or(sentence.end);
        let piece = within(words, &(comma..end));
        let is_last = cuts.is_empty();
        let mut piece = piece.iter().skip_while(|word| is_last && is_joint(prose, word));
        let (first, second) = (piece.next(), piece.next());
        let starts_with_verb =
            first.zip(second).is_some_and(|(first, second)| is_verb_before(prose, first, second));
        let goes_on = second.is_some();
        let has_and =
            !is_last || within(words, &(comma..end)).first().is_some_and(|word| word.is(Class::CONJUNCTION));
        if !(starts_with_verb && goes_on && has_and) {
            break;
        }
        cuts.push(comma + 1);
    }
    cuts.reverse();
    let first_cut = *cuts.first().filter(|_| cuts.len() >= 2)?;
    // What comes before has the subject and the first verb.
    let head = within(words, &(sentence.start..first_cut));
    head.windows(2).skip(1).any(|pair| is_verb_before(prose, &pair[0], &pair[1])).then_some(cuts)
}

/// Whether the first of two words is a verb in the third person: a known one, or one in -s before an article.
fn is_verb_before(prose: &str, first: &Word, second: &Word) -> bool {
    first.is(Class::VERB_S) || (second.is(Class::DETERMINER) && ends_in_s(first.of(prose)))
}

/// Whether a word ends as verbs in the third person do.
pub(super) fn ends_in_s(word: &str) -> bool {
    word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us")
}

fn is_joint(prose: &str, word: &Word) -> bool {
    word.is(Class::CONJUNCTION) || word.is_any(prose, &["then", "finally"])
}

/// The cut of "it does a, but b goes on": both sides say something.
fn contrast(prose: &str, sentence: &Range<usize>, words: &[Word]) -> Vec<usize> {
    let says_something = |words: &[Word]| {
        let after_adverb = |pair: &[Word]| pair[0].is(Class::ADVERB) && ends_in_s(pair[1].of(prose));
        words.iter().skip(1).any(|word| word.class.is_finite()) || words.windows(2).any(after_adverb)
    };
    let starts_clause = |word: &Word| {
        let (before, after) = words.split_at(words.partition_point(|other| other.start <= word.start));
        word.is_any(prose, &["but"])
            && prose[..word.start].trim_end().ends_with([',', ';'])
            && says_something(before)
            && after.len() > 2
            && says_something(after)
            && !after[0].is_any(prose, &["not", "only"])
    };
    let cut = words.iter().find(|word| word.start > sentence.start && starts_clause(word));
    cut.map(|word| before(prose, word)).into_iter().collect()
}

/// Where the white space before a word starts: what is cut there keeps its markup.
fn before(prose: &str, word: &Word) -> usize {
    prose[..word.start].trim_end().len()
}

/// Where the commas stand that are not within brackets.
fn commas(prose: &str, sentence: &Range<usize>) -> Vec<usize> {
    let mut depth = 0_u32;
    let mut commas = Vec::new();
    for (offset, byte) in prose[sentence.clone()].bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => commas.push(sentence.start + offset),
            _ => {}
        }
    }
    commas
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::keyword::{self, Keywords};
    use crate::statements::words;

    fn clauses(prose: &str) -> Vec<&str> {
        let (mut words, mut keywords) = (Vec::new(), Vec::new());
        words::find(prose, &mut words);
        keyword::find(prose, &words, &Keywords::default(), &mut keywords);
        let mut ranges = Vec::new();
        split(prose, 0..prose.len(), &words, &keywords, Divide::Prose, &mut ranges);
        ranges.into_iter().map(|range| prose[range].trim()).collect()
    }

    #[test]
    fn every_keyword_after_a_conjunction_has_a_clause() {
        assert_eq!(
            clauses("It MUST keep unknown keys and values and MUST NOT change them."),
            ["It MUST keep unknown keys and values", "and MUST NOT change them."]
        );
        assert_eq!(
            clauses("Labels MUST be trimmed; blank ones MUST be dropped and double ones SHOULD be merged."),
            ["Labels MUST be trimmed;", "blank ones MUST be dropped", "and double ones SHOULD be merged."]
        );
        assert_eq!(
            clauses("It MAY skip a, b and c, and SHOULD log that."),
            ["It MAY skip a, b and c,", "and SHOULD log that."]
        );
    }

    #[test]
    fn what_depends_on_another_clause_stays_with_it() {
        for whole in [
            "It MUST list the features that an implementation MAY leave out.",
            "A SHOULD level binds unless the policy MUST differ.",
            "It MUST read a and b and c.",
        ] {
            assert_eq!(clauses(whole), [whole]);
        }
    }

    #[test]
    fn three_verbs_of_one_subject_are_three_clauses() {
        assert_eq!(
            clauses(
                "On start, the tool checks its input, runs the parser, writes a file, and then exits with 0."
            ),
            [
                "On start, the tool checks its input,",
                "runs the parser,",
                "writes a file,",
                "and then exits with 0."
            ]
        );
        for whole in [
            "The tool counts labels, claims, and retries.",
            "It reads its input, and writes a file.",
            "The state, claims, and limits are checked later.",
        ] {
            assert_eq!(clauses(whole), [whole]);
        }
    }

    #[test]
    fn each_subject_of_a_series_has_a_clause() {
        assert_eq!(
            clauses("Order is free, input is a set, and each name appears once."),
            ["Order is free,", "input is a set,", "and each name appears once."]
        );
        let whole = "If order is free, input is a set, and each name appears once.";
        assert_eq!(clauses(whole), [whole]);
        assert_eq!(
            clauses("It MUST hold for all; the limit is one."),
            ["It MUST hold for all;", "the limit is one."]
        );
    }

    #[test]
    fn a_contrast_is_a_clause_of_its_own() {
        assert_eq!(
            clauses("If it fails, work is skipped, but the check still happens."),
            ["If it fails, work is skipped,", "but the check still happens."]
        );
        for whole in ["It is logged but ignored.", "It returns the text, but only once."] {
            assert_eq!(clauses(whole), [whole]);
        }
    }
}
