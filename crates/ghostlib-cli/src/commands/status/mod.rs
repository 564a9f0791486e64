mod watch;

use crate::console::{BOLD, say, say_json, styled, visible};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::narrate::{doing, headline, verdicts};
use clap::Args;
use ghostlib_model::{IterationSummary, Purpose, RunId, RunSummary};
use ghostlib_run::next_steps;
use ghostlib_run::store::{Journal, Project};

/// Show how far a run is.
#[derive(Args)]
pub(crate) struct StatusArgs {
    /// The run, such as `r1`; the newest one if it is not given.
    run: Option<String>,
    /// Go on showing it until it ends, or nobody works on it any more. On a terminal the state is drawn anew; elsewhere
    /// what happens is told as it is recorded, and with `--json` each event is a line, as in the journal.
    #[arg(long)]
    watch: bool,
}

pub(crate) async fn status(args: &StatusArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let run = project.find_run(args.run.as_deref())?;
    if args.watch {
        return watch::watch(&project, &run, json).await;
    }
    let summary = RunSummary::of(Journal::read(&project.journal(&run))?);
    if json {
        say_json(&summary);
        return Ok(Verdict::Passed);
    }
    state(&run, &summary).iter().for_each(say);
    if summary.end.is_none() {
        say(format!("{}; `ghostlib resume` goes on if nothing is running", next(&summary)));
    }
    Ok(Verdict::Passed)
}

/// What is recorded of a run, a line each.
fn state(run: &RunId, summary: &RunSummary) -> Vec<String> {
    let spec = summary.spec.as_ref().map_or("?", |spec| spec.name.as_str());
    let agents: Vec<&str> = summary.agents.iter().map(|agent| agent.name.as_str()).collect();
    let (spec, agents) = (visible(spec), visible(&agents.join(", ")));
    let mut lines = vec![format!("{} {run}: spec {spec}, by {agents}", styled(BOLD, "run"))];
    lines.extend(summary.imported.as_ref().map(|was| format!("imported from where it was {was}")));
    lines.extend(summary.iterations.iter().flat_map(iteration));
    lines.extend(summary.end.as_ref().map(|end| format!("ended: {}", visible(&end.to_string()))));
    lines
}

/// What can be done now.
fn next(summary: &RunSummary) -> String {
    let next: Vec<String> = next_steps(summary).iter().map(doing).collect();
    format!("next: {}", next.join(", "))
}

fn iteration(iteration: &IterationSummary) -> Vec<String> {
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
    let mut lines = vec![format!("  iteration {}{purpose}{revised}", iteration.iteration)];
    lines.extend(iteration.attempts.iter().map(|attempt| {
        let ended = attempt.session().map_or_else(String::new, |session| visible(&session.end.to_string()));
        let measured =
            attempt.evaluation.as_ref().map_or_else(String::new, |one| format!("; {}", headline(one)));
        format!("    attempt {}: {ended}{measured}", attempt.attempt)
    }));
    lines.extend(iteration.attribution.as_ref().map(|attribution| format!("    {}", verdicts(attribution))));
    lines
}
