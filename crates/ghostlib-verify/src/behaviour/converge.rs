//! How far several implementations of one spec agree among themselves.

use super::drawing::Drawing;
use super::shrink::Shrink;
use super::steady::{Steadiness, UNSTEADY};
use super::{Difference, Differential, ROUNDS, Seeds};
use crate::VerifyError;
use crate::operation::Operation;
use crate::session::{Driver, Patience};
use ghostlib_model::{Answer, Ratio, Sequence, SequenceAnswer};
use std::collections::BTreeMap;

/// How far implementations agree on one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Convergence {
    /// The operation.
    pub operation: String,
    /// Calls on which all that could make them agree, of those that at least two could make.
    pub unanimous: Ratio,
    /// Pairs of implementations that agree, over all these calls.
    pub pairs: Ratio,
    /// Calls on which they disagree, made small, the smallest first.
    pub disagreements: Vec<Disagreement>,
}

/// Calls by the last of which implementations differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The calls.
    pub sequence: Sequence,
    /// The answers to the last, each with the indices of those that gave it, the most frequent first. Who cannot make
    /// the call is in none.
    pub groups: Vec<(Answer, Vec<usize>)>,
}

/// Calls operations on all implementations alike. Calls on which one disagrees with itself prove nothing and are left
/// out. One entry an operation.
///
/// # Errors
/// If the sandbox fails.
#[tracing::instrument(name = "behaviour", skip_all)]
pub async fn converge(
    drivers: &[Driver],
    operations: &[Operation],
    seeds: &Seeds,
    plan: &Differential,
) -> Result<Vec<Convergence>, VerifyError> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut drawing = Drawing::new(operations, seeds, plan, None);
    for round in 0..ROUNDS {
        let sequences = drawing.round(round, plan);
        let mut answers = vec![];
        for driver in drivers {
            answers.push(stable_answers(driver, &sequences).await?);
        }
        for (at, sequence) in sequences.iter().enumerate() {
            let answers: Vec<&SequenceAnswer> = answers.iter().map(|of_one| &of_one[at]).collect();
            drawing.learn(sequence, &learnt_from(&answers));
            tally(operations, sequence, &answers, &mut tallies);
        }
    }
    let mut found = vec![];
    for operation in operations {
        let tally = tallies.remove(operation.name.as_str()).unwrap_or_default();
        let disagreements = small(drivers, &tally.split, plan.max_differences).await?;
        let operation = operation.name.clone();
        found.push(Convergence { operation, unanimous: tally.unanimous, pairs: tally.pairs, disagreements });
    }
    Ok(found)
}

/// The answers, with those left out that differ when the driver is asked again.
async fn stable_answers(driver: &Driver, sequences: &[Sequence]) -> Result<Vec<SequenceAnswer>, VerifyError> {
    let mut answers = driver.ask_sequences(sequences, &Patience::SHORT).await?;
    let again = driver.ask_sequences(sequences, &Patience::SHORT).await?;
    for (answer, again) in answers.iter_mut().zip(again) {
        for (one, other) in answer.answers.iter_mut().zip(again.answers) {
            if *one != other {
                *one = Answer::NotRun(UNSTEADY.into());
            }
        }
    }
    Ok(answers)
}

/// The answers of the implementation that could make most of the calls: what later inputs are made from.
fn learnt_from(answers: &[&SequenceAnswer]) -> SequenceAnswer {
    let n_accepted =
        |answer: &&SequenceAnswer| answer.answers.iter().filter(|one| matches!(one, Answer::Ok(_))).count();
    let best = answers.iter().rev().max_by_key(|answer| n_accepted(answer));
    best.map(|answer| (*answer).clone()).unwrap_or_default()
}

/// What was counted of one operation.
#[derive(Default)]
struct Tally {
    unanimous: Ratio,
    pairs: Ratio,
    /// Differing sequences, with the two implementations that show it.
    split: Vec<([usize; 2], Difference)>,
}

/// Counts the calls of a sequence, up to the first by which implementations differ: what follows may differ by it.
fn tally<'a>(
    operations: &'a [Operation],
    sequence: &Sequence,
    answers: &[&SequenceAnswer],
    tallies: &mut BTreeMap<&'a str, Tally>,
) {
    for (at, call) in sequence.calls.iter().enumerate() {
        let Some(operation) = operations.iter().find(|one| one.name == call.operation) else { return };
        let groups = groups(answers.iter().map(|answer| answer.answers.get(at)));
        let sizes: Vec<usize> = groups.iter().map(|(_, who)| who.len()).collect();
        let n: usize = sizes.iter().sum();
        if n < 2 {
            continue;
        }
        let pairs = |n: usize| n * n.saturating_sub(1) / 2;
        let tally = tallies.entry(&operation.name).or_default();
        let agreed: usize = sizes.iter().map(|size| pairs(*size)).sum();
        tally.pairs = Ratio::new(tally.pairs.n + agreed, tally.pairs.of + pairs(n));
        let is_unanimous = usize::from(groups.len() == 1);
        tally.unanimous = Ratio::new(tally.unanimous.n + is_unanimous, tally.unanimous.of + 1);
        if let [(one, first), (other, second), ..] = &groups[..] {
            let calls = sequence.calls[..=at].to_vec();
            let (reference, candidate) = (one.clone(), other.clone());
            let case = Difference { sequence: Sequence { calls }, reference, candidate };
            tally.split.push(([first[0], second[0]], case));
            return;
        }
    }
}

/// Answers that agree, together with those who gave them; the most frequent first.
fn groups<'a>(answers: impl Iterator<Item = Option<&'a Answer>>) -> Vec<(Answer, Vec<usize>)> {
    let mut groups: Vec<(Answer, Vec<usize>)> = vec![];
    for (who, answer) in answers.enumerate() {
        let Some(answer) = answer.filter(|answer| !matches!(answer, Answer::NotRun(_))) else { continue };
        match groups.iter_mut().find(|(known, _)| agree(known, answer)) {
            Some((_, all)) => all.push(who),
            None => groups.push((answer.clone(), vec![who])),
        }
    }
    groups.sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
    groups
}

/// Whether two implementations agree, of which neither is the measure: a panic is as good as an error, and the names of
/// their errors are their own.
fn agree(one: &Answer, other: &Answer) -> bool {
    let failed = |answer: &Answer| matches!(answer, Answer::Error(_) | Answer::Panic(_));
    (failed(one) && failed(other)) || one.agrees_with(other)
}

/// The disagreements made small, with everybody's answers to what is left.
async fn small(
    drivers: &[Driver],
    split: &[([usize; 2], Difference)],
    max: usize,
) -> Result<Vec<Disagreement>, VerifyError> {
    let mut by_pair: BTreeMap<[usize; 2], Vec<Difference>> = BTreeMap::new();
    for (pair, case) in split {
        by_pair.entry(*pair).or_default().push(case.clone());
    }
    let mut sequences: Vec<Sequence> = vec![];
    for ([one, other], cases) in by_pair {
        let steadiness = Steadiness::default();
        let shrink = Shrink { reference: &drivers[one], candidate: &drivers[other], steadiness: &steadiness };
        sequences.extend(shrink.distinct(&cases, max).await?.into_iter().map(|case| case.sequence));
    }
    let mut known = vec![];
    sequences.retain(|sequence| {
        !known.contains(sequence) && {
            known.push(sequence.clone());
            true
        }
    });
    let mut answers = vec![];
    for driver in drivers {
        answers.push(driver.ask_sequences(&sequences, &Patience::SHORT).await?);
    }
    let last = |of_one: &Vec<SequenceAnswer>, at: usize| of_one[at].answers.last().cloned();
    let mut found: Vec<Disagreement> = vec![];
    for (at, sequence) in sequences.into_iter().enumerate() {
        let last: Vec<Option<Answer>> = answers.iter().map(|of_one| last(of_one, at)).collect();
        let groups = groups(last.iter().map(Option::as_ref));
        if groups.len() > 1 {
            found.push(Disagreement { sequence, groups });
        }
    }
    found.sort_by_cached_key(|one| crate::generate::weight(&one.sequence));
    found.truncate(max);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ok(value: i32) -> Answer {
        Answer::Ok(json!(value))
    }

    #[test]
    fn answers_that_agree_are_one_group_and_the_largest_comes_first() {
        let none = Answer::NotRun("no".into());
        let answers = [ok(1), ok(2), none, ok(2), Answer::Error("a".into()), Answer::Panic("b".into())];
        let groups: Vec<_> = groups(answers.iter().map(Some)).into_iter().map(|(_, who)| who).collect();
        assert_eq!(groups, [vec![1, 3], vec![4, 5], vec![0]]);
    }

    #[test]
    fn calls_are_counted_up_to_the_first_that_splits() {
        let operation = |name: &str| Operation {
            name: name.into(),
            item: name.into(),
            binding: String::new(),
            expression: String::new(),
            params: vec![],
            keeps: None,
            keeps_error: None,
        };
        let operations = [operation("a"), operation("b"), operation("c")];
        let call = |name: &str| ghostlib_model::Call { operation: name.into(), input: json!({}) };
        let sequence = Sequence { calls: vec![call("a"), call("b"), call("c")] };
        let of = |values: [i32; 3]| SequenceAnswer {
            answers: values.map(ok).to_vec(),
            ..SequenceAnswer::default()
        };
        let all = [of([1, 1, 1]), of([1, 2, 1]), of([1, 2, 5])];
        let mut tallies = BTreeMap::new();
        tally(&operations, &sequence, &all.iter().collect::<Vec<_>>(), &mut tallies);
        assert_eq!((tallies["a"].unanimous, tallies["a"].pairs), (Ratio::new(1, 1), Ratio::new(3, 3)));
        assert_eq!((tallies["b"].unanimous, tallies["b"].pairs), (Ratio::new(0, 1), Ratio::new(1, 3)));
        assert_eq!(tallies["b"].split[0].0, [1, 0]);
        assert!(!tallies.contains_key("c"));
    }
}
