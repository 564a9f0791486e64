//! The engine: it takes a run from one step to the next until the run ends.
//!
//! Which steps can be done follows from the journal alone, so a run that was interrupted goes on where it was.
//! `next` says which, `drive` does them, attempts beside each other; `work`, `specs` and `spans` have what several of them
//! need, and `session`, `evaluate`, `revise` and `review` do one each.

mod author;
mod drive;
mod evaluate;
mod live;
mod next;
mod rebuild;
mod review;
mod revise;
mod session;
mod spans;
mod specs;
mod work;

pub use author::Authored;
pub use next::{Step, next_steps};
pub use rebuild::{Rebuilt, ToRebuild};
pub use review::{Opinion, Proposed, Reviewer};

use crate::judge::{Judge, JudgeError, JudgePlaces, JudgeTools};
use crate::spec_files::{LoadedSpec, SpecError};
use crate::store::{CandidatesError, Journal, JournalError, Lockfile, Project, ProjectError, ProjectLock};
use ghostlib_agent::{Agent, AgentError, Prompts, TreeError};
use ghostlib_diff::CopyThresholds;
use ghostlib_model::{AttemptId, Canary, Event, RunId, RunOptions, RunSummary};
use ghostlib_sandbox::{Guarantee, Sandbox, SandboxError, UnknownGuarantee};
use ghostlib_verify::rust::Toolchain;
use ghostlib_verify::{Tools, ToolsError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;
use tracing::field::{Empty, display};

/// What a run needs beside its spec.
pub struct Engine {
    /// The project that the run belongs to.
    pub project: Project,
    /// Who implements, at least one; the attempts of an iteration take them in turn.
    pub agents: Vec<Worker>,
    /// Who revises what no mechanical revision can mend.
    pub reviser: Option<Box<dyn Agent>>,
    /// Who asks a person about revisions; without, a run that is to be reviewed waits.
    pub reviewer: Option<Arc<dyn Reviewer>>,
    /// The texts of tasks.
    pub prompts: Prompts,
    /// From where on a candidate counts as copied.
    pub copy_thresholds: CopyThresholds,
    /// An evaluation that takes longer is a finding.
    pub evaluate_budget: Duration,
    /// What was planted where no agent may look.
    pub canaries: Vec<Canary>,
    /// Where everything runs.
    pub sandbox: Arc<Sandbox>,
    /// What builds.
    pub toolchain: Toolchain,
    /// Who is told what happens.
    pub observer: Box<dyn Fn(&Notice) + Send + Sync>,
}

/// An agent, and how many sessions of it go on at a time.
pub struct Worker {
    /// The agent.
    pub agent: Box<dyn Agent>,
    /// At most so many; nothing, where only the run's own limit holds.
    pub parallel: Option<u32>,
}

/// Something that a person who watches a run wants to know.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A step is done, and recorded.
    Recorded(Box<Event>),
    /// A session begins, in this workspace.
    Session {
        /// The attempt; nothing for a reviser's.
        attempt: Option<AttemptId>,
        /// The session, as `ghostlib task` names it.
        session: String,
        /// The folder that the agent works in.
        workspace: PathBuf,
        /// Whether somebody outside is waited for.
        is_handed_out: bool,
    },
}

/// Why a run cannot start or go on. What was recorded stays, and `resume` goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The spec cannot be read or used.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The project's folder.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// What runs the reference.
    #[error(transparent)]
    Tools(#[from] ToolsError),
    /// The sandbox is weaker than what the run began with requires.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The run began with a requirement that only another version knows.
    #[error("the run requires of its sandbox what this ghostlib does not know: {0}")]
    Required(#[from] UnknownGuarantee),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The repository of candidates.
    #[error(transparent)]
    Candidates(#[from] CandidatesError),
    /// The agent could not work at all.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The judge could not work.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// A copy of the spec in the run's folder is not what the journal says.
    #[error("the copy of the spec in {} was changed after it was recorded", .0.display())]
    SnapshotChanged(PathBuf),
    /// Somebody outside has the workspace of this session.
    #[error("the task {0} is open, and its workspace may hold somebody's work")]
    TaskOpen(String),
    /// The reference is not the one that the run began with.
    #[error(
        "the reference {source_text} has changed since the run began: its checksum was {was} and is {is}"
    )]
    ReferenceChanged {
        /// The reference.
        source_text: String,
        /// The checksum in the journal, short.
        was: String,
        /// The checksum now, short.
        is: String,
    },
    /// A revision waits for a person. [`Outcome::waits`] says so of a run.
    #[error("a revision waits to be reviewed in {}", .0.display())]
    Waits(PathBuf),
    /// No revision waits for a person.
    #[error("no revision of the run {0} waits to be reviewed")]
    NothingToReview(RunId),
    /// The guard refuses what a person edited.
    #[error("the guard refuses the edited revision: {}", .0.join("; "))]
    EditRefused(Vec<String>),
    /// A run that has not recorded what a step needs to begin with.
    #[error("the run's journal does not say how it began; start a new run with `ghostlib run`")]
    NoBeginning,
    /// A file of the project.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What a finished run comes to.
#[derive(Debug)]
pub struct Outcome {
    /// Held until the outcome is dealt with.
    pub lock: ProjectLock,
    /// The run.
    pub run: RunId,
    /// Its state.
    pub summary: RunSummary,
    /// What it proved, if it passed.
    pub lockfile: Option<Lockfile>,
    /// The folder of the best spec.
    pub spec_dir: PathBuf,
    /// Where a revision waits for a person, if the run has not ended for that.
    pub waits: Option<PathBuf>,
}

/// A run that was begun before, opened to go on with it. Nobody else can as long as it is open.
#[derive(Debug)]
pub struct Begun {
    lock: ProjectLock,
    journal: Journal,
    /// How far it has come.
    pub summary: RunSummary,
}

impl Begun {
    /// Opens a run of a project.
    ///
    /// # Errors
    /// If another process works in the project, or the journal cannot be used.
    pub fn open(project: &Project, run: &RunId) -> Result<Self, RunError> {
        let lock = project.lock()?;
        let (journal, events) = Journal::open(&project.journal(run))?;
        Ok(Self { lock, journal, summary: RunSummary::of(events) })
    }
}

impl Engine {
    /// Starts a run of the spec at a path and takes it to its end.
    ///
    /// # Errors
    /// If something outside the loop fails; `resume` goes on.
    #[tracing::instrument(name = "run", skip_all, fields(run = Empty))]
    pub async fn run(&self, spec_path: &Path, options: RunOptions) -> Result<Outcome, RunError> {
        let lock = self.project.lock()?;
        let loaded = LoadedSpec::read(spec_path)?.without_errors()?;
        // A reference that is not to be had leaves no run behind.
        let judge = self.prepare_judge(&loaded, &spec_path.to_string_lossy()).await?;
        let run = self.project.new_run()?;
        Span::current().record("run", display(&run));
        let spec = loaded.stamp();
        loaded.write(&self.project.spec_dir(&run, &spec.hash))?;
        let mut journal = Journal::create(&self.project.journal(&run))?;
        let started = Event::RunStarted {
            run: run.clone(),
            spec_path: spec_path.to_string_lossy().into_owned(),
            spec,
            agents: self.agents.iter().map(|worker| worker.agent.stamp()).collect(),
            sandbox: self.sandbox.stamp(),
            options: Box::new(options),
        };
        journal.append(&started)?;
        self.tell(&started);
        self.drive(journal, RunSummary::of([started]), Some(judge), lock).await
    }

    /// Goes on with a run that was interrupted, as its options are now. One that has ended is left as it is.
    ///
    /// # Errors
    /// As [`Self::run`].
    #[tracing::instrument(name = "run", skip_all, fields(run = begun.summary.run.as_ref().map(display)))]
    pub async fn resume(&self, begun: Begun, options: RunOptions) -> Result<Outcome, RunError> {
        let Begun { lock, mut journal, mut summary } = begun;
        self.check_required(&summary)?;
        if summary.end.is_none() && summary.options.as_ref().is_some_and(|before| *before != options) {
            let agents = self.agents.iter().map(|worker| worker.agent.stamp()).collect();
            let changed = Event::OptionsChanged { agents, options: Box::new(options) };
            journal.append(&changed)?;
            summary.apply(changed);
        }
        self.drive(journal, summary, None, lock).await
    }

    /// What was required when the run began is required still, whatever the settings say by now.
    fn check_required(&self, summary: &RunSummary) -> Result<(), RunError> {
        let names = summary.sandbox.iter().flat_map(|sandbox| &sandbox.required);
        let required: Vec<Guarantee> = names.map(|name| name.parse()).collect::<Result<_, _>>()?;
        Ok(self.sandbox.require(&required)?)
    }

    /// Tells that a step is done.
    fn tell(&self, event: &Event) {
        spans::tell(event);
        (self.observer)(&Notice::Recorded(Box::new(event.clone())));
    }

    /// Fetches the reference that a spec names; a path starts at the folder of the user's spec.
    #[tracing::instrument(name = "prepare", skip_all)]
    async fn prepare_judge(&self, loaded: &LoadedSpec, spec_path: &str) -> Result<Judge, RunError> {
        let spec_path = self.project.root().join(spec_path);
        let base = if spec_path.is_dir() { &spec_path } else { spec_path.parent().unwrap_or(&spec_path) };
        let places = JudgePlaces {
            base: base.to_owned(),
            cache: self.project.references(),
            scratch: self.project.reference_build(),
        };
        let candidate = Tools::Rust(self.toolchain.clone());
        let tools = JudgeTools::of(&loaded.spec, base, candidate).await?;
        Ok(Judge::prepare(Arc::clone(&self.sandbox), tools, &loaded.spec, places).await?)
    }
}

fn tree_error(error: TreeError) -> RunError {
    RunError::Io { path: error.path.clone(), source: error.into() }
}

fn remove_folder(path: &Path) -> Result<(), RunError> {
    ghostlib_sandbox::remove_folder(path).map_err(|source| RunError::Io { path: path.into(), source })
}
