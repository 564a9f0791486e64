//! Who must change, the spec or the agents: decided from evidence, by one rule for all.
//!
//! Evidence is whether the spec states what the reference does, in how many of the candidates of one spec a finding
//! recurs, and what implementers objected. A candidate that fails what the spec states of an operation says nothing
//! about where the spec is silent of it: what it does wrong there is explained.

mod rule;
#[cfg(test)]
mod tests;

use crate::judge::{Operations, waive};
use crate::revision::contradiction;
use crate::spec_files::LoadedSpec;
use ghostlib_model::{
    Answer, AttemptId, Attribution, Case, CaseVerdict, Evaluation, Finding, FindingId, Probe, PushBack,
    Ratio, Sequence, SpecStand, VectorOutcome, VectorResult,
};
use rule::Weighed;
use std::collections::BTreeMap;

/// The most calls that all candidates are asked, the most important first.
const MAX_CALLS: usize = 200;
/// Objections are kept up to here, in characters.
const MAX_PUSH_BACK: usize = 500;

/// A candidate, and what is known of it.
pub(crate) struct Compared<'a> {
    /// The attempt that left it.
    pub(crate) id: AttemptId,
    /// What was measured.
    pub(crate) evaluation: &'a Evaluation,
    /// What it answered to the calls that were asked of all; empty, if nothing was.
    pub(crate) answers: Vec<Option<Answer>>,
    /// What its implementer objected.
    pub(crate) push_backs: Vec<String>,
}

/// The calls on which some candidate differs from the reference.
pub(crate) fn calls<'a>(evaluations: impl Iterator<Item = &'a Evaluation>) -> Vec<Sequence> {
    let mut findings: Vec<&Finding> = evaluations.flat_map(|evaluation| &evaluation.findings).collect();
    findings.sort_by_key(|finding| finding.priority);
    let mut calls: Vec<Sequence> = Vec::new();
    for sequence in findings.into_iter().filter_map(call_of) {
        if calls.len() < MAX_CALLS && !calls.contains(&sequence) {
            calls.push(sequence);
        }
    }
    calls
}

/// The call that a finding of a generated input is about. A vector is asked of every candidate anyway.
fn call_of(finding: &Finding) -> Option<Sequence> {
    let evidence = finding.evidence.as_ref().filter(|_| finding.rule != "vector-failed")?;
    Some(evidence.sequence())
}

/// Decides of each finding about the candidates of one spec who must change. `calls` are those that the candidates were
/// asked, and `dropped` the vectors that the reference fails.
pub(crate) fn decide(
    spec: &LoadedSpec,
    operations: &Operations,
    candidates: &[Compared<'_>],
    calls: &[Sequence],
    dropped: &[VectorResult],
) -> Attribution {
    let mut findings: BTreeMap<&FindingId, &Finding> = BTreeMap::new();
    for finding in candidates.iter().flat_map(|candidate| &candidate.evaluation.findings) {
        findings.entry(&finding.id).or_insert(finding);
    }
    let all = All { operations, candidates, calls };
    let mut cases: Vec<Case> = findings.into_values().map(|finding| all.case(finding)).collect();
    cases.extend(dropped.iter().filter_map(|result| wrong_vector(spec, operations, result)));
    cases.sort_by(|a, b| {
        (a.priority, b.recurrence.n, &a.rule, &a.subject).cmp(&(
            b.priority,
            a.recurrence.n,
            &b.rule,
            &b.subject,
        ))
    });
    let ids = candidates.iter().map(|candidate| candidate.id).collect();
    Attribution { candidates: ids, cases, alike: all.alike() }
}

/// All that a decision looks at.
struct All<'a> {
    operations: &'a Operations,
    candidates: &'a [Compared<'a>],
    calls: &'a [Sequence],
}

impl All<'_> {
    fn case(&self, finding: &Finding) -> Case {
        let about = about(finding);
        let call = call_of(finding).and_then(|call| self.calls.iter().position(|known| *known == call));
        let could: Vec<&Compared<'_>> =
            self.candidates.iter().filter(|candidate| self.could_have(candidate, finding, call)).collect();
        let have: Vec<&Compared<'_>> =
            could.iter().copied().filter(|candidate| has(candidate, finding, call)).collect();
        let push_backs = push_backs(self.candidates, finding, &about);
        let weighed = Weighed {
            finding,
            recurrence: Ratio::new(have.len(), could.len()),
            n_candidates: self.candidates.len(),
            has_push_backs: !push_backs.is_empty(),
        };
        let (verdict, why) = weighed.verdict();
        Case {
            finding: finding.id.clone(),
            rule: finding.rule.clone(),
            priority: finding.priority,
            subject: finding.subject.clone(),
            about,
            spec: finding.spec.clone(),
            recurrence: weighed.recurrence,
            candidates: have.iter().map(|candidate| candidate.id).collect(),
            probe: probe(finding, &have, call),
            push_backs,
            verdict,
            why: why.into(),
        }
    }

    /// Whether a candidate says something about what a finding is about.
    fn could_have(&self, candidate: &Compared<'_>, finding: &Finding, call: Option<usize>) -> bool {
        let Some(evidence) = finding.evidence.as_ref().filter(|_| finding.spec == SpecStand::Silent) else {
            return true;
        };
        let was_asked = match call {
            Some(call) => {
                candidate.answers.is_empty() || matches!(candidate.answers.get(call), Some(Some(_)))
            }
            None => true,
        };
        was_asked && !self.is_explained(candidate, &evidence.operation)
    }

    /// Whether a candidate fails what the spec states of an operation.
    fn is_explained(&self, candidate: &Compared<'_>, operation: &str) -> bool {
        let items = self.operations.get(operation).map(|operation| operation.item.as_str());
        candidate.evaluation.findings.iter().any(|other| {
            let states = matches!(other.spec, SpecStand::Speaks(_));
            let of_vector = other.evidence.as_ref().filter(|_| other.rule == "vector-failed");
            let is_of = |name: &str| {
                name == operation
                    || items.is_some_and(|item| self.operations.means(name, item) || name == item)
            };
            states
                && of_vector.map_or_else(
                    || is_api(other) && is_of(&other.subject),
                    |evidence| is_of(&evidence.operation),
                )
        })
    }

    /// The calls on which all candidates answered alike.
    fn alike(&self) -> Ratio {
        let answers_of = |call: usize| -> Option<Vec<&Answer>> {
            self.candidates.iter().map(|candidate| candidate.answers.get(call)?.as_ref()).collect()
        };
        let asked = (0..self.calls.len()).filter_map(answers_of).filter(|answers| answers.len() > 1);
        asked.fold(Ratio::default(), |sum, answers| {
            sum.and(answers.windows(2).all(|pair| pair[0].agrees_with(pair[1])))
        })
    }
}

/// Whether a candidate has a finding: it was found in it, or it answers a call that was asked of all another way than the
/// reference.
fn has(candidate: &Compared<'_>, finding: &Finding, call: Option<usize>) -> bool {
    candidate.evaluation.findings.iter().any(|own| own.id == finding.id)
        || answer(candidate, finding, call).is_some()
}

/// What a candidate answers to a finding's call, where the reference answers something else.
fn answer<'a>(candidate: &'a Compared<'_>, finding: &Finding, call: Option<usize>) -> Option<&'a Answer> {
    let reference = finding.evidence.as_ref()?.reference.as_ref()?;
    let answer = candidate.answers.get(call?)?.as_ref()?;
    let same_text = || match (reference, answer) {
        (Answer::Error(a), Answer::Error(b)) => a.text == b.text,
        _ => true,
    };
    let is_same = reference.agrees_with(answer) && (finding.rule != "error-text-differs" || same_text());
    (!is_same).then_some(answer)
}

fn probe(finding: &Finding, have: &[&Compared<'_>], call: Option<usize>) -> Option<Probe> {
    let evidence = finding.evidence.as_ref()?;
    let own = |candidate: &Compared<'_>| {
        let own = candidate.evaluation.findings.iter().find(|own| own.id == finding.id)?;
        own.evidence.as_ref().map(|evidence| evidence.candidate.clone())
    };
    let answers = have.iter().filter_map(|candidate| {
        let answer = answer(candidate, finding, call).cloned().or_else(|| own(candidate))?;
        Some((candidate.id, answer))
    });
    Some(Probe {
        operation: evidence.operation.clone(),
        before: evidence.before.clone(),
        input: evidence.input.clone(),
        reference: evidence.reference.clone()?,
        answers: answers.collect(),
    })
}

/// What a finding belongs to: the operation that is called, or the item.
fn about(finding: &Finding) -> String {
    finding.evidence.as_ref().map_or_else(|| finding.subject.clone(), |evidence| evidence.operation.clone())
}

pub(crate) fn is_api(finding: &Finding) -> bool {
    finding.rule.starts_with("api-")
}

/// Objections that name what the spec states of a finding, or what it is about.
fn push_backs(candidates: &[Compared<'_>], finding: &Finding, about: &str) -> Vec<PushBack> {
    let stated = match &finding.spec {
        SpecStand::Speaks(ids) | SpecStand::Contradicts(ids) => ids.as_slice(),
        SpecStand::Silent => &[],
    };
    let quoted = format!("`{about}`");
    let is_meant = |line: &&str| stated.iter().any(|id| names(line, id)) || line.contains(&quoted);
    let of = |candidate: &Compared<'_>| {
        let attempt = candidate.id;
        let lines = candidate.push_backs.iter().flat_map(|text| text.lines()).filter(is_meant);
        let text = |line: &str| line.trim().chars().take(MAX_PUSH_BACK).collect();
        lines.map(|line| PushBack { attempt, text: text(line) }).collect::<Vec<_>>()
    };
    candidates.iter().flat_map(of).collect()
}

/// Whether a line names an id, and not a longer one.
fn names(line: &str, id: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    line.match_indices(id).any(|(at, _)| {
        let behind = &line[at + id.len()..];
        let goes_on = behind.starts_with(is_part)
            || behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        !line[..at].ends_with(|c| is_part(c) || c == '.') && !goes_on
    })
}

/// A vector that the reference fails says what is not so.
fn wrong_vector(spec: &LoadedSpec, operations: &Operations, result: &VectorResult) -> Option<Case> {
    let VectorOutcome::Dropped(answer) = &result.outcome else { return None };
    let vector = spec.spec.vectors.iter().find(|vector| vector.id == result.id)?;
    let waived = waive::of_call(spec, operations, &vector.operation, &vector.input);
    let finding = contradiction(result.id.as_str());
    Some(Case {
        finding: finding.id,
        rule: finding.rule,
        priority: finding.priority,
        subject: finding.subject,
        about: result.operation.clone(),
        spec: SpecStand::Contradicts(vec![result.id.to_string()]),
        recurrence: Ratio::default(),
        candidates: Vec::new(),
        probe: Some(Probe {
            operation: vector.operation.clone(),
            before: vector.before.clone(),
            input: vector.input.clone(),
            reference: answer.clone(),
            answers: Vec::new(),
        }),
        push_backs: Vec::new(),
        verdict: waived.map_or(CaseVerdict::SpecWrong, |waiver| CaseVerdict::Waived(waiver.reason.clone())),
        why: "the reference itself does not give what the vector says, so it is not used".into(),
    })
}
