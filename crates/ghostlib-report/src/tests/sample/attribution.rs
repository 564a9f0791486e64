//! Who must change after the sample's iterations.

use ghostlib_model::{
    Answer, AttemptId, Attribution, Call, Case, CaseVerdict, Finding, Priority, Probe, PushBack, Ratio,
    SpecStand,
};
use serde_json::json;

/// Cases of every verdict, from two candidates.
pub(super) fn first(
    missing: &Finding,
    vector: &Finding,
    behaviour: &Finding,
    extra: &Finding,
) -> Attribution {
    let both = [id(1, 1), id(1, 2)];
    let wrong = Finding {
        spec: SpecStand::Contradicts(vec!["quote/empty".into()]),
        ..Finding::new("vector-contradicts-reference", Priority::P2, "quote/empty", "")
    };
    let slow = Finding::new("not-exercised", Priority::P2, "quote", "");
    let text = Finding::new("error-text-differs", Priority::P3, "split", "");
    let gap =
        case(missing, &both, CaseVerdict::SpecGap, "the spec's API does not have it, and nobody can know it");
    let slip = case(vector, &both[..1], CaseVerdict::AgentSlip, "the spec states it");
    let push_back = "`words.split.comments` does not say whether a `#` inside of a word begins a comment";
    let silent = case(behaviour, &both, CaseVerdict::SpecGap, "nothing states it, and it recurs");
    let over = "the reference does not have it, and the spec does not ask for it";
    let contradicts = "the reference itself does not give what the vector says, so it is not used";
    let waiver = CaseVerdict::Waived("texts of errors are not promised".into());
    let unmeasured = "it says what could not be measured, and of nobody that it is wrong";
    Attribution {
        candidates: both.into(),
        cases: vec![
            gap,
            Case { push_backs: vec![PushBack { attempt: id(1, 1), text: push_back.into() }], ..slip },
            Case { about: "split".into(), probe: Some(probe(&both)), ..silent },
            Case {
                about: "quote".into(),
                recurrence: Ratio::default(),
                ..case(&wrong, &[], CaseVerdict::SpecWrong, contradicts)
            },
            case(&slow, &both, CaseVerdict::Unmeasured, unmeasured),
            case(extra, &both[..1], CaseVerdict::OverDelivery, over),
            case(&text, &both, waiver, "the author waives it"),
        ],
        alike: Ratio::new(3, 4),
    }
}

/// A build that failed.
pub(super) fn second(broken: &Finding) -> Attribution {
    let case = Case {
        recurrence: Ratio::new(1, 2),
        ..case(broken, &[id(2, 1)], CaseVerdict::AgentSlip, "no spec asks for it")
    };
    Attribution { candidates: vec![id(2, 1), id(2, 2)], cases: vec![case], alike: Ratio::default() }
}

/// Nothing differs.
pub(super) fn third() -> Attribution {
    Attribution { candidates: vec![id(3, 1)], ..Attribution::default() }
}

fn probe(both: &[AttemptId; 2]) -> Probe {
    Probe {
        operation: "split".into(),
        before: vec![Call { operation: "join".into(), input: json!(["a", "b"]) }],
        input: json!("'"),
        reference: Answer::Error("missing closing quote".into()),
        answers: vec![(both[0], Answer::Ok(json!([""]))), (both[1], Answer::Ok(json!(["'"])))],
    }
}

fn case(finding: &Finding, have: &[AttemptId], verdict: CaseVerdict, why: &str) -> Case {
    Case {
        finding: finding.id.clone(),
        rule: finding.rule.clone(),
        priority: finding.priority,
        subject: finding.subject.clone(),
        about: finding
            .evidence
            .as_ref()
            .map_or_else(|| finding.subject.clone(), |call| call.operation.clone()),
        spec: finding.spec.clone(),
        recurrence: Ratio::new(have.len(), 2),
        candidates: have.into(),
        probe: None,
        push_backs: Vec::new(),
        verdict,
        why: why.into(),
    }
}

fn id(iteration: u32, attempt: u32) -> AttemptId {
    AttemptId { iteration, attempt }
}
