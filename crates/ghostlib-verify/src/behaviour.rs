//! Differential behaviour: the same sequences of calls to both sides, and what differs made small.

use crate::VerifyError;
use crate::generate::{Generator, Sequences, neighbours, shorter, weight};
use crate::operation::Operation;
use crate::session::{Driver, Patience};
use ghostlib_model::{
    Answer, Call, FunctionAgreement, Ratio, Sequence, SequenceAnswer, SmallestDifference, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// How operations are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differential {
    /// How many sequences an operation.
    pub cases: usize,
    /// The seed of the sequences.
    pub seed: u64,
    /// The most differences of one operation that are made small and kept.
    pub max_differences: usize,
}

/// What generated inputs are made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seeds {
    /// Inputs of operations, by the operations' names; they are tried too.
    pub inputs: Vec<(String, Value)>,
    /// Other values that inputs may be made of.
    pub loose: Vec<Value>,
}

impl Seeds {
    /// Adds the arguments of calls, by the last part of the operation's name and in the order of its parameters.
    pub fn add_calls(&mut self, operations: &[Operation], calls: &[(String, Vec<Value>)]) {
        for (callee, arguments) in calls {
            let is_meant = |operation: &&Operation| {
                let last = operation.name.rsplit(['.', ':']).next().unwrap_or_default();
                last == callee || operation.item.rsplit([':', '.']).next() == Some(callee)
            };
            for operation in operations.iter().filter(is_meant) {
                let params = operation.params.iter().filter(|param| param.name != "self");
                let input: serde_json::Map<String, Value> =
                    params.map(|param| param.name.clone()).zip(arguments.iter().cloned()).collect();
                if input.len() == arguments.len() {
                    self.inputs.push((operation.name.clone(), Value::Object(input)));
                }
            }
        }
    }
}

/// What came of trying one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The figures.
    pub agreement: FunctionAgreement,
    /// Differences: first those where the candidate does not come back, as they were found; then others, made
    /// small, the smallest first.
    pub differences: Vec<Difference>,
}

/// Calls by the last of which both sides differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The calls.
    pub sequence: Sequence,
    /// The reference's answer to the last.
    pub reference: Answer,
    /// The candidate's answer to the last.
    pub candidate: Answer,
}

impl Difference {
    /// Whether the candidate does not come back, though the reference does.
    pub fn candidate_fails(&self) -> bool {
        self.reference.returned() && !self.candidate.returned()
    }

    /// Whether only the text of an error or panic differs.
    pub fn is_only_text(&self) -> bool {
        self.reference.agrees_with(&self.candidate)
    }

    /// The call by which both differ.
    pub fn call(&self) -> Option<&Call> {
        self.sequence.calls.last()
    }
}

/// The operations are tried in so many rounds. Each learns from what the reference accepted in those before it.
const ROUNDS: usize = 5;

/// An operation from which the reference did not come back so often is not called any more.
const MAX_LOST: usize = 6;

/// Tries operations on both sides. Calls on which the reference disagrees with itself prove nothing and are left
/// out. One entry an operation.
///
/// # Errors
/// If the sandbox fails.
pub async fn try_operations(
    reference: &Driver,
    candidate: &Driver,
    operations: &[Operation],
    seeds: &Seeds,
    plan: &Differential,
) -> Result<Vec<Tried>, VerifyError> {
    let mut counted: BTreeMap<&str, Counted> = BTreeMap::new();
    let mut drawing = Drawing::new(operations, seeds, plan);
    for round in 0..ROUNDS {
        let sequences = drawing.round(round, plan);
        let expected = reference.ask_sequences(&sequences, &Patience::SHORT).await?;
        let again = reference.ask_sequences(&sequences, &Patience::SHORT).await?;
        let got = candidate.ask_sequences(&sequences, &Patience::SHORT).await?;
        drawing.learn(&sequences, &expected);
        for (sequence, ((expected, again), got)) in
            sequences.iter().zip(expected.iter().zip(&again).zip(&got))
        {
            compare(operations, sequence, [expected, again, got], &mut counted);
        }
    }
    let shrink = Shrink { reference, candidate };
    let mut tried = vec![];
    for operation in operations {
        let counted = counted.remove(operation.name.as_str()).unwrap_or_default();
        let differences = shrink.distinct(&counted.differences, plan.max_differences).await?;
        tried.push(Tried { agreement: counted.agreement(operation, differences.first()), differences });
    }
    Ok(tried)
}

/// Sequences that show what operations do, with the reference's answers to their last calls: small ones that differ in
/// kind. By operation.
///
/// # Errors
/// If the sandbox fails.
pub async fn examples(
    reference: &Driver,
    operations: &[Operation],
    wanted: &Operation,
    seeds: &Seeds,
    plan: &Differential,
) -> Result<Vec<(Sequence, Answer)>, VerifyError> {
    let target = operations.iter().position(|one| one.name == wanted.name);
    let mut drawing = Drawing::new(operations, seeds, plan);
    let mut by_kind = BTreeMap::new();
    for round in 0..ROUNDS {
        let Some(target) = target else { break };
        let mut sequences = drawing.of(target, round, plan);
        let answers = reference.ask_sequences(&sequences, &Patience::SHORT).await?;
        drawing.learn(&sequences, &answers);
        for (sequence, answer) in sequences.iter_mut().zip(answers) {
            let Some(at) = sequence.calls.iter().position(|call| call.operation == wanted.name) else {
                continue;
            };
            let Some(answer) = answer.answers.into_iter().nth(at).filter(Answer::returned) else { continue };
            sequence.calls.truncate(at + 1);
            let kind = (answer.class(), kinds_of_characters(&sequence.calls[at].input));
            let entry = by_kind.entry(kind).or_insert_with(|| (sequence.clone(), answer.clone()));
            if weight(sequence) < weight(&entry.0) {
                *entry = (sequence.clone(), answer);
            }
        }
    }
    let mut chosen: Vec<_> = by_kind.into_values().collect();
    chosen.sort_by_cached_key(|(sequence, _)| weight(sequence));
    chosen.truncate(plan.max_differences);
    Ok(chosen)
}

/// The drawing of sequences, round by round.
struct Drawing<'a> {
    operations: &'a [Operation],
    seeds: &'a Seeds,
    sequences: Sequences<'a>,
    generator: Generator,
    known: BTreeSet<String>,
    /// How often the reference did not come back from each operation.
    n_lost: Vec<usize>,
}

impl<'a> Drawing<'a> {
    fn new(operations: &'a [Operation], seeds: &'a Seeds, plan: &Differential) -> Self {
        let mut generator = Generator::new(plan.seed);
        seeds.loose.iter().for_each(|value| generator.learn(value));
        seeds.inputs.iter().for_each(|(_, input)| generator.learn(input));
        let sequences = Sequences::new(operations, &seeds.inputs);
        let n_lost = vec![0; operations.len()];
        Self { operations, seeds, sequences, generator, known: BTreeSet::new(), n_lost }
    }

    fn round(&mut self, round: usize, plan: &Differential) -> Vec<Sequence> {
        (0..self.operations.len()).flat_map(|target| self.of(target, round, plan)).collect()
    }

    /// New sequences for an operation; in the first round its seeds and what is near to them too.
    fn of(&mut self, target: usize, round: usize, plan: &Differential) -> Vec<Sequence> {
        if self.n_lost[target] >= MAX_LOST {
            return vec![];
        }
        let mut sequences = if round == 0 { self.near_seeds(target, plan) } else { vec![] };
        let n_wanted = plan.cases.div_ceil(ROUNDS).max(sequences.len());
        // A small domain runs out of new inputs: the tries are bounded.
        for _ in 0..n_wanted * 4 {
            if sequences.len() >= n_wanted {
                break;
            }
            sequences.push(self.sequences.draw(target, &mut self.generator));
            self.drop_known(&mut sequences);
        }
        sequences
    }

    fn drop_known(&mut self, sequences: &mut Vec<Sequence>) {
        if let Some(last) = sequences.last() {
            let text = serde_json::to_string(last).unwrap_or_default();
            if !self.known.insert(text) {
                sequences.pop();
            }
        }
    }

    /// The seeds of an operation, and inputs that differ from them in one place; at most half of all, spread evenly.
    fn near_seeds(&mut self, target: usize, plan: &Differential) -> Vec<Sequence> {
        let operation = &self.operations[target];
        if operation.kept_params().next().is_some() {
            return vec![];
        }
        let own: Vec<&Value> = self
            .seeds
            .inputs
            .iter()
            .filter(|(name, _)| *name == operation.name)
            .map(|(_, input)| input)
            .collect();
        let near: Vec<Value> = own.iter().flat_map(|input| neighbours(input)).collect();
        let stride = near.len().div_ceil((plan.cases / 2).max(1)).max(1);
        let inputs = own.into_iter().cloned().chain(near.into_iter().step_by(stride));
        let mut sequences = vec![];
        for input in inputs {
            sequences.push(Sequence { calls: vec![Call { operation: operation.name.clone(), input }] });
            self.drop_known(&mut sequences);
        }
        sequences
    }

    fn learn(&mut self, sequences: &[Sequence], answers: &[SequenceAnswer]) {
        for (sequence, answer) in sequences.iter().zip(answers) {
            self.sequences.learn(sequence, answer, &mut self.generator);
            let is_lost = |one: &Answer| matches!(one, Answer::Crash(_) | Answer::Hang(_));
            let lost = answer.answers.iter().position(is_lost);
            let name = lost.and_then(|at| sequence.calls.get(at)).map(|call| &call.operation);
            if let Some(at) = self.operations.iter().position(|one| Some(&one.name) == name) {
                self.n_lost[at] += 1;
                if self.n_lost[at] == MAX_LOST {
                    self.sequences.exclude(at);
                }
            }
        }
    }
}

/// What was counted of one operation.
#[derive(Default)]
struct Counted {
    tried: usize,
    agreed: usize,
    accepted: usize,
    both_failed: usize,
    same_text: usize,
    differences: Vec<Difference>,
}

/// Compares the answers to one sequence call by call, up to the first that differs: what follows may differ by it.
fn compare<'a>(
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
    fn agreement(&self, operation: &Operation, smallest: Option<&Difference>) -> FunctionAgreement {
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

/// The first of each kind of input, and then the others, up to `max`; in their order.
fn diverse(cases: Vec<Difference>, max: usize) -> Vec<Difference> {
    let mut known = BTreeSet::new();
    let kinds = |case: &Difference| case.call().map_or(0, |call| kinds_of_characters(&call.input));
    let (first, others): (Vec<_>, Vec<_>) =
        cases.into_iter().enumerate().partition(|(_, case)| known.insert(kinds(case)));
    let mut chosen: Vec<_> = first.into_iter().chain(others).take(max).collect();
    chosen.sort_by_key(|(at, _)| *at);
    chosen.into_iter().map(|(_, case)| case).collect()
}

/// Which kinds of characters an input is made of, as a set of bits.
fn kinds_of_characters(input: &Value) -> u32 {
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    let kind = |c: char| match c {
        '\n' | '\r' => 1,
        c if c.is_whitespace() => 2,
        c if c.is_ascii_alphabetic() => 0,
        c if c.is_ascii_digit() => 3,
        c if PUNCTUATION.contains(c) => 5 + u32::try_from(PUNCTUATION.find(c).unwrap_or(0) % 26).unwrap_or(0),
        _ => 4,
    };
    match input {
        Value::String(text) if text.is_empty() => 1 << 31,
        Value::String(text) => text.chars().fold(0, |set, c| set | (1 << kind(c))),
        Value::Array(items) => items.iter().map(kinds_of_characters).fold(0, |a, b| a | b),
        Value::Object(map) => map.values().map(kinds_of_characters).fold(0, |a, b| a | b),
        Value::Number(number) => number.as_f64().map_or(0, |n| if n < 0.0 { 1 << 6 } else { 1 << 3 }),
        Value::Bool(_) | Value::Null => 0,
    }
}

/// Makes differing sequences small by asking both sides again.
struct Shrink<'a> {
    reference: &'a Driver,
    candidate: &'a Driver,
}

/// How many sequences are shown by which the candidate does not come back.
const MAX_FAILING: usize = 2;
/// How many differing sequences are made small at most; the smallest are taken.
const MAX_SHRUNK: usize = 24;
/// How many steps one sequence is made smaller at most.
const MAX_STEPS: usize = 64;

impl Shrink<'_> {
    /// All sequences take their steps together, so that a step costs one conversation a side.
    async fn distinct(&self, cases: &[Difference], max: usize) -> Result<Vec<Difference>, VerifyError> {
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
        let mut answers = self
            .reference
            .ask_sequences(&all, &Patience::SHORT)
            .await?
            .into_iter()
            .zip(self.candidate.ask_sequences(&all, &Patience::SHORT).await?);
        let mut any = false;
        for (case, sequences) in found.iter_mut().zip(tries) {
            let name = case.call().map(|call| call.operation.clone());
            let next = sequences
                .into_iter()
                .zip(answers.by_ref())
                .filter_map(|(sequence, (reference, candidate))| {
                    first_difference(sequence, &reference, &candidate)
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
