//! What to do when a project has nothing to replace.

use crate::error::CliError;
use ghostlib_run::replace::{ProjectError, TrialError, UsesError};
use ghostlib_spec::did_you_mean;

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        let said = error.to_string();
        match error {
            ProjectError::NoCargo(cause) => Self::environment(format!("{said}: {cause}"))
                .hint("install Rust with rustup: https://rustup.rs"),
            ProjectError::NotRead { .. } => {
                Self::input(said).hint("name the folder of a Cargo project, the one with its Cargo.toml")
            }
            ProjectError::NotUnderstood(_) => Self::environment(said),
            ProjectError::OwnCode(_) => {
                Self::input(said).hint("name a dependency from a registry or a git repository")
            }
            ProjectError::NoDependency { name, known } => {
                let near = did_you_mean(&name, known.iter().map(String::as_str));
                Self::input(said)
                    .hint(near.unwrap_or_else(|| "its Cargo.toml says what it depends on".into()))
            }
            ProjectError::SeveralVersions { name, versions } => {
                let version = versions.first().map_or("", String::as_str);
                Self::input(said).hint(format!("say which: `{name}@{version}`"))
            }
        }
    }
}

impl From<UsesError> for CliError {
    fn from(error: UsesError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<TrialError> for CliError {
    fn from(error: TrialError) -> Self {
        let said = error.to_string();
        match error {
            TrialError::Verify(error) => error.into(),
            TrialError::Before(_) => Self::input(said).hint(
                "the project has to build, and its tests to compile, before anything in it is replaced",
            ),
            TrialError::Manifest { .. } => Self::input(said),
            TrialError::Io { .. } => Self::environment(said),
        }
    }
}
