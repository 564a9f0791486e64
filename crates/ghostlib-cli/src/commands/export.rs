use super::runs::size;
use crate::console::{counted, say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_run::store::Project;
use serde_json::json;
use std::path::PathBuf;

/// Write a run into one file, for another machine: its journal, specs, recordings and candidates.
///
/// `ghostlib import` takes it over there. What was kept out of the run is not in the file either; what is in the run is, and
/// that includes the trajectories of its sessions.
#[derive(Args)]
pub(crate) struct ExportArgs {
    /// The run, such as `r1`; the newest one if it is not given.
    run: Option<String>,
    /// The file to write; `ghostlib-RUN.tar.gz` in the current folder if it is not given.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

pub(crate) fn export(args: &ExportArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let run = project.find_run(args.run.as_deref())?;
    let file = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("ghostlib-{run}.tar.gz")));
    let exported = project.export(&run, &file)?;
    if json {
        say_json(&json!({
            "run": run, "file": file, "bytes": exported.bytes, "specs": exported.n_specs,
            "sessions": exported.n_sessions, "candidates": exported.n_candidates,
        }));
    } else {
        say(format!(
            "{run} is in {}: {}, {}, {}; {}",
            file.display(),
            counted(exported.n_specs, "spec"),
            counted(exported.n_sessions, "recording"),
            counted(exported.n_candidates, "candidate"),
            size(exported.bytes)
        ));
    }
    Ok(Verdict::Passed)
}
