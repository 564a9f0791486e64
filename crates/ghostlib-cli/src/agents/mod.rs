//! From `--agent` to an agent.

mod access;
mod acp;
mod auto;
mod openai;
mod own;
mod programs;

use crate::environment::find_program;
use crate::error::CliError;
use crate::settings::{AgentKind, AgentSettings, Settings};
use access::{Maker, access};
use ghostlib_agent::{
    Agent, AgentError, Claude, Codex, Command, FileTree, HandoffAgent, Pace, ProgramAgent, Recording,
    ReplayAgent, Tasks, Workbench,
};
use ghostlib_run::store::Project;
use ghostlib_sandbox::Sandbox;
use ghostlib_verify::rust::Toolchain;
use include_dir::{Dir, include_dir};
use own::Own;
use programs::Installed;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The recordings of the demo.
static RECORDINGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/runs/shell-words/r1/sessions");

/// What to give where a recording is asked for.
pub(crate) const RECORDINGS_HINT: &str =
    "a recording is a folder with a recording.toml; `.ghostlib/runs/RUN/sessions/` holds those of a run";

/// The choice that plays the demo's recordings.
pub(crate) const DEMO: &str = "replay:demo";

/// Which agent is wanted, and how it is to work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// `auto`, `codex`, `handoff`, `command:PROGRAM ARGUMENTS`, a name of the settings.
    pub(crate) agent: String,
    /// The model; nothing leaves it to the settings, or to the agent.
    pub(crate) model: Option<String>,
    /// How hard it is to think.
    pub(crate) effort: Option<String>,
}

/// What agents work with.
pub(crate) struct Workplace<'a> {
    pub(crate) project: &'a Project,
    pub(crate) sandbox: &'a Arc<Sandbox>,
    pub(crate) toolchain: &'a Toolchain,
    pub(crate) settings: &'a Settings,
}

/// An agent, and the choice that leads to it again.
pub(crate) struct Chosen {
    pub(crate) agent: Box<dyn Agent>,
    pub(crate) choice: String,
}

/// The agent that is wanted. `auto` looks for one, and tells which and why.
pub(crate) async fn choose(wanted: &Wanted, at: &Workplace<'_>) -> Result<Chosen, CliError> {
    let choice = match wanted.agent.as_str() {
        "auto" => auto::pick(at.settings, &at.sandbox.stamp().backend)?,
        _ => wanted.agent.clone(),
    };
    Ok(Chosen { agent: agent(&choice, wanted, at).await?, choice })
}

async fn agent(choice: &str, wanted: &Wanted, at: &Workplace<'_>) -> Result<Box<dyn Agent>, CliError> {
    match choice.split_once(':') {
        _ if choice == DEMO => Ok(Box::new(ReplayAgent::new(embedded()?, Pace::Fast))),
        Some(("replay", dir)) => replay(dir, Pace::Fast),
        Some(("replay-real-time", dir)) => replay(dir, Pace::RealTime),
        Some(("command", line)) => command(line, at),
        Some(("acp", line)) => Box::pin(acp::by_command(line, at)).await,
        None if choice == "handoff" => Ok(Box::new(HandoffAgent::new(Tasks::new(at.project.tasks())))),
        // What it takes to get at a key is not small.
        None => Box::pin(named(choice, wanted, at)).await,
        Some(_) => Err(unknown(choice, at.settings)),
    }
}

/// An agent by its name: one that is known, or one of the settings.
async fn named(name: &str, wanted: &Wanted, at: &Workplace<'_>) -> Result<Box<dyn Agent>, CliError> {
    let mut settings = at.settings.agent(name).ok_or_else(|| unknown(name, at.settings))?;
    settings.model = wanted.model.clone().or(settings.model);
    settings.effort = wanted.effort.clone().or(settings.effort);
    match settings.kind {
        Some(AgentKind::Codex) => codex(&settings.or(Own::of_codex()), at).await,
        Some(AgentKind::Claude) => claude(&settings.or(Own::of_claude()), at).await,
        Some(AgentKind::OpenAi) => openai::agent(name, &settings, at).await,
        Some(AgentKind::Acp) => acp::named(name, &settings, at).await,
        Some(AgentKind::Command) => configured_command(name, &settings, at).await,
        None => Err(CliError::input(format!("setting `agents.{name}.kind` is missing"))
            .hint("it is one of `codex`, `claude`, `openai`, `acp` and `command`")),
    }
}

impl AgentSettings {
    /// The same with what a person has set in the agent's own configuration, where nothing else is said.
    fn or(mut self, own: Own) -> Self {
        self.model = self.model.or(own.model);
        self.effort = self.effort.or(own.effort);
        self
    }
}

async fn codex(settings: &AgentSettings, at: &Workplace<'_>) -> Result<Box<dyn Agent>, CliError> {
    let installed = programs::find(settings.program("codex"))?;
    let model = access(settings, Maker::OpenAi, at.settings).await?;
    Ok(program(installed, Codex, Some(model), at))
}

async fn claude(settings: &AgentSettings, at: &Workplace<'_>) -> Result<Box<dyn Agent>, CliError> {
    needs_bubblewrap("claude", at)?;
    let installed = programs::find(settings.program("claude"))?;
    let credential = access::claude_credential(settings);
    let model = access(settings, access::claude_maker(credential), at.settings).await?;
    Ok(program(installed, Claude { credential }, Some(model), at))
}

/// Not every program starts in every sandbox.
fn needs_bubblewrap(name: &str, at: &Workplace<'_>) -> Result<(), CliError> {
    if at.sandbox.stamp().backend != "landlock" {
        return Ok(());
    }
    Err(CliError::environment(format!("the agent `{name}` does not start in the sandbox of Landlock"))
        .hint("install bubblewrap; or choose another agent with `--agent`"))
}

async fn configured_command(
    name: &str,
    settings: &AgentSettings,
    at: &Workplace<'_>,
) -> Result<Box<dyn Agent>, CliError> {
    let (installed, args) = command_line(line_of(name, settings)?)?;
    let model = own_model(settings, at).await?;
    Ok(program(installed, Command { args }, model, at))
}

/// The command line of an agent of the settings.
fn line_of<'a>(name: &str, settings: &'a AgentSettings) -> Result<&'a str, CliError> {
    settings.command.as_deref().ok_or_else(|| {
        CliError::input(format!("setting `agents.{name}.command` is missing"))
            .hint("it is the program with its arguments; `ghostlib config --help` names what can be set")
    })
}

/// The model of an agent that has one only where the settings say at which address.
async fn own_model(
    settings: &AgentSettings,
    at: &Workplace<'_>,
) -> Result<Option<ghostlib_agent::ModelAccess>, CliError> {
    match &settings.base_url {
        Some(_) => access(settings, Maker::OpenAi, at.settings).await.map(Some),
        None => Ok(None),
    }
}

fn program<D: ghostlib_agent::Dialect + std::fmt::Debug + 'static>(
    installed: Installed,
    dialect: D,
    model: Option<ghostlib_agent::ModelAccess>,
    at: &Workplace<'_>,
) -> Box<dyn Agent> {
    let Installed { program, files, path } = installed;
    let workbench = workbench(&path, at);
    Box::new(ProgramAgent { program, files, dialect, model, workbench })
}

/// Where agents run: with the toolchain, and what is named besides on their `PATH`.
fn workbench(folders: &[PathBuf], at: &Workplace<'_>) -> Workbench {
    let folders = folders.iter().map(|dir| dir.display().to_string());
    let usual = ["/usr/local/bin", "/usr/bin", "/bin"].map(str::to_owned);
    let path = [at.toolchain.bin().display().to_string()].into_iter().chain(folders).chain(usual);
    Workbench {
        sandbox: Arc::clone(at.sandbox),
        read: at.toolchain.readable(),
        path: path.collect::<Vec<_>>().join(":"),
    }
}

fn unknown(choice: &str, settings: &Settings) -> CliError {
    let names = settings.agent_names();
    CliError::input(format!("there is no agent `{choice}`")).hint(format!(
        "`auto` takes what is installed; there are {}, `handoff` (a task for you or your editor), \
         `acp:PROGRAM ARGUMENTS` (an agent of the Agent Client Protocol), `command:PROGRAM ARGUMENTS` (any program, in \
         the sandbox) and `replay:FOLDER` (recordings)",
        names.join(", ")
    ))
}

fn replay(dir: &str, pace: Pace) -> Result<Box<dyn Agent>, CliError> {
    if !Path::new(dir).is_dir() {
        return Err(CliError::input(format!("`replay:{dir}` names no folder")).hint(RECORDINGS_HINT));
    }
    let recordings = Recording::read_all(Path::new(dir)).map_err(AgentError::from)?;
    if recordings.is_empty() {
        return Err(CliError::input(format!("there are no recordings in {dir}")).hint(RECORDINGS_HINT));
    }
    Ok(Box::new(ReplayAgent::new(recordings, pace)))
}

fn command(line: &str, at: &Workplace<'_>) -> Result<Box<dyn Agent>, CliError> {
    let (installed, args) = command_line(line)?;
    Ok(program(installed, Command { args }, None, at))
}

fn command_line(line: &str) -> Result<(Installed, Vec<String>), CliError> {
    let words = shell_words::split(line)
        .map_err(|error| CliError::input(format!("`{line}` cannot be split into words: {error}")))?;
    let Some((name, args)) = words.split_first() else {
        return Err(CliError::input("an agent's command line is empty")
            .hint("for example `command:my-agent {prompt_file}` or `acp:my-agent --acp`"));
    };
    if find_program(name).is_none() {
        return Err(CliError::environment(format!("there is no program `{name}`"))
            .hint("give its path, or install it where the PATH leads"));
    }
    Ok((programs::find(Path::new(name))?, args.to_vec()))
}

fn embedded() -> Result<Vec<Recording>, CliError> {
    let tree = FileTree::from_files(embedded_files(&RECORDINGS));
    Ok(Recording::all_from_files(&tree).map_err(AgentError::from)?)
}

/// The files of an embedded folder, by their path inside it.
pub(crate) fn embedded_files(dir: &Dir<'_>) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![dir];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        let file = |file: &include_dir::File<'_>| {
            (file.path().to_string_lossy().into_owned(), file.contents().to_vec())
        };
        files.extend(folder.files().map(file));
    }
    files
}
