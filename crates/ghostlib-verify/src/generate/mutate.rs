//! Sequences like others that were worth keeping.

use super::echo::{echo, step};
use super::neighbours::neighbours;
use super::sequences::{Draft, MAX_CALLS, Sequences, has_kept, kept_index};
use super::smaller::smaller;
use super::values::Generator;
use crate::operation::Access;
use crate::shape::Shape;
use ghostlib_model::{Call, Sequence, Value};
use serde_json::Map;

/// So many steps lie between a sequence and the one that it is made from: mostly one, which keeps what led there.
const STEPS: [usize; 4] = [1, 1, 2, 4];

impl Sequences<'_> {
    /// A sequence a few steps away from another: arguments are changed, or the target is called once more.
    pub(crate) fn mutate(&self, old: &Sequence, target: usize, generator: &mut Generator) -> Sequence {
        let mut sequence = old.clone();
        for _ in 0..STEPS[generator.rng().usize(..STEPS.len())] {
            if generator.rng().u8(..6) == 0 && sequence.calls.len() < MAX_CALLS {
                sequence = self.append(sequence, target, generator);
            } else {
                let at = generator.rng().usize(..sequence.calls.len().max(1));
                self.change_argument(&mut sequence.calls, at, generator);
            }
        }
        sequence
    }

    /// The same sequence with the target called behind it.
    fn append(&self, sequence: Sequence, target: usize, generator: &mut Generator) -> Sequence {
        let mut draft = Draft { calls: vec![], live: vec![] };
        for (at, call) in sequence.calls.iter().enumerate() {
            let Some(operation) = self.operations.iter().find(|one| one.name == call.operation) else {
                continue;
            };
            let used_up = operation.kept_params().filter(|(_, _, access)| *access == Access::Owned);
            let used_up: Vec<u64> =
                used_up.filter_map(|(param, ..)| kept_index(call.input.get(&param.name)?)).collect();
            draft.live.retain(|(live, _)| !used_up.contains(&(*live as u64)));
            draft.live.extend(operation.keeps.iter().map(|name| (at, name.clone())));
        }
        draft.calls = sequence.calls;
        let at = self.call(&mut draft, target, generator, 0);
        self.look(&mut draft, at, target, generator);
        Sequence { calls: draft.calls }
    }

    fn change_argument(&self, calls: &mut [Call], at: usize, generator: &mut Generator) {
        let Some((before, [call, ..])) = calls.split_at_mut_checked(at) else { return };
        let Some(operation) = self.named(&call.operation) else { return };
        let plain = |name: &str| call.input.get(name).is_some_and(|value| !has_kept(value));
        let params: Vec<_> = operation.params.iter().filter(|param| plain(&param.name)).collect();
        let Some(param) = generator.rng().choice(params) else { return };
        let value = &mut call.input[&param.name];
        if let Some(echoed) = echo((&param.shape, Some(value)), before, &Map::new(), generator) {
            *value = echoed;
        } else if generator.rng().u8(..4) > 0 {
            change(value, generator);
        } else if !needs_kept(&param.shape) {
            *value = generator.value(&param.shape, &mut |_, _, _| Value::Null);
        }
    }
}

/// Changes one place of a value.
pub(super) fn change(value: &mut Value, generator: &mut Generator) {
    match value {
        Value::Array(items) if !items.is_empty() && generator.rng().bool() => {
            let at = generator.rng().usize(..items.len());
            change(&mut items[at], generator);
        }
        Value::String(text) if generator.rng().bool() => *text = spliced(text, generator),
        Value::String(_) if generator.rng().u8(..3) == 0 => step(value, generator),
        _ => {
            let near = if generator.rng().u8(..4) == 0 { smaller(value) } else { neighbours(value) };
            if let Some(chosen) = generator.rng().choice(near) {
                *value = chosen;
            }
        }
    }
}

/// So often a piece is repeated: mostly once more, and sometimes past the lengths up to which texts are stored or counted
/// in another way.
const REPEATS: [usize; 4] = [2, 2, 3, 90];

/// The text with a piece of it replaced by another text, repeated, or left out; or with one character exchanged for one
/// of its kind, which leaves the length as it is.
fn spliced(text: &str, generator: &mut Generator) -> String {
    let characters: Vec<char> = text.chars().collect();
    let start = generator.rng().usize(..=characters.len());
    let end = (start + generator.rng().usize(..4)).min(characters.len());
    let shape = match generator.rng().u8(..6) {
        4.. => return exchanged(characters, generator),
        0 => return joined(&characters[..start], "", &characters[end..]),
        1 => {
            let n_times = REPEATS[generator.rng().usize(..REPEATS.len())];
            let repeated = characters[start..end].iter().collect::<String>().repeat(n_times);
            return joined(&characters[..start], &repeated, &characters[end..]);
        }
        2 => Shape::Char,
        _ => Shape::Text,
    };
    let piece = generator.value(&shape, &mut |_, _, _| Value::Null);
    joined(&characters[..start], piece.as_str().unwrap_or_default(), &characters[end..])
}

/// Characters of a kind: digits, letters that are digits to base 16, and other letters.
const KINDS: [&str; 3] = ["0123456789", "abcdefABCDEF", "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ"];

fn exchanged(mut characters: Vec<char>, generator: &mut Generator) -> String {
    let of_kind = |c: char| KINDS.iter().find(|kind| kind.contains(c));
    let places: Vec<usize> = (0..characters.len()).filter(|at| of_kind(characters[*at]).is_some()).collect();
    if let Some(at) = generator.rng().choice(places)
        && let Some(kind) = of_kind(characters[at])
    {
        characters[at] = char::from(kind.as_bytes()[generator.rng().usize(..kind.len())]);
    }
    characters.into_iter().collect()
}

fn joined(before: &[char], piece: &str, after: &[char]) -> String {
    before.iter().copied().chain(piece.chars()).chain(after.iter().copied()).collect()
}

/// Whether values of a shape have values in them that calls before returned.
fn needs_kept(shape: &Shape) -> bool {
    match shape {
        Shape::Kept(..) => true,
        Shape::List(item) | Shape::Set(item) | Shape::Optional(item) | Shape::Function(item) => {
            needs_kept(item)
        }
        Shape::Map(key, value) => needs_kept(key) || needs_kept(value),
        Shape::Tuple(items) => items.iter().any(needs_kept),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_exchanged_for_one_of_its_kind() {
        let mut generator = Generator::new(1);
        let all: Vec<String> =
            (0..2000).map(|_| exchanged("1-ax".chars().collect(), &mut generator)).collect();
        for start in ["7-ax", "1-Fx", "1-aQ"] {
            assert!(all.iter().any(|text| text == start), "{start}: {all:?}");
        }
        assert!(all.iter().all(|text| text.len() == 4 && text.as_bytes()[1] == b'-'));
        assert_eq!(exchanged(vec!['-'], &mut generator), "-");
    }

    #[test]
    fn a_piece_is_sometimes_repeated_often() {
        let mut generator = Generator::new(1);
        let longest = (0..400).map(|_| spliced("ab", &mut generator).len()).max();
        assert!(longest > Some(128), "{longest:?}");
    }
}
