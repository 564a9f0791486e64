mod check;
mod show;

use crate::args::SandboxChoice;
use crate::console::{say, say_json, visible};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::{Args, Subcommand};
use ghostlib_agent::{Task, TaskError, TaskState, Tasks, Workspace};
use ghostlib_run::store::Project;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) use check::checks;

/// Tasks that were handed out with `--agent handoff`.
///
/// Claim one, work in its folder, check it, and say that it is done. `ghostlib mcp` offers the same to an editor's agent.
#[derive(Args)]
pub(crate) struct TaskArgs {
    #[command(subcommand)]
    command: TaskCommand,
}

#[derive(Subcommand)]
enum TaskCommand {
    /// List all tasks with their folders.
    List,
    /// Show what a task asks for, and what lies in its folder.
    Show {
        /// The task.
        id: String,
    },
    /// Take an open task, so that nobody else does.
    Claim {
        /// The task.
        id: String,
        /// Who takes it, as reports name it.
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Give a claimed task back, with what lies in its folder. It is open again.
    Release {
        /// The task.
        id: String,
    },
    /// Build what lies in `candidate/` in the sandbox, and run the vectors of the task's spec. Exit code 1 if it does not
    /// build or one does not hold.
    Check {
        /// The task.
        id: String,
        /// Where it is built and run.
        #[arg(long, value_enum, default_value_t)]
        sandbox: SandboxChoice,
    },
    /// Object to a requirement that cannot be followed: a line in the task's PUSHBACK.md.
    Pushback {
        /// The task.
        id: String,
        /// The requirement's id, or a vector's name.
        requirement: String,
        /// Why it cannot be followed.
        reason: String,
    },
    /// Say that a task is done: what lies in its folder counts.
    Done {
        /// The task.
        id: String,
        /// Who did it, as reports name it; whoever claimed it, if this is not given.
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

pub(crate) async fn task(args: &TaskArgs, json: bool) -> Result<Verdict, CliError> {
    let tasks = Tasks::new(Project::at(current_dir()?).tasks());
    match &args.command {
        TaskCommand::List => list(&tasks, json),
        TaskCommand::Show { id } => show::show(&tasks.find(id)?, json),
        TaskCommand::Claim { id, by } => Ok(changed(&tasks.claim(id, by)?, json)),
        TaskCommand::Release { id } => Ok(changed(&tasks.release(id)?, json)),
        TaskCommand::Check { id, sandbox } => check::check(&tasks.find(id)?, *sandbox, json).await,
        TaskCommand::Pushback { id, requirement, reason } => {
            push_back(&tasks, id, [requirement, reason], json)
        }
        TaskCommand::Done { id, by } => Ok(changed(&tasks.done(id, by)?, json)),
        TaskCommand::Fail { id, reason } => Ok(changed(&tasks.fail(id, reason)?, json)),
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
        say(format!("{}  {}  {}  {}", task.id, task.role, state(&task.state), task.workspace.display()));
    }
    Ok(Verdict::Passed)
}

fn push_back(
    tasks: &Tasks,
    id: &str,
    [requirement, reason]: [&str; 2],
    json: bool,
) -> Result<Verdict, CliError> {
    let task = tasks.find(id)?;
    if task.state.is_closed() {
        return Err(TaskError::Closed(task.id).into());
    }
    Workspace::open(&task.workspace, task.role)?.push_back(requirement, reason)?;
    if json {
        say_json(&task);
    } else {
        say(format!("noted in {}", task.workspace.join(ghostlib_agent::PUSHBACK_FILE).display()));
    }
    Ok(Verdict::Passed)
}

/// Says how a task stands now.
fn changed(task: &Task, json: bool) -> Verdict {
    if json {
        say_json(task);
        return Verdict::Passed;
    }
    let id = &task.id;
    say(match &task.state {
        TaskState::Open => format!("{id} is open again; what lies in its folder is kept"),
        TaskState::Claimed(claim) => format!(
            "{id} is claimed by {}: work in {}, then `ghostlib task check {id}` and `ghostlib task done {id}`",
            visible(&claim.by),
            task.workspace.display()
        ),
        TaskState::Done(_) | TaskState::Failed(_) => {
            format!("{id} is closed; the run that waits for it goes on by itself, or with `ghostlib resume`")
        }
    });
    Verdict::Passed
}

/// How a task stands, in a few words.
fn state(state: &TaskState) -> String {
    match state {
        TaskState::Open => "open".to_owned(),
        TaskState::Claimed(claim) => format!("claimed by {}, {}", visible(&claim.by), ago(claim.since)),
        TaskState::Done(by) if by.is_empty() => "done".to_owned(),
        TaskState::Done(by) => format!("done by {}", visible(by)),
        TaskState::Failed(reason) => format!("failed: {}", visible(reason)),
    }
}

/// How long ago a moment is, given in seconds since 1970.
fn ago(since: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    match now.saturating_sub(since) {
        seconds @ ..60 => format!("{seconds} s ago"),
        seconds @ ..3600 => format!("{} min ago", seconds / 60),
        seconds @ ..86400 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} days ago", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_its_largest_unit() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(ago(now + 100), "0 s ago");
        assert_eq!(ago(now - 200), "3 min ago");
        assert_eq!(ago(now - 7300), "2 h ago");
        assert_eq!(ago(0), format!("{} days ago", now / 86400));
    }
}
