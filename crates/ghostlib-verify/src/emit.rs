//! Vectors as plain test files of a language.

use ghostlib_model::{ApiItem, Binding, Value, Vector, VectorId};
use std::collections::BTreeSet;

/// What becomes a test file.
#[derive(Clone, Copy, Debug)]
pub struct Suite<'a> {
    /// The vectors, in the order of the tests.
    pub vectors: &'a [&'a Vector],
    /// How operations are called, where that does not follow from the API. Those of other languages are left alone.
    pub bindings: &'a [Binding],
    /// The name by which the library's code is used: of its crate, or of its package.
    pub library: &'a str,
    /// The library's API.
    pub items: &'a [ApiItem],
    /// What the file says of itself, a line each.
    pub about: &'a [String],
}

/// A test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFile {
    /// Its text.
    pub text: String,
    /// How many tests it has, one a vector.
    pub n_tests: usize,
    /// The vectors that it does not have.
    pub left_out: Vec<NotWritten>,
}

/// A vector that no plain code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWritten {
    /// Its id.
    pub id: VectorId,
    /// Why, for people.
    pub reason: String,
}

impl Suite<'_> {
    /// The binding of an operation in a language.
    pub(crate) fn binding(&self, operation: &str, language: &str) -> Option<&str> {
        let is_it = |one: &&Binding| one.operation == operation && one.language == language;
        self.bindings.iter().find(is_it).map(|binding| binding.expression.as_str())
    }

    /// Writes each vector with a name of its own.
    pub(crate) fn write_each(
        &self,
        mut write: impl FnMut(&str, &Vector) -> Result<String, String>,
    ) -> (Vec<String>, Vec<NotWritten>) {
        let (mut tests, mut left_out) = (Vec::new(), Vec::new());
        let mut names = BTreeSet::new();
        for vector in self.vectors {
            match write(&free_name(vector, &mut names), vector) {
                Ok(test) => tests.push(test),
                Err(reason) => left_out.push(NotWritten { id: vector.id.clone(), reason }),
            }
        }
        (tests, left_out)
    }
}

/// What is said of vectors that are left out, a line each; nothing where there are none.
pub(crate) fn left_out_lines(left_out: &[NotWritten]) -> Vec<String> {
    if left_out.is_empty() {
        return Vec::new();
    }
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said =
        left_out.iter().map(|one| format!("- {}: {}", one_line(one.id.as_str()), one_line(&one.reason)));
    std::iter::once("Vectors that plain code does not say:".to_owned()).chain(said).collect()
}

/// Lines, each with something before it.
pub(crate) fn block(start: &str, lines: &[String]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| format!("{start}{line}").trim_end().to_owned() + "\n").collect();
    lines.concat()
}

/// A name for a test that no other has: `split_two_words`.
fn free_name(vector: &Vector, taken: &mut BTreeSet<String>) -> String {
    let plain = snake(&format!("{} {}", vector.operation, vector.name));
    let is_name = plain.starts_with(|c: char| c.is_ascii_alphabetic()) && plain.contains('_');
    let plain = if is_name { plain } else { format!("vector_{plain}") };
    let numbered = (2..).map(|n| format!("{plain}_{n}"));
    let free = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken.contains(name));
    let name = free.unwrap_or(plain);
    taken.insert(name.clone());
    name
}

/// Words of ASCII letters and digits in lower case, with `_` between them.
pub(crate) fn snake(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut was_lower = false;
    for c in text.chars() {
        let starts_word = c.is_ascii_uppercase() && was_lower || !c.is_ascii_alphanumeric();
        if starts_word && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(Some(c.to_ascii_lowercase()).filter(char::is_ascii_alphanumeric));
        was_lower = c.is_ascii_lowercase();
    }
    out.trim_end_matches('_').to_owned()
}

/// The item of a path, or else the only one whose path ends so behind a separator.
pub(crate) fn item_called<'a>(
    items: impl Iterator<Item = &'a ApiItem> + Clone,
    path: &str,
    separator: &str,
) -> Option<&'a ApiItem> {
    items.clone().find(|item| item.path == path).or_else(|| {
        let tail = format!("{separator}{path}");
        let mut ending = items.filter(|item| item.path.ends_with(&tail));
        ending.next().filter(|_| ending.next().is_none())
    })
}

/// The value of a parameter: of an operation's only one also the input itself, or its only entry whatever its name.
pub(crate) fn value_of<'v>(input: &'v Value, name: &str, n_params: usize) -> Option<&'v Value> {
    let map = input.as_object();
    if let Some(value) = map.and_then(|map| map.get(name)) {
        return Some(value);
    }
    if n_params != 1 {
        return None;
    }
    match map.filter(|map| map.len() == 1 && !map.contains_key("$")) {
        Some(map) => map.values().next(),
        None => Some(input),
    }
}

/// The call that `{"$": n}` stands for.
pub(crate) fn call_at(value: &Value) -> Option<usize> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get("$")?.as_u64().and_then(|n| usize::try_from(n).ok())
}

/// The digits of a whole number that JSON has no number for.
pub(crate) fn long_integer(value: &Value) -> Option<&str> {
    let digits = wrapped(value, "int")?;
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    (!unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// What stands in `{key: text}`.
pub(crate) fn wrapped<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_read_like_names() {
        assert_eq!(snake("Table::addRow: a \"quoted\" é-word"), "table_add_row_a_quoted_word");
        assert_eq!(snake("NaN"), "na_n");
    }

    #[test]
    fn an_only_parameter_has_any_name() {
        let value = |input: Value, n| value_of(&input, "text", n).cloned();
        assert_eq!(value(json!({"text": 1, "n": 2}), 2), Some(json!(1)));
        assert_eq!(value(json!({"line": 1}), 1), Some(json!(1)));
        assert_eq!(value(json!("a"), 1), Some(json!("a")));
        assert_eq!(value(json!({"$": 0}), 1), Some(json!({"$": 0})));
        assert_eq!(value(json!({"line": 1}), 2), None);
    }
}
