//! One turn of the loop.

use super::about::{self, SpecView};
use super::attempt::{AttemptView, named};
use super::attribution::WhoMustChange;
use super::fidelity::shortfall;
use super::findings::Known;
use super::measured::{VectorView, dropped};
use super::rebuilds::planned;
use super::revision::RevisionView;
use super::text::duration;
use super::trend::gain;
use super::verdict::stage;
use super::{Limits, State};
use ghostlib_model::{AttemptId, IterationSummary, Purpose, RunSummary};
use serde::Serialize;

/// An iteration, as far as it has come.
#[derive(Serialize)]
pub(super) struct IterationView {
    n: u32,
    /// Whether its section is unfolded at first.
    is_open: bool,
    state: State,
    word: &'static str,
    purpose: &'static str,
    /// How many of its attempts passed, or how far it has come.
    why: String,
    time: String,
    spec: SpecView,
    attempts: Vec<AttemptView>,
    is_measured: bool,
    /// Whether more than one attempt was measured, so that each is folded.
    has_several: bool,
    /// What kept the implementers from the reference.
    blindness: Vec<String>,
    /// Vectors that the reference fails.
    dropped: Vec<VectorView>,
    who: Option<WhoMustChange>,
    revisions: Vec<RevisionView>,
    /// What its revisions brought, once that is known.
    gain: Option<String>,
}

impl IterationView {
    pub(super) fn of(
        it: &IterationSummary,
        summary: &RunSummary,
        open: Option<AttemptId>,
        limits: Limits,
    ) -> Self {
        let (state, word, why) = outcome(it, summary);
        let target = summary.options.as_ref().map(|options| options.target);
        let known = Known::of(it);
        let attempt = |one| {
            let id = AttemptId { iteration: it.iteration, attempt: one };
            it.attempt(one).map(|attempt| AttemptView::of(id, attempt, target, open == Some(id), limits))
        };
        let next = summary.iterations.iter().find(|other| other.iteration == it.iteration + 1);
        let is_last = summary.iterations.last().map(|last| last.iteration) == Some(it.iteration);
        Self {
            n: it.iteration,
            is_open: open.map_or(is_last, |id| id.iteration == it.iteration),
            state,
            word,
            purpose: purpose(it.purpose),
            why,
            time: duration(it.seconds),
            spec: SpecView::of(&it.spec),
            attempts: it.attempts.iter().filter_map(|one| attempt(one.attempt)).collect(),
            is_measured: it.evaluations().next().is_some(),
            has_several: it.evaluations().count() > 1,
            blindness: blindness(it),
            dropped: dropped(it, limits),
            who: it.attribution.as_ref().map(|attribution| WhoMustChange::of(attribution, limits)),
            revisions: (1..)
                .zip(&it.revisions)
                .map(|(n, one)| RevisionView::of(n, one, &known, limits))
                .collect(),
            gain: next.and_then(|next| gain(it, next)),
        }
    }
}

fn outcome(it: &IterationSummary, summary: &RunSummary) -> (State, &'static str, String) {
    let has_ended = summary.end.is_some();
    let is_over = has_ended || it.attribution.is_some();
    if !is_over || it.evaluations().next().is_none() {
        let word = if has_ended { "not measured" } else { "not finished" };
        return (State::Unknown, word, stage(it, summary));
    }
    let Some(options) = &summary.options else {
        return (State::Unknown, "measured", "the run's target is unknown".into());
    };
    let passes = |evaluation| shortfall(evaluation, Some(options.target)).is_none();
    let n = it.evaluations().filter(|(_, evaluation)| passes(evaluation)).count();
    let (of, asked) = (it.attempts.len(), planned(it, Some(options)));
    let told = match (n, of) {
        (0, 1) => "its only attempt does not pass".into(),
        (1, 1) => "its only attempt passes".into(),
        (0, _) => format!("none of its {of} attempts passes"),
        (1, _) => format!("1 of its {of} attempts passes"),
        (n, _) => format!("{n} of its {of} attempts pass"),
    };
    let why = if of < asked { format!("{told}, where {asked} were asked for") } else { told };
    if n == asked { (State::Pass, "passed", why) } else { (State::Fail, "fell short", why) }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Explore => "explore: to find out where the spec falls short",
        Purpose::Confirm => {
            "confirm: to show that the spec holds on fresh rebuilds, which no revision has seen"
        }
    }
}

/// Each kind of blindness once, with its attempts where there are both.
fn blindness(it: &IterationSummary) -> Vec<String> {
    let kinds = [true, false].map(|enforced| {
        let is_alike =
            |session: &ghostlib_model::SessionSummary| session.agent.blindness_enforced == enforced;
        let attempts = it.attempts.iter().filter(|one| one.session().is_some_and(is_alike));
        let id = |attempt| AttemptId { iteration: it.iteration, attempt };
        (enforced, attempts.map(|one| id(one.attempt)).collect::<Vec<_>>())
    });
    let is_mixed = kinds.iter().all(|(_, ids)| !ids.is_empty());
    let kinds = kinds.into_iter().filter(|(_, ids)| !ids.is_empty());
    kinds
        .map(|(enforced, ids)| {
            let whose = if is_mixed { format!("In {}: ", named(&ids)) } else { String::new() };
            format!("{whose}{}", about::blindness(enforced))
        })
        .collect()
}
