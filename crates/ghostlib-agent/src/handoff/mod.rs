//! Handing a task to somebody outside: a person, an editor, another agent.
//!
//! The task waits in a folder of its own, beside a small file with its state. Whoever takes it claims it, works in the
//! folder, and closes it: over the command line (`ghostlib task`), or as a [`Client`] of a program in between, which
//! reaches nothing but the folder. Blindness is asked for and cannot be enforced.

mod agent;
mod client;
mod folder;
mod tasks;
mod workspace;

pub use agent::HandoffAgent;
pub use client::Client;
pub use tasks::Tasks;
pub use workspace::Workspace;

use ghostlib_model::Role;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A task that was handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its id: the session's.
    pub id: String,
    /// The role.
    pub role: Role,
    /// The folder to work in.
    pub workspace: PathBuf,
    /// How it stands.
    pub state: TaskState,
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
pub enum TaskState {
    /// Waiting for somebody.
    Open,
    /// Somebody works on it.
    Claimed(Claim),
    /// Done, by whom.
    Done(String),
    /// Given up, and why.
    Failed(String),
}

/// Who works on a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Who it is, as they name themselves.
    pub by: String,
    /// When it was claimed, in seconds since 1970.
    pub since: u64,
    /// What tells a [`Client`] apart from others of the same name; nothing for a claim over the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl TaskState {
    /// Whether nothing more is expected of it.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}

/// Why a task cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// There is none with this id.
    #[error("there is no task `{id}`{}", open_text(.open))]
    Unknown {
        /// The id.
        id: String,
        /// The ids of open tasks.
        open: Vec<String>,
    },
    /// It is closed already.
    #[error("the task `{0}` is closed already")]
    Closed(String),
    /// Somebody else works on it.
    #[error("the task `{id}` is claimed by {by}")]
    Claimed {
        /// The task.
        id: String,
        /// Who has it.
        by: String,
    },
    /// It has to be claimed before it can be worked on.
    #[error("the task `{0}` is not claimed yet")]
    Unclaimed(String),
    /// A client that works on one task asks for another.
    #[error("you work on the task `{0}` already")]
    Busy(String),
    /// Its work cannot be taken over.
    #[error("the task `{id}` cannot be done: {reason}")]
    Unfinished {
        /// The task.
        id: String,
        /// What is wrong with what lies in its folder.
        reason: String,
    },
    /// A path that cannot be read or written in a workspace.
    #[error("{path}: {reason}")]
    Path {
        /// The path, as it was asked for.
        path: String,
        /// Why.
        reason: String,
    },
    /// Its file, or one of its folder, cannot be read or written.
    #[error("{}: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

fn open_text(open: &[String]) -> String {
    if open.is_empty() { "; no task is open".into() } else { format!("; open are: {}", open.join(", ")) }
}
