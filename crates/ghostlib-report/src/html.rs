use crate::template::{self, string_param};
use crate::view::{Limits, Report};
use ghostlib_model::RunSummary;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, html_escape};
use serde::Serialize;

const PAGE: &str = include_str!("templates/page.html.hbs");
const STYLE: &str = include_str!("templates/style.css");
const PARTIALS: [(&str, &str); 13] = [
    ("attempt", include_str!("templates/attempt.html.hbs")),
    ("attempts", include_str!("templates/attempts.html.hbs")),
    ("bar", include_str!("templates/bar.html.hbs")),
    ("call", include_str!("templates/call.html.hbs")),
    ("case", include_str!("templates/case.html.hbs")),
    ("dropped", include_str!("templates/dropped.html.hbs")),
    ("gates", include_str!("templates/gates.html.hbs")),
    ("measures", include_str!("templates/measures.html.hbs")),
    ("iteration", include_str!("templates/iteration.html.hbs")),
    ("measured", include_str!("templates/measured.html.hbs")),
    ("finding", include_str!("templates/finding.html.hbs")),
    ("revision", include_str!("templates/revision.html.hbs")),
    ("who", include_str!("templates/who.html.hbs")),
];
const LIMITS: Limits = Limits { chars: 4_000, findings: usize::MAX, diff_lines: 20_000 };

#[derive(Serialize)]
struct Page {
    style: &'static str,
    report: Report,
    /// JSON that may stand between script tags as it is.
    data: String,
}

pub(crate) fn render(summary: &RunSummary) -> String {
    let mut registry = template::registry();
    for (name, source) in PARTIALS {
        registry.register_partial(name, source).expect("the partials are well formed");
    }
    registry.register_helper("prose", Box::new(write_prose));
    let page = Page { style: STYLE, report: Report::of(summary, LIMITS), data: script_json(summary) };
    template::expand(&registry, PAGE, &page)
}

/// Running text, with code where it has pairs of backticks.
fn prose(raw: &str) -> String {
    let Some(parts) = template::prose_and_code(raw) else { return html_escape(raw) };
    let part = |(i, part): (usize, &&str)| {
        let escaped = html_escape(part);
        if i % 2 == 0 { escaped } else { format!("<code>{escaped}</code>") }
    };
    parts.iter().enumerate().map(part).collect()
}

fn write_prose(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&prose(string_param(helper, 0)))?;
    Ok(())
}

/// `value` as JSON in which nothing can end a script element or a JavaScript string: the characters that
/// could only ever stand inside JSON strings, where an escape means the same.
fn script_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("a summary has string keys only");
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_escaped_inside_and_outside_of_its_code() {
        assert_eq!(prose("<i> `<b>` &"), "&lt;i&gt; <code>&lt;b&gt;</code> &amp;");
        assert_eq!(prose("`<b>"), "&#x60;&lt;b&gt;");
    }

    #[test]
    fn embedded_json_cannot_end_its_element_and_reads_back_the_same() {
        let hostile = "</script><!-- <script> & \u{2028}\u{2029} \\ \"";
        let json = script_json(&hostile);
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
