use super::run::{AfterArgs, ExtentArgs, Watching, engine, finish, verdict};
use crate::args::{AgentArgs, SandboxChoice};
use crate::console::warn;
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use crate::telling::log_into;
use clap::{Args, ValueEnum};
use ghostlib_model::{RunEnd, RunOptions};
use ghostlib_run::Begun;
use ghostlib_run::store::Project;

/// Go on with a run that was interrupted, from the first step that is not done.
#[derive(Args)]
pub(crate) struct ResumeArgs {
    /// The run, such as `r1`; the newest one if it is not given.
    run: Option<String>,
    /// Who works from now on; as the run began where it is not given.
    #[command(flatten)]
    agent: AgentArgs,
    #[command(flatten)]
    extent: ExtentArgs,
    /// Where candidates and agents run from now on; as the run began if it is not given.
    #[arg(long, value_enum)]
    sandbox: Option<SandboxChoice>,
    #[command(flatten)]
    after: AfterArgs,
}

pub(crate) async fn resume(args: &ResumeArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let run = project.find_run(args.run.as_deref())?;
    let begun = Begun::open(&project, &run)?;
    log_into(&project.log(&run));
    let summary = &begun.summary;
    let options = summary.options.as_ref().ok_or_else(|| {
        CliError::input(format!("the run {run} ended before it began"))
            .hint("start a new one with `ghostlib run`")
    })?;
    if let Some(end) = &summary.end {
        warn(format!("the run {run} has ended already: {end}; nothing is done again"));
        // What a newer run wrote stays, and what ended elsewhere proves nothing here. The newest one's lock and reports may
        // still be missing.
        if project.find_run(None)? != run || summary.imported.is_some() {
            return Ok(if *end == RunEnd::Passed { Verdict::Passed } else { Verdict::FellShort });
        }
    }
    if let (Some(was), None, true) = (&summary.imported, &summary.end, args.agent.agents.is_empty()) {
        // What a file says is not started: it may be any program.
        return Err(CliError::input(format!(
            "the run {run} was imported (it was {was}), and nobody here is named to go on with it"
        ))
        .hint("say who works with `--agent`, and with `--reviser` if somebody is to revise"));
    }
    let began_with = SandboxChoice::from_str(&options.sandbox, false).unwrap_or_default();
    let is_new_agent = !args.agent.agents.is_empty();
    // A model is one of the agent that it was named for.
    let before = |value: &Option<String>| value.clone().filter(|_| !is_new_agent);
    let mut options = args.extent.over(RunOptions {
        agents: if is_new_agent { args.agent.agents.clone() } else { options.agents.clone() },
        reviser: args
            .agent
            .reviser
            .clone()
            .or_else(|| options.reviser.clone().filter(|_| summary.imported.is_none())),
        model: args.agent.model.clone().or_else(|| before(&options.model)),
        effort: args.agent.effort.clone().or_else(|| before(&options.effort)),
        session: args.agent.budget(options.session),
        ..options.clone()
    })?;
    let settings = Settings::load()?;
    let sandbox = args.sandbox.unwrap_or(began_with);
    let watching = Watching { json, tmux: args.agent.tmux(&project)? };
    let engine = engine(&project, &mut options, sandbox, &settings, watching).await?;
    let outcome = engine.resume(begun, options).await?;
    finish(&project, &outcome, json)?;
    args.after.update_spec(&project, &outcome)?;
    Ok(verdict(&outcome))
}
