//! What both sides answered to the same calls, counted by operation.

use super::together::Answered;
use super::{Difference, is_waived};
use crate::operation::Operation;
use crate::session::NOT_ASKED;
use ghostlib_model::{
    AgreementByClass, Answer, FunctionAgreement, Ratio, Sequence, SmallestDifference, Surroundings, Value,
    Waiver,
};
use std::collections::BTreeMap;

/// What was counted of one operation.
#[derive(Default)]
pub(super) struct Counted {
    agreed: Ratio,
    accepted: Ratio,
    same_text: Ratio,
    by_class: AgreementByClass,
    pub(super) differences: Vec<Difference>,
    /// Differences in calls that are waived, which count nowhere.
    pub(super) waived: Vec<Difference>,
}

/// Compares the answers to one sequence call by call, up to the first that differs: what follows may differ by it.
pub(super) fn compare<'a>(
    operations: &'a [Operation],
    waivers: &[Waiver],
    sequence: &Sequence,
    Answered { expected, again, got }: &Answered,
    counted: &mut BTreeMap<&'a str, Counted>,
) {
    for (at, call) in sequence.calls.iter().enumerate() {
        if Surroundings::is_laid_out_by(&call.operation) {
            continue;
        }
        let Some(operation) = operations.iter().find(|one| one.name == call.operation) else { return };
        let (Some(reference), Some(candidate)) = (expected.answers.get(at), got.answers.get(at)) else {
            return;
        };
        if again.answers.get(at) != Some(reference) {
            return;
        }
        let is_for_another = matches!(candidate, Answer::NotRun(reason) if reason == NOT_ASKED);
        if matches!(reference, Answer::NotRun(_)) || is_for_another {
            continue;
        }
        let counted = counted.entry(&operation.name).or_default();
        if is_waived(waivers, call) {
            if reference == candidate {
                continue;
            }
            let sequence = Sequence { calls: sequence.calls[..=at].to_vec() };
            let (reference, candidate) = (reference.clone(), candidate.clone());
            counted.waived.push(Difference { sequence, reference, candidate });
            return;
        }
        counted.add_class(reference, candidate);
        let is_last = at + 1 == sequence.calls.len();
        let mut sides = [reference.clone(), candidate.clone()];
        if is_last && expected.effects == again.effects {
            let both = [&expected.effects, &got.effects];
            counted.add_effects(both);
            add_to_answers(&mut sides, both);
        }
        let [reference, candidate] = sides;
        let agrees = reference.agrees_with(&candidate);
        counted.agreed = counted.agreed.and(agrees);
        if reference != candidate {
            let calls = sequence.calls[..=at].to_vec();
            counted.differences.push(Difference { sequence: Sequence { calls }, reference, candidate });
        }
        if !agrees {
            return;
        }
    }
}

/// What the sequences did besides becomes a part of what their last calls returned, where it differs.
fn add_to_answers(answers: &mut [Answer; 2], effects: [&Option<Value>; 2]) {
    if let [Answer::Ok(reference), Answer::Ok(candidate)] = answers
        && effects[0] != effects[1]
    {
        for (value, effects) in [reference, candidate].into_iter().zip(effects) {
            *value = serde_json::json!({"returned": value, "effects": effects});
        }
    }
}

impl Counted {
    fn add_class(&mut self, reference: &Answer, candidate: &Answer) {
        self.accepted = self.accepted.and(matches!(reference, Answer::Ok(_)));
        if let (Answer::Error(a), Answer::Error(b)) = (reference, candidate) {
            self.same_text = self.same_text.and(a.text == b.text);
        }
        let class = match reference {
            Answer::Ok(_) => &mut self.by_class.ok,
            Answer::Error(_) => &mut self.by_class.error,
            _ => &mut self.by_class.panic,
        };
        *class = class.and(reference.agrees_with(candidate));
    }

    fn add_effects(&mut self, [reference, candidate]: [&Option<Value>; 2]) {
        if reference.is_some() || candidate.is_some() {
            self.by_class.effects = self.by_class.effects.and(reference == candidate);
        }
    }

    pub(super) fn agreement(
        &self,
        operation: &Operation,
        smallest: Option<&Difference>,
    ) -> FunctionAgreement {
        FunctionAgreement {
            operation: operation.name.clone(),
            tried: self.agreed.of,
            agreed: self.agreed,
            accepted: self.accepted,
            by_class: self.by_class.clone(),
            error_text: self.same_text,
            smallest: smallest.and_then(|difference| {
                let (last, before) = difference.sequence.calls.split_last()?;
                Some(SmallestDifference {
                    before: before.to_vec(),
                    input: last.input.clone(),
                    reference: difference.reference.clone(),
                    candidate: difference.candidate.clone(),
                })
            }),
        }
    }
}
