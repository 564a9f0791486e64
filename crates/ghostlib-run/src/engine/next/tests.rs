use super::*;
use ghostlib_model::{
    AgentStamp, ApiDimension, ApiLevel, Attribution, BehaviourDimension, CandidateStamp, Change,
    CodeCoverage, Evaluation, Fidelity, Finding, Gate, GateResult, Priority, Ratio, ReferenceSource,
    ReferenceStamp, RunBudget, SessionBudget, SessionId, SessionSummary, Shown, SpecStamp, VectorsDimension,
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
            agents: vec!["handoff".into()],
            reviser: None,
            samples: 1,
            confirm: 0,
            parallel: 1,
            growth: 20,
            budget: RunBudget::default(),
            review: false,
            shown: Shown::Whole,
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
        waivers: Vec::new(),
        alarms: Vec::new(),
        times: Vec::new(),
    }
}

fn attempt(number: u32, candidate: bool, evaluation: Option<Evaluation>) -> AttemptSummary {
    let stamp = CandidateStamp { commit: "c".into(), tree: "t".into(), n_files: 1, code_lines: 1 };
    let end = if candidate { SessionEnd::Done } else { SessionEnd::GaveUp("it is unclear".into()) };
    AttemptSummary {
        attempt: number,
        sessions: vec![SessionSummary {
            id: SessionId::new(format!("s{number}")),
            agent: AgentStamp::named("a", true),
            end,
            candidate: candidate.then_some(stamp),
            policy: None,
            usage: None,
            seconds: 1.0,
        }],
        evaluation: evaluation.map(Into::into),
        evaluation_seconds: 1.0,
        environment: None,
    }
}

fn iteration(number: u32, attempts: Vec<AttemptSummary>) -> IterationSummary {
    let is_measured = attempts.iter().any(|one| one.evaluation.is_some());
    IterationSummary {
        attempts,
        attribution: is_measured.then(Attribution::default),
        ..IterationSummary::new(number, Purpose::Explore, spec(), Vec::new())
    }
}

fn one(number: u32, share: usize) -> IterationSummary {
    iteration(number, vec![attempt(1, true, Some(evaluation(share, Vec::new())))])
}

fn failed(number: u32) -> IterationSummary {
    one(number, 50)
}

fn blocked(number: u32) -> IterationSummary {
    let finding = Finding::new("api-trait-impl-missing", Priority::P1, "x", "m");
    iteration(number, vec![attempt(1, true, Some(evaluation(100, vec![finding])))])
}

fn revised(mut iteration: IterationSummary, to: &str, verdict: RevisionVerdict) -> IterationSummary {
    let (from, to) = (hash("s"), hash(to));
    let by = Reviser::Mechanical;
    iteration.revisions.push(Revision {
        from,
        to,
        changes: Vec::new(),
        diff: String::new(),
        verdict,
        by,
        reviewed: false,
    });
    iteration
}

fn only(summary: &RunSummary) -> Step {
    let mut steps = next_steps(summary);
    assert_eq!(steps.len(), 1, "{steps:?}");
    steps.remove(0)
}

fn of_several(samples: u32, confirm: u32, iterations: Vec<IterationSummary>) -> RunSummary {
    let mut summary = summary(iterations);
    let options = summary.options.as_mut().unwrap();
    (options.samples, options.confirm) = (samples, confirm);
    summary
}

const fn id(iteration: u32, attempt: u32) -> AttemptId {
    AttemptId { iteration, attempt }
}

#[test]
fn steps_follow_from_what_is_recorded() {
    let mut no_reference = summary(Vec::new());
    no_reference.reference = None;
    assert_eq!(only(&no_reference), Step::PrepareReference);
    assert_eq!(only(&summary(Vec::new())), Step::StartIteration(1, Purpose::Explore));
    assert_eq!(only(&summary(vec![iteration(1, vec![])])), Step::Session(id(1, 1), 0));
    let built = iteration(1, vec![attempt(1, true, None)]);
    assert_eq!(only(&summary(vec![built])), Step::Evaluate(id(1, 1)));
    let measured = IterationSummary { attribution: None, ..failed(1) };
    assert_eq!(only(&summary(vec![measured])), Step::Attribute(1));
    assert_eq!(only(&summary(vec![failed(1)])), Step::Revise(1));
    let accepted = revised(failed(1), "t", RevisionVerdict::Accepted);
    assert_eq!(only(&summary(vec![accepted])), Step::StartIteration(2, Purpose::Explore));
    assert_eq!(only(&summary(vec![one(1, 95)])), Step::End(RunEnd::Passed));
    let ended = RunSummary { end: Some(RunEnd::Passed), ..summary(vec![one(1, 95)]) };
    assert_eq!(next_steps(&ended), []);
}

#[test]
fn attempts_go_on_beside_each_other_and_are_judged_when_all_are_over() {
    let begun = iteration(1, vec![attempt(2, true, None)]);
    let steps = next_steps(&of_several(3, 3, vec![begun]));
    assert_eq!(steps, [Step::Session(id(1, 1), 0), Step::Evaluate(id(1, 2)), Step::Session(id(1, 3), 0)]);
    let good = || Some(evaluation(100, vec![]));
    let gave_up =
        iteration(1, vec![attempt(1, true, good()), attempt(2, false, None), attempt(3, true, good())]);
    assert_eq!(only(&of_several(3, 3, vec![gave_up])), Step::Revise(1), "two of three are not all");
}

#[test]
fn an_attempt_that_left_nothing_by_bad_luck_is_made_once_more_from_nothing() {
    let mut crashed = attempt(1, false, None);
    crashed.sessions[0].end = SessionEnd::Crashed("exit code 1".into());
    let first = summary(vec![iteration(1, vec![crashed.clone()])]);
    assert_eq!(only(&first), Step::Session(id(1, 1), 1));
    crashed.sessions.push(crashed.sessions[0].clone());
    let second = summary(vec![iteration(1, vec![crashed])]);
    assert_eq!(only(&second), Step::StartIteration(2, Purpose::Explore));
    let mut refused = attempt(1, false, None);
    refused.sessions[0].end = SessionEnd::Refused("a wrong key".into());
    let end = RunEnd::NoAgent("refused: a wrong key".into());
    assert_eq!(only(&summary(vec![iteration(1, vec![refused])])), Step::End(end));
}

#[test]
fn a_spec_passes_when_it_holds_on_fresh_rebuilds() {
    let all = |number, purpose, n| {
        let attempts = (1..=n).map(|a| attempt(a, true, Some(evaluation(95, vec![])))).collect();
        IterationSummary { purpose, ..iteration(number, attempts) }
    };
    let explored = all(1, Purpose::Explore, 2);
    let to_confirm = of_several(2, 3, vec![explored.clone()]);
    assert_eq!(only(&to_confirm), Step::StartIteration(2, Purpose::Confirm));
    let confirmed = of_several(2, 3, vec![explored.clone(), all(2, Purpose::Confirm, 3)]);
    assert_eq!(only(&confirmed), Step::End(RunEnd::Passed));
    assert_eq!(best(&confirmed), Some(id(2, 1)));
    let mut fell_short = all(2, Purpose::Confirm, 3);
    fell_short.attempts[1].evaluation = Some(evaluation(50, vec![]).into());
    assert_eq!(only(&of_several(2, 3, vec![explored.clone(), fell_short.clone()])), Step::Revise(2));
    // Where only an agent slipped, fresh rebuilds of the same spec may still show that it holds.
    let slipped = revised(fell_short, "s", RevisionVerdict::Accepted);
    let again = of_several(2, 3, vec![explored, slipped]);
    assert_eq!(only(&again), Step::StartIteration(3, Purpose::Confirm));
}

#[test]
fn a_blocking_finding_keeps_a_perfect_headline_from_passing() {
    assert_eq!(only(&summary(vec![blocked(1)])), Step::Revise(1));
}

#[test]
fn two_iterations_that_change_nothing_end_the_run_and_one_does_not() {
    let idle = |number| revised(failed(number), "s", RevisionVerdict::Accepted);
    assert_eq!(only(&summary(vec![idle(1)])), Step::StartIteration(2, Purpose::Explore));
    assert!(matches!(only(&summary(vec![idle(1), idle(2)])), Step::End(RunEnd::NoProgress(_))));
    let mended = revised(failed(1), "t", RevisionVerdict::Accepted);
    assert_eq!(only(&summary(vec![mended, idle(2)])), Step::StartIteration(3, Purpose::Explore));
    // The text is the same, and implementers see more of it.
    let mut shown = idle(2);
    let change = Change { kind: ChangeKind::VectorShown, subject: "f/one".into(), answers: vec![] };
    shown.revisions[0].changes.push(change);
    let showing = summary(vec![idle(1), shown]);
    assert_eq!(only(&showing), Step::StartIteration(3, Purpose::Explore));
    assert_eq!(shown_before(&showing, 3).collect::<Vec<_>>(), ["f/one"]);
    assert_eq!(shown_before(&showing, 2).count(), 0);
}

#[test]
fn a_refused_revision_ends_the_run_with_its_reasons() {
    let refused = revised(failed(1), "s", RevisionVerdict::Refused(vec!["an id vanished".into()]));
    match only(&summary(vec![refused])) {
        Step::End(RunEnd::NoProgress(why)) => assert!(why.contains("an id vanished")),
        step => panic!("{step:?}"),
    }
}

#[test]
fn a_reviser_works_where_the_spec_is_blamed_and_is_told_a_bounded_number_of_times_why_it_was_refused() {
    let mut iteration = revised(failed(1), "s", RevisionVerdict::Accepted);
    let finding = Finding::new("behaviour-differs", Priority::P2, "f 1", "m");
    let case = ghostlib_model::Case {
        finding: finding.id,
        rule: finding.rule,
        priority: finding.priority,
        subject: finding.subject,
        about: "f".into(),
        spec: finding.spec,
        recurrence: Ratio::new(1, 1),
        candidates: vec![id(1, 1)],
        probe: None,
        push_backs: vec![],
        verdict: ghostlib_model::CaseVerdict::SpecGap,
        why: String::new(),
    };
    iteration.attribution.as_mut().unwrap().cases.push(case);
    let with_reviser = |iteration: &IterationSummary| {
        let mut summary = summary(vec![iteration.clone()]);
        summary.options.as_mut().unwrap().reviser = Some("handoff".into());
        only(&summary)
    };
    assert_eq!(only(&summary(vec![iteration.clone()])), Step::StartIteration(2, Purpose::Explore));
    for n in 0..=MAX_REWORDINGS {
        assert_eq!(with_reviser(&iteration), Step::Reword(1, n));
        let by = Reviser::Agent(Box::new(ghostlib_model::RevisingSession {
            session: SessionId::new("r"),
            agent: AgentStamp::named("a", true),
            end: SessionEnd::Done,
            usage: None,
            seconds: 0.0,
        }));
        let verdict = RevisionVerdict::Refused(vec!["it grows too much".into()]);
        let (from, to) = (hash("s"), hash("s"));
        iteration.revisions.push(Revision {
            from,
            to,
            changes: vec![],
            diff: String::new(),
            verdict,
            by,
            reviewed: false,
        });
    }
    assert!(matches!(with_reviser(&iteration), Step::End(RunEnd::NoProgress(_))));
}

#[test]
fn the_last_iteration_is_not_revised() {
    let revised = |n: u32| revised(failed(n), &n.to_string(), RevisionVerdict::Accepted);
    let run = summary(vec![revised(1), revised(2), revised(3), failed(4)]);
    assert_eq!(only(&run), Step::End(RunEnd::OutOfIterations));
    let nothing = iteration(4, vec![attempt(1, false, None)]);
    let run = summary(vec![revised(1), revised(2), revised(3), nothing]);
    assert_eq!(only(&run), Step::End(RunEnd::OutOfIterations));
}

#[test]
fn a_run_stops_when_its_budget_is_used_up_and_measures_what_it_has() {
    let mut half = of_several(2, 0, vec![iteration(1, vec![attempt(1, true, None)])]);
    half.iterations[0].seconds = 90.0;
    assert_eq!(next_steps(&half).len(), 2);
    half.options.as_mut().unwrap().budget.seconds = Some(60);
    assert_eq!(only(&half), Step::Evaluate(id(1, 1)));
    half.iterations[0] = IterationSummary { seconds: 90.0, ..failed(1) };
    assert_eq!(only(&half), Step::End(RunEnd::OutOfBudget("60 s".into())));
}

#[test]
fn the_best_is_the_one_that_passed_and_else_the_one_that_blocks_least() {
    assert_eq!(best(&summary(vec![blocked(1), one(2, 95)])), Some(id(2, 1)));
    assert_eq!(best(&summary(vec![blocked(1), failed(2)])), Some(id(2, 1)));
    assert_eq!(best(&summary(vec![failed(1), failed(2)])), Some(id(2, 1)));
    assert_eq!(best(&summary(vec![iteration(1, vec![attempt(1, false, None)])])), None);
    let two = iteration(
        1,
        vec![attempt(1, true, Some(evaluation(50, vec![]))), attempt(2, true, Some(evaluation(60, vec![])))],
    );
    assert_eq!(best(&of_several(2, 0, vec![two])), Some(id(1, 2)));
}

#[test]
fn a_revision_waits_for_a_person_before_anything_else_is_done() {
    let change = Change { kind: ChangeKind::ApiLine, subject: "f".into(), answers: vec![] };
    let mut proposed = Revision {
        from: hash("s"),
        to: hash("t"),
        changes: vec![change],
        diff: String::new(),
        verdict: RevisionVerdict::Accepted,
        by: Reviser::Mechanical,
        reviewed: false,
    };
    let step = |revision: &Revision| {
        let mut iteration = IterationSummary::new(1, Purpose::Explore, spec(), Vec::new());
        iteration.attempts.push(attempt(1, true, Some(evaluation(50, vec![]))));
        iteration.attribution = Some(Attribution::default());
        iteration.revisions.push(revision.clone());
        let mut summary = summary(vec![iteration]);
        summary.options.as_mut().unwrap().review = true;
        next_steps(&summary)
    };
    assert_eq!(step(&proposed), [Step::Review(1)]);
    proposed.reviewed = true;
    assert_eq!(step(&proposed), [Step::StartIteration(2, Purpose::Explore)]);
    (proposed.to, proposed.verdict) = (hash("s"), RevisionVerdict::Declined("no".into()));
    let end = RunEnd::NoProgress("a person refused the revision: no".into());
    assert_eq!(step(&proposed), [Step::End(end)]);
}
