use super::{Folders, Place};
use crate::console::{say, say_json};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_agent::{AgentError, EVENTS_FILE, Recording, Times, Trim, recording_name};
use ghostlib_run::store::write_file;
use serde_json::json;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Make recordings small and easy to compare; they play as before.
///
/// Long texts and outputs of tools keep their beginning and their end, reasoning goes, and times become whole seconds. The
/// candidate, the end and the objections stay as they are.
#[derive(Args)]
pub(super) struct TrimArgs {
    #[command(flatten)]
    folders: Folders,
    /// The most bytes of a text, of what a tool was given and of what came back; at least 96.
    #[arg(long, value_name = "BYTES", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(96..))]
    max_bytes: u32,
    /// Leave the times as they are.
    #[arg(long)]
    keep_times: bool,
    /// Write the trimmed recordings into this folder, and leave those that there are as they are.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

pub(super) fn trim(args: &TrimArgs, json: bool) -> Result<Verdict, CliError> {
    let max_bytes = usize::try_from(args.max_bytes).unwrap_or(usize::MAX);
    let times = if args.keep_times { Times::Kept } else { Times::Seconds };
    let trim = Trim { max_bytes, times };
    let mut told = Vec::new();
    for place in args.folders.recordings()? {
        let (n_before, n_after, written) = trim_one(&place, trim, args.into.as_deref())?;
        if !json {
            say(format!("{}: {n_before} bytes of events are {n_after} now", written.display()));
        }
        told.push(json!({
            "recording": place.dir.display().to_string(),
            "written": written.display().to_string(),
            "bytes_before": n_before,
            "bytes_after": n_after,
        }));
    }
    if json {
        say_json(&told);
    }
    Ok(Verdict::Passed)
}

/// The bytes of its events before and after, and where it was written.
fn trim_one(place: &Place, trim: Trim, into: Option<&Path>) -> Result<(usize, usize, PathBuf), CliError> {
    let name = recording_name(&place.given, &place.dir);
    let recording = Recording::read(&name, &place.dir).map_err(AgentError::from)?;
    let n_before = recording.trajectory.to_json_lines().len();
    let trimmed = recording.trimmed(trim);
    let events = trimmed.trajectory.to_json_lines();
    let written = if let Some(into) = into {
        write_new(&trimmed, &into.join(&name))?
    } else {
        let path = place.dir.join(EVENTS_FILE);
        write_file(&path, events.as_bytes()).map_err(at(&path))?;
        place.dir.clone()
    };
    Ok((n_before, events.len(), written))
}

/// Writes a recording where there is nothing yet, whole or not at all.
fn write_new(recording: &Recording, dir: &Path) -> Result<PathBuf, CliError> {
    if dir.exists() {
        return Err(CliError::input(format!("{} is there already", dir.display()))
            .hint("it is left as it is; name another folder"));
    }
    let files = recording.to_files().map_err(AgentError::from)?;
    let above = dir.parent().unwrap_or(Path::new("."));
    let partial = above.join(format!(".partial-{}", std::process::id()));
    let written = files.write(&partial).map_err(io::Error::from).and_then(|()| fs::rename(&partial, dir));
    if written.is_err() {
        let _not_more_than_was_made = fs::remove_dir_all(&partial);
    }
    written.map_err(at(dir))?;
    Ok(dir.to_owned())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CliError {
    move |error| CliError::environment(format!("{}: {error}", path.display()))
}
