//! Doing what can be done: attempts beside each other, anything else alone.

use super::work::Work;
use super::{Engine, Outcome, RunError, Step, next_steps, session};
use crate::judge::Judge;
use crate::store::{Journal, Lockfile, ProjectLock};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ghostlib_model::{Event, RunEnd, RunSummary};
use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

/// A step under way: what it comes to, with the step.
type Doing<'a> = Pin<Box<dyn Future<Output = (Step, Result<Event, RunError>)> + Send + 'a>>;

impl Engine {
    pub(super) async fn drive(
        &self,
        journal: Journal,
        summary: RunSummary,
        judge: Option<Judge>,
        lock: ProjectLock,
    ) -> Result<Outcome, RunError> {
        let work = Work::new(self, &summary, judge)?;
        let mut record = Record { engine: self, journal, summary };
        let mut doing: FuturesUnordered<Doing<'_>> = FuturesUnordered::new();
        let mut begun: BTreeSet<Step> = BTreeSet::new();
        loop {
            for step in next_steps(&record.summary) {
                if begun.insert(step.clone()) {
                    doing.push(Box::pin(work.take(step, &record.summary)));
                }
            }
            work.keep_spans(&record.summary, &begun);
            let Some((step, event)) = doing.next().await else { break };
            match event {
                // Nothing else goes on when a person is asked.
                Err(RunError::Waits(dir)) => return record.outcome(lock, Some(dir)),
                event => record.add(event?)?,
            }
            begun.remove(&step);
        }
        record.outcome(lock, None)
    }
}

/// What is recorded of a run.
struct Record<'a> {
    engine: &'a Engine,
    journal: Journal,
    summary: RunSummary,
}

impl Record<'_> {
    /// Records that a step is done. It counts from here on.
    fn add(&mut self, event: Event) -> Result<(), RunError> {
        self.journal.append(&event)?;
        self.engine.tell(&event);
        self.summary.apply(event);
        Ok(())
    }

    fn outcome(self, lock: ProjectLock, waits: Option<PathBuf>) -> Result<Outcome, RunError> {
        let Self { engine, summary, .. } = self;
        let run = summary.run.clone().ok_or(RunError::NoBeginning)?;
        let best = summary.best_attempt().map(|(iteration, _)| &iteration.spec.hash);
        let first = summary.spec.as_ref().map(|spec| &spec.hash);
        let spec = best.or(first).ok_or(RunError::NoBeginning)?;
        let spec_dir = engine.project.spec_dir(&run, spec);
        let prompt = session::prompt_of(&engine.project, &run, &summary)?;
        // What was rebuilt from a part of the spec proves nothing of the whole.
        let is_whole = summary.options.as_ref().is_some_and(|options| options.shown.is_whole());
        let passed = summary.end == Some(RunEnd::Passed) && is_whole;
        let lockfile = prompt.filter(|_| passed).and_then(|prompt| Lockfile::of(&summary, prompt));
        Ok(Outcome { lock, run, summary, lockfile, spec_dir, waits })
    }
}
