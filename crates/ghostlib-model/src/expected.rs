//! What a vector expects, and which values are it.

mod pairing;

use crate::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a vector expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// A value.
    Output(ExpectedOutput),
    /// An error.
    Error(ExpectedError),
}

/// The value that must come out, and how exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectedOutput {
    /// The value.
    pub value: Value,
    /// How far each number in it may be off, up or down; above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Whether the items of the value, a list, may come in any order. The lists within them keep theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unordered: bool,
}

/// The error that must come out; any error, if neither is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedError {
    /// Its class, as the driver tells it. It asks for nothing where a driver tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// What it says, exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl From<Value> for ExpectedOutput {
    fn from(value: Value) -> Self {
        Self { value, tolerance: None, unordered: false }
    }
}

impl From<Value> for Expected {
    fn from(value: Value) -> Self {
        Self::Output(value.into())
    }
}

impl ExpectedOutput {
    /// Whether a value is what must come out. `1` and `1.0` are the same number.
    pub fn admits(&self, got: &Value) -> bool {
        match (&self.value, got) {
            (Value::Array(items), Value::Array(got)) if self.unordered => {
                let fits = |one: usize, other: usize| self.is_same(&items[one], &got[other]);
                items.len() == got.len() && pairing::exists(items.len(), fits)
            }
            (value, got) => self.is_same(value, got),
        }
    }

    /// Whether some value is what both ask for.
    pub fn is_compatible_with(&self, other: &Self) -> bool {
        let tolerances = [self.tolerance, other.tolerance];
        let both = Self {
            value: self.value.clone(),
            tolerance: tolerances.into_iter().flatten().reduce(|a, b| a + b),
            unordered: self.unordered || other.unordered,
        };
        both.admits(&other.value)
    }

    /// Whether it asks for its value and no other.
    pub fn is_exact(&self) -> bool {
        self.tolerance.is_none() && !self.unordered
    }

    fn is_same(&self, expected: &Value, got: &Value) -> bool {
        if let (Some(a), Some(b), Some(tolerance)) = (number(expected), number(got), self.tolerance)
            && (a - b).abs() <= tolerance
        {
            return true;
        }
        match (expected, got) {
            // Whole numbers are compared as such: a float holds no more than 53 bits of them.
            (Value::Number(a), Value::Number(b)) => {
                a == b || (a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64())
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_same(a, b))
            }
            (Value::Object(a), Value::Object(b)) => {
                let is_in_b = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| self.is_same(a, b));
                a.len() == b.len() && a.iter().all(is_in_b)
            }
            _ => expected == got,
        }
    }
}

/// The number that a value is, also where JSON has no number for it.
fn number(value: &Value) -> Option<f64> {
    let Some(map) = value.as_object() else { return value.as_f64() };
    let (key, text) = map.iter().next().filter(|_| map.len() == 1)?;
    let text = text.as_str().filter(|_| ["int", "float"].contains(&key.as_str()))?;
    text.parse().ok()
}

impl ExpectedError {
    /// An error that says this.
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { class: None, text: Some(text.into()) }
    }

    /// Whether an error is what must come out.
    pub fn admits(&self, got: &crate::Failure) -> bool {
        let is_class = |class: &String| got.class.as_ref().is_none_or(|got| got == class);
        self.class.as_ref().is_none_or(is_class) && self.text.as_ref().is_none_or(|text| *text == got.text)
    }

    /// Whether some error is what both ask for.
    pub fn is_compatible_with(&self, other: &Self) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        agree(&self.class, &other.class) && agree(&self.text, &other.text)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(output) => output.fmt(f),
            Self::Error(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ExpectedOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)?;
        if self.unordered {
            f.write_str(" in any order")?;
        }
        match self.tolerance {
            Some(tolerance) => write!(f, " within {tolerance:?}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ExpectedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.class, &self.text) {
            (None, None) => f.write_str("an error"),
            (Some(class), None) => write!(f, "an error of the class {class}"),
            (None, Some(text)) => write!(f, "the error {text:?}"),
            (Some(class), Some(text)) => write!(f, "the error {class}: {text:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failure;
    use serde_json::json;

    fn output(value: Value, tolerance: Option<f64>, unordered: bool) -> ExpectedOutput {
        ExpectedOutput { value, tolerance, unordered }
    }

    #[test]
    fn values_are_compared_as_values() {
        let admits = |expected: Value, got: Value| ExpectedOutput::from(expected).admits(&got);
        assert!(admits(json!({"a": [1, "x"]}), json!({"a": [1.0, "x"]})));
        assert!(!admits(json!([1]), json!([1, 2])));
        assert!(!admits(json!("1"), json!(1)));
        assert!(!admits(json!({"a": 1}), json!({"b": 1})));
        assert!(!admits(json!([1, 2]), json!([2, 1])));
        assert!(!admits(json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64)));
    }

    #[test]
    fn a_tolerance_is_for_every_number_and_for_nothing_else() {
        let near = output(json!({"a": [1.5, "1.5"], "b": 0}), Some(0.01), false);
        assert!(near.admits(&json!({"a": [1.509, "1.5"], "b": {"float": "-0"}})));
        assert!(!near.admits(&json!({"a": [1.52, "1.5"], "b": 0})));
        assert!(!near.admits(&json!({"a": [1.5, "1.509"], "b": 0})));
        let huge = output(json!({"float": "inf"}), Some(1.0), false);
        assert!(huge.admits(&json!({"float": "inf"})));
        assert!(!huge.admits(&json!({"float": "-inf"})) && !huge.admits(&json!(1e308)));
    }

    #[test]
    fn only_the_items_of_the_list_itself_come_in_any_order() {
        let list = output(json!([[1, 2], [3], [3]]), None, true);
        assert!(list.admits(&json!([[3], [1, 2], [3]])));
        assert!(!list.admits(&json!([[3], [2, 1], [3]])), "the lists within keep their order");
        assert!(!list.admits(&json!([[3], [1, 2], [1, 2]])), "each item as often as it is there");
        assert!(!list.admits(&json!([[3], [1, 2]])));
    }

    #[test]
    fn items_near_each_other_find_their_partners() {
        let list = output(json!([1.1, 1.0]), Some(0.15), true);
        assert!(list.admits(&json!([1.1, 1.25])), "1.1 gives up its first partner, the only one of 1.0");
        assert!(!list.admits(&json!([1.2, 1.25])));
    }

    #[test]
    fn an_error_is_asked_for_by_its_class_and_its_text() {
        let got = Failure { class: Some("Empty".into()), text: "no".into() };
        let error = |class: Option<&str>, text: Option<&str>| ExpectedError {
            class: class.map(str::to_owned),
            text: text.map(str::to_owned),
        };
        for (expected, holds) in [
            (error(None, None), true),
            (error(Some("Empty"), None), true),
            (error(Some("Empty"), Some("no")), true),
            (error(Some("Full"), None), false),
            (error(Some("Empty"), Some("yes")), false),
            (error(None, Some("yes")), false),
        ] {
            assert_eq!(expected.admits(&got), holds, "{expected}");
        }
        assert!(error(Some("Full"), None).admits(&"no".into()), "a class that is not told is not asked for");
    }

    #[test]
    fn expectations_contradict_each_other_if_no_value_is_both() {
        let compatible = |a: &ExpectedOutput, b: &ExpectedOutput| a.is_compatible_with(b);
        let exact = output(json!([1.0, 2.0]), None, false);
        assert!(compatible(&exact, &output(json!([2.0, 1.0]), None, true)));
        assert!(compatible(&exact, &output(json!([1.01, 2.0]), Some(0.02), false)));
        assert!(!compatible(&exact, &output(json!([1.1, 2.0]), Some(0.02), false)));
        assert!(ExpectedError::default().is_compatible_with(&ExpectedError::of_text("no")));
        assert!(!ExpectedError::of_text("yes").is_compatible_with(&ExpectedError::of_text("no")));
    }

    #[test]
    fn what_is_expected_is_said_in_a_few_words() {
        assert_eq!(output(json!([1]), Some(1e-9), true).to_string(), "[1] in any order within 1e-9");
        let error = ExpectedError { class: Some("Empty".into()), text: Some("no".into()) };
        assert_eq!(Expected::Error(error).to_string(), "the error Empty: \"no\"");
    }
}
