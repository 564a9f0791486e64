//! What a fault changes.

use super::site::Site;
use crate::edits::{Edit, only_newlines};
use ghostlib_model::ApiItem;
use std::ops::Range;

/// One change of one item.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) edits: Vec<Edit>,
    /// Paths that it changes besides those of the item and what is below them: the new name of a renamed item.
    pub(super) also: Vec<String>,
}

impl Change {
    /// Puts `text` in the place of `range`. Every line keeps its number.
    pub(super) fn and(mut self, site: &Site<'_>, range: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into() + &only_newlines(&site.source()[range.clone()]);
        self.edits.push(Edit { file: site.file, range, text });
        self
    }

    pub(super) fn also(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.also.extend(paths);
        self
    }
}

/// The path of an item with another last segment.
pub(super) fn renamed(item: &ApiItem, name: &str) -> String {
    match item.path.rsplit_once("::") {
        Some((parent, _)) => format!("{parent}::{name}"),
        None => name.to_owned(),
    }
}

/// A list's element with the comma behind it, or else the one before it.
pub(crate) fn element(text: &str, range: Range<usize>) -> Range<usize> {
    let behind = &text[range.end..];
    let gap = behind.len() - behind.trim_start().len();
    if behind[gap..].starts_with(',') {
        let after = &behind[gap + 1..];
        let spaces = after.len() - after.trim_start_matches(' ').len();
        return range.start..range.end + gap + 1 + spaces;
    }
    let before = text[..range.start].trim_end();
    if before.ends_with(',') { before.len() - 1..range.end } else { range }
}

/// Another type that is written nearly the same.
pub(super) fn other_type(ty: &str) -> String {
    const OTHERS: &[(&str, &str)] = &[
        ("bool", "u8"),
        ("u8", "u16"),
        ("u16", "u32"),
        ("u32", "u64"),
        ("u64", "u32"),
        ("u128", "u64"),
        ("i8", "i16"),
        ("i16", "i32"),
        ("i32", "i64"),
        ("i64", "i128"),
        ("i128", "i64"),
        ("usize", "u64"),
        ("isize", "i64"),
        ("f32", "f64"),
        ("f64", "f32"),
        ("char", "u32"),
        ("()", "u8"),
        ("!", "u8"),
        ("&str", "&[u8]"),
        ("String", "&'static str"),
    ];
    if let Some((_, other)) = OTHERS.iter().find(|(known, _)| *known == ty) {
        return (*other).to_owned();
    }
    if let Some(inner) = ty.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
        return format!("Result<{inner}, ()>");
    }
    match ty.strip_prefix("&mut ") {
        Some(inner) => format!("&{inner}"),
        None => format!("Option<{ty}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_goes_with_one_comma() {
        let cut = |text: &str, word: &str| {
            let start = text.find(word).unwrap();
            let range = element(text, start..start + word.len());
            format!("{}{}", &text[..range.start], &text[range.end..])
        };
        assert_eq!(cut("(aa, bb, cc)", "bb"), "(aa, cc)");
        assert_eq!(cut("(aa, bb)", "bb"), "(aa)");
        assert_eq!(cut("(aa)", "aa"), "()");
    }

    #[test]
    fn another_type_is_another_one() {
        for ty in ["u8", "&str", "&mut T", "&T", "Option<u8>", "Vec<T>", "impl Into<String>"] {
            assert_ne!(other_type(ty), ty);
        }
    }
}
