//! A run as one file, for another machine: a tar archive, compressed by gzip.
//!
//! ```text
//! ghostlib-export.json        {"ghostlib-export": 1, "run": "r1", "members": [{"path", "bytes", "sha256"}]}; always first
//! journal.jsonl               as it stands in the run's folder
//! specs/HASH/                 each spec that the journal names
//! sessions/SESSION/           each recording that the journal names
//! commits/ITERATION.ATTEMPT   the commit of a candidate, as git has it; its files are those of the recording
//! ```
//!
//! Members are in the order of the list. Whoever writes the same run twice writes the same bytes.

use super::{CandidatesError, JournalError, ProjectError};
use crate::spec_files::SpecError;
use ghostlib_agent::{RecordingError, TreeError};
use ghostlib_model::{AttemptId, CandidateStamp, Event, Reviser, RunId, SessionId, Sha256Hex};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

/// The number of the format that is written.
pub const FORMAT: u32 = 1;

/// The member that lists the others.
pub(super) const MANIFEST: &str = "ghostlib-export.json";
pub(super) const JOURNAL: &str = "journal.jsonl";
/// The most members, and bytes of all together.
pub(super) const MAX_MEMBERS: usize = 100_000;
pub(super) const MAX_BYTES: u64 = 1 << 30;
/// Bytes of the list.
pub(super) const MAX_MANIFEST: u64 = 64 << 20;

/// Why a run cannot be exported or imported.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// The project.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The journal, here or in the file.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The repository of candidates.
    #[error(transparent)]
    Candidates(#[from] CandidatesError),
    /// A spec of the run.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A recording of the run.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A folder of the run.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The run is too large, or is not what its journal says.
    #[error("the run {run} cannot be exported: {reason}")]
    Unfit {
        /// The run.
        run: RunId,
        /// Why.
        reason: String,
    },
    /// The file is something else.
    #[error("{} is no run that ghostlib has exported: {reason}", .path.display())]
    NotARun {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It was written by a newer ghostlib.
    #[error("{} has format {format}; this ghostlib reads up to {FORMAT}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// It is not as it was written, or was never written by ghostlib.
    #[error("{} cannot be imported: {reason}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// What the first member says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    #[serde(rename = "ghostlib-export")]
    pub(super) format: u32,
    pub(super) run: RunId,
    pub(super) members: Vec<Member>,
}

/// A file of the archive.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) sha256: Sha256Hex,
}

/// What a member is called in the archive: a name that tar has no room for is a number there.
pub(super) fn name_in_archive(at: usize, path: &str) -> String {
    let fits = tar::Header::new_ustar().set_path(path).is_ok();
    if fits { path.to_owned() } else { format!("long-names/{at}") }
}

pub(super) fn commit_path(attempt: AttemptId) -> String {
    format!("commits/{attempt}")
}

/// What a run needs besides its journal, by what the journal says.
#[derive(Default)]
pub(super) struct Named<'a> {
    pub(super) specs: BTreeSet<&'a Sha256Hex>,
    pub(super) sessions: BTreeSet<&'a SessionId>,
    pub(super) candidates: BTreeMap<AttemptId, (&'a SessionId, &'a CandidateStamp)>,
}

impl<'a> Named<'a> {
    pub(super) fn of(events: &'a [Event]) -> Self {
        let mut named = Self::default();
        for event in events {
            match event {
                Event::RunStarted { spec, .. } | Event::IterationStarted { spec, .. } => {
                    named.specs.insert(&spec.hash);
                }
                Event::SessionEnded { attempt, session, candidate, .. } => {
                    named.sessions.insert(session);
                    named.candidates.extend(candidate.as_ref().map(|stamp| (*attempt, (session, stamp))));
                }
                Event::Revised { revision, .. } => {
                    named.specs.insert(&revision.to);
                    if let Reviser::Agent(by) = &revision.by {
                        named.sessions.insert(&by.session);
                    }
                }
                _ => {}
            }
        }
        named
    }
}
