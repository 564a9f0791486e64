//! The mechanical reviser: a missing API item becomes an API line, a behaviour on which the spec is silent
//! becomes a vector whose expected value the reference gave, and a vector that the reference fails expects what it gives. No
//! prose, and no agent.

use super::harvest::{expected_of, vector_of};
use crate::judge::{Judge, JudgeError, JudgeOptions, Ready, waive};
use crate::spec_files::LoadedSpec;
use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, ApiKind, Call, Change, ChangeKind, Finding, Priority, Vector, VectorOutcome};
use ghostlib_spec::edit::{add_api_lines, add_vector_file, expect, render_vectors};
use ghostlib_spec::{Options, SourceFile, Sources};

/// The vector file that the mechanical reviser keeps; it is written anew each time.
pub const HARVEST_FILE: &str = "harvested.yaml";

/// The most vectors that one revision adds for the calls of one operation that differ.
const MAX_OF_ONE_OPERATION: usize = 8;

/// A spec as it would be.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The spec.
    pub after: LoadedSpec,
    /// What was changed, and why.
    pub changes: Vec<Change>,
}

/// What the findings for which the spec is blamed ask of it, as far as it can be said without an agent.
///
/// # Errors
/// If the reference cannot be asked.
pub async fn propose(
    loaded: &LoadedSpec,
    blamed: &[&Finding],
    judge: &Judge,
    ready: &Ready,
    options: &JudgeOptions,
) -> Result<Option<Proposal>, JudgeError> {
    let (lines, mut changes) = api_lines(loaded, blamed, judge.api());
    let mut vectors = vectors_of_behaviour(loaded, blamed);
    vectors.extend(examples_of_unseen(loaded, blamed, judge, ready, options).await?);
    let waived = |one: &Vector| waive::of_call(loaded, &ready.operations, &one.operation, &one.input);
    vectors.retain(|(vector, _)| waived(vector).is_none());
    let mut known: std::collections::BTreeSet<_> =
        loaded.spec.vectors.iter().map(|vector| vector.id.clone()).collect();
    vectors.retain(|(vector, _)| known.insert(vector.id.clone()));
    changes.extend(withheld_that_fail(loaded, blamed));
    let (mended, of_vectors) = mended(loaded, ready);
    changes.extend(of_vectors);
    changes.extend(
        vectors.iter().map(|(vector, finding)| change(ChangeKind::Vector, vector.id.as_str(), finding)),
    );
    if changes.is_empty() {
        return Ok(None);
    }
    let vectors: Vec<_> = vectors.into_iter().map(|(vector, _)| vector).collect();
    Ok(Some(Proposal { after: LoadedSpec::of(revised(mended, &lines, vectors)), changes }))
}

/// The declarations of the items that API findings are about, and of what belongs to them.
fn api_lines(loaded: &LoadedSpec, blamed: &[&Finding], reference: &Api) -> (Vec<String>, Vec<Change>) {
    let mut items: Vec<&ApiItem> = Vec::new();
    let mut changes = Vec::new();
    for finding in blamed.iter().filter(|finding| finding.rule.starts_with("api-")) {
        // What names a missing type cannot be as it must be either, and has no finding of its own.
        let names_it = |item: &ApiItem| {
            finding.rule == "api-missing" && is_apart(item) && names(&item.signature, &finding.subject)
        };
        let items_of = |item: &&ApiItem| belongs_to(item, &finding.subject) || names_it(item);
        for item in reference.items.iter().filter(items_of) {
            let is_new =
                !loaded.api.items.iter().any(|known| known.path == item.path && known.kind == item.kind);
            let is_waived = loaded.spec.front_matter.waivers.iter().any(|one| one.covers_item(&item.path));
            if is_new && !is_waived && items.iter().all(|known| known.declaration != item.declaration) {
                items.push(item);
                changes.push(change(ChangeKind::ApiLine, &item.path, finding));
            }
        }
    }
    (declarations(items), changes)
}

/// The declarations of items in the order in which a reader looks them up.
pub(crate) fn declarations(mut items: Vec<&ApiItem>) -> Vec<String> {
    items.sort_by_key(|item| (owner(&item.path), item.kind == ApiKind::TraitImpl, &item.path));
    items.into_iter().map(|item| item.declaration.clone()).collect()
}

/// What a reader looks an item up by: `<ParseError as Display>` stands with `ParseError`.
fn owner(path: &str) -> &str {
    let path = path.trim_start_matches('<');
    path.split([' ', '<', ':']).next().unwrap_or(path)
}

/// Whether it has a declaration of its own, apart from that of its type.
pub(crate) fn is_apart(item: &ApiItem) -> bool {
    !matches!(item.kind, ApiKind::Field | ApiKind::Variant)
}

/// Whether a signature names the item at `path`, or what is below it.
fn names(signature: &str, path: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let mut found = signature.match_indices(path);
    found.any(|(at, _)| {
        let behind = &signature[at + path.len()..];
        !signature[..at].ends_with(is_part) && (behind.starts_with("::") || !behind.starts_with(is_part))
    })
}

/// The item itself, its methods and constants, and its trait implementations. Fields and variants stand in
/// the declaration of their type.
fn belongs_to(item: &ApiItem, subject: &str) -> bool {
    if item.path == subject {
        return true;
    }
    let is_below = item.path.strip_prefix(subject).is_some_and(|rest| rest.starts_with("::"));
    let is_impl_of = item.path.strip_prefix('<').and_then(|rest| rest.strip_prefix(subject));
    (is_below && is_apart(item)) || is_impl_of.is_some_and(|rest| rest.starts_with([' ', '<']))
}

/// The vectors that fail, since nothing that the implementer saw says what they say.
fn withheld_that_fail(loaded: &LoadedSpec, blamed: &[&Finding]) -> Vec<Change> {
    let is_withheld = |finding: &&&Finding| loaded.withheld.iter().any(|id| id.as_str() == finding.subject);
    let failed = blamed.iter().filter(|finding| finding.rule == "vector-failed").filter(is_withheld);
    failed.map(|finding| change(ChangeKind::VectorShown, &finding.subject, finding)).collect()
}

/// Vectors for the calls that differ; of an operation with many, the smallest. What has one cause differs in many calls of
/// several candidates, and a spec with all of them would say it over and over.
fn vectors_of_behaviour<'a>(loaded: &LoadedSpec, blamed: &[&'a Finding]) -> Vec<(Vector, &'a Finding)> {
    let vector = |finding: &&'a Finding| {
        let evidence = finding.evidence.as_ref().filter(|_| finding.rule != "vector-failed")?;
        let call = Call { operation: evidence.operation.clone(), input: evidence.input.clone() };
        let reference = evidence.reference.as_ref()?;
        let vector = vector_of(&loaded.spec.vectors, HARVEST_FILE, &evidence.before, &call, reference)?;
        Some((vector, *finding))
    };
    let all: Vec<(Vector, &'a Finding)> = blamed.iter().filter_map(vector).collect();
    let size = |vector: &Vector| (vector.before.len(), vector.input.to_string().len(), vector.id.clone());
    let is_kept = |(vector, _): &(Vector, &'a Finding)| {
        let of_one = all.iter().map(|(other, _)| other).filter(|other| other.operation == vector.operation);
        of_one.filter(|other| size(other) < size(vector)).count() < MAX_OF_ONE_OPERATION
    };
    all.iter().filter(|one| is_kept(one)).cloned().collect()
}

/// Small examples of the functions that no vector of the spec calls.
async fn examples_of_unseen<'a>(
    loaded: &LoadedSpec,
    blamed: &[&'a Finding],
    judge: &Judge,
    ready: &Ready,
    options: &JudgeOptions,
) -> Result<Vec<(Vector, &'a Finding)>, JudgeError> {
    let mut vectors = Vec::new();
    for finding in blamed.iter().filter(|finding| finding.rule == "no-vector") {
        if let Some(operation) = ready.operations.get(&finding.subject) {
            for (sequence, answer) in judge.examples(loaded, ready, operation, options).await? {
                let Some((call, before)) = sequence.calls.split_last() else { continue };
                let vector = vector_of(&loaded.spec.vectors, HARVEST_FILE, before, call, &answer);
                vectors.extend(vector.map(|vector| (vector, *finding)));
            }
        }
    }
    Ok(vectors)
}

/// The spec with the vectors that the reference fails expecting what it gives, as far as their text can be changed alone.
fn mended(loaded: &LoadedSpec, ready: &Ready) -> (Sources, Vec<Change>) {
    let mut sources = loaded.sources.clone();
    let mut changes = Vec::new();
    for result in &ready.dropped {
        let vector = loaded.spec.vectors.iter().find(|vector| vector.id == result.id);
        let (Some(vector), VectorOutcome::Dropped(answer)) = (vector, &result.outcome) else { continue };
        if waive::of_call(loaded, &ready.operations, &vector.operation, &vector.input).is_some() {
            continue;
        }
        let edited = expected_of(answer)
            .and_then(|expected| expect(&sources, &Options::default(), &vector.id, &expected));
        if let Some(edited) = edited {
            sources = edited;
            let subject = result.id.to_string();
            changes.push(Change {
                kind: ChangeKind::VectorMended,
                answers: vec![contradiction(&subject).id],
                subject,
            });
        }
    }
    (sources, changes)
}

/// That a vector says something else than the reference does.
pub(crate) fn contradiction(vector: &str) -> Finding {
    Finding::new("vector-contradicts-reference", Priority::P2, vector, "")
}

fn revised(mut sources: Sources, lines: &[String], vectors: Vec<Vector>) -> Sources {
    let mut document = String::from_utf8_lossy(&sources.document.bytes).into_owned();
    if !lines.is_empty() {
        document = add_api_lines(&document, "rust", lines);
    }
    if !vectors.is_empty() {
        let mended = LoadedSpec::of(sources.clone());
        let kept = mended.spec.vectors.into_iter().filter(|vector| *vector.place.file == *HARVEST_FILE);
        let all: Vec<_> = kept.chain(vectors).collect();
        let file = SourceFile { path: HARVEST_FILE.into(), bytes: render_vectors(&all).into_bytes() };
        sources.vector_files.retain(|known| known.path != HARVEST_FILE);
        sources.vector_files.push(file);
        document = add_vector_file(&document, HARVEST_FILE);
    }
    sources.document.bytes = document.into_bytes();
    sources
}

fn change(kind: ChangeKind, subject: &str, finding: &Finding) -> Change {
    Change { kind, subject: subject.into(), answers: vec![finding.id.clone()] }
}
