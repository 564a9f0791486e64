//! What the engine costs beside the work that it has done: `cargo bench -p ghostlib-run --bench attempts [-- N]`.
//!
//! Recorded sessions are played back and their candidates evaluated: one after the other with nothing around them, and
//! then N in one run, 1,000 unless told. The processor time is that of ghostlib alone, without what it starts.

mod own_time;

use ghostlib_agent::{
    Agent, Assignment, FileTree, Pace, Prompts, Recording, ReplayAgent, Session, Trajectory, TrajectoryEvent,
    TrajectoryLine,
};
use ghostlib_diff::CopyThresholds;
use ghostlib_model::{
    AgentStamp, IterationSummary, Role, RunBudget, RunOptions, SessionBudget, SessionEnd, SessionId,
    Sha256Hex, Shown,
};
use ghostlib_run::store::Project;
use ghostlib_run::{Candidate, Engine, Judge, JudgeOptions, JudgePlaces, JudgeTools, LoadedSpec, Worker};
use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox, launcher};
use ghostlib_verify::rust::Toolchain;
use ghostlib_verify::{Differential, Tools};
use own_time::own_time;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use walkdir::WalkDir;

const LAUNCH: &str = "__launch";
const CASES: usize = 20;
/// Events of a session, each with so many bytes.
const N_EVENTS: u64 = 200;
const EVENT_BYTES: usize = 1000;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    if arguments.nth(1).is_some_and(|first| first == LAUNCH) {
        return launcher::main(arguments);
    }
    let n = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1000);
    let measured = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(n)));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(n: u32) -> Result<()> {
    let place = Place::new().await?;
    // What is built once, and kept for all that follow.
    place.bare(2).await?;
    let tenth = (n / 10).max(2);
    let mut rows = Vec::new();
    rows.push((format!("{tenth} without the engine"), tenth, Box::pin(Used::by(place.bare(tenth))).await?));
    rows.push((format!("{tenth} in a run"), tenth, Box::pin(Used::by(place.run(tenth))).await?));
    rows.push((format!("{n} in a run"), n, Box::pin(Used::by(place.run(n))).await?));
    rows.push((format!("{tenth} without the engine"), tenth, Box::pin(Used::by(place.bare(tenth))).await?));
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| attempts | wall time an attempt | processor time of ghostlib an attempt | peak memory |"
    )?;
    writeln!(out, "|---|--:|--:|--:|")?;
    for (what, n, used) in rows {
        let each = |time: Duration| time.as_secs_f64() * 1000.0 / f64::from(n);
        let (wall, own) = (each(used.wall), each(used.own));
        writeln!(out, "| {what} | {wall:.1} ms | {own:.1} ms | {} MiB |", used.peak_kib >> 10)?;
    }
    Ok(())
}

/// What something took.
struct Used {
    wall: Duration,
    own: Duration,
    peak_kib: u64,
}

impl Used {
    async fn by(work: impl Future<Output = Result<()>>) -> Result<Self> {
        // The peak is counted from here on.
        fs::write("/proc/self/clear_refs", "5")?;
        let (began, before) = (Instant::now(), own_time()?);
        work.await?;
        Ok(Self { wall: began.elapsed(), own: own_time()?.saturating_sub(before), peak_kib: peak_kib()? })
    }
}

fn peak_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// A project with the spec `level`, and recorded sessions that rebuilt it well and badly in turn.
struct Place {
    dir: tempfile::TempDir,
    recordings: Vec<Recording>,
    loaded: LoadedSpec,
    seen: Sha256Hex,
    sandbox: Arc<Sandbox>,
    toolchain: Toolchain,
}

impl Place {
    async fn new() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        fixture(&fixtures.join("references/level")).write(&dir.path().join("reference"))?;
        fixture(&fixtures.join("specs/level")).write(&dir.path().join("specs/level"))?;
        let loaded = LoadedSpec::read(&dir.path().join("specs/level"))?;
        let seen = loaded.seen().hash;
        let recordings = ["level-good", "level-silent"].map(|name| {
            let tree = fixture(&fixtures.join("candidates").join(name));
            let recording = Recording::new(&session(), Role::Implementer, &seen, "", tree);
            Recording { name: name.into(), ..recording }
        });
        let launcher = Launcher::new(std::env::current_exe()?, [LAUNCH]);
        let path = std::env::var_os("PATH");
        let sandbox = Sandbox::new(BackendChoice::Auto, launcher, path.as_deref()).await?;
        let toolchain = Toolchain::find(dir.path()).await?;
        let sandbox = Arc::new(sandbox);
        Ok(Self { dir, recordings: recordings.to_vec(), loaded, seen, sandbox, toolchain })
    }

    fn project(&self) -> Project {
        Project::at(self.dir.path())
    }

    fn agent(&self) -> ReplayAgent {
        ReplayAgent::new(self.recordings.clone(), Pace::Fast)
    }

    /// Sessions and evaluations, one after the other.
    async fn bare(&self, n: u32) -> Result<()> {
        let (agent, project, options) = (self.agent(), self.project(), judge_options());
        let tools = Tools::Rust(self.toolchain.clone());
        let tools = JudgeTools { reference: tools.clone(), candidate: tools };
        let base = self.dir.path().join("specs/level");
        let places = JudgePlaces { base, cache: project.references(), scratch: project.reference_build() };
        let judge = Judge::prepare(Arc::clone(&self.sandbox), tools, &self.loaded.spec, places).await?;
        let ready = judge.ready(&self.loaded, &options).await?;
        for number in 0..n as usize {
            let assignment = self.assignment(number);
            let mut session = agent.work(&assignment, &|_| {}).await?;
            let tree = session.take_over(&assignment.workspace);
            let recording = Recording::new(&session, Role::Implementer, &self.seen, "", tree.clone());
            let hash = number % self.recordings.len();
            let [dir, scratch] = project.lay_out(&tree, &format!("bare-{hash}"))?;
            let record = recording.to_files()?;
            let candidate = Candidate { dir: &dir, scratch: &scratch, record: &record };
            judge.evaluate(&self.loaded, &ready, candidate, &options).await?;
        }
        Ok(())
    }

    fn assignment(&self, number: usize) -> Assignment {
        Assignment {
            session: SessionId::new(format!("bare-{number}")),
            role: Role::Implementer,
            workspace: self.dir.path().join("bare").join(number.to_string()),
            prompt: String::new(),
            spec: self.seen.clone(),
            n_before: number,
            cargo_home: None,
            budget: SessionBudget::default(),
        }
    }

    /// The same in one iteration of a run.
    async fn run(&self, n: u32) -> Result<()> {
        let judge = judge_options();
        let engine = Engine {
            project: self.project(),
            agents: vec![Worker { agent: Box::new(self.agent()), parallel: None }],
            reviser: None,
            reviewer: None,
            prompts: Prompts::default(),
            copy_thresholds: judge.copy,
            evaluate_budget: judge.budget,
            canaries: judge.canaries,
            sandbox: Arc::clone(&self.sandbox),
            toolchain: self.toolchain.clone(),
            observer: Box::new(|_| {}),
        };
        let outcome = engine.run(&self.dir.path().join("specs/level"), options(n)).await?;
        let n_measured = outcome.summary.iterations.iter().flat_map(IterationSummary::evaluations).count();
        if n_measured == n as usize {
            Ok(())
        } else {
            Err(format!("{n_measured} of {n} were measured").into())
        }
    }
}

fn judge_options() -> JudgeOptions {
    JudgeOptions {
        differential: Differential { cases: CASES, seed: 1, max_differences: 8 },
        build_wall: Duration::from_secs(600),
        copy: CopyThresholds::default(),
        budget: Duration::from_secs(60),
        canaries: Vec::new(),
    }
}

fn session() -> Session {
    let event = |n: u64| TrajectoryLine {
        at_ms: n,
        event: TrajectoryEvent::ToolCall {
            tool: "write_file".into(),
            input: "x".repeat(EVENT_BYTES / 2),
            output: Some("y".repeat(EVENT_BYTES / 2)),
            failed: false,
        },
    };
    let agent = AgentStamp::named("a recorded agent", true);
    let trajectory = Trajectory { lines: (0..N_EVENTS).map(event).collect() };
    Session { end: SessionEnd::Done, agent, trajectory, policy: None, usage: None }
}

/// A folder of `fixtures/`, whose manifests have another name there.
fn fixture(dir: &Path) -> FileTree {
    let files = WalkDir::new(dir).into_iter().filter_map(std::result::Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let path: PathBuf = entry.path().strip_prefix(dir).ok()?.into();
        let path = path.to_str()?.replace("Cargo_fixture.toml", "Cargo.toml");
        Some((path, fs::read(entry.path()).ok()?))
    });
    FileTree::from_files(files)
}

fn options(samples: u32) -> RunOptions {
    RunOptions {
        agents: vec!["replay:bench".into()],
        reviser: None,
        samples,
        confirm: 0,
        parallel: 3,
        growth: 0,
        budget: RunBudget::default(),
        shown: Shown::Whole,
        review: false,
        sandbox: "auto".into(),
        target: 0.99,
        max_iterations: 1,
        cases: CASES,
        seed: 1,
        hidden: 0.0,
        model: None,
        effort: None,
        session: SessionBudget::default(),
    }
}
