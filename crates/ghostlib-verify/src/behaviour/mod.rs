//! Differential behaviour: the same sequences of calls to both sides, and what differs made small.

mod compare;
mod converge;
mod drawing;
mod kinds;
mod needed;
mod observing;
mod power;
mod shrink;
mod steady;
mod telling;
mod together;
mod toll;

pub use converge::{Convergence, Disagreement, converge};

use crate::VerifyError;
use crate::generate::weight;
use crate::operation::Operation;
use crate::session::{Driver, Losses, Patience, was_not_asked};
use compare::{Counted, compare};
use drawing::Drawing;
use ghostlib_model::{
    Answer, Call, CodeCoverage, FunctionAgreement, Sequence, SequenceAnswer, Surroundings, Value, Waiver,
};
use kinds::kinds_of_characters;
pub use observing::{Observation, Observed, observe};
pub use power::{Asked, Caught, Differing, caught, differences, reproduced};
use shrink::Shrink;
use std::collections::BTreeMap;
use std::time::Duration;
use steady::Steadiness;
use together::Together;
pub use toll::{Toll, toll};
use tracing::Span;

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
    /// Calls one after the other, which make what the last of them needs; they are tried too, and what is like them.
    pub sequences: Vec<Sequence>,
    /// Other values that inputs may be made of.
    pub loose: Vec<Value>,
    /// What the libraries look for around them.
    pub surroundings: Surroundings,
    /// Calls on which the sides may differ: they count nowhere. Operations by the names by which they are tried.
    pub waivers: Vec<Waiver>,
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
    /// Differences in calls that are waived, as they were found.
    pub waived: Vec<Difference>,
}

/// What came of trying operations.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// One entry an operation.
    pub tried: Vec<Tried>,
    /// All sequences that were tried, with what the reference answers always.
    pub asked: Vec<Asked>,
    /// How much of the reference's code the sequences ran, or why that is not known. Making differences small counts
    /// nothing.
    pub code: CodeCoverage,
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

/// The operations are tried in so many rounds, and those of which little is accepted in as many more. Each learns from
/// what the reference accepted in those before it.
const ROUNDS: usize = 5;

/// Wall time for a generated call of the candidate. The reference has half of it, since what comes back just in time on
/// one side would not on the other.
const WALL: Duration = Duration::from_secs(2);

/// Tries operations on both sides. Calls on which the reference disagrees with itself prove nothing and are left
/// out. A reference that counts what runs steers the sequences towards what has not run yet.
///
/// # Errors
/// If the sandbox fails.
#[tracing::instrument(name = "behaviour", skip_all, fields(done = 0, of = operations.len() * plan.cases))]
pub async fn try_operations(
    reference: &Driver,
    candidate: &Driver,
    operations: &[Operation],
    seeds: &Seeds,
    plan: &Differential,
) -> Result<Trial, VerifyError> {
    let mut asked = vec![];
    let mut counted: BTreeMap<&str, Counted> = BTreeMap::new();
    let mut drawing = Drawing::new(operations, seeds, plan, reference.coverage_map().ok());
    let (reference, candidate) = (&reference.within(WALL / 2), &candidate.within(WALL));
    let counting = reference.counted();
    let mut together = Together { reference: [&counting, reference], candidate, losses: Losses::default() };
    let mut steadiness = Steadiness::default();
    let mut rounds = vec![];
    for round in 0..2 * ROUNDS {
        let sequences = if round < ROUNDS { drawing.round(round, plan) } else { drawing.of_scarce(plan) };
        let answered = together.ask(&sequences, &Patience::SHORT).await?;
        for (sequence, one) in sequences.iter().zip(&answered) {
            steadiness.learn(sequence, one);
            drawing.learn(sequence, &one.expected);
        }
        rounds.extend(sequences.into_iter().zip(answered));
        Span::current().record("done", rounds.len());
    }
    for (sequence, mut one) in rounds {
        steadiness.settle(&sequence, &mut one);
        compare(operations, &seeds.waivers, &sequence, &one, &mut counted);
        steadiness.leave_out(&sequence, &mut one.again);
        asked.extend(Asked::new(sequence, one.expected, &one.again));
    }
    let shrink = Shrink { reference, candidate, steadiness: &steadiness };
    let mut tried = vec![];
    for operation in operations {
        let counted = counted.remove(operation.name.as_str()).unwrap_or_default();
        let mut differences = shrink.distinct(&counted.differences, plan.max_differences).await?;
        // What was made small may have become what is waived; then it is told as it was found.
        let n_small = differences.len();
        differences.retain(|one| one.call().is_none_or(|call| !is_waived(&seeds.waivers, call)));
        if differences.is_empty() && n_small > 0 {
            differences.extend(counted.differences.first().cloned());
        }
        let agreement = counted.agreement(operation, differences.first());
        let mut waived = counted.waived;
        waived.sort_by_cached_key(|one| weight(&one.sequence));
        waived.dedup_by(|a, b| a.sequence == b.sequence);
        waived.truncate(plan.max_differences);
        tried.push(Tried { agreement, differences, waived });
    }
    let code = match (drawing.reached(), reference.coverage_map()) {
        (Some(reached), _) => CodeCoverage::Counted(reached.figures()),
        (None, why) => CodeCoverage::Unknown { unknown: why.err().unwrap_or_default().to_owned() },
    };
    Ok(Trial { tried, asked, code })
}

/// Whether the sides may differ on a call.
fn is_waived(waivers: &[Waiver], call: &Call) -> bool {
    let is_meant = |one: &Waiver| {
        one.operation().is_some_and(|name| name == call.operation) && one.covers_input(&call.input)
    };
    waivers.iter().any(is_meant)
}

/// The calls before the one from which the reference did not come back once, or that it was spared: what uses up time or memory on one side may
/// do so a little earlier or later on the other, and proves nothing.
fn up_to_loss(sequence: &Sequence, answer: &SequenceAnswer, again: &SequenceAnswer) -> Sequence {
    let is_lost = |one: &Answer| matches!(one, Answer::Hang(_) | Answer::Crash(_)) || was_not_asked(one);
    let lost = |of: &SequenceAnswer| of.answers.iter().position(is_lost);
    let n = [lost(answer), lost(again)].into_iter().flatten().min().unwrap_or(sequence.calls.len());
    Sequence { calls: sequence.calls[..n.min(sequence.calls.len())].to_vec() }
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
    let mut drawing = Drawing::new(operations, seeds, plan, None);
    let mut by_kind = BTreeMap::new();
    for round in 0..ROUNDS {
        let Some(target) = target else { break };
        let mut sequences = drawing.of(target, round, plan);
        let answers = reference.ask_sequences(&sequences, &Patience::SHORT).await?;
        sequences.iter().zip(&answers).for_each(|(sequence, answer)| drawing.learn(sequence, answer));
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
