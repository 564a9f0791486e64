use crate::console::{DIM, say, say_json, styled, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_model::{RunId, RunSummary, Sha256Hex};
use ghostlib_run::store::{Journal, Project};
use serde_json::{Value, json};

/// List the runs of the project, the newest last.
#[derive(Args)]
pub(crate) struct RunsArgs {}

pub(crate) fn runs(_: &RunsArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let mut told = Vec::new();
    for run in project.runs()? {
        match Journal::read(&project.journal(&run)) {
            Ok(events) => told.push((run.clone(), RunSummary::of(events), project.run_bytes(&run))),
            // One broken run does not hide the others.
            Err(error) => warn(format!("{run}: {error}")),
        }
    }
    if json {
        say_json(&told.iter().map(|(run, summary, bytes)| as_json(run, summary, *bytes)).collect::<Vec<_>>());
    } else if told.is_empty() {
        say(styled(DIM, "there is no run yet; `ghostlib run SPEC` makes one"));
    } else {
        for (run, summary, bytes) in &told {
            say(line(run, summary, *bytes));
        }
    }
    Ok(Verdict::Passed)
}

fn as_json(run: &RunId, summary: &RunSummary, bytes: u64) -> Value {
    json!({
        "run": run,
        "spec": summary.spec.as_ref().map(|spec| &spec.name),
        "agents": summary.agents.iter().map(|agent| &agent.name).collect::<Vec<_>>(),
        "iterations": summary.iterations.len(),
        "end": summary.end,
        "best": summary.best,
        "bytes": bytes,
    })
}

fn line(run: &RunId, summary: &RunSummary, bytes: u64) -> String {
    let spec = summary.spec.as_ref();
    let name = spec.map_or("?", |spec| spec.name.as_str());
    let hash = spec.map_or("", |spec| Sha256Hex::short(&spec.hash));
    let agents: Vec<&str> = summary.agents.iter().map(|agent| agent.name.as_str()).collect();
    let shown = summary.options.as_ref().map(|options| &options.shown).filter(|shown| !shown.is_whole());
    let shown = shown.map_or_else(String::new, |shown| format!(", from {shown}"));
    let end = summary.end.as_ref().map_or_else(|| "not ended".to_owned(), ToString::to_string);
    let n = summary.iterations.len();
    format!("{run}  {name} {hash}{shown}, by {}: {end}; {n} iterations, {}", agents.join(", "), size(bytes))
}

/// Bytes as people say them.
#[expect(clippy::cast_precision_loss, reason = "a size for people")]
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut units = UNITS.into_iter();
    let mut unit = units.next().unwrap_or_default();
    while value >= 1024.0 {
        let Some(next) = units.next() else { break };
        value /= 1024.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_in_the_unit_that_fits() {
        assert_eq!([0, 1023, 1024, 1_572_864].map(size), ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 MiB"]);
    }
}
