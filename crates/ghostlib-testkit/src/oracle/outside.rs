//! The short names of what other crates define.

/// Names that the standard library uses for several things: they go with the module before them.
const SHARED: &[&str] = &[
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

/// Shared names that alone mean this one.
const PLAIN: &[&str] = &["result::Result", "error::Error", "fmt::Display", "ops::Range"];

/// Modules of the standard library that are private: what is in them stands in the module above.
const PRIVATE: &[&str] = &["iter", "into_iter", "drain", "range", "map", "set", "error", "iterator"];

/// The short name of what is defined at `path`, the crate's name first.
pub(super) fn name(path: &[String]) -> String {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let [krate, modules @ .., name] = &path[..] else { return path.concat() };
    if !SHARED.contains(name) {
        return (*name).to_owned();
    }
    if !matches!(*krate, "std" | "core" | "alloc" | "proc_macro") {
        return format!("{krate}::{name}");
    }
    let module = match modules {
        [.., "hash", "map"] => "hash_map",
        [.., "hash", "set"] => "hash_set",
        [.., "btree", "map"] => "btree_map",
        [.., "btree", "set"] => "btree_set",
        [.., before, last] if PRIVATE.contains(last) => before,
        [.., last] => last,
        [] => krate,
    };
    let qualified = format!("{module}::{name}");
    if PLAIN.contains(&qualified.as_str()) { (*name).to_owned() } else { qualified }
}

/// What an alias of the standard library stands for, with its argument.
pub(super) fn unaliased(text: String) -> String {
    let ok = |name| text.strip_prefix(name).and_then(|rest| rest.strip_prefix('<')?.strip_suffix('>'));
    if let Some(ok) = ok("io::Result") {
        return format!("Result<{ok}, io::Error>");
    }
    if let Some(ok) = ok("thread::Result") {
        return format!("Result<{ok}, Box<dyn Any + Send>>");
    }
    match text.as_str() {
        "fmt::Result" => "Result<(), fmt::Error>".to_owned(),
        "LayoutErr" => "LayoutError".to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn private_modules_do_not_show() {
        for (path, name) in [
            ("alloc::string::String", "String"),
            ("std::collections::hash::map::Entry", "hash_map::Entry"),
            ("core::slice::iter::Iter", "slice::Iter"),
            ("std::io::error::Error", "io::Error"),
            ("core::error::Error", "Error"),
            ("core::ops::range::Range", "Range"),
            ("core::fmt::Error", "fmt::Error"),
            ("serde_core::ser::Error", "serde_core::Error"),
        ] {
            let path: Vec<String> = path.split("::").map(str::to_owned).collect();
            assert_eq!(super::name(&path), name);
        }
    }
}
