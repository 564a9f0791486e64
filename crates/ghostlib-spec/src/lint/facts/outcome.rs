//! What an example or a vector says comes out.

use super::callee::normal_value;
use super::vectors::shown_value;
use ghostlib_model::{Expected, Value};

/// What comes out of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Value(Value),
    /// Code that is no literal, such as the bare text of an output.
    Text(String),
    Error,
}

impl From<&Expected> for Outcome {
    fn from(expected: &Expected) -> Self {
        match expected {
            Expected::Output(output) => Self::Value(output.value.clone()),
            Expected::Error(_) => Self::Error,
        }
    }
}

impl Outcome {
    /// Whether it is what a vector expects; `None` if that depends on how it is read.
    pub(super) fn agrees_with(&self, expected: &Expected) -> Option<bool> {
        match (self, expected) {
            (Self::Value(value), Expected::Output(output)) if output.admits(value) => Some(true),
            _ => self.agrees(&Self::from(expected)),
        }
    }

    /// Whether two are the same; `None` if that depends on how they are read.
    pub(super) fn agrees(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Error, Self::Error) => Some(true),
            (Self::Value(a), Self::Value(b)) => agree(a, b),
            (Self::Text(text), Self::Value(value)) | (Self::Value(value), Self::Text(text)) => match value {
                Value::String(value) if value == text => Some(true),
                Value::String(_) if !may_be_code(text) => Some(false),
                value => is_written(value, text).then_some(true),
            },
            // Some languages say with `null`, or with a map, that something failed.
            (Self::Error, Self::Value(Value::Null | Value::Object(_)))
            | (Self::Value(Value::Null | Value::Object(_)), Self::Error) => None,
            (Self::Error, Self::Value(_)) | (Self::Value(_), Self::Error) => Some(false),
            (Self::Text(a), Self::Text(b)) if a == b || !may_be_code(a) && !may_be_code(b) => Some(a == b),
            (Self::Text(_), _) | (_, Self::Text(_)) => None,
        }
    }

    pub(super) fn shown(&self) -> String {
        match self {
            Self::Value(value) => shown_value(value),
            Self::Text(text) => format!("`{text}`"),
            Self::Error => "an error".to_owned(),
        }
    }
}

/// Whether a text in code may be an expression or a type rather than the text of an output.
fn may_be_code(text: &str) -> bool {
    const TYPES: [&str; 12] = [
        "string", "number", "boolean", "bool", "int", "float", "integer", "object", "array", "list", "str",
        "void",
    ];
    let is_type = TYPES.contains(&text.to_lowercase().as_str());
    is_type
        || text.is_empty()
        || text.contains(['(', '{', '[', '<', '"', '\'', '…', '\\'])
        || text.contains("...")
}

fn agree(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            if normal_value(a.clone()) == normal_value(b.clone()) {
                return Some(true);
            }
            let (x_float, y_float) = (x.as_f64()?, y.as_f64()?);
            let decimals = decimals(&x.to_string()).min(decimals(&y.to_string()));
            // An example may be rounded.
            Some(decimals > 0 && (x_float - y_float).abs() <= 0.51 * 10_f64.powi(-decimals))
        }
        (Value::Array(x), Value::Array(y)) => {
            if x.len() != y.len() {
                return Some(false);
            }
            let agreements: Vec<_> = x.iter().zip(y).map(|(x, y)| agree(x, y)).collect();
            all(&agreements)
        }
        // An example may leave fields out.
        (Value::Object(x), Value::Object(y)) => {
            let common: Vec<_> = x.iter().filter_map(|(key, x)| Some(agree(x, y.get(key)?))).collect();
            if common.len() == x.len() && x.len() == y.len() {
                return all(&common);
            }
            None
        }
        (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => Some(a == b),
        (Value::String(text), other) | (other, Value::String(text)) => {
            is_written(other, text).then_some(true)
        }
        _ => None,
    }
}

/// Whether a value is written like this in JSON.
fn is_written(value: &Value, text: &str) -> bool {
    let json = value.to_string();
    json == text
}

fn all(agreements: &[Option<bool>]) -> Option<bool> {
    if agreements.contains(&Some(false)) {
        return Some(false);
    }
    agreements.iter().all(Option::is_some).then_some(true)
}

fn decimals(number: &str) -> i32 {
    let digits = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    i32::try_from(digits.min(12)).unwrap_or(12)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::ExpectedOutput;
    use serde_json::json;

    #[test]
    fn a_vector_says_how_exactly_it_is_meant() {
        let expected = ExpectedOutput { value: json!([1, 2]), tolerance: None, unordered: true };
        let reversed = Outcome::Value(json!([2, 1]));
        assert_eq!(reversed.agrees_with(&Expected::Output(expected)), Some(true));
        assert_eq!(reversed.agrees_with(&json!([1, 2]).into()), Some(false));
    }

    #[test]
    fn outcomes_agree_as_far_as_they_can_be_compared() {
        let value = |value| Outcome::Value(value);
        let text = |text: &str| Outcome::Text(text.to_owned());
        for (a, b, agreement) in [
            (value(json!(3)), value(json!(3.0)), Some(true)),
            (value(json!(0.33)), value(json!(0.333_333)), Some(true)),
            (value(json!(0.34)), value(json!(0.333_333)), Some(false)),
            (value(json!("a")), value(json!("b")), Some(false)),
            (value(json!(5)), value(json!("5")), Some(true)),
            (value(json!(5)), value(json!("6")), None),
            (value(json!([1, "a"])), value(json!([1, "b"])), Some(false)),
            (value(json!({"a": 1})), value(json!({"a": 1, "b": 2})), None),
            (text("a-b"), value(json!("a-b")), Some(true)),
            (text("a-b"), value(json!("ab")), Some(false)),
            (text("string"), value(json!("ab")), None),
            (text("Color { r: 1 }"), value(json!("ab")), None),
            (Outcome::Error, value(json!("ab")), Some(false)),
            (Outcome::Error, value(json!(null)), None),
        ] {
            assert_eq!(a.agrees(&b), agreement, "{a:?} {b:?}");
            assert_eq!(b.agrees(&a), agreement, "{b:?} {a:?}");
        }
    }
}
