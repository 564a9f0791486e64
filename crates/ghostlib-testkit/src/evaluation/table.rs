//! The section of one run.

use super::{EvaluationError, Recorded};
use ghostlib_model::{
    Case, CaseVerdict, CodeCoverage, Evaluation, Gate, IterationSummary, Purpose, Ratio, ReferenceStamp,
    Reviser, RevisionVerdict, SessionUsage,
};
use std::fmt::Write as _;

/// How many of the cases that are left are named.
const MAX_LEFT: usize = 5;

/// A section: what the loop did, what memory alone gives, and what it could not mend.
pub(super) fn of_run(run: &Recorded, floors: &[Recorded]) -> Result<String, EvaluationError> {
    let summary = &run.summary;
    let name = summary.spec.as_ref().map_or("?", |spec| &spec.name);
    let mut text = format!("### {name}\n\n");
    let code = summary.iterations.iter().flat_map(IterationSummary::evaluations).find_map(|(_, it)| code(it));
    let reference = summary.reference.as_ref().map_or_else(|| "?".into(), named);
    let agents: Vec<&str> = summary.agents.iter().map(|agent| agent.name.as_str()).collect();
    let target = summary.options.as_ref().map_or(0.0, |options| options.target);
    let _always = writeln!(
        text,
        "Reference: {reference}{}. Run `{}`, by {}; target {target:.2}; {}.\n",
        code.map_or_else(String::new, |lines| format!(", {lines} lines of code that can run")),
        run.name,
        agents.join(", "),
        summary.end.as_ref().map_or_else(|| "not ended".into(), ToString::to_string),
    );
    text.push_str("| iteration | spec: lines, all files | requirements, vectors, API | gates | vectors, hidden | API paths, signatures | behaviour | coverage | headline, each | passed | verdicts | copies | tokens | minutes |\n");
    text.push_str("|---|--:|--:|---|---|---|---|---|---|---|---|--:|--:|--:|\n");
    for iteration in &summary.iterations {
        text.push_str(&line(run, iteration, iteration_name(iteration), target)?);
    }
    for floor in floors {
        for iteration in &floor.summary.iterations {
            text.push_str(&line(floor, iteration, "memory floor: the API block alone".into(), target)?);
        }
    }
    text.push('\n');
    text.push_str(&revisions(summary.iterations.iter()));
    text.push_str(&contribution(run, floors));
    text.push_str(&left(summary.iterations.last()));
    Ok(text)
}

fn named(reference: &ReferenceStamp) -> String {
    format!("{} {}, {} bytes of code", reference.package, reference.version, reference.code_bytes)
}

/// The lines of the reference's code that can run, where they were counted.
fn code(evaluation: &Evaluation) -> Option<usize> {
    match &evaluation.code {
        CodeCoverage::Counted(reached) => Some(reached.lines.of),
        CodeCoverage::Unknown { .. } => None,
    }
}

fn iteration_name(iteration: &IterationSummary) -> String {
    match iteration.purpose {
        Purpose::Explore => iteration.iteration.to_string(),
        Purpose::Confirm => format!("{}, fresh", iteration.iteration),
    }
}

fn line(
    run: &Recorded,
    iteration: &IterationSummary,
    name: String,
    target: f64,
) -> Result<String, EvaluationError> {
    let all: Vec<&Evaluation> = iteration.evaluations().map(|(_, evaluation)| evaluation).collect();
    let spec = if run.is_floor() {
        "API alone".into()
    } else {
        let [documents, files] = run.spec_lines(&iteration.spec.hash)?;
        format!("{documents}, {files}")
    };
    let passed = Ratio::new(all.iter().filter(|one| one.passes(target)).count(), all.len());
    let interval =
        passed.interval().map_or_else(String::new, |[low, high]| format!(" [{low:.2}, {high:.2}]"));
    let sum = |of: fn(&Evaluation) -> Ratio| all.iter().map(|one| of(one)).sum::<Ratio>();
    let each = |of: fn(&Evaluation) -> Option<f64>| {
        let mut shares: Vec<_> = all.iter().map(|one| of(one).unwrap_or(0.0)).collect();
        shares.sort_by(f64::total_cmp);
        shares.iter().map(|share| format!("{share:.3}")).collect::<Vec<_>>().join(", ")
    };
    let cells = [
        name,
        spec,
        format!(
            "{}, {}, {}",
            iteration.spec.n_requirements, iteration.spec.n_vectors, iteration.spec.n_api_items
        ),
        gates(&all),
        format!("{}, {}", sum(|it| it.fidelity.vectors.all), sum(|it| it.fidelity.vectors.hidden)),
        format!("{}, {}", sum(|it| it.fidelity.api.path.recall), sum(|it| it.fidelity.api.signature.recall)),
        each(|it| it.fidelity.behaviour.agreement),
        sum(|it| it.fidelity.coverage).to_string(),
        each(|it| Some(it.fidelity.headline())),
        format!("{passed}{interval}"),
        verdicts(iteration),
        all.iter()
            .filter(|one| one.alarms.iter().any(|alarm| alarm.kind == "copied-code"))
            .count()
            .to_string(),
        tokens(iteration),
        format!("{:.0}", iteration.seconds / 60.0),
    ];
    Ok(format!("| {} |\n", cells.join(" | ")))
}

/// The gates that fail, and in how many.
fn gates(all: &[&Evaluation]) -> String {
    let fails = |gate: Gate, one: &&&Evaluation| one.fidelity.gate(gate).is_none_or(|result| !result.passed);
    let failing: Vec<_> = Gate::ALL
        .iter()
        .map(|gate| (gate, all.iter().filter(|one| fails(*gate, one)).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(gate, n)| format!("{gate} fails in {n} of {}", all.len()))
        .collect();
    if failing.is_empty() { "hold".into() } else { failing.join("; ") }
}

/// Whether it says no more than that no vector shows a function.
fn is_unshown(case: &Case) -> bool {
    case.rule == "no-vector"
}

fn verdicts(iteration: &IterationSummary) -> String {
    let Some(attribution) = &iteration.attribution else { return "-".into() };
    // Earlier runs have it as a gap.
    let shown = || attribution.cases.iter().filter(|case| !is_unshown(case));
    let count = |is: fn(&CaseVerdict) -> bool, one: &str, many: &str| {
        let n = shown().filter(|case| is(&case.verdict)).count();
        (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }))
    };
    let counted = [
        count(|it| *it == CaseVerdict::SpecGap, "gap", "gaps"),
        count(|it| *it == CaseVerdict::SpecWrong, "wrong", "wrong"),
        count(|it| *it == CaseVerdict::AgentSlip, "slip", "slips"),
        count(|it| *it == CaseVerdict::OverDelivery, "extra", "extras"),
        count(|it| matches!(it, CaseVerdict::Waived(_)), "waived", "waived"),
        count(|it| *it == CaseVerdict::Unmeasured, "not measured", "not measured"),
    ];
    let counted: Vec<String> = counted.into_iter().flatten().collect();
    if counted.is_empty() { "none".into() } else { counted.join(", ") }
}

/// What all sessions used, where they tell it.
fn tokens(iteration: &IterationSummary) -> String {
    let sessions = iteration.attempts.iter().flat_map(|attempt| &attempt.sessions);
    let used: Option<Vec<SessionUsage>> = sessions.map(|session| session.usage).collect();
    match used {
        Some(used) if !used.is_empty() => used.iter().map(|it| it.input + it.output).sum::<u64>().to_string(),
        _ => "unknown".into(),
    }
}

/// One line a revision.
fn revisions<'a>(iterations: impl Iterator<Item = &'a IterationSummary>) -> String {
    let mut text = String::new();
    for iteration in iterations {
        for revision in &iteration.revisions {
            let by = match &revision.by {
                Reviser::Mechanical => "mechanically",
                Reviser::Agent(_) => "by an agent",
                Reviser::Person => "by a person",
            };
            let lines = |sign: char| {
                let is_head = |line: &&str| line.starts_with("+++") || line.starts_with("---");
                revision.diff.lines().filter(|line| line.starts_with(sign) && !is_head(line)).count()
            };
            let said = match &revision.verdict {
                RevisionVerdict::Accepted => format!("{} lines in, {} out", lines('+'), lines('-')),
                RevisionVerdict::Refused(reasons) => format!("refused: {}", reasons.join("; ")),
                RevisionVerdict::Declined(reason) => format!("not wanted by a person: {reason}"),
            };
            let _always = writeln!(text, "- After iteration {}, {by}: {said}.", iteration.iteration);
        }
    }
    if text.is_empty() { text } else { format!("Revisions:\n\n{text}\n") }
}

/// What the spec gives beyond what agents remember.
fn contribution(run: &Recorded, floors: &[Recorded]) -> String {
    let worst = |iteration: Option<&IterationSummary>| {
        let headlines = iteration?.evaluations().map(|(_, it)| it.fidelity.headline());
        headlines.reduce(f64::min)
    };
    let last = worst(run.summary.iterations.last());
    let best_floor = floors.iter().flat_map(|floor| &floor.summary.iterations);
    let best_floor = best_floor
        .flat_map(IterationSummary::evaluations)
        .map(|(_, it)| it.fidelity.headline())
        .reduce(f64::max);
    match (last, best_floor) {
        (Some(last), Some(floor)) => format!(
            "The worst rebuild of the last iteration has {last:.3}, the best from the API block alone {floor:.3}: the spec contributes at least {:.3}.\n\n",
            last - floor
        ),
        _ => "The memory floor was not recorded.\n\n".into(),
    }
}

/// What the loop could not mend.
fn left(last: Option<&IterationSummary>) -> String {
    let cases = last.and_then(|iteration| iteration.attribution.as_ref()).map_or(&[][..], |it| &it.cases);
    let left: Vec<_> = cases.iter().filter(|case| case.verdict.blames_spec() && !is_unshown(case)).collect();
    if left.is_empty() {
        return "Nothing is left of which the spec would have to be blamed.\n".into();
    }
    let mut text = format!("Left, of which the spec is to blame: {}.\n\n", left.len());
    for case in left.iter().take(MAX_LEFT) {
        let _always = writeln!(
            text,
            "- {} `{}`, in {} candidates: {}",
            case.rule, case.subject, case.recurrence, case.why
        );
    }
    text
}
