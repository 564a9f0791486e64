//! Words of prose, and the numbers among them.

/// Numbers written as words, from two on.
const NUMBER_WORDS: [&str; 19] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
/// A word of some source, marks of code and emphasis left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token<'_> {
    /// Whether it is one of some words, whatever their case.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.text))
    }
}

/// The words of some source.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '\'');
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in source.char_indices().chain(std::iter::once((source.len(), ' '))) {
        let is_comma = c == ',' && source[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        let is_dot = c == '.' && source[at + 1..].starts_with(char::is_alphanumeric);
        let goes_on = is_part(c) || start.is_some() && (is_comma || is_dot);
        match (start, goes_on) {
            (None, true) => start = Some(at),
            (Some(first), false) => {
                tokens.push(Token { text: &source[first..at], start: first, end: at });
                start = None;
            }
            _ => {}
        }
    }
    tokens
}

/// The number that a word is, in digits or spelled out from two on.
pub(super) fn number(word: &str) -> Option<usize> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let (value, length) = super::literal::number_source(word)?;
        return (length == word.len()).then(|| value.parse().ok())?;
    }
    let at = NUMBER_WORDS.iter().position(|known| known.eq_ignore_ascii_case(word))?;
    Some(at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_digits_and_words() {
        let found: Vec<_> =
            tokens("Run 1,200 `f.g` tests, Five-fold or five (3.5 of 10.)").iter().map(|t| t.text).collect();
        assert_eq!(found, ["Run", "1,200", "f.g", "tests", "Five-fold", "or", "five", "3.5", "of", "10"]);
        let numbers: Vec<_> = found.iter().filter_map(|word| number(word)).collect();
        assert_eq!(numbers, [1200, 5, 10]);
    }
}
