use ghostlib_model::Level;

/// The strongest level among the upper-case keywords of RFC 2119 and RFC 8174 in some prose.
///
/// A keyword in quotation marks is mentioned, not used. `NOT REQUIRED`, which the RFCs do not have, is
/// `OPTIONAL`.
pub(crate) fn level(prose: &str) -> Option<Level> {
    let words: Vec<Word> = words(prose).collect();
    let mut strongest = None;
    let mut i = 0;
    while i < words.len() {
        let following = words.get(i + 1).filter(|next| is_one_phrase(prose, &words[i], next));
        let (level, n_words) = phrase(words[i].text, following.map(|next| next.text));
        let last = &words[(i + n_words - 1).min(words.len() - 1)];
        if !is_quoted(prose, words[i].start, last.start + last.text.len()) {
            strongest = stronger(strongest, level);
        }
        i += n_words;
    }
    strongest
}

/// The stronger of two levels; the first of two that bind alike.
pub(crate) fn stronger(a: Option<Level>, b: Option<Level>) -> Option<Level> {
    let strength = |level: &Level| match level {
        Level::Must | Level::MustNot => 0,
        Level::Should | Level::ShouldNot => 1,
        Level::May => 2,
    };
    a.into_iter().chain(b).min_by_key(strength)
}

/// Whether a sentence only says how the keywords are to be read.
pub(crate) fn is_boilerplate(prose: &str) -> bool {
    let lower = prose.to_lowercase();
    (lower.contains("key words") || lower.contains("keywords")) && lower.contains("interpreted")
}

struct Word<'a> {
    start: usize,
    text: &'a str,
}

/// The words in upper case. `-` and `_` belong to a word, so that `MUST-have` is none.
fn words(prose: &str) -> impl Iterator<Item = Word<'_>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + prose[rest..].find(is_part)?;
        let len = prose[start..].find(|c| !is_part(c)).unwrap_or(prose.len() - start);
        rest = start + len;
        Some(Word { start, text: &prose[start..rest] })
    })
    .filter(|word| word.text.bytes().all(|b| b.is_ascii_uppercase()))
}

/// The level of the keyword that starts with `word`, and how many words it has.
fn phrase(word: &str, next: Option<&str>) -> (Option<Level>, usize) {
    match (word, next) {
        ("MUST" | "SHALL", Some("NOT")) => (Some(Level::MustNot), 2),
        ("SHOULD", Some("NOT")) | ("NOT", Some("RECOMMENDED")) => (Some(Level::ShouldNot), 2),
        ("NOT", Some("REQUIRED")) => (Some(Level::May), 2),
        ("MUST" | "SHALL" | "REQUIRED", _) => (Some(Level::Must), 1),
        ("SHOULD" | "RECOMMENDED", _) => (Some(Level::Should), 1),
        ("MAY" | "OPTIONAL", _) => (Some(Level::May), 1),
        _ => (None, 1),
    }
}

fn is_one_phrase(prose: &str, word: &Word, next: &Word) -> bool {
    prose[word.start + word.text.len()..next.start].chars().all(char::is_whitespace)
}

fn is_quoted(prose: &str, start: usize, end: usize) -> bool {
    const QUOTES: [char; 6] = ['"', '\'', '“', '”', '‘', '’'];
    prose[..start].ends_with(QUOTES) && prose[end..].starts_with(QUOTES)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("it is NOT REQUIRED", Some(Level::May)),
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
}
