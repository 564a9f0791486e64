//! What is true of a run: for each finding about behaviour, which of the wrong rules shows in its call.

use super::SimulateError;
use super::implementer::{Done, Wrong};
use super::rules::{Chosen, Rules};
use ghostlib_model::{AttemptId, Case, CaseVerdict, FindingId, Probe, Ratio, RunEnd, RunSummary};
use ghostlib_verify::last_answers;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

/// What a run's verdicts come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Truth {
    /// Verdicts that are right, of those about gaps and of those about slips.
    pub(super) gaps: Ratio,
    pub(super) slips: Ratio,
    /// Findings that several rules or none explain.
    pub(super) n_unclear: usize,
    /// Changes of the spec that answer nothing but slips.
    pub(super) n_grown_for_slips: usize,
    /// All changes.
    pub(super) n_changes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Gap,
    Slip,
}

impl Truth {
    pub(super) async fn of(
        rules: &Rules,
        chosen: &Chosen,
        done: &Done,
        summary: &RunSummary,
    ) -> Result<Self, SimulateError> {
        let done = done.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut truth = Self::default();
        let mut known: BTreeMap<FindingId, BTreeSet<bool>> = BTreeMap::new();
        for iteration in &summary.iterations {
            let cases = iteration.attribution.iter().flat_map(|attribution| &attribution.cases);
            let is_difference = |case: &&Case| {
                case.verdict != CaseVerdict::Unshown && (!case.candidates.is_empty() || case.probe.is_some())
            };
            for case in cases.filter(is_difference) {
                let wrong: Vec<&Wrong> =
                    case_candidates(case).filter_map(|id| done.get(session_of(summary, id)?)).collect();
                let cause = cause(rules, chosen, case, &wrong).await?;
                match cause {
                    Some(Cause::Gap) => truth.gaps = truth.gaps.and(case.verdict.blames_spec()),
                    Some(Cause::Slip) => {
                        truth.slips = truth.slips.and(case.verdict == CaseVerdict::AgentSlip);
                    }
                    None => truth.n_unclear += 1,
                }
                if let Some(cause) = cause {
                    known.entry(case.finding.clone()).or_default().insert(cause == Cause::Slip);
                }
            }
            for change in iteration.revisions.iter().flat_map(|revision| &revision.changes) {
                truth.n_changes += 1;
                let is_slip = |id: &FindingId| known.get(id).is_some_and(|kinds| !kinds.contains(&false));
                truth.n_grown_for_slips +=
                    usize::from(!change.answers.is_empty() && change.answers.iter().all(is_slip));
            }
        }
        Ok(truth)
    }

    /// All verdicts.
    pub(super) fn right(&self) -> Ratio {
        [self.gaps, self.slips].into_iter().sum()
    }

    pub(super) fn line(&self, summary: &RunSummary) -> String {
        let end = summary.end.as_ref().map_or_else(String::new, RunEnd::to_string);
        format!(
            "{end} after {} iterations; right of gaps {}, of slips {}, unclear {}; changes for slips {} of {}",
            summary.iterations.len(),
            self.gaps,
            self.slips,
            self.n_unclear,
            self.n_grown_for_slips,
            self.n_changes
        )
    }
}

/// The candidates that a case is about; where it is said of none that it could have it, those that differ.
fn case_candidates(case: &Case) -> impl Iterator<Item = AttemptId> {
    let answering = case.probe.iter().flat_map(|probe| probe.answers.iter().map(|(id, _)| *id));
    let all: BTreeSet<AttemptId> = case.candidates.iter().copied().chain(answering).collect();
    all.into_iter()
}

fn session_of(summary: &RunSummary, id: AttemptId) -> Option<&ghostlib_model::SessionId> {
    Some(&summary.attempt(id)?.session()?.id)
}

/// Why candidates have a finding; nothing, if it cannot be told.
async fn cause(
    rules: &Rules,
    chosen: &Chosen,
    case: &Case,
    wrong: &[&Wrong],
) -> Result<Option<Cause>, SimulateError> {
    if case.rule.starts_with("api-") {
        return Ok(chosen.items.contains(&case.subject).then_some(Cause::Gap));
    }
    let Some(probe) = case.probe.as_ref().filter(|probe| rules.knows(&probe.operation)) else {
        return Ok(None);
    };
    let unstated: BTreeSet<usize> = wrong.iter().flat_map(|wrong| wrong.unstated.iter().copied()).collect();
    let slips: BTreeSet<usize> = wrong.iter().filter_map(|wrong| wrong.slip).collect();
    // Where candidates have wrong rules of one kind alone, it is of that kind, however they work together.
    match (unstated.is_empty(), slips.is_empty()) {
        (true, true) => return Ok(None),
        (false, true) => return Ok(Some(Cause::Gap)),
        (true, false) => return Ok(Some(Cause::Slip)),
        (false, false) => {}
    }
    let by_gap = any_shows(rules, &unstated, probe).await?;
    let by_slip = any_shows(rules, &slips, probe).await?;
    Ok(match (by_gap, by_slip) {
        (true, false) => Some(Cause::Gap),
        (false, true) => Some(Cause::Slip),
        _ => None,
    })
}

async fn any_shows(rules: &Rules, mutants: &BTreeSet<usize>, probe: &Probe) -> Result<bool, SimulateError> {
    let sequence = [probe.sequence()];
    let reference = last_answers(&rules.with(0), &sequence).await?;
    for mutant in mutants {
        let answers = last_answers(&rules.with(*mutant), &sequence).await?;
        if answers.iter().zip(&reference).any(|(one, other)| one != other) {
            return Ok(true);
        }
    }
    Ok(false)
}
