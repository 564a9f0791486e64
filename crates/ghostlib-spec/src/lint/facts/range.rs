//! Ranges as the cells of tables write them: `45–89 seconds`, `548+ days`, `< 10`, `0 <= n < 45`.

use super::quantity::{Quantity, Unit, number};

/// The values between two ends; an end that is missing is infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Range {
    pub(super) low: Option<End>,
    pub(super) high: Option<End>,
    /// The name that is compared: `n` of `n < 3`.
    pub(super) variable: Option<String>,
}

/// The end of a range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    pub(super) quantity: Quantity,
    /// Whether the value itself belongs to the range.
    pub(super) is_inclusive: bool,
}

impl Range {
    /// Whether a value, in the base unit, lies in it.
    pub(super) fn contains(&self, value: f64) -> bool {
        let is_above = self.low.as_ref().is_none_or(|low| {
            value > low.quantity.base() || low.is_inclusive && same(value, low.quantity.base())
        });
        let is_below = self.high.as_ref().is_none_or(|high| {
            value < high.quantity.base() || high.is_inclusive && same(value, high.quantity.base())
        });
        is_above && is_below
    }

    /// Its ends, the low one first.
    pub(super) fn ends(&self) -> impl Iterator<Item = &End> {
        self.low.iter().chain(&self.high)
    }

    /// Whether it is one value.
    pub(super) fn is_point(&self) -> bool {
        matches!((&self.low, &self.high), (Some(low), Some(high)) if low == high)
    }

    fn set_low(&mut self, quantity: Quantity, is_inclusive: bool) -> Option<()> {
        self.low.replace(End { quantity, is_inclusive }).is_none().then_some(())
    }

    fn set_high(&mut self, quantity: Quantity, is_inclusive: bool) -> Option<()> {
        self.high.replace(End { quantity, is_inclusive }).is_none().then_some(())
    }
}

/// Whether two numbers are the same but for the noise of arithmetic.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(Quantity),
    Compare(Compare),
    Dash,
    Plus,
    /// "or less".
    OrLess,
    And,
    Word(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Compare {
    /// `3 < n` is `n > 3`.
    fn turned(self) -> Self {
        match self {
            Self::Below => Self::Above,
            Self::AtMost => Self::AtLeast,
            Self::Above => Self::Below,
            Self::AtLeast => Self::AtMost,
        }
    }
}

/// The range that a text is as a whole.
pub(super) fn read(text: &str) -> Option<Range> {
    const LONGEST: usize = 80;
    if text.len() > LONGEST {
        return None;
    }
    let mut range = fold(&tokens(text)?)?;
    let unit = |end: &Option<End>| {
        end.as_ref().map(|end| end.quantity.unit.clone()).filter(|unit| !unit.name.is_empty())
    };
    let unit = unit(&range.high).or_else(|| unit(&range.low));
    for end in [&mut range.low, &mut range.high].into_iter().flatten() {
        if end.quantity.unit.name.is_empty() {
            end.quantity.unit = unit.clone().unwrap_or_else(Unit::none);
        }
    }
    let dimensions: Vec<_> = range.ends().map(|end| &end.quantity.unit.dimension).collect();
    let is_one = dimensions.windows(2).all(|pair| pair[0] == pair[1]);
    (is_one && !dimensions.is_empty() && is_ordered(&range)).then_some(range)
}

fn is_ordered(range: &Range) -> bool {
    match (&range.low, &range.high) {
        (Some(low), Some(high)) => low.quantity.base() <= high.quantity.base(),
        _ => true,
    }
}

fn fold(tokens: &[Token]) -> Option<Range> {
    use Token::{And, Compare as Cmp, Dash, Number, OrLess, Plus, Word};
    let mut range = Range::default();
    let mut rest = tokens;
    if let [Word(name), Cmp(_), ..] = rest {
        range.variable = Some(name.clone());
        rest = &rest[1..];
    }
    match rest {
        [Number(low), Dash, Number(high)] => {
            range.set_low(low.clone(), true)?;
            range.set_high(high.clone(), true)?;
        }
        [Number(low), Plus] => range.set_low(low.clone(), true)?,
        [Number(high), OrLess] => range.set_high(high.clone(), true)?,
        [Number(one)] => {
            range.set_low(one.clone(), true)?;
            range.set_high(one.clone(), true)?;
        }
        [Number(first), Cmp(compare), Word(name), behind @ ..] => {
            range.variable = Some(name.clone());
            limit(&mut range, compare.turned(), first)?;
            match behind {
                [] => {}
                [Cmp(compare), Number(second)] => limit(&mut range, *compare, second)?,
                _ => return None,
            }
        }
        [Cmp(compare), Number(first), behind @ ..] => {
            limit(&mut range, *compare, first)?;
            match behind {
                [] => {}
                [And, Cmp(compare), Number(second)] => limit(&mut range, *compare, second)?,
                [And, Word(name), Cmp(compare), Number(second)] if range.variable.as_ref() == Some(name) => {
                    limit(&mut range, *compare, second)?;
                }
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(range)
}

fn limit(range: &mut Range, compare: Compare, quantity: &Quantity) -> Option<()> {
    match compare {
        Compare::Below => range.set_high(quantity.clone(), false),
        Compare::AtMost => range.set_high(quantity.clone(), true),
        Compare::Above => range.set_low(quantity.clone(), false),
        Compare::AtLeast => range.set_low(quantity.clone(), true),
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        let follows_number = matches!(tokens.last(), Some(Token::Number(_)));
        if let Some((compare, length)) = compare(rest) {
            tokens.push(Token::Compare(compare));
            rest = &rest[length..];
        } else if c.is_ascii_digit()
            || matches!(c, '-' | '−' | '.') && !follows_number && number(rest).is_some()
        {
            let (number, n_decimals, length) = number(rest)?;
            rest = rest[length..].trim_start();
            tokens.push(Token::Number(Quantity { number, n_decimals, unit: Unit::none() }));
            // `548+ days`
            let plus = rest.strip_prefix('+');
            let behind = plus.unwrap_or(rest).trim_start();
            let (unit, behind) = unit(behind);
            if let (Some(Token::Number(quantity)), Some(unit)) = (tokens.last_mut(), unit) {
                quantity.unit = unit;
            }
            if plus.is_some() {
                tokens.push(Token::Plus);
            }
            rest = behind;
        } else if matches!(c, '-' | '–' | '—' | '−' | '‒') {
            tokens.push(Token::Dash);
            rest = &rest[c.len_utf8()..];
        } else if c == '+' && follows_number {
            tokens.push(Token::Plus);
            rest = &rest[1..];
        } else if c == ',' && follows_number {
            tokens.push(Token::And);
            rest = &rest[1..];
        } else if c.is_alphabetic() {
            let (token, behind) = word(rest);
            tokens.extend(token);
            rest = behind;
        } else {
            return None;
        }
        rest = rest.trim_start();
        if tokens.len() > 12 {
            return None;
        }
    }
    Some(tokens)
}

fn compare(text: &str) -> Option<(Compare, usize)> {
    let marks = [
        ("<=", Compare::AtMost),
        (">=", Compare::AtLeast),
        ("≤", Compare::AtMost),
        ("≥", Compare::AtLeast),
        ("<", Compare::Below),
        (">", Compare::Above),
    ];
    marks.into_iter().find(|(mark, _)| text.starts_with(mark)).map(|(mark, compare)| (compare, mark.len()))
}

/// The unit that a text starts with.
fn unit(text: &str) -> (Option<Unit>, &str) {
    const NO_UNITS: [&str; 9] = ["to", "and", "or", "through", "until", "ago", "up", "e", "x"];
    let length = match text.chars().next() {
        Some(c @ ('%' | '°')) => c.len_utf8(),
        _ => text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()),
    };
    let word = &text[..length];
    if word.is_empty() || NO_UNITS.contains(&word.to_lowercase().as_str()) {
        return (None, text);
    }
    (Unit::named(word), &text[length..])
}

/// What one or more words say.
fn word(text: &str) -> (Option<Token>, &str) {
    const PHRASES: [(&str, Option<Token>); 33] = [
        ("no more than", Some(Token::Compare(Compare::AtMost))),
        ("not more than", Some(Token::Compare(Compare::AtMost))),
        ("no less than", Some(Token::Compare(Compare::AtLeast))),
        ("at least", Some(Token::Compare(Compare::AtLeast))),
        ("at most", Some(Token::Compare(Compare::AtMost))),
        ("up to", Some(Token::Compare(Compare::AtMost))),
        ("more than", Some(Token::Compare(Compare::Above))),
        ("greater than", Some(Token::Compare(Compare::Above))),
        ("longer than", Some(Token::Compare(Compare::Above))),
        ("older than", Some(Token::Compare(Compare::Above))),
        ("larger than", Some(Token::Compare(Compare::Above))),
        ("less than", Some(Token::Compare(Compare::Below))),
        ("fewer than", Some(Token::Compare(Compare::Below))),
        ("shorter than", Some(Token::Compare(Compare::Below))),
        ("smaller than", Some(Token::Compare(Compare::Below))),
        ("or more", Some(Token::Plus)),
        ("or above", Some(Token::Plus)),
        ("or greater", Some(Token::Plus)),
        ("or higher", Some(Token::Plus)),
        ("or longer", Some(Token::Plus)),
        ("and above", Some(Token::Plus)),
        ("and up", Some(Token::Plus)),
        ("or less", Some(Token::OrLess)),
        ("or fewer", Some(Token::OrLess)),
        ("or below", Some(Token::OrLess)),
        ("and below", Some(Token::OrLess)),
        ("under", Some(Token::Compare(Compare::Below))),
        ("below", Some(Token::Compare(Compare::Below))),
        ("over", Some(Token::Compare(Compare::Above))),
        ("above", Some(Token::Compare(Compare::Above))),
        ("and", Some(Token::And)),
        ("exactly", None),
        ("ago", None),
    ];
    for (phrase, token) in PHRASES {
        if let Some(rest) = super::phrase::behind_words(text, phrase) {
            return (token, rest);
        }
    }
    if let Some(rest) = super::phrase::behind_word(text, &["to", "through"]) {
        return (Some(Token::Dash), rest);
    }
    let name = super::phrase::first_word(text);
    (Some(Token::Word(name.to_owned())), &text[name.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_their_many_ways() {
        for (text, low, high) in [
            ("45–89 seconds", Some((45.0, true)), Some((89.0, true))),
            ("90 seconds – 44 minutes", Some((90.0, true)), Some((2640.0, true))),
            ("548+ days", Some((548.0 * 86_400.0, true)), None),
            ("10 or more", Some((10.0, true)), None),
            ("1,000 to 9,999", Some((1000.0, true)), Some((9999.0, true))),
            ("-10 – -1", Some((-10.0, true)), Some((-1.0, true))),
            ("< 10 KiB", None, Some((10_240.0, false))),
            ("up to 3", None, Some((3.0, true))),
            ("0 <= diff < 45 seconds", Some((0.0, true)), Some((45.0, false))),
            ("n >= 3 and n < 5", Some((3.0, true)), Some((5.0, false))),
            ("more than 5, at most 8", Some((5.0, false)), Some((8.0, true))),
            ("0", Some((0.0, true)), Some((0.0, true))),
            ("50%", Some((50.0, true)), Some((50.0, true))),
        ] {
            let range = read(text).unwrap_or_else(|| panic!("{text}"));
            let end = |end: Option<End>| end.map(|end| (end.quantity.base(), end.is_inclusive));
            assert_eq!((end(range.low), end(range.high)), (low, high), "{text}");
        }
    }

    #[test]
    fn what_is_more_than_a_range_is_none() {
        for text in [
            "",
            "n",
            "3 seconds and 4",
            "same day",
            "2024-01-02",
            "1.2.3",
            "5 – 3",
            "10 px – 3 s",
            "3–5 in all",
            "n < m",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
