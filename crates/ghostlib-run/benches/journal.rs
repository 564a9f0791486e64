//! What it costs to go on with a run of 100,000 events: `cargo bench -p ghostlib-run --bench journal`.
//!
//! The journal has iterations of 20 attempts, each with a session and an evaluation of some findings. It is read, every line
//! checked, the state derived, and what comes next found.

mod own_time;

use ghostlib_model::{
    AgentStamp, ApiDimension, ApiLevel, AttemptId, Attribution, BehaviourDimension, CandidateStamp,
    CodeCoverage, Environment, Evaluation, Event, Fidelity, Finding, Gate, GateResult, Priority, Purpose,
    Ratio, Reviser, Revision, RevisionVerdict, RunBudget, RunId, RunOptions, RunSummary, SandboxStamp,
    SessionBudget, SessionEnd, SessionId, Sha256Hex, Shown, SpecStamp, VectorsDimension,
};
use ghostlib_run::next_steps;
use ghostlib_run::store::Journal;
use own_time::own_time;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

const N_EVENTS: u32 = 100_000;
const N_ATTEMPTS: u32 = 20;
const N_READINGS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("journal.jsonl");
    let mut out = std::io::stdout().lock();
    let events = events();
    // A record is synced before it counts, which a hundred thousand of them in a row would take long for.
    write_journal(&path, &events)?;
    let mib = std::fs::metadata(&path)?.len() >> 20;
    writeln!(out, "{} events, {mib} MiB", events.len())?;
    for _ in 0..N_READINGS {
        let (began, before) = (Instant::now(), own_time()?);
        let (_journal, events) = Journal::open(&path)?;
        let read = began.elapsed();
        let summary = RunSummary::of(events);
        let steps = next_steps(&summary);
        let (whole, own) = (began.elapsed(), own_time()?.saturating_sub(before));
        let n = summary.iterations.len();
        writeln!(
            out,
            "resumed in {whole:.2?}, {read:.2?} of it for reading; {own:.2?} of processor time; {n} iterations, {} next",
            steps.len()
        )?;
    }
    Ok(())
}

fn write_journal(path: &std::path::Path, events: &[Event]) -> Result<(), Box<dyn Error>> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{{\"ghostlib-journal\":{}}}", ghostlib_run::store::JOURNAL_FORMAT)?;
    for (n, event) in (1..).zip(events) {
        let text = serde_json::to_string(event)?;
        let crc = crc32fast::hash(text.as_bytes());
        writeln!(file, "{{\"n\":{n},\"crc\":\"{crc:08x}\",\"event\":{text}}}")?;
    }
    Ok(file.flush()?)
}

fn events() -> Vec<Event> {
    let mut events = vec![started()];
    let mut iteration = 0;
    while events.len() < N_EVENTS as usize {
        iteration += 1;
        let spec = spec(iteration);
        events.push(Event::IterationStarted { iteration, purpose: Purpose::Explore, spec, dropped: vec![] });
        for attempt in 1..=N_ATTEMPTS {
            let id = AttemptId { iteration, attempt };
            events.push(session(id));
            events.push(evaluated(id));
        }
        let attribution = Box::new(Attribution::default());
        events.push(Event::Attributed { iteration, attribution, seconds: 1.0 });
        events.push(Event::Revised { iteration, revision: Box::new(revision(iteration)) });
    }
    events.truncate(N_EVENTS as usize);
    events
}

fn hash(n: u32) -> Sha256Hex {
    Sha256Hex::of(&n.to_le_bytes())
}

fn spec(n: u32) -> SpecStamp {
    let (name, version) = ("bench".into(), "1.0.0".into());
    SpecStamp { name, version, hash: hash(n), bytes: 9, n_requirements: 9, n_vectors: 9, n_api_items: 9 }
}

fn started() -> Event {
    let options = RunOptions {
        agents: vec!["replay:bench".into()],
        reviser: None,
        samples: N_ATTEMPTS,
        confirm: 0,
        parallel: 1,
        growth: 0,
        review: false,
        budget: RunBudget::default(),
        shown: Shown::Whole,
        sandbox: "auto".into(),
        target: 1.0,
        max_iterations: u32::MAX,
        cases: 1,
        seed: 1,
        hidden: 0.0,
        model: None,
        effort: None,
        session: SessionBudget::default(),
    };
    let sandbox =
        SandboxStamp { backend: "landlock".into(), enforces: vec![], lacks: vec![], required: vec![] };
    Event::RunStarted {
        run: RunId::new("r1"),
        spec_path: "specs/bench".into(),
        spec: spec(1),
        agents: vec![AgentStamp::named("replay", true)],
        sandbox,
        options: Box::new(options),
    }
}

fn session(attempt: AttemptId) -> Event {
    let commit = hash(attempt.attempt).as_str()[..40].to_owned();
    let candidate = CandidateStamp { commit: commit.clone(), tree: commit, n_files: 6, code_lines: 400 };
    Event::SessionEnded {
        attempt,
        session: SessionId::new(format!("r1-{}-{}", attempt.iteration, attempt.attempt)),
        agent: AgentStamp::named("a recorded agent", true),
        end: SessionEnd::Done,
        candidate: Some(candidate),
        policy: None,
        usage: None,
        seconds: 60.0,
    }
}

fn evaluated(attempt: AttemptId) -> Event {
    let level = ApiLevel { recall: Ratio::new(9, 9), precision: Ratio::new(9, 9) };
    let finding =
        |n: u32| Finding::new("behaviour-differs", Priority::P2, format!("f {n}"), "the reference gives 1");
    let evaluation = Evaluation {
        fidelity: Fidelity {
            gates: Gate::ALL.map(|gate| GateResult { gate, passed: true, n_findings: 0 }).to_vec(),
            vectors: VectorsDimension { all: Ratio::new(9, 9), hidden: Ratio::default() },
            api: ApiDimension { path: level, signature: level, trait_impl: level },
            behaviour: BehaviourDimension { agreement: Some(0.9), accepted: Ratio::new(9, 9) },
            coverage: Ratio::new(9, 9),
        },
        findings: (0..3).map(finding).collect(),
        vectors: vec![],
        functions: vec![],
        code: CodeCoverage::default(),
        waivers: Vec::new(),
        alarms: vec![],
        times: vec![],
    };
    let environment = Environment { toolchain: "rustc 1.95.0".into(), sandbox: "landlock".into() };
    Event::Evaluated { attempt, evaluation: Arc::new(evaluation), environment, seconds: 1.0 }
}

fn revision(iteration: u32) -> Revision {
    Revision {
        from: hash(iteration),
        to: hash(iteration + 1),
        changes: vec![],
        diff: String::new(),
        verdict: RevisionVerdict::Accepted,
        by: Reviser::Mechanical,
        reviewed: false,
    }
}
