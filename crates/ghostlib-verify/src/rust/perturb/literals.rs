//! What may stand in place of a literal.

use super::words::{signs_for, texts_for};
use syn::{Lit, LitFloat, LitInt};

/// Texts that may stand in place of a literal, which is written as `text`.
pub(super) fn literals_for(literal: &Lit, text: &str) -> Vec<String> {
    match literal {
        Lit::Int(number) => integers_for(number, text),
        Lit::Float(number) => floats_for(number),
        Lit::Char(one) => char_for(one.value(), "", text),
        Lit::Byte(one) => char_for(char::from(one.value()), "b", text),
        Lit::Str(_) => quoted(text)
            .map_or_else(Vec::new, texts_for)
            .into_iter()
            .map(|one| format!("\"{one}\""))
            .collect(),
        _ => vec![],
    }
}

/// What stands between the quotes of a string literal; nothing of a raw one.
pub(super) fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// A sign or a letter; a digit stands for a value, and none for another.
fn char_for(c: char, prefix: &str, text: &str) -> Vec<String> {
    if text.contains('\\') {
        return vec![];
    }
    let swapped = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let case = (swapped != c).then_some(swapped);
    let others = signs_for(c).chain(case).filter(|other| *other != '\'');
    others.map(|other| format!("{prefix}'{other}'")).collect()
}

fn floats_for(number: &LitFloat) -> Vec<String> {
    let Ok(value) = number.base10_parse::<f64>() else { return vec![] };
    let others = if value == 0.0 { vec![1.0, 0.5] } else { vec![value * 1.5, value / 2.0, value * 3.0] };
    others.into_iter().map(|other| format!("{other:?}{}", number.suffix())).collect()
}

fn integers_for(number: &LitInt, text: &str) -> Vec<String> {
    let Ok(value) = number.base10_parse::<u128>() else { return vec![] };
    let mut others =
        if is_decimal(text) { neighbours(value) } else { vec![value + 1, value.saturating_sub(1)] };
    others.retain(|other| *other != value);
    others.dedup();
    others.into_iter().map(|other| written(other, number.suffix(), text)).collect()
}

fn is_decimal(text: &str) -> bool {
    !["0x", "0o", "0b"].iter().any(|prefix| text.starts_with(prefix))
}

/// Numbers that somebody could have chosen instead.
fn neighbours(value: u128) -> Vec<u128> {
    match value {
        0 => vec![1],
        1 => vec![2, 0],
        // The base of the numbers that people write.
        10 => vec![],
        1000.. if is_power_of_ten(value) => vec![value / 2, value * 2, value / 10 * 12],
        60.. if value.is_multiple_of(60) => vec![value / 12 * 10, value / 60 * 64, value / 2],
        2..=999 => vec![value + 1, value - 1, value + 2],
        _ => vec![rounded(value), rounded(value) / 10 * 11],
    }
}

/// Whether it has a one and zeros alone, and so moves digits.
pub(super) fn is_power_of_ten(value: u128) -> bool {
    (1..39).any(|exponent| 10_u128.pow(exponent) == value)
}

/// A number with two digits that are not zero.
fn rounded(value: u128) -> u128 {
    let mut power = 1;
    while value / power >= 100 {
        power *= 10;
    }
    value / power * power
}

/// A number in the way that the other was written in: its base, its groups of digits, its type.
fn written(value: u128, suffix: &str, before: &str) -> String {
    let digits = match before.get(..2) {
        Some("0x") => format!("0x{value:x}"),
        Some("0o") => format!("0o{value:o}"),
        Some("0b") => format!("0b{value:b}"),
        _ if before.strip_suffix(suffix).unwrap_or(before).trim_end_matches('_').contains('_') => {
            grouped(value)
        }
        _ => value.to_string(),
    };
    let separator = if before.contains(&format!("_{suffix}")) && !suffix.is_empty() { "_" } else { "" };
    format!("{digits}{separator}{suffix}")
}

fn grouped(value: u128) -> String {
    let digits = value.to_string();
    let n_first = digits.len() % 3;
    let is_start = |at: &usize| *at > 0 && (*at + 3 - n_first).is_multiple_of(3);
    digits
        .char_indices()
        .map(|(at, digit)| if is_start(&at) { format!("_{digit}") } else { digit.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        literals_for(&syn::parse_str::<Lit>(text).unwrap(), text)
    }

    #[test]
    fn literals_are_written_as_those_that_they_stand_for() {
        assert_eq!(of("1_000_000"), ["500_000", "2_000_000", "1_200_000"]);
        assert_eq!(of("86400"), ["72000", "92160", "43200"]);
        assert_eq!(of("2_630_016u64")[0], "2_600_000u64");
        assert_eq!(of("0x7f_u8"), ["0x80_u8", "0x7e_u8"]);
        assert_eq!(of("b'-'"), ["b'/'", "b'_'"]);
        assert_eq!(of("'T'"), ["'t'"]);
        assert_eq!(of("'9'"), [""; 0]);
        assert_eq!(of("2.0f32"), ["3.0f32", "1.0f32", "6.0f32"]);
        assert_eq!(of("r\"a\""), [""; 0]);
    }
}
