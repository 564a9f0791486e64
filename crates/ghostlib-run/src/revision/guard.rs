//! What stands between any revision and the spec.

use crate::judge::{Judge, JudgeError, JudgeOptions};
use crate::leaks;
use crate::spec_files::LoadedSpec;
use ghostlib_model::{Diagnostic, Severity, Vector, VectorOutcome};
use ghostlib_spec::Code;
use ghostlib_spec::delta::vanished;
use std::collections::{BTreeMap, BTreeSet};

/// What a revision may do, and why it does what needs a reason.
#[derive(Clone, Debug, Default)]
pub struct Leave {
    /// How many lines the documents may grow by; nothing, where what is added is not for people to write.
    pub growth: Option<usize>,
    /// The ids of requirements that may weaken and of vectors that may change, with the reasons.
    pub reasons: BTreeMap<String, String>,
}

/// What speaks against putting `after` in the place of `before`; empty, if nothing does.
///
/// # Errors
/// If the reference cannot be asked.
#[tracing::instrument(name = "guard", skip_all)]
pub async fn check(
    before: &LoadedSpec,
    after: &LoadedSpec,
    leave: &Leave,
    judge: &Judge,
    options: &JudgeOptions,
) -> Result<Vec<String>, JudgeError> {
    let mut reasons = parses(before, after);
    reasons.extend(lost(before, after));
    reasons.extend(weakened(before, after, leave));
    reasons.extend(changed_vectors(before, after, leave));
    reasons.extend(grown(before, after, leave));
    reasons.extend(lint_worse(before, after, judge));
    let files = after.sources.files().map(|file| (file.path.as_str(), file.bytes.as_slice()));
    reasons.extend(leaks::reasons(&judge.canaries(options), files));
    // What does not even parse is not asked of the reference.
    if reasons.is_empty() {
        reasons.extend(fails_on_reference(before, after, judge, options).await?);
    }
    Ok(reasons)
}

/// What speaks against the spec that an author made of a draft; empty, if nothing does. Nobody has built from a draft: its
/// requirements are free to go.
///
/// # Errors
/// If the reference cannot be asked.
pub(crate) async fn check_draft(
    draft: &LoadedSpec,
    after: &LoadedSpec,
    judge: &Judge,
    options: &JudgeOptions,
) -> Result<Vec<String>, JudgeError> {
    let mut reasons = parses(draft, after);
    reasons.extend(lost_vectors(draft, after));
    reasons.extend(changed_vectors(draft, after, &Leave::default()));
    reasons.extend(lint_worse(draft, after, judge));
    let files = after.sources.files().map(|file| (file.path.as_str(), file.bytes.as_slice()));
    reasons.extend(leaks::reasons(&judge.canaries(options), files));
    if reasons.is_empty() {
        reasons.extend(fails_on_reference(draft, after, judge, options).await?);
    }
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

/// An id goes only where the spec says that it is retired.
fn lost(before: &LoadedSpec, after: &LoadedSpec) -> Vec<String> {
    let requirements = vanished(&before.spec, &after.spec).into_iter().map(|one| {
        format!("the requirement {} would vanish; a removed one is listed in `retired:`", one.old.id)
    });
    requirements.chain(lost_vectors(before, after)).collect()
}

fn lost_vectors(before: &LoadedSpec, after: &LoadedSpec) -> Vec<String> {
    let is_lost = |old: &&Vector| after.spec.vectors.iter().all(|new| new.id != old.id);
    let lost = before.spec.vectors.iter().filter(is_lost);
    lost.map(|old| format!("the vector {} would vanish", old.id)).collect()
}

fn weakened(before: &LoadedSpec, after: &LoadedSpec, leave: &Leave) -> Vec<String> {
    let pairs = before.spec.requirements.iter().filter_map(|old| {
        let new = after.spec.requirements.iter().find(|new| new.id == old.id)?;
        let is_weaker = new.level.strength() < old.level.strength();
        (is_weaker && !leave.reasons.contains_key(old.id.as_str())).then_some((old, new))
    });
    pairs
        .map(|(old, new)| {
            let (id, was, is) = (&old.id, old.level, new.level);
            format!("the requirement {id} would weaken from {was} to {is} without a reason")
        })
        .collect()
}

fn changed_vectors(before: &LoadedSpec, after: &LoadedSpec, leave: &Leave) -> Vec<String> {
    let is_changed = |old: &&Vector| {
        let new = after.spec.vectors.iter().find(|new| new.id == old.id);
        new.is_some_and(|new| {
            (&new.operation, &new.before, &new.input, &new.expected)
                != (&old.operation, &old.before, &old.input, &old.expected)
        })
    };
    let changed = before.spec.vectors.iter().filter(is_changed);
    let changed = changed.filter(|old| !leave.reasons.contains_key(old.id.as_str()));
    changed.map(|old| format!("the vector {} would change without a reason", old.id)).collect()
}

fn grown(before: &LoadedSpec, after: &LoadedSpec, leave: &Leave) -> Option<String> {
    let lines = |loaded: &LoadedSpec| -> usize {
        loaded.sources.documents().map(|file| String::from_utf8_lossy(&file.bytes).lines().count()).sum()
    };
    let (growth, most) = (lines(after).saturating_sub(lines(before)), leave.growth?);
    (growth > most).then(|| format!("the spec would grow by {growth} lines, and may grow by {most}"))
}

/// Lints that the revised spec has more often. How long it is, is looked at apart.
fn lint_worse(before: &LoadedSpec, after: &LoadedSpec, judge: &Judge) -> Vec<String> {
    let count =
        |diagnostics: &[Diagnostic], code: &str| diagnostics.iter().filter(|one| one.code == code).count();
    let (old, new) = (judge.lint(before), judge.lint(after));
    let mut seen = BTreeSet::new();
    let warnings = new
        .iter()
        .filter(|one| one.severity >= Severity::Warning && one.code != Code::SpecOversized.as_str());
    let worse = warnings.filter(|one| count(&new, &one.code) > count(&old, &one.code));
    let first_of_each = worse.filter(|one| seen.insert(one.code.clone()));
    let is_new = |one: &&Diagnostic| old.iter().all(|other| other.message != one.message);
    first_of_each
        .map(|one| {
            let shown = new.iter().filter(|other| other.code == one.code).find(is_new).unwrap_or(one);
            format!("the revised spec has more of the lint {}: {} ({})", one.code, shown.message, shown.place)
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
