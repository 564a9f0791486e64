use crate::console::{say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::{Args, Subcommand};
use ghostlib_agent::{TaskState, Tasks};
use ghostlib_run::store::Project;

/// Tasks that were handed out with `--agent handoff`.
#[derive(Args)]
pub(crate) struct TaskArgs {
    #[command(subcommand)]
    command: TaskCommand,
}

#[derive(Subcommand)]
enum TaskCommand {
    /// List all tasks with their folders.
    List,
    /// Say that a task is done: what lies in its folder counts.
    Done {
        /// The task.
        id: String,
        /// Who did it, as reports name it.
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Give a task up.
    Fail {
        /// The task.
        id: String,
        /// Why.
        #[arg(long, default_value = "no reason given")]
        reason: String,
    },
}

pub(crate) fn task(args: &TaskArgs, json: bool) -> Result<Verdict, CliError> {
    let tasks = Tasks::new(Project::at(current_dir()?).tasks());
    match &args.command {
        TaskCommand::List => list(&tasks, json),
        TaskCommand::Done { id, by } => close(&tasks, id, TaskState::Done(by.clone()), json),
        TaskCommand::Fail { id, reason } => close(&tasks, id, TaskState::Failed(reason.clone()), json),
    }
}

fn list(tasks: &Tasks, json: bool) -> Result<Verdict, CliError> {
    let tasks = tasks.list()?;
    if json {
        say_json(&tasks);
        return Ok(Verdict::Passed);
    }
    if tasks.is_empty() {
        say("no tasks; `ghostlib run SPEC --agent handoff` hands them out");
    }
    for task in tasks {
        let state = match task.state {
            TaskState::Open => "open".to_owned(),
            TaskState::Done(_) => "done".to_owned(),
            TaskState::Failed(reason) => format!("failed: {reason}"),
        };
        say(format!("{}  {}  {state}  {}", task.id, task.role, task.workspace.display()));
    }
    Ok(Verdict::Passed)
}

fn close(tasks: &Tasks, id: &str, state: TaskState, json: bool) -> Result<Verdict, CliError> {
    let task = tasks.close(id, state)?;
    if json {
        say_json(&task);
    } else {
        say(format!(
            "{id} is closed; the run that waits for it goes on by itself, or with `ghostlib resume`"
        ));
    }
    Ok(Verdict::Passed)
}
