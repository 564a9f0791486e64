use super::scalar::{quoted, scalar};
use ghostlib_model::{Expected, ExpectedError, Value, Vector};

/// A value longer than this on one line is spread over several.
const MAX_WIDTH: usize = 96;

/// The YAML of one vector file, grouped by operation in the order in which the operations first appear.
/// Reading it gives the same vectors, but for their places.
pub fn render_vectors(vectors: &[Vector]) -> String {
    let mut yaml = String::new();
    for (operation, vectors) in by_operation(vectors) {
        if !yaml.is_empty() {
            yaml.push('\n');
        }
        yaml.push_str(&scalar(operation));
        yaml.push_str(":\n");
        for (i, vector) in vectors.into_iter().enumerate() {
            if i > 0 {
                yaml.push('\n');
            }
            render_vector(&mut yaml, vector);
        }
    }
    yaml
}

fn by_operation(vectors: &[Vector]) -> Vec<(&str, Vec<&Vector>)> {
    let mut index = std::collections::BTreeMap::new();
    let mut groups: Vec<(&str, Vec<&Vector>)> = Vec::new();
    for vector in vectors {
        let operation = vector.operation.as_str();
        let at = *index.entry(operation).or_insert_with(|| {
            groups.push((operation, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(vector);
    }
    groups
}

fn render_vector(yaml: &mut String, vector: &Vector) {
    let mut field = |start: &str, key: &str, value: &str| {
        yaml.extend([start, key, ":", value, "\n"]);
    };
    field("  - ", "name", &format!(" {}", scalar(&vector.name)));
    if vector.id.as_str() != format!("{}/{}", vector.operation, vector.name) {
        field("    ", "id", &format!(" {}", scalar(vector.id.as_str())));
    }
    if !vector.before.is_empty() {
        let calls = serde_json::to_value(&vector.before).unwrap_or_default();
        field("    ", "before", &value_after_key(&calls, 4));
    }
    field("    ", "input", &value_after_key(&vector.input, 4));
    match &vector.expected {
        Expected::Output(output) => {
            field("    ", "output", &value_after_key(&output.value, 4));
            if let Some(tolerance) = output.tolerance {
                field("    ", "tolerance", &format!(" {}", Value::from(tolerance)));
            }
            if output.unordered {
                field("    ", "unordered", " true");
            }
        }
        Expected::Error(error) => field("    ", "error", &error_after_key(error)),
    }
    if !vector.requirements.is_empty() {
        let ids: Vec<_> = vector.requirements.iter().map(|id| scalar(id.as_str())).collect();
        field("    ", "requirements", &format!(" [{}]", ids.join(", ")));
    }
    if vector.hidden {
        field("    ", "hidden", " true");
    }
}

/// What a vector expects, as keys and values on one line.
pub(super) fn expected_pairs(expected: &Expected) -> Vec<String> {
    match expected {
        Expected::Error(error) => vec![format!("error:{}", error_after_key(error))],
        Expected::Output(output) => {
            let tolerance = output.tolerance.map(|it| format!("tolerance: {}", Value::from(it)));
            let unordered = output.unordered.then(|| "unordered: true".to_owned());
            let value = format!("output: {}", flow(&output.value));
            [Some(value), tolerance, unordered].into_iter().flatten().collect()
        }
    }
}

fn error_after_key(error: &ExpectedError) -> String {
    match (&error.class, &error.text) {
        (None, None) => " true".to_owned(),
        (None, Some(text)) => format!(" {}", quoted(text)),
        (Some(class), None) => format!(" {{class: {}}}", scalar(class)),
        (Some(class), Some(text)) => format!(" {{class: {}, text: {}}}", scalar(class), quoted(text)),
    }
}

/// What follows `key:`: the value on the same line, or, where that gets too long, below it.
fn value_after_key(value: &Value, indent: usize) -> String {
    let line = flow(value);
    if indent + line.len() <= MAX_WIDTH {
        return format!(" {line}");
    }
    match value {
        Value::Array(items) => lines(indent, items.iter().map(|item| format!("- {}", flow(item)))),
        Value::Object(entries) => {
            lines(indent, entries.iter().map(|(key, item)| format!("{}: {}", scalar(key), flow(item))))
        }
        _ => format!(" {line}"),
    }
}

fn lines(indent: usize, items: impl Iterator<Item = String>) -> String {
    let start = format!("\n{}", " ".repeat(indent + 2));
    items.flat_map(|item| [start.clone(), item]).collect()
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, item)| format!("{}: {}", scalar(key), flow(item)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{ExpectedOutput, Place, RequirementId, VectorId};
    use serde_json::json;

    fn vector(operation: &str, name: &str, input: Value, expected: Expected) -> Vector {
        Vector {
            id: VectorId::new(format!("{operation}/{name}")),
            operation: operation.to_owned(),
            name: name.to_owned(),
            before: Vec::new(),
            input,
            expected,
            requirements: Vec::new(),
            hidden: false,
            place: Place::start_of("tests.yaml"),
        }
    }

    #[test]
    fn vectors_read_well() {
        let any_error = || Expected::Error(ExpectedError::default());
        let mut special = vector("split", "open quote", json!({"text": "'a"}), any_error());
        special.id = VectorId::new("special");
        special.requirements = vec![RequirementId::new("split.quotes")];
        special.hidden = true;
        let long = json!({"text": "x".repeat(60), "words": ["y".repeat(40), 1.0, null]});
        let vectors = [
            vector("split", "two words", json!("a b"), json!(["a", "b"]).into()),
            vector("join", "long", long, Expected::Error(ExpectedError::of_text("too long"))),
            special,
        ];
        let x = "x".repeat(60);
        let y = "y".repeat(40);
        assert_eq!(
            render_vectors(&vectors),
            format!(
                r#"split:
  - name: two words
    input: "a b"
    output: ["a", "b"]

  - name: open quote
    id: special
    input: {{text: "'a"}}
    error: true
    requirements: [split.quotes]
    hidden: true

join:
  - name: long
    input:
      text: "{x}"
      words: ["{y}", 1.0, null]
    error: "too long"
"#
            )
        );
    }

    #[test]
    fn how_exactly_is_written_behind_what() {
        let near = ExpectedOutput { value: json!([0.5]), tolerance: Some(1e-9), unordered: true };
        let error = |text: Option<&str>| {
            let text = text.map(str::to_owned);
            Expected::Error(ExpectedError { class: Some("Empty".into()), text })
        };
        let vectors = [
            vector("f", "near", json!(1), Expected::Output(near)),
            vector("f", "class", json!(2), error(None)),
            vector("f", "both", json!(3), error(Some("no"))),
        ];
        let yaml = render_vectors(&vectors);
        assert!(yaml.contains("output: [0.5]\n    tolerance: 1e-9\n    unordered: true\n"), "{yaml}");
        assert!(yaml.contains("    error: {class: Empty}\n"), "{yaml}");
        assert!(yaml.contains("    error: {class: Empty, text: \"no\"}\n"), "{yaml}");
    }

    #[test]
    fn no_vectors_are_an_empty_file() {
        assert_eq!(render_vectors(&[]), "");
    }
}
