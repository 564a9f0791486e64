use crate::console::say;
use crate::error::{CliError, Verdict};
use crate::examples::command;
use clap::Args;
use clap_complete::{Shell, generate};

/// Print what makes a shell complete ghostlib's commands, options and names.
#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Verdict, CliError> {
    let mut script = Vec::new();
    generate(args.shell, &mut command(), "ghostlib", &mut script);
    let script = String::from_utf8(script).map_err(|error| CliError::environment(error.to_string()))?;
    say(script.trim_end());
    Ok(Verdict::Passed)
}
