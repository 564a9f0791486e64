//! What can be configured, and where each value comes from: defaults, the user's file, the project's file, and
//! the environment, each before those that follow. Options of the command line go last, where a command has some.

use crate::environment::{config_home, current_dir, settings_of_environment};
use crate::error::CliError;
use config::{Config, Environment, File, FileFormat, Value, ValueKind};
use ghostlib_diff::CopyThresholds;
use ghostlib_sandbox::{Guarantee, UnknownGuarantee};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The project's file, in its folder or above the current one.
pub(crate) const FILE: &str = "ghostlib.toml";

/// The values that hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    copy: CopySettings,
    evaluate: EvaluateSettings,
    sandbox: SandboxSettings,
}

/// What a sandbox must be able to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SandboxSettings {
    /// Names of guarantees.
    require: Vec<String>,
}

/// What an evaluation may cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct EvaluateSettings {
    /// One that takes longer is a finding, in seconds.
    budget_seconds: f64,
}

impl Default for EvaluateSettings {
    fn default() -> Self {
        Self { budget_seconds: 60.0 }
    }
}

/// From where on a candidate counts as copied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CopySettings {
    /// Share of common fingerprints, from 0 to 1.
    fingerprint: f64,
    /// Share of verbatim tokens, from 0 to 1.
    verbatim: f64,
    /// Tokens in a row.
    longest_run: usize,
}

impl Default for CopySettings {
    fn default() -> Self {
        let CopyThresholds { fingerprint, verbatim, longest_run } = CopyThresholds::default();
        Self { fingerprint, verbatim, longest_run }
    }
}

/// A value, and what gave it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Origin {
    /// `copy.verbatim`
    pub(crate) key: String,
    /// As it is written.
    pub(crate) value: String,
    /// A file, `environment`, or `default`.
    pub(crate) from: String,
}

impl Settings {
    /// The values that hold in the current folder.
    pub(crate) fn load() -> Result<Self, CliError> {
        Self::of(&layers()?)
    }

    /// Each value and where it comes from, sorted by key.
    pub(crate) fn origins() -> Result<Vec<Origin>, CliError> {
        let layers = layers()?;
        Self::of(&layers)?;
        let table = layers.cache.into_table().map_err(|error| invalid(&error))?;
        let mut origins = vec![];
        for (section, values) in table {
            for (name, value) in values.into_table().map_err(|error| invalid(&error))? {
                let from = value.origin().unwrap_or("default").to_owned();
                origins.push(Origin { key: format!("{section}.{name}"), value: as_written(&value), from });
            }
        }
        origins.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(origins)
    }

    fn of(layers: &Config) -> Result<Self, CliError> {
        let settings: Self = layers.clone().try_deserialize().map_err(|error| invalid(&error))?;
        for (key, share) in
            [("copy.fingerprint", settings.copy.fingerprint), ("copy.verbatim", settings.copy.verbatim)]
        {
            if !(0.0..=1.0).contains(&share) {
                return Err(CliError::input(format!("setting `{key}` is {share}; it goes from 0 to 1"))
                    .hint("`ghostlib config` shows where values come from"));
            }
        }
        let budget = settings.evaluate.budget_seconds;
        if Duration::try_from_secs_f64(budget).is_err() {
            return Err(CliError::input(format!(
                "setting `evaluate.budget_seconds` is {budget}; it is a time"
            ))
            .hint("`ghostlib config` shows where values come from"));
        }
        settings.required_guarantees()?;
        Ok(settings)
    }

    /// What a sandbox must enforce, or nothing that needs one starts.
    pub(crate) fn required_guarantees(&self) -> Result<Vec<Guarantee>, CliError> {
        let parsed = |name: &String| {
            name.parse().map_err(|error: UnknownGuarantee| {
                CliError::input(format!("setting `sandbox.require`: {error}"))
                    .hint("`ghostlib doctor` shows the names; `ghostlib config` shows where values come from")
            })
        };
        self.sandbox.require.iter().map(parsed).collect()
    }

    pub(crate) fn evaluate_budget(&self) -> Duration {
        Duration::try_from_secs_f64(self.evaluate.budget_seconds).unwrap_or(Duration::MAX)
    }

    pub(crate) fn copy_thresholds(&self) -> CopyThresholds {
        let CopySettings { fingerprint, verbatim, longest_run } = self.copy;
        CopyThresholds { fingerprint, verbatim, longest_run }
    }
}

/// The parts of a list with commas between them, as the environment has it.
fn as_written(value: &Value) -> String {
    match value.clone().into_array() {
        Ok(parts) if matches!(value.kind, ValueKind::Array(_)) => {
            parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
        _ => value.to_string(),
    }
}

fn layers() -> Result<Config, CliError> {
    let mut builder = Config::builder()
        .add_source(Config::try_from(&Settings::default()).map_err(|error| invalid(&error))?);
    for path in files()? {
        builder = builder.add_source(File::from(path).format(FileFormat::Toml).required(false));
    }
    // `GHOSTLIB_COPY__LONGEST_RUN` is `copy.longest_run`.
    let environment = Environment::with_prefix("GHOSTLIB")
        .prefix_separator("_")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("sandbox.require")
        .source(Some(settings_of_environment()));
    builder.add_source(environment).build().map_err(|error| invalid(&error))
}

/// The user's file and the project's; they need not be there.
fn files() -> Result<Vec<PathBuf>, CliError> {
    let of_user = config_home().map(|home| home.join("ghostlib").join("config.toml"));
    let of_project = project_file(&current_dir()?);
    Ok(of_user.into_iter().chain(of_project).collect())
}

/// The nearest one, from a folder upwards.
fn project_file(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

fn invalid(error: &config::ConfigError) -> CliError {
    // Not every error says where the value stands.
    let files = files().unwrap_or_default().into_iter().filter(|path| path.is_file());
    let read: Vec<String> = files.map(|path| path.display().to_string()).collect();
    let places = if read.is_empty() {
        "the environment".to_owned()
    } else {
        format!("{} and the environment", read.join(", "))
    };
    CliError::input(format!("settings: {error}"))
        .hint(format!("they come from {places}; `ghostlib config --help` names what can be set"))
}
