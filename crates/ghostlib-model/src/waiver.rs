use crate::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that the reference does and the author of a spec does not want in it, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// What.
    pub of: Waived,
    /// Why.
    pub reason: String,
}

/// What a waiver is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waived {
    /// An API item, and what is below it.
    Item(String),
    /// All calls of an operation.
    Operation(String),
    /// The calls of an operation with this input.
    Input(String, Value),
    /// The calls of an operation with inputs like this, in which `*` stands for anything.
    Pattern(String, String),
}

/// How often a waiver was needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverUse {
    /// What it is about, in words.
    pub what: String,
    /// Why the author does not want it.
    pub reason: String,
    /// How many findings it is the reason to pass over.
    pub n_findings: usize,
}

impl Waiver {
    /// The operation that it is about, if it is about one.
    pub fn operation(&self) -> Option<&str> {
        match &self.of {
            Waived::Item(_) => None,
            Waived::Operation(name) | Waived::Input(name, _) | Waived::Pattern(name, _) => Some(name),
        }
    }

    /// Whether it is about calls of its operation with this input.
    pub fn covers_input(&self, input: &Value) -> bool {
        match &self.of {
            Waived::Item(_) => false,
            Waived::Operation(_) => true,
            Waived::Input(_, waived) => only_value(waived) == only_value(input),
            Waived::Pattern(_, pattern) => match only_value(input) {
                Value::String(text) => is_like(text, pattern),
                other => is_like(&other.to_string(), pattern),
            },
        }
    }

    /// Whether it is about an API item.
    pub fn covers_item(&self, path: &str) -> bool {
        match &self.of {
            Waived::Item(item) => {
                path.strip_prefix(item.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Waiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Waived::Item(item) => write!(f, "`{item}`"),
            Waived::Operation(name) => write!(f, "all of `{name}`"),
            Waived::Input(name, input) => write!(f, "`{name}` of {input}"),
            Waived::Pattern(name, pattern) => write!(f, "`{name}` of inputs like `{pattern}`"),
        }
    }
}

/// An operation's only parameter may be written under any name, or without one.
pub fn only_value(input: &Value) -> &Value {
    let entries = input.as_object().filter(|map| map.len() == 1);
    entries.and_then(|map| map.values().next()).unwrap_or(input)
}

/// Whether a text is like a pattern, in which `*` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*').or(Some(("", rest))) else { return false };
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patterns_are_like_texts() {
        for (text, pattern, expected) in [
            ("a_b", "*_*", true),
            ("ab", "*_*", false),
            ("abc", "a*c", true),
            ("ac", "a*c", true),
            ("a", "a*a", false),
            ("abab", "*ab", true),
            ("xaybz", "x*a*b*", true),
            ("xbyaz", "x*a*b*", false),
            ("", "*", true),
            ("a*", "a*", true),
            ("a", "a", true),
            ("ab", "a", false),
        ] {
            assert_eq!(is_like(text, pattern), expected, "{text} like {pattern}");
        }
    }

    #[test]
    fn a_waiver_covers_what_it_names_and_no_more() {
        let waiver = |of| Waiver { of, reason: "r".into() };
        let input = waiver(Waived::Input("f".into(), json!("1_0")));
        assert!(input.covers_input(&json!({"text": "1_0"})) && !input.covers_input(&json!("10")));
        let pattern = waiver(Waived::Pattern("f".into(), "[1,*".into()));
        assert!(pattern.covers_input(&json!([1, 2])) && !pattern.covers_input(&json!([2, 1])));
        let item = waiver(Waived::Item("a::B".into()));
        assert!(item.covers_item("a::B") && item.covers_item("a::B::new"));
        assert!(!item.covers_item("a::Bc") && !item.covers_input(&json!(1)));
    }
}
