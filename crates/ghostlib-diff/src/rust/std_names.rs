//! How a path outside of the crate is told: by its last segment, and by the one before where the last alone
//! stands for several things.

use super::imports::OUTSIDE;
use super::resolve::is_standard;
use super::types::angled;

/// Names that the standard library, or many a crate, uses for several things.
const AMBIGUOUS: &[&str] = &[
    "Result",
    "Error",
    "Write",
    "Iter",
    "IterMut",
    "IntoIter",
    "IntoKeys",
    "IntoValues",
    "Drain",
    "Entry",
    "OccupiedEntry",
    "VacantEntry",
    "Keys",
    "Values",
    "ValuesMut",
    "Range",
    "RangeMut",
    "Display",
];

/// The name of something that is known to stand outside, by its path from its crate on.
pub(super) fn normal(path: &[&str]) -> String {
    let Some((last, before)) = path.split_last() else { return String::new() };
    let Some(before_last) = before.last().filter(|_| AMBIGUOUS.contains(last)) else {
        return (*last).to_owned();
    };
    let is_plain = is_standard(path[0]) && is_plain(before_last, last);
    let qualifier = if is_standard(path[0]) { before_last } else { &path[0] };
    if is_plain { (*last).to_owned() } else { format!("{qualifier}::{last}") }
}

/// The same in a form that stands for itself, without any `use`.
pub(super) fn declared(path: &[&str]) -> String {
    let short = normal(path);
    // `Error` alone would be taken for the crate's own.
    let is_error = path.len() > 1 && path.last() == Some(&"Error");
    if !is_error && !short.contains("::") {
        return short;
    }
    whole(path)
}

/// The whole path, from the standard library or another crate on.
pub(super) fn whole(path: &[&str]) -> String {
    match path.split_first() {
        Some((first, rest)) if is_standard(first) => format!("std::{}", rest.join("::")),
        _ => path.join("::"),
    }
}

/// A name with its arguments, where it is an alias of the standard library's with what it stands for.
pub(super) fn unaliased(name: String, arguments: &[String]) -> String {
    match (name.as_str(), arguments) {
        ("io::Result", [ok]) => format!("Result<{ok}, io::Error>"),
        ("thread::Result", [ok]) => format!("Result<{ok}, Box<dyn Any + Send>>"),
        ("fmt::Result", []) => "Result<(), fmt::Error>".to_owned(),
        ("LayoutErr", []) => "LayoutError".to_owned(),
        _ => name + &angled(arguments),
    }
}

/// The name of a path that nothing defines, as spec blocks have them: `fmt::Result`, `io::Error`.
pub(super) fn unresolved(path: &[&str]) -> String {
    match path {
        [] => String::new(),
        [OUTSIDE, outside @ ..] => normal(outside),
        ["crate", local @ ..] => local.join("::"),
        ["self" | "super", .., last] => (*last).to_owned(),
        [before, last] if is_plain(before, last) => (*last).to_owned(),
        path => normal(path),
    }
}

/// Whether the last segment alone already means this.
fn is_plain(before: &str, last: &str) -> bool {
    matches!(
        (before, last),
        ("result", "Result") | ("error", "Error") | ("fmt", "Display") | ("ops", "Range")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_as_short_as_it_can_be() {
        for (path, short, long) in [
            ("std::borrow::Cow", "Cow", "Cow"),
            ("core::fmt::Result", "fmt::Result", "std::fmt::Result"),
            ("std::result::Result", "Result", "Result"),
            ("std::error::Error", "Error", "std::error::Error"),
            ("std::collections::hash_map::Entry", "hash_map::Entry", "std::collections::hash_map::Entry"),
            ("serde_json::value::Value", "Value", "Value"),
            ("serde_json::error::Error", "serde_json::Error", "serde_json::error::Error"),
        ] {
            let path: Vec<&str> = path.split("::").collect();
            assert_eq!((normal(&path).as_str(), declared(&path).as_str()), (short, long));
        }
    }

    #[test]
    fn aliases_are_what_they_stand_for() {
        let bytes = [String::from("Vec<u8>")];
        for (name, arguments, told) in [
            ("io::Result", &bytes[..], "Result<Vec<u8>, io::Error>"),
            ("fmt::Result", &[], "Result<(), fmt::Error>"),
            ("io::Result", &[], "io::Result"),
            ("Vec", &bytes, "Vec<Vec<u8>>"),
        ] {
            assert_eq!(unaliased(name.to_owned(), arguments), told);
        }
    }

    #[test]
    fn paths_without_any_use_mean_the_same() {
        for (path, name) in [
            (&["fmt", "Result"][..], "fmt::Result"),
            (&["result", "Result"], "Result"),
            (&["error", "Error"], "Error"),
            (&["fmt", "Formatter"], "Formatter"),
            (&["crate", "a", "B"], "a::B"),
            (&["serde_json", "error", "Error"], "serde_json::Error"),
        ] {
            assert_eq!(unresolved(path), name);
        }
    }
}
