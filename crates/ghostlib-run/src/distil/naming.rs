//! Vectors with names that a person can tell apart.

use crate::revision::vector_of;
use ghostlib_model::{Value, Vector, VectorId};
use ghostlib_verify::Observation;
use std::collections::BTreeSet;

/// Longer names are cut.
const MAX_NAME: usize = 40;

/// The vector that an observation makes, named after its input; nothing for what no vector can say, or says nothing.
pub(super) fn vector(
    document: &str,
    observation: &Observation,
    taken: &mut BTreeSet<String>,
) -> Option<Vector> {
    let (call, before) = observation.sequence.calls.split_last()?;
    let vector = vector_of(&[], document, before, call, &observation.answer)?;
    let given = spoken(&call.input);
    let last = |name: &str| name.rsplit([':', '.']).next().unwrap_or(name).to_owned();
    let before: Vec<String> = before
        .iter()
        .map(|call| format!("{} {}", last(&call.operation), spoken(&call.input)).trim().to_owned())
        .collect();
    let name = match (&before[..], given.as_str()) {
        ([], "") => "without arguments".to_owned(),
        ([], given) => given.to_owned(),
        (before, "") => format!("after {}", before.join(", ")),
        (before, given) => format!("{given}, after {}", before.join(", ")),
    };
    let name: String = name.chars().take(MAX_NAME).collect();
    let name = name.trim().to_owned();
    let numbered = (2..).map(|n| format!("{name} ({n})"));
    let name = std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| taken.insert(format!("{}/{name}", call.operation)))?;
    Some(Vector { id: VectorId::new(format!("{}/{name}", call.operation)), name, ..vector })
}

/// The values of an input in a few words; what earlier calls returned is left out.
fn spoken(input: &Value) -> String {
    match input {
        Value::Object(map) if map.contains_key("$") => String::new(),
        Value::Object(map) => {
            map.values().map(spoken).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::String(text) if text.is_empty() => "empty".into(),
        Value::String(text) if text.trim().is_empty() => "blank".into(),
        Value::String(text) => {
            text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '.' }).collect()
        }
        Value::Array(items) if items.is_empty() => "no items".into(),
        Value::Array(items) => items.iter().map(spoken).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
