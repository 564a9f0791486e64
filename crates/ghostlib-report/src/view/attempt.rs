//! One attempt at rebuilding the library.

use super::about::{self, AgentView, CandidateView};
use super::fidelity::{gates, headline, shortfall};
use super::measured::Measured;
use super::text::{UNKNOWN, count, list, plain, thousands};
use super::{Limits, State};
use ghostlib_model::{AttemptId, AttemptSummary, Evaluation, Gate, SessionSummary};
use serde::Serialize;

/// An attempt, as far as it has come.
#[derive(Serialize)]
pub(super) struct AttemptView {
    id: String,
    /// The fragment of its link.
    anchor: String,
    /// Whether its section is unfolded at first.
    is_open: bool,
    state: State,
    word: &'static str,
    /// Why it did not pass.
    why: String,
    gist: String,
    /// Sessions that left nothing and were begun again.
    thrown_away: Vec<SessionView>,
    session: Option<SessionView>,
    candidate: Option<CandidateView>,
    gates: String,
    headline: String,
    findings: String,
    environment: Option<String>,
    measured: Option<Measured>,
}

/// An implementer's session.
#[derive(Serialize)]
struct SessionView {
    id: String,
    agent: AgentView,
    is_blind: bool,
    end: String,
}

impl AttemptView {
    pub(super) fn of(
        id: AttemptId,
        attempt: &AttemptSummary,
        target: Option<f64>,
        is_open: bool,
        limits: Limits,
    ) -> Self {
        let evaluation = attempt.evaluation.as_deref();
        let (state, word, why) = outcome(attempt, target);
        let mut sessions: Vec<_> = attempt.sessions.iter().map(|it| SessionView::of(it, limits)).collect();
        let session = sessions.pop();
        Self {
            id: id.to_string(),
            anchor: anchor(id),
            is_open,
            state,
            word,
            why,
            gist: evaluation.map_or_else(|| "nothing measured".into(), gist),
            thrown_away: sessions,
            session,
            candidate: attempt.candidate().map(CandidateView::of),
            gates: evaluation.map_or_else(|| UNKNOWN.into(), gates_in_short),
            headline: headline(evaluation, None).value,
            findings: evaluation.map_or_else(|| UNKNOWN.into(), findings_in_short),
            environment: attempt.environment.as_ref().map(about::environment),
            measured: evaluation.map(|evaluation| Measured::of(evaluation, limits)),
        }
    }
}

impl SessionView {
    fn of(session: &SessionSummary, limits: Limits) -> Self {
        Self {
            id: super::or_unknown(session.id.as_str()),
            agent: AgentView::of(&session.agent),
            is_blind: session.agent.blindness_enforced,
            end: plain(&session.end.to_string(), limits.chars),
        }
    }
}

/// The link to an attempt.
pub(super) fn anchor(id: AttemptId) -> String {
    format!("i{}-{}", id.iteration, id.attempt)
}

/// `attempt 1.2`, `attempts 1.1 and 1.2`
pub(super) fn named(ids: &[AttemptId]) -> String {
    let noun = if ids.len() == 1 { "attempt" } else { "attempts" };
    format!("{noun} {}", list(&ids.iter().map(ToString::to_string).collect::<Vec<_>>()))
}

fn outcome(attempt: &AttemptSummary, target: Option<f64>) -> (State, &'static str, String) {
    let Some(evaluation) = &attempt.evaluation else {
        let (word, why) = match attempt.candidate() {
            Some(_) => ("not measured", "its candidate is not measured"),
            None => ("no candidate", "its implementer left no candidate"),
        };
        return (State::Unknown, word, why.into());
    };
    match shortfall(evaluation, target) {
        None => (State::Pass, "passed", "every gate holds, and the headline reaches the target".into()),
        Some(_) if target.is_none() => (State::Unknown, "measured", "the run's target is unknown".into()),
        Some(reason) => (State::Fail, "fell short", reason),
    }
}

fn gist(evaluation: &Evaluation) -> String {
    format!(
        "headline {}, {}, {} blocking",
        headline(Some(evaluation), None).value,
        count(evaluation.findings.len(), "finding"),
        thousands(n_blocking(evaluation)),
    )
}

fn findings_in_short(evaluation: &Evaluation) -> String {
    format!("{} ({} blocking)", thousands(evaluation.findings.len()), thousands(n_blocking(evaluation)))
}

fn gates_in_short(evaluation: &Evaluation) -> String {
    let gates = gates(Some(evaluation));
    let told =
        [(State::Fail, "failed"), (State::Unknown, UNKNOWN)].into_iter().filter_map(|(state, word)| {
            let names: Vec<_> =
                gates.iter().filter(|gate| gate.state == state).map(|g| g.gate.clone()).collect();
            (!names.is_empty()).then(|| format!("{} {word}", list(&names)))
        });
    let told: Vec<_> = told.collect();
    if told.is_empty() { format!("all {} hold", Gate::ALL.len()) } else { told.join("; ") }
}

fn n_blocking(evaluation: &Evaluation) -> usize {
    evaluation.findings.iter().filter(|finding| finding.blocks()).count()
}
