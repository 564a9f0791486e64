//! What stands between any revision and the spec.

use crate::judge::{Judge, JudgeError, JudgeOptions};
use crate::leaks;
use crate::spec_files::LoadedSpec;
use ghostlib_model::{Requirement, Severity, VectorOutcome};

/// What speaks against putting `after` in the place of `before`; empty, if nothing does.
///
/// # Errors
/// If the reference cannot be asked.
pub async fn check(
    before: &LoadedSpec,
    after: &LoadedSpec,
    judge: &Judge,
    options: &JudgeOptions,
) -> Result<Vec<String>, JudgeError> {
    let mut reasons = parses(before, after);
    reasons.extend(vanished(before, after));
    reasons.extend(weakened(before, after));
    let files = after.sources.files().map(|file| (file.path.as_str(), file.bytes.as_slice()));
    reasons.extend(leaks::reasons(&judge.canaries(options), files));
    reasons.extend(fails_on_reference(before, after, judge, options).await?);
    Ok(reasons)
}

fn parses(before: &LoadedSpec, after: &LoadedSpec) -> Vec<String> {
    let errors = |loaded: &LoadedSpec| -> Vec<(String, String)> {
        let errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        errors.map(|error| (error.code.clone(), error.message.clone())).collect()
    };
    let old = errors(before);
    let new = errors(after).into_iter().filter(|error| !old.contains(error));
    new.map(|(code, message)| format!("the revised spec has a new error, {code}: {message}")).collect()
}

fn vanished(before: &LoadedSpec, after: &LoadedSpec) -> Vec<String> {
    let requirements = before
        .spec
        .requirements
        .iter()
        .filter(|old| {
            let is_it = |new: &Requirement| new.id == old.id || new.aliases.contains(&old.id);
            !after.spec.requirements.iter().any(is_it)
        })
        .map(|old| format!("the requirement {} would vanish", old.id));
    let vectors = before
        .spec
        .vectors
        .iter()
        .filter(|old| after.spec.vectors.iter().all(|new| new.id != old.id))
        .map(|old| format!("the vector {} would vanish", old.id));
    requirements.chain(vectors).collect()
}

fn weakened(before: &LoadedSpec, after: &LoadedSpec) -> Vec<String> {
    let pairs = before.spec.requirements.iter().filter_map(|old| {
        let new = after.spec.requirements.iter().find(|new| new.id == old.id)?;
        (new.level.strength() < old.level.strength()).then_some((old, new))
    });
    pairs
        .map(|(old, new)| {
            format!("the requirement {} would weaken from {} to {}", old.id, old.level, new.level)
        })
        .collect()
}

/// Vectors that fail on the reference and did not fail, or were not there, before.
async fn fails_on_reference(
    before: &LoadedSpec,
    after: &LoadedSpec,
    judge: &Judge,
    options: &JudgeOptions,
) -> Result<Vec<String>, JudgeError> {
    let is_old = |id| before.spec.vectors.iter().any(|old| old.id == id);
    let dropped = judge.ready(after, options).await?.dropped;
    let new = dropped.into_iter().filter(|result| !is_old(result.id.clone()));
    Ok(new
        .map(|result| match result.outcome {
            VectorOutcome::Dropped(answer) => {
                format!("the reference fails the new vector {}: {answer}", result.id)
            }
            _ => format!("the reference fails the new vector {}", result.id),
        })
        .collect())
}
