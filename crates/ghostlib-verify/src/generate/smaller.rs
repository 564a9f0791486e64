//! Values that are smaller than others.

use super::neighbours::{changed_entries, changed_inside, stands_for_another};
use ghostlib_model::Value;
use serde_json::json;

/// Inputs that are smaller than `value` by one step, the smallest steps last: something left out, or a
/// character or number replaced by a simpler one.
pub(super) fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => smaller_texts(text).into_iter().map(Value::String).collect(),
        Value::Number(number) => smaller_numbers(number),
        Value::Bool(true) => vec![Value::Bool(false)],
        Value::Array(items) => {
            let without = shorter(items).into_iter().map(Value::Array);
            without.chain(changed_inside(items, smaller)).collect()
        }
        Value::Object(map) if stands_for_another(map) => Vec::new(),
        Value::Object(map) => changed_entries(map, smaller),
        Value::Null | Value::Bool(false) => Vec::new(),
    }
}

/// The list without a part of it: a half, a quarter, and so on to a single item.
fn shorter<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let mut lists = vec![];
    let mut length = items.len().div_ceil(2);
    while length > 0 {
        let starts = (0..items.len()).step_by(length.max(items.len() / MAX_CUTS).max(1));
        lists.extend(starts.map(|start| {
            let end = (start + length).min(items.len());
            [&items[..start], &items[end..]].concat()
        }));
        length = if length == 1 { 0 } else { length.div_ceil(2).min(length - 1) };
    }
    lists
}

/// So many parts of one length are left out in turn, and not more of a long list.
const MAX_CUTS: usize = 32;

fn smaller_texts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut texts: Vec<String> = shorter(&characters).into_iter().map(String::from_iter).collect();
    // What does not matter becomes an `a`, so that what does stands out and equal causes look alike.
    for at in (0..characters.len()).filter(|at| characters[*at] != 'a') {
        let mut simpler = characters.clone();
        simpler[at] = 'a';
        texts.push(simpler.into_iter().collect());
    }
    texts
}

fn smaller_numbers(number: &serde_json::Number) -> Vec<Value> {
    let Some(whole) = number.as_i64() else {
        return if number.as_f64() == Some(0.0) { Vec::new() } else { vec![json!(0)] };
    };
    let mut numbers = vec![0, whole / 2, whole - whole.signum()];
    numbers.retain(|smaller| smaller.unsigned_abs() < whole.unsigned_abs());
    numbers.dedup();
    numbers.into_iter().map(Value::from).collect()
}

/// How large an input is, for choosing the smallest: the length of its JSON text, simple characters first.
pub(super) fn size(value: &Value) -> (usize, String) {
    let text = value.to_string();
    let weight = |c: char| match c {
        'a' => 1,
        c if c.is_ascii_alphanumeric() => 2,
        _ => 3,
    };
    (text.chars().map(weight).sum(), text)
}
