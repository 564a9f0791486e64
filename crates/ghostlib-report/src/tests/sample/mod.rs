//! A run that shows every part of a report: three iterations, the first with three attempts, the third of which passes.

mod attribution;
mod beside;
mod pieces;

pub(crate) use beside::beside;

use ghostlib_model::{
    AgentStamp, Alarm, Answer, AttemptId, AttemptSummary, CodeCoverage, CodeReached, Environment, Evaluation,
    Evidence, Finding, Gate, IterationSummary, Place, Priority, Purpose, Ratio, ReferenceSource,
    ReferenceStamp, Revision, RevisionVerdict, RunBudget, RunEnd, RunId, RunOptions, RunSummary,
    SandboxStamp, SessionBudget, SessionEnd, SessionId, SessionSummary, Sha256Hex, SpecStand, VectorOutcome,
};
use pieces::{candidate, fidelity, revision, reworded, spec, split_agreement, times, vector_result};
use serde_json::json;
use std::sync::Arc;

pub(crate) fn run() -> RunSummary {
    RunSummary {
        run: Some(RunId::new("2026-01-02-shell-words-7f3a")),
        spec_path: "specs/shell-words/SPEC.md".into(),
        spec: Some(spec(1)),
        agents: vec![
            AgentStamp { model: Some("small-1".into()), ..AgentStamp::named("replay", true) },
            AgentStamp::named("handoff", false),
        ],
        sandbox: Some(SandboxStamp {
            backend: "landlock".into(),
            enforces: vec!["no network".into(), "no home folder".into(), "memory up to 2 GiB".into()],
            lacks: vec!["process ids of other programs are visible: Landlock has no PID namespace".into()],
            required: Vec::new(),
        }),
        options: Some(RunOptions {
            agents: vec!["replay:recordings".into(), "handoff".into()],
            reviser: Some("openai".into()),
            samples: 3,
            confirm: 1,
            parallel: 1,
            growth: 40,
            review: false,
            budget: RunBudget::default(),
            shown: ghostlib_model::Shown::Whole,
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
        imported: None,
        end: Some(RunEnd::Passed),
        best: Some(AttemptId { iteration: 3, attempt: 1 }),
    }
}

/// The same run, ended before its third iteration.
#[cfg(test)]
pub(crate) fn fell_short() -> RunSummary {
    let mut run = run();
    run.iterations.pop();
    RunSummary {
        end: Some(RunEnd::OutOfIterations),
        best: Some(AttemptId { iteration: 1, attempt: 1 }),
        ..run
    }
}

/// The same run, while its second iteration waits for its implementer.
#[cfg(test)]
pub(crate) fn not_ended() -> RunSummary {
    let mut run = run();
    run.iterations.truncate(1);
    run.iterations.push(IterationSummary { seconds: 0.0, ..iteration(2, Purpose::Explore) });
    RunSummary { end: None, best: None, ..run }
}

fn findings() -> [Finding; 4] {
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
    [missing, vector, behaviour, extra]
}

fn first() -> IterationSummary {
    let [missing, vector, behaviour, extra] = findings();
    let mut unasked = attempt(
        (1, 2),
        Some(Evaluation {
            fidelity: fidelity([true, true, false, true], Ratio::new(6, 7), Ratio::new(4, 5), Some(0.82)),
            findings: vec![missing.clone(), behaviour.clone()],
            vectors: vec![vector_result("split/one", VectorOutcome::Passed)],
            functions: vec![split_agreement(820, true)],
            code: CodeCoverage::default(),
            waivers: Vec::new(),
            alarms: Vec::new(),
            times: times(),
        }),
    );
    unasked.sessions[0].agent = AgentStamp::named("handoff", false);
    let cases = attribution::first(&missing, &vector, &behaviour, &extra);
    let revisions = vec![
        revision(1, &missing, &behaviour),
        reworded(RevisionVerdict::Refused(vec!["the id `words.split` vanished".into()]), &behaviour),
        reworded(RevisionVerdict::Accepted, &behaviour),
    ];
    let full = Evaluation {
        fidelity: fidelity([true, false, false, true], Ratio::new(5, 7), Ratio::new(3, 5), Some(0.82)),
        findings: vec![missing, vector, behaviour, extra],
        vectors: vec![
            vector_result("split/one", VectorOutcome::Passed),
            vector_result("split/comment", VectorOutcome::Failed(Answer::Ok(json!(["a", "#b"])))),
            vector_result("split/hang", VectorOutcome::Failed(Answer::Hang(2_000))),
        ],
        functions: vec![split_agreement(820, true)],
        code: CodeCoverage::Counted(CodeReached { lines: Ratio::new(118, 131), ..CodeReached::default() }),
        waivers: Vec::new(),
        alarms: vec![Alarm {
            kind: "copied-code".into(),
            message: "a run of 151 tokens is the reference's own".into(),
            places: vec![Place { line: 12, ..Place::start_of("src/lib.rs") }],
        }],
        times: times(),
    };
    IterationSummary {
        dropped: vec![vector_result("quote/empty", VectorOutcome::Dropped(Answer::Ok(json!("''"))))],
        attempts: vec![attempt((1, 1), Some(full)), unasked, without_candidate()],
        attribution: Some(cases),
        revisions,
        ..iteration(1, Purpose::Explore)
    }
}

/// An attempt whose two sessions left nothing.
fn without_candidate() -> AttemptSummary {
    let mut nothing = attempt((1, 3), None);
    nothing.environment = None;
    nothing.sessions[0].candidate = None;
    nothing.sessions[0].end = SessionEnd::Crashed("exit code 1".into());
    nothing.sessions.push(SessionSummary {
        id: SessionId::new("implement-1-3-again"),
        end: SessionEnd::GaveUp("the spec names no error type".into()),
        ..nothing.sessions[0].clone()
    });
    nothing
}

fn second() -> IterationSummary {
    let broken = Finding::new(
        "build-failed",
        Priority::P0,
        "shell-words",
        "the candidate does not build\nerror[E0308]: mismatched types\n  --> src/lib.rs:7:5\n   |\n7  |     Ok(words)\n   |     ^^^^^^^^^ expected `String`",
    );
    let mut failed = fidelity([false, true, true, true], Ratio::new(0, 9), Ratio::default(), None);
    failed.gates.truncate(1);
    failed.coverage = Ratio::default();
    let evaluation = Evaluation {
        fidelity: failed,
        findings: vec![broken.clone()],
        vectors: Vec::new(),
        functions: Vec::new(),
        code: CodeCoverage::default(),
        waivers: Vec::new(),
        alarms: Vec::new(),
        times: times(),
    };
    let nearly = Evaluation {
        fidelity: fidelity([true, false, true, true], Ratio::new(9, 9), Ratio::new(5, 5), Some(0.9)),
        findings: Vec::new(),
        ..evaluation.clone()
    };
    let mut attempts = vec![attempt((2, 1), Some(evaluation)), attempt((2, 2), Some(nearly))];
    for attempt in &mut attempts {
        attempt.sessions[0].agent.blindness_enforced = false;
    }
    let refused =
        RevisionVerdict::Refused(vec!["no finding is about the spec: the candidate slipped".into()]);
    let hash = spec(2).hash;
    let nothing = Revision {
        from: hash.clone(),
        to: hash,
        changes: Vec::new(),
        diff: String::new(),
        verdict: refused,
        by: ghostlib_model::Reviser::Mechanical,
        reviewed: false,
    };
    IterationSummary {
        attempts,
        attribution: Some(attribution::second(&broken)),
        revisions: vec![nothing],
        ..iteration(2, Purpose::Explore)
    }
}

fn third() -> IterationSummary {
    let evaluation = Evaluation {
        fidelity: fidelity([true; 4], Ratio::new(9, 9), Ratio::new(5, 5), Some(0.998)),
        findings: Vec::new(),
        vectors: vec![
            vector_result("split/one", VectorOutcome::Passed),
            vector_result("split/comment", VectorOutcome::Passed),
        ],
        functions: vec![split_agreement(998, false)],
        code: CodeCoverage::default(),
        waivers: Vec::new(),
        alarms: Vec::new(),
        times: times(),
    };
    IterationSummary {
        attempts: vec![attempt((3, 1), Some(evaluation))],
        attribution: Some(attribution::third()),
        ..iteration(3, Purpose::Confirm)
    }
}

fn iteration(n: u32, purpose: Purpose) -> IterationSummary {
    IterationSummary { seconds: 14.2, ..IterationSummary::new(n, purpose, spec(n), Vec::new()) }
}

fn attempt((iteration, n): (u32, u32), evaluation: Option<Evaluation>) -> AttemptSummary {
    AttemptSummary {
        attempt: n,
        sessions: vec![SessionSummary {
            id: SessionId::new(format!("implement-{iteration}-{n}")),
            agent: AgentStamp::named("recorded-agent", true),
            end: SessionEnd::Done,
            candidate: Some(candidate(n)),
            policy: None,
            usage: None,
            seconds: 9.5,
        }],
        evaluation: evaluation.map(Arc::new),
        evaluation_seconds: 3.71,
        environment: Some(Environment { toolchain: "rustc 1.95.0".into(), sandbox: "landlock".into() }),
    }
}
