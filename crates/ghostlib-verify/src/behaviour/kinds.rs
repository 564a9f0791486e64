//! Kinds of inputs, by the characters that they are made of.

use ghostlib_model::Value;

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
