use super::state;
use crate::console::{BOLD, say, say_json, styled};
use crate::error::{CliError, Verdict};
use ghostlib_agent::{PUSHBACK_FILE, TASK_FILE, Task, Workspace};
use serde::Serialize;
use std::collections::BTreeMap;

/// What `--json` writes.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    task: &'a Task,
    /// The task's text.
    text: String,
    /// The paths of all files to read, and their sizes in bytes.
    files: BTreeMap<String, u64>,
    /// The objections; empty, if there are none.
    push_back: String,
}

pub(super) fn show(task: &Task, json: bool) -> Result<Verdict, CliError> {
    let workspace = Workspace::open(&task.workspace, task.role)?;
    let text = workspace.read(TASK_FILE)?;
    let files = workspace.files()?;
    let push_back =
        if files.contains_key(PUSHBACK_FILE) { workspace.read(PUSHBACK_FILE)? } else { String::new() };
    if json {
        say_json(&Shown { task, text, files, push_back });
        return Ok(Verdict::Passed);
    }
    say(format!("{}  {}  {}", styled(BOLD, &task.id), task.role, state(&task.state)));
    say(task.workspace.display());
    say(format!("\n{}\n", text.trim_end()));
    for (path, n_bytes) in files {
        say(format!("{n_bytes:>8}  {path}"));
    }
    if !push_back.is_empty() {
        say(format!("\n{PUSHBACK_FILE}:\n{}", push_back.trim_end()));
    }
    Ok(Verdict::Passed)
}
