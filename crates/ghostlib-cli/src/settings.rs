//! What can be configured, and where each value comes from: defaults, the user's file, the project's file, and
//! the environment, each before those that follow. Options of the command line go last, where a command has some.

mod checks;

pub(crate) use checks::is_amount;

use crate::environment::{config_home, current_dir, settings_of_environment};
use crate::error::CliError;
use crate::telling::LogLevel;
use config::{Config, Environment, File, FileFormat, Value, ValueKind};
use ghostlib_agent::{Api, Price};
use ghostlib_diff::CopyThresholds;
use ghostlib_model::{RunBudget, SessionBudget};
use ghostlib_sandbox::{Guarantee, UnknownGuarantee};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The project's file, in its folder or above the current one.
pub(crate) const FILE: &str = "ghostlib.toml";

/// The values that hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    agent: AgentChoice,
    agents: BTreeMap<String, AgentSettings>,
    check: CheckSettings,
    copy: CopySettings,
    evaluate: EvaluateSettings,
    log: LogLevel,
    prices: BTreeMap<String, Price>,
    run: RunSettings,
    sandbox: SandboxSettings,
    session: SessionBudget,
}

/// Which agent is taken where the command line says `auto`, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AgentChoice {
    /// As `--agent` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
}

/// An agent as a project has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AgentSettings {
    /// How it is driven; the agent's name says it where it is that of a kind.
    pub(crate) kind: Option<AgentKind>,
    /// Its program, where it is not the usual one.
    program: Option<PathBuf>,
    /// The command line of one of kind `command` or `acp`.
    pub(crate) command: Option<String>,
    /// The model, as its endpoint calls it.
    pub(crate) model: Option<String>,
    /// How hard it is to think, in the words of its maker.
    pub(crate) effort: Option<String>,
    /// Where its model is, where that is not its maker's.
    pub(crate) base_url: Option<String>,
    /// The variable that has the key.
    pub(crate) api_key_env: Option<String>,
    /// A command that prints the key.
    pub(crate) api_key_cmd: Option<String>,
    /// Certificates of authorities that are believed besides the usual ones.
    pub(crate) ca_file: Option<PathBuf>,
    /// Which API one of kind `openai` speaks: `chat` or `responses`.
    pub(crate) api: Option<Api>,
    /// How many tokens its model takes at once.
    pub(crate) window: Option<u64>,
    /// How many sessions of it go on at a time.
    pub(crate) parallel: Option<u32>,
}

/// How an agent is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AgentKind {
    /// The Codex CLI.
    Codex,
    /// Claude Code.
    Claude,
    /// No program: a model with ghostlib's own tools, over an endpoint that speaks as OpenAI's do.
    #[serde(rename = "openai")]
    OpenAi,
    /// An agent that speaks the Agent Client Protocol.
    Acp,
    /// Any program.
    Command,
}

impl AgentKind {
    /// Those that are agents without any setting, in the order in which they are looked for.
    const KNOWN: [(&'static str, Self); 7] = [
        ("codex", Self::Codex),
        ("claude", Self::Claude),
        ("openai", Self::OpenAi),
        ("gemini", Self::Acp),
        ("opencode", Self::Acp),
        ("codex-acp", Self::Acp),
        ("claude-acp", Self::Acp),
    ];
}

impl AgentSettings {
    /// Its program, or the one that it usually has.
    pub(crate) fn program<'a>(&'a self, usual: &'a str) -> &'a Path {
        self.program.as_deref().unwrap_or(Path::new(usual))
    }
}

/// What a check of the repository looks at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckSettings {
    /// Specs that have no front matter of ghostlib's own, from the root of the repository.
    pub(crate) specs: Vec<PathBuf>,
    /// What is left out, in the form of `.gitignore`.
    pub(crate) exclude: Vec<String>,
}

/// How the loop goes, where the command line does not say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RunSettings {
    /// How many attempts an iteration makes.
    pub(crate) samples: u32,
    /// How many fresh rebuilds must pass in the end; as many as an iteration makes, where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confirm: Option<u32>,
    /// How many sessions work at a time.
    pub(crate) parallel: u32,
    /// How many lines a reviser may add to the spec at a time.
    pub(crate) growth: u32,
    /// Who revises what no mechanical revision can mend, as `--agent` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reviser: Option<String>,
    /// What the whole run may use up.
    pub(crate) budget: RunBudget,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            samples: 3,
            confirm: None,
            parallel: 3,
            growth: 20,
            reviser: None,
            budget: RunBudget::default(),
        }
    }
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
        origins(&layers)
    }

    fn of(layers: &Config) -> Result<Self, CliError> {
        let settings: Self = layers.clone().try_deserialize().map_err(|error| invalid(&error))?;
        settings.check(&origins(layers)?)?;
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

    /// The agent that is taken where none is named.
    pub(crate) fn default_agent(&self) -> Option<&str> {
        self.agent.default.as_deref().filter(|name| *name != "auto")
    }

    /// What the settings say of an agent; of one that is known, also where they say nothing.
    pub(crate) fn agent(&self, name: &str) -> Option<AgentSettings> {
        let known = AgentKind::KNOWN.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind);
        let set = self.agents.get(name).cloned().or_else(|| known.map(|_| AgentSettings::default()))?;
        Some(AgentSettings { kind: set.kind.or(known), ..set })
    }

    /// The names of all agents: those of the settings, sorted, and then those that are known anyway, in their own order.
    pub(crate) fn agent_names(&self) -> Vec<String> {
        let known = AgentKind::KNOWN.into_iter().map(|(name, _)| name.to_owned());
        let known = known.filter(|name| !self.agents.contains_key(name));
        self.agents.keys().cloned().chain(known).collect()
    }

    /// What a model's tokens cost, if that is known.
    pub(crate) fn price(&self, model: &str) -> Option<Price> {
        self.prices.get(model).copied()
    }

    /// How much the log of a run has.
    pub(crate) fn log(&self) -> LogLevel {
        self.log
    }

    /// What a check of the repository looks at.
    pub(crate) fn check_settings(&self) -> &CheckSettings {
        &self.check
    }

    /// How the loop goes.
    pub(crate) fn run(&self) -> &RunSettings {
        &self.run
    }

    /// What a session may use up.
    pub(crate) fn session(&self) -> SessionBudget {
        self.session
    }

    pub(crate) fn evaluate_budget(&self) -> Duration {
        Duration::try_from_secs_f64(self.evaluate.budget_seconds).unwrap_or(Duration::MAX)
    }

    pub(crate) fn copy_thresholds(&self) -> CopyThresholds {
        let CopySettings { fingerprint, verbatim, longest_run } = self.copy;
        CopyThresholds { fingerprint, verbatim, longest_run }
    }
}

/// Where each value comes from, sorted by key.
fn origins(layers: &Config) -> Result<Vec<Origin>, CliError> {
    let table = layers.cache.clone().into_table().map_err(|error| invalid(&error))?;
    let mut origins = vec![];
    for (section, values) in table {
        collect_origins(section, values, &mut origins);
    }
    origins.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(origins)
}

/// Every value below a key.
fn collect_origins(key: String, value: Value, origins: &mut Vec<Origin>) {
    match value.kind {
        ValueKind::Table(values) => {
            for (name, value) in values {
                collect_origins(format!("{key}.{name}"), value, origins);
            }
        }
        // What is not set.
        ValueKind::Nil => {}
        _ => {
            let from = value.origin().unwrap_or("default").to_owned();
            origins.push(Origin { value: as_written(&value), key, from });
        }
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
        .with_list_parse_key("check.specs")
        .with_list_parse_key("check.exclude")
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
