use crate::agents::{self, Chosen, Wanted, Workplace};
use crate::args::{AgentArgs, SandboxChoice, dollars};
use crate::beside;
use crate::console::{GOOD, link, say, say_json, styled, warn};
use crate::environment::{canaries, current_dir, sandbox, toolchain};
use crate::error::{CliError, Verdict};
use crate::narrate::Narrator;
use crate::prompts::prompts;
use crate::reviewer::AtTerminal;
use crate::settings::Settings;
use crate::telling::{log_into, no_log};
use crate::tmux::Tmux;
use clap::Args;
use ghostlib_agent::{Agent, Prompts};
use ghostlib_model::{Event, RunBudget, RunEnd, RunOptions, Shown};
use ghostlib_run::store::{LOCKFILE, Project, write_file};
use ghostlib_run::{Engine, LoadedSpec, Notice, Outcome, Reviewer, Worker};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most iterations where nothing else is said.
pub(crate) const MAX_ITERATIONS: u32 = 5;

/// Run the loop on a spec: rebuild it blind, compare with the reference, mend the spec, repeat until it passes.
#[derive(Args)]
pub(crate) struct RunArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    #[command(flatten)]
    options: LoopArgs,
    /// Look at each revision before it counts: accept it, edit it, or refuse it. Where there is no terminal to ask on, the
    /// run ends with exit code 4, and `ghostlib review` and `ghostlib resume` go on.
    #[arg(long)]
    review: bool,
    #[command(flatten)]
    after: AfterArgs,
}

/// What is done when a run has passed.
#[derive(Args)]
pub(crate) struct AfterArgs {
    /// Leave the spec as it is also when a revised one passes; the revised one stays in the run's folder.
    #[arg(long)]
    keep_spec: bool,
}

/// What a run is asked for.
#[derive(Args)]
pub(crate) struct LoopArgs {
    #[command(flatten)]
    agent: AgentArgs,
    #[command(flatten)]
    extent: ExtentArgs,
    /// Where candidates and agents run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
    /// The headline that passes, from 0 to 1.
    #[arg(long, default_value_t = 0.99)]
    target: f64,
    /// Generated inputs a function.
    #[arg(long, default_value_t = 1000)]
    cases: usize,
    /// The seed of the generated inputs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The share of the vectors in vector files that implementers do not see, from 0 to 1. Which they are follows from
    /// the seed.
    #[arg(long, value_name = "SHARE", default_value_t = 0.3)]
    hidden: f64,
}

/// How far a run goes.
#[derive(Args)]
pub(crate) struct ExtentArgs {
    /// The most iterations in which not every attempt passes [default: 5].
    #[arg(long, value_name = "N")]
    max_iterations: Option<u32>,
    /// How many attempts an iteration makes, each from nothing [default: 3].
    #[arg(long, value_name = "N")]
    samples: Option<u32>,
    /// How many fresh rebuilds must pass in the end; with 0, those of the iteration that passes are enough [default: as
    /// many as an iteration makes].
    #[arg(long, value_name = "N")]
    confirm: Option<u32>,
    /// How many sessions work at a time [default: 3].
    #[arg(long, value_name = "N")]
    parallel: Option<u32>,
    /// How many lines a reviser may add to the spec at a time [default: 20].
    #[arg(long, value_name = "LINES")]
    growth: Option<u32>,
    /// How long all sessions and evaluations of the run may take, one after the other, in seconds.
    #[arg(long, value_name = "SECONDS")]
    budget_seconds: Option<u64>,
    /// How many tokens all sessions of the run may use, in and out.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// What all sessions of the run may cost, in US dollars.
    #[arg(long, value_name = "USD", value_parser = dollars, allow_negative_numbers = true)]
    budget_usd: Option<f64>,
}

impl ExtentArgs {
    /// The options with what is given here in the place of what they say.
    pub(crate) fn over(&self, options: RunOptions) -> Result<RunOptions, CliError> {
        let budget = RunBudget {
            seconds: self.budget_seconds.or(options.budget.seconds),
            tokens: self.budget_tokens.or(options.budget.tokens),
            usd: self.budget_usd.or(options.budget.usd),
        };
        let options = RunOptions {
            max_iterations: self.max_iterations.unwrap_or(options.max_iterations),
            samples: self.samples.unwrap_or(options.samples),
            confirm: self.confirm.or(self.samples).unwrap_or(options.confirm),
            parallel: self.parallel.unwrap_or(options.parallel),
            growth: self.growth.unwrap_or(options.growth),
            budget,
            ..options
        };
        let at_least_one = [
            ("--max-iterations", options.max_iterations == 0),
            ("--samples", options.samples == 0),
            ("--parallel", options.parallel == 0),
            ("--cases", options.cases == 0),
        ];
        for (name, is_zero) in at_least_one {
            if is_zero {
                return Err(CliError::input(format!("{name} is 0; at least one is needed")));
            }
        }
        Ok(options)
    }
}

impl LoopArgs {
    /// Where candidates and agents run.
    pub(crate) fn sandbox(&self) -> SandboxChoice {
        self.sandbox
    }

    pub(crate) fn to_options(&self, settings: &Settings) -> Result<RunOptions, CliError> {
        for (name, share) in [("--target", self.target), ("--hidden", self.hidden)] {
            if !(0.0..=1.0).contains(&share) {
                return Err(CliError::input(format!("{name} is {share}; it goes from 0 to 1")));
            }
        }
        let run = settings.run();
        let agents =
            if self.agent.agents.is_empty() { vec!["auto".into()] } else { self.agent.agents.clone() };
        self.extent.over(RunOptions {
            agents,
            reviser: self.agent.reviser.clone().or_else(|| run.reviser.clone()),
            samples: run.samples,
            confirm: run.confirm.unwrap_or(run.samples),
            parallel: run.parallel,
            growth: run.growth,
            budget: run.budget,
            review: false,
            shown: Shown::Whole,
            model: self.agent.model.clone(),
            effort: self.agent.effort.clone(),
            session: self.agent.budget(settings.session()),
            sandbox: self.sandbox.name().into(),
            target: self.target,
            max_iterations: MAX_ITERATIONS,
            cases: self.cases,
            seed: self.seed,
            hidden: self.hidden,
        })
    }
}

pub(crate) async fn run(args: &RunArgs, json: bool) -> Result<Verdict, CliError> {
    let settings = Settings::load()?;
    let mut options = RunOptions { review: args.review, ..args.options.to_options(&settings)? };
    // A spec that cannot be used is told before anything is prepared for it.
    LoadedSpec::read(&args.spec)?.without_errors()?;
    let project = Project::at(current_dir()?);
    let watching = Watching { json, tmux: args.options.agent.tmux(&project)? };
    let engine = engine(&project, &mut options, args.options.sandbox, &settings, watching).await?;
    let outcome = engine.run(&args.spec, options).await?;
    finish(&project, &outcome, json)?;
    args.after.update_spec(&project, &outcome)?;
    Ok(verdict(&outcome))
}

/// How a run is watched.
pub(crate) struct Watching {
    /// Whether standard output is for JSON.
    pub(crate) json: bool,
    /// What shows sessions besides.
    pub(crate) tmux: Option<Tmux>,
}

/// What a run of these options takes. The options name the agent that was chosen.
pub(crate) async fn engine(
    project: &Project,
    options: &mut RunOptions,
    sandbox_choice: SandboxChoice,
    settings: &Settings,
    watching: Watching,
) -> Result<Engine, CliError> {
    let Watching { json, tmux } = watching;
    let engine = without_agents(project, sandbox_choice, settings, json).await?;
    let at = Workplace { project, sandbox: &engine.sandbox, toolchain: &engine.toolchain, settings };
    let (model, effort) = (options.model.clone(), options.effort.clone());
    let wanted =
        |agent: &String| Wanted { agent: agent.clone(), model: model.clone(), effort: effort.clone() };
    let mut workers = Vec::new();
    for name in &mut options.agents {
        let Chosen { agent, choice } = agents::choose(&wanted(name), &at).await?;
        let parallel = settings.agent(&choice).and_then(|agent| agent.parallel);
        *name = choice;
        workers.push(Worker { agent, parallel });
    }
    let reviser = match &mut options.reviser {
        None => None,
        Some(name) => {
            // The model of the implementers is not the reviser's.
            let wanted = Wanted { agent: name.clone(), ..Wanted::default() };
            let Chosen { agent, choice } = agents::choose(&wanted, &at).await?;
            *name = choice;
            Some(agent)
        }
    };
    for agent in workers.iter().map(|worker| &worker.agent).chain(&reviser) {
        check_budget(&**agent, options, settings)?;
    }
    let (narrator, observed) = (Narrator::new(json), project.clone());
    // Standard output is for JSON, or for whoever is asked.
    let reviewer = AtTerminal::find().filter(|_| options.review && !json);
    Ok(Engine {
        agents: workers,
        reviser,
        reviewer: reviewer.map(|one| Arc::new(one) as Arc<dyn Reviewer>),
        prompts: prompts(project)?,
        observer: Box::new(move |notice| {
            if let Notice::Recorded(event) = notice
                && let Event::RunStarted { run, .. } = &**event
            {
                log_into(&observed.log(run));
            }
            narrator.tell(notice);
            if let (Some(tmux), Notice::Session { session, .. }) = (&tmux, notice) {
                tmux.show(session);
            }
        }),
        ..engine
    })
}

/// An engine with nobody who implements: it says of runs what can be said without.
pub(crate) async fn without_agents(
    project: &Project,
    sandbox_choice: SandboxChoice,
    settings: &Settings,
    json: bool,
) -> Result<Engine, CliError> {
    let narrator = Narrator::new(json);
    Ok(Engine {
        project: project.clone(),
        agents: Vec::new(),
        reviser: None,
        reviewer: None,
        prompts: Prompts::default(),
        copy_thresholds: settings.copy_thresholds(),
        evaluate_budget: settings.evaluate_budget(),
        canaries: canaries(),
        sandbox: sandbox(sandbox_choice).await?,
        toolchain: toolchain().await?,
        observer: Box::new(move |notice| narrator.tell(notice)),
    })
}

/// A budget of money needs a price.
fn check_budget(agent: &dyn Agent, options: &RunOptions, settings: &Settings) -> Result<(), CliError> {
    let stamp = agent.stamp();
    let model = stamp.model.as_deref();
    let is_limited = options.session.usd.is_some() || options.budget.usd.is_some();
    if !is_limited || model.is_some_and(|model| settings.price(model).is_some()) {
        return Ok(());
    }
    let which =
        model.map_or_else(|| "the agent's own choice of a model".to_owned(), |model| format!("`{model}`"));
    Err(CliError::input(format!("a budget in US dollars needs a price, and that of {which} is unknown")).hint(
        "name the model, and put its price into ghostlib.toml: `[prices.\"MODEL\"]` with `input`, `cached` and `output`, \
         US dollars for a million tokens",
    ))
}

/// Writes lockfile and reports.
pub(crate) fn keep(project: &Project, outcome: &Outcome) -> Result<(), CliError> {
    no_log();
    let dir = project.run_dir(&outcome.run);
    write(&dir.join("report.html"), &beside::page(project, &outcome.run, &outcome.summary))?;
    write(&dir.join("report.md"), &ghostlib_report::markdown(&outcome.summary))?;
    if let Some(locked) = &outcome.lockfile {
        let text = locked.to_text().map_err(|error| CliError::environment(format!("{LOCKFILE}: {error}")))?;
        write(&project.root().join(LOCKFILE), &text)?;
    }
    Ok(())
}

/// [`keep`], and says where what is written is; with `json`, the state of the run.
pub(crate) fn finish(project: &Project, outcome: &Outcome, json: bool) -> Result<(), CliError> {
    keep(project, outcome)?;
    if json {
        say_json(&outcome.summary);
        return Ok(());
    }
    if outcome.lockfile.is_some() {
        say(format!("{}  {}", styled(GOOD, "lockfile"), link(&project.root().join(LOCKFILE))));
    }
    let html = project.run_dir(&outcome.run).join("report.html");
    say(format!("{}    {}", styled(GOOD, "report"), link(&html)));
    say(format!("{}      {}", styled(GOOD, "spec"), link(&outcome.spec_dir)));
    Ok(())
}

impl AfterArgs {
    /// Puts the spec that passed in the place of the one that the run began with, unless somebody changed
    /// that one in the meantime.
    pub(crate) fn update_spec(&self, project: &Project, outcome: &Outcome) -> Result<(), CliError> {
        let Some(began_with) = outcome.summary.spec.as_ref().filter(|_| !self.keep_spec) else {
            return Ok(());
        };
        let passed = LoadedSpec::read(&LoadedSpec::document_in(
            &outcome.spec_dir,
            Path::new(&outcome.summary.spec_path),
        ))?;
        let passed_hash = passed.stamp().hash;
        if outcome.lockfile.is_none() || passed_hash == began_with.hash {
            return Ok(());
        }
        let path = project.root().join(&outcome.summary.spec_path);
        if !path.exists() {
            // As after an import.
            warn(format!(
                "there is no spec at {}; the one that passed is in {}",
                path.display(),
                outcome.spec_dir.display()
            ));
            return Ok(());
        }
        let now = LoadedSpec::read(&path)?;
        let before_files: Vec<String> = now.sources.files().map(|file| file.path.clone()).collect();
        let now = now.stamp().hash;
        if now == passed_hash {
            return Ok(());
        }
        if now != began_with.hash {
            warn(format!(
                "{} was changed during the run and is left alone; the spec that passed is in {}",
                path.display(),
                outcome.spec_dir.display()
            ));
            return Ok(());
        }
        let dir = if path.is_dir() { &path } else { path.parent().unwrap_or(&path) };
        let foreign = passed.sources.files().find(|file| {
            let is_of_the_spec = before_files.contains(&file.path);
            !is_of_the_spec && dir.join(&file.path).exists()
        });
        if let Some(file) = foreign {
            warn(format!(
                "{} is there and is no part of the spec, so the spec is left alone; the one that passed is in {}",
                dir.join(&file.path).display(),
                outcome.spec_dir.display()
            ));
            return Ok(());
        }
        passed.write(dir)?;
        warn(format!("{} is now the spec that passed", path.display()));
        Ok(())
    }
}

pub(crate) fn verdict(outcome: &Outcome) -> Verdict {
    if let Some(dir) = &outcome.waits {
        let run = &outcome.run;
        warn(format!("a revision waits to be looked at: {}", dir.join("REVISION.patch").display()));
        warn(format!(
            "`ghostlib review accept {run}`, `ghostlib review refuse {run} --reason WHY`, or, after editing"
        ));
        warn(format!(
            "{}, `ghostlib review edit {run}`; then `ghostlib resume {run}`",
            dir.join("spec").display()
        ));
        return Verdict::Waits;
    }
    if outcome.summary.end == Some(RunEnd::Passed) { Verdict::Passed } else { Verdict::FellShort }
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    write_file(path, text.as_bytes())
        .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))
}
