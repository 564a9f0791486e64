//! Drives agents through one small trait, and records what they did.
//!
//! An agent gets an [`Assignment`]: a workspace that already holds everything it may see, and the text of its
//! task. When its session is over, what counts is what lies in the workspace. This crate knows nothing of
//! references, comparison or judgement: an agent must not see the judge.
//!
//! # A workspace
//!
//! ```text
//! TASK.md        what is asked
//! spec/          the spec, hidden vectors taken out
//! candidate/     where the implementer writes the library: a Cargo package
//! CHANGES.md     where the implementer is to change a library: what has changed in the spec
//! PUSHBACK.md    optional: requirements that the implementer could not follow, and why
//! FINDINGS.md    for a reviser, who works on `spec/`: where rebuilds went wrong
//! REASONS.md     optional: why a reviser weakens, changes or leaves something
//! ```

mod acp;
mod assignment;
mod checks;
mod follow;
mod handoff;
mod left;
mod model_access;
mod openai;
mod program;
mod prompts;
mod recording;
mod replay;
mod trajectory;
mod tree;
mod watch;

pub use acp::{Acp, AcpSetup};
pub use assignment::{
    Assignment, CANDIDATE_DIR, CHANGES_FILE, FINDINGS_FILE, PUSHBACK_FILE, Prepared, Present, REASONS_FILE,
    REFERENCE_DIR, SPEC_DIR, TASK_FILE, ToRevise, ToWrite, has_its_spec, output_dir, prepare_author,
    prepare_implementer, prepare_reviser,
};
pub use checks::{CheckError, CheckFuture, CheckReport, Checks};
pub use follow::{Followed, Follower};
pub use handoff::{Claim, Client, HandoffAgent, Task, TaskError, TaskState, Tasks, Workspace};
pub use model_access::{ModelAccess, Price};
pub use openai::{Api, OpenAiAgent};
pub use program::{
    Claude, Codex, Command, Conversation, Credential, Dialect, Listener, NextHeard, Place, ProgramAgent,
    Start, Streams, Verdict, Workbench, native_program,
};
pub use prompts::{PromptName, Prompts, UnknownPrompt};
pub use recording::{
    Blindness, EVENTS_FILE, FORMAT, Fault, Meta, Recording, RecordingError, Times, Trim, Verified,
    folders as recording_folders, name_in as recording_name, verify as verify_recording, without_secrets,
};
pub use replay::{Pace, ReplayAgent};
pub use trajectory::{FileChangeKind, Trajectory, TrajectoryEvent, TrajectoryLine, Watcher};
pub use tree::{FileTree, TreeError, check_name, read_plain_file};

use ghostlib_model::{AgentStamp, PolicyStamp, SessionEnd, SessionUsage, Sha256Hex};
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;

/// Whoever can be given a role.
pub trait Agent: Send + Sync {
    /// How it names itself, and whether its blindness is enforced.
    fn stamp(&self) -> AgentStamp;

    /// Whether it hands its assignments to somebody outside, who may go on with them while no run waits.
    fn hands_out(&self) -> bool {
        false
    }

    /// Works on an assignment until the session is over, and tells of each event as it happens. Dropping the
    /// future ends the session and every process of it. Called again for the same session, it goes on where that is
    /// possible.
    fn work<'a>(&'a self, assignment: &'a Assignment, watcher: &'a Watcher<'a>) -> SessionFuture<'a>;
}

/// A session under way.
pub type SessionFuture<'a> = Pin<Box<dyn Future<Output = Result<Session, AgentError>> + Send + 'a>>;

/// A session that is over. Whether it left a usable candidate is for the workspace to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// How it ended, as the agent sees it.
    pub end: SessionEnd,
    /// Who really worked: a replayed recording names its agent.
    pub agent: AgentStamp,
    /// What happened, in order.
    pub trajectory: Trajectory,
    /// What it was allowed, if a sandbox enforced it.
    pub policy: Option<PolicyStamp>,
    /// What it used of its model, where that is known.
    pub usage: Option<SessionUsage>,
}

/// Why a session could not take place at all.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// No recording was made from this spec.
    #[error("no recording was made from this spec ({wanted}); {}", have_text(.have))]
    NoRecording {
        /// The hash of the spec in the workspace, short.
        wanted: String,
        /// The recordings there are: name and short hash of the spec.
        have: Vec<(String, String)>,
    },
    /// A recording cannot be used.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A task's folder cannot be used.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A file of the workspace.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The sandbox failed, or the agent's program could not be started in it.
    #[error(transparent)]
    Sandbox(#[from] ghostlib_sandbox::SandboxError),
    /// There is no way to its model.
    #[error(transparent)]
    Broker(#[from] ghostlib_sandbox::broker::BrokerError),
    /// A prompt's template cannot be used.
    #[error("the prompt of the {name} does not expand: {reason}; it may name: {variables}")]
    Prompt {
        /// The prompt.
        name: String,
        /// Why.
        reason: String,
        /// What it may name.
        variables: String,
    },
}

impl AgentError {
    fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

fn have_text(have: &[(String, String)]) -> String {
    if have.is_empty() {
        return "there is none at all".into();
    }
    let list: Vec<_> = have.iter().map(|(name, hash)| format!("{name} ({hash})")).collect();
    format!("those there are were made from others: {}", list.join(", "))
}

/// The hash of a prompt, as a lock pins it.
pub fn prompt_hash(prompt: &str) -> Sha256Hex {
    Sha256Hex::of(prompt.as_bytes())
}
