//! What is said of a first spec.

use crate::console::{counted, say, say_json, visible, warn};
use ghostlib_model::{Diagnostic, Severity};
use ghostlib_run::distil::{Distilled, Left, Sizes};
use serde_json::json;
use std::path::Path;

/// More functions that cannot be called are counted alone.
const MAX_TOLD: usize = 8;

pub(super) fn say_all(path: &Path, dir: &Path, draft: &Distilled) {
    let Sizes { requirements, vectors, own_vectors, operations, api_items, spec, code } = draft.sizes;
    say(format!("wrote {}", path.display()));
    say(format!("requirements  {requirements}"));
    say(format!(
        "vectors       {vectors} of {}; {own_vectors} with inputs of the library's own tests, documentation and examples",
        counted(operations, "operation")
    ));
    say(format!("API           {}", counted(api_items, "item")));
    say(format!(
        "size          {} lines, {} bytes; the library has {} lines, {} bytes",
        spec.1, spec.0, code.1, code.0
    ));
    say(format!("lint          {}", lint_state(&draft.diagnostics)));
    for line in left(&draft.left) {
        say(format!("left out      {line}"));
    }
    for one in draft.left.uncallable.iter().take(MAX_TOLD) {
        warn(format!("  {}: {}", visible(&one.item), visible(&one.reason)));
    }
    say("next: read it, write down what is missing, then");
    say(format!("  ghostlib lint {}", dir.display()));
    say(format!("  ghostlib run {} --agent handoff", dir.display()));
}

pub(super) fn say_as_json(path: &Path, draft: &Distilled, refused: &[String]) {
    let Distilled { sizes, left, diagnostics, .. } = draft;
    let uncallable: Vec<_> =
        left.uncallable.iter().map(|one| json!({ "item": one.item, "reason": one.reason })).collect();
    say_json(&json!({
        "spec": path,
        "refused": refused,
        "requirements": sizes.requirements,
        "vectors": sizes.vectors,
        "own_vectors": sizes.own_vectors,
        "operations": sizes.operations,
        "api_items": sizes.api_items,
        "spec_size": { "bytes": sizes.spec.0, "lines": sizes.spec.1 },
        "reference_size": { "bytes": sizes.code.0, "lines": sizes.code.1 },
        "lint": {
            "errors": count(diagnostics, Severity::Error),
            "warnings": count(diagnostics, Severity::Warning),
            "notes": count(diagnostics, Severity::Info),
        },
        "left_out": {
            "sentences": left.sentences,
            "doubted_statements": left.doubted,
            "uncallable": uncallable,
            "without_vector": left.unshown,
            "calls_not_returned": left.not_returned,
            "calls_unstable": left.unstable,
            "vectors_not_kept": left.dropped,
            "api_unseen": left.unseen,
        },
    }));
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|one| one.severity == severity).count()
}

fn lint_state(diagnostics: &[Diagnostic]) -> String {
    let n = |severity| count(diagnostics, severity);
    let (errors, warnings, notes) = (n(Severity::Error), n(Severity::Warning), n(Severity::Info));
    format!("{}, {}, {}", counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note"))
}

/// What the spec does not say, a line for each kind of which there is something.
fn left(left: &Left) -> Vec<String> {
    let uncallable = format!(
        "{} that cannot be called without a binding, or at all",
        counted(left.uncallable.len(), "operation")
    );
    let unshown =
        format!("{} without a vector: {}", counted(left.unshown.len(), "function"), left.unshown.join(", "));
    let lines = [
        (
            left.sentences,
            format!("{} of its documentation that no template fits", counted(left.sentences, "sentence")),
        ),
        (left.doubted, format!("{} that a lint doubted", counted(left.doubted, "statement"))),
        (left.uncallable.len(), uncallable),
        (left.unshown.len(), unshown),
        (
            left.not_returned,
            format!(
                "{} that panicked or did not come back: no vector says that",
                counted(left.not_returned, "call")
            ),
        ),
        (left.unstable, format!("{} that gave two answers", counted(left.unstable, "call"))),
        (left.dropped, format!("{} that did not hold when asked again", counted(left.dropped, "vector"))),
        (left.unseen, format!("{} of the API that only a compiler sees", counted(left.unseen, "place"))),
    ];
    lines.into_iter().filter(|(n, _)| *n > 0).map(|(_, line)| line).collect()
}
