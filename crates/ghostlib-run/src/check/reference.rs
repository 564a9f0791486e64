//! A spec against the reference that it pins: nothing of its code, the same API, and every vector true.

use super::SpecUnderCheck;
use super::text::{of_diagnostic, place, reference_place};
use crate::judge::{Judge, JudgeError, JudgeOptions, JudgePlaces, JudgeTools, VisibleChecks};
use ghostlib_diff::{Api, compare, language_named};
use ghostlib_model::{
    Answer, ApiItem, CheckFinding, CheckLevel, CheckStep, Finding, Priority, Sha256Hex, VectorOutcome,
    VectorResult,
};
use ghostlib_sandbox::Sandbox;
use ghostlib_spec::Spec;
use ghostlib_verify::{ReferenceError, Tools, offline};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// What specs are held against their references with.
#[derive(Clone, Debug)]
pub struct Bench {
    /// Where references are built and run.
    pub sandbox: Arc<Sandbox>,
    /// What builds and runs them.
    pub tools: Tools,
    /// Where fetched references are kept.
    pub cache: PathBuf,
    /// Where they are built: each spec's in a folder of its own.
    pub scratch: PathBuf,
    /// How they are judged.
    pub options: JudgeOptions,
    /// Whether references are fetched that are not at hand.
    pub fetches: bool,
    /// A folder of the user's for what was measured of vendored crates; nothing is kept without.
    pub home: Option<PathBuf>,
}

impl Bench {
    /// What vendored crates are verified with.
    pub(super) fn for_crates(&self) -> crate::vendored::Bench {
        let home = self.home.as_deref();
        crate::vendored::Bench {
            checks: VisibleChecks {
                sandbox: Arc::clone(&self.sandbox),
                tools: self.tools.clone(),
                cache: self.cache.clone(),
                scratch: home.unwrap_or(&self.scratch).join("checks"),
                wall: self.options.build_wall,
            },
            known: home.map(|home| home.join("verified")),
        }
    }
}

pub(super) async fn check(spec: &SpecUnderCheck, bench: &Bench) -> Result<Vec<CheckStep>, JudgeError> {
    let began = Instant::now();
    let judge = match judge(spec, bench).await {
        Ok(judge) => judge,
        Err(JudgeError::Reference(ReferenceError::Offline { reference })) => {
            let reason = format!("{reference} is not at hand; `ghostlib check --fetch` gets it");
            return Ok(spec.check_without_reference(&reason));
        }
        Err(JudgeError::Reference(error @ ReferenceError::Fetch { .. })) => {
            return Ok(spec.check_without_reference(&error.to_string()));
        }
        Err(error) => return with_unusable(spec, error, began),
    };
    let linted = judge.lint(&spec.loaded).iter().map(|one| of_diagnostic(spec, one)).collect();
    let mut steps = vec![spec.step("lint", began, linted)];
    if spec.has_errors() {
        steps.push(spec.skipped("api", "the spec has errors"));
        steps.push(spec.skipped("vectors", "the spec has errors"));
        return Ok(steps);
    }
    let began = Instant::now();
    let stamp = judge.stamp();
    let reference = format!("{} {}", stamp.package, stamp.version);
    let declared = language_named(bench.tools.language()).map(|language| spec.loaded.declared_api(language));
    let drifted =
        declared.map(|declared| drift(spec, &declared, judge.api(), &reference)).unwrap_or_default();
    steps.push(spec.step("api", began, drifted));
    let began = Instant::now();
    match judge.ready(&spec.loaded, &bench.options).await {
        Ok(ready) => {
            let untrue =
                ready.dropped.iter().filter_map(|dropped| untrue(spec, dropped, &reference)).collect();
            steps.push(spec.step("vectors", began, untrue));
        }
        Err(error @ JudgeError::ReferenceBuild { .. }) => {
            steps.push(spec.step("vectors", began, vec![unusable(spec, &error)]));
        }
        Err(error) => return Err(error),
    }
    Ok(steps)
}

async fn judge(spec: &SpecUnderCheck, bench: &Bench) -> Result<Judge, JudgeError> {
    let places = JudgePlaces {
        base: spec.loaded.dir.clone(),
        cache: bench.cache.clone(),
        // Several specs are checked at a time.
        scratch: bench.scratch.join(Sha256Hex::of(spec.document.as_bytes()).short()),
    };
    let tools = JudgeTools { reference: bench.tools.clone(), candidate: bench.tools.clone() };
    // There is no candidate, so that what one may depend on need not be there.
    let mut without_targets: Spec = spec.loaded.spec.clone();
    without_targets.front_matter.targets = BTreeMap::new();
    let prepared = Judge::prepare(Arc::clone(&bench.sandbox), tools, &without_targets, places);
    if bench.fetches { prepared.await } else { offline(prepared).await }
}

/// A reference that is to be had nowhere, or of which nothing can be said, is a mistake of the spec.
fn with_unusable(
    spec: &SpecUnderCheck,
    error: JudgeError,
    began: Instant,
) -> Result<Vec<CheckStep>, JudgeError> {
    let is_of_the_spec = match &error {
        JudgeError::Reference(error) => {
            !matches!(error, ReferenceError::NoTool { .. } | ReferenceError::Io { .. })
        }
        JudgeError::Api { .. } | JudgeError::NoReference | JudgeError::NoFrontMatter { .. } => true,
        _ => false,
    };
    if !is_of_the_spec {
        return Err(error);
    }
    let mut steps = spec.check_text();
    steps.push(spec.step("reference", began, vec![unusable(spec, &error)]));
    Ok(steps)
}

fn unusable(spec: &SpecUnderCheck, error: &JudgeError) -> CheckFinding {
    let source = spec.loaded.spec.front_matter.reference.as_ref();
    let text = source.map(ToString::to_string).unwrap_or_default();
    let mut finding = CheckFinding::new("reference-unusable", CheckLevel::Error, text, error.to_string());
    finding.help = Some("name a reference that is there, builds, and has a public API".into());
    finding.place = Some(reference_place(spec));
    finding
}

/// What the spec declares and the reference does not have so, and how much the reference has beside it.
fn drift(spec: &SpecUnderCheck, declared: &Api, reference: &Api, named: &str) -> Vec<CheckFinding> {
    if declared.items.is_empty() {
        return Vec::new();
    }
    let (extra, others): (Vec<Finding>, Vec<Finding>) = compare(declared, reference)
        .findings
        .into_iter()
        .partition(|finding| ["api-extra", "api-trait-impl-extra"].contains(&finding.rule.as_str()));
    let mut findings: Vec<_> =
        others.iter().filter_map(|finding| drifted(spec, finding, declared, reference, named)).collect();
    findings.extend(undeclared(spec, &extra, named));
    findings
}

fn drifted(
    spec: &SpecUnderCheck,
    finding: &Finding,
    declared: &Api,
    reference: &Api,
    named: &str,
) -> Option<CheckFinding> {
    let level = match finding.priority {
        Priority::P0 | Priority::P1 => CheckLevel::Error,
        Priority::P2 => CheckLevel::Warning,
        Priority::P3 => return None,
    };
    let path = &finding.subject;
    let item = |api: &Api| -> Option<ApiItem> { api.items.iter().find(|item| item.path == *path).cloned() };
    let message = match (item(declared), item(reference)) {
        (Some(declared), Some(reference)) => format!(
            "the spec declares `{}`, and {named} has `{}`",
            declared.declaration.trim(),
            reference.declaration.trim()
        ),
        (Some(declared), None) if !["api-moved", "api-renamed"].contains(&finding.rule.as_str()) => {
            format!("the spec declares the {} `{path}`, and {named} has none", declared.kind)
        }
        _ => format!("in {named}: {}", finding.message),
    };
    let mut told = CheckFinding::new("reference-api-drift", level, path, message);
    told.help = Some("correct the API block, or pin the version that the spec describes".into());
    told.place = Some(match &finding.reference {
        Some(at) => place(spec, at),
        None => reference_place(spec),
    });
    Some(told)
}

/// One note for all that the reference has and the spec does not speak of.
fn undeclared(spec: &SpecUnderCheck, extra: &[Finding], named: &str) -> Option<CheckFinding> {
    let waivers = &spec.loaded.spec.front_matter.waivers;
    let is_waived = |path: &str| waivers.iter().any(|waiver| waiver.covers_item(path));
    let mut paths: Vec<&str> = extra.iter().map(|finding| finding.subject.as_str()).collect();
    paths.retain(|path| !is_waived(path));
    if paths.is_empty() {
        return None;
    }
    let shown: Vec<String> = paths.iter().take(5).map(|path| format!("`{path}`")).collect();
    let more = if paths.len() > shown.len() { ", …" } else { "" };
    let message = format!(
        "{named} has {} public {} that the spec does not declare: {}{more}",
        paths.len(),
        if paths.len() == 1 { "item" } else { "items" },
        shown.join(", ")
    );
    let mut told = CheckFinding::new("reference-api-undeclared", CheckLevel::Note, paths.join(" "), message);
    told.help = Some("declare them, waive them with a reason, or leave them out of the rebuild".into());
    told.place = Some(reference_place(spec));
    Some(told)
}

/// A vector that the reference does not do, or cannot be asked.
fn untrue(spec: &SpecUnderCheck, dropped: &VectorResult, named: &str) -> Option<CheckFinding> {
    let vector = spec.loaded.spec.vectors.iter().find(|vector| vector.id == dropped.id)?;
    let VectorOutcome::Dropped(answer) = &dropped.outcome else { return None };
    let id = vector.id.as_str();
    let mut told = if let Answer::NotRun(reason) = answer {
        let message = format!("{named} cannot be asked the vector `{id}`: {reason}");
        let mut told = CheckFinding::new("vector-unasked", CheckLevel::Warning, id, message);
        told.help = Some("say in a `yaml bindings` block how its operation is called".into());
        told
    } else {
        let (operation, input, expected) = (&vector.operation, &vector.input, &vector.expected);
        let message = format!(
            "the vector `{id}` is not true of {named}: `{operation}` of {input} is to give {expected}, and gives {answer}"
        );
        let mut told = CheckFinding::new("vector-untrue", CheckLevel::Error, id, message);
        told.help =
            Some("give what the reference answers, or pin the version that the vector was taken from".into());
        told
    };
    told.place = Some(place(spec, &vector.place));
    told.requirement = vector.requirements.first().cloned();
    Some(told)
}
