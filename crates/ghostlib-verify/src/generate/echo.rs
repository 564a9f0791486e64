//! Values like others in the same sequence: what is compared, looked up or taken out has to meet itself.

use super::mutate::change;
use super::values::Generator;
use crate::shape::Shape;
use ghostlib_model::{Call, Surroundings, Value};
use serde_json::Map;

/// Now and then a value of a shape that stands in the calls before or in the input so far, one next to it, or a piece of
/// it; or `known`, with the numbers of such a value in the place of its own.
pub(super) fn echo(
    (shape, known): (&Shape, Option<&Value>),
    calls: &[Call],
    input: &Map<String, Value>,
    generator: &mut Generator,
) -> Option<Value> {
    if !matches!(shape, Shape::Text | Shape::OsText | Shape::Bytes | Shape::Integer { .. }) {
        return None;
    }
    if let (Shape::OsText, Some(path)) = (shape, laid_out(calls, generator)) {
        return Some(path);
    }
    if generator.rng().u8(..5) > 1 {
        return None;
    }
    let before = calls.iter().filter_map(|call| call.input.as_object()).flat_map(Map::values);
    let fitting: Vec<&Value> = before.chain(input.values()).filter(|value| fits(shape, value)).collect();
    let mut value = (*generator.rng().choice(&fitting)?).clone();
    match generator.rng().u8(..5) {
        0 => {}
        1 => change(&mut value, generator),
        2 => step(&mut value, generator),
        way => {
            if let Value::String(text) = &mut value {
                *text = match known.and_then(Value::as_str) {
                    Some(known) if way == 3 => with_numbers_of(known, text),
                    _ => piece(text, generator),
                };
            }
            if generator.rng().bool() {
                step(&mut value, generator);
            }
        }
    }
    fits(shape, &value).then_some(value)
}

/// Every other time the path of a file that the sequence has laid out.
fn laid_out(calls: &[Call], generator: &mut Generator) -> Option<Value> {
    let files = calls.iter().filter(|call| call.operation == Surroundings::FILE);
    let paths: Vec<&Value> = files.filter_map(|call| call.input.get("path")).collect();
    let path = generator.rng().choice(&paths).copied()?;
    generator.rng().bool().then(|| path.clone())
}

/// The part of a text from one of its words to another, mostly from the first and to the last: `1.2` of `>=1.2, `.
fn piece(text: &str, generator: &mut Generator) -> String {
    let is_word = |at: usize| text[at..].starts_with(char::is_alphanumeric);
    let ends_word = |at: usize| text[..at].ends_with(char::is_alphanumeric);
    let places = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let starts: Vec<usize> = places().filter(|at| is_word(*at) && !ends_word(*at)).collect();
    let first = generator.rng().bool();
    let chosen = if first { starts.first() } else { generator.rng().choice(&starts) };
    let Some(start) = chosen.copied() else { return text.to_owned() };
    let ends: Vec<usize> = places().filter(|at| *at > start && ends_word(*at) && !is_word(*at)).collect();
    let last = generator.rng().bool();
    let end = if last { ends.last() } else { generator.rng().choice(&ends) };
    text[start..end.copied().unwrap_or(text.len())].to_owned()
}

/// A text with the numbers of another in the place of its own, as far as they go: `~0.1` and `7.8.9` make `~7.8`.
fn with_numbers_of(text: &str, other: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut numbers = other.split(|c| !is_digit(c)).filter(|run| !run.is_empty());
    let mut grafted = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_digit) {
        let (before, from) = rest.split_at(start);
        let (own, behind) = from.split_at(from.find(|c| !is_digit(c)).unwrap_or(from.len()));
        grafted.extend([before, numbers.next().unwrap_or(own)]);
        rest = behind;
    }
    grafted + rest
}

fn fits(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Text | Shape::OsText, Value::String(text)) => !text.contains('\0'),
        (Shape::Bytes, Value::Array(items)) => {
            items.iter().all(|item| item.as_u64().is_some_and(|n| n < 256))
        }
        (Shape::Integer { min, max }, Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.as_u64() <= Some(*max), |n| n >= *min)
                && number.as_u64().is_none_or(|n| n <= *max)
        }
        _ => false,
    }
}

/// Moves a number by one, also one that stands in a text: `1.2.3` becomes `1.3.3`.
pub(super) fn step(value: &mut Value, generator: &mut Generator) {
    let is_up = generator.rng().bool();
    let moved = |n: u64| if is_up { n.checked_add(1) } else { n.checked_sub(1) };
    match value {
        Value::Number(number) => {
            if let Some(n) = number.as_u64().and_then(moved) {
                *value = n.into();
            }
        }
        Value::String(text) => {
            let mut starts: Vec<usize> =
                text.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
            starts.retain(|at| *at == 0 || !text.as_bytes()[*at - 1].is_ascii_digit());
            let Some(start) = generator.rng().choice(&starts).copied() else { return };
            let rest = &text[start..];
            let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
            if let Some(n) = digits.parse().ok().and_then(moved) {
                *text = format!("{}{n}{}", &text[..start], &rest[digits.len()..]);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn echoes(shape: &Shape, earlier: &Value) -> Vec<Value> {
        let calls = [Call { operation: "f".into(), input: json!({ "a": earlier }) }];
        let mut generator = Generator::new(1);
        (0..400)
            .filter_map(|_| echo((shape, Some(&json!("~0.1"))), &calls, &Map::new(), &mut generator))
            .collect()
    }

    #[test]
    fn a_text_comes_again_as_it_was_and_with_a_number_moved() {
        let echoes = echoes(&Shape::Text, &json!("1.29.3"));
        for expected in ["1.29.3", "2.29.3", "1.30.3", "1.29.2"] {
            assert!(echoes.contains(&json!(expected)), "{expected}");
        }
    }

    #[test]
    fn a_piece_comes_again_and_its_numbers_in_another_text() {
        let echoes = echoes(&Shape::Text, &json!(">=1.29.3, <2"));
        for expected in ["1.29.3, <2", "1.29.3", "29", "~1.29", "~1.28"] {
            assert!(echoes.contains(&json!(expected)), "{expected}: {echoes:?}");
        }
    }

    #[test]
    fn only_what_fits_comes_again() {
        let byte = Shape::Integer { min: 0, max: 255 };
        assert!(echoes(&byte, &json!(255)).iter().all(|value| value.as_u64() <= Some(255)));
        assert!(echoes(&byte, &json!("255")).is_empty());
        assert!(echoes(&byte, &json!(256)).is_empty() && echoes(&byte, &json!(-1)).is_empty());
        assert!(echoes(&Shape::Bool, &json!(true)).is_empty());
    }
}
