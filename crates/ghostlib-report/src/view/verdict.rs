//! What came of the run, in one sentence.

use super::fidelity::shortfall;
use super::text::{count, percent, plain};
use super::{Limits, State, has_candidate};
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
        match &summary.end {
            None if summary.run.is_none() => {
                let why = "nothing of this run has been recorded yet".into();
                Self { word: "Not started", state: State::Unknown, why }
            }
            None => Self { word: "Not ended", state: State::Unknown, why: so_far(summary) },
            Some(RunEnd::Passed) => passed(summary),
            Some(RunEnd::OutOfIterations) => {
                let made = count(summary.iterations.len(), "iteration");
                let why = format!("the run made all of its {made}, and {}", best_falls_short(summary));
                Self { word: "Fell short", state: State::Fail, why }
            }
            Some(RunEnd::NoProgress(reason)) => {
                let why = format!(
                    "the run stopped because it no longer got better ({}), and {}",
                    plain(reason, limits.chars),
                    best_falls_short(summary)
                );
                Self { word: "Fell short", state: State::Fail, why }
            }
        }
    }
}

fn passed(summary: &RunSummary) -> Verdict {
    let best = summary.best_iteration().and_then(|it| Some((it, it.evaluation.as_ref()?)));
    let Some((it, evaluation)) = best else {
        let why = "the run is recorded as passed, and which candidate passed is unknown".into();
        return Verdict { word: "Passed", state: State::Unknown, why };
    };
    let target = summary.options.as_ref().map(|options| options.target);
    match shortfall(evaluation, target) {
        None => Verdict {
            word: "Passed",
            state: State::Pass,
            why: format!(
                "the candidate of iteration {} holds every gate, and its headline of {} reaches the target of {}",
                it.iteration,
                percent(Some(evaluation.fidelity.headline())),
                percent(target)
            ),
        },
        Some(reason) => Verdict {
            word: "Passed",
            state: State::Unknown,
            why: format!(
                "the run is recorded as passed, which does not fit the figures of iteration {}: {reason}",
                it.iteration
            ),
        },
    }
}

fn best_falls_short(summary: &RunSummary) -> String {
    let target = summary.options.as_ref().map(|options| options.target);
    match super::featured(summary) {
        None => "no candidate could be measured".into(),
        Some(it) => {
            let which = if Some(it.iteration) == summary.best { "best" } else { "last measured" };
            let reason = it.evaluation.as_ref().and_then(|evaluation| shortfall(evaluation, target));
            let reason = reason.unwrap_or_else(|| "why it did not pass is unknown".into());
            format!("its {which} candidate, that of iteration {}, does not pass: {reason}", it.iteration)
        }
    }
}

fn so_far(summary: &RunSummary) -> String {
    match summary.iterations.last() {
        None => "this run has not ended; its first iteration has not begun".into(),
        Some(it) => format!("this run has not ended; {}", stage(it)),
    }
}

/// How far an iteration has come.
pub(super) fn stage(it: &IterationSummary) -> String {
    let n = it.iteration;
    match (&it.session, &it.evaluation, &it.revision) {
        (None, None, _) => format!("iteration {n} waits for its implementer"),
        (Some(_), None, _) if has_candidate(it) => {
            format!("iteration {n} has a candidate that is not measured yet")
        }
        (Some(_), None, _) => format!("the implementer of iteration {n} left no candidate"),
        (_, Some(_), None) => format!("the candidate of iteration {n} is measured"),
        (_, Some(_), Some(revision)) => match revision.verdict {
            RevisionVerdict::Accepted => format!("after iteration {n} the spec was revised"),
            RevisionVerdict::Refused(_) => format!("after iteration {n} a revision of the spec was refused"),
        },
    }
}
