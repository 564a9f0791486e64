//! Colours for code: values as JSON writes them, and Rust. What both have in common is all that is told apart.

use std::ops::Range;

/// The keywords of Rust that a signature or a short piece of source has, and the words of JSON.
const KEYWORDS: [&str; 33] = [
    "as", "async", "break", "const", "crate", "dyn", "else", "enum", "false", "fn", "for", "if", "impl",
    "in", "let", "loop", "match", "mod", "move", "mut", "null", "pub", "ref", "return", "self", "static",
    "struct", "trait", "true", "type", "unsafe", "use", "where",
];
/// Answers that begin with one of these words and a colon are none that returned.
const FAILURES: [&str; 4] = ["error", "panic", "crash", "not"];

/// `code` as HTML with a `span` around what has a colour, and a `mark` around `differs`.
pub(crate) fn html(code: &str, differs: &Range<usize>) -> String {
    let mut html = String::with_capacity(code.len() * 2);
    let mut at = 0;
    while at < code.len() {
        let (class, len) = token(&code[at..], at == 0);
        let end = at + len;
        // A token that differs in part is cut, so that neither element overlaps the other.
        let mut cuts = vec![at];
        cuts.extend([differs.start, differs.end].into_iter().filter(|cut| (at + 1..end).contains(cut)));
        cuts.push(end);
        for piece in cuts.windows(2) {
            let is_marked = !differs.is_empty();
            html.push_str(if is_marked && piece[0] == differs.start { "<mark>" } else { "" });
            let text = escaped(&code[piece[0]..piece[1]]);
            html.push_str(
                &class.map_or(text.clone(), |class| format!("<span class=\"{class}\">{text}</span>")),
            );
            html.push_str(if is_marked && piece[1] == differs.end { "</mark>" } else { "" });
        }
        at = end;
    }
    html
}

/// Text of an element: quotes mean nothing there, and code has many.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The part of `one` that the beginning and the end which it shares with `other` leave over.
pub(crate) fn differing(one: &str, other: &str) -> Range<usize> {
    let same = |(a, b): &(char, char)| a == b;
    let width = |(c, _): (char, char)| c.len_utf8();
    let start: usize = one.chars().zip(other.chars()).take_while(same).map(width).sum();
    let rests = one[start..].chars().rev().zip(other[start..].chars().rev());
    let end: usize = rests.take_while(same).map(width).sum();
    start..one.len() - end
}

/// The class of the first token, and how long it is.
fn token(code: &str, is_first: bool) -> (Option<&'static str>, usize) {
    let mut chars = code.chars();
    let Some(first) = chars.next() else { return (None, 0) };
    let run = |is_in: fn(char) -> bool| code.find(|c| !is_in(c)).unwrap_or(code.len());
    match first {
        '"' => (Some("s"), quoted(code)),
        '/' if code.starts_with("//") => (Some("c"), code.find('\n').unwrap_or(code.len())),
        '0'..='9' => (Some("n"), run(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))),
        c if is_word(c) => {
            let word = &code[..run(is_word)];
            let class = if is_first && FAILURES.contains(&word) {
                Some("f")
            } else if KEYWORDS.contains(&word) {
                Some("k")
            } else {
                c.is_uppercase().then_some("t")
            };
            (class, word.len())
        }
        c => (None, c.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a string with its quotes; of what is left, where it is not closed.
fn quoted(code: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in code.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stand_around_escaped_text() {
        assert_eq!(
            html("{\"a<\":1}", &(0..0)),
            "{<span class=\"s\">\"a&lt;\"</span>:<span class=\"n\">1</span>}"
        );
        assert_eq!(
            html("pub fn f() -> Vec<u8>; // \"", &(0..0)),
            "<span class=\"k\">pub</span> <span class=\"k\">fn</span> f() -&gt; <span class=\"t\">Vec</span>&lt;u8&gt;; \
             <span class=\"c\">// \"</span>"
        );
        assert_eq!(html("\"open", &(0..0)), "<span class=\"s\">\"open</span>");
    }

    #[test]
    fn what_differs_is_marked_even_inside_of_a_token() {
        let (one, other) = ("[\"ab\", 1]", "[\"aé\", 1]");
        assert_eq!(&one[differing(one, other)], "b");
        assert_eq!(&other[differing(other, one)], "é");
        assert_eq!(
            html(one, &differing(one, other)),
            "[<span class=\"s\">\"a</span><mark><span class=\"s\">b</span></mark><span class=\"s\">\"</span>, \
             <span class=\"n\">1</span>]"
        );
        assert_eq!(differing("aa", "aaa"), 2..2);
        assert_eq!(&"aaa"[differing("aaa", "aa")], "a");
    }
}
