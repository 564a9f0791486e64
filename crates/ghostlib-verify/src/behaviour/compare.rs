//! What both sides answered to the same calls, counted by operation.

use super::Difference;
use crate::operation::Operation;
use ghostlib_model::{Answer, FunctionAgreement, Ratio, Sequence, SequenceAnswer, SmallestDifference, Value};
use std::collections::BTreeMap;

/// What was counted of one operation.
#[derive(Default)]
pub(super) struct Counted {
    tried: usize,
    agreed: usize,
    accepted: usize,
    both_failed: usize,
    same_text: usize,
    pub(super) differences: Vec<Difference>,
}

/// Compares the answers to one sequence call by call, up to the first that differs: what follows may differ by it.
pub(super) fn compare<'a>(
    operations: &'a [Operation],
    sequence: &Sequence,
    [expected, again, got]: [&SequenceAnswer; 3],
    counted: &mut BTreeMap<&'a str, Counted>,
) {
    for (at, call) in sequence.calls.iter().enumerate() {
        let Some(operation) = operations.iter().find(|one| one.name == call.operation) else { return };
        let (Some(reference), Some(candidate)) = (expected.answers.get(at), got.answers.get(at)) else {
            return;
        };
        if again.answers.get(at) != Some(reference) {
            return;
        }
        if matches!(reference, Answer::NotRun(_)) {
            continue;
        }
        let counted = counted.entry(&operation.name).or_default();
        let is_last = at + 1 == sequence.calls.len();
        let (reference, candidate) =
            match with_effects(is_last, [expected, again, got], [reference, candidate]) {
                Some([reference, candidate]) => (reference, candidate),
                None => (reference.clone(), candidate.clone()),
            };
        counted.tried += 1;
        counted.accepted += usize::from(matches!(reference, Answer::Ok(_)));
        let agrees = reference.agrees_with(&candidate);
        counted.agreed += usize::from(agrees);
        if let (Answer::Error(a), Answer::Error(b)) = (&reference, &candidate) {
            counted.both_failed += 1;
            counted.same_text += usize::from(a.text == b.text);
        }
        if reference != candidate {
            let calls = sequence.calls[..=at].to_vec();
            counted.differences.push(Difference { sequence: Sequence { calls }, reference, candidate });
        }
        if !agrees {
            return;
        }
    }
}

/// The answers to the last call with what the sequences did besides, where that differs and is always the same.
fn with_effects(
    is_last: bool,
    [expected, again, got]: [&SequenceAnswer; 3],
    answers: [&Answer; 2],
) -> Option<[Answer; 2]> {
    if !is_last || expected.effects == got.effects || expected.effects != again.effects {
        return None;
    }
    let [Answer::Ok(reference), Answer::Ok(candidate)] = answers else { return None };
    let with = |value: &Value, effects: &Option<Value>| {
        Answer::Ok(serde_json::json!({"returned": value, "effects": effects}))
    };
    Some([with(reference, &expected.effects), with(candidate, &got.effects)])
}

impl Counted {
    pub(super) fn agreement(
        &self,
        operation: &Operation,
        smallest: Option<&Difference>,
    ) -> FunctionAgreement {
        FunctionAgreement {
            operation: operation.name.clone(),
            tried: self.tried,
            agreed: Ratio::new(self.agreed, self.tried),
            accepted: Ratio::new(self.accepted, self.tried),
            error_text: Ratio::new(self.same_text, self.both_failed),
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
