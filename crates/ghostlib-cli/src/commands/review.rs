use super::run::without_agents;
use crate::args::SandboxChoice;
use crate::console::{say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::narrate::recorded;
use crate::reviewer::show;
use crate::settings::Settings;
use clap::{Args, Subcommand};
use ghostlib_run::Opinion;
use ghostlib_run::store::Project;
use serde_json::json;

/// Say what is to become of the revision that a run waits with: see `run --review`.
///
/// `ghostlib resume` goes on after that.
#[derive(Args)]
pub(crate) struct ReviewArgs {
    #[command(subcommand)]
    action: Action,
    /// Where the reference runs, if something was edited.
    #[arg(long, value_enum, default_value_t, global = true)]
    sandbox: SandboxChoice,
}

#[derive(Subcommand)]
enum Action {
    /// Show the findings that it answers, and the patch.
    Show {
        /// The run, such as `r1`; the newest one if it is not given.
        run: Option<String>,
    },
    /// Let it into the spec.
    Accept {
        /// The run, such as `r1`; the newest one if it is not given.
        run: Option<String>,
    },
    /// Let into the spec what stands in `spec/` of its folder now, if the guard lets it through.
    Edit {
        /// The run, such as `r1`; the newest one if it is not given.
        run: Option<String>,
    },
    /// Leave the spec as it was.
    Refuse {
        /// The run, such as `r1`; the newest one if it is not given.
        run: Option<String>,
        /// Why. Who revises next is told.
        #[arg(long)]
        reason: String,
    },
}

pub(crate) async fn review(args: &ReviewArgs, json: bool) -> Result<Verdict, CliError> {
    let (run, opinion) = match &args.action {
        Action::Show { run } => (run, None),
        Action::Accept { run } => (run, Some(Opinion::Accept)),
        Action::Edit { run } => (run, Some(Opinion::Edit)),
        Action::Refuse { run, reason } => (run, Some(Opinion::Refuse(reason.clone()))),
    };
    let project = Project::at(current_dir()?);
    let run = project.find_run(run.as_deref())?;
    let engine = without_agents(&project, args.sandbox, &Settings::load()?, json).await?;
    let Some(opinion) = opinion else {
        let proposed = engine.proposed(&run)?;
        if json {
            say_json(&json!({
                "run": run, "iteration": proposed.iteration, "folder": proposed.dir, "patch": proposed.patch,
                "changes": proposed.changes, "findings": proposed.findings,
            }));
        } else {
            show(&proposed);
        }
        return Ok(Verdict::Passed);
    };
    let event = engine.review(&run, opinion).await?;
    if json {
        say_json(&event);
    } else {
        recorded(&event);
        say(format!("`ghostlib resume {run}` goes on"));
    }
    Ok(Verdict::Passed)
}
