//! What the sample is made of.

use ghostlib_model::{
    AgentStamp, AgreementByClass, Answer, ApiDimension, ApiLevel, BehaviourDimension, CandidateStamp, Change,
    ChangeKind, Fidelity, Finding, FunctionAgreement, Gate, GateResult, PhaseTime, Ratio, Reviser,
    RevisingSession, Revision, RevisionVerdict, SessionEnd, SessionId, Sha256Hex, SmallestDifference,
    SpecStamp, VectorId, VectorOutcome, VectorResult, VectorsDimension,
};
use serde_json::json;

pub(super) fn candidate(n: u32) -> CandidateStamp {
    CandidateStamp {
        commit: "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567".into(),
        tree: "76543210f1e2d3c4b5a69788796a5b4c3d2e1f00".into(),
        n_files: 3,
        code_lines: 120 + n as usize,
    }
}

pub(super) fn spec(n: u32) -> SpecStamp {
    SpecStamp {
        name: "shell-words".into(),
        version: format!("0.1.{n}"),
        hash: Sha256Hex::of(&n.to_le_bytes()),
        bytes: 1_900 + 400 * n as usize,
        n_requirements: 6,
        n_vectors: 5 + 2 * n as usize,
        n_api_items: 2 + n as usize,
    }
}

pub(super) fn fidelity(gates: [bool; 4], vectors: Ratio, api: Ratio, agreement: Option<f64>) -> Fidelity {
    let level = ApiLevel { recall: api, precision: Ratio::new(api.n, api.of + 1) };
    let gate = |(gate, passed): (Gate, bool)| GateResult { gate, passed, n_findings: usize::from(!passed) };
    Fidelity {
        gates: Gate::ALL.into_iter().zip(gates).map(gate).collect(),
        vectors: VectorsDimension { all: vectors, hidden: Ratio::default() },
        api: ApiDimension { path: level, signature: level, trait_impl: level },
        behaviour: BehaviourDimension {
            agreement,
            accepted: agreement.map_or(Ratio::default(), |_| Ratio::new(734, 1_000)),
        },
        coverage: Ratio::new(3, 3),
    }
}

pub(super) fn split_agreement(agreed: usize, differs: bool) -> FunctionAgreement {
    let smallest = SmallestDifference {
        before: vec![],
        input: json!("'"),
        reference: Answer::Error("missing closing quote".into()),
        candidate: Answer::Ok(json!([""])),
    };
    FunctionAgreement {
        operation: "split".into(),
        tried: 1_000,
        agreed: Ratio::new(agreed, 1_000),
        accepted: Ratio::new(734, 1_000),
        by_class: AgreementByClass::default(),
        error_text: Ratio::new(250, 251),
        smallest: differs.then_some(smallest),
    }
}

pub(super) fn vector_result(id: &str, outcome: VectorOutcome) -> VectorResult {
    VectorResult { id: VectorId::new(id), operation: "split".into(), outcome }
}

pub(super) fn revision(n: u32, missing: &Finding, behaviour: &Finding) -> Revision {
    Revision {
        from: spec(n).hash,
        to: between(),
        changes: vec![
            Change { kind: ChangeKind::ApiLine, subject: "join".into(), answers: vec![missing.id.clone()] },
            Change {
                kind: ChangeKind::Vector,
                subject: "split/unclosed-quote".into(),
                answers: vec![behaviour.id.clone()],
            },
        ],
        diff: "--- SPEC.md\n+++ SPEC.md\n@@ -40,4 +40,5 @@\n ```rust api\n pub fn split(s: &str) -> Result<Vec<String>, ParseError>;\n+pub fn join<I, S>(words: I) -> String where I: IntoIterator<Item = S>, S: AsRef<str>;\n ```\n-An old line.\n+  - name: unclosed quote\n+    input: \"'\"\n+    error: true\n".into(),
        verdict: RevisionVerdict::Accepted,
        by: Reviser::Mechanical,
        reviewed: false,
    }
}

/// The spec between the two revisions.
fn between() -> Sha256Hex {
    Sha256Hex::of(b"between")
}

/// A revision of prose by an agent, on top of the mechanical one.
pub(super) fn reworded(verdict: RevisionVerdict, behaviour: &Finding) -> Revision {
    let subject = "words.split.quotes".into();
    Revision {
        from: between(),
        to: if verdict == RevisionVerdict::Accepted { spec(2).hash } else { between() },
        changes: vec![Change { kind: ChangeKind::Prose, subject, answers: vec![behaviour.id.clone()] }],
        diff: "--- SPEC.md\n+++ SPEC.md\n@@ -20,1 +20,2 @@\n ## Quotes\n+A quote that is not closed MUST be refused.\n"
            .into(),
        verdict,
        reviewed: false,
        by: Reviser::Agent(Box::new(RevisingSession {
            session: SessionId::new("revise-1"),
            agent: AgentStamp { model: Some("large-2".into()), ..AgentStamp::named("openai", true) },
            end: SessionEnd::Done,
            usage: None,
            seconds: 21.5,
        })),
    }
}

pub(super) fn times() -> Vec<PhaseTime> {
    [("build", 3.24), ("vectors", 0.06), ("behaviour", 0.4), ("api", 0.01)]
        .map(|(phase, seconds)| PhaseTime { phase: phase.into(), seconds })
        .into()
}
