//! The findings of a run, as those of a check: each candidate of the last iteration is a step.

use super::BOOK;
use ghostlib_model::{
    Acceptance, Alarm, AttemptId, CHECK_FORMAT, CheckFinding, CheckLevel, CheckPlace, CheckReport, CheckRule,
    CheckStep, Evaluation, Finding, IterationSummary, Priority, RunSummary, VectorResult,
};
use std::collections::BTreeMap;

/// What a run found, for the formats of CI: the candidates of its last iteration that was evaluated. P0 and P1 are errors,
/// P2 are warnings, P3 are notes; what the author waives is accepted. Candidates are in no file of the repository: a
/// finding is placed at the spec's document, and says where it is in the candidate.
pub fn of_run(summary: &RunSummary) -> CheckReport {
    let evaluated = summary.iterations.iter().rev().find(|one| one.evaluations().next().is_some());
    let steps = evaluated.map_or_else(|| vec![nothing(summary)], |iteration| steps(summary, iteration));
    let rules: BTreeMap<&str, CheckLevel> = steps
        .iter()
        .flat_map(|step| &step.findings)
        .map(|finding| (finding.rule.as_str(), finding.level))
        .collect();
    let rule = |(id, level): (&str, CheckLevel)| CheckRule {
        id: id.to_owned(),
        level,
        summary: format!(
            "`{id}`: a difference between reference and candidate, or between the spec and either."
        ),
        page: format!("{BOOK}/guide.md"),
    };
    CheckReport {
        format: CHECK_FORMAT,
        command: "ghostlib report".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        rules: rules.into_iter().map(rule).collect(),
        steps,
        ..CheckReport::default()
    }
}

fn nothing(summary: &RunSummary) -> CheckStep {
    CheckStep {
        subject: summary.spec_path.clone(),
        name: "candidates".into(),
        skipped: Some("no candidate is evaluated yet".into()),
        ..CheckStep::default()
    }
}

fn steps(summary: &RunSummary, iteration: &IterationSummary) -> Vec<CheckStep> {
    let document = document(&summary.spec_path);
    let vectors = CheckStep {
        subject: summary.spec_path.clone(),
        name: "vectors on the reference".into(),
        findings: iteration.dropped.iter().map(|vector| untrue(vector, &document)).collect(),
        ..CheckStep::default()
    };
    let candidates =
        iteration.evaluations().map(|(id, evaluation)| candidate(summary, id, evaluation, &document));
    std::iter::once(vectors).chain(candidates).collect()
}

fn candidate(summary: &RunSummary, id: AttemptId, evaluation: &Evaluation, document: &str) -> CheckStep {
    let alarms = evaluation.alarms.iter().map(|alarm| alarmed(alarm, document));
    let findings = evaluation.findings.iter().map(|finding| found(finding, document));
    CheckStep {
        subject: summary.spec_path.clone(),
        name: format!("candidate {id}"),
        seconds: evaluation.times.iter().map(|time| time.seconds).sum(),
        findings: alarms.chain(findings).collect(),
        ..CheckStep::default()
    }
}

fn found(finding: &Finding, document: &str) -> CheckFinding {
    let level = match finding.priority {
        Priority::P0 | Priority::P1 => CheckLevel::Error,
        Priority::P2 => CheckLevel::Warning,
        Priority::P3 => CheckLevel::Note,
    };
    let at = finding.candidate.as_ref().map_or_else(String::new, |place| format!(" (candidate, {place})"));
    let message = format!("{}: {}{at}", finding.priority, finding.message);
    let mut told = CheckFinding::new(&finding.rule, level, &finding.subject, message);
    told.help = Some(finding.advice.clone()).filter(|advice| !advice.is_empty());
    told.place = Some(CheckPlace::start_of(document));
    told.accepted = finding.waived.clone().map(|reason| Acceptance { reason, until: None });
    told
}

fn alarmed(alarm: &Alarm, document: &str) -> CheckFinding {
    let mut told = CheckFinding::new(&alarm.kind, CheckLevel::Warning, &alarm.kind, &alarm.message);
    told.place = Some(CheckPlace::start_of(document));
    told
}

fn untrue(vector: &VectorResult, document: &str) -> CheckFinding {
    let message = format!("the reference itself fails the vector `{}`, so it is not used", vector.id);
    let mut told = CheckFinding::new("vector-untrue", CheckLevel::Warning, vector.id.as_str(), message);
    told.place = Some(CheckPlace::start_of(document));
    told
}

/// The document at the path of a spec, which may be that of its folder.
fn document(spec_path: &str) -> String {
    let path = spec_path.trim_start_matches("./").trim_end_matches('/');
    let is_document = path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("md"));
    if is_document { path.to_owned() } else { format!("{path}/SPEC.md").trim_start_matches('/').to_owned() }
}
