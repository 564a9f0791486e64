mod spec;

use crate::args::ReadingArgs;
use crate::console::{counted, say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_run::store::Project;
use serde_json::json;
use std::path::PathBuf;

/// Take over a run that `ghostlib export` has written, or write a spec of another format as a native one.
///
/// What is at the path tells the two apart. A run keeps its number if that is free in this project, and gets the next one
/// otherwise; `status`, `report`, `recording` and `resume` work on it. A spec, of OpenSpec, spec-kit, a ghost library such as
/// whenwords, or any other format that `parse` reads, gets front matter and ids, and says what it said. Nothing that is there
/// changes.
#[derive(Args)]
pub(crate) struct ImportArgs {
    /// The file of a run; or the document of a spec, or its folder.
    path: PathBuf,
    /// The folder for the native spec; `specs/NAME` if it is not given.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// What the spec's library is called; its title, or its folder, gives it a name otherwise.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(crate) fn import(args: &ImportArgs, json: bool) -> Result<Verdict, CliError> {
    match spec::find(args)? {
        Some(found) => spec::import(args, found, json),
        None if spec::is_compressed(&args.path) => import_run(args, json),
        None => import_run(args, json).map_err(|error| {
            error.hint("a spec of another format is imported if something in it says what must hold")
        }),
    }
}

fn import_run(args: &ImportArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    let imported = project.import(&args.path)?;
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
