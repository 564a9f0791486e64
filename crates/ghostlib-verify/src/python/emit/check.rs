//! What an expectation becomes.

use super::call::Called;
use super::literal::{literal, quoted, untyped};
use super::{MAX_WIDTH, Writer};
use crate::emit::wrapped;
use crate::python::annotation::{alternatives, generic};
use ghostlib_model::{ApiKind, Expected, ExpectedError, ExpectedOutput, Value};

/// Exceptions that every program knows by their bare names.
const BUILT_IN: [&str; 22] = [
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "EOFError",
    "FileNotFoundError",
    "FloatingPointError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "TypeError",
    "UnicodeDecodeError",
    "ValueError",
    "ZeroDivisionError",
];

impl Writer<'_> {
    /// The lines that hold a call against what is expected of it.
    pub(super) fn check(&self, called: &Called, expected: &Expected) -> Result<Vec<String>, String> {
        match expected {
            Expected::Output(expected) => output(called, expected),
            Expected::Error(expected) => Ok(self.error(&called.expression, expected)),
        }
    }

    fn error(&self, expression: &str, expected: &ExpectedError) -> Vec<String> {
        let ExpectedError { class, text } = expected;
        let known = class.as_deref().and_then(|class| self.exception(class));
        let unknown = class.as_deref().filter(|_| known.is_none());
        let name = if text.is_some() || unknown.is_some() { " as raised" } else { "" };
        let raises = known.unwrap_or_else(|| "Exception".to_owned());
        let mut lines = vec![format!("with pytest.raises({raises}){name}:"), format!("    {expression}")];
        if let Some(class) = unknown {
            lines.push(format!("assert type(raised.value).__qualname__ == {}", quoted(class)));
        }
        if let Some(text) = text {
            lines.push(format!("assert str(raised.value) == {}", quoted(text)));
        }
        lines
    }

    /// The exception of a class, as code outside the library writes it.
    fn exception(&self, class: &str) -> Option<String> {
        if BUILT_IN.contains(&class) {
            return Some(class.to_owned());
        }
        let tail = format!(".{class}");
        let classes = self.suite.items.iter().filter(|item| item.kind == ApiKind::Class);
        let mut found = classes.filter(|item| item.path == class || item.path.ends_with(&tail));
        let path = &found.next()?.path;
        Some(format!("{}.{path}", self.suite.library))
    }
}

fn output(called: &Called, expected: &ExpectedOutput) -> Result<Vec<String>, String> {
    let Called { expression, output, .. } = called;
    let ExpectedOutput { value, tolerance, unordered } = expected;
    let annotation = output.as_deref().unwrap_or_default();
    if let Some(tolerance) = tolerance {
        let is_flat =
            value.is_number() || value.as_array().is_some_and(|items| items.iter().all(Value::is_number));
        if !is_flat || *unordered {
            return Err("its tolerance is for numbers within a value".to_owned());
        }
        let near = format!("pytest.approx({}, rel=0, abs={tolerance:?})", untyped(value)?);
        return Ok(divided(expression, |got| format!("assert {got} == {near}")));
    }
    if *unordered {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if !items.iter().all(Value::is_string) && !items.iter().all(Value::is_number) {
            return Err("its items cannot be sorted".to_owned());
        }
        let items = untyped(value)?;
        return Ok(divided(expression, |got| format!("assert sorted({got}) == sorted({items})")));
    }
    exactly(expression, annotation, value)
}

fn exactly(expression: &str, annotation: &str, value: &Value) -> Result<Vec<String>, String> {
    let equals = |shown: &str, literal: &str| {
        divided(expression, |got| format!("assert {} == {literal}", shown.replace("{}", got)))
    };
    match value {
        Value::Null => return Ok(vec![format!("assert {expression} is None")]),
        Value::Bool(_) => return Ok(vec![format!("assert {expression} is {}", untyped(value)?)]),
        Value::String(text) if !may_be(annotation, "str") => return Ok(equals("str({})", &quoted(text))),
        Value::Array(_) if !has_literal(annotation) => return Ok(equals("list({})", &untyped(value)?)),
        _ => {}
    }
    if let Some(text) = wrapped(value, "display") {
        return Ok(equals("str({})", &quoted(text)));
    }
    if wrapped(value, "opaque").is_some() {
        return Err("nothing public tells its value apart".to_owned());
    }
    match wrapped(value, "float") {
        Some("nan") => Ok(vec![format!("assert math.isnan({expression})")]),
        Some("-0") => Ok(equals("str({})", "\"-0.0\"")),
        _ => Ok(equals("{}", &literal(annotation, value)?)),
    }
}

/// Whether a value with this annotation may be of a built-in type.
fn may_be(annotation: &str, name: &str) -> bool {
    let members = alternatives(annotation);
    members.is_empty() || members.iter().any(|member| [name, "Any", "object"].contains(&generic(member).0))
}

/// Whether lists with this annotation are written as what they are.
fn has_literal(annotation: &str) -> bool {
    const LISTS: [&str; 10] =
        ["list", "List", "tuple", "Tuple", "set", "frozenset", "dict", "Dict", "bytes", "Sequence"];
    alternatives(annotation).iter().any(|member| LISTS.contains(&generic(member).0))
}

/// An assertion about an expression, which gets a line of its own where both do not fit on one.
fn divided(expression: &str, assertion: impl Fn(&str) -> String) -> Vec<String> {
    let whole = assertion(expression);
    if whole.len() + 4 <= MAX_WIDTH {
        return vec![whole];
    }
    vec![format!("got = {expression}"), assertion("got")]
}
