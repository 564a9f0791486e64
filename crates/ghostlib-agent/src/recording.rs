//! A recorded session: plain text in a folder.
//!
//! ```text
//! recording.toml   what it is
//! events.jsonl     the trajectory
//! PROMPT.md        the task's text
//! candidate/       the tree that the session left, unedited
//! ```
//!
//! In `candidate/` each `Cargo.toml` is stored as `Cargo_fixture.toml`, so that no Cargo workspace around the
//! recording claims it.

use crate::tree::FileTree;
use crate::{Session, Trajectory, TreeError};
use ghostlib_model::{AgentStamp, Role, SessionEnd, SessionUsage, Sha256Hex};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The number of the recording format that is written.
pub const FORMAT: u32 = 1;

const META: &str = "recording.toml";
/// The file with the trajectory.
pub const EVENTS_FILE: &str = "events.jsonl";
const PROMPT: &str = "PROMPT.md";
const CANDIDATE: &str = "candidate";

/// A recorded session.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What the recording is called: its folder's name.
    pub name: String,
    /// What it is.
    pub meta: Meta,
    /// The task's text.
    pub prompt: String,
    /// What happened.
    pub trajectory: Trajectory,
    /// What the session left.
    pub candidate: FileTree,
}

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

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// A file is missing.
    #[error("the recording {recording} has no {file}")]
    Missing {
        /// The recording.
        recording: String,
        /// The file.
        file: &'static str,
    },
    /// A file does not parse.
    #[error("{recording}/{file}: {reason}")]
    Broken {
        /// The recording.
        recording: String,
        /// The file.
        file: &'static str,
        /// Where and why.
        reason: String,
    },
    /// It was made by a newer ghostlib.
    #[error(
        "the recording {recording} has format {format}; this ghostlib reads up to {FORMAT}, so update it"
    )]
    Newer {
        /// The recording.
        recording: String,
        /// Its format.
        format: u32,
    },
    /// Its tree cannot be read or written.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl Recording {
    /// A recording of a session.
    pub fn new(session: &Session, role: Role, spec: &Sha256Hex, prompt: &str, candidate: FileTree) -> Self {
        let meta = Meta {
            format: FORMAT,
            role,
            agent: session.agent.name.clone(),
            model: session.agent.model.clone(),
            effort: session.agent.effort.clone(),
            blindness: if session.agent.blindness_enforced {
                Blindness::Enforced
            } else {
                Blindness::AskedFor
            },
            spec: spec.clone(),
            prompt: crate::prompt_hash(prompt),
            end: session.end.clone(),
            usage: session.usage,
        };
        let trajectory = session.trajectory.clone();
        Self { name: String::new(), meta, prompt: prompt.to_owned(), trajectory, candidate }
    }

    /// Who played, as a run names it.
    pub fn agent(&self) -> AgentStamp {
        AgentStamp {
            name: self.meta.agent.clone(),
            blindness_enforced: self.meta.blindness == Blindness::Enforced,
            model: self.meta.model.clone(),
            effort: self.meta.effort.clone(),
        }
    }

    /// The recording as files.
    ///
    /// # Errors
    /// If it has a value that TOML cannot say.
    pub fn to_files(&self) -> Result<FileTree, RecordingError> {
        let meta = toml::to_string(&self.meta).map_err(|error| self.broken(META, &error.to_string()))?;
        let mut files = FileTree::from_files([
            (META.to_owned(), meta.into_bytes()),
            (EVENTS_FILE.to_owned(), self.trajectory.to_json_lines().into_bytes()),
            (PROMPT.to_owned(), self.prompt.clone().into_bytes()),
        ]);
        for (path, bytes) in &self.candidate.files {
            files.files.insert(format!("{CANDIDATE}/{}", stored_name(path)), bytes.clone());
        }
        Ok(files)
    }

    /// Reads a recording from its files.
    ///
    /// # Errors
    /// If a file is missing or broken, or the format is newer than this ghostlib.
    pub fn from_files(name: &str, files: &FileTree) -> Result<Self, RecordingError> {
        let text = |file: &'static str| {
            let bytes = files.files.get(file);
            let bytes = bytes.ok_or_else(|| RecordingError::Missing { recording: name.into(), file })?;
            Ok::<_, RecordingError>(String::from_utf8_lossy(bytes).into_owned())
        };
        let broken = |file, reason: String| RecordingError::Broken { recording: name.into(), file, reason };
        let meta_text = text(META)?;
        let format =
            meta_text.parse::<toml::Table>().ok().and_then(|table| table.get("format")?.as_integer());
        if let Some(format) =
            format.and_then(|format| u32::try_from(format).ok()).filter(|format| *format > FORMAT)
        {
            return Err(RecordingError::Newer { recording: name.into(), format });
        }
        let meta = toml::from_str(&meta_text).map_err(|error| broken(META, error.to_string()))?;
        let trajectory = Trajectory::from_json_lines(&text(EVENTS_FILE)?)
            .map_err(|(line, reason)| broken(EVENTS_FILE, format!("line {line}: {reason}")))?;
        let candidate =
            files.below(CANDIDATE).files.into_iter().map(|(path, bytes)| (restored_name(&path), bytes));
        Ok(Self {
            name: name.into(),
            meta,
            prompt: text(PROMPT)?,
            trajectory,
            candidate: FileTree::from_files(candidate),
        })
    }

    /// Reads all recordings below a folder: each subfolder with a `recording.toml` is one. In the order of
    /// their names.
    ///
    /// # Errors
    /// As [`Self::from_files`], and if the folder cannot be read.
    pub fn read_all(dir: &Path) -> Result<Vec<Self>, RecordingError> {
        Self::all_from_files(&FileTree::read(dir)?)
    }

    /// The recordings among files that are already read.
    ///
    /// # Errors
    /// As [`Self::from_files`].
    pub fn all_from_files(files: &FileTree) -> Result<Vec<Self>, RecordingError> {
        let folders = files.files.keys().filter_map(|path| path.strip_suffix(META)?.strip_suffix('/'));
        folders.map(|folder| Self::from_files(folder, &files.below(folder))).collect()
    }

    fn broken(&self, file: &'static str, reason: &str) -> RecordingError {
        RecordingError::Broken { recording: self.name.clone(), file, reason: reason.into() }
    }
}

const STORED_MANIFEST: &str = "Cargo_fixture.toml";
const MANIFEST: &str = "Cargo.toml";

fn stored_name(path: &str) -> String {
    renamed(path, MANIFEST, STORED_MANIFEST)
}

fn restored_name(path: &str) -> String {
    renamed(path, STORED_MANIFEST, MANIFEST)
}

fn renamed(path: &str, from: &str, to: &str) -> String {
    match path.strip_suffix(from) {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}{to}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::Recorder;

    fn recording() -> Recording {
        let prompt = "do it";
        let recorder = Recorder::start(crate::prompt_hash(prompt), &|_| {});
        let agent = AgentStamp::named("somebody", false);
        let session = Session {
            end: SessionEnd::Done,
            agent,
            trajectory: recorder.end(SessionEnd::Done),
            policy: None,
            usage: None,
        };
        let tree = FileTree::from_files([
            ("Cargo.toml".into(), b"[package]".to_vec()),
            ("src/lib.rs".into(), b"//!".to_vec()),
            ("sub/Cargo.toml".into(), Vec::new()),
        ]);
        Recording {
            name: "one".into(),
            ..Recording::new(&session, Role::Implementer, &Sha256Hex::of(b"s"), prompt, tree)
        }
    }

    #[test]
    fn a_recording_reads_back_as_it_was_written() {
        let files = recording().to_files().unwrap();
        assert!(files.files.contains_key("candidate/sub/Cargo_fixture.toml"));
        assert_eq!(Recording::from_files("one", &files).unwrap(), recording());
    }

    #[test]
    fn a_newer_format_is_refused_even_if_it_has_other_keys() {
        let mut files = recording().to_files().unwrap();
        files.files.insert(META.into(), b"format = 2\nsomething = \"new\"\n".to_vec());
        let error = Recording::from_files("one", &files).unwrap_err();
        assert!(matches!(error, RecordingError::Newer { format: 2, .. }), "{error}");
    }

    #[test]
    fn what_is_missing_or_broken_is_named() {
        let mut files = recording().to_files().unwrap();
        files.files.insert(
            EVENTS_FILE.into(),
            b"{\"at_ms\":0,\"event\":\"note\",\"text\":\"x\"}\nnonsense\n".to_vec(),
        );
        assert!(
            Recording::from_files("one", &files).unwrap_err().to_string().contains("events.jsonl: line 2")
        );
        files.files.remove(EVENTS_FILE);
        assert!(
            Recording::from_files("one", &files).unwrap_err().to_string().contains("has no events.jsonl")
        );
    }
}
