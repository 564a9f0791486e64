//! All codes, and what each means.

use crate::console::{BOLD, DIM, say, say_json, styled};
use ghostlib_model::Severity;
use ghostlib_spec::Code;
use include_dir::{Dir, include_dir};
use serde::Serialize;

/// A page for each lint.
static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../docs/src/lints");

#[derive(Serialize)]
struct CodeJson {
    code: &'static str,
    severity: Severity,
    /// Whether its level can be changed.
    lint: bool,
    summary: &'static str,
    /// The page of documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
}

impl CodeJson {
    fn of(code: Code) -> Self {
        Self {
            code: code.as_str(),
            severity: code.severity(),
            lint: code.is_lint(),
            summary: code.summary(),
            page: None,
        }
    }
}

/// Whether a code has a page of its own.
pub(in crate::commands) fn has_page(code: &str) -> bool {
    PAGES.get_file(format!("{code}.md")).is_some()
}

pub(super) fn list(json: bool) {
    if json {
        return say_json(&Code::ALL.iter().map(|code| CodeJson::of(*code)).collect::<Vec<_>>());
    }
    let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    for (title, is_lint) in [
        ("what reading complains about, at a fixed level", false),
        ("lints, at a level that can be changed", true),
    ] {
        say(styled(BOLD, title));
        for code in Code::ALL.iter().filter(|code| code.is_lint() == is_lint) {
            let severity = match code.severity() {
                Severity::Info => "info",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            say(format!("  {:<width$}  {severity:<7}  {}", code.as_str(), code.summary()));
        }
    }
    say(styled(DIM, "`ghostlib lint --explain CODE` shows more of one"));
}

pub(super) fn explain(code: Code, json: bool) {
    let page = PAGES.get_file(format!("{code}.md")).and_then(include_dir::File::contents_utf8);
    if json {
        say_json(&CodeJson { page, ..CodeJson::of(code) });
    } else {
        match page {
            Some(page) => say(page.trim_end()),
            None => say(format!("{}\n\n{}", styled(BOLD, code), code.summary())),
        }
    }
}
