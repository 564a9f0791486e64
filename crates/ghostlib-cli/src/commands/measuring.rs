//! What the commands that run candidates have in common.

use crate::console::{WARN, styled, visible};
use crate::error::CliError;
use ghostlib_agent::FileTree;
use ghostlib_model::{AgreementByClass, Call, FunctionAgreement, sha256_of_files};
use ghostlib_run::JudgePlaces;
use ghostlib_run::store::Project;
use ghostlib_verify::Differential;
use ghostlib_verify::rust::mutants::Mutant;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Wall time for one build.
pub(in crate::commands) const BUILD_WALL: Duration = Duration::from_secs(600);
/// More differences of one operation are not kept.
const MAX_DIFFERENCES: usize = 8;

/// How operations are tried, as the command line asks for it.
pub(in crate::commands) fn plan(cases: u32, seed: u64) -> Differential {
    let cases = usize::try_from(cases).unwrap_or(usize::MAX);
    Differential { cases, seed, max_differences: MAX_DIFFERENCES }
}

/// Copies a candidate to where it is built, and says where its build goes.
pub(in crate::commands) fn place(project: &Project, candidate: &Path) -> Result<[PathBuf; 2], CliError> {
    let tree = FileTree::read(candidate)
        .map_err(|error| CliError::input(format!("the candidate cannot be used: {error}")))?;
    let hash = sha256_of_files(tree.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
    project.lay_out(&tree, hash.short()).map_err(|error| CliError::environment(error.to_string()))
}

/// A call in one line.
pub(in crate::commands) fn call_text(call: &Call) -> String {
    format!("{} {}", call.operation, call.input)
}

/// A share as it is written on the command line.
pub(in crate::commands) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it goes from 0 to 1".to_owned())
}

/// Where the judge of a spec keeps things in a project.
pub(in crate::commands) fn places(project: &Project, spec: &Path) -> JudgePlaces {
    let base = if spec.is_dir() { spec } else { spec.parent().unwrap_or(spec) };
    JudgePlaces { base: base.to_owned(), cache: project.references(), scratch: project.reference_build() }
}

/// A mutant, for people, behind what became of it.
pub(in crate::commands) fn mutant_line(fate: &str, mutant: &Mutant) -> String {
    format!(
        "{} {}:{}: {} in `{}`",
        styled(WARN, fate),
        visible(&mutant.place.file),
        mutant.place.line,
        visible(&mutant.description),
        visible(&mutant.function),
    )
}

/// A mutant, for machines.
pub(in crate::commands) fn mutant_json(mutant: &Mutant) -> Value {
    let place = &mutant.place;
    json!({
        "place": {
            "file": &*place.file,
            "line_start": place.line,
            "line_end": place.end_line,
            "column": place.column,
        },
        "description": mutant.description,
        "function": mutant.function,
    })
}

/// How far both sides agree on one function; `null` where there is nothing to share.
pub(in crate::commands) fn function_json(function: &FunctionAgreement) -> Value {
    let AgreementByClass { ok, error, panic, effects } = &function.by_class;
    json!({
        "path": function.operation,
        "tried": function.tried,
        "accepted": function.accepted.share(),
        "agreed": function.agreed.share(),
        "agreement": {"ok": ok.share(), "error": error.share(), "panic": panic.share()},
        "error_text": function.error_text.share(),
        "effects": effects.share(),
        "smallest": function.smallest,
    })
}
