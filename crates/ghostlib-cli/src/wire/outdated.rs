//! What has moved since vendored crates were written.

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Display;
use std::path::PathBuf;

/// What `ghostlib outdated --json` writes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Outdated")]
pub(crate) struct OutdatedJson {
    /// The crates.
    pub(crate) crates: Vec<CrateJson>,
}

/// One vendored crate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Crate")]
pub(crate) struct CrateJson {
    /// Its folder, as it was named or found.
    pub(crate) dir: PathBuf,
    /// The spec's name.
    pub(crate) name: String,
    /// Its spec.
    pub(crate) spec: MovedJson,
    /// The published library that the spec describes; nothing, if it names none.
    pub(crate) reference: Option<MovedJson>,
}

/// Whether something is still what it was.
#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "Moved")]
pub(crate) struct MovedJson {
    /// Where it came from.
    pub(crate) source: String,
    /// Whether it is another there now; nothing, if that could not be asked.
    pub(crate) moved: Option<bool>,
    /// What is the newest there.
    pub(crate) newest: Option<String>,
    /// The version of the spec there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The commit there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revision: Option<String>,
    /// Requirements that are new, gone or different there, by id.
    pub(crate) requirements: Vec<String>,
    /// How many requirements, vectors, declarations and bindings are new, gone or different there.
    pub(crate) n_affected: usize,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unknown: Option<String>,
}

impl MovedJson {
    pub(crate) fn at(source: String) -> Self {
        Self { source, ..Self::default() }
    }

    pub(crate) fn unknown(source: String, reason: &dyn Display) -> Self {
        Self { unknown: Some(reason.to_string()), ..Self::at(source) }
    }
}
