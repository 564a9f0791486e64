use ghostlib_model::{Diagnostic, Severity, TextEdit};
use schemars::JsonSchema;
use serde::Serialize;

/// A complaint about the spec's own text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
pub(crate) struct DiagnosticJson<'a> {
    /// A stable code such as `front-matter-unknown-key`.
    code: &'a str,
    /// How bad it is.
    severity: Severity,
    /// The file, relative to the document's folder.
    file: &'a str,
    /// The line, from 1.
    line: u32,
    /// The last line.
    line_end: u32,
    /// The column in characters, from 1.
    column: u32,
    /// What is wrong.
    message: &'a str,
    /// What to do about it.
    help: Option<&'a str>,
    /// Edits that mend it, where that is safe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fix: Vec<EditJson<'a>>,
}

/// A part of the file and what stands there instead.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct EditJson<'a> {
    /// The first byte of what is replaced.
    start: usize,
    /// The byte behind it.
    end: usize,
    /// With what.
    text: &'a str,
}

impl<'a> DiagnosticJson<'a> {
    pub(crate) fn of(diagnostic: &'a Diagnostic) -> Self {
        let edit =
            |edit: &'a TextEdit| EditJson { start: edit.span.start, end: edit.span.end, text: &edit.text };
        Self {
            code: &diagnostic.code,
            severity: diagnostic.severity,
            file: &diagnostic.place.file,
            line: diagnostic.place.line,
            line_end: diagnostic.place.end_line,
            column: diagnostic.place.column,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            fix: diagnostic.fix.iter().map(edit).collect(),
        }
    }
}
