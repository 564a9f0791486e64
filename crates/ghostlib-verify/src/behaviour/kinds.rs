//! Inputs of different kinds.

use super::Difference;
use ghostlib_model::Value;
use std::collections::BTreeSet;

/// The first of each kind of input, and then the others, up to `max`; in their order.
pub(super) fn diverse(cases: Vec<Difference>, max: usize) -> Vec<Difference> {
    let mut known = BTreeSet::new();
    let kinds = |case: &Difference| case.call().map_or(0, |call| kinds_of_characters(&call.input));
    let (first, others): (Vec<_>, Vec<_>) =
        cases.into_iter().enumerate().partition(|(_, case)| known.insert(kinds(case)));
    let mut chosen: Vec<_> = first.into_iter().chain(others).take(max).collect();
    chosen.sort_by_key(|(at, _)| *at);
    chosen.into_iter().map(|(_, case)| case).collect()
}

/// Which kinds of characters an input is made of, as a set of bits.
pub(super) fn kinds_of_characters(input: &Value) -> u32 {
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    let kind = |c: char| match c {
        '\n' | '\r' => 1,
        c if c.is_whitespace() => 2,
        c if c.is_ascii_alphabetic() => 0,
        c if c.is_ascii_digit() => 3,
        c if PUNCTUATION.contains(c) => 5 + u32::try_from(PUNCTUATION.find(c).unwrap_or(0) % 26).unwrap_or(0),
        _ => 4,
    };
    match input {
        Value::String(text) if text.is_empty() => 1 << 31,
        Value::String(text) => text.chars().fold(0, |set, c| set | (1 << kind(c))),
        Value::Array(items) => items.iter().map(kinds_of_characters).fold(0, |a, b| a | b),
        Value::Object(map) => map.values().map(kinds_of_characters).fold(0, |a, b| a | b),
        Value::Number(number) => number.as_f64().map_or(0, |n| if n < 0.0 { 1 << 6 } else { 1 << 3 }),
        Value::Bool(_) | Value::Null => 0,
    }
}
