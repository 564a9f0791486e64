use ghostlib_model::{ChangeKind, IterationSummary, Revision, RevisionVerdict, RunEnd, RunSummary};
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
    let is_same = |revision: &Revision| revision.from == revision.to && revision.changes.is_empty();
    iteration.revision.as_ref().is_some_and(is_same)
}

/// The vectors that were withheld and that revisions before an iteration showed, by id.
pub(super) fn shown_before(summary: &RunSummary, iteration: u32) -> impl Iterator<Item = &str> {
    let earlier = summary.iterations.iter().filter(move |one| one.iteration < iteration);
    let revisions = earlier.filter_map(|one| one.revision.as_ref());
    let accepted = revisions.filter(|revision| revision.verdict == RevisionVerdict::Accepted);
    let changes = accepted.flat_map(|revision| &revision.changes);
    changes.filter(|change| change.kind == ChangeKind::VectorShown).map(|change| change.subject.as_str())
}

/// The iteration with the best candidate: one that holds the gates before one that does not, then the one with
/// fewer blocking findings, then by headline, then the later one. One that passed comes before all others.
pub(super) fn best(summary: &RunSummary) -> Option<u32> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{
        AgentStamp, ApiDimension, ApiLevel, BehaviourDimension, CandidateStamp, Change, CodeCoverage,
        Evaluation, Fidelity, Finding, Gate, GateResult, Priority, Ratio, ReferenceSource, ReferenceStamp,
        Revision, RunOptions, SessionBudget, SessionEnd, SessionId, SessionSummary, Sha256Hex, SpecStamp,
        VectorsDimension,
    };

    fn hash(text: &str) -> Sha256Hex {
        Sha256Hex::of(text.as_bytes())
    }

    fn spec() -> SpecStamp {
        SpecStamp {
            name: "s".into(),
            version: "1".into(),
            hash: hash("s"),
            bytes: 0,
            n_requirements: 0,
            n_vectors: 0,
            n_api_items: 0,
        }
    }

    fn summary(iterations: Vec<IterationSummary>) -> RunSummary {
        RunSummary {
            reference: Some(ReferenceStamp {
                source: ReferenceSource::Path("r".into()),
                package: "r".into(),
                version: "1".into(),
                checksum: hash("r"),
                n_api_items: 0,
                code_bytes: 0,
            }),
            options: Some(RunOptions {
                agent: "handoff".into(),
                sandbox: "auto".into(),
                target: 0.9,
                max_iterations: 4,
                cases: 1,
                seed: 1,
                hidden: 0.3,
                model: None,
                effort: None,
                session: SessionBudget::default(),
            }),
            iterations,
            ..RunSummary::default()
        }
    }

    fn evaluation(share: usize, findings: Vec<Finding>) -> Evaluation {
        let level = ApiLevel { recall: Ratio::new(1, 1), precision: Ratio::new(1, 1) };
        Evaluation {
            fidelity: Fidelity {
                gates: Gate::ALL.map(|gate| GateResult { gate, passed: true, n_findings: 0 }).to_vec(),
                vectors: VectorsDimension { all: Ratio::new(share, 100), hidden: Ratio::default() },
                api: ApiDimension { path: level, signature: level, trait_impl: level },
                behaviour: BehaviourDimension { agreement: Some(1.0), accepted: Ratio::new(1, 1) },
                coverage: Ratio::new(1, 1),
            },
            findings,
            vectors: Vec::new(),
            functions: Vec::new(),
            code: CodeCoverage::default(),
            alarms: Vec::new(),
            times: Vec::new(),
        }
    }

    fn iteration(number: u32, candidate: bool, evaluation: Option<Evaluation>) -> IterationSummary {
        let stamp = CandidateStamp { commit: "c".into(), tree: "t".into(), n_files: 1, code_lines: 1 };
        IterationSummary {
            iteration: number,
            spec: spec(),
            dropped: Vec::new(),
            session: Some(SessionSummary {
                id: SessionId::new(format!("r1-{number}")),
                agent: AgentStamp::named("a", true),
                end: if candidate { SessionEnd::Done } else { SessionEnd::Nothing("empty".into()) },
                candidate: candidate.then_some(stamp),
                policy: None,
                usage: None,
            }),
            evaluation,
            environment: None,
            revision: None,
            seconds: 0.0,
        }
    }

    fn revised(mut iteration: IterationSummary, to: &str, verdict: RevisionVerdict) -> IterationSummary {
        let (from, to) = (hash("s"), hash(to));
        iteration.revision = Some(Revision { from, to, changes: Vec::new(), diff: String::new(), verdict });
        iteration
    }

    fn failed(number: u32) -> IterationSummary {
        iteration(number, true, Some(evaluation(50, Vec::new())))
    }

    fn blocked(number: u32) -> IterationSummary {
        let finding = Finding::new("api-trait-impl-missing", Priority::P1, "x", "m");
        iteration(number, true, Some(evaluation(100, vec![finding])))
    }

    #[test]
    fn steps_follow_from_what_is_recorded() {
        let mut no_reference = summary(Vec::new());
        no_reference.reference = None;
        assert_eq!(next_step(&no_reference), Step::PrepareReference);
        assert_eq!(next_step(&summary(Vec::new())), Step::StartIteration(1));
        let started = IterationSummary { session: None, ..failed(1) };
        assert_eq!(next_step(&summary(vec![started])), Step::Session(1));
        assert_eq!(next_step(&summary(vec![iteration(1, true, None)])), Step::Evaluate(1));
        assert_eq!(next_step(&summary(vec![failed(1)])), Step::Revise(1));
        let accepted = revised(failed(1), "t", RevisionVerdict::Accepted);
        assert_eq!(next_step(&summary(vec![accepted])), Step::StartIteration(2));
        let passed = iteration(1, true, Some(evaluation(95, Vec::new())));
        assert_eq!(next_step(&summary(vec![passed])), Step::End(RunEnd::Passed));
    }

    #[test]
    fn a_blocking_finding_keeps_a_perfect_headline_from_passing() {
        assert_eq!(next_step(&summary(vec![blocked(1)])), Step::Revise(1));
    }

    #[test]
    fn two_iterations_that_change_nothing_end_the_run_and_one_does_not() {
        let idle = |number| revised(failed(number), "s", RevisionVerdict::Accepted);
        assert_eq!(next_step(&summary(vec![idle(1)])), Step::StartIteration(2));
        assert!(matches!(next_step(&summary(vec![idle(1), idle(2)])), Step::End(RunEnd::NoProgress(_))));
        let mended = revised(failed(1), "t", RevisionVerdict::Accepted);
        assert_eq!(next_step(&summary(vec![mended, idle(2)])), Step::StartIteration(3));
        // The text is the same, and implementers see more of it.
        let mut shown = idle(2);
        let change = Change { kind: ChangeKind::VectorShown, subject: "f/one".into(), answers: vec![] };
        shown.revision.as_mut().unwrap().changes.push(change);
        let showing = summary(vec![idle(1), shown]);
        assert_eq!(next_step(&showing), Step::StartIteration(3));
        assert_eq!(shown_before(&showing, 3).collect::<Vec<_>>(), ["f/one"]);
        assert_eq!(shown_before(&showing, 2).count(), 0);
    }

    #[test]
    fn a_refused_revision_ends_the_run_with_its_reasons() {
        let refused = revised(failed(1), "s", RevisionVerdict::Refused(vec!["an id vanished".into()]));
        match next_step(&summary(vec![refused])) {
            Step::End(RunEnd::NoProgress(why)) => assert!(why.contains("an id vanished")),
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_last_iteration_is_not_revised() {
        assert_eq!(next_step(&summary(vec![failed(4)])), Step::End(RunEnd::OutOfIterations));
        assert_eq!(next_step(&summary(vec![iteration(4, false, None)])), Step::End(RunEnd::OutOfIterations));
    }

    #[test]
    fn the_best_is_the_one_that_passed_and_else_the_one_that_blocks_least() {
        let passed = iteration(2, true, Some(evaluation(95, Vec::new())));
        assert_eq!(best(&summary(vec![blocked(1), passed])), Some(2));
        assert_eq!(best(&summary(vec![blocked(1), failed(2)])), Some(2));
        assert_eq!(best(&summary(vec![failed(1), failed(2)])), Some(2));
        assert_eq!(best(&summary(vec![iteration(1, false, None)])), None);
    }
}
