use crate::{Place, Span};
use serde::{Deserialize, Serialize};

/// A complaint about the spec's own text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// A stable code such as `front-matter-unknown-key`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where.
    pub place: Place,
    /// Edits of the file that mend it, where that is safe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<TextEdit>,
}

/// A part of a file and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEdit {
    /// What is replaced, in bytes of the file.
    pub span: Span,
    /// With what.
    pub text: String,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something to know.
    Info,
    /// Something that probably was not meant.
    Warning,
    /// The spec cannot be used like this.
    Error,
}
