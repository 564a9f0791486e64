//! What `recording.toml` says.

use super::FORMAT;
use ghostlib_model::{Role, SessionEnd, SessionUsage, Sha256Hex};
use serde::{Deserialize, Serialize};

/// The content of `recording.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// The format's number.
    pub format: u32,
    /// The role that was played.
    pub role: Role,
    /// Who played it.
    pub agent: String,
    /// The model that it was told to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How hard the model was told to think.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// Whether what the agent must not see was out of its reach.
    pub blindness: Blindness,
    /// The spec that it saw.
    pub spec: Sha256Hex,
    /// The task's text that it was given.
    pub prompt: Sha256Hex,
    /// How the session ended.
    pub end: SessionEnd,
    /// What it used of its model, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<SessionUsage>,
}

/// Whether what an agent must not see was out of its reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blindness {
    /// The sandbox kept it out of reach.
    Enforced,
    /// The agent was told, and nothing more.
    AskedFor,
}

/// Why `recording.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MetaError {
    /// It has a newer format.
    Newer(u32),
    /// It does not parse.
    Broken {
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// Why.
        reason: String,
    },
}

impl Meta {
    pub(super) fn parse(text: &str) -> Result<Self, MetaError> {
        // A newer one may well have keys that nobody knows yet.
        let table = text.parse::<toml::Table>().ok();
        let format = table.as_ref().and_then(|table| table.get("format")?.as_integer());
        match format.and_then(|format| u32::try_from(format).ok()) {
            Some(newer) if newer > FORMAT => return Err(MetaError::Newer(newer)),
            Some(0) => return Err(MetaError::Broken { line: None, reason: "there is no format 0".into() }),
            _ => {}
        }
        toml::from_str(text).map_err(|error| MetaError::Broken {
            line: error.span().map(|span| line_at(text, span.start)),
            reason: error.message().trim_end().replace('\n', "; "),
        })
    }
}

/// The number of the line, from 1, that a byte stands in.
pub(super) fn line_at(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
