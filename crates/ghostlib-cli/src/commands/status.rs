use crate::console::{BOLD, say, say_json, styled};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::narrate::{doing, headline, verdicts};
use clap::Args;
use ghostlib_model::{IterationSummary, Purpose, RunSummary};
use ghostlib_run::next_steps;
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
    let summary = RunSummary::of(Journal::read(&project.journal(&run))?);
    if json {
        say_json(&summary);
        return Ok(Verdict::Passed);
    }
    let spec = summary.spec.as_ref().map_or("?", |spec| spec.name.as_str());
    let agents: Vec<&str> = summary.agents.iter().map(|agent| agent.name.as_str()).collect();
    say(format!("{} {run}: spec {spec}, by {}", styled(BOLD, "run"), agents.join(", ")));
    summary.iterations.iter().for_each(print_iteration);
    if let Some(end) = &summary.end {
        say(format!("ended: {end}"));
    } else {
        let next: Vec<String> = next_steps(&summary).iter().map(doing).collect();
        say(format!("next: {}; `ghostlib resume` goes on if nothing is running", next.join(", ")));
    }
    Ok(Verdict::Passed)
}

fn print_iteration(iteration: &IterationSummary) {
    let purpose = match iteration.purpose {
        Purpose::Explore => "",
        Purpose::Confirm => ", fresh rebuilds",
    };
    let changes = iteration.revisions.iter().map(|one| one.changes.len()).sum::<usize>();
    let revised = if iteration.revisions.is_empty() {
        String::new()
    } else {
        format!("; {changes} changes of the spec")
    };
    say(format!("  iteration {}{purpose}{revised}", iteration.iteration));
    for attempt in &iteration.attempts {
        let ended = attempt.session().map_or_else(String::new, |session| session.end.to_string());
        let measured =
            attempt.evaluation.as_ref().map_or_else(String::new, |one| format!("; {}", headline(one)));
        say(format!("    attempt {}: {ended}{measured}", attempt.attempt));
    }
    if let Some(attribution) = &iteration.attribution {
        say(format!("    {}", verdicts(attribution)));
    }
}
