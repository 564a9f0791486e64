//! For machines.

use crate::commands::measuring::mutant_json;
use crate::wire::expected::ExpectedJson;
use ghostlib_model::{Ratio, Vector};
use ghostlib_run::{Ready, Shown, Strength, Weighed};
use ghostlib_spec::edit::render_vectors;
use serde_json::{Value, json};

pub(super) fn told(strength: &Strength, ready: &Ready) -> Value {
    let n_tried = strength.weighed.len();
    json!({
        "strength": ratio(strength.share()),
        "with_proposals": ratio(strength.share_with_proposals()),
        "of": if strength.own_tests.is_ok() { "own-tests" } else { "behaviour" },
        "mutants": n_tried,
        "planted": strength.mutated.mutants.len(),
        "unviable": strength.mutated.n_unviable,
        "constant": strength.mutated.constant,
        "own_tests": own_tests(strength),
        "dropped": ready.dropped.iter().map(|one| &one.id).collect::<Vec<_>>(),
        "survivors": strength.survivors().map(survivor).collect::<Vec<_>>(),
        "proposals": strength.proposals.iter().map(proposal).collect::<Vec<_>>(),
        "yaml": render_vectors(&strength.proposals),
    })
}

/// A vector, with what it expects as vector files write it.
fn proposal(vector: &Vector) -> Value {
    let mut told = json!(vector);
    told["expected"] = json!(ExpectedJson::from(&vector.expected));
    told
}

fn ratio(ratio: Ratio) -> Value {
    json!({"n": ratio.n, "of": ratio.of, "share": ratio.share(), "interval": ratio.interval()})
}

fn own_tests(strength: &Strength) -> Value {
    match &strength.own_tests {
        Ok(tests) => {
            let killed = strength.weighed.iter().filter(|weighed| weighed.counts()).count();
            let left_out = tests.left_out.iter().map(|one| json!({"test": one.test, "reason": one.reason}));
            json!({"n": tests.n_tests, "killed": killed, "left_out": left_out.collect::<Vec<_>>()})
        }
        Err(error) => json!({"n": 0, "reason": error.to_string()}),
    }
}

fn survivor(weighed: &Weighed) -> Value {
    let (by, what) = match &weighed.shown {
        Shown::ByVector(id) => ("vector", Some(id.to_string())),
        Shown::ByProposal(id) => ("proposal", Some(id.to_string())),
        Shown::ByBehaviour(operation) => ("behaviour", Some(operation.clone())),
        Shown::ByNothing => ("nothing", None),
    };
    let mut told = mutant_json(&weighed.mutant);
    told["own_tests"] = json!(weighed.by_own_tests);
    told["shown_by"] = json!({by: what});
    told
}
