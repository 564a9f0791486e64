use crate::front_matter::divide;
use crate::shown::without_keys;

/// A document whose front matter names this reference, as lines of YAML: `reference:` and what stands below it. A document without
/// front matter, and one whose front matter is a map on one line, stay as they are.
pub fn with_reference(document: &str, reference: &str) -> String {
    let is_lines = |yaml: std::ops::Range<usize>| !document[yaml].trim_start().starts_with('{');
    if !divide(document).yaml.is_some_and(is_lines) {
        return document.to_owned();
    }
    let without = without_keys(document, &["reference"]);
    let end = divide(&without).yaml.map_or(0, |yaml| yaml.end);
    [&without[..end], reference, &without[end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_takes_the_place_of_another() {
        let new = "reference:\n  path: b\n";
        for old in ["", "reference: {path: a}\n", "reference:\n  crate: a\n  version: 1.0.0\n"] {
            let document = format!("---\n{old}name: a\n---\n\nText.\n");
            assert_eq!(with_reference(&document, new), format!("---\nname: a\n{new}---\n\nText.\n"));
        }
        assert_eq!(with_reference("Text.\n", new), "Text.\n");
    }
}
