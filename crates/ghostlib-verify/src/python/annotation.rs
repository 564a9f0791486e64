//! The text of an annotation, taken apart.

/// The alternatives of a union: `int | None`.
pub(super) fn alternatives(text: &str) -> Vec<&str> {
    split(text, '|')
}

/// The name of a type and its arguments: `dict[str, int]`.
pub(super) fn generic(text: &str) -> (&str, Vec<&str>) {
    match text.split_once('[').and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?))) {
        Some((name, arguments)) => (name, split(arguments, ',')),
        None => (text, vec![]),
    }
}

/// The list that stands in brackets of its own: the parameters of a `Callable`.
pub(super) fn unbracketed(text: &str) -> Option<Vec<&str>> {
    text.strip_prefix('[')?.strip_suffix(']').map(|inner| split(inner, ','))
}

/// The parts between separators that stand in no brackets and no string.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = vec![];
    let (mut start, mut depth) = (0, 0_usize);
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, c) if c == separator && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_strings_stay_whole() {
        assert_eq!(alternatives("int | list[str | int] | None"), ["int", "list[str | int]", "None"]);
        assert_eq!(generic("dict[str, tuple[int, str]]"), ("dict", vec!["str", "tuple[int, str]"]));
        assert_eq!(generic("Literal[\"a, b\", '\\', c', 1]"), ("Literal", vec!["\"a, b\"", "'\\', c'", "1"]));
        assert_eq!(unbracketed("[int, [str]]").unwrap(), ["int", "[str]"]);
    }

    #[test]
    fn half_an_annotation_is_taken_as_it_is() {
        for text in ["", "a[", "]a[", "a | ", "\"", "[", "a[b]c"] {
            alternatives(text);
            generic(text);
            unbracketed(text);
        }
    }
}
