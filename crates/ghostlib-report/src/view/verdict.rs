//! What came of the run, in one sentence.

use super::fidelity::shortfall;
use super::rebuilds::{on_how_many, planned};
use super::revision::is_change;
use super::text::{count, list, percent, plain};
use super::{Featured, Limits, State};
use ghostlib_model::{IterationSummary, RevisionVerdict, RunEnd, RunSummary};
use serde::Serialize;

/// The verdict and its reason.
#[derive(Serialize)]
pub(super) struct Verdict {
    word: &'static str,
    state: State,
    why: String,
}

impl Verdict {
    pub(super) fn of(summary: &RunSummary, limits: Limits) -> Self {
        let unknown = |word, why| Self { word, state: State::Unknown, why };
        let failed = |word, why: String| Self {
            word,
            state: State::Fail,
            why: format!("{why}, and {}", best_falls_short(summary)),
        };
        let text = |reason| plain(reason, limits.chars);
        match &summary.end {
            None if summary.run.is_none() => {
                unknown("Not started", "nothing of this run has been recorded yet".into())
            }
            None => unknown("Not ended", so_far(summary)),
            Some(RunEnd::Passed) => passed(summary),
            Some(RunEnd::OutOfIterations) => {
                let made = count(summary.iterations.len(), "iteration");
                failed("Fell short", format!("the run made all of its {made}"))
            }
            Some(RunEnd::NoProgress(reason)) => failed(
                "Fell short",
                format!("the run stopped because it no longer got better ({})", text(reason)),
            ),
            Some(RunEnd::OutOfBudget(which)) => {
                failed("Fell short", format!("the run used up its budget ({})", text(which)))
            }
            Some(RunEnd::NoAgent(how)) => {
                failed("Stopped", format!("no agent could work (the last session: {})", text(how)))
            }
        }
    }
}

fn passed(summary: &RunSummary) -> Verdict {
    let best = Featured::of(summary).filter(|featured| featured.is_best);
    let Some(Featured { id, iteration, evaluation, .. }) = best else {
        let why = "the run is recorded as passed, and which candidate passed is unknown".into();
        return Verdict { word: "Passed", state: State::Unknown, why };
    };
    let target = summary.options.as_ref().map(|options| options.target);
    match shortfall(evaluation, target) {
        None => Verdict {
            word: "Passed",
            state: State::Pass,
            why: format!(
                "the candidate of attempt {id} holds every gate, and its headline of {} reaches the target of {}; {}",
                percent(Some(evaluation.fidelity.headline())),
                percent(target),
                on_how_many(summary, iteration)
            ),
        },
        Some(reason) => Verdict {
            word: "Passed",
            state: State::Unknown,
            why: format!(
                "the run is recorded as passed, which does not fit the figures of attempt {id}: {reason}"
            ),
        },
    }
}

fn best_falls_short(summary: &RunSummary) -> String {
    let target = summary.options.as_ref().map(|options| options.target);
    let Some(Featured { id, iteration, evaluation, is_best }) = Featured::of(summary) else {
        return "no candidate could be measured".into();
    };
    let which = if is_best { "best" } else { "last measured" };
    if let Some(reason) = shortfall(evaluation, target) {
        return format!("its {which} candidate, that of attempt {id}, does not pass: {reason}");
    }
    let rebuilds = on_how_many(summary, iteration);
    format!("its {which} candidate, that of attempt {id}, passes; {rebuilds}, and that was not enough")
}

fn so_far(summary: &RunSummary) -> String {
    match summary.iterations.last() {
        None => "this run has not ended; its first iteration has not begun".into(),
        Some(it) => format!("this run has not ended; {}", stage(it, summary)),
    }
}

/// How far an iteration has come.
pub(super) fn stage(it: &IterationSummary, summary: &RunSummary) -> String {
    let n = it.iteration;
    if let Some(revision) = it.revisions.last() {
        return match revision.verdict {
            RevisionVerdict::Accepted if !is_change(revision) => {
                format!("after iteration {n} nothing was found to change in the spec")
            }
            RevisionVerdict::Accepted => format!("after iteration {n} the spec was revised"),
            RevisionVerdict::Refused(_) | RevisionVerdict::Declined(_) => {
                format!("after iteration {n} a revision of the spec was refused")
            }
        };
    }
    if it.attribution.is_some() {
        return format!("who must change after iteration {n} is decided");
    }
    let n_planned = planned(it, summary.options.as_ref());
    let n_measured = it.evaluations().count();
    let n_candidates = it.attempts.iter().filter(|one| one.candidate().is_some()).count();
    let told = [
        (n_measured, "measured"),
        (n_candidates.saturating_sub(n_measured), "not measured yet"),
        (it.attempts.len() - n_candidates, "without a candidate"),
        (n_planned - it.attempts.len(), "waiting for the implementer"),
    ];
    let told =
        told.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {} {what}", is_or_are(n)));
    format!("of the {} of iteration {n}, {}", count(n_planned, "attempt"), list(&told.collect::<Vec<_>>()))
}

fn is_or_are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}
