//! Findings, grouped by priority.

use super::Limits;
use super::attempt;
use super::text::{count, place, plain, thousands};
use ghostlib_model::{
    Answer, AttemptId, Call, Evidence, Finding, FindingId, IterationSummary, Priority, Probe,
    SmallestDifference, SpecStand, Value,
};
use serde::Serialize;
use std::collections::HashMap;

/// All findings of one priority.
#[derive(Serialize)]
pub(super) struct PriorityGroup {
    priority: String,
    meaning: &'static str,
    n: String,
    findings: Vec<FindingView>,
    /// How many are not shown, if some are not.
    n_left_out: Option<String>,
}

#[derive(Serialize)]
pub(super) struct FindingView {
    rule: String,
    gate: Option<String>,
    subject: String,
    /// The first line of its message.
    message: String,
    /// The other lines, as a compiler wrote them.
    detail: Option<String>,
    advice: Option<String>,
    spec: String,
    reference: Option<String>,
    candidate: Option<String>,
    evidence: Option<CallView>,
}

/// One call and what both sides answered.
#[derive(Serialize)]
pub(super) struct CallView {
    operation: String,
    /// The calls that were made before it.
    before: Vec<String>,
    input: String,
    reference: String,
    answers: Vec<AnswerOf>,
}

/// What a candidate answered.
#[derive(Serialize)]
struct AnswerOf {
    who: String,
    answer: String,
}

/// The findings about an iteration's candidates, each in the first attempt that has it, with its link.
pub(super) struct Known<'a>(HashMap<&'a FindingId, (String, &'a Finding)>);

impl<'a> Known<'a> {
    pub(super) fn of(it: &'a IterationSummary) -> Self {
        let mut known = HashMap::new();
        for (id, evaluation) in it.evaluations() {
            for (i, finding) in evaluation.findings.iter().enumerate() {
                known.entry(&finding.id).or_insert_with(|| (anchor(id, i), finding));
            }
        }
        Self(known)
    }

    pub(super) fn get(&self, id: &FindingId) -> Option<(&str, &'a Finding)> {
        self.0.get(id).map(|(anchor, finding)| (anchor.as_str(), *finding))
    }
}

/// The groups that are not empty, the most important first.
pub(super) fn groups(findings: &[Finding], limits: Limits) -> Vec<PriorityGroup> {
    let priorities = [Priority::P0, Priority::P1, Priority::P2, Priority::P3];
    let group = |priority| {
        let members: Vec<_> = findings.iter().filter(|finding| finding.priority == priority).collect();
        let n_left_out = members.len().saturating_sub(limits.listed);
        PriorityGroup {
            priority: priority.to_string(),
            meaning: meaning(priority),
            n: count(members.len(), "finding"),
            findings: members
                .iter()
                .take(limits.listed)
                .map(|finding| FindingView::of(finding, limits))
                .collect(),
            n_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    };
    let is_there = |priority: &Priority| findings.iter().any(|finding| finding.priority == *priority);
    priorities.into_iter().filter(is_there).map(group).collect()
}

/// The link to a finding, by its place in the evaluation.
fn anchor(id: AttemptId, index: usize) -> String {
    format!("{}-f{}", attempt::anchor(id), index + 1)
}

impl FindingView {
    pub(super) fn of(finding: &Finding, limits: Limits) -> Self {
        let message = finding.message.trim();
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let optional = |text: &str| (!text.trim().is_empty()).then(|| plain(text, limits.chars));
        Self {
            rule: plain(&finding.rule, limits.chars),
            gate: finding.gate.map(|gate| gate.to_string()),
            subject: plain(&finding.subject, limits.chars),
            message: plain(first.trim_end(), limits.chars),
            detail: optional(rest),
            advice: optional(&finding.advice),
            spec: finding.waived.as_ref().map_or_else(
                || stand(&finding.spec, limits),
                |reason| plain(&format!("reference quirk, waived: {reason}"), limits.chars),
            ),
            reference: finding.reference.as_ref().map(place),
            candidate: finding.candidate.as_ref().map(place),
            evidence: finding.evidence.as_ref().map(|evidence| CallView::of_evidence(evidence, limits)),
        }
    }
}

impl CallView {
    fn of(
        (operation, before, input): (&str, &[Call], &Value),
        reference: String,
        answers: Vec<AnswerOf>,
        limits: Limits,
    ) -> Self {
        let call = |call: &Call| plain(&format!("{} {}", call.operation, call.input), limits.chars);
        Self {
            operation: plain(operation, limits.chars),
            before: before.iter().map(call).collect(),
            input: plain(&input.to_string(), limits.chars),
            reference,
            answers,
        }
    }

    pub(super) fn of_evidence(evidence: &Evidence, limits: Limits) -> Self {
        let Evidence { operation, before, input, reference, candidate } = evidence;
        let reference = reference.as_ref().map_or_else(|| "not asked".into(), |it| answer(it, limits));
        Self::of(
            (operation, before, input),
            reference,
            vec![AnswerOf::of_candidate(candidate, limits)],
            limits,
        )
    }

    /// A call with the answers that differ from the reference's, each once.
    pub(super) fn of_probe(probe: &Probe, limits: Limits) -> Self {
        let mut answers: Vec<(Vec<_>, &_)> = Vec::new();
        for (id, given) in &probe.answers {
            match answers.iter_mut().find(|(_, known)| *known == given) {
                Some((ids, _)) => ids.push(*id),
                None => answers.push((vec![*id], given)),
            }
        }
        let answers = answers
            .iter()
            .map(|(ids, given)| AnswerOf { who: attempt::named(ids), answer: answer(given, limits) });
        let Probe { operation, before, input, reference, .. } = probe;
        Self::of((operation, before, input), answer(reference, limits), answers.collect(), limits)
    }

    pub(super) fn of_difference(operation: &str, difference: &SmallestDifference, limits: Limits) -> Self {
        let SmallestDifference { before, input, reference, candidate } = difference;
        let answers = vec![AnswerOf::of_candidate(candidate, limits)];
        Self::of((operation, before, input), answer(reference, limits), answers, limits)
    }
}

impl AnswerOf {
    fn of_candidate(given: &Answer, limits: Limits) -> Self {
        Self { who: "the candidate".into(), answer: answer(given, limits) }
    }
}

/// An answer on one line, as far as its text allows.
pub(super) fn answer(answer: &Answer, limits: Limits) -> String {
    plain(&answer.to_string(), limits.chars)
}

pub(super) fn stand(stand: &SpecStand, limits: Limits) -> String {
    let (verb, items) = match stand {
        SpecStand::Silent => return "the spec is silent on it".into(),
        SpecStand::Speaks(items) => ("the spec states it", items),
        SpecStand::Contradicts(items) => ("the spec states something else", items),
    };
    if items.is_empty() { verb.into() } else { plain(&format!("{verb}: {}", items.join(", ")), limits.chars) }
}

pub(super) fn meaning(priority: Priority) -> &'static str {
    match priority {
        Priority::P0 => "does not build, or a gate fails",
        Priority::P1 => "a requirement or a required API item is broken",
        Priority::P2 => "behaviour differs where the spec is silent",
        Priority::P3 => "over-delivery, docs, style; never blocks",
    }
}
