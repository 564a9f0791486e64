//! Joins tokens with the same spaces every time.

/// Appends `part` to `out`, with a space between them where Rust is written so.
pub(super) fn append(out: &mut String, part: &str) {
    let (Some(last), Some(first)) = (out.chars().next_back(), part.chars().next()) else {
        return out.push_str(part);
    };
    if needs_space(out, last, part, first) {
        out.push(' ');
    }
    out.push_str(part);
}

fn needs_space(out: &str, last: char, part: &str, first: char) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '$');
    match (last, first) {
        (_, ',' | ';' | ')' | ']') => false,
        (',' | ';' | '=' | '+', _) | (_, '=' | '+') => true,
        (':', _) => !out.ends_with("::") && !part.starts_with(':'),
        _ if part.starts_with("->") || out.ends_with("->") => true,
        // `&mut [u8]`, `*const (A, B)`
        ('t', _) if ends_with_word(out, "mut") || ends_with_word(out, "const") => first != '>',
        // `&'a [u8]`, `for<'a> &'a T`
        (_, '[' | '(' | '&' | '*' | '<') if ends_with_lifetime(out) => true,
        ('>', '&' | '*') => true,
        ('>' | ')' | ']', first) => is_word(first),
        (last, first) => is_word(last) && (is_word(first) || first == '{'),
    }
}

fn ends_with_lifetime(out: &str) -> bool {
    out.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').ends_with('\'') && !out.ends_with('\'')
}

fn ends_with_word(out: &str, word: &str) -> bool {
    let before = out.strip_suffix(word);
    before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// All parts in a row.
pub(super) fn glued<I: IntoIterator<Item: AsRef<str>>>(parts: I) -> String {
    let mut out = String::new();
    for part in parts {
        append(&mut out, part.as_ref());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_spaced_as_people_write_them() {
        for text in [
            "&'a mut Foo<'a, u8>",
            "extern \"C\" fn(u8) -> u8",
            "[u8; 4]",
            "*const T",
            "&mut [u8]",
            "*const *mut (u8, u8)",
            "for<'a> Fn(&'a u8) -> bool + Send",
            "Iterator<Item = u8>",
            "<T as a::Foo>::Err",
            "?Sized",
            "&'a [u8]",
            "&'a (dyn A + B)",
        ] {
            let tokens = tokens_of(text);
            assert_eq!(glued(&tokens), text);
        }
    }

    fn tokens_of(text: &str) -> Vec<String> {
        let tree = crate::rust::language::GRAMMAR.parse(&format!("type X = {text};")).unwrap();
        let mut tokens = vec![];
        let source = format!("type X = {text};");
        crate::node::walk(tree.root(), |node| {
            let is_unit = matches!(node.kind(), "lifetime" | "string_literal");
            if is_unit || node.is_leaf() {
                tokens.push(source[node.byte_range()].to_owned());
            }
            !is_unit
        });
        tokens[3..tokens.len() - 1].to_vec()
    }
}
