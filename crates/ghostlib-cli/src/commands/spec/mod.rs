mod diff;
mod draw;

use crate::error::{CliError, Verdict};
use clap::{Args, Subcommand};

/// Compare states of a spec.
#[derive(Args)]
pub(crate) struct SpecArgs {
    #[command(subcommand)]
    command: SpecCommand,
}

#[derive(Subcommand)]
enum SpecCommand {
    Diff(diff::DiffArgs),
}

pub(crate) fn spec(args: &SpecArgs, json: bool) -> Result<Verdict, CliError> {
    match &args.command {
        SpecCommand::Diff(args) => diff::diff(args, json),
    }
}
