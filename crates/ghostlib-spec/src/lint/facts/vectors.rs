//! Vectors that say the same, or the opposite.

use super::{Facts, Report, line_of};
use crate::Code;
use ghostlib_model::{Expected, Value, Vector};
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts, report: &mut Report) {
    for operation in &facts.operations {
        let mut first_by_input: BTreeMap<String, &Vector> = BTreeMap::new();
        for vector in &operation.vectors {
            let Some(first) = first_by_input.get(&sorted(&vector.input)) else {
                first_by_input.insert(sorted(&vector.input), vector);
                continue;
            };
            compare(first, vector, report);
        }
    }
}

fn compare(first: &Vector, second: &Vector, report: &mut Report) {
    let (code, message, help) = match (&first.expected, &second.expected) {
        (first_expected, second_expected) if first_expected == second_expected => (
            Code::VectorDuplicate,
            format!(
                "`{}` has the input and the expectation of `{}` at {}",
                second.name,
                first.name,
                line_of(&first.place)
            ),
            "take one of the two out, or give it the input that its name speaks of",
        ),
        (Expected::AnyError, Expected::ErrorText(_)) | (Expected::ErrorText(_), Expected::AnyError) => return,
        (expected, other) => (
            Code::VectorContradiction,
            format!(
                "`{}` expects {}, and `{}` at {} expects {} for the same input",
                second.name,
                shown(other),
                first.name,
                line_of(&first.place),
                shown(expected)
            ),
            "decide which of the two is right; no implementation can pass both",
        ),
    };
    report.add(code.at(second.place.clone(), message).help(help).into());
}

/// What a vector expects, in short.
pub(super) fn shown(expected: &Expected) -> String {
    match expected {
        Expected::Output(value) => shown_value(value),
        Expected::AnyError => "an error".to_owned(),
        Expected::ErrorText(text) => format!("the error {}", shown_value(&Value::String(text.clone()))),
    }
}

/// A value as JSON, shortened where it is endless.
pub(super) fn shown_value(value: &Value) -> String {
    const LONGEST: usize = 80;
    let json = value.to_string();
    if json.chars().count() <= LONGEST {
        return json;
    }
    let start: String = json.chars().take(LONGEST).collect();
    format!("{start}…")
}

/// A value as text, the keys of its maps in order.
fn sorted(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(sorted).collect::<Vec<_>>().join(",")),
        Value::Object(map) => {
            let entries: BTreeMap<String, String> = map
                .iter()
                .map(|(key, value)| (Value::from(key.as_str()).to_string(), sorted(value)))
                .collect();
            let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn the_same_case_twice_and_a_case_against_another_are_found() {
        let vectors = "\
pad:
  - {name: a, input: {text: a, width: 2}, output: 'a '}
  - {name: b, input: {width: 2, text: a}, output: 'a '}
  - {name: c, input: {text: a, width: 2}, output: ' a'}
";
        let reports = found("# Pads\n\n## pad(text, width) → string\n", vectors);
        assert_eq!(reports, ["vector-duplicate tests.yaml:3", "vector-contradiction tests.yaml:4"]);
    }

    #[test]
    fn inputs_that_only_look_alike_are_two() {
        let vectors = "\
pad:
  - {name: a, input: {text: a}, error: true}
  - {name: b, input: {text: a}, error: too short}
  - {name: c, input: {text: '1'}, output: '1'}
  - {name: d, input: {text: 1}, output: one}
trim:
  - {name: e, input: {text: '1'}, output: '2'}
";
        assert_eq!(found("# Pads\n\n## pad(text) → string\n", vectors), [""; 0]);
    }
}
