mod show;
mod trim;
mod verify;

use crate::agents::RECORDINGS_HINT;
use crate::error::{CliError, Verdict};
use clap::{Args, Subcommand};
use ghostlib_agent::{AgentError, recording_folders};
use std::path::PathBuf;

/// Recorded sessions: look through them, read them, make them small.
///
/// A recording is a folder with a `recording.toml`. `.ghostlib/runs/RUN/sessions/` holds those of a run.
#[derive(Args)]
pub(crate) struct RecordingArgs {
    #[command(subcommand)]
    command: RecordingCommand,
}

#[derive(Subcommand)]
enum RecordingCommand {
    Verify(verify::VerifyArgs),
    Show(show::ShowArgs),
    Trim(trim::TrimArgs),
}

pub(crate) fn recording(args: &RecordingArgs, json: bool) -> Result<Verdict, CliError> {
    match &args.command {
        RecordingCommand::Verify(args) => verify::verify(args, json),
        RecordingCommand::Show(args) => show::show(args, json),
        RecordingCommand::Trim(args) => trim::trim(args, json),
    }
}

/// Which recordings.
#[derive(Args)]
struct Folders {
    /// Recordings, or folders with recordings below them.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

impl Folders {
    /// Each recording with the folder that was given for it; none is a mistake.
    fn recordings(&self) -> Result<Vec<Place>, CliError> {
        let mut places = Vec::new();
        for given in &self.folders {
            if !given.is_dir() {
                let message = format!("there is no folder {}", given.display());
                return Err(CliError::input(message).hint(RECORDINGS_HINT));
            }
            let found = recording_folders(given).map_err(AgentError::from)?;
            if found.is_empty() {
                let message = format!("there are no recordings in {}", given.display());
                return Err(CliError::input(message).hint(RECORDINGS_HINT));
            }
            places.extend(found.into_iter().map(|dir| Place { given: given.clone(), dir }));
        }
        Ok(places)
    }
}

/// Where a recording is.
struct Place {
    /// The folder that it was found in.
    given: PathBuf,
    /// Its own folder.
    dir: PathBuf,
}
