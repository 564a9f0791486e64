//! Agents that are programs of their own, and run in the sandbox.

pub(crate) mod claude;
pub(crate) mod codex;
mod command;
mod conversation;
mod lines;
mod npm;
mod session;

pub use claude::{Claude, Credential};
pub use codex::Codex;
pub use command::Command;
pub use conversation::{Conversation, NextHeard, Streams, Verdict};
pub use npm::native_program;

use crate::trajectory::{TrajectoryEvent, Watcher};
use crate::{Agent, Assignment, ModelAccess, SessionFuture};
use ghostlib_model::AgentStamp;
use ghostlib_sandbox::Sandbox;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the programs of agents run, and what they find there.
#[derive(Clone, Debug)]
pub struct Workbench {
    /// The sandbox.
    pub sandbox: Arc<Sandbox>,
    /// What they may read beside their workspace: a toolchain.
    pub read: Vec<PathBuf>,
    /// Their `PATH`.
    pub path: String,
}

impl Workbench {
    /// The variables that everything has which runs for an assignment.
    pub(crate) fn variables(&self, assignment: &Assignment, home: &Path) -> BTreeMap<String, String> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let usual = [("PATH", self.path.clone()), ("HOME", text(home)), ("CARGO_NET_OFFLINE", "true".into())];
        let cargo = assignment.cargo_home.as_deref().map(|dir| ("CARGO_HOME", text(dir)));
        usual.into_iter().chain(cargo).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What everything may read that runs for an assignment.
    pub(crate) fn readable(&self, assignment: &Assignment) -> Vec<PathBuf> {
        self.read.iter().chain(&assignment.cargo_home).cloned().collect()
    }
}

/// An agent that is a program of its own.
#[derive(Debug)]
pub struct ProgramAgent<D> {
    /// The program.
    pub program: PathBuf,
    /// What it needs to read of its own, besides its file.
    pub files: Vec<PathBuf>,
    /// How it is spoken to.
    pub dialect: D,
    /// Its model; nothing, if it is to reach none.
    pub model: Option<ModelAccess>,
    /// Where it runs.
    pub workbench: Workbench,
}

/// How a program is started, and how it is spoken with.
pub trait Dialect: Send + Sync {
    /// Where below the address that it is given the paths of its model's API begin.
    fn mount(&self) -> &'static str;

    /// The models that it asks for where this one is configured.
    fn models(&self, configured: &str) -> Vec<String> {
        vec![configured.to_owned()]
    }

    /// How the agent names itself.
    fn name(&self, program: &Path) -> String;

    /// The most bytes that it may write. Messages repeat files and outputs of tools, and come to far more than what a
    /// program prints.
    fn output_bytes(&self) -> u64 {
        256 << 20
    }

    /// What it is started with.
    fn start(&self, place: &Place<'_>) -> Start;

    /// Speaks with it.
    fn converse(&self, assignment: &Assignment, streams: Streams) -> Box<dyn Conversation>;
}

/// Where a session takes place.
pub struct Place<'a> {
    /// The session's work.
    pub assignment: &'a Assignment,
    /// A folder that is its home, and writable.
    pub home: &'a Path,
    /// Its model, and the address at which it is: `http://127.0.0.1:PORT`.
    pub model: Option<(&'a ModelAccess, &'a str)>,
}

/// What a program is started with.
#[derive(Debug, Default)]
pub struct Start {
    /// Its arguments.
    pub args: Vec<String>,
    /// Its variables, besides `PATH` and `HOME`.
    pub env: BTreeMap<String, String>,
    /// Files of its home by their path in it.
    pub files: Vec<(String, String)>,
}

/// Understands what a program says that is told nothing, line by line.
pub trait Listener: Send {
    /// What a line of its standard output tells.
    fn line(&mut self, line: &str) -> Vec<TrajectoryEvent>;

    /// What was begun and not finished.
    fn unfinished(&mut self) -> Vec<TrajectoryEvent> {
        Vec::new()
    }

    /// Why its work failed, if it says so.
    fn complaint(&self) -> Option<Complaint> {
        None
    }
}

/// Why an agent's work failed, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// The model declined to do it.
    Declined(String),
    /// Something else went wrong.
    Failed(String),
}

/// What an agent gets in place of a key.
pub(crate) const DUMMY_KEY: &str = "the-broker-has-the-key";

impl<D: Dialect> Agent for ProgramAgent<D> {
    fn stamp(&self) -> AgentStamp {
        let name = self.dialect.name(&self.program);
        self.model.as_ref().map_or_else(|| AgentStamp::named(&name, true), |model| model.stamp(&name))
    }

    fn work<'a>(&'a self, assignment: &'a Assignment, watcher: &'a Watcher<'a>) -> SessionFuture<'a> {
        Box::pin(self.run(assignment, watcher))
    }
}
