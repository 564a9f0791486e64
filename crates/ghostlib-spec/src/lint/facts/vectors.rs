//! Vectors that say the same, or the opposite.

use super::{Facts, Report, line_of};
use crate::Code;
use ghostlib_model::{Expected, Value, Vector};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub(super) fn check(facts: &Facts, report: &mut Report) {
    for operation in &facts.operations {
        let mut first_by_input: BTreeMap<String, &Vector> = BTreeMap::new();
        for vector in &operation.vectors {
            match first_by_input.entry(case(vector)) {
                Entry::Vacant(free) => {
                    free.insert(vector);
                }
                Entry::Occupied(first) => compare(first.get(), vector, report),
            }
        }
    }
}

/// The calls before and the input as text.
fn case(vector: &Vector) -> String {
    let before = vector.before.iter().map(|call| format!("{}{}", call.operation, sorted(&call.input)));
    before.chain([sorted(&vector.input)]).collect::<Vec<_>>().join(";")
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
        (Expected::Output(expected), Expected::Output(other)) if expected.is_compatible_with(other) => return,
        (Expected::Error(expected), Expected::Error(other)) if expected.is_compatible_with(other) => return,
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
        Expected::Output(output) => shortened(output.to_string()),
        Expected::Error(error) => shortened(error.to_string()),
    }
}

/// A value as JSON, shortened where it is endless.
pub(super) fn shown_value(value: &Value) -> String {
    shortened(value.to_string())
}

fn shortened(text: String) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
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
    fn calls_before_make_another_case() {
        let vectors = "\
get:
  - {name: a, input: {self: {$: 0}}, before: [{operation: new, input: {n: 1}}], output: 1}
  - {name: b, input: {self: {$: 0}}, before: [{operation: new, input: {n: 2}}], output: 2}
  - {name: c, input: {self: {$: 0}}, before: [{operation: new, input: {n: 2}}], output: 3}
";
        assert_eq!(found("# Pads\n\n## get()\n", vectors), ["vector-contradiction tests.yaml:4"]);
    }

    #[test]
    fn what_one_answer_meets_is_no_contradiction() {
        let vectors = "\
near:
  - {name: a, input: 1, output: [0.5, 1]}
  - {name: b, input: 1, output: [1, 0.5], unordered: true}
  - {name: c, input: 1, output: [0.51, 1], tolerance: 0.02}
  - {name: d, input: 1, output: [0.6, 1], tolerance: 0.02}
fail:
  - {name: a, input: 1, error: {class: Empty}}
  - {name: b, input: 1, error: {class: Empty, text: no}}
  - {name: c, input: 1, error: {class: Full}}
";
        let reports = found("# Pads\n\n## near(n)\n\n## fail(n)\n", vectors);
        assert_eq!(reports, ["vector-contradiction tests.yaml:5", "vector-contradiction tests.yaml:9"]);
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
