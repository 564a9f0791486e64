//! What the commands that have vendored code written have in common.

mod cargo;
mod proving;
mod trust;

pub(super) use cargo::CargoWorkspace;
pub(super) use proving::{Proving, Task};
pub(super) use trust::is_trusted;

use crate::args::{AgentArgs, SandboxChoice};
use crate::commands::measuring::share;
use crate::commands::run::Watching;
use crate::console::{counted, say};
use crate::error::CliError;
use crate::settings::Settings;
use crate::wire::vendored::AttemptJson;
use clap::Args;
use ghostlib_model::{RunBudget, RunOptions, Shown};
use ghostlib_run::LoadedSpec;
use ghostlib_run::store::Project;
use std::fs;
use std::path::PathBuf;

/// How code is written and measured.
#[derive(Args)]
#[command(mut_arg("reviser", |arg| arg.hide(true)))]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    agent: AgentArgs,
    /// How many rebuilds are made at most; the first that passes is taken [default: `run.samples` of the settings, 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    samples: Option<u32>,
    /// Compare with the reference too that the spec names: its API, and its answers to generated inputs. It is fetched.
    #[arg(long)]
    pub(super) reference: bool,
    /// The headline that passes where the reference is compared with, from 0 to 1.
    #[arg(long, default_value_t = 0.99, value_parser = share)]
    pub(super) target: f64,
    /// Generated inputs a function, where the reference is compared with.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) cases: u32,
    /// The seed of the generated inputs, and of which vectors are withheld.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// The share of the vectors in vector files that the agent does not see, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.3, value_parser = share)]
    hidden: f64,
    /// Where the agent works, and the code is built and asked.
    #[arg(long, value_enum, default_value_t)]
    pub(super) sandbox: SandboxChoice,
}

impl RebuildArgs {
    /// How sessions are watched.
    pub(super) fn watching(&self, project: &Project, json: bool) -> Result<Watching, CliError> {
        Ok(Watching { json, tmux: self.agent.tmux(project)? })
    }

    pub(super) fn to_options(&self, settings: &Settings) -> RunOptions {
        let agents =
            if self.agent.agents.is_empty() { vec!["auto".into()] } else { self.agent.agents.clone() };
        RunOptions {
            agents,
            reviser: None,
            samples: self.samples.unwrap_or(settings.run().samples),
            confirm: 0,
            parallel: 1,
            growth: 0,
            budget: RunBudget::default(),
            shown: Shown::Whole,
            review: false,
            model: self.agent.model.clone(),
            effort: self.agent.effort.clone(),
            session: self.agent.budget(settings.session()),
            sandbox: self.sandbox.name().into(),
            target: self.target,
            max_iterations: 1,
            cases: usize::try_from(self.cases).unwrap_or(usize::MAX),
            seed: self.seed,
            hidden: self.hidden,
        }
    }
}

/// The name of a spec's library, as a Cargo package has it.
pub(super) fn package_name(spec: &LoadedSpec) -> Result<String, CliError> {
    let name = &spec.spec.front_matter.name;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_name {
        return Ok(name.clone());
    }
    Err(CliError::input(format!("the spec's name `{name}` is no name for a Cargo package"))
        .hint("its front matter has to have `name:` with letters, digits, `-` and `_`"))
}

/// The project's store is no part of the user's repository.
pub(super) fn keep_store_out_of_git(project: &Project) -> Result<(), CliError> {
    let path: PathBuf = project.root().join(".ghostlib/.gitignore");
    if path.exists() {
        return Ok(());
    }
    fs::write(&path, "*\n").map_err(|error| CliError::environment(format!("{}: {error}", path.display())))
}

/// What is said where no rebuild passed.
pub(super) fn say_fallen_short(attempts: &[AttemptJson]) {
    say(format!("Fell short: none of {} passed. Nothing was written.", counted(attempts.len(), "rebuild")));
    for attempt in attempts {
        say(format!("  {}", attempt.dir().display()));
    }
}
