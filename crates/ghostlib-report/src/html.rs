use crate::beside::Beside;
use crate::highlight;
use crate::policy::{compressed, policy};
use crate::template::{self, string_param};
use crate::view::apart::{Apart, apart};
use crate::view::chart::{Panel, panels};
use crate::view::matrix::{Matrix, matrix};
use crate::view::sessions::{SessionStory, sessions};
use crate::view::spending::{Spending, spending};
use crate::view::workbench::Workbench;
use crate::view::{Limits, Report};
use ghostlib_model::RunSummary;
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, html_escape};
use serde::Serialize;

const PAGE: &str = include_str!("templates/page.html.hbs");
const STYLE: &str = concat!(include_str!("templates/style.css"), include_str!("templates/parts.css"));
const SCRIPT: &str = include_str!("templates/page.js");
const PARTIALS: [(&str, &str); 18] = [
    ("apart", include_str!("templates/apart.html.hbs")),
    ("attempt", include_str!("templates/attempt.html.hbs")),
    ("attempts", include_str!("templates/attempts.html.hbs")),
    ("bar", include_str!("templates/bar.html.hbs")),
    ("call", include_str!("templates/call.html.hbs")),
    ("chart", include_str!("templates/chart.html.hbs")),
    ("conditions", include_str!("templates/conditions.html.hbs")),
    ("dropped", include_str!("templates/dropped.html.hbs")),
    ("gates", include_str!("templates/gates.html.hbs")),
    ("item", include_str!("templates/item.html.hbs")),
    ("matrix", include_str!("templates/matrix.html.hbs")),
    ("measures", include_str!("templates/measures.html.hbs")),
    ("iteration", include_str!("templates/iteration.html.hbs")),
    ("measured", include_str!("templates/measured.html.hbs")),
    ("revision", include_str!("templates/revision.html.hbs")),
    ("sessions", include_str!("templates/sessions.html.hbs")),
    ("spending", include_str!("templates/spending.html.hbs")),
    ("workbench", include_str!("templates/workbench.html.hbs")),
];
/// The page lists findings in one place, with their cases.
const LIMITS: Limits = Limits { chars: 4_000, findings: usize::MAX, listed: 0, diff_lines: 20_000 };
/// A value that is longer is written on several lines.
const LONGEST_LINE: usize = 60;

#[derive(Serialize)]
struct Page {
    style: &'static str,
    script: &'static str,
    policy: String,
    report: Report,
    panels: Vec<Panel>,
    workbench: Workbench,
    matrix: Option<Matrix>,
    apart: Vec<Apart>,
    sessions: Vec<SessionStory>,
    spending: Option<Spending>,
    /// The run as JSON, compressed, in base64.
    data: String,
}

pub(crate) fn render(summary: &RunSummary, beside: &Beside) -> String {
    let mut registry = template::registry();
    for (name, source) in PARTIALS {
        registry.register_partial(name, source).expect("the partials are well formed");
    }
    registry.register_helper("prose", Box::new(write_prose));
    registry.register_helper("code", Box::new(write_code));
    registry.register_helper("against", Box::new(write_against));
    let (workbench, anchors) = Workbench::of(summary, beside, LIMITS);
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        policy: policy(STYLE, SCRIPT),
        report: Report::of(summary, LIMITS),
        panels: panels(summary),
        workbench,
        matrix: matrix(summary, beside, &anchors),
        apart: apart(summary, &anchors, LIMITS),
        sessions: sessions(summary, beside, LIMITS),
        spending: spending(summary),
        data: compressed(&serde_json::to_string(summary).expect("a summary has string keys only")),
    };
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

/// Texts of which one is a value that is too long for a line: the values among them on several lines. Else as they are.
fn laid_out<const N: usize>(raw: [&str; N]) -> [String; N] {
    let is_value = |text: &str| text.starts_with(['{', '[']);
    if !raw.iter().any(|text| is_value(text) && text.chars().count() > LONGEST_LINE) {
        return raw.map(str::to_owned);
    }
    raw.map(|text| {
        let value: Option<serde_json::Value> = serde_json::from_str(text).ok().filter(|_| is_value(text));
        value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
    })
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

/// `{{code text}}`: with colours.
fn write_code(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let [text] = laid_out([string_param(helper, 0)]);
    out.write(&highlight::html(&text, &(0..0)))?;
    Ok(())
}

/// `{{against text other}}`: with colours, and what is not as in the other marked.
fn write_against(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let [text, other] = laid_out([0, 1].map(|i| string_param(helper, i)));
    out.write(&highlight::html(&text, &highlight::differing(&text, &other)))?;
    Ok(())
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
    fn long_values_are_laid_out_and_texts_are_left_alone() {
        let long = format!("[\"{}\", {{\"a\": 1}}]", "x".repeat(60));
        let [laid, beside] = laid_out([&long, "[1]"]);
        assert_eq!((laid.lines().count(), beside.lines().count()), (6, 3));
        let text = format!("error: [{}", "x".repeat(80));
        assert_eq!(laid_out([&text]), [text.as_str()]);
        assert_eq!(laid_out(["[1, 2]"]), ["[1, 2]"]);
    }
}
