use crate::console::{counted, say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_run::store::Project;
use serde_json::json;
use std::path::PathBuf;

/// Take over a run that `ghostlib export` has written, so that `status`, `report`, `recording` and `resume` work on it.
///
/// It keeps its number if that is free in this project, and gets the next one otherwise. Nothing that is there changes.
#[derive(Args)]
pub(crate) struct ImportArgs {
    /// The file.
    file: PathBuf,
}

pub(crate) fn import(args: &ImportArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    let imported = project.import(&args.file)?;
    drop(lock);
    let (run, was) = (&imported.run, &imported.was);
    if json {
        say_json(&json!({
            "run": run, "was": was, "sessions": imported.n_sessions, "candidates": imported.n_candidates,
        }));
        return Ok(Verdict::Passed);
    }
    let other = if run == was { String::new() } else { format!(", which was {was} where it was made") };
    say(format!(
        "{run}{other}: {}, {}; `ghostlib status {run}` shows it",
        counted(imported.n_sessions, "recording"),
        counted(imported.n_candidates, "candidate"),
    ));
    Ok(Verdict::Passed)
}
