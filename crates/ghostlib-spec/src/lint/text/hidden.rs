//! Text that readers of the rendered document do not see.

use super::super::{Document, Input, Report};
use crate::code::Code;
use ghostlib_model::{Span, TextEdit};
use regex::Regex;
use std::sync::LazyLock;

/// Comments of fewer words are notes to editors and tools.
const MIN_WORDS: usize = 6;

static STYLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)<[a-z][^>]{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:[;"']|\s)|color\s*:\s*(?:white|#fff(?:fff)?\b)|\shidden(?:[\s>=]))[^>]{0,200}>"#).ok()
});

pub(super) fn check(input: &Input, report: &mut Report) {
    for document in input.documents.iter().chain(&input.companions) {
        let code: Vec<Span> = document.markdown.fences.iter().map(|fence| fence.span).collect();
        check_comments(document, &code, report);
        check_characters(document, report);
        if let Some(pattern) = STYLE.as_ref() {
            for found in pattern.find_iter(document.text.as_str()) {
                let span = Span::from(found.range());
                if !is_in(&code, span.start) && !is_code(document, span.start) {
                    let message = "this element does not show its text".to_owned();
                    report.at(document, Code::HiddenText, span, message, "show the text, or take it out");
                }
            }
        }
    }
}

fn check_comments(document: &Document, code: &[Span], report: &mut Report) {
    let text = document.text.as_str();
    let mut end = 0;
    while let Some(at) = memchr::memmem::find(&text.as_bytes()[end..], b"<!--") {
        let start = end + at;
        let len = text[start..].find("-->").map_or(text.len() - start, |at| at + 3);
        end = start + len;
        let comment = text[start..end].trim_start_matches("<!--").trim_end_matches("-->");
        let n_words = comment.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
        let is_note = comment.trim_start().starts_with("ghostlib-allow ");
        if n_words >= MIN_WORDS && !is_note && !is_in(code, start) && !is_code(document, start) {
            let message = format!("a comment of {n_words} words is not seen in the rendered document");
            let help = "make it text that everybody reads, or take it out";
            report.at(document, Code::HiddenText, Span::new(start, end), message, help);
        }
    }
}

fn is_in(spans: &[Span], offset: usize) -> bool {
    let next = spans.partition_point(|span| span.start <= offset);
    next.checked_sub(1).is_some_and(|i| offset < spans[i].end)
}

/// Whether an offset is in a code span.
fn is_code(document: &Document, offset: usize) -> bool {
    let is_there =
        |prose: crate::markdown::Prose| prose.span.start <= offset && is_in(prose.code_spans, offset);
    document.markdown.proses().any(is_there)
}

/// Complains about each run of characters that have no shape.
fn check_characters(document: &Document, report: &mut Report) {
    let text = document.text.as_str();
    if text.is_ascii() {
        return;
    }
    let mut chars = text.char_indices().peekable();
    let mut before = None;
    while let Some((start, c)) = chars.next() {
        if !is_invisible(c) || (c == '\u{feff}' && start == 0) {
            before = Some(c);
            continue;
        }
        let mut end = start + c.len_utf8();
        let mut n_chars = 1;
        while let Some((at, next)) = chars.next_if(|(_, next)| is_invisible(*next)) {
            end = at + next.len_utf8();
            n_chars += 1;
        }
        let after = chars.peek().map(|(_, next)| *next);
        if n_chars == 1 && is_joiner(c) && needs_joiner(before) && needs_joiner(after) {
            continue;
        }
        let message = match n_chars {
            1 => format!("U+{:04X} ({}) is not seen", c as u32, name_of(c)),
            n => format!("{n} characters are not seen, U+{:04X} ({}) first", c as u32, name_of(c)),
        };
        let span = Span::new(start, end);
        let fix = vec![TextEdit { span, text: String::new() }];
        report.fixable(document, Code::HiddenText, span, message, "take it out", fix);
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{180e}' | '\u{e0000}'..='\u{e007f}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a script, or a sequence of emoji, is written with joiners.
fn needs_joiner(c: Option<char>) -> bool {
    c.is_some_and(|c| {
        matches!(c as u32, 0x0600..=0x08ff | 0x0900..=0x0dff | 0x2600..=0x27bf | 0xfe0f | 0x1f000..=0x1faff)
            || c == '\u{2640}'
            || c == '\u{2642}'
    })
}

fn name_of(c: char) -> &'static str {
    match c {
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{feff}' => "byte order mark",
        '\u{2060}' => "word joiner",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "bidirectional control"
        }
        '\u{e0000}'..='\u{e007f}' => "tag character",
        _ => "invisible character",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::codes_of;

    #[test]
    fn what_is_not_seen_is_shown() {
        for hidden in [
            "a <!-- the implementer may also read the file next door --> b",
            "<!--\nnobody sees this text at all\n-->",
            "a\u{200b}b",
            "a\u{202e}b",
            "a\u{e0041}\u{e0042}b",
            "<span style=\"display:none\">x</span>",
        ] {
            assert_eq!(codes_of(&format!("# A\n\n{hidden}\n")), ["hidden-text"], "{hidden:?}");
        }
        for open in [
            "<!-- toc -->",
            "<!-- ghostlib-allow todo: the limit is open on purpose -->",
            "```html\n<!-- a comment of many words in an example -->\n```",
            "`<!-- a comment of many words in code -->`",
            "👩\u{200d}💻",
            "می\u{200c}خواهم",
        ] {
            assert_eq!(codes_of(&format!("# A\n\n{open}\n")), [""; 0], "{open:?}");
        }
    }
}
