//! Examples against vectors, and against each other.

use super::example::Example;
use super::outcome::Outcome;
use super::{Facts, Report, line_of, vectors};
use crate::Code;
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts, examples: &[Example], report: &mut Report) {
    let mut first_by_input: BTreeMap<String, &Example> = BTreeMap::new();
    for example in examples {
        // Without inputs it may give something else each time.
        let Some(inputs) = example.inputs.as_ref().filter(|inputs| !inputs.is_empty()) else { continue };
        let vector = facts.operations[example.operation].vector(inputs);
        let key = format!("{} {inputs:?}", example.operation);
        let first = first_by_input.get(&key);
        if let Some(vector) = vector {
            if example.outcome.agrees(&Outcome::from(&vector.expected)) == Some(false) {
                let expects = vectors::shown(&vector.expected);
                let whose = format!("the vector `{}` at {} expects {expects}", vector.name, line_of(&vector.place));
                contradiction(example, &whose, report);
            }
        } else if let Some(first) = first {
            if example.outcome.agrees(&first.outcome) == Some(false) {
                let whose = format!("{} says {}", line_of(&first.place), first.outcome.shown());
                contradiction(example, &whose, report);
            }
        } else if !facts.input.spec.vectors.is_empty() && !example.is_companion {
            unchecked(example, report);
        }
        first_by_input.entry(key).or_insert(example);
    }
}

fn contradiction(example: &Example, whose: &str, report: &mut Report) {
    let message = format!("`{}` is said to give {}, and {whose}", example.source, example.outcome.shown());
    let help = "decide which of the two is right, and mend the other";
    report.add(Code::ExampleContradictsVector.at(example.place.clone(), message).help(help).into());
}

fn unchecked(example: &Example, report: &mut Report) {
    let message = format!("no vector has the example `{}`, which gives {}", example.source, example.outcome.shown());
    let help = "add a vector with this input and output, so that the example stays true";
    report.add(Code::ExampleUnchecked.at(example.place.clone(), message).help(help).into());
}
