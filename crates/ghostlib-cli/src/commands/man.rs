use super::written;
use crate::console::{counted, say};
use crate::error::{CliError, Verdict};
use crate::examples::command;
use clap::{Args, Command};
use clap_mangen::Man;
use ghostlib_spec::SourceFile;
use std::path::PathBuf;

/// Print the manual page, or write those of all commands into a folder.
#[derive(Args)]
pub(crate) struct ManArgs {
    /// The folder for the pages of all commands: `ghostlib.1`, `ghostlib-run.1` and so on. Those that are there are written anew.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

pub(crate) fn man(args: &ManArgs) -> Result<Verdict, CliError> {
    let mut command = command().disable_help_subcommand(true);
    command.build();
    let Some(dir) = &args.into else {
        let page = String::from_utf8_lossy(&rendered(command)?).into_owned();
        say(page.trim_end());
        return Ok(Verdict::Passed);
    };
    let mut pages = Vec::new();
    collect(command, &mut pages)?;
    written(dir, pages.iter())?;
    say(format!("wrote {} into {}", counted(pages.len(), "page"), dir.display()));
    Ok(Verdict::Passed)
}

/// The page of a command and those of its subcommands.
fn collect(command: Command, pages: &mut Vec<SourceFile>) -> Result<(), CliError> {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        collect(inner.clone(), pages)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    pages.push(SourceFile::new(format!("{name}.1"), rendered(command)?));
    Ok(())
}

fn rendered(command: Command) -> Result<Vec<u8>, CliError> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page).map_err(|error| CliError::environment(error.to_string()))?;
    Ok(page)
}
