use crate::console::{say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::prompts::{file, own, prompts};
use clap::{Args, Subcommand};
use ghostlib_agent::PromptName;
use ghostlib_run::store::{Project, write_file};
use serde_json::json;

/// The texts of the tasks that agents are given, and a project's own instead of them.
///
/// They are handlebars templates. A project's own stand in the folder `prompts` beside its `.ghostlib`.
#[derive(Args)]
pub(crate) struct PromptsArgs {
    #[command(subcommand)]
    command: PromptsCommand,
}

#[derive(Subcommand)]
enum PromptsCommand {
    /// List the prompts, where each comes from, and its hash.
    List,
    /// Print a prompt's template.
    Show {
        /// `implementer`, `reviser`, `author` or `differ`.
        name: PromptName,
        /// The text that ghostlib has, also where the project has its own.
        #[arg(long)]
        standard: bool,
    },
    /// Write templates into the project, to be changed there.
    Eject {
        /// Which; all, where none is named.
        names: Vec<PromptName>,
        /// Write over texts that the project has already.
        #[arg(long)]
        force: bool,
    },
}

pub(crate) fn prompts_command(args: &PromptsArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    match &args.command {
        PromptsCommand::List => list(&project, json)?,
        PromptsCommand::Show { name, standard: true } => print(name.standard()),
        PromptsCommand::Show { name, .. } => print(prompts(&project)?.text(*name)),
        PromptsCommand::Eject { names, .. } if names.is_empty() => eject(&project, &PromptName::ALL, args)?,
        PromptsCommand::Eject { names, .. } => eject(&project, names, args)?,
    }
    Ok(Verdict::Passed)
}

fn print(text: &str) {
    say(text.trim_end());
}

fn list(project: &Project, json: bool) -> Result<(), CliError> {
    let all = prompts(project)?;
    let mut entries = Vec::new();
    for name in PromptName::ALL {
        let from = match own(project, name)? {
            Some(_) => file(project, name).display().to_string(),
            None => "ghostlib".to_owned(),
        };
        entries.push((name, all.hash(name), from));
    }
    if json {
        let entry = |(name, hash, from): &(PromptName, _, String)| json!({ "name": name.name(), "hash": hash, "from": from, "variables": name.variables() });
        say_json(&entries.iter().map(entry).collect::<Vec<_>>());
        return Ok(());
    }
    for (name, hash, from) in entries {
        say(format!("{name:<12} {}  {from}", hash.short()));
    }
    Ok(())
}

fn eject(project: &Project, names: &[PromptName], args: &PromptsArgs) -> Result<(), CliError> {
    let is_forced = matches!(args.command, PromptsCommand::Eject { force: true, .. });
    for name in names {
        let path = file(project, *name);
        if own(project, *name)?.is_some() && !is_forced {
            return Err(CliError::input(format!("{} is there already", path.display()))
                .hint("it is left as it is; `--force` writes over it"));
        }
    }
    for name in names {
        let path = file(project, *name);
        write_file(&path, name.standard().as_bytes())
            .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
        say(path.display());
    }
    Ok(())
}
