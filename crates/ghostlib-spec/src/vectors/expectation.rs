//! What a vector expects.

use super::{WRONG, read_flag};
use crate::code::Code;
use crate::yaml::{Entry, Keys, Kind, Node, Reader};
use ghostlib_model::{Expected, ExpectedError, ExpectedOutput, Value};

const ERROR: Keys = Keys { known: &["class", "text"], unknown: Code::VectorUnknownKey };

pub(super) fn read_expected(reader: &mut Reader, node: &Node, operation: &str) -> Option<Expected> {
    match (node.get("output"), node.get("error")) {
        (Some(output), None) => read_output(reader, node, output).map(Expected::Output),
        (None, Some(error)) => {
            only_for_outputs(reader, node)?;
            read_error(reader, error).map(Expected::Error)
        }
        (output, error) => {
            let both = output.and(error).is_some();
            let has = if both { "both `output` and `error`" } else { "neither `output` nor `error`" };
            let help = "give it exactly one: `output:` with a value, `error: true`, or `error:` with a text";
            let message = format!("a vector of `{operation}` has {has}");
            reader.report(Code::VectorExpectation, node.span, message, help);
            None
        }
    }
}

fn read_output(reader: &mut Reader, vector: &Node, output: &Node) -> Option<ExpectedOutput> {
    let value = reader.json(output);
    let tolerance = match vector.get("tolerance") {
        Some(tolerance) => read_tolerance(reader, tolerance).map(Some),
        None => Some(None),
    };
    let unordered = match vector.get("unordered") {
        Some(unordered) => read_flag(reader, unordered, "`unordered`"),
        None => Some(false),
    };
    let (value, tolerance, unordered) = (value?, tolerance?, unordered?);
    applies(
        reader,
        vector,
        "tolerance",
        "an output with numbers",
        tolerance.is_none() || has_number(&value),
    )?;
    applies(reader, vector, "unordered", "an output that is a list", !unordered || value.is_array())?;
    Some(ExpectedOutput { value, tolerance, unordered })
}

fn read_tolerance(reader: &mut Reader, node: &Node) -> Option<f64> {
    const ASKED: &str = "a number above 0";
    let Some(tolerance) = reader.json(node)?.as_f64() else {
        reader.wrong(node, "`tolerance`", ASKED, WRONG);
        return None;
    };
    if tolerance <= 0.0 {
        reader.report(WRONG, node.span, "`tolerance` is not above 0", format!("write {ASKED}"));
        return None;
    }
    Some(tolerance)
}

fn has_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(has_number),
        Value::Object(entries) => entries.values().any(has_number),
        _ => false,
    }
}

/// Complains where a key asks for something that the output does not have.
fn applies(reader: &mut Reader, vector: &Node, key: &str, asked: &str, holds: bool) -> Option<()> {
    if holds {
        return Some(());
    }
    let message = format!("`{key}` is for {asked}");
    let span = vector.get(key).unwrap_or(vector).span;
    reader.report(Code::VectorComparison, span, message, format!("take `{key}` out"));
    None
}

/// Complains about keys that say how exactly an output is meant, where there is none.
fn only_for_outputs(reader: &mut Reader, vector: &Node) -> Option<()> {
    let key = ["tolerance", "unordered"].into_iter().find(|key| vector.get(key).is_some());
    let Some((key, node)) = key.and_then(|key| Some((key, vector.get(key)?))) else { return Some(()) };
    let message = format!("`{key}` is for an `output`, and the vector expects an error");
    reader.report(Code::VectorExpectation, node.span, message, format!("take `{key}` out"));
    None
}

fn read_error(reader: &mut Reader, node: &Node) -> Option<ExpectedError> {
    match &node.kind {
        Kind::Bool(true) => Some(ExpectedError::default()),
        Kind::Text(text) => Some(ExpectedError::of_text(text.clone())),
        Kind::Map(parts) => {
            reader.map(node, "`error`", &ERROR, WRONG)?;
            read_parts(reader, node, parts)
        }
        _ => {
            let expected = "`true`, the text of the error, or a map with its `class` and `text`";
            reader.wrong(node, "`error`", expected, WRONG);
            None
        }
    }
}

fn read_parts(reader: &mut Reader, node: &Node, parts: &[Entry]) -> Option<ExpectedError> {
    let mut error = ExpectedError::default();
    for Entry { key, value, .. } in parts {
        let part = match key.as_str() {
            "class" => &mut error.class,
            "text" => &mut error.text,
            _ => continue,
        };
        let Kind::Text(text) = &value.kind else {
            reader.wrong(value, &format!("the `{key}` of `error`"), "a text", WRONG);
            return None;
        };
        *part = Some(text.clone());
    }
    if error == ExpectedError::default() {
        let help = "write `error: true` for any error";
        reader.report(WRONG, node.span, "`error` has neither a `class` nor a `text`", help);
        return None;
    }
    Some(error)
}
