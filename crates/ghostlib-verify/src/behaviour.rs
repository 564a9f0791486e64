//! Differential behaviour: the same inputs to both sides, and what differs made small.

use crate::VerifyError;
use crate::inputs::{Generator, Shape, neighbours, size, smaller};
use crate::operation::Operation;
use crate::session::Driver;
use ghostlib_model::{Answer, Call, FunctionAgreement, Ratio, SmallestDifference, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How one operation is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differential {
    /// How many inputs.
    pub cases: usize,
    /// The seed of the inputs. The operation's name is mixed in.
    pub seed: u64,
    /// The most differences that are made small and kept.
    pub max_differences: usize,
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

/// One input on which both sides differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The input.
    pub input: Value,
    /// The reference's answer.
    pub reference: Answer,
    /// The candidate's answer.
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
}

/// Tries an operation on both sides. Inputs on which the reference disagrees with itself prove nothing and
/// are left out. `seeds` are inputs that the generator learns from, tried as well.
///
/// # Errors
/// If the sandbox fails.
pub async fn try_operation(
    reference: &Driver,
    candidate: &Driver,
    operation: &Operation,
    seeds: &[Value],
    plan: &Differential,
) -> Result<Tried, VerifyError> {
    let calls = calls(operation, &inputs(operation, seeds, plan));
    let expected = reference.ask_patiently(&calls, MAX_HANGS).await?;
    let again = reference.ask_patiently(&calls, MAX_HANGS).await?;
    let got = candidate.ask_patiently(&calls, MAX_HANGS).await?;
    let cases: Vec<_> = calls
        .into_iter()
        .zip(expected.into_iter().zip(again))
        .zip(got)
        .filter(|((_, (first, second)), _)| first == second && !matches!(first, Answer::NotRun(_)))
        .map(|((call, (reference, _)), candidate)| Difference { input: call.input, reference, candidate })
        .collect();
    let shrink = Shrink { reference, candidate, operation };
    let differences = shrink.distinct(&cases, plan.max_differences).await?;
    Ok(Tried { agreement: agreement(operation, &cases, differences.first()), differences })
}

/// Inputs that show what an operation does, with the reference's answers: small ones that differ in kind.
///
/// # Errors
/// If the sandbox fails.
pub async fn examples(
    reference: &Driver,
    operation: &Operation,
    seeds: &[Value],
    plan: &Differential,
) -> Result<Vec<(Value, Answer)>, VerifyError> {
    let mut inputs = inputs(operation, seeds, plan);
    inputs.sort_by_cached_key(size);
    let answers = reference.ask_patiently(&calls(operation, &inputs), MAX_HANGS).await?;
    let mut by_kind = BTreeMap::new();
    for (input, answer) in inputs.into_iter().zip(answers) {
        if answer.returned() {
            by_kind.entry((answer.class(), kinds_of_characters(&input))).or_insert((input, answer));
        }
    }
    let mut chosen: Vec<_> = by_kind.into_values().collect();
    chosen.sort_by_cached_key(|(input, _)| size(input));
    chosen.truncate(plan.max_differences);
    Ok(chosen)
}

fn inputs(operation: &Operation, seeds: &[Value], plan: &Differential) -> Vec<Value> {
    let params: Vec<(String, Shape)> =
        operation.params.iter().map(|param| (param.name.clone(), param.shape.clone())).collect();
    // The seed depends on the operation, so that one more operation does not change the inputs of another.
    let seed =
        operation.name.bytes().fold(plan.seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let mut generator = Generator::new(seed, seeds);
    let near: Vec<Value> = seeds.iter().flat_map(neighbours).collect();
    // At most half of the inputs stay near the seeds; those that are left out are spread evenly.
    let stride = near.len().div_ceil((plan.cases / 2).max(1)).max(1);
    let mut known = BTreeSet::new();
    let mut inputs: Vec<Value> = seeds.iter().cloned().chain(near.into_iter().step_by(stride)).collect();
    inputs.retain(|input| known.insert(input.to_string()));
    // A small domain runs out of new inputs: the tries are bounded.
    for _ in 0..plan.cases.saturating_mul(4) {
        if inputs.len() >= plan.cases {
            break;
        }
        let input = generator.input(&params);
        if known.insert(input.to_string()) {
            inputs.push(input);
        }
    }
    inputs
}

fn calls(operation: &Operation, inputs: &[Value]) -> Vec<Call> {
    inputs.iter().map(|input| Call { operation: operation.name.clone(), input: input.clone() }).collect()
}

fn agreement(
    operation: &Operation,
    cases: &[Difference],
    smallest: Option<&Difference>,
) -> FunctionAgreement {
    let count = |holds: &dyn Fn(&Difference) -> bool| cases.iter().filter(|case| holds(case)).count();
    let both_fail = |case: &Difference| {
        matches!((&case.reference, &case.candidate), (Answer::Error(_), Answer::Error(_)))
    };
    FunctionAgreement {
        operation: operation.name.clone(),
        tried: cases.len(),
        agreed: Ratio::new(count(&|case| case.reference.agrees_with(&case.candidate)), cases.len()),
        accepted: Ratio::new(count(&|case| matches!(case.reference, Answer::Ok(_))), cases.len()),
        error_text: Ratio::new(
            count(&|case| both_fail(case) && case.reference == case.candidate),
            count(&both_fail),
        ),
        smallest: smallest.map(|difference| SmallestDifference {
            input: difference.input.clone(),
            reference: difference.reference.clone(),
            candidate: difference.candidate.clone(),
        }),
    }
}

/// The first of each kind of input, and then the others, up to `max`; in their order.
fn diverse(cases: Vec<Difference>, max: usize) -> Vec<Difference> {
    let mut known = BTreeSet::new();
    let (first, others): (Vec<_>, Vec<_>) =
        cases.into_iter().enumerate().partition(|(_, case)| known.insert(kinds_of_characters(&case.input)));
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

/// Makes differing inputs small by asking both sides again.
struct Shrink<'a> {
    reference: &'a Driver,
    candidate: &'a Driver,
    operation: &'a Operation,
}

/// After how many hangs a side is not asked any more.
const MAX_HANGS: usize = 3;
/// How many inputs are shown on which the candidate does not come back.
const MAX_FAILING: usize = 2;
/// How many differing inputs are made small at most; the smallest are taken.
const MAX_SHRUNK: usize = 24;
/// How many steps one input is made smaller at most.
const MAX_STEPS: usize = 64;

impl Shrink<'_> {
    /// All inputs take their steps together, so that a step costs one conversation a side.
    async fn distinct(&self, cases: &[Difference], max: usize) -> Result<Vec<Difference>, VerifyError> {
        let mut found: Vec<_> =
            cases.iter().filter(|case| case.reference != case.candidate).cloned().collect();
        found.sort_by_cached_key(|case| (case.is_only_text(), size(&case.input)));
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
            found.into_iter().map(|case| ((case.is_only_text(), size(&case.input)), case)).collect();
        let kept = diverse(distinct.into_values().collect(), max.saturating_sub(failing.len()));
        Ok(failing.into_iter().chain(kept).collect())
    }

    /// Makes each input one step smaller, if a step keeps the difference. Whether any became smaller.
    async fn step(&self, found: &mut [Difference]) -> Result<bool, VerifyError> {
        // A hang or a crash costs seconds a try; such an input is shown as it is.
        let shrinks = |case: &Difference| case.reference.returned() && case.candidate.returned();
        let tries: Vec<Vec<Value>> =
            found.iter().map(|case| if shrinks(case) { smaller(&case.input) } else { Vec::new() }).collect();
        let calls = calls(self.operation, &tries.concat());
        let mut answers = self
            .reference
            .ask_patiently(&calls, MAX_HANGS)
            .await?
            .into_iter()
            .zip(self.candidate.ask_patiently(&calls, MAX_HANGS).await?);
        let mut any = false;
        for (case, inputs) in found.iter_mut().zip(tries) {
            let next = inputs
                .into_iter()
                .zip(answers.by_ref())
                .map(|(input, (reference, candidate))| Difference { input, reference, candidate })
                .filter(|step| step.reference != step.candidate && step.is_only_text() == case.is_only_text())
                .filter(shrinks)
                .min_by_key(|step| size(&step.input));
            if let Some(next) = next {
                *case = next;
                any = true;
            }
        }
        Ok(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(reference: Answer, candidate: Answer) -> Difference {
        Difference { input: json!({}), reference, candidate }
    }

    #[test]
    fn agreement_counts_values_and_classes_and_keeps_texts_apart() {
        let operation = Operation {
            name: "f".into(),
            binding: String::new(),
            expression: String::new(),
            params: Vec::new(),
        };
        let cases = [
            case(Answer::Ok(json!(1)), Answer::Ok(json!(1))),
            case(Answer::Ok(json!(1)), Answer::Ok(json!(2))),
            case(Answer::Error("a".into()), Answer::Error("b".into())),
            case(Answer::Error("a".into()), Answer::Panic("a".into())),
        ];
        let agreement = agreement(&operation, &cases, None);
        assert_eq!(agreement.agreed, Ratio::new(2, 4));
        assert_eq!(agreement.accepted, Ratio::new(2, 4));
        assert_eq!(agreement.error_text, Ratio::new(0, 1));
    }

    #[test]
    fn inputs_of_one_operation_do_not_depend_on_another() {
        let plan = Differential { cases: 20, seed: 1, max_differences: 8 };
        let operation = |name: &str| Operation {
            name: name.into(),
            binding: String::new(),
            expression: String::new(),
            params: vec![crate::OperationParam { name: "s".into(), shape: Shape::Text }],
        };
        assert_eq!(inputs(&operation("f"), &[], &plan), inputs(&operation("f"), &[], &plan));
        assert_ne!(inputs(&operation("f"), &[], &plan), inputs(&operation("g"), &[], &plan));
    }

    #[test]
    fn a_choice_of_differences_has_each_kind_before_it_repeats_one() {
        let cases = ["!a", "!b", "!c", "^a", "{"].map(|text| Difference {
            input: json!({"s": text}),
            ..case(Answer::Ok(json!(1)), Answer::Ok(json!(2)))
        });
        let chosen: Vec<_> =
            diverse(cases.to_vec(), 4).into_iter().map(|case| case.input["s"].clone()).collect();
        assert_eq!(chosen, [json!("!a"), json!("!b"), json!("^a"), json!("{")]);
    }

    #[test]
    fn kinds_tell_an_empty_text_a_quote_and_a_letter_apart() {
        let kinds = [json!(""), json!("a"), json!("'"), json!("\""), json!(" "), json!("\n"), json!("é")];
        let mut sets: Vec<_> = kinds.iter().map(kinds_of_characters).collect();
        sets.sort_unstable();
        sets.dedup();
        assert_eq!(sets.len(), kinds.len());
    }
}
