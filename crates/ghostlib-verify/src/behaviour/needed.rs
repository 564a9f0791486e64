//! Sequences without what their last call does not need.

use crate::generate::{kept_index, without_call};
use crate::operation::{Access, Operation};
use ghostlib_model::{Call, Sequence, Value};
use std::collections::BTreeSet;

/// The sequence with no other calls than those that make what the last one takes; with `changes`, those too that change it.
pub(super) fn needed(sequence: &Sequence, operations: &[Operation], changes: Changes) -> Sequence {
    let calls = &sequence.calls;
    let mut kept = BTreeSet::from([calls.len().saturating_sub(1)]);
    loop {
        let taken: BTreeSet<usize> = kept.iter().flat_map(|at| indices(&calls[*at].input)).collect();
        let changing = (0..calls.len())
            .filter(|at| changes == Changes::Kept && changes_one_of(&calls[*at], operations, &taken));
        let more: BTreeSet<usize> =
            kept.iter().copied().chain(taken.iter().copied()).chain(changing).collect();
        if more == kept {
            break;
        }
        kept = more;
    }
    let mut left = calls.clone();
    for at in (0..calls.len()).rev().filter(|at| !kept.contains(at)) {
        left = without_call(&left, at).unwrap_or(left);
    }
    Sequence { calls: left }
}

/// Whether calls stay that change what the last one takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Changes {
    Kept,
    LeftOut,
}

fn changes_one_of(call: &Call, operations: &[Operation], taken: &BTreeSet<usize>) -> bool {
    let operation = operations.iter().find(|operation| operation.name == call.operation);
    let mut params = operation.into_iter().flat_map(Operation::kept_params);
    params.any(|(param, _, access)| {
        let value = call.input.get(&param.name).map(indices).unwrap_or_default();
        access == Access::Mutable && value.iter().any(|index| taken.contains(index))
    })
}

/// The calls whose values stand in an input.
fn indices(value: &Value) -> Vec<usize> {
    if let Some(index) = kept_index(value) {
        return usize::try_from(index).into_iter().collect();
    }
    match value {
        Value::Array(items) => items.iter().flat_map(indices).collect(),
        Value::Object(map) => map.values().flat_map(indices).collect(),
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{OperationParam, TypeName};
    use crate::shape::Shape;
    use serde_json::json;

    #[test]
    fn calls_that_make_or_change_what_is_taken_stay() {
        let push = Operation {
            name: "push".into(),
            item: "push".into(),
            binding: String::new(),
            expression: String::new(),
            params: vec![OperationParam::required(
                "self".into(),
                Shape::Kept(TypeName("T".into()), Access::Mutable),
            )],
            keeps: None,
            keeps_error: None,
        };
        let call = |operation: &str, input: Value| Call { operation: operation.into(), input };
        let sequence = Sequence {
            calls: vec![
                call("other", json!({})),
                call("new", json!({})),
                call("push", json!({"self": {"$": 1}})),
                call("look", json!({"self": {"$": 1}})),
                call("len", json!({"self": {"$": 1}})),
            ],
        };
        let names = |changes| -> Vec<String> {
            let left = needed(&sequence, std::slice::from_ref(&push), changes);
            assert_eq!(left.calls.last().unwrap().input, json!({"self": {"$": 0}}));
            left.calls.into_iter().map(|call| call.operation).collect()
        };
        assert_eq!(names(Changes::Kept), ["new", "push", "len"]);
        assert_eq!(names(Changes::LeftOut), ["new", "len"]);
    }
}
