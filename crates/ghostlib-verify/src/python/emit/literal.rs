//! Values as literals of Python.

use crate::emit::{long_integer, wrapped};
use crate::python::annotation::{alternatives, generic};
use ghostlib_model::Value;

/// A value for a parameter or a result with this annotation.
pub(super) fn literal(annotation: &str, value: &Value) -> Result<String, String> {
    let members = alternatives(annotation.trim());
    if members.is_empty() || value.is_null() && members.contains(&"None") {
        return untyped(value);
    }
    // Where both would do, a whole number stays one.
    let is_whole = (value.is_i64() || value.is_u64()) && members.contains(&"int");
    if is_whole {
        return untyped(value);
    }
    let tried: Vec<_> = members.iter().map(|member| single(member, value)).collect();
    let misfit = || Err(format!("a value of the type `{annotation}` has no plain literal"));
    tried.into_iter().find(Result::is_ok).unwrap_or_else(misfit)
}

fn single(annotation: &str, value: &Value) -> Result<String, String> {
    let (name, arguments) = generic(annotation);
    let name = name.rsplit('.').next().unwrap_or(name);
    let misfit = || format!("{value} does not fit the type `{annotation}`");
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    let items = |of: &str| -> Result<Vec<String>, String> {
        value.as_array().ok_or_else(misfit)?.iter().map(|item| literal(of, item)).collect()
    };
    Ok(match name {
        "int" if value.is_i64() || value.is_u64() || long_integer(value).is_some() => untyped(value)?,
        "float" => match value.as_f64() {
            Some(number) => format!("{number:?}"),
            None if wrapped(value, "float").is_some() => untyped(value)?,
            None => return Err(misfit()),
        },
        "bool" if value.is_boolean() => untyped(value)?,
        "str" if value.is_string() => untyped(value)?,
        "None" if value.is_null() => untyped(value)?,
        "bytes" => bytes(value).ok_or_else(misfit)?,
        "Any" | "object" | "Literal" => untyped(value)?,
        "list" | "List" | "Sequence" | "Iterable" | "Collection" | "MutableSequence" => {
            format!("[{}]", items(argument(0))?.join(", "))
        }
        "tuple" | "Tuple" => {
            let written = if arguments.len() == 2 && arguments[1] == "..." {
                items(argument(0))?
            } else {
                let given = value.as_array().ok_or_else(misfit)?;
                given
                    .iter()
                    .enumerate()
                    .map(|(at, item)| literal(argument(at), item))
                    .collect::<Result<_, _>>()?
            };
            let comma = if written.len() == 1 { "," } else { "" };
            format!("({}{comma})", written.join(", "))
        }
        "set" | "frozenset" | "Set" | "AbstractSet" => match (&items(argument(0))?[..], name) {
            ([], "frozenset") => "frozenset()".to_owned(),
            ([], _) => "set()".to_owned(),
            (items, "frozenset") => format!("frozenset({{{}}})", items.join(", ")),
            (items, _) => format!("{{{}}}", items.join(", ")),
        },
        "dict" | "Dict" | "Mapping" | "MutableMapping" => {
            let pairs = value.as_array().ok_or_else(misfit)?.iter().map(|pair| {
                let pair = pair.as_array().filter(|pair| pair.len() == 2).ok_or_else(misfit)?;
                Ok(format!("{}: {}", literal(argument(0), &pair[0])?, literal(argument(1), &pair[1])?))
            });
            format!("{{{}}}", pairs.collect::<Result<Vec<_>, String>>()?.join(", "))
        }
        _ => return Err(misfit()),
    })
}

/// A value of which no type is known.
pub(super) fn untyped(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => format!("{float:?}"),
            None => number.to_string(),
        },
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(untyped).collect::<Result<Vec<_>, _>>()?.join(", "))
        }
        Value::Object(_) => {
            if let Some(digits) = long_integer(value) {
                return Ok(digits.to_owned());
            }
            match wrapped(value, "float") {
                Some("-0") => "-0.0".to_owned(),
                Some(name @ ("nan" | "inf" | "-inf")) => format!("float(\"{name}\")"),
                _ => bytes(value)
                    .filter(|_| value.get("bytes").is_some())
                    .ok_or_else(|| format!("{value} has no plain literal"))?,
            }
        }
    })
}

/// Bytes out of a text, a list of numbers, or `{"bytes": [..]}`.
fn bytes(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(if text.is_ascii() {
            format!("b{}", quoted(text))
        } else {
            format!("{}.encode()", quoted(text))
        });
    }
    let items = value.as_array().or_else(|| value.get("bytes")?.as_array())?;
    let numbers: Option<Vec<String>> = items
        .iter()
        .map(|item| item.as_u64().filter(|byte| *byte < 256).map(|byte| byte.to_string()))
        .collect();
    Some(format!("bytes([{}])", numbers?.join(", ")))
}

/// A text in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    let inner: Vec<String> = text.chars().map(escaped).collect();
    format!("\"{}\"", inner.concat())
}

fn escaped(c: char) -> String {
    let is_shown = |c: char| c.escape_debug().count() == 1;
    match (c, u32::from(c)) {
        ('"', _) => "\\\"".to_owned(),
        ('\'', _) => c.to_string(),
        ('\\' | '\n' | '\r' | '\t', _) => c.escape_default().to_string(),
        (c, _) if is_shown(c) => c.to_string(),
        (_, code @ ..0x80) => format!("\\x{code:02x}"),
        (_, code @ ..0x1_0000) => format!("\\u{code:04x}"),
        (_, code) => format!("\\U{code:08x}"),
    }
}
