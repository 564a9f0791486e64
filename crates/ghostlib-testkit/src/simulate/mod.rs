//! Runs the loop with a simulated implementer, of which it is known what it gets wrong and why.
//!
//! It has the reference with mutants in it. Some of them are rules: what the spec states of them, it does; what the
//! spec does not state, it gets wrong, and now and then something that is stated. So it is known of each finding who must
//! change, and of each run whether it could have converged.

mod done;
mod implementer;
mod rules;
mod table;
mod truth;

use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, listed};
use crate::say;
use crate::workplace::{Workplace, WorkplaceError};
use clap::Args;
use done::Done;
use ghostlib_agent::Prompts;
use ghostlib_diff::{CopyThresholds, ReadError};
use ghostlib_model::{RunBudget, RunOptions, SessionBudget, Shown};
use ghostlib_run::store::Project;
use ghostlib_run::{Engine, JudgeError, RunError, Worker};
use ghostlib_verify::rust::mutants::MutantsError;
use ghostlib_verify::{ReferenceError, Tools, VerifyError};
use implementer::{Lapses, Simulated};
use rules::Rules;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use table::{Row, markdown};
use truth::Truth;

/// Run the loop with an implementer that gets wrong what the spec does not state, and count what came of it.
#[derive(Args)]
pub(crate) struct SimulateArgs {
    /// A file that lists crates, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only the crate of this name.
    #[arg(long, value_name = "CRATE")]
    only: Option<String>,
    /// Runs a crate, each with its own seed.
    #[arg(long, default_value_t = 70)]
    runs: u64,
    /// The seed of the first run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many rules of the reference the spec does not state at first.
    #[arg(long, default_value_t = 6)]
    rules: usize,
    /// How often a session gets something wrong that is stated, from 0 to 1.
    #[arg(long, default_value_t = 0.1)]
    slips: f64,
    /// Attempts an iteration.
    #[arg(long, default_value_t = 3)]
    samples: u32,
    /// Generated inputs a function.
    #[arg(long, default_value_t = 60)]
    cases: usize,
    /// Where fetched crates, what is built and the figures of each run are kept: a run that is there is not made again.
    #[arg(long, value_name = "FOLDER", default_value = "target/simulate")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Fail if less of the runs that could converge did, from 0 to 1.
    #[arg(long, value_name = "SHARE")]
    min_converged: Option<f64>,
    /// Fail if less of the verdicts are right, from 0 to 1.
    #[arg(long, value_name = "SHARE")]
    min_right: Option<f64>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SimulateError {
    #[error(transparent)]
    List(#[from] FetchError),
    #[error(transparent)]
    Fetch(#[from] ReferenceError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Mutants(#[from] MutantsError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    #[error(transparent)]
    Page(#[from] PageError),
    #[error("{0} cannot be simulated: {1}")]
    Unfit(String, String),
}

pub(crate) fn simulate(args: &SimulateArgs) -> Result<ExitCode, SimulateError> {
    let runtime = tokio::runtime::Runtime::new().map_err(WorkplaceError::at(&args.cache))?;
    runtime.block_on(measure(args))
}

async fn measure(args: &SimulateArgs) -> Result<ExitCode, SimulateError> {
    let place = Workplace::at(&args.cache).await?;
    let mut rows = vec![];
    for published in listed(args.crates.as_deref(), include_str!("crates.txt"))? {
        if args.only.as_ref().is_none_or(|only| *only == published.name) {
            let row = Box::pin(runs_of(args, &place, &published)).await?;
            say(row.line());
            rows.push(row);
        }
    }
    let table = markdown(&rows);
    say(&table);
    if let Some(path) = &args.markdown {
        write_block(path, "simulate", &table)?;
    }
    let holds = |least: Option<f64>, share: Option<f64>| {
        least.is_none_or(|least| share.is_some_and(|share| share >= least))
    };
    let total: Row = rows.iter().fold(Row::default(), Row::plus);
    let is_good =
        holds(args.min_converged, total.converged.share()) && holds(args.min_right, total.right.share());
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All runs of one crate, in one project, so that equal candidates are built once.
async fn runs_of(
    args: &SimulateArgs,
    place: &Workplace,
    published: &Published,
) -> Result<Row, SimulateError> {
    let dir = place.cache.join(format!("{}-{}", published.name, published.version));
    let mut row = Row::named(published.to_string());
    let mut done = Done::open(&dir, &settings(args))?;
    let seeds: Vec<u64> = (args.seed..args.seed + args.runs).collect();
    row = seeds.iter().filter_map(|seed| done.row(*seed)).fold(row, Row::plus);
    let left: Vec<u64> = seeds.into_iter().filter(|seed| done.row(*seed).is_none()).collect();
    if left.is_empty() {
        return Ok(row);
    }
    let rules = Arc::new(Rules::of(place, published, &dir.join("rules")).await?);
    let project = Project::at(dir.join("project"));
    for seed in left {
        let chosen = rules.choose(args.rules, seed);
        let spec = rules.write_spec(&chosen, &project.root().join(format!("specs/{seed}")))?;
        let lapses = Lapses { seed, rate: args.slips };
        let agent = Simulated::new(Arc::clone(&rules), chosen.clone(), lapses);
        let sessions = agent.done();
        let engine = engine(place, &project, agent)?;
        let outcome = Box::pin(engine.run(&spec, options(args, seed))).await?;
        let truth = Truth::of(&rules, &chosen, &sessions, &outcome.summary).await?;
        say(format!("{published}, seed {seed}: {}", truth.line(&outcome.summary)));
        let figures = Row::of(&outcome.summary, &truth);
        row = row.plus(&figures);
        done.add(seed, figures)?;
    }
    Ok(row)
}

/// What the figures of a run depend on, besides the crate and the seed.
fn settings(args: &SimulateArgs) -> String {
    let SimulateArgs { rules, slips, samples, cases, .. } = args;
    format!("{rules} rules, {slips} slips, {samples} samples, {cases} cases")
}

fn engine(place: &Workplace, project: &Project, agent: Simulated) -> Result<Engine, SimulateError> {
    let Tools::Rust(toolchain) = &place.tools else {
        return Err(SimulateError::Unfit("it".into(), "there is no Rust toolchain".into()));
    };
    Ok(Engine {
        project: project.clone(),
        agents: vec![Worker { agent: Box::new(agent), parallel: None }],
        reviser: None,
        reviewer: None,
        prompts: Prompts::default(),
        copy_thresholds: CopyThresholds::default(),
        evaluate_budget: Duration::from_secs(3600),
        canaries: vec![],
        sandbox: Arc::clone(&place.sandbox),
        toolchain: toolchain.clone(),
        observer: Box::new(|_| {}),
    })
}

fn options(args: &SimulateArgs, seed: u64) -> RunOptions {
    RunOptions {
        agents: vec!["simulated".into()],
        reviser: None,
        samples: args.samples,
        confirm: args.samples,
        parallel: 1,
        growth: 0,
        budget: RunBudget::default(),
        review: false,
        shown: Shown::Whole,
        sandbox: "auto".into(),
        target: 1.0,
        max_iterations: 8,
        cases: args.cases,
        seed,
        hidden: 0.0,
        model: None,
        effort: None,
        session: SessionBudget::default(),
    }
}
