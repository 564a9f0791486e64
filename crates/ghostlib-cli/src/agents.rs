//! From `--agent` to an agent.

use crate::environment::find_program;
use crate::error::CliError;
use ghostlib_agent::{
    Agent, AgentError, CommandAgent, FileTree, HandoffAgent, Recording, ReplayAgent, Tasks,
};
use ghostlib_run::store::Project;
use ghostlib_sandbox::Sandbox;
use ghostlib_verify::rust::Toolchain;
use include_dir::{Dir, include_dir};
use std::path::Path;
use std::sync::Arc;

/// The recordings of the demo.
static RECORDINGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/recordings/shell-words");

const RECORDINGS_HINT: &str =
    "a recording is a folder with a recording.toml; `.ghostlib/runs/RUN/sessions/` holds those of a run";

/// The choice that plays the demo's recordings.
pub(crate) const DEMO: &str = "replay:demo";

pub(crate) fn choose(
    choice: &str,
    project: &Project,
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
) -> Result<Box<dyn Agent>, CliError> {
    match choice.split_once(':') {
        _ if choice == DEMO => Ok(Box::new(ReplayAgent::new(embedded()?))),
        Some(("replay", dir)) => replay(dir),
        Some(("command", line)) => command(line, sandbox, toolchain),
        None if choice == "handoff" => Ok(Box::new(HandoffAgent::new(Tasks::new(project.tasks())))),
        _ => Err(unknown(choice)),
    }
}

fn unknown(choice: &str) -> CliError {
    CliError::input(format!("there is no agent `{choice}`")).hint(
        "`handoff` hands the task to you or your editor; `command:PROGRAM ARGUMENTS` runs a program in the sandbox; \
         `replay:FOLDER` plays recordings",
    )
}

fn replay(dir: &str) -> Result<Box<dyn Agent>, CliError> {
    if !Path::new(dir).is_dir() {
        return Err(CliError::input(format!("`replay:{dir}` names no folder")).hint(RECORDINGS_HINT));
    }
    let recordings = Recording::read_all(Path::new(dir)).map_err(AgentError::from)?;
    if recordings.is_empty() {
        return Err(CliError::input(format!("there are no recordings in {dir}")).hint(RECORDINGS_HINT));
    }
    Ok(Box::new(ReplayAgent::new(recordings)))
}

fn command(line: &str, sandbox: &Arc<Sandbox>, toolchain: &Toolchain) -> Result<Box<dyn Agent>, CliError> {
    let words = shell_words::split(line)
        .map_err(|error| CliError::input(format!("`command:{line}` cannot be split into words: {error}")))?;
    let Some((name, args)) = words.split_first() else {
        return Err(CliError::input("`command:` names no program")
            .hint("for example `command:my-agent {prompt_file}`"));
    };
    let Some(program) = find_program(name) else {
        return Err(CliError::environment(format!("there is no program `{name}`"))
            .hint("give its path, or install it where the PATH leads"));
    };
    let mut read = toolchain.readable();
    read.push(program.clone());
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", toolchain.bin().display());
    Ok(Box::new(CommandAgent::new(Arc::clone(sandbox), program, args.to_vec(), read, path)))
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
