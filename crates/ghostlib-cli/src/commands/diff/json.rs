//! The differences for machines.

use super::{Differences, Library};
use crate::console::say_json;
use ghostlib_diff::{CopiedRun, CopyReport, FunctionPair, Level, Move, Unseen};
use ghostlib_model::{ApiLevel, Place};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn print(reference: &Library, candidate: &Library, differences: &Differences) {
    let Differences { comparison, findings, structure, copied, others, behaviour, power, harvest, timings } =
        differences;
    let (dimension, items) = (&comparison.dimension, &comparison.items);
    let unseen = |side: &str, side_unseen: &[Unseen]| -> Vec<Value> {
        let one = |one: &Unseen| json!({ "side": side, "what": one.what, "place": place(&one.place) });
        side_unseen.iter().map(one).collect()
    };
    let mut all_unseen = unseen("reference", &reference.api.unseen);
    all_unseen.extend(unseen("candidate", &candidate.api.unseen));
    say_json(&json!({
        "api": {
            "path": level(&dimension.path, &items.path),
            "signature": level(&dimension.signature, &items.signature),
            "trait_impl": level(&dimension.trait_impl, &items.trait_impl),
        },
        "findings": findings,
        "moves": comparison.moves.iter().map(moved).collect::<Vec<_>>(),
        "structure": {
            "pairs": structure.pairs.iter().map(pair).collect::<Vec<_>>(),
            "missing": structure.missing.iter().map(|one| &one.path).collect::<Vec<_>>(),
            "extra": structure.extra.iter().map(|one| &one.path).collect::<Vec<_>>(),
        },
        "copy": copy(copied),
        "others": others
            .iter()
            .map(|other| json!({ "folder": other.folder, "copy": copy(&other.copied) }))
            .collect::<Vec<_>>(),
        "behaviour": behaviour.as_ref().map(|behaviour| super::behaviour::json(behaviour, power.as_ref())),
        "harvest": harvest,
        "unseen": all_unseen,
        "timings": {
            "read_ms": milliseconds(timings.read),
            "api_ms": milliseconds(timings.api),
            "structure_ms": milliseconds(timings.structure),
            "copy_ms": milliseconds(timings.copy),
        },
    }));
}

fn copy(report: &CopyReport) -> Value {
    json!({
        "fingerprint": report.fingerprint,
        "verbatim": report.verbatim,
        "longest_run": report.longest_run,
        "alarmed": report.alarmed,
        "places": report.places.iter().map(run).collect::<Vec<_>>(),
    })
}

/// Shares from 0 to 1; `null` where there is nothing to share.
fn level(level: &ApiLevel, items: &Level) -> Value {
    json!({
        "precision": level.precision.share(),
        "recall": level.recall.share(),
        "n_required": level.recall.of,
        "n_candidate": level.precision.of,
        "missing": items.missing,
        "extra": items.extra,
    })
}

fn moved(moved: &Move) -> Value {
    let Move { from, to, kind, reference, candidate } = moved;
    json!({
        "from": from,
        "to": to,
        "kind": kind,
        "reference": place(reference),
        "candidate": place(candidate),
    })
}

fn pair(pair: &FunctionPair) -> Value {
    json!({
        "reference": { "path": pair.reference.path, "place": place(&pair.reference.place) },
        "candidate": { "path": pair.candidate.path, "place": place(&pair.candidate.place) },
        "by": pair.by.to_string(),
        "similarity": pair.similarity,
        "only_in_reference": pair.only_in_reference,
        "only_in_candidate": pair.only_in_candidate,
    })
}

fn run(run: &CopiedRun) -> Value {
    json!({
        "reference": place(&run.reference),
        "candidate": place(&run.candidate),
        "n_tokens": run.n_tokens,
    })
}

fn place(place: &Place) -> Value {
    json!({ "file": &*place.file, "line_start": place.line, "line_end": place.end_line, "column": place.column })
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
