//! Findings, grouped by priority.

use super::Limits;
use super::attempt;
use super::text::{count, place, plain, thousands};
use ghostlib_model::{
    Answer, AttemptId, Call, Evidence, Finding, FindingId, IterationSummary, Priority, SmallestDifference,
    SpecStand, Value,
};
use serde::Serialize;
use std::collections::HashMap;

/// Groups with more findings than this are folded at first.
const MOST_UNFOLDED: usize = 20;

/// All findings of one priority.
#[derive(Serialize)]
pub(super) struct PriorityGroup {
    priority: String,
    class: String,
    meaning: &'static str,
    n: String,
    is_open: bool,
    findings: Vec<FindingView>,
    /// How many are not shown, if some are not.
    n_left_out: Option<String>,
}

#[derive(Serialize)]
struct FindingView {
    /// The fragment of its link.
    anchor: String,
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
pub(super) struct AnswerOf {
    pub(super) who: String,
    pub(super) answer: String,
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
pub(super) fn groups(attempt: AttemptId, findings: &[Finding], limits: Limits) -> Vec<PriorityGroup> {
    let priorities = [Priority::P0, Priority::P1, Priority::P2, Priority::P3];
    let group = |priority| {
        let members: Vec<_> = findings.iter().enumerate().filter(|(_, f)| f.priority == priority).collect();
        let n_left_out = members.len().saturating_sub(limits.findings);
        let view = |&(i, finding): &(usize, &Finding)| FindingView::of(anchor(attempt, i), finding, limits);
        PriorityGroup {
            priority: priority.to_string(),
            class: priority.to_string().to_lowercase(),
            meaning: meaning(priority),
            n: count(members.len(), "finding"),
            is_open: priority <= Priority::P1 && members.len() <= MOST_UNFOLDED,
            findings: members.iter().take(limits.findings).map(view).collect(),
            n_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    };
    priorities.into_iter().map(group).filter(|group| !group.findings.is_empty()).collect()
}

/// The link to a finding, by its place in the evaluation.
fn anchor(id: AttemptId, index: usize) -> String {
    format!("{}-f{}", attempt::anchor(id), index + 1)
}

impl FindingView {
    fn of(anchor: String, finding: &Finding, limits: Limits) -> Self {
        let message = finding.message.trim();
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let optional = |text: &str| (!text.trim().is_empty()).then(|| plain(text, limits.chars));
        Self {
            anchor,
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
    pub(super) fn of(
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

    fn of_evidence(evidence: &Evidence, limits: Limits) -> Self {
        let Evidence { operation, before, input, reference, candidate } = evidence;
        let reference = reference.as_ref().map_or_else(|| "not asked".into(), |it| answer(it, limits));
        Self::of(
            (operation, before, input),
            reference,
            vec![AnswerOf::of_candidate(candidate, limits)],
            limits,
        )
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

fn meaning(priority: Priority) -> &'static str {
    match priority {
        Priority::P0 => "does not build, or a gate fails",
        Priority::P1 => "a requirement or a required API item is broken",
        Priority::P2 => "behaviour differs where the spec is silent",
        Priority::P3 => "over-delivery, docs, style; never blocks",
    }
}
