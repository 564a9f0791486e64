//! A run that shows every part of a report: three iterations, the third of which passes.

use ghostlib_model::{
    AgentStamp, AgreementByClass, Alarm, Answer, ApiDimension, ApiLevel, BehaviourDimension, CandidateStamp,
    Change, ChangeKind, CodeCoverage, CodeReached, Environment, Evaluation, Evidence, Fidelity, Finding,
    FunctionAgreement, Gate, GateResult, IterationSummary, PhaseTime, Place, Priority, Ratio,
    ReferenceSource, ReferenceStamp, Revision, RevisionVerdict, RunEnd, RunId, RunOptions, RunSummary,
    SandboxStamp, SessionBudget, SessionEnd, SessionId, SessionSummary, Sha256Hex, SmallestDifference,
    SpecStamp, SpecStand, VectorId, VectorOutcome, VectorResult, VectorsDimension,
};
use serde_json::json;

pub(crate) fn run() -> RunSummary {
    RunSummary {
        run: Some(RunId::new("2026-01-02-shell-words-7f3a")),
        spec_path: "specs/shell-words/SPEC.md".into(),
        spec: Some(spec(1)),
        agent: Some(AgentStamp::named("replay", true)),
        sandbox: Some(SandboxStamp {
            backend: "landlock".into(),
            enforces: vec!["no network".into(), "no home folder".into(), "memory up to 2 GiB".into()],
            lacks: vec!["process ids of other programs are visible: Landlock has no PID namespace".into()],
            required: Vec::new(),
        }),
        options: Some(RunOptions {
            agent: "handoff".into(),
            sandbox: "auto".into(),
            target: 0.95,
            max_iterations: 5,
            cases: 1_000,
            seed: 1,
            hidden: 0.3,
            model: None,
            effort: None,
            session: SessionBudget::default(),
        }),
        reference: Some(ReferenceStamp {
            source: ReferenceSource::Crate { name: "shell-words".into(), version: "1.1.1".into() },
            package: "shell-words".into(),
            version: "1.1.1".into(),
            checksum: Sha256Hex::of(b"reference"),
            n_api_items: 5,
            code_bytes: 16_204,
        }),
        iterations: vec![first(), second(), third()],
        end: Some(RunEnd::Passed),
        best: Some(3),
    }
}

/// The same run, ended before its third iteration.
#[cfg(test)]
pub(crate) fn fell_short() -> RunSummary {
    let mut run = run();
    run.iterations.pop();
    RunSummary { end: Some(RunEnd::OutOfIterations), best: Some(1), ..run }
}

/// The same run, while its second iteration waits for its implementer.
#[cfg(test)]
pub(crate) fn not_ended() -> RunSummary {
    let mut run = run();
    run.iterations.truncate(1);
    run.iterations.push(IterationSummary { session: None, seconds: 0.0, ..iteration(2) });
    RunSummary { end: None, best: None, ..run }
}

fn first() -> IterationSummary {
    let mut missing =
        Finding::new("api-missing", Priority::P0, "join", "the candidate has no function `join`");
    missing.gate = Some(Gate::G2);
    missing.reference = Some(Place { line: 214, ..Place::start_of("src/lib.rs") });
    missing.advice = "State `pub fn join` in the spec's API block.".into();
    let mut vector = Finding::new(
        "vector-failed",
        Priority::P1,
        "split/comment",
        "the vector expects [\"a\"] and the candidate returns [\"a\", \"#b\"]",
    );
    vector.candidate = Some(Place { line: 31, ..Place::start_of("src/lib.rs") });
    vector.spec = SpecStand::Speaks(vec!["words.split.comments".into()]);
    vector.evidence = Some(Evidence {
        operation: "split".into(),
        before: vec![],
        input: json!("a #b"),
        reference: Some(Answer::Ok(json!(["a"]))),
        candidate: Answer::Ok(json!(["a", "#b"])),
    });
    let mut behaviour = Finding::new(
        "behaviour-differs",
        Priority::P2,
        "split",
        "the candidate accepts an unclosed quote that the reference refuses",
    );
    behaviour.advice = "Add a vector whose expected value is the reference's answer.".into();
    behaviour.reference = Some(Place { line: 92, ..Place::start_of("src/lib.rs") });
    behaviour.candidate = Some(Place { line: 40, ..Place::start_of("src/split.rs") });
    behaviour.evidence = Some(Evidence {
        operation: "split".into(),
        before: vec![],
        input: json!("'"),
        reference: Some(Answer::Error("missing closing quote".into())),
        candidate: Answer::Ok(json!([""])),
    });
    let extra = Finding::new("api-extra", Priority::P3, "split_lossy", "the reference has no such function");
    let revision = revision(1, &missing, &behaviour);
    IterationSummary {
        dropped: vec![vector_result("quote/empty", VectorOutcome::Dropped(Answer::Ok(json!("''"))))],
        evaluation: Some(Evaluation {
            fidelity: fidelity([true, false, false, true], Ratio::new(5, 7), Ratio::new(3, 5), Some(0.82)),
            findings: vec![missing, vector, behaviour, extra],
            vectors: vec![
                vector_result("split/one", VectorOutcome::Passed),
                vector_result("split/comment", VectorOutcome::Failed(Answer::Ok(json!(["a", "#b"])))),
                vector_result("split/hang", VectorOutcome::Failed(Answer::Hang(2_000))),
            ],
            functions: vec![split_agreement(820, true)],
            code: CodeCoverage::Counted(CodeReached {
                lines: Ratio::new(118, 131),
                ..CodeReached::default()
            }),
            alarms: vec![Alarm {
                kind: "copied-code".into(),
                message: "a run of 151 tokens is the reference's own".into(),
                places: vec![Place { line: 12, ..Place::start_of("src/lib.rs") }],
            }],
            times: times(),
        }),
        revision: Some(revision),
        ..iteration(1)
    }
}

fn second() -> IterationSummary {
    let broken = Finding::new(
        "build-failed",
        Priority::P0,
        "shell-words",
        "the candidate does not build\nerror[E0308]: mismatched types\n  --> src/lib.rs:7:5\n   |\n7  |     Ok(words)\n   |     ^^^^^^^^^ expected `String`",
    );
    let mut fidelity = fidelity([false, true, true, true], Ratio::new(0, 9), Ratio::default(), None);
    fidelity.gates.truncate(1);
    fidelity.coverage = Ratio::default();
    let mut iteration = iteration(2);
    let session = iteration.session.as_mut().expect("every sample iteration has a session");
    session.agent.blindness_enforced = false;
    IterationSummary {
        evaluation: Some(Evaluation {
            fidelity,
            findings: vec![broken],
            vectors: Vec::new(),
            functions: Vec::new(),
            code: CodeCoverage::default(),
            alarms: Vec::new(),
            times: times(),
        }),
        revision: Some(Revision {
            from: spec(2).hash,
            to: spec(2).hash,
            changes: Vec::new(),
            diff: String::new(),
            verdict: RevisionVerdict::Refused(vec![
                "no finding is about the spec: the candidate slipped".into(),
            ]),
        }),
        ..iteration
    }
}

fn third() -> IterationSummary {
    IterationSummary {
        evaluation: Some(Evaluation {
            fidelity: fidelity([true; 4], Ratio::new(9, 9), Ratio::new(5, 5), Some(0.998)),
            findings: Vec::new(),
            vectors: vec![
                vector_result("split/one", VectorOutcome::Passed),
                vector_result("split/comment", VectorOutcome::Passed),
            ],
            functions: vec![split_agreement(998, false)],
            code: CodeCoverage::default(),
            alarms: Vec::new(),
            times: times(),
        }),
        ..iteration(3)
    }
}

fn iteration(n: u32) -> IterationSummary {
    IterationSummary {
        iteration: n,
        environment: Some(Environment { toolchain: "rustc 1.95.0".into(), sandbox: "landlock".into() }),
        spec: spec(n),
        dropped: Vec::new(),
        session: Some(SessionSummary {
            id: SessionId::new(format!("implement-{n}")),
            agent: AgentStamp::named("recorded-agent", true),
            end: SessionEnd::Done,
            candidate: Some(CandidateStamp {
                commit: "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567".into(),
                tree: "76543210f1e2d3c4b5a69788796a5b4c3d2e1f00".into(),
                n_files: 3,
                code_lines: 120 + n as usize,
            }),
            policy: None,
            usage: None,
        }),
        evaluation: None,
        revision: None,
        seconds: 14.2,
    }
}

fn spec(n: u32) -> SpecStamp {
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

fn fidelity(gates: [bool; 4], vectors: Ratio, api: Ratio, agreement: Option<f64>) -> Fidelity {
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

fn split_agreement(agreed: usize, differs: bool) -> FunctionAgreement {
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

fn vector_result(id: &str, outcome: VectorOutcome) -> VectorResult {
    VectorResult { id: VectorId::new(id), operation: "split".into(), outcome }
}

fn revision(n: u32, missing: &Finding, behaviour: &Finding) -> Revision {
    Revision {
        from: spec(n).hash,
        to: spec(n + 1).hash,
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
    }
}

fn times() -> Vec<PhaseTime> {
    [("build", 3.24), ("vectors", 0.06), ("behaviour", 0.4), ("api", 0.01)]
        .map(|(phase, seconds)| PhaseTime { phase: phase.into(), seconds })
        .into()
}
