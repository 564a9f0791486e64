//! Values next to others.

use super::values::{COMMON, TOKENS};
use ghostlib_model::Value;
use serde_json::Map;

/// Inputs that differ from `value` in one place: a character or a piece more at either end of a text, a number next to
/// or opposite to the old one, an item of a list twice.
pub(crate) fn neighbours(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let characters = COMMON.chars().map(String::from);
            let pieces = characters.chain(TOKENS.map(str::to_owned));
            let longer = pieces.flat_map(|piece| [format!("{piece}{text}"), format!("{text}{piece}")]);
            longer.map(Value::String).collect()
        }
        Value::Number(number) => number.as_i64().map_or_else(Vec::new, |whole| {
            let next =
                [whole.checked_add(1), whole.checked_sub(1), whole.checked_neg(), whole.checked_mul(10)];
            next.into_iter().flatten().map(Value::from).collect()
        }),
        Value::Bool(flag) => vec![Value::Bool(!flag)],
        Value::Array(items) => {
            let inside = changed_inside(items, neighbours);
            let twice = items.first().map(|first| [std::slice::from_ref(first), items].concat());
            inside.into_iter().chain(twice.map(Value::Array)).collect()
        }
        Value::Object(map) if stands_for_another(map) => Vec::new(),
        Value::Object(map) => changed_entries(map, neighbours),
        Value::Null => Vec::new(),
    }
}

/// Whether a map stands for an earlier value, or for a number that JSON has not. It stays as it is.
pub(super) fn stands_for_another(map: &Map<String, Value>) -> bool {
    map.len() == 1 && ["$", "float", "int"].iter().any(|key| map.contains_key(*key))
}

/// The list with one item changed, in every way.
pub(super) fn changed_inside(items: &[Value], change: impl Fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let at_each = items.iter().enumerate().flat_map(|(at, item)| {
        change(item).into_iter().map(move |item| {
            let mut changed = items.to_vec();
            changed[at] = item;
            Value::Array(changed)
        })
    });
    at_each.collect()
}

/// The map with one value changed, in every way. Its keys are parameters, which stay.
pub(super) fn changed_entries(map: &Map<String, Value>, change: impl Fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let at_each = map.iter().flat_map(|(key, item)| {
        change(item).into_iter().map(move |item| {
            let mut changed = map.clone();
            changed.insert(key.clone(), item);
            Value::Object(changed)
        })
    });
    at_each.collect()
}
