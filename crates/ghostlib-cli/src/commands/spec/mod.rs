mod diff;
mod draw;
pub(super) mod slice;

use crate::error::{CliError, Verdict};
use clap::{Args, Subcommand};

/// Compare states of a spec, and cut one to a slice.
#[derive(Args)]
pub(crate) struct SpecArgs {
    #[command(subcommand)]
    command: SpecCommand,
}

#[derive(Subcommand)]
enum SpecCommand {
    Diff(diff::DiffArgs),
    Slice(slice::SliceArgs),
}

pub(crate) async fn spec(args: &SpecArgs, json: bool) -> Result<Verdict, CliError> {
    match &args.command {
        SpecCommand::Diff(args) => diff::diff(args, json),
        SpecCommand::Slice(args) => slice::slice(args, json).await,
    }
}
