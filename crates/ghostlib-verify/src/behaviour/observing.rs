//! What the reference does in calls of one operation, and which few of them show it.

use super::drawing::Drawing;
use super::needed::{Changes, needed};
use super::telling::{Feature, features, telling};
use super::{Differential, ROUNDS, Seeds, WALL};
use crate::VerifyError;
use crate::generate::weight;
use crate::operation::Operation;
use crate::session::{Driver, Patience};
use crate::shape::Shape;
use ghostlib_model::{Answer, Call, Sequence, SequenceAnswer, Surroundings, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What the reference answered to calls of one operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The calls, the smallest first.
    pub all: Vec<Observation>,
    /// Those that show what the operation does, by their place in `all`.
    pub telling: Vec<usize>,
    /// Calls that ended in something else than a value or an error.
    pub n_not_returned: usize,
    /// Calls that were not answered alike twice.
    pub n_unstable: usize,
}

/// One call, with those before it, and what was answered to it, twice the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The calls.
    pub sequence: Sequence,
    /// The answer to the last one.
    pub answer: Answer,
    /// Whether its input stands in the library's own tests, examples and documentation.
    pub is_given: bool,
    /// Whether a call of the operation with it stands there.
    pub(super) is_called: bool,
    /// What it shows.
    pub(super) shows: BTreeSet<Feature>,
}

/// More calls of one operation are not looked at, the smallest first; nor more values of the source.
const MAX_CALLS: usize = 600;
const MAX_LOOSE: usize = 400;
/// So many different answers of an operation are few.
const MAX_FEW: usize = 4;
/// A longer text of the source is no example.
const MAX_TEXT: usize = 48;

/// Asks the reference calls of operations: those of the seeds, the values of the source where one takes just one, and
/// generated ones. Of those that it answers alike twice, as many as are wanted of each operation are chosen that show most.
/// `plan.max_differences` means nothing here.
///
/// # Errors
/// If the sandbox fails.
pub async fn observe(
    reference: &Driver,
    operations: &[Operation],
    wanted: &[(&Operation, usize)],
    seeds: &Seeds,
    plan: &Differential,
) -> Result<Vec<Observed>, VerifyError> {
    let counting = &reference.within(WALL).counted();
    let generated = generated(counting, operations, wanted, seeds, plan).await?;
    let asked = asked_of(wanted, generated, seeds);
    let sequences: Vec<Sequence> = asked.iter().map(|(.., sequence)| sequence.clone()).collect();
    let first = counting.ask_sequences(&sequences, &Patience::SHORT).await?;
    let mut observed: Vec<Observed> = wanted.iter().map(|_| Observed::default()).collect();
    let mut returned = vec![];
    for (asked, first) in asked.into_iter().zip(first) {
        // What does not come back is not waited for again.
        if first.answers.iter().all(Answer::returned) {
            returned.push((asked, first));
        } else if first.answers.last().is_some_and(did_not_return) {
            observed[asked.0].n_not_returned += 1;
        }
    }
    let sequences: Vec<Sequence> = returned.iter().map(|((.., sequence), _)| sequence.clone()).collect();
    let again = reference.within(WALL).ask_sequences(&sequences, &Patience::SHORT).await?;
    let before = ran_before(counting, &sequences).await?;
    for ((((of, given, sequence), first), again), before) in returned.into_iter().zip(again).zip(before) {
        observed[of].add(sequence, given, [&first, &again], regions(&first, counting).difference(&before));
    }
    for (observed, (_, most)) in observed.iter_mut().zip(wanted) {
        observed.all.sort_by_cached_key(|one| weight(&one.sequence));
        observed.tell_few_answers_apart();
        observed.telling = telling(&observed.all, *most);
    }
    Ok(observed)
}

/// What each operation is asked, by its place among those that are wanted: what stands in the source first, and then the
/// smallest.
fn asked_of(
    wanted: &[(&Operation, usize)],
    generated: Vec<Vec<Sequence>>,
    seeds: &Seeds,
) -> Vec<(usize, Given, Sequence)> {
    let mut asked: Vec<(usize, Given, Sequence)> = vec![];
    for (of, ((operation, _), generated)) in wanted.iter().zip(generated).enumerate() {
        let given = given(operation, seeds);
        let known: BTreeMap<String, Given> =
            given.iter().rev().map(|(given, one)| (text_of(one), *given)).collect();
        let of_it = |one: &Sequence| known.get(&text_of(one)).copied().unwrap_or(Given::No);
        let all = given.into_iter().map(|(_, one)| one).chain(generated);
        let mut sequences: Vec<(Given, Sequence)> = all.map(|one| (of_it(&one), one)).collect();
        sequences.sort_by_cached_key(|(given, one)| (Reverse(*given), weight(one)));
        sequences.dedup();
        sequences.truncate(MAX_CALLS);
        asked.extend(sequences.into_iter().map(|(given, one)| (of, given, one)));
    }
    asked
}

fn did_not_return(answer: &Answer) -> bool {
    matches!(answer, Answer::Panic(_) | Answer::Crash(_) | Answer::Hang(_))
}

/// The regions that ran in each sequence before its last call.
async fn ran_before(counting: &Driver, sequences: &[Sequence]) -> Result<Vec<BTreeSet<usize>>, VerifyError> {
    let beginning = |one: &Sequence| {
        let n_before = one.calls.len().saturating_sub(1);
        Sequence { calls: one.calls[..n_before].to_vec() }
    };
    let beginnings: Vec<Sequence> = sequences.iter().map(beginning).collect();
    let answers = counting.ask_sequences(&beginnings, &Patience::SHORT).await?;
    Ok(answers.iter().map(|answer| regions(answer, counting)).collect())
}

fn regions(answer: &SequenceAnswer, driver: &Driver) -> BTreeSet<usize> {
    let regions = driver.coverage_map().map(|map| map.regions_of(&answer.ran));
    regions.unwrap_or_default().into_iter().collect()
}

impl Observed {
    fn add<'r>(
        &mut self,
        sequence: Sequence,
        given: Given,
        [first, again]: [&SequenceAnswer; 2],
        ran: impl Iterator<Item = &'r usize>,
    ) {
        if first.answers != again.answers || first.effects != again.effects {
            self.n_unstable += 1;
        } else if let Some(answer) = first.answers.last() {
            let shows = features(&sequence, answer, ran);
            let (is_given, is_called) = (given != Given::No, given == Given::Called);
            self.all.push(Observation { sequence, answer: answer.clone(), is_given, is_called, shows });
        }
    }

    /// Where an operation has few answers, each of them is an outcome of its own.
    fn tell_few_answers_apart(&mut self) {
        let answers: BTreeSet<String> = self.all.iter().map(|one| one.answer.to_string()).collect();
        if answers.len() <= MAX_FEW {
            for one in &mut self.all {
                one.shows.insert(Feature::Outcome(one.answer.to_string()));
            }
        }
    }
}

fn text_of(sequence: &Sequence) -> String {
    serde_json::to_string(sequence).unwrap_or_default()
}

/// Whether an input stands in the library's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Given {
    No,
    /// Its value does.
    Loose,
    /// In a call of the operation.
    Called,
}

/// Inputs that stand in the source: of calls of the operation, and single values where it takes one.
fn given(wanted: &Operation, seeds: &Seeds) -> Vec<(Given, Sequence)> {
    if wanted.kept_params().next().is_some() {
        let is_of_it = |one: &&Sequence| one.calls.last().is_some_and(|call| call.operation == wanted.name);
        return seeds.sequences.iter().filter(is_of_it).map(|one| (Given::Called, one.clone())).collect();
    }
    let own = seeds.inputs.iter().filter(|(name, _)| *name == wanted.name);
    let mut inputs: Vec<(Given, Value)> = own.map(|(_, input)| (Given::Called, input.clone())).collect();
    if let [param] = &wanted.params[..] {
        let fits = seeds.loose.iter().filter(|value| fits(value, &param.shape)).take(MAX_LOOSE);
        inputs.extend(fits.map(|value| (Given::Loose, serde_json::json!({ &param.name: value }))));
    }
    if wanted.params.is_empty() {
        inputs.push((Given::Called, Value::Object(serde_json::Map::new())));
    }
    let call = |input| Sequence { calls: vec![Call { operation: wanted.name.clone(), input }] };
    inputs.into_iter().map(|(given, input)| (given, call(input))).collect()
}

fn fits(value: &Value, shape: &Shape) -> bool {
    match (shape, value) {
        (Shape::Text | Shape::Bytes | Shape::OsText, Value::String(text)) => text.len() <= MAX_TEXT,
        (Shape::Char, Value::String(text)) => text.chars().count() == 1,
        (Shape::Integer { .. }, Value::Number(number)) => !number.is_f64(),
        (Shape::Float, Value::Number(_)) => true,
        _ => false,
    }
}

/// Generated calls of each operation: as they were drawn, and with no more before them than there has to be.
async fn generated(
    counting: &Driver,
    operations: &[Operation],
    wanted: &[(&Operation, usize)],
    seeds: &Seeds,
    plan: &Differential,
) -> Result<Vec<Vec<Sequence>>, VerifyError> {
    let target =
        |(wanted, _): &(&Operation, usize)| operations.iter().position(|one| one.name == wanted.name);
    let mut drawing = Drawing::new(operations, seeds, plan, counting.coverage_map().ok());
    let mut found = vec![vec![]; wanted.len()];
    for round in 0..ROUNDS {
        let targets = wanted.iter().enumerate().filter_map(|(of, one)| Some((of, target(one)?)));
        let drawn = targets
            .flat_map(|(of, target)| drawing.of(target, round, plan).into_iter().map(move |one| (of, one)));
        let (of, sequences): (Vec<usize>, Vec<Sequence>) = drawn.unzip();
        let answers = counting.ask_sequences(&sequences, &Patience::SHORT).await?;
        sequences.iter().zip(&answers).for_each(|(sequence, answer)| drawing.learn(sequence, answer));
        for (of, mut sequence) in of.into_iter().zip(sequences) {
            let at = sequence.calls.iter().position(|call| call.operation == wanted[of].0.name);
            let Some(at) = at else { continue };
            sequence.calls.truncate(at + 1);
            // What lays something out around it is taken by no name.
            let is_laid_out = sequence.calls.iter().any(|call| Surroundings::is_laid_out_by(&call.operation));
            let ways =
                [Changes::LeftOut, Changes::Kept].map(|changes| needed(&sequence, operations, changes));
            found[of].extend(ways);
            found[of].extend(is_laid_out.then_some(sequence));
        }
    }
    Ok(found)
}
