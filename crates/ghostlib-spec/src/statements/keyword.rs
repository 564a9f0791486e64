use super::lexicon::Class;
use super::words::Word;
use ghostlib_model::Level;
use std::ops::Range;

/// A keyword in some prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keyword {
    pub(crate) level: Level,
    pub(crate) range: Range<usize>,
    /// Whether it only says which things are meant: "the OPTIONAL fields have defaults".
    is_attribute: bool,
}

/// Words that bind like those of RFC 2119, in another language or of a project's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keywords {
    phrases: Vec<(String, Level)>,
}

impl Keywords {
    /// Keywords besides those of RFC 2119, as they are written, capitals included: `DARF NICHT`.
    pub fn new(phrases: impl IntoIterator<Item = (String, Level)>) -> Self {
        let mut phrases: Vec<_> =
            phrases.into_iter().filter(|(phrase, _)| !phrase.trim().is_empty()).collect();
        // The longest first: `DARF NICHT` is not `DARF`.
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        Self { phrases }
    }

    /// The keywords and their levels.
    pub fn phrases(&self) -> &[(String, Level)] {
        &self.phrases
    }

    fn find(&self, prose: &str, found: &mut Vec<Keyword>) {
        for (phrase, level) in &self.phrases {
            for (start, _) in prose.match_indices(phrase.as_str()) {
                let range = start..start + phrase.len();
                let is_new =
                    found.iter().all(|other| other.range.end <= start || range.end <= other.range.start);
                if is_new && is_apart(prose, &range) && !is_quoted(prose, &range) {
                    found.push(Keyword { level: *level, range, is_attribute: false });
                }
            }
        }
        found.sort_by_key(|keyword| keyword.range.start);
    }
}

/// Finds the upper-case keywords of RFC 2119 and RFC 8174 in some prose, and those of the project.
///
/// A keyword in quotation marks is mentioned, not used. `NOT REQUIRED`, which the RFCs do not have, is
/// `OPTIONAL`; its `NOT` may be in lower case.
pub(crate) fn find(prose: &str, words: &[Word], more: &Keywords, found: &mut Vec<Keyword>) {
    found.clear();
    let mut i = 0;
    while i < words.len() {
        let Some((level, n_words)) = phrase(prose, &words[i..]) else {
            i += 1;
            continue;
        };
        let range = words[i].start..words[i + n_words - 1].end;
        if !is_quoted(prose, &range) {
            let is_attribute = is_attribute(prose, words, i, n_words);
            found.push(Keyword { level, range, is_attribute });
        }
        i += n_words;
    }
    if !more.phrases.is_empty() {
        more.find(prose, found);
    }
}

/// The level of the keyword that the words start with, and how many words it has.
fn phrase(prose: &str, words: &[Word]) -> Option<(Level, usize)> {
    let first = words[0].of(prose);
    if !words[0].is(Class::UPPER) && first != "not" {
        return None;
    }
    let next =
        words.get(1).filter(|next| prose[words[0].end..next.start].bytes().all(|b| b.is_ascii_whitespace()));
    let next = next.map(|next| next.of(prose));
    Some(match (first, next) {
        ("MUST" | "SHALL", Some("NOT" | "not")) => (Level::MustNot, 2),
        ("SHOULD", Some("NOT" | "not")) | ("NOT" | "not", Some("RECOMMENDED")) => (Level::ShouldNot, 2),
        ("NOT" | "not", Some("REQUIRED")) => (Level::May, 2),
        ("MUST" | "SHALL" | "REQUIRED", _) => (Level::Must, 1),
        ("SHOULD" | "RECOMMENDED", _) => (Level::Should, 1),
        ("MAY" | "OPTIONAL", _) => (Level::May, 1),
        _ => return None,
    })
}

/// Whether REQUIRED, RECOMMENDED or OPTIONAL stands before a noun within the sentence, rather than at its
/// start, behind a verb, or in brackets.
fn is_attribute(prose: &str, words: &[Word], at: usize, n_words: usize) -> bool {
    let first = &words[at];
    let is_adjective = |word: &Word| word.is_any(prose, &["REQUIRED", "RECOMMENDED", "OPTIONAL"]);
    if !is_adjective(&words[at + n_words - 1])
        || prose[..first.start].trim_end().ends_with(['(', ',', ':', '.', ';', ']'])
    {
        return false;
    }
    let Some(before) = at.checked_sub(1).map(|before| &words[before]) else { return false };
    let Some(after) = words.get(at + n_words) else { return false };
    let is_number = before.of(prose).starts_with(|c: char| c.is_ascii_digit());
    let is_predicate = before.is(Class::AUXILIARY | Class::ADVERB | Class::NEGATION | Class::MODAL);
    let ends = !prose[words[at + n_words - 1].end..after.start].trim().is_empty();
    let goes_on = after.is(Class::PREPOSITION | Class::CONDITION | Class::CONJUNCTION | Class::ADVERB);
    !(is_number || is_predicate || ends || goes_on)
}

/// The strongest level; the first of two that bind alike.
pub(crate) fn strongest<'a>(keywords: impl IntoIterator<Item = &'a Keyword>) -> Option<Level> {
    let mut strongest: Option<Level> = None;
    for keyword in keywords.into_iter().filter(|keyword| !keyword.is_attribute) {
        strongest = stronger(strongest, Some(keyword.level));
    }
    strongest
}

/// The stronger of two levels; the first of two that bind alike.
pub(crate) fn stronger(a: Option<Level>, b: Option<Level>) -> Option<Level> {
    match (a, b) {
        (Some(a), Some(b)) if b.strength() > a.strength() => Some(b),
        (a, b) => a.or(b),
    }
}

/// The level of the first modal in lower case.
pub(crate) fn weak_level(prose: &str, words: &[Word]) -> Option<Level> {
    for (i, word) in words.iter().enumerate() {
        let is_optional = word.end - word.start == "optional".len();
        if i > 0 && !is_optional && !word.is(Class::MODAL) {
            continue;
        }
        let text = word.of(prose);
        if i == 0 && text == "Never" {
            return Some(Level::MustNot);
        }
        let is_negated = words.get(i + 1).is_some_and(|next| next.of(prose) == "not");
        if i == 0 && matches!(text, "Do" | "Don't") && (is_negated || text == "Don't") {
            return Some(Level::MustNot);
        }
        if matches!(text, "optional" | "Optional") {
            let behind = prose[word.end..].trim_start();
            if behind.is_empty() || behind.starts_with(['.', ',', ';', ')']) {
                return Some(Level::May);
            }
        }
        if !word.is(Class::MODAL) {
            continue;
        }
        match (text, is_negated) {
            ("must" | "shall" | "Must" | "Shall", false) => return Some(Level::Must),
            ("must" | "shall" | "Must" | "Shall", true) | ("mustn't", _) => return Some(Level::MustNot),
            ("should" | "Should", false) => return Some(Level::Should),
            ("should" | "Should", true) | ("shouldn't", _) => return Some(Level::ShouldNot),
            // "It may run only if …" forbids the rest.
            ("may", _) if words[i..].iter().any(|word| word.is_any(prose, &["only"])) => {
                return Some(Level::Must);
            }
            ("may", _) => return Some(Level::May),
            _ => {}
        }
    }
    None
}

/// Whether a sentence only says how the keywords are to be read.
pub(crate) fn is_boilerplate(prose: &str) -> bool {
    if !prose.contains("nterpreted") {
        return false;
    }
    let lower = prose.to_lowercase();
    (lower.contains("key words") || lower.contains("keywords")) && lower.contains("interpreted")
}

fn is_quoted(prose: &str, range: &Range<usize>) -> bool {
    const QUOTES: [char; 6] = ['"', '\'', '“', '”', '‘', '’'];
    prose[..range.start].ends_with(QUOTES) && prose[range.end..].starts_with(QUOTES)
}

/// Whether a phrase is no part of a longer word. Scripts without spaces have no such words.
fn is_apart(prose: &str, range: &Range<usize>) -> bool {
    let is_letter = |c: char| c.is_alphabetic() && !is_without_spaces(c);
    let inside = &prose[range.clone()];
    let joins = |outer: Option<char>, inner: Option<char>| {
        outer.is_some_and(|c| is_letter(c) || c == '_' || c == '-') && inner.is_some_and(is_letter)
    };
    !joins(prose[..range.start].chars().next_back(), inside.chars().next())
        && !joins(prose[range.end..].chars().next(), inside.chars().next_back())
}

/// Han, kana, Thai and their like.
fn is_without_spaces(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::words;

    fn level_with(prose: &str, more: &Keywords) -> Option<Level> {
        let (mut words, mut found) = (Vec::new(), Vec::new());
        words::find(prose, &mut words);
        find(prose, &words, more, &mut found);
        strongest(&found)
    }

    fn level(prose: &str) -> Option<Level> {
        level_with(prose, &Keywords::default())
    }

    #[test]
    fn every_keyword_has_its_level() {
        let cases = [
            ("it MUST hold", Some(Level::Must)),
            ("it SHALL hold", Some(Level::Must)),
            ("it is REQUIRED", Some(Level::Must)),
            ("it MUST NOT hold", Some(Level::MustNot)),
            ("it SHALL\nNOT hold", Some(Level::MustNot)),
            ("it SHOULD hold", Some(Level::Should)),
            ("it is RECOMMENDED.", Some(Level::Should)),
            ("it SHOULD NOT", Some(Level::ShouldNot)),
            ("it is NOT RECOMMENDED", Some(Level::ShouldNot)),
            ("it MAY hold", Some(Level::May)),
            ("(OPTIONAL) it holds", Some(Level::May)),
            ("it is not REQUIRED", Some(Level::May)),
            ("Missing OPTIONAL fields have defaults.", None),
            ("OPTIONAL fields have defaults.", Some(Level::May)),
            ("`x` (list, OPTIONAL)", Some(Level::May)),
            ("It is REQUIRED only for some.", Some(Level::Must)),
            ("r[a.b] OPTIONAL state", Some(Level::May)),
            ("it must hold", None),
            ("MUSTARD, MAYBE, MUST_HOLD, MUST-have, the Shall", None),
            ("NOT", None),
            ("", None),
        ];
        for (prose, expected) in cases {
            assert_eq!(level(prose), expected, "{prose}");
        }
    }

    #[test]
    fn the_strongest_keyword_wins() {
        assert_eq!(level("It MAY fail and then MUST NOT write; it SHOULD log."), Some(Level::MustNot));
        assert_eq!(level("It MUST do this and MUST NOT do that."), Some(Level::Must));
    }

    #[test]
    fn a_keyword_in_quotation_marks_is_only_mentioned() {
        assert_eq!(level("The word \"MUST NOT\" and “SHOULD” are strong."), None);
        assert_eq!(level("It MUST print \"SHOULD\"."), Some(Level::Must));
    }

    #[test]
    fn the_usual_sentence_about_the_keywords_is_boilerplate() {
        assert!(is_boilerplate("The key words MUST and MAY are to be interpreted as described in RFC 2119."));
        assert!(!is_boilerplate("The key MUST be read."));
    }

    #[test]
    fn other_languages_have_their_keywords() {
        let more = Keywords::new([
            ("DARF".to_owned(), Level::May),
            ("DARF NICHT".to_owned(), Level::MustNot),
            ("必须".to_owned(), Level::Must),
        ]);
        assert_eq!(level_with("Es DARF NICHT warten.", &more), Some(Level::MustNot));
        assert_eq!(level_with("BEDARF ist da.", &more), None);
        assert_eq!(level_with("系统必须返回错误。", &more), Some(Level::Must));
    }
}
