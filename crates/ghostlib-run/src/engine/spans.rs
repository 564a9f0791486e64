//! What `tracing` hears of a run: the spans that several steps have in common, those of iterations and of attempts, and what
//! is recorded.

use super::Step;
use ghostlib_model::{AttemptId, Event, RevisionVerdict};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracing::field::Empty;
use tracing::{Span, info, info_span};

/// Spans that are open as long as one of their steps goes on.
#[derive(Debug, Default)]
pub(super) struct Spans(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    iteration: Option<(u32, Span)>,
    attempts: BTreeMap<AttemptId, Span>,
}

impl Spans {
    /// That of an iteration. There is one iteration at a time.
    pub(super) fn iteration(&self, number: u32) -> Span {
        self.open().iteration(number)
    }

    /// That of an attempt, in its iteration's.
    pub(super) fn attempt(&self, id: AttemptId) -> Span {
        let mut open = self.open();
        let iteration = open.iteration(id.iteration);
        let new = || info_span!(parent: &iteration, "attempt", attempt = %id);
        open.attempts.entry(id).or_insert_with(new).clone()
    }

    /// Ends the spans of attempts that nothing is to be done for any more, and tells how many of an iteration's attempts
    /// these are.
    pub(super) fn keep(&self, begun: &BTreeSet<Step>, n_samples: u32) {
        let waiting: BTreeSet<AttemptId> = begun.iter().filter_map(Step::attempt).collect();
        let mut open = self.open();
        open.attempts.retain(|id, _| waiting.contains(id));
        if let (Some((_, iteration)), false) = (&open.iteration, waiting.is_empty()) {
            let n_waiting = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
            iteration.record("done", n_samples.saturating_sub(n_waiting));
            iteration.record("of", n_samples);
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn iteration(&mut self, number: u32) -> Span {
        match &self.iteration {
            Some((open, span)) if *open == number => span.clone(),
            _ => {
                let span = info_span!("iteration", iteration = number, done = Empty, of = Empty);
                self.iteration = Some((number, span.clone()));
                span
            }
        }
    }
}

/// Tells that a step is done.
pub(super) fn tell(event: &Event) {
    match event {
        Event::RunStarted { spec_path, .. } => info!(spec = spec_path, "the run has begun"),
        Event::OptionsChanged { .. } => info!("the run goes on with other options"),
        Event::ReferenceReady { reference } => {
            info!(package = reference.package, version = reference.version, "the reference is ready");
        }
        Event::IterationStarted { iteration, spec, dropped, .. } => {
            info!(iteration, spec = spec.hash.short(), dropped = dropped.len(), "an iteration has begun");
        }
        Event::SessionEnded { attempt, end, candidate, seconds, .. } => {
            info!(%attempt, %end, candidate = candidate.is_some(), seconds, "a session has ended");
        }
        Event::Evaluated { attempt, evaluation, seconds, .. } => {
            let (headline, findings) = (evaluation.fidelity.headline(), evaluation.findings.len());
            info!(%attempt, headline, findings, seconds, "a candidate is evaluated");
        }
        Event::Attributed { iteration, attribution, seconds } => {
            info!(iteration, cases = attribution.cases.len(), seconds, "it is decided who must change");
        }
        Event::Revised { iteration, revision } => {
            let accepted = revision.verdict == RevisionVerdict::Accepted;
            info!(iteration, changes = revision.changes.len(), accepted, "a revision was proposed");
        }
        Event::Reviewed { iteration, .. } => info!(iteration, "a person has looked at a revision"),
        Event::Imported { was } => info!(%was, "the run was imported"),
        Event::RunEnded { end, .. } => info!(%end, "the run has ended"),
    }
}
