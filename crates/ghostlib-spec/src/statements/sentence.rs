use std::ops::Range;

/// Abbreviations that a capital letter may follow without a new sentence.
const ABBREVIATIONS: [&str; 18] = [
    "cf", "vs", "resp", "approx", "ca", "viz", "al", "dr", "mr", "mrs", "ms", "prof", "st", "incl", "excl",
    "esp", "aka", "ie",
];

/// Abbreviations of what a number follows.
const BEFORE_NUMBERS: [&str; 14] =
    ["no", "nos", "fig", "figs", "sec", "sect", "eq", "ch", "chap", "p", "pp", "vol", "art", "ver"];

/// The sentences of some prose, which together are all of it. All but the last end before white space.
pub fn split(prose: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    if !prose.is_ascii() && prose.contains(WIDE_MARKS) {
        return split_wide(prose);
    }
    for offset in memchr::memchr3_iter(b'.', b'!', b'?', prose.as_bytes()) {
        if let Some(end) = sentence_end(prose, start, offset) {
            sentences.push(start..end);
            start = end;
        }
    }
    if !prose[start..].trim().is_empty() {
        sentences.push(start..prose.len());
    } else if let Some(last) = sentences.last_mut() {
        last.end = prose.len();
    }
    sentences
}

/// The marks that end a sentence in Chinese and Japanese, with no white space behind them.
const WIDE_MARKS: [char; 3] = ['。', '！', '？'];

fn split_wide(prose: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (offset, c) in prose.char_indices() {
        let end = if WIDE_MARKS.contains(&c) {
            Some(offset + c.len_utf8())
        } else if matches!(c, '.' | '!' | '?') {
            sentence_end(prose, start, offset)
        } else {
            None
        };
        // A closing bracket belongs to its sentence.
        let end = end.map(|end| {
            end + prose[end..].len() - prose[end..].trim_start_matches(['」', '』', '）', '”']).len()
        });
        if let Some(end) = end.filter(|&end| end > start) {
            sentences.push(start..end);
            start = end;
        }
    }
    if !prose[start..].trim().is_empty() {
        sentences.push(start..prose.len());
    } else if let Some(last) = sentences.last_mut() {
        last.end = prose.len();
    }
    sentences
}

/// Where the sentence ends whose last mark may be the one at `mark`.
fn sentence_end(prose: &str, start: usize, mark: usize) -> Option<usize> {
    const CLOSERS: [char; 9] = [')', ']', '"', '\'', '”', '’', '»', '*', '_'];
    let after_mark = mark + 1;
    let rest = prose[after_mark..].trim_start_matches(CLOSERS);
    let end = prose.len() - rest.len();
    let next = rest.trim_start();
    if next.len() == rest.len() {
        return None;
    }
    let first = next.chars().next()?;
    if first.is_lowercase() || is_closing_dash(first) {
        return None;
    }
    let is_abbreviation = end == after_mark && prose[mark..].starts_with('.') && {
        let word = last_word(&prose[start..mark]);
        is_dotted(word) || abbreviates(word, first)
    };
    (!is_abbreviation).then_some(end)
}

/// A dash goes on with the sentence.
fn is_closing_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—')
}

fn last_word(prose: &str) -> &str {
    let word = prose.rsplit(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
    word.trim_start_matches(['(', '[', '"', '\'', '“', '‘'])
}

/// `e.g`, `i.e`, `U.S`, `a.m`: single letters with dots between them.
fn is_dotted(word: &str) -> bool {
    let is_letter = |part: &str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_alphabetic());
    word.len() > 2 && word.split('.').all(is_letter)
}

fn abbreviates(word: &str, next: char) -> bool {
    // Longer words are none, and need not be put into lower case.
    if word.len() > 6 {
        return false;
    }
    let word = word.to_lowercase();
    ABBREVIATIONS.contains(&word.as_str())
        || (next.is_ascii_digit() && BEFORE_NUMBERS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(prose: &str) -> Vec<&str> {
        split(prose).into_iter().map(|range| prose[range].trim()).collect()
    }

    #[test]
    fn marks_before_a_capital_end_a_sentence() {
        assert_eq!(
            sentences("One. Two! Three? (Four.) \u{fffc} five"),
            ["One.", "Two!", "Three?", "(Four.)", "\u{fffc} five"]
        );
        assert_eq!(sentences("It is \"so.\" Then\nnot."), ["It is \"so.\"", "Then\nnot."]);
    }

    #[test]
    fn abbreviations_numbers_and_names_do_not() {
        for whole in [
            "Use units, e.g. Minutes (i.e. Parts) vs. Seconds.",
            "In the U.S. Dates differ, cf. RFC 1.",
            "Round 3.5 to 4.0, see Fig. 3 and No. 7.",
            "Call a.b.c or foo.Bar with std.Fmt.",
            "It waits 5 min. after that.",
            "It ends... or not.",
            "Yes! - No.",
        ] {
            assert_eq!(sentences(whole), [whole]);
        }
    }

    #[test]
    fn words_that_only_look_like_abbreviations_end_a_sentence() {
        assert_eq!(sentences("The answer is no. The end."), ["The answer is no.", "The end."]);
        assert_eq!(sentences("A, B, etc. The end."), ["A, B, etc.", "The end."]);
    }

    #[test]
    fn sentences_cover_the_prose_whatever_it_is() {
        for prose in [
            "",
            " ",
            ".",
            "...",
            ". . .",
            "A.  ",
            "é. É.\u{a0}É",
            "a.\n\nB",
            "必须。 不得！A. B",
            "「必须。」 。",
        ] {
            let ranges = split(prose);
            let joined: String = ranges.iter().map(|range| &prose[range.clone()]).collect();
            if !prose.trim().is_empty() {
                assert_eq!(joined, prose);
            }
        }
    }
}
