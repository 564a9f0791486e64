//! Texts as YAML scalars that read back as the same text wherever they stand.

use std::fmt::Write as _;

/// A text as a scalar: plain where nothing could take it for anything else, else in double quotes.
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(c) => out.push(c),
            _ => {
                // Writing to a string cannot fail.
                let _ = if u32::from(c) > 0xffff {
                    write!(out, "\\U{:08x}", u32::from(c))
                } else {
                    write!(out, "\\u{:04x}", u32::from(c))
                };
            }
        }
    }
    out.push('"');
    out
}

/// Words of ASCII letters, with digits, `_`, `-`, `.`, `:`, `/` and spaces inside, that no YAML reader takes
/// for a boolean, a null or a number.
fn is_plain(text: &str) -> bool {
    const RESERVED: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_inner)
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a character may stand as it is. Those that an editor does not show are escaped, so that two
/// texts that differ look different.
fn is_printable(c: char) -> bool {
    let is_invisible = matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}');
    let is_private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    let is_odd_space = c.is_whitespace() && c != ' ';
    !(c.is_control() || is_invisible || is_private || is_odd_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nothing_else_reads_like_stays_plain() {
        for plain in ["split", "just now - 30 seconds ago", "a.b/c", "P1"] {
            assert_eq!(scalar(plain), plain);
        }
        for text in ["", "yes", "NULL", "~", "1e3", "a: b", "- a", " a", "a ", "#", "a # b", "[", "é", "a,b"]
        {
            assert_eq!(scalar(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn what_nobody_sees_is_escaped() {
        assert_eq!(quoted("\0\t\n\r\"\\\u{7f}\u{85}"), r#""\u0000\t\n\r\"\\\u007f\u0085""#);
        assert_eq!(quoted("\u{200b}\u{a0}\u{e0041}é😀"), "\"\\u200b\\u00a0\\U000e0041é😀\"");
    }
}
