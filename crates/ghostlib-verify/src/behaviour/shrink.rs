//! Differences made small.

use super::Difference;
use super::kinds::diverse;
use super::steady::Steadiness;
use super::together::Together;
use crate::VerifyError;
use crate::generate::{shorter, weight};
use crate::session::{Driver, Losses, Patience};
use ghostlib_model::{Answer, Sequence, SequenceAnswer};
use std::collections::BTreeMap;

/// Makes differing sequences small by asking both sides again.
pub(super) struct Shrink<'a> {
    pub(super) reference: &'a Driver,
    pub(super) candidate: &'a Driver,
    pub(super) steadiness: &'a Steadiness,
}

/// How many sequences are shown by which the candidate does not come back.
const MAX_FAILING: usize = 2;
/// How many differing sequences are made small at most; the smallest are taken.
const MAX_SHRUNK: usize = 24;
/// How many steps one sequence is made smaller at most.
const MAX_STEPS: usize = 64;

impl Shrink<'_> {
    /// All sequences take their steps together, so that a step costs one conversation a side.
    pub(super) async fn distinct(
        &self,
        cases: &[Difference],
        max: usize,
    ) -> Result<Vec<Difference>, VerifyError> {
        if cases.is_empty() {
            return Ok(vec![]);
        }
        let mut found = cases.to_vec();
        found.sort_by_cached_key(|case| (case.is_only_text(), weight(&case.sequence)));
        // Where the candidate does not come back a gate fails: that is never left out.
        let (failing, others): (Vec<_>, Vec<_>) = found.into_iter().partition(Difference::candidate_fails);
        let failing: Vec<_> = failing.into_iter().take(MAX_FAILING).collect();
        let mut found = diverse(others, MAX_SHRUNK);
        for _ in 0..MAX_STEPS {
            if !self.step(&mut found).await? {
                break;
            }
        }
        let distinct: BTreeMap<_, _> =
            found.into_iter().map(|case| ((case.is_only_text(), weight(&case.sequence)), case)).collect();
        let kept = diverse(distinct.into_values().collect(), max.saturating_sub(failing.len()));
        Ok(failing.into_iter().chain(kept).collect())
    }

    /// Makes each sequence one step smaller, if a step keeps the difference. Whether any became smaller.
    async fn step(&self, found: &mut [Difference]) -> Result<bool, VerifyError> {
        // A hang or a crash costs seconds a try; such a sequence is shown as it is.
        let shrinks = |case: &Difference| case.reference.returned() && case.candidate.returned();
        let tries: Vec<Vec<Sequence>> = found
            .iter()
            .map(|case| if shrinks(case) { shorter(&case.sequence) } else { Vec::new() })
            .collect();
        let all = tries.concat();
        if all.is_empty() {
            return Ok(false);
        }
        let mut together = Together {
            reference: [self.reference, self.reference],
            candidate: self.candidate,
            losses: Losses::default(),
        };
        let mut answers = together.ask(&all, &Patience::SHORT).await?.into_iter();
        let mut any = false;
        for (case, sequences) in found.iter_mut().zip(tries) {
            let name = case.call().map(|call| call.operation.clone());
            let next = sequences
                .into_iter()
                .zip(answers.by_ref())
                .map(|(sequence, mut answered)| {
                    self.steadiness.settle(&sequence, &mut answered);
                    (sequence, answered)
                })
                .filter(|(_, answered)| answered.expected.answers == answered.again.answers)
                .filter_map(|(sequence, answered)| {
                    first_difference(sequence, &answered.expected, &answered.got)
                })
                .filter(|step| step.call().map(|call| call.operation.clone()) == name)
                .filter(|step| step.is_only_text() == case.is_only_text())
                .filter(shrinks)
                .min_by_key(|step| weight(&step.sequence));
            if let Some(next) = next.filter(|next| weight(&next.sequence) < weight(&case.sequence)) {
                *case = next;
                any = true;
            }
        }
        Ok(any)
    }
}

/// The beginning of a sequence up to the first call by which both differ.
fn first_difference(
    sequence: Sequence,
    reference: &SequenceAnswer,
    candidate: &SequenceAnswer,
) -> Option<Difference> {
    let answers = reference.answers.iter().zip(&candidate.answers);
    let at = answers.clone().position(|(reference, candidate)| reference != candidate)?;
    let (reference, candidate) = answers.into_iter().nth(at)?;
    if matches!(reference, Answer::NotRun(_)) {
        return None;
    }
    let mut calls = sequence.calls;
    calls.truncate(at + 1);
    Some(Difference {
        sequence: Sequence { calls },
        reference: reference.clone(),
        candidate: candidate.clone(),
    })
}
