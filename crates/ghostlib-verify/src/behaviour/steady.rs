//! Operations that do not answer alike always. Asked twice, one that goes through a hash table answers in the same order now
//! and then, and a candidate that is right in another: by the single call that cannot be told from a difference, by all calls
//! of the operation it can.

use super::together::Answered;
use ghostlib_model::{Answer, Sequence, SequenceAnswer, Value};
use std::collections::HashMap;

/// What is said of a call that is not answered alike always.
pub(super) const UNSTEADY: &str = "not the same answer twice";

/// How steady operations are, as far as the reference's answers show. Others are steady.
#[derive(Debug, Default)]
pub(super) struct Steadiness(HashMap<String, Unsteady>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unsteady {
    /// The same items in another order: the order tells nothing.
    InOrder,
    /// Something else each time.
    Otherwise,
}

impl Steadiness {
    /// Learns from what the reference answered when it was asked twice.
    pub(super) fn learn(&mut self, sequence: &Sequence, answered: &Answered) {
        let both = answered.expected.answers.iter().zip(&answered.again.answers);
        let Some((at, (one, other))) = both.enumerate().find(|(_, (one, other))| one != other) else {
            return;
        };
        let Some(call) = sequence.calls.get(at) else { return };
        if !one.returned() || !other.returned() {
            return;
        }
        let how = if sorted(one) == sorted(other) { Unsteady::InOrder } else { Unsteady::Otherwise };
        let known = self.0.entry(call.operation.clone()).or_insert(how);
        if how == Unsteady::Otherwise {
            *known = how;
        }
    }

    /// Leaves of the answers what can be compared: the items of a list in one order, and nothing of a call of an operation
    /// that answers something else each time, unless it is right or the candidate does not come back from it.
    pub(super) fn settle(&self, sequence: &Sequence, answered: &mut Answered) {
        for (at, call) in sequence.calls.iter().enumerate() {
            let Some(how) = self.0.get(&call.operation) else { continue };
            let all = [&mut answered.expected, &mut answered.again, &mut answered.got];
            let [Some(expected), Some(again), Some(got)] = all.map(|one| one.answers.get_mut(at)) else {
                return;
            };
            match how {
                Unsteady::InOrder => [expected, again, got].into_iter().for_each(sort),
                Unsteady::Otherwise if got.returned() && expected != got => {
                    *again = Answer::NotRun(UNSTEADY.into());
                }
                Unsteady::Otherwise => {}
            }
        }
    }

    /// Takes out of the answers those that prove nothing by themselves.
    pub(super) fn leave_out(&self, sequence: &Sequence, answers: &mut SequenceAnswer) {
        for (call, answer) in sequence.calls.iter().zip(&mut answers.answers) {
            if self.0.contains_key(&call.operation) {
                *answer = Answer::NotRun(UNSTEADY.into());
            }
        }
    }
}

fn sorted(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    sort(&mut answer);
    answer
}

fn sort(answer: &mut Answer) {
    if let Answer::Ok(Value::Array(items)) = answer {
        items.sort_by_cached_key(ToString::to_string);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Call;
    use serde_json::json;

    fn answered(expected: Value, again: Value, got: Value) -> Answered {
        let [expected, again, got] = [expected, again, got]
            .map(|value| SequenceAnswer { answers: vec![Answer::Ok(value)], ..SequenceAnswer::default() });
        Answered { expected, again, got }
    }

    fn differs(steadiness: &Steadiness, sequence: &Sequence, mut answered: Answered) -> bool {
        steadiness.settle(sequence, &mut answered);
        answered.expected == answered.again && answered.expected != answered.got
    }

    #[test]
    fn what_has_once_come_in_another_order_is_compared_without_its_order() {
        let sequence = Sequence { calls: vec![Call { operation: "keys".into(), input: json!({}) }] };
        let mut steadiness = Steadiness::default();
        let chance = || answered(json!(["a", "b"]), json!(["a", "b"]), json!(["b", "a"]));
        assert!(differs(&steadiness, &sequence, chance()));
        steadiness.learn(&sequence, &answered(json!([1, 2]), json!([2, 1]), json!([1, 2])));
        assert!(!differs(&steadiness, &sequence, chance()));
        assert!(differs(&steadiness, &sequence, answered(json!(["a"]), json!(["a"]), json!(["b"]))));
        steadiness.learn(&sequence, &answered(json!([1]), json!([2]), json!([1])));
        assert!(!differs(&steadiness, &sequence, answered(json!(["a"]), json!(["a"]), json!(["b"]))));
    }
}
