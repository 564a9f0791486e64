//! Values like others in the same sequence: what is compared, looked up or taken out has to meet itself.

use super::mutate::change;
use super::values::Generator;
use crate::shape::Shape;
use ghostlib_model::{Call, Value};
use serde_json::Map;

/// Now and then a value of a shape that stands in the calls before or in the input so far, or one next to it.
pub(super) fn echo(
    shape: &Shape,
    calls: &[Call],
    input: &Map<String, Value>,
    generator: &mut Generator,
) -> Option<Value> {
    if !matches!(shape, Shape::Text | Shape::OsText | Shape::Bytes | Shape::Integer { .. }) {
        return None;
    }
    if generator.rng().u8(..4) > 0 {
        return None;
    }
    let before = calls.iter().filter_map(|call| call.input.as_object()).flat_map(Map::values);
    let fitting: Vec<&Value> = before.chain(input.values()).filter(|value| fits(shape, value)).collect();
    let mut value = (*generator.rng().choice(&fitting)?).clone();
    match generator.rng().u8(..3) {
        0 => {}
        1 => change(&mut value, generator),
        _ => step(&mut value, generator),
    }
    fits(shape, &value).then_some(value)
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
fn step(value: &mut Value, generator: &mut Generator) {
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
        (0..400).filter_map(|_| echo(shape, &calls, &Map::new(), &mut generator)).collect()
    }

    #[test]
    fn a_text_comes_again_as_it_was_and_with_a_number_moved() {
        let echoes = echoes(&Shape::Text, &json!("1.29.3"));
        for expected in ["1.29.3", "2.29.3", "1.30.3", "1.29.2"] {
            assert!(echoes.contains(&json!(expected)), "{expected}");
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
