//! Which few calls show what an operation does.

use super::kinds::kinds_of_characters;
use super::observing::Observation;
use ghostlib_model::{Answer, Sequence, Value};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Something that one call shows and another may not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feature {
    /// A kind of outcome.
    Outcome(String),
    /// A region of the code that ran.
    Region(usize),
    /// Characters of these kinds in the input.
    Kinds(u32),
}

/// What a call shows that no other one does: new outcomes, new code for its size, other characters.
type Gain = (usize, usize, usize);

/// The calls that show most: first of those that the library's authors wrote themselves, then of all, the ones with a new
/// outcome, and those that run new code and are small; then, as long as there is room, inputs of other characters. Half of them
/// at most are errors.
pub(super) fn telling(all: &[Observation], max: usize) -> Vec<usize> {
    let is_error = |one: &Observation| matches!(one.answer, Answer::Error(_));
    let mut chosen: Vec<usize> = vec![];
    let mut shown: BTreeSet<&Feature> = BTreeSet::new();
    let stages: [fn(&Observation, Gain) -> Gain; 4] = [
        |one, gain| if one.is_given { (gain.0, gain.1, 0) } else { (0, 0, 0) },
        |_, gain| (gain.0, gain.1, 0),
        |one, gain| if one.is_given { gain } else { (0, 0, 0) },
        |_, gain| gain,
    ];
    for (stage, weighed) in stages.into_iter().enumerate() {
        let room = if stage < 3 { max } else { max.div_ceil(2) };
        while chosen.len() < room {
            let n_errors = chosen.iter().filter(|at| is_error(&all[**at])).count();
            let is_full = n_errors * 2 >= max.max(2);
            let candidates = all.iter().enumerate().filter(|(_, one)| !(is_full && is_error(one)));
            let best = candidates
                .max_by_key(|(at, one)| (weighed(one, one.gain(&shown)), one.is_called, Reverse(*at)));
            let Some((at, best)) = best.filter(|(_, one)| weighed(one, one.gain(&shown)) != (0, 0, 0)) else {
                break;
            };
            chosen.push(at);
            shown.extend(&best.shows);
        }
    }
    chosen.extend(further_calls(all, &chosen, max));
    chosen.sort_unstable();
    chosen
}

/// As many of the calls that stand in the source as there is still room for: each with another answer, and the smallest.
fn further_calls(all: &[Observation], chosen: &[usize], max: usize) -> Vec<usize> {
    let mut known: BTreeSet<String> = chosen.iter().map(|at| all[*at].answer.to_string()).collect();
    let called = all.iter().enumerate().filter(|(at, one)| one.is_called && !chosen.contains(at));
    let new =
        called.filter(|(_, one)| matches!(one.answer, Answer::Ok(_)) && known.insert(one.answer.to_string()));
    new.map(|(at, _)| at).take(max.saturating_sub(chosen.len())).collect()
}

impl Observation {
    fn gain(&self, shown: &BTreeSet<&Feature>) -> Gain {
        let new = |is_it: fn(&Feature) -> bool| {
            self.shows.iter().filter(|feature| is_it(feature) && !shown.contains(feature)).count()
        };
        let outcomes = new(|one| matches!(one, Feature::Outcome(_)));
        if outcomes > 0 {
            return (outcomes, 0, 0);
        }
        // A long input runs more code, and shows less.
        let size: usize = self.sequence.calls.iter().map(|call| call.input.to_string().len()).sum();
        let regions = new(|one| matches!(one, Feature::Region(_))) * 10_000 / (40 + size);
        (0, regions, if regions == 0 { new(|one| matches!(one, Feature::Kinds(_))) } else { 0 })
    }
}

/// What a call shows.
pub(super) fn features<'r>(
    sequence: &Sequence,
    answer: &Answer,
    regions: impl Iterator<Item = &'r usize>,
) -> BTreeSet<Feature> {
    let input = sequence.calls.last().map(|call| kinds_of_characters(&call.input));
    let regions = regions.copied().map(Feature::Region);
    regions.chain([Feature::Outcome(outcome(answer))]).chain(input.map(Feature::Kinds)).collect()
}

/// What kind of answer it is. Texts of errors are one kind if they only quote or count something else.
fn outcome(answer: &Answer) -> String {
    match answer {
        Answer::Ok(Value::Bool(value)) => format!("ok {value}"),
        Answer::Ok(Value::Null) => "ok nothing".into(),
        Answer::Ok(Value::Array(items)) if items.is_empty() => "ok empty".into(),
        Answer::Ok(Value::Array(items)) if items.len() > 1 => "ok several".into(),
        Answer::Ok(Value::Number(number)) if number.as_f64() == Some(0.0) => "ok zero".into(),
        Answer::Ok(Value::String(text)) if text.is_empty() => "ok empty".into(),
        Answer::Ok(_) => "ok".into(),
        Answer::Error(failure) => {
            let mut is_quoted = false;
            let kept = failure.text.chars().filter(|c| {
                is_quoted ^= matches!(c, '`' | '"' | '\'');
                !is_quoted && c.is_alphabetic()
            });
            format!("error {:?} {}", failure.class, kept.collect::<String>())
        }
        other => other.class().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Call;
    use serde_json::json;

    fn seen(input: &str, answer: Answer, regions: &[usize], is_given: bool) -> Observation {
        let calls = vec![Call { operation: "f".into(), input: json!({ "text": input }) }];
        let regions = regions.iter().copied().map(Feature::Region);
        let kinds = Feature::Kinds(kinds_of_characters(&json!(input)));
        let shows = regions.chain([Feature::Outcome(outcome(&answer)), kinds]).collect();
        Observation { sequence: Sequence { calls }, answer, is_given, is_called: false, shows }
    }

    #[test]
    fn outcomes_come_before_code_and_what_was_written_before_what_was_drawn() {
        let ok = || Answer::Ok(json!(1));
        let all = [
            seen("q", ok(), &[1], false),
            seen("a", ok(), &[1], true),
            seen("b", ok(), &[1], true),
            seen("x1", ok(), &[1, 2, 3], false),
            seen("long", Answer::Error("`7` is no level".into()), &[1], false),
            seen("longer", Answer::Error("`8` is no level".into()), &[1], false),
        ];
        // All that there is to see: the error, the code of `x1`, and the smallest that somebody wrote.
        assert_eq!(telling(&all, 8), [1, 3, 4]);
        assert_eq!(telling(&all, 1).len(), 1);
        assert_eq!(telling(&[], 8), Vec::<usize>::new());
    }
}
