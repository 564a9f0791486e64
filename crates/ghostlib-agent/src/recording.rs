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
//! recording claims it; and what is called `Cargo_fixture.toml` as `Cargo_fixture_fixture.toml`, and so on.

mod meta;
mod secrets;
mod trim;
mod verify;

pub use meta::{Blindness, Meta};
pub use secrets::without_secrets;
pub use trim::{Times, Trim};
pub use verify::{Fault, Verified, verify};

use crate::tree::{self, Bounds, FileTree};
use crate::{Session, Trajectory, TreeError};
use ghostlib_model::{AgentStamp, Role, Sha256Hex};
use meta::MetaError;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The number of the recording format that is written.
pub const FORMAT: u32 = 1;

/// The file that says what a recording is.
pub(crate) const META: &str = "recording.toml";
/// The file with the trajectory.
pub const EVENTS_FILE: &str = "events.jsonl";
const PROMPT: &str = "PROMPT.md";
/// A candidate, and texts of 16 MiB, each byte of which may take six in JSON.
const BOUNDS: Bounds = Bounds { files: tree::CANDIDATE.files + 3, bytes: 256 << 20 };
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
        let meta = Meta::parse(&text(META)?).map_err(|error| match error {
            MetaError::Newer(format) => RecordingError::Newer { recording: name.into(), format },
            MetaError::Broken { line: Some(line), reason } => broken(META, format!("line {line}: {reason}")),
            MetaError::Broken { line: None, reason } => broken(META, reason),
        })?;
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

    /// Reads a recording from its folder, and calls it so.
    ///
    /// # Errors
    /// As [`Self::from_files`], and if the folder cannot be read.
    pub fn read(name: &str, dir: &Path) -> Result<Self, RecordingError> {
        Self::from_files(name, &Self::files_in(dir)?)
    }

    /// The files of the recording in a folder, whatever they are.
    ///
    /// # Errors
    /// As [`FileTree::read`], but for as many files and bytes as a recording may have.
    pub fn files_in(dir: &Path) -> Result<FileTree, TreeError> {
        FileTree::read_within(dir, BOUNDS)
    }

    /// Reads all recordings in a folder and below it: each folder with a `recording.toml` is one, and what lies in it is
    /// its own. Called by their paths in the folder, and in the order of these.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_all(dir: &Path) -> Result<Vec<Self>, RecordingError> {
        folders(dir)?.iter().map(|folder| Self::read(&name_in(dir, folder), folder)).collect()
    }

    /// The recordings among files that are already read.
    ///
    /// # Errors
    /// As [`Self::from_files`].
    pub fn all_from_files(files: &FileTree) -> Result<Vec<Self>, RecordingError> {
        let folder = |path: &'_ String| Some(path.strip_suffix(META)?.strip_suffix('/')?.to_owned());
        let folders: Vec<String> = files.files.keys().filter_map(folder).collect();
        let holds =
            |outer: &String, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let outermost = folders.iter().filter(|inner| !folders.iter().any(|outer| holds(outer, inner)));
        outermost.map(|folder| Self::from_files(folder, &files.below(folder))).collect()
    }

    fn broken(&self, file: &'static str, reason: &str) -> RecordingError {
        RecordingError::Broken { recording: self.name.clone(), file, reason: reason.into() }
    }
}

/// The folders of all recordings in a folder and below it, sorted. What lies in a recording is its own.
///
/// # Errors
/// If a folder cannot be read.
pub fn folders(dir: &Path) -> Result<Vec<PathBuf>, RecordingError> {
    let mut found = Vec::new();
    let mut entries = WalkDir::new(dir).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(|error| TreeError {
            path: error.path().unwrap_or(dir).to_owned(),
            kind: error.io_error().map_or(io::ErrorKind::Other, io::Error::kind),
            reason: error.to_string(),
        })?;
        if entry.file_type().is_dir() && entry.path().join(META).is_file() {
            found.push(entry.into_path());
            entries.skip_current_dir();
        }
    }
    Ok(found)
}

/// What the recording of a folder is called: its path below the folder that was searched, or else its own name.
pub fn name_in(searched: &Path, folder: &Path) -> String {
    let below = folder.strip_prefix(searched).ok().filter(|path| !path.as_os_str().is_empty());
    let name = below.or_else(|| folder.file_name().map(Path::new)).unwrap_or(folder);
    name.to_string_lossy().into_owned()
}

/// What stands before `.toml` in the name of a manifest, and what is put between when it is stored.
const MANIFEST: &str = "Cargo";
const STORED: &str = "_fixture";

fn stored_name(path: &str) -> String {
    match manifest(path) {
        Some((before, marks)) => format!("{before}{MANIFEST}{marks}{STORED}.toml"),
        None => path.to_owned(),
    }
}

fn restored_name(path: &str) -> String {
    match manifest(path).and_then(|(before, marks)| Some((before, marks.strip_suffix(STORED)?))) {
        Some((before, marks)) => format!("{before}{MANIFEST}{marks}.toml"),
        None => path.to_owned(),
    }
}

/// The folder of a manifest, stored so and so often, and the marks of that.
fn manifest(path: &str) -> Option<(&str, &str)> {
    let (folder, name) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let marks = name.strip_prefix(MANIFEST)?.strip_suffix(".toml")?;
    marks.split(STORED).all(str::is_empty).then_some((folder, marks))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::TrajectoryEvent;
    use crate::trajectory::Recorder;
    use ghostlib_model::SessionEnd;

    pub(crate) fn recording() -> Recording {
        let prompt = "do it";
        let recorder = Recorder::start(crate::prompt_hash(prompt), &|_| {});
        let agent = AgentStamp::named("somebody", false);
        let (end, trajectory) = recorder.end(SessionEnd::Done);
        let session = Session { end, agent, trajectory, policy: None, usage: None };
        let tree = FileTree::from_files([
            ("Cargo.toml".into(), b"[package]".to_vec()),
            ("src/lib.rs".into(), b"//!".to_vec()),
            ("sub/Cargo.toml".into(), Vec::new()),
            ("sub/Cargo_fixture.toml".into(), b"another".to_vec()),
            ("Cargo_fixtures.toml".into(), Vec::new()),
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
        assert!(files.files.contains_key("candidate/sub/Cargo_fixture_fixture.toml"));
        assert!(files.files.keys().all(|path| !path.ends_with("Cargo.toml")));
        assert_eq!(Recording::from_files("one", &files).unwrap(), recording());
    }

    #[test]
    fn a_recording_may_be_larger_than_a_candidate() {
        let dir = tempfile::tempdir().unwrap();
        let mut long = recording();
        long.candidate.files.insert("table".into(), vec![0; 60 << 20]);
        for _ in 0..5 {
            long.trajectory.add_before_the_end(TrajectoryEvent::Note { text: "x".repeat(1 << 20) });
        }
        long.to_files().unwrap().write(dir.path()).unwrap();
        assert_eq!(Recording::read("one", dir.path()).unwrap(), long);
        assert_eq!(verify(dir.path(), &[]), Verified::default());
        assert!(FileTree::read(dir.path()).is_err());
    }

    #[test]
    fn a_newer_format_is_refused_even_if_it_has_other_keys() {
        let mut files = recording().to_files().unwrap();
        files.files.insert(META.into(), b"format = 2\nsomething = \"new\"\n".to_vec());
        let error = Recording::from_files("one", &files).unwrap_err();
        assert!(matches!(error, RecordingError::Newer { format: 2, .. }), "{error}");
    }

    #[test]
    fn folders_are_searched_and_what_lies_in_a_recording_is_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let mut one = recording();
        one.candidate.files.insert("recording.toml".into(), b"not one".to_vec());
        for name in ["b", "a/deep"] {
            one.to_files().unwrap().write(&dir.path().join(name)).unwrap();
        }
        let names = |from: &Path| {
            let all = Recording::read_all(from).unwrap();
            all.into_iter().map(|one| one.name).collect::<Vec<_>>()
        };
        assert_eq!(names(dir.path()), ["a/deep", "b"]);
        assert_eq!(names(&dir.path().join("b")), ["b"], "a folder may be the recording itself");
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
