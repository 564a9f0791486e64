//! Findings that come from running things.

use super::{Ready, stand};
use crate::spec_files::LoadedSpec;
use ghostlib_model::{Answer, Call, Evidence, Finding, Gate, Level, PhaseTime, Priority, Vector};
use ghostlib_verify::rust::{CompilerMessage, LeftOut};
use ghostlib_verify::{Difference, Tried};
use std::time::Duration;

/// The candidate does not build.
pub(super) fn build_failed(messages: &[CompilerMessage]) -> Vec<Finding> {
    const MAX: usize = 10;
    messages
        .iter()
        .take(MAX)
        .map(|message| {
            let mut finding =
                Finding::new("build-failed", Priority::P0, &message.text, sentence(&message.text));
            finding.gate = Some(Gate::G0);
            finding.advice = match message.rendered.trim() {
                "" => "Make the package build offline, with nothing but what the spec allows.".into(),
                rendered => format!("The compiler says: {rendered}"),
            };
            finding.candidate.clone_from(&message.place);
            finding
        })
        .collect()
}

/// The candidate asks for packages that the spec does not allow.
pub(super) fn dependency_not_allowed(package: &str, reference: &str, manifest: &str) -> Finding {
    let message = if package == reference {
        format!("The candidate depends on `{package}`, the reference itself.")
    } else {
        format!("The candidate depends on `{package}`, which the spec does not allow.")
    };
    let mut finding = Finding::new("dependency-not-allowed", Priority::P0, package, message);
    finding.gate = Some(Gate::G0);
    finding.advice = "Write the code instead of depending on it.".into();
    finding.candidate = Some(ghostlib_model::Place::start_of(manifest));
    finding
}

/// An operation does not compile against the candidate.
pub(super) fn not_callable(left_out: &LeftOut) -> Finding {
    let message = format!(
        "`{}` cannot be called on the candidate as on the reference: {}.",
        left_out.operation, left_out.reason
    );
    let mut finding = Finding::new("operation-not-callable", Priority::P1, &left_out.operation, message);
    finding.gate = Some(Gate::G2);
    finding.advice = "Give it the signature that the reference has.".into();
    finding
}

/// What nothing was learned about: functions that cannot be called, and functions that no vector calls.
pub(super) fn unexercised(loaded: &LoadedSpec, ready: &Ready) -> Vec<Finding> {
    let is_required = |name: &str| ready.operations.required.iter().any(|required| required == name);
    let uncallable = ready.operations.uncallable.iter().map(|uncallable| {
        let message = format!("`{}` is not called: {}.", uncallable.item, uncallable.reason);
        let mut finding = Finding::new("not-exercised", Priority::P2, &uncallable.item, message);
        finding.advice = "Give it a binding in the spec, if it can be called with values.".into();
        finding
    });
    let is_unseen = |name: &str| {
        let usable = |vector: &&Vector| ready.dropped.iter().all(|dropped| dropped.id != vector.id);
        is_required(name)
            && !loaded
                .spec
                .vectors
                .iter()
                .filter(usable)
                .any(|vector| ready.operations.means(&vector.operation, name))
    };
    let unseen =
        ready.operations.callable.iter().filter(|operation| is_unseen(&operation.item)).map(|operation| {
            let message = format!("No vector of the spec calls `{}`.", operation.name);
            let mut finding = Finding::new("no-vector", Priority::P2, &operation.name, message);
            finding.advice = "Let the spec show what it does.".into();
            finding
        });
    uncallable.chain(unseen).collect()
}

/// A vector fails.
pub(super) fn vector_failed(
    loaded: &LoadedSpec,
    vector: &Vector,
    answer: &Answer,
    reference: &Answer,
) -> Finding {
    let Vector { operation, input, expected, .. } = vector;
    let message = format!("`{operation}` of {input} must give {expected} and gives {answer}.");
    let binds = binds(loaded, vector);
    let failed_to_return = reference.returned() && !answer.returned() && !matches!(answer, Answer::NotRun(_));
    let priority = match (failed_to_return, binds) {
        (true, _) => Priority::P0,
        (false, true) => Priority::P1,
        (false, false) => Priority::P2,
    };
    let mut finding = Finding::new("vector-failed", priority, vector.id.as_str(), message);
    finding.gate = if failed_to_return {
        Some(Gate::G3)
    } else if binds {
        Some(Gate::G1)
    } else {
        None
    };
    finding.advice = format!("Make the vector at {} hold.", vector.place);
    finding.spec = stand::of_vector(loaded, vector);
    finding.evidence = Some(Evidence {
        operation: vector.operation.clone(),
        before: vector.before.clone(),
        input: vector.input.clone(),
        reference: Some(reference.clone()),
        candidate: answer.clone(),
    });
    finding
}

/// Whether a vector checks a MUST. One that names no requirement is binding itself.
fn binds(loaded: &LoadedSpec, vector: &Vector) -> bool {
    let named = loaded.spec.requirements.iter().filter(|one| vector.requirements.contains(&one.id));
    let mut levels = named.map(|requirement| requirement.level).peekable();
    levels.peek().is_none() || levels.any(|level| matches!(level, Level::Must | Level::MustNot))
}

/// Differences on generated inputs.
pub(super) fn behaviour(loaded: &LoadedSpec, tried: &Tried) -> Vec<Finding> {
    let operation = &tried.agreement.operation;
    let findings =
        tried.differences.iter().filter_map(|difference| behaviour_differs(loaded, operation, difference));
    findings.collect()
}

/// Differences in calls that are waived.
pub(super) fn waived(loaded: &LoadedSpec, tried: &Tried) -> Vec<Finding> {
    let operation = &tried.agreement.operation;
    tried.waived.iter().filter_map(|difference| behaviour_differs(loaded, operation, difference)).collect()
}

fn behaviour_differs(loaded: &LoadedSpec, operation: &str, difference: &Difference) -> Option<Finding> {
    let Difference { sequence, reference, candidate } = difference;
    let (Call { input, .. }, before) = sequence.calls.split_last()?;
    let after = calls_in_words(before);
    let subject = format!("{operation} {input}{after}");
    let message = format!(
        "`{operation}` of {input}{after}: the reference gives {reference}, the candidate {candidate}."
    );
    let fails = difference.candidate_fails();
    let (rule, priority) = match (fails, difference.is_only_text()) {
        (true, _) => ("candidate-fails", Priority::P0),
        (false, true) => ("error-text-differs", Priority::P2),
        (false, false) => ("behaviour-differs", Priority::P2),
    };
    let mut finding = Finding::new(rule, priority, subject, message);
    finding.gate = fails.then_some(Gate::G3);
    finding.evidence = Some(Evidence {
        operation: operation.into(),
        before: before.to_vec(),
        input: input.clone(),
        reference: Some(reference.clone()),
        candidate: candidate.clone(),
    });
    finding.spec = stand::of_call(loaded, &finding);
    finding.advice = match finding.spec {
        _ if fails => "Return what the reference returns.".into(),
        ghostlib_model::SpecStand::Silent => {
            "The spec says nothing about it: let it say what the reference does.".into()
        }
        _ => "Do what the spec says.".into(),
    };
    Some(finding)
}

/// The calls before one, numbered as inputs name them.
fn calls_in_words(calls: &[Call]) -> String {
    let call = |(at, call): (usize, &Call)| format!("{at}: `{}` of {}", call.operation, call.input);
    match calls {
        [] => String::new(),
        calls => format!(" after {}", calls.iter().enumerate().map(call).collect::<Vec<_>>().join("; ")),
    }
}

/// The evaluation took longer than it may.
pub(super) fn over_budget(times: &[PhaseTime], budget: Duration) -> Option<Finding> {
    let total: f64 = times.iter().map(|time| time.seconds).sum();
    let slowest = times.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds))?;
    (total > budget.as_secs_f64()).then(|| {
        let parts: Vec<String> =
            times.iter().map(|time| format!("{} {:.1} s", time.phase, time.seconds)).collect();
        let message = format!(
            "The evaluation took {total:.1} s, and may take {} s: {}.",
            budget.as_secs_f64(),
            parts.join(", ")
        );
        let mut finding = Finding::new("evaluation-slow", Priority::P2, &slowest.phase, message);
        finding.advice = "Try fewer sequences, or raise `evaluate.budget_seconds`.".into();
        finding
    })
}

fn sentence(text: &str) -> String {
    format!("The candidate does not build: {}.", text.trim_end_matches('.'))
}
