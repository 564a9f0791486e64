use super::*;
use ghostlib_model::{
    ApiDimension, BehaviourDimension, CodeCoverage, Evidence, Fidelity, Priority, Value, VectorsDimension,
};
use ghostlib_spec::{SourceFile, Sources};
use serde_json::json;

fn spec() -> LoadedSpec {
    let document = "---\nname: a\nversion: 1\n---\n\nr[f.rule]\nIt MUST be.\n\n```yaml vectors\nf: [{name: one, input: 1, output: 1}]\n```\n";
    LoadedSpec::of(Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() })
}

fn evaluation(findings: Vec<Finding>) -> Evaluation {
    Evaluation {
        fidelity: Fidelity {
            gates: vec![],
            vectors: VectorsDimension { all: Ratio::default(), hidden: Ratio::default() },
            api: ApiDimension::default(),
            behaviour: BehaviourDimension { agreement: None, accepted: Ratio::default() },
            coverage: Ratio::default(),
        },
        findings,
        vectors: vec![],
        functions: vec![],
        code: CodeCoverage::default(),
        waivers: Vec::new(),
        alarms: vec![],
        times: vec![],
    }
}

fn evidence(operation: &str, input: Value, reference: Value, candidate: Value) -> Evidence {
    Evidence {
        operation: operation.into(),
        before: vec![],
        input,
        reference: Some(Answer::Ok(reference)),
        candidate: Answer::Ok(candidate),
    }
}

/// `f` of a number differs: the reference gives the number, the candidate something else.
fn differs(input: i64, gives: i64) -> Finding {
    Finding {
        evidence: Some(evidence("f", json!(input), json!(input), json!(gives))),
        ..Finding::new("behaviour-differs", Priority::P2, format!("f {input}"), "m")
    }
}

/// A vector that implementers see fails.
fn slipped(operation: &str) -> Finding {
    Finding {
        spec: SpecStand::Speaks(vec!["f/one".into(), "f.rule".into()]),
        evidence: Some(evidence(operation, json!(1), json!(1), json!(0))),
        ..Finding::new("vector-failed", Priority::P1, format!("{operation}/one"), "m")
    }
}

fn api(rule: &str, spec: SpecStand) -> Finding {
    Finding { spec, ..Finding::new(rule, Priority::P1, "g", "m") }
}

/// The verdicts about candidates with these findings and objections, which answer generated inputs as they were found
/// to do.
fn decided(candidates: &[(Vec<Finding>, &str)]) -> Attribution {
    let evaluations: Vec<Evaluation> =
        candidates.iter().map(|(findings, _)| evaluation(findings.clone())).collect();
    let calls = calls(evaluations.iter());
    let answer = |evaluation: &Evaluation, call: &Sequence| {
        let own = evaluation.findings.iter().find(|one| call_of(one).as_ref() == Some(call));
        let own = own.and_then(|one| one.evidence.as_ref()).map(|evidence| evidence.candidate.clone());
        Some(own.unwrap_or_else(|| Answer::Ok(call.calls[0].input.clone())))
    };
    let compared: Vec<Compared<'_>> = evaluations
        .iter()
        .zip(candidates)
        .zip(1..)
        .map(|((evaluation, (_, push_back)), attempt)| Compared {
            id: AttemptId { iteration: 1, attempt },
            evaluation,
            answers: calls.iter().map(|call| answer(evaluation, call)).collect(),
            push_backs: vec![(*push_back).to_owned()],
        })
        .collect();
    decide(&spec(), &Operations::default(), &compared, &calls, &[])
}

fn verdicts(candidates: &[(Vec<Finding>, &str)]) -> Vec<(String, CaseVerdict)> {
    decided(candidates).cases.into_iter().map(|case| (case.subject, case.verdict)).collect()
}

fn only(candidates: &[(Vec<Finding>, &str)]) -> CaseVerdict {
    let mut verdicts = verdicts(candidates);
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    verdicts.remove(0).1
}

#[test]
fn what_nothing_states_is_a_gap_when_it_recurs_and_a_slip_when_the_others_do_it() {
    let wrong = || vec![differs(2, 9)];
    assert_eq!(only(&[(wrong(), "")]), CaseVerdict::SpecGap, "there is nobody to compare with");
    assert_eq!(only(&[(wrong(), ""), (vec![], ""), (vec![], "")]), CaseVerdict::AgentSlip);
    assert_eq!(only(&[(wrong(), ""), (vec![differs(2, 7)], ""), (vec![], "")]), CaseVerdict::SpecGap);
    let objects = "the meaning of `f` for 2 is open";
    assert_eq!(only(&[(wrong(), objects), (vec![], ""), (vec![], "")]), CaseVerdict::SpecGap);
}

#[test]
fn what_the_spec_states_is_a_slip_unless_nobody_understands_it() {
    let slip = || vec![slipped("f")];
    assert_eq!(only(&[(slip(), "")]), CaseVerdict::AgentSlip);
    assert_eq!(only(&[(slip(), ""), (slip(), ""), (vec![], "")]), CaseVerdict::AgentSlip);
    assert_eq!(only(&[(slip(), ""), (slip(), ""), (slip(), "")]), CaseVerdict::SpecGap);
    let objects = "- f.rule: be what?";
    assert_eq!(only(&[(slip(), objects), (slip(), ""), (vec![], "")]), CaseVerdict::SpecGap);
    assert_eq!(
        only(&[(slip(), "- f.rule.more: be what?"), (vec![], "")]),
        CaseVerdict::AgentSlip,
        "another rule"
    );
}

#[test]
fn a_candidate_that_fails_what_is_stated_of_an_operation_says_nothing_where_the_spec_is_silent_of_it() {
    let slip = || vec![slipped("f"), differs(2, 9)];
    let cases = verdicts(&[(slip(), ""), (slip(), ""), (vec![], "")]);
    assert_eq!(cases, [("f/one".into(), CaseVerdict::AgentSlip), ("f 2".into(), CaseVerdict::AgentSlip)]);
    // What fails elsewhere explains nothing.
    let elsewhere = || vec![slipped("h"), differs(2, 9)];
    let cases = verdicts(&[(elsewhere(), ""), (elsewhere(), ""), (vec![], "")]);
    assert!(cases.contains(&("f 2".into(), CaseVerdict::SpecGap)), "{cases:?}");
}

#[test]
fn a_missing_line_of_the_api_is_a_gap_also_where_others_guessed_it() {
    let gap = || vec![api("api-missing", SpecStand::Silent)];
    assert_eq!(only(&[(gap(), ""), (vec![], ""), (vec![], "")]), CaseVerdict::SpecGap);
    let wrong = vec![api("api-signature", SpecStand::Contradicts(vec!["SPEC.md:9".into()]))];
    assert_eq!(only(&[(wrong, ""), (vec![], "")]), CaseVerdict::SpecWrong);
    let stated = vec![api("api-missing", SpecStand::Speaks(vec!["SPEC.md:9".into()]))];
    assert_eq!(only(&[(stated, ""), (vec![], "")]), CaseVerdict::AgentSlip);
    let extra = vec![Finding { priority: Priority::P3, ..api("api-extra", SpecStand::Silent) }];
    assert_eq!(only(&[(extra, "")]), CaseVerdict::OverDelivery);
}

#[test]
fn a_call_that_was_found_in_one_candidate_is_asked_of_all() {
    // The second one was found wrong elsewhere, and answers this as the first does.
    let attribution = {
        let first = evaluation(vec![differs(2, 9)]);
        let second = evaluation(vec![]);
        let calls = calls([&first, &second].into_iter());
        let compared = |attempt, evaluation, answer: i64| Compared {
            id: AttemptId { iteration: 1, attempt },
            evaluation,
            answers: vec![Some(Answer::Ok(json!(answer)))],
            push_backs: vec![],
        };
        let all = [compared(1, &first, 9), compared(2, &second, 9), compared(3, &second, 2)];
        decide(&spec(), &Operations::default(), &all, &calls, &[])
    };
    let case = &attribution.cases[0];
    assert_eq!((case.recurrence, &case.verdict), (Ratio::new(2, 3), &CaseVerdict::SpecGap));
    assert_eq!(case.probe.as_ref().unwrap().answers.len(), 2);
    assert_eq!(attribution.alike, Ratio::new(0, 1));
}

#[test]
fn a_vector_that_the_reference_fails_is_the_specs_mistake() {
    let dropped = VectorResult {
        id: ghostlib_model::VectorId::new("f/one"),
        operation: "f".into(),
        outcome: VectorOutcome::Dropped(Answer::Ok(json!(2))),
    };
    let attribution = decide(&spec(), &Operations::default(), &[], &[], &[dropped]);
    assert_eq!(attribution.cases[0].verdict, CaseVerdict::SpecWrong);
}
