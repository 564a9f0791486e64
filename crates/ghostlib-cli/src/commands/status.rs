use crate::console::{BOLD, say, say_json, styled};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::narrate::{doing, headline};
use clap::Args;
use ghostlib_model::{IterationSummary, RunSummary};
use ghostlib_run::next_step;
use ghostlib_run::store::{Journal, Project};

/// Show how far a run is.
#[derive(Args)]
pub(crate) struct StatusArgs {
    /// The run, such as `r1`; the newest one if it is not given.
    run: Option<String>,
}

pub(crate) fn status(args: &StatusArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let run = project.find_run(args.run.as_deref())?;
    let summary = RunSummary::of(&Journal::read(&project.journal(&run))?);
    if json {
        say_json(&summary);
        return Ok(Verdict::Passed);
    }
    let spec = summary.spec.as_ref().map_or("?", |spec| spec.name.as_str());
    let agent = summary.agent.as_ref().map_or("?", |agent| agent.name.as_str());
    say(format!("{} {run}: spec {spec}, agent {agent}", styled(BOLD, "run")));
    summary.iterations.iter().for_each(print_iteration);
    if let Some(end) = &summary.end {
        say(format!("ended: {end}"));
    } else {
        let next = doing(&next_step(&summary));
        say(format!("next: {next}; `ghostlib resume` goes on if nothing is running"));
    }
    Ok(Verdict::Passed)
}

fn print_iteration(iteration: &IterationSummary) {
    let session =
        iteration.session.as_ref().map_or_else(|| "under way".to_owned(), |session| session.end.to_string());
    let evaluated =
        iteration.evaluation.as_ref().map_or_else(String::new, |one| format!("; {}", headline(one)));
    let revised = iteration.revision.as_ref();
    let revised =
        revised.map_or_else(String::new, |one| format!("; {} changes of the spec", one.changes.len()));
    say(format!("  iteration {}: {session}{evaluated}{revised}", iteration.iteration));
}
