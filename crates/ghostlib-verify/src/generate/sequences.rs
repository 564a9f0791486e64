//! Sequences of calls: what an operation needs is made by calls before it, changed, and looked at afterwards.

use super::echo::echo;
use super::mutate::change;
use super::neighbours::neighbours;
use super::surroundings::{self, lay_out};
use super::values::Generator;
use crate::operation::{Access, Operation, Presence, TypeName};
use ghostlib_model::{Answer, Call, Ratio, Sequence, SequenceAnswer, Surroundings, Value};
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};

/// Draws sequences for the operations of a library. The same seed and the same answers give the same sequences.
pub(crate) struct Sequences<'a> {
    pub(super) operations: &'a [Operation],
    surroundings: Surroundings,
    /// The operations that lay them out.
    laying_out: [Operation; 2],
    makers: BTreeMap<&'a TypeName, Vec<(usize, On)>>,
    changers: BTreeMap<&'a TypeName, Vec<usize>>,
    lookers: BTreeMap<&'a TypeName, Vec<usize>>,
    /// How many calls of each operation were made, and how many the reference accepted.
    accepted: Vec<(u32, u32)>,
    /// Inputs of each operation that the reference accepted.
    pools: Vec<Vec<Value>>,
    /// How many calls deep it takes at least to make a value of each type.
    depths: BTreeMap<&'a TypeName, usize>,
}

/// Whether an operation makes a value by succeeding, or by failing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Success,
    Error,
}

/// Values are made by calls that need values, up to this depth.
const MAX_DEPTH: usize = 4;
/// More calls are not made in one sequence.
pub(super) const MAX_CALLS: usize = 24;
/// So many accepted inputs of an operation are kept.
const MAX_POOL: usize = 128;

/// A sequence in the making.
pub(super) struct Draft {
    pub(super) calls: Vec<Call>,
    /// The values that are there, by the call that returned them.
    pub(super) live: Vec<(usize, TypeName)>,
}

impl<'a> Sequences<'a> {
    /// `seeds` are inputs of operations, by the operations' names.
    pub(crate) fn new(
        operations: &'a [Operation],
        seeds: &[(String, Value)],
        surroundings: Surroundings,
    ) -> Self {
        let mut makers: BTreeMap<&TypeName, Vec<(usize, On)>> = BTreeMap::new();
        let mut changers: BTreeMap<&TypeName, Vec<usize>> = BTreeMap::new();
        let mut lookers: BTreeMap<&TypeName, Vec<usize>> = BTreeMap::new();
        for (at, operation) in operations.iter().enumerate() {
            for (name, on) in [(&operation.keeps, On::Success), (&operation.keeps_error, On::Error)] {
                if let Some(name) = name {
                    makers.entry(name).or_default().push((at, on));
                }
            }
            if let Some((_, name, Access::Mutable)) = operation.kept_params().next() {
                changers.entry(name).or_default().push(at);
            }
            if let Some((_, name, _)) = operation.kept_params().next()
                && operation.looks_at(name)
            {
                lookers.entry(name).or_default().push(at);
            }
        }
        let of = |operation: &Operation| {
            let own = seeds.iter().filter(|(name, _)| *name == operation.name);
            own.map(|(_, input)| input.clone()).filter(Value::is_object).collect()
        };
        let pools = operations.iter().map(of).collect();
        let depths = depths(operations);
        Self {
            operations,
            surroundings,
            laying_out: surroundings::operations(),
            makers,
            changers,
            lookers,
            accepted: vec![(0, 0); operations.len()],
            pools,
            depths,
        }
    }

    /// Draws nothing more that calls an operation.
    pub(crate) fn exclude(&mut self, operation: usize) {
        for list in self.changers.values_mut().chain(self.lookers.values_mut()) {
            list.retain(|at| *at != operation);
        }
        for list in self.makers.values_mut() {
            list.retain(|(at, _)| *at != operation);
        }
    }

    /// A sequence that ends with calling an operation and looking at what it did.
    pub(crate) fn draw(&self, target: usize, generator: &mut Generator) -> Sequence {
        let mut draft = Draft { calls: lay_out(self.surroundings, generator), live: vec![] };
        self.call(&mut draft, target, generator, 0);
        let at = draft.calls.len() - 1;
        self.look(&mut draft, at, target, generator);
        Sequence { calls: draft.calls }
    }

    /// An operation of the library, or one that lays out its surroundings.
    pub(super) fn named(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().chain(&self.laying_out).find(|one| one.name == name)
    }

    /// Learns from what the reference answered: inputs that it accepted, and which makers succeed.
    pub(crate) fn learn(&mut self, sequence: &Sequence, answer: &SequenceAnswer, generator: &mut Generator) {
        for (call, answer) in sequence.calls.iter().zip(&answer.answers) {
            let Some(at) = self.operations.iter().position(|one| one.name == call.operation) else {
                continue;
            };
            let is_ok = matches!(answer, Answer::Ok(_));
            let (n_made, n_ok) = &mut self.accepted[at];
            (*n_made, *n_ok) = (*n_made + 1, *n_ok + u32::from(is_ok));
            // What makes endless texts costs much, and says no more than what makes short ones.
            let is_short = matches!(answer, Answer::Ok(value) if text_bytes(value) <= MAX_LEARNT);
            if is_short && call.input.is_object() {
                let pool = &mut self.pools[at];
                if pool.len() < MAX_POOL {
                    generator.learn(&without_kept(&call.input));
                    pool.push(call.input.clone());
                } else {
                    let place = generator.rng().usize(..MAX_POOL * 4);
                    if place < MAX_POOL {
                        pool[place] = call.input.clone();
                    }
                }
            }
        }
    }

    /// The calls of an operation that the reference accepted so far, of all.
    pub(crate) fn accepted(&self, operation: usize) -> Ratio {
        let (n_made, n_ok) = self.accepted[operation];
        Ratio::new(n_ok as usize, n_made as usize)
    }

    /// Adds a call with all that it needs; the index of the call.
    pub(super) fn call(
        &self,
        draft: &mut Draft,
        operation: usize,
        generator: &mut Generator,
        depth: usize,
    ) -> usize {
        let described = &self.operations[operation];
        let known = self.known_input(operation, generator);
        let mut taken = BTreeSet::new();
        let mut input = Map::new();
        for param in &described.params {
            if param.presence == Presence::Optional && generator.rng().bool() {
                continue;
            }
            let reused =
                known.as_ref().and_then(|known| known.get(&param.name)).filter(|value| !has_kept(value));
            let echoed = echo((&param.shape, reused), &draft.calls, &input, generator);
            let value = match (echoed, reused) {
                (Some(echoed), _) => echoed,
                (None, Some(value)) if generator.rng().u8(..3) > 0 => beside(value, generator),
                _ => generator.value(&param.shape, &mut |generator, name, access| {
                    let at = self.kept(draft, name, access, &taken, generator, depth);
                    taken.insert(at);
                    json!({"$": at})
                }),
            };
            input.insert(param.name.clone(), value);
        }
        let at = draft.calls.len();
        draft.calls.push(Call { operation: described.name.clone(), input: Value::Object(input) });
        let used_up = described.kept_params().filter(|(_, _, access)| *access == Access::Owned);
        let used_up: Vec<u64> =
            used_up.filter_map(|(param, ..)| kept_index(&draft.calls[at].input[&param.name])).collect();
        draft.live.retain(|(live, _)| !used_up.contains(&(*live as u64)));
        let kept = described.keeps.clone().into_iter().chain(described.keeps_error.clone());
        draft.live.extend(kept.map(|name| (at, name)));
        at
    }

    fn known_input(&self, operation: usize, generator: &mut Generator) -> Option<Value> {
        let pool = &self.pools[operation];
        if pool.is_empty() || generator.rng().bool() {
            return None;
        }
        generator.rng().choice(pool).cloned()
    }

    /// The call that returned a value of a type: one that is there, or a new one.
    fn kept(
        &self,
        draft: &mut Draft,
        name: &TypeName,
        access: Access,
        taken: &BTreeSet<usize>,
        generator: &mut Generator,
        depth: usize,
    ) -> usize {
        let is_free = |at: &usize| access == Access::Shared || !taken.contains(at);
        let there: Vec<usize> =
            draft.live.iter().filter(|(at, live)| live == name && is_free(at)).map(|(at, _)| *at).collect();
        if !there.is_empty() && (generator.rng().bool() || draft.calls.len() >= MAX_CALLS) {
            return there[generator.rng().usize(..there.len())];
        }
        let Some(maker) = self.maker(name, generator, depth) else { return draft.calls.len() };
        let at = self.call(draft, maker, generator, depth + 1);
        self.change(draft, at, name, generator, depth);
        at
    }

    /// An operation that returns a value of a type, one that the reference mostly accepts more often.
    fn maker(&self, name: &TypeName, generator: &mut Generator, depth: usize) -> Option<usize> {
        let of_type = self.makers.get(name)?;
        let depth_of = |at: usize| depth_of(&self.operations[at], &self.depths);
        let is_possible = |(at, _): &(usize, On)| depth_of(*at).is_some();
        let makers: Vec<(usize, On)> = of_type.iter().copied().filter(is_possible).collect();
        if depth >= MAX_DEPTH {
            return makers.iter().map(|(at, _)| *at).min_by_key(|at| depth_of(*at).unwrap_or(usize::MAX));
        }
        let weight = |(at, on): &(usize, On)| {
            let (n_made, n_ok) = self.accepted[*at];
            let n_good = if *on == On::Success { n_ok } else { n_made - n_ok };
            let needs = u32::try_from(self.operations[*at].kept_params().count()).unwrap_or(9);
            share_of((n_made, n_good)) / f64::from(1 + needs)
        };
        let weights: Vec<f64> = makers.iter().map(weight).collect();
        makers.get(weighted(&weights, generator)).map(|(at, _)| *at)
    }

    /// Changes a value that has just been made, a few times.
    fn change(&self, draft: &mut Draft, at: usize, name: &TypeName, generator: &mut Generator, depth: usize) {
        let Some(changers) = self.changers.get(name) else { return };
        let n_changes = [0, 1, 1, 2, 4][generator.rng().usize(..5)];
        for _ in 0..n_changes {
            if draft.calls.len() >= MAX_CALLS || depth >= MAX_DEPTH {
                return;
            }
            // Those that are mostly refused change little.
            let weights: Vec<f64> = changers.iter().map(|at| share_of(self.accepted[*at])).collect();
            let changer = changers[weighted(&weights, generator)];
            let changing = self.call(draft, changer, generator, depth + 1);
            let first = self.operations[changer].kept_params().next().map(|(param, ..)| param.name.clone());
            if let (Some(first), Value::Object(input)) = (first, &mut draft.calls[changing].input) {
                input.insert(first, json!({"$": at}));
            }
        }
    }

    /// Looks at what a call returned, and at what it may have changed.
    pub(super) fn look(&self, draft: &mut Draft, at: usize, target: usize, generator: &mut Generator) {
        let described = &self.operations[target];
        let mut seen: Vec<(u64, TypeName)> = vec![];
        seen.extend(described.keeps.clone().map(|name| (at as u64, name)));
        for (param, name, access) in described.kept_params() {
            let changed = kept_index(&draft.calls[at].input[&param.name]);
            seen.extend(changed.filter(|_| access == Access::Mutable).map(|index| (index, name.clone())));
        }
        for (index, name) in seen {
            let mut lookers = self.lookers.get(&name).cloned().unwrap_or_default();
            generator.rng().shuffle(&mut lookers);
            for looker in lookers.into_iter().take(MAX_LOOKS) {
                let described = &self.operations[looker];
                let input = json!({ described.params[0].name.as_str(): {"$": index} });
                draft.calls.push(Call { operation: described.name.clone(), input });
            }
        }
    }
}

/// A guess at the share that is accepted, from how many were made and how many of them were.
fn share_of((n_made, n_good): (u32, u32)) -> f64 {
    (f64::from(n_good) + 1.0) / (f64::from(n_made) + 2.0)
}

/// A place, drawn by the weights of all of them.
fn weighted(weights: &[f64], generator: &mut Generator) -> usize {
    let mut drawn = generator.rng().f64() * weights.iter().sum::<f64>();
    let chosen = weights.iter().position(|weight| {
        drawn -= weight;
        drawn <= 0.0
    });
    chosen.unwrap_or(weights.len().saturating_sub(1))
}

/// Inputs of which the answer has more bytes of text are not kept.
const MAX_LEARNT: usize = 16 << 10;

/// The bytes of all texts in a value.
fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_bytes).sum(),
        Value::Object(map) => map.values().map(text_bytes).sum(),
        _ => 0,
    }
}

/// How many calls deep it takes at least to make a value of each type.
fn depths(operations: &[Operation]) -> BTreeMap<&TypeName, usize> {
    let mut depths: BTreeMap<&TypeName, usize> = BTreeMap::new();
    loop {
        let mut any = false;
        for operation in operations {
            let Some(depth) = depth_of(operation, &depths) else { continue };
            for name in operation.keeps.iter().chain(&operation.keeps_error) {
                if depths.get(name).is_none_or(|known| depth < *known) {
                    depths.insert(name, depth);
                    any = true;
                }
            }
        }
        if !any {
            return depths;
        }
    }
}

/// How many calls deep an operation is with what it needs.
fn depth_of(operation: &Operation, depths: &BTreeMap<&TypeName, usize>) -> Option<usize> {
    let needs = operation.required_kept().map(|name| depths.get(name).copied());
    needs.into_iter().try_fold(1, |deepest, depth| Some(deepest.max(depth? + 1)))
}

/// A value that was accepted, or one next to it.
fn beside(value: &Value, generator: &mut Generator) -> Value {
    let mut near = value.clone();
    match generator.rng().u8(..4) {
        0 | 1 => {}
        2 => near = generator.rng().choice(neighbours(value)).unwrap_or(near),
        _ => change(&mut near, generator),
    }
    near
}

/// A value is looked at by so many operations.
const MAX_LOOKS: usize = 3;

pub(crate) fn kept_index(value: &Value) -> Option<u64> {
    value.as_object().filter(|map| map.len() == 1)?.get("$")?.as_u64()
}

pub(super) fn has_kept(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_kept),
        Value::Object(map) => kept_index(value).is_some() || map.values().any(has_kept),
        _ => false,
    }
}

fn without_kept(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().filter(|(_, value)| !has_kept(value)).map(|(_, value)| value.clone()).collect()
        }
        _ => value.clone(),
    }
}
