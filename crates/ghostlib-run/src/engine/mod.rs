//! The engine: it takes a run from one step to the next until the run ends.
//!
//! Which step is next follows from the journal alone, so a run that was interrupted goes on where it was.

mod next;
mod session;

pub use next::{Step, next_step};

use crate::judge::{Candidate, Judge, JudgeError, JudgeOptions, JudgePlaces, JudgeTools, Ready};
use crate::revision;
use crate::spec_files::{LoadedSpec, SpecError};
use crate::store::{
    Candidates, CandidatesError, Journal, JournalError, Lockfile, Project, ProjectError, ProjectLock,
};
use ghostlib_agent::{Agent, AgentError, FileTree, Prompts, TrajectoryLine, TreeError};
use ghostlib_diff::CopyThresholds;
use ghostlib_model::{
    Canary, Environment, Event, ReferenceStamp, RunId, RunOptions, RunSummary, SessionBudget, Sha256Hex,
    VectorId,
};
use ghostlib_sandbox::{Guarantee, Sandbox, SandboxError, UnknownGuarantee};
use ghostlib_verify::Differential;
use ghostlib_verify::rust::Toolchain;
use ghostlib_verify::{Tools, ToolsError};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a run needs beside its spec.
pub struct Engine {
    /// The project that the run belongs to.
    pub project: Project,
    /// Who implements.
    pub agent: Box<dyn Agent>,
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

/// Something that a person who watches a run wants to know.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A step is done, and recorded.
    Recorded(Box<Event>),
    /// A step begins.
    Begins(Step),
    /// A session begins, in this workspace.
    Session {
        /// The iteration.
        iteration: u32,
        /// The session, as `ghostlib task` names it.
        session: String,
        /// The folder that the agent works in.
        workspace: PathBuf,
        /// Whether somebody outside is waited for.
        is_handed_out: bool,
    },
    /// Something happened in a session.
    Happened {
        /// The session.
        session: String,
        /// What, and when.
        line: TrajectoryLine,
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
    /// A run that has not recorded its own beginning.
    #[error("the run {0} ended before it began; start a new one with `ghostlib run`")]
    NeverStarted(RunId),
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
}

impl Engine {
    /// Starts a run of the spec at a path and takes it to its end.
    ///
    /// # Errors
    /// If something outside the loop fails; `resume` goes on.
    pub async fn run(&self, spec_path: &Path, options: RunOptions) -> Result<Outcome, RunError> {
        let lock = self.project.lock()?;
        let loaded = LoadedSpec::read(spec_path)?.without_errors()?;
        // A reference that is not to be had leaves no run behind.
        (self.observer)(&Notice::Begins(Step::PrepareReference));
        let judge = self.prepare_judge(&loaded, &spec_path.to_string_lossy()).await?;
        let run = self.project.new_run()?;
        loaded.write(&self.project.spec_dir(&run, 1))?;
        let mut journal = Journal::create(&self.project.journal(&run))?;
        let started = Event::RunStarted {
            run: run.clone(),
            spec_path: spec_path.to_string_lossy().into_owned(),
            spec: loaded.stamp(),
            agent: self.agent.stamp(),
            sandbox: self.sandbox.stamp(),
            options,
        };
        journal.append(&started)?;
        (self.observer)(&Notice::Recorded(Box::new(started.clone())));
        self.drive(run, journal, RunSummary::of([&started]), Some(judge), lock).await
    }

    /// Goes on with a run that was interrupted, its sessions from now on with this budget. One that has ended is left
    /// as it is.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn resume(&self, run: RunId, session: SessionBudget) -> Result<Outcome, RunError> {
        let lock = self.project.lock()?;
        let (journal, events) = Journal::open(&self.project.journal(&run))?;
        let mut summary = RunSummary::of(&events);
        if let Some(options) = &mut summary.options {
            options.session = session;
        }
        self.check_required(&summary)?;
        self.drive(run, journal, summary, None, lock).await
    }

    /// What was required when the run began is required still, whatever the settings say by now.
    fn check_required(&self, summary: &RunSummary) -> Result<(), RunError> {
        let names = summary.sandbox.iter().flat_map(|sandbox| &sandbox.required);
        let required: Vec<Guarantee> = names.map(|name| name.parse()).collect::<Result<_, _>>()?;
        Ok(self.sandbox.require(&required)?)
    }

    async fn drive(
        &self,
        run: RunId,
        journal: Journal,
        summary: RunSummary,
        judge: Option<Judge>,
        lock: ProjectLock,
    ) -> Result<Outcome, RunError> {
        let options = summary.options.clone().ok_or_else(|| RunError::NeverStarted(run.clone()))?;
        let mut open = OpenRun {
            engine: self,
            run,
            journal,
            summary,
            options,
            judge,
            withheld: None,
            spec: None,
            ready: None,
        };
        loop {
            let step = next_step(&open.summary);
            if step == Step::Nothing {
                return open.outcome(lock);
            }
            (self.observer)(&Notice::Begins(step.clone()));
            let event = open.take(&step).await?;
            open.record(event)?;
        }
    }

    /// Fetches the reference that a spec names; a path starts at the folder of the user's spec.
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

/// A run under way. What is not in the summary is only kept to save work.
struct OpenRun<'a> {
    engine: &'a Engine,
    run: RunId,
    journal: Journal,
    summary: RunSummary,
    options: RunOptions,
    judge: Option<Judge>,
    /// What the run withholds from implementers, before any revision.
    withheld: Option<BTreeSet<VectorId>>,
    /// The spec of one iteration.
    spec: Option<(u32, LoadedSpec)>,
    /// The reference's driver for that iteration.
    ready: Option<(u32, Ready)>,
}

impl OpenRun<'_> {
    /// Does one step and gives the event that says that it is done.
    async fn take(&mut self, step: &Step) -> Result<Event, RunError> {
        let began = Instant::now();
        match step {
            Step::PrepareReference => Ok(Event::ReferenceReady { reference: self.judge().await?.stamp() }),
            Step::StartIteration(iteration) => self.start_iteration(*iteration).await,
            Step::Session(iteration) => self.session(*iteration, began).await,
            Step::Evaluate(iteration) => Box::pin(self.evaluate(*iteration, began)).await,
            Step::Revise(iteration) => self.revise(*iteration).await,
            Step::End(end) => Ok(Event::RunEnded { end: end.clone(), best: next::best(&self.summary) }),
            Step::Nothing => Err(RunError::NeverStarted(self.run.clone())),
        }
    }

    fn record(&mut self, event: Event) -> Result<(), RunError> {
        self.journal.append(&event)?;
        self.summary.apply(&event);
        (self.engine.observer)(&Notice::Recorded(Box::new(event)));
        Ok(())
    }

    async fn start_iteration(&mut self, iteration: u32) -> Result<Event, RunError> {
        self.keep_spec_of(iteration)?;
        self.make_ready(iteration).await?;
        let dropped = self.ready.as_ref().map(|(_, ready)| ready.dropped.clone()).unwrap_or_default();
        Ok(Event::IterationStarted { iteration, spec: self.loaded(iteration)?.stamp(), dropped })
    }

    /// After an attempt that left nothing there is no revision: the spec stays as it was.
    fn keep_spec_of(&mut self, iteration: u32) -> Result<(), RunError> {
        let is_unrevised = self.summary.iterations.last().is_some_and(|last| last.revision.is_none());
        if is_unrevised {
            let dir = self.engine.project.spec_dir(&self.run, iteration);
            self.loaded(iteration - 1)?.write(&dir)?;
        }
        Ok(())
    }

    async fn evaluate(&mut self, iteration: u32, began: Instant) -> Result<Event, RunError> {
        let [dir, scratch] = self.check_out(iteration)?;
        self.make_ready(iteration).await?;
        let options = self.judge_options();
        let loaded = self.loaded(iteration)?.clone();
        let (Some(judge), Some((_, ready))) = (&self.judge, &self.ready) else {
            return Err(RunError::NeverStarted(self.run.clone()));
        };
        let record = self.record_of(iteration)?;
        let candidate = Candidate { dir: &dir, scratch: &scratch, record: &record };
        let evaluation = judge.evaluate(&loaded, ready, candidate, &options).await?;
        let environment = Environment {
            toolchain: self.engine.toolchain.version.clone(),
            sandbox: self.engine.sandbox.stamp().backend,
        };
        let seconds = began.elapsed().as_secs_f64();
        Ok(Event::Evaluated { iteration, evaluation: Box::new(evaluation), environment, seconds })
    }

    /// Writes the candidate of an iteration, as it was committed, to where it is built: its source, and its build.
    fn check_out(&self, iteration: u32) -> Result<[PathBuf; 2], RunError> {
        let session = self.summary.iterations.iter().find(|one| one.iteration == iteration);
        let session = session.and_then(|one| one.session.as_ref());
        let stamp = session.and_then(|session| session.candidate.as_ref());
        let stamp = stamp.ok_or_else(|| RunError::NeverStarted(self.run.clone()))?;
        let tree = Candidates::open(&self.engine.project.candidates())?.read(&stamp.commit)?;
        self.engine.project.lay_out(&tree, &stamp.tree).map_err(tree_error)
    }

    /// What the session of an iteration left: its trajectory, its objections, its candidate.
    fn record_of(&self, iteration: u32) -> Result<FileTree, RunError> {
        let summary = self.summary.iterations.iter().find(|one| one.iteration == iteration);
        let session = summary.and_then(|one| one.session.as_ref());
        let session = session.ok_or_else(|| RunError::NeverStarted(self.run.clone()))?;
        FileTree::read(&self.engine.project.session_dir(&self.run, &session.id)).map_err(tree_error)
    }

    async fn revise(&mut self, iteration: u32) -> Result<Event, RunError> {
        self.make_ready(iteration).await?;
        let options = self.judge_options();
        let before = self.loaded(iteration)?.clone();
        let summary = self.summary.iterations.iter().find(|one| one.iteration == iteration);
        let evaluation = summary.and_then(|one| one.evaluation.clone());
        let (Some(judge), Some((_, ready)), Some(evaluation)) = (&self.judge, &self.ready, evaluation) else {
            return Err(RunError::NeverStarted(self.run.clone()));
        };
        let proposal = revision::propose(&before, &evaluation, judge, ready, &options).await?;
        let (after, revision) = match proposal {
            None => {
                let nothing = revision::Proposal { after: before.clone(), changes: Vec::new() };
                (before.clone(), revision::conclude(&before, &nothing, Vec::new()))
            }
            Some(proposal) => {
                let reasons = revision::check(&before, &proposal.after, judge, &options).await?;
                let after = if reasons.is_empty() { proposal.after.clone() } else { before.clone() };
                (after, revision::conclude(&before, &proposal, reasons))
            }
        };
        after.write(&self.engine.project.spec_dir(&self.run, iteration + 1))?;
        Ok(Event::Revised { iteration, revision })
    }

    async fn judge(&mut self) -> Result<&Judge, RunError> {
        if self.judge.is_none() {
            let spec_path = self.summary.spec_path.clone();
            let loaded = self.loaded(1)?.clone();
            let judge = self.engine.prepare_judge(&loaded, &spec_path).await?;
            check_reference(self.summary.reference.as_ref(), &judge.stamp())?;
            self.judge = Some(judge);
        }
        self.judge.as_ref().ok_or(RunError::Judge(JudgeError::NoReference))
    }

    async fn make_ready(&mut self, iteration: u32) -> Result<(), RunError> {
        if self.ready.as_ref().is_none_or(|(made_for, _)| *made_for != iteration) {
            let loaded = self.loaded(iteration)?.clone();
            let options = self.judge_options();
            let ready = self.judge().await?.ready(&loaded, &options).await?;
            self.ready = Some((iteration, ready));
        }
        Ok(())
    }

    fn loaded(&mut self, iteration: u32) -> Result<&LoadedSpec, RunError> {
        if self.spec.as_ref().is_none_or(|(number, _)| *number != iteration) {
            let loaded = self.read_spec(iteration)?;
            let withheld = self.withheld(&loaded, iteration)?;
            self.spec = Some((iteration, loaded.withholding(&withheld)));
        }
        self.spec.as_ref().map(|(_, loaded)| loaded).ok_or_else(|| RunError::NeverStarted(self.run.clone()))
    }

    /// The spec of an iteration as it was recorded.
    fn read_spec(&self, iteration: u32) -> Result<LoadedSpec, RunError> {
        let dir = self.engine.project.spec_dir(&self.run, iteration);
        let document = LoadedSpec::document_in(&dir, Path::new(&self.summary.spec_path));
        let loaded = LoadedSpec::read(&document)?;
        if self.recorded_spec(iteration).is_some_and(|recorded| *recorded != loaded.stamp().hash) {
            return Err(RunError::SnapshotChanged(dir));
        }
        Ok(loaded)
    }

    /// The hash that the journal has of an iteration's spec.
    fn recorded_spec(&self, iteration: u32) -> Option<&Sha256Hex> {
        let of = |number: u32| self.summary.iterations.iter().find(|one| one.iteration == number);
        if let Some(started) = of(iteration) {
            return Some(&started.spec.hash);
        }
        match of(iteration.saturating_sub(1)) {
            Some(before) => Some(before.revision.as_ref().map_or(&before.spec.hash, |revision| &revision.to)),
            None => self.summary.spec.as_ref().map(|spec| &spec.hash),
        }
    }

    /// What is withheld is chosen once, from the spec that the run began with. What a revision showed stays shown.
    fn withheld(&mut self, loaded: &LoadedSpec, iteration: u32) -> Result<BTreeSet<VectorId>, RunError> {
        if self.withheld.is_none() {
            let choose = |first: &LoadedSpec| first.to_withhold(self.options.hidden, self.options.seed);
            self.withheld = Some(if iteration == 1 { choose(loaded) } else { choose(&self.read_spec(1)?) });
        }
        let shown: BTreeSet<&str> = next::shown_before(&self.summary, iteration).collect();
        let withheld = self.withheld.iter().flatten();
        Ok(withheld.filter(|id| !shown.contains(id.as_str())).cloned().collect())
    }

    fn judge_options(&self) -> JudgeOptions {
        JudgeOptions {
            differential: Differential {
                cases: self.options.cases,
                seed: self.options.seed,
                max_differences: 8,
            },
            build_wall: Duration::from_secs(600),
            copy: self.engine.copy_thresholds.clone(),
            budget: self.engine.evaluate_budget,
            canaries: self.engine.canaries.clone(),
        }
    }

    fn outcome(self, lock: ProjectLock) -> Result<Outcome, RunError> {
        let best = self.summary.best.unwrap_or(1);
        let project = &self.engine.project;
        let spec_dir = project.spec_dir(&self.run, best);
        let prompt = session::prompt_of(project, &self.run, &self.summary)?;
        let passed = self.summary.end == Some(ghostlib_model::RunEnd::Passed);
        let lockfile = prompt.filter(|_| passed).and_then(|prompt| Lockfile::of(&self.summary, prompt));
        Ok(Outcome { lock, run: self.run, summary: self.summary, lockfile, spec_dir })
    }
}

/// A run is about one reference: what it was when the run began.
fn check_reference(then: Option<&ReferenceStamp>, now: &ReferenceStamp) -> Result<(), RunError> {
    match then {
        Some(then) if then.checksum != now.checksum => Err(RunError::ReferenceChanged {
            source_text: now.source.to_string(),
            was: then.checksum.short().into(),
            is: now.checksum.short().into(),
        }),
        _ => Ok(()),
    }
}

fn tree_error(error: TreeError) -> RunError {
    RunError::Io { path: error.path.clone(), source: error.into() }
}

fn remove_folder(path: &Path) -> Result<(), RunError> {
    ghostlib_sandbox::remove_folder(path).map_err(|source| RunError::Io { path: path.into(), source })
}
