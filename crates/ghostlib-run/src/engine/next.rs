use ghostlib_model::{IterationSummary, RevisionVerdict, RunEnd, RunSummary};
use std::cmp::Reverse;

/// What a run does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fetch the reference and read its API.
    PrepareReference,
    /// Ask the reference the vectors of this iteration's spec.
    StartIteration(u32),
    /// Let the implementer work.
    Session(u32),
    /// Evaluate the candidate.
    Evaluate(u32),
    /// Revise the spec.
    Revise(u32),
    /// End the run.
    End(RunEnd),
    /// The run has ended.
    Nothing,
}

/// The next step of a run, from what it has recorded.
pub fn next_step(summary: &RunSummary) -> Step {
    if summary.end.is_some() {
        return Step::Nothing;
    }
    if summary.reference.is_none() {
        return Step::PrepareReference;
    }
    let Some(last) = summary.iterations.last() else { return Step::StartIteration(1) };
    let n = last.iteration;
    let Some(session) = &last.session else { return Step::Session(n) };
    if session.candidate.is_none() {
        return without_candidate(summary, last, &session.end.to_string());
    }
    let Some(evaluation) = &last.evaluation else { return Step::Evaluate(n) };
    let options = summary.options.as_ref();
    if options.is_some_and(|options| evaluation.passes(options.target)) {
        return Step::End(RunEnd::Passed);
    }
    if last.revision.is_none() && !is_last(summary, last) {
        return Step::Revise(n);
    }
    after_failure(summary, last)
}

fn after_failure(summary: &RunSummary, last: &IterationSummary) -> Step {
    if is_last(summary, last) {
        return Step::End(RunEnd::OutOfIterations);
    }
    if let Some(RevisionVerdict::Refused(reasons)) = last.revision.as_ref().map(|revision| &revision.verdict)
    {
        return Step::End(RunEnd::NoProgress(format!(
            "the guard refused the revision: {}",
            reasons.join("; ")
        )));
    }
    if unchanged(last) && summary.iterations.iter().rev().nth(1).is_some_and(unchanged) {
        let why = "two candidates failed in a row where the spec speaks or no mechanical revision can help";
        return Step::End(RunEnd::NoProgress(why.into()));
    }
    Step::StartIteration(last.iteration + 1)
}

/// An attempt that left nothing is made once more, from nothing; twice in a row is enough.
fn without_candidate(summary: &RunSummary, last: &IterationSummary, end: &str) -> Step {
    let failed = |iteration: &IterationSummary| {
        iteration.session.as_ref().is_some_and(|session| session.candidate.is_none())
    };
    if summary.iterations.iter().rev().nth(1).is_some_and(failed) {
        return Step::End(RunEnd::NoProgress(format!(
            "two sessions in a row left no candidate; the last one {end}"
        )));
    }
    if is_last(summary, last) {
        return Step::End(RunEnd::OutOfIterations);
    }
    Step::StartIteration(last.iteration + 1)
}

fn is_last(summary: &RunSummary, iteration: &IterationSummary) -> bool {
    summary.options.as_ref().is_none_or(|options| iteration.iteration >= options.max_iterations)
}

fn unchanged(iteration: &IterationSummary) -> bool {
    iteration.revision.as_ref().is_some_and(|revision| revision.from == revision.to)
}

/// The iteration with the best candidate: the last one of a run that passed. Else one that holds the gates
/// before one that does not, then by headline, then the later one.
pub(super) fn best(summary: &RunSummary, end: &RunEnd) -> Option<u32> {
    if *end == RunEnd::Passed {
        return summary.iterations.last().map(|iteration| iteration.iteration);
    }
    let score = |iteration: &IterationSummary| {
        let evaluation = iteration.evaluation.as_ref()?;
        let n_blocking = evaluation.findings.iter().filter(|finding| finding.blocks()).count();
        let fidelity = &evaluation.fidelity;
        Some((iteration.iteration, fidelity.gates_pass(), Reverse(n_blocking), fidelity.headline()))
    };
    let scored = summary.iterations.iter().filter_map(score);
    scored
        .max_by(|a, b| (a.1, a.2).cmp(&(b.1, b.2)).then(a.3.total_cmp(&b.3)).then(a.0.cmp(&b.0)))
        .map(|(iteration, ..)| iteration)
}
