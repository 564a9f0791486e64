use crate::template::{self, string_param};
use crate::view::{Limits, Report};
use ghostlib_model::RunSummary;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext};

const DOCUMENT: &str = include_str!("templates/document.md.hbs");
const PARTIALS: [(&str, &str); 5] = [
    // Its line goes on where it stands.
    ("call", include_str!("templates/call.md.hbs").trim_ascii_end()),
    ("iteration", include_str!("templates/iteration.md.hbs")),
    ("measured", include_str!("templates/measured.md.hbs")),
    ("revision", include_str!("templates/revision.md.hbs")),
    ("who", include_str!("templates/who.md.hbs")),
];
const LIMITS: Limits = Limits { chars: 600, findings: 50, listed: 50, diff_lines: 400 };

pub(crate) fn render(summary: &RunSummary) -> String {
    let mut registry = template::registry();
    registry.register_escape_fn(text);
    for (name, source) in PARTIALS {
        registry.register_partial(name, source).expect("the partials are well formed");
    }
    registry.register_helper("code", Box::new(write_code));
    registry.register_helper("cell", Box::new(write_cell));
    registry.register_helper("fence", Box::new(write_fence));
    template::expand(&registry, DOCUMENT, &Report::of(summary, LIMITS))
}

/// Running text on one line in which nothing is markup, even where it begins a list item.
fn text(raw: &str) -> String {
    let raw = raw.trim();
    let n_digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = raw.split_at(n_digits);
    let mut chars = rest.chars();
    match (chars.next(), chars.next().is_none_or(char::is_whitespace)) {
        (Some('-' | '+' | '='), _) if digits.is_empty() => format!("\\{}", inline(raw)),
        (Some('.' | ')'), true) if !digits.is_empty() => format!("{digits}\\{}", inline(rest)),
        _ => inline(raw),
    }
}

/// Running text; what stands between two backticks is code in it, as messages write it.
pub(crate) fn inline(raw: &str) -> String {
    let Some(parts) = template::prose_and_code(raw) else { return plain(raw) };
    let part = |(i, part): (usize, &&str)| if i % 2 == 0 { plain(part) } else { code(part) };
    parts.iter().enumerate().map(part).collect()
}

/// Text without markup. An underscore inside a word is none, and stays bare for whoever reads the source.
fn plain(raw: &str) -> String {
    let mut escaped = String::with_capacity(raw.len() + raw.len() / 8);
    let mut before = ' ';
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let in_word = before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '\n' | '\r' => escaped.push(' '),
            '_' if in_word => escaped.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '|' | '~' | '!' | '$' => {
                escaped.extend(['\\', c]);
            }
            _ => escaped.push(c),
        }
        before = c;
    }
    escaped
}

/// A code span on one line, outside of tables.
pub(crate) fn code(raw: &str) -> String {
    let line = one_line(raw);
    let ticks = "`".repeat(longest_run_of_backticks(&line) + 1);
    // One space at each end is taken off again by a reader of Markdown.
    let pad = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    if line.trim().is_empty() { "(blank)".into() } else { format!("{ticks}{pad}{line}{pad}{ticks}") }
}

/// A code span in a table's cell, where a bare pipe would end the cell even inside of code.
fn cell(raw: &str) -> String {
    code(raw).replace('|', "\\|")
}

/// A fenced block, each line moved right by `indent` spaces.
fn fence(raw: &str, language: &str, indent: usize) -> String {
    let ticks = "`".repeat(longest_run_of_backticks(raw).max(2) + 1);
    let margin = " ".repeat(indent);
    let mut block = format!("{margin}{ticks}{language}\n");
    for line in raw.lines() {
        block.push_str(&margin);
        block.push_str(&line.replace('\r', " "));
        block.push('\n');
    }
    block + &margin + &ticks
}

fn one_line(raw: &str) -> String {
    raw.replace(['\n', '\r'], "⏎")
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn write_code(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&code(string_param(helper, 0)))?;
    Ok(())
}

fn write_cell(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&cell(string_param(helper, 0)))?;
    Ok(())
}

/// `{{fence text "language" indent}}`
fn write_fence(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let indent = helper.param(2).and_then(|param| param.value().as_u64()).unwrap_or(0);
    let indent = usize::try_from(indent).unwrap_or(0);
    out.write(&fence(string_param(helper, 0), string_param(helper, 1), indent))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_words_readable_and_disarms_markup() {
        assert_eq!(text("snake_case of _this_"), "snake_case of \\_this\\_");
        assert_eq!(
            text("<b>|`x[y](z)\n# one &lt; ![i](j)"),
            "\\<b\\>\\|\\`x\\[y\\](z) \\# one \\&lt; \\!\\[i\\](j)"
        );
    }

    #[test]
    fn backticks_in_text_make_code_only_in_pairs() {
        assert_eq!(text("no `join` here"), "no `join` here");
        assert_eq!(text("`<b>` *x*"), "`<b>` \\*x\\*");
        assert_eq!(text("a ` b"), "a \\` b");
        assert_eq!(text("a `` b"), "a \\`\\` b");
    }

    #[test]
    fn text_starts_no_list_heading_or_quote() {
        let lines = ["- a", "+ a", "1. a", "12) a", "# a", "> a", "    a", "85.7 %", "1.0"];
        let shown = ["\\- a", "\\+ a", "1\\. a", "12\\) a", "\\# a", "\\> a", "a", "85.7 %", "1.0"];
        assert_eq!(lines.map(text), shown);
    }

    #[test]
    fn code_spans_outlast_the_backticks_within() {
        assert_eq!(code("split"), "`split`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a\nb"), "`a⏎b`");
        assert_eq!(code(""), "(blank)");
        assert_eq!(cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn fences_outlast_the_backticks_within_and_keep_their_indent() {
        assert_eq!(fence("a\n```\nb", "diff", 2), "  ````diff\n  a\n  ```\n  b\n  ````");
    }
}
