//! Sequences that are smaller than others.

use super::sequences::kept_index;
use super::smaller::{size, smaller};
use ghostlib_model::{Call, Sequence, Value};

/// Sequences that are smaller by one step: a call less, or a smaller input of one.
pub(crate) fn shorter(sequence: &Sequence) -> Vec<Sequence> {
    let calls = &sequence.calls;
    let without = (0..calls.len()).rev().filter_map(|at| without_call(calls, at));
    let simpler = calls.iter().enumerate().flat_map(|(at, call)| {
        smaller(&call.input).into_iter().map(move |input| {
            let mut calls = calls.clone();
            calls[at].input = input;
            calls
        })
    });
    without.chain(simpler).map(|calls| Sequence { calls }).collect()
}

/// The calls without one of them, if none of the others uses what it returned, or can use what it was called on
/// instead.
pub(crate) fn without_call(calls: &[Call], at: usize) -> Option<Vec<Call>> {
    if calls.len() == 1 {
        return None;
    }
    let mut rest: Vec<Call> = calls.to_vec();
    rest.remove(at);
    let mut is_used = false;
    for call in &mut rest[at..] {
        each_kept(&mut call.input, &mut |index| {
            is_used |= *index == at as u64;
            *index -= u64::from(*index > at as u64);
        });
    }
    (!is_used).then_some(rest)
}

fn each_kept(value: &mut Value, change: &mut dyn FnMut(&mut u64)) {
    if let Some(mut index) = kept_index(value) {
        change(&mut index);
        value["$"] = index.into();
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_kept(item, change)),
        Value::Object(map) => map.values_mut().for_each(|item| each_kept(item, change)),
        _ => {}
    }
}

/// How large a sequence is, for choosing the smallest.
pub(crate) fn weight(sequence: &Sequence) -> (usize, usize, String) {
    let sizes: Vec<(usize, String)> = sequence.calls.iter().map(|call| size(&call.input)).collect();
    let text = sizes.iter().map(|(_, text)| text.as_str()).collect();
    (sequence.calls.len(), sizes.iter().map(|(size, _)| size).sum(), text)
}
