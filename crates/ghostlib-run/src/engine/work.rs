//! What the steps of a run share: the reference, the specs, and how much goes on at a time.

use super::next::{self, Step};
use super::review::Pending;
use super::session::Ordered;
use super::spans::Spans;
use super::specs::{SpecInUse, SpecsRead};
use super::{Engine, RunError, tree_error};
use crate::judge::{Judge, JudgeOptions, Ready};
use crate::store::Candidates;
use ghostlib_agent::{FileTree, Recording};
use ghostlib_model::{
    AttemptSummary, Event, ReferenceStamp, RunId, RunOptions, RunSummary, SessionId, Sha256Hex,
};
use ghostlib_verify::Differential;
use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell, Semaphore};
use tracing::{Instrument, info_span};

/// What the steps of a run share. Nothing of it needs to be recorded: it is made again when the run goes on.
pub(super) struct Work<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: RunId,
    pub(super) options: RunOptions,
    pub(super) spec_path: String,
    /// The spec that the run began with, from which is chosen what is withheld.
    pub(super) first_spec: Sha256Hex,
    pub(super) specs: SpecsRead,
    /// The reference as the journal has it.
    reference: Option<ReferenceStamp>,
    judge: OnceCell<Judge>,
    /// The reference's driver for one spec, with what is withheld of it.
    ready: Mutex<Option<(Sha256Hex, Arc<Ready>)>>,
    pub(super) sessions: Semaphore,
    /// One an agent, where it has a limit of its own.
    pub(super) sessions_of: Vec<Semaphore>,
    evaluations: Semaphore,
    pub(super) spans: Spans,
}

/// What one step comes to.
type Done<'a> = Pin<Box<dyn Future<Output = Result<Event, RunError>> + Send + 'a>>;

impl<'a> Work<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        summary: &RunSummary,
        judge: Option<Judge>,
    ) -> Result<Self, RunError> {
        let (Some(run), Some(options), Some(spec)) = (&summary.run, &summary.options, &summary.spec) else {
            return Err(RunError::NoBeginning);
        };
        let at_least_one = |n: u32| Semaphore::new(n.max(1) as usize);
        let n_cores = thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            engine,
            run: run.clone(),
            options: options.clone(),
            spec_path: summary.spec_path.clone(),
            first_spec: spec.hash.clone(),
            specs: SpecsRead::default(),
            reference: summary.reference.clone(),
            judge: OnceCell::new_with(judge),
            ready: Mutex::new(None),
            sessions: at_least_one(options.parallel),
            sessions_of: engine
                .agents
                .iter()
                .map(|one| at_least_one(one.parallel.unwrap_or(u32::MAX >> 4)))
                .collect(),
            // What builds uses several cores itself.
            evaluations: Semaphore::new(n_cores.div_ceil(2)),
            spans: Spans::default(),
        })
    }

    /// Does one step, and gives the event that says that it is done.
    pub(super) fn take(
        &'a self,
        step: Step,
        summary: &RunSummary,
    ) -> impl Future<Output = (Step, Result<Event, RunError>)> + Send + use<'a> {
        let doing = self.begin(&step, summary);
        async move {
            let done = match doing {
                Ok(doing) => doing.await,
                Err(error) => Err(error),
            };
            (step, done)
        }
    }

    /// Takes out of the state of the run what a step needs, so that the state can change while it goes on.
    fn begin(&'a self, step: &Step, summary: &RunSummary) -> Result<Done<'a>, RunError> {
        Ok(match step {
            Step::PrepareReference => {
                Box::pin(async { Ok(Event::ReferenceReady { reference: self.judge().await?.stamp() }) })
            }
            Step::StartIteration(iteration, purpose) => {
                let spec = self.next_spec(summary)?;
                let span = info_span!(parent: self.spans.iteration(*iteration), "start");
                Box::pin(self.start_iteration(*iteration, *purpose, spec).instrument(span))
            }
            Step::Session(id, n_sessions) => {
                let ordered = Ordered::of(self, summary, *id, *n_sessions)?;
                Box::pin(self.session(ordered))
            }
            Step::Evaluate(id) => {
                let iteration = summary.iteration(id.iteration).ok_or(RunError::NoBeginning)?;
                let spec = self.spec_of(summary, iteration)?;
                let session = summary.attempt(*id).and_then(AttemptSummary::session).cloned();
                let session = session.ok_or(RunError::NoBeginning)?;
                let id = *id;
                Box::pin(async move {
                    let _permit = self.evaluations.acquire().await;
                    let span = info_span!(parent: self.spans.attempt(id), "evaluate");
                    self.evaluate(id, spec, session).instrument(span).await
                })
            }
            Step::Attribute(number) => {
                let compared = self.compared(summary, *number)?;
                let span = info_span!(parent: self.spans.iteration(*number), "attribute");
                Box::pin(self.attribute(*number, compared).instrument(span))
            }
            Step::Revise(number) => {
                let blamed = self.blamed(summary, *number)?;
                let span = info_span!(parent: self.spans.iteration(*number), "revise");
                Box::pin(self.revise(*number, blamed).instrument(span))
            }
            Step::Reword(number, n) => {
                let wording = self.wording(summary, *number, *n)?;
                Box::pin(self.reword(*number, wording))
            }
            Step::Review(number) => {
                let iteration = summary.iteration(*number).ok_or(RunError::NoBeginning)?;
                let pending = Pending::of(iteration).ok_or(RunError::NoBeginning)?;
                Box::pin(self.have_reviewed(pending))
            }
            Step::End(end) => {
                let event = Event::RunEnded { end: end.clone(), best: next::best(summary) };
                Box::pin(async { Ok(event) })
            }
        })
    }

    /// Ends the spans of what is over.
    pub(super) fn keep_spans(&self, summary: &RunSummary, begun: &BTreeSet<Step>) {
        let purpose = summary.iterations.last().map(|last| last.purpose).unwrap_or_default();
        self.spans.keep(begun, next::samples(&self.options, purpose));
    }

    async fn start_iteration(
        &self,
        iteration: u32,
        purpose: ghostlib_model::Purpose,
        spec: Arc<SpecInUse>,
    ) -> Result<Event, RunError> {
        let dropped = self.ready(&spec).await?.dropped.clone();
        Ok(Event::IterationStarted { iteration, purpose, spec: spec.loaded.stamp(), dropped })
    }

    /// The reference, fetched and read.
    pub(super) async fn judge(&self) -> Result<&Judge, RunError> {
        let prepare = || async {
            let first = self.read_spec(&self.first_spec)?;
            let judge = self.engine.prepare_judge(&first, &self.spec_path).await?;
            check_reference(self.reference.as_ref(), &judge.stamp())?;
            Ok(judge)
        };
        self.judge.get_or_try_init(prepare).await
    }

    /// The reference's driver for a spec.
    pub(super) async fn ready(&self, spec: &SpecInUse) -> Result<Arc<Ready>, RunError> {
        let mut kept = self.ready.lock().await;
        match &*kept {
            Some((made_for, ready)) if *made_for == spec.hash => Ok(Arc::clone(ready)),
            _ => {
                let ready = Arc::new(self.judge().await?.ready(&spec.loaded, &self.judge_options()).await?);
                *kept = Some((spec.hash.clone(), Arc::clone(&ready)));
                Ok(ready)
            }
        }
    }

    /// The path of the user's spec, as the run was given it.
    pub(super) fn spec_path(&self) -> &str {
        &self.spec_path
    }

    pub(super) fn judge_options(&self) -> JudgeOptions {
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

    /// Writes a candidate, as it was committed, to where it is built: its source, and its build.
    pub(super) fn check_out(&self, commit: &str, tree: &str) -> Result<[PathBuf; 2], RunError> {
        let files = Candidates::open(&self.engine.project.candidates())?.read(commit)?;
        self.engine.project.lay_out(&files, tree).map_err(tree_error)
    }

    /// What a session left: its trajectory, its objections, its candidate.
    pub(super) fn record_of(&self, session: &SessionId) -> Result<FileTree, RunError> {
        Recording::files_in(&self.engine.project.session_dir(&self.run, session)).map_err(tree_error)
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
