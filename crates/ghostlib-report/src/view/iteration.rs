//! One turn of the loop.

use super::about::{self, CandidateView, SpecView};
use super::fidelity::{headline, shortfall};
use super::measured::{Measured, VectorView, dropped};
use super::revision::RevisionView;
use super::text::{count, duration, plain};
use super::verdict::stage;
use super::{Limits, State};
use ghostlib_model::{IterationSummary, SessionEnd, SessionSummary};
use serde::Serialize;

/// An iteration, as far as it has come.
#[derive(Serialize)]
pub(super) struct IterationView {
    n: u32,
    /// Whether its section is unfolded at first.
    is_open: bool,
    state: State,
    word: &'static str,
    /// Its outcome in a few words.
    gist: String,
    /// Why it did not pass, or how far it has come.
    why: String,
    time: String,
    spec: SpecView,
    session: Option<SessionView>,
    measured: Option<Measured>,
    /// Vectors that the reference fails, where there is no evaluation that tells of them.
    dropped: Vec<VectorView>,
    revision: Option<RevisionView>,
}

/// An implementer's session.
#[derive(Serialize)]
struct SessionView {
    id: String,
    agent: String,
    is_blind: bool,
    blindness: &'static str,
    end: String,
    is_done: bool,
    candidate: Option<CandidateView>,
}

impl IterationView {
    pub(super) fn of(
        it: &IterationSummary,
        target: Option<f64>,
        is_open: bool,
        has_run_ended: bool,
        limits: Limits,
    ) -> Self {
        let (state, word, why) = outcome(it, target, has_run_ended);
        let measured = it.evaluation.as_ref().map(|evaluation| Measured::of(it, evaluation, limits));
        Self {
            n: it.iteration,
            is_open,
            state,
            word,
            gist: gist(it),
            why,
            time: duration(it.seconds),
            spec: SpecView::of(&it.spec),
            session: it.session.as_ref().map(|session| SessionView::of(session, limits)),
            dropped: if measured.is_none() { dropped(it, limits) } else { Vec::new() },
            measured,
            revision: it.revision.as_ref().map(|revision| RevisionView::of(revision, it, limits)),
        }
    }
}

impl SessionView {
    fn of(session: &SessionSummary, limits: Limits) -> Self {
        Self {
            id: super::or_unknown(session.id.as_str()),
            agent: about::agent(&session.agent),
            is_blind: session.agent.blindness_enforced,
            blindness: about::blindness(&session.agent),
            end: plain(&session.end.to_string(), limits.chars),
            is_done: session.end == SessionEnd::Done,
            candidate: session.candidate.as_ref().map(CandidateView::of),
        }
    }
}

fn outcome(it: &IterationSummary, target: Option<f64>, has_run_ended: bool) -> (State, &'static str, String) {
    let Some(evaluation) = &it.evaluation else {
        let word = if has_run_ended { "not measured" } else { "not finished" };
        return (State::Unknown, word, stage(it));
    };
    match shortfall(evaluation, target) {
        None => (State::Pass, "passed", "every gate holds, and the headline reaches the target".into()),
        Some(_) if target.is_none() => (State::Unknown, "measured", "the run's target is unknown".into()),
        Some(reason) => (State::Fail, "fell short", reason),
    }
}

fn gist(it: &IterationSummary) -> String {
    match &it.evaluation {
        None => "nothing measured".into(),
        Some(evaluation) => {
            let n_blocking = evaluation.findings.iter().filter(|finding| finding.blocks()).count();
            format!(
                "headline {}, {}, {n_blocking} blocking",
                headline(Some(evaluation), None).value,
                count(evaluation.findings.len(), "finding"),
            )
        }
    }
}
