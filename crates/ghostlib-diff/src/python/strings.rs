//! String literals: what they stand for, and one way to write it.

use std::fmt::Write as _;

/// What a string literal stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    /// Each byte as the character of its number.
    Bytes(String),
}

impl Literal {
    /// Two literals in a row are one.
    pub(super) fn followed_by(self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Text(a), Self::Text(b)) => Some(Self::Text(a + &b)),
            (Self::Bytes(a), Self::Bytes(b)) => Some(Self::Bytes(a + &b)),
            _ => None,
        }
    }
}

/// Reads a literal with its prefix and quotes.
pub(super) fn decode(source: &str) -> Option<Literal> {
    let start = source.find(['"', '\''])?;
    let prefix = source[..start].to_lowercase();
    let quoted = &source[start..];
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| quoted.starts_with(quote))?;
    let inner = quoted[quote.len()..].strip_suffix(quote)?;
    let inner = inner.replace("\r\n", "\n");
    let text = if prefix.contains('r') { inner } else { unescaped(&inner) };
    Some(if prefix.contains('b') { Literal::Bytes(text) } else { Literal::Text(text) })
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = escape(&rest[at + 1..], &mut out);
    }
    out + rest
}

/// Appends what stands for the escape at the start of `rest`, and answers what follows it.
fn escape<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let Some(first) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let after = &rest[first.len_utf8()..];
    let simple = match first {
        '\n' => return after,
        '\\' | '\'' | '"' => first,
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        'x' => return numbered(after, 2, 16, out).unwrap_or_else(|| kept(first, after, out)),
        'u' => return numbered(after, 4, 16, out).unwrap_or_else(|| kept(first, after, out)),
        'U' => return numbered(after, 8, 16, out).unwrap_or_else(|| kept(first, after, out)),
        '0'..='7' => {
            let n = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            return numbered(rest, n, 8, out).unwrap_or(after);
        }
        _ => return kept(first, after, out),
    };
    out.push(simple);
    after
}

fn kept<'a>(first: char, after: &'a str, out: &mut String) -> &'a str {
    out.extend(['\\', first]);
    after
}

fn numbered<'a>(digits: &'a str, n: usize, radix: u32, out: &mut String) -> Option<&'a str> {
    let number = u32::from_str_radix(digits.get(..n)?, radix).ok()?;
    out.push(char::from_u32(number)?);
    Some(&digits[n..])
}

/// The literal in single quotes.
pub(super) fn quoted(literal: &Literal) -> String {
    let (prefix, text) = match literal {
        Literal::Text(text) => ("", text),
        Literal::Bytes(text) => ("b", text),
    };
    let mut out = format!("{prefix}'");
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_of_a_string_is_the_same() {
        for source in ["'a\\n\\x41'", "\"a\\n\\u0041\"", "'''a\nA'''", "u'a\\12\\101'", "'a\\n\\U00000041'"] {
            assert_eq!(quoted(&decode(source).unwrap()), "'a\\nA'", "{source}");
        }
        assert_eq!(quoted(&decode("r'\\d'").unwrap()), quoted(&decode("'\\\\d'").unwrap()));
        assert_eq!(quoted(&decode("Rb'\\d'").unwrap()), "b'\\\\d'");
        assert_eq!(quoted(&decode("'\\d \\N{DASH} \\'\\\n'").unwrap()), "'\\\\d \\\\N{DASH} \\''");
    }

    #[test]
    fn broken_literals_are_none_or_as_they_are() {
        for source in ["", "'", "'''", "x", "\"a'"] {
            assert_eq!(decode(source), None, "{source}");
        }
        for source in ["'\\x'", "'\\u12'", "'\\uD800'", "'\\U99999999'", "'\\\\'", "'\\é'"] {
            assert!(decode(source).is_some(), "{source}");
        }
    }
}
