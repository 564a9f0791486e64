//! Handing a task to somebody outside: a person, an editor, another agent.
//!
//! The task waits in a folder of its own, beside a small file with its state. `ghostlib task done ID` or
//! `ghostlib task fail ID` ends it. Blindness is asked for and cannot be enforced.

use crate::trajectory::Recorder;
use crate::{Agent, AgentError, Assignment, Session, SessionFuture, Watcher};
use ghostlib_model::{AgentStamp, Role, SessionEnd};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A task that was handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its id: the session's.
    pub id: String,
    /// The role.
    pub role: Role,
    /// The folder to work in.
    pub workspace: PathBuf,
    /// How it stands.
    pub state: TaskState,
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
pub enum TaskState {
    /// Waiting for somebody.
    Open,
    /// Done, by whom.
    Done(String),
    /// Given up, and why.
    Failed(String),
}

/// The tasks of a project: a file each in one folder.
#[derive(Clone, Debug)]
pub struct Tasks {
    dir: PathBuf,
}

/// Why a task cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// There is none with this id.
    #[error("there is no task `{id}`{}", nearest_text(.open))]
    Unknown {
        /// The id.
        id: String,
        /// The ids of open tasks.
        open: Vec<String>,
    },
    /// It is not open any more.
    #[error("the task `{0}` is closed already")]
    Closed(String),
    /// Its file cannot be read or written.
    #[error("{}: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

fn nearest_text(open: &[String]) -> String {
    if open.is_empty() { "; no task is open".into() } else { format!("; open are: {}", open.join(", ")) }
}

impl Tasks {
    /// The tasks in a folder, which need not exist yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// All tasks by id.
    ///
    /// # Errors
    /// If the folder or a task's file cannot be read.
    pub fn list(&self) -> Result<Vec<Task>, TaskError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file_error(&self.dir, &error)),
        };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    }

    /// Closes an open task.
    ///
    /// # Errors
    /// If there is none with this id, it is closed, or its file cannot be written.
    pub fn close(&self, id: &str, state: TaskState) -> Result<Task, TaskError> {
        let all = self.list()?;
        let Some(task) = all.iter().find(|task| task.id == id) else {
            let open =
                all.into_iter().filter(|task| task.state == TaskState::Open).map(|task| task.id).collect();
            return Err(TaskError::Unknown { id: id.into(), open });
        };
        if task.state != TaskState::Open {
            return Err(TaskError::Closed(id.into()));
        }
        let closed = Task { state, ..task.clone() };
        self.write(&closed)?;
        Ok(closed)
    }

    /// The task with this id, if there is one.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn get(&self, id: &str) -> Result<Option<Task>, TaskError> {
        let path = self.path(id);
        if path.exists() { read(&path).map(Some) } else { Ok(None) }
    }

    fn write(&self, task: &Task) -> Result<(), TaskError> {
        let path = self.path(&task.id);
        let partial = path.with_extension("partial");
        let text = serde_json::to_string_pretty(task).unwrap_or_default() + "\n";
        fs::create_dir_all(&self.dir)
            .and_then(|()| fs::write(&partial, text))
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|error| file_error(&path, &error))
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.json"))
    }
}

fn read(path: &Path) -> Result<Task, TaskError> {
    let text = fs::read_to_string(path).map_err(|error| file_error(path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| TaskError::File { path: path.into(), reason: error.to_string() })
}

fn file_error(path: &Path, error: &io::Error) -> TaskError {
    TaskError::File { path: path.into(), reason: error.to_string() }
}

/// Hands each assignment out and waits.
#[derive(Clone, Debug)]
pub struct HandoffAgent {
    tasks: Tasks,
}

const POLL: Duration = Duration::from_millis(200);
/// The name of an agent that closed its task without giving one.
const SOMEBODY: &str = "somebody, by handoff";

impl HandoffAgent {
    /// An agent whose tasks wait among these.
    pub fn new(tasks: Tasks) -> Self {
        Self { tasks }
    }

    async fn wait(&self, assignment: &Assignment, watcher: &Watcher<'_>) -> Result<Session, AgentError> {
        let id = assignment.session.as_str();
        if self.tasks.get(id)?.is_none() {
            self.tasks.write(&Task {
                id: id.to_owned(),
                role: assignment.role,
                workspace: assignment.workspace.clone(),
                state: TaskState::Open,
            })?;
        }
        let recorder = Recorder::start(crate::prompt_hash(&assignment.prompt), watcher);
        let (end, name) = loop {
            match self.tasks.get(id)?.map(|task| task.state) {
                Some(TaskState::Done(name)) => break (SessionEnd::Done, name),
                Some(TaskState::Failed(reason)) => break (SessionEnd::GaveUp(reason), String::new()),
                _ => {}
            }
            let wall = assignment.budget.seconds.map(Duration::from_secs);
            if let Some(wall) = wall.filter(|wall| recorder.elapsed() > *wall) {
                self.tasks.close(id, TaskState::Failed("nobody closed it in time".into()))?;
                break (SessionEnd::TimedOut(wall.as_secs()), String::new());
            }
            tokio::time::sleep(POLL).await;
        };
        let name = if name.is_empty() { SOMEBODY.to_owned() } else { name };
        let agent = AgentStamp::named(name, false);
        Ok(Session { trajectory: recorder.end(end.clone()), end, agent, policy: None, usage: None })
    }
}

impl Agent for HandoffAgent {
    fn stamp(&self) -> AgentStamp {
        AgentStamp::named("handoff", false)
    }

    fn hands_out(&self) -> bool {
        true
    }

    fn work<'a>(&'a self, assignment: &'a Assignment, watcher: &'a Watcher<'a>) -> SessionFuture<'a> {
        Box::pin(self.wait(assignment, watcher))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{SessionBudget, SessionId, Sha256Hex};

    fn assignment(dir: &Path, seconds: Option<u64>) -> Assignment {
        Assignment {
            session: SessionId::new("r-1"),
            role: Role::Implementer,
            workspace: dir.join("w"),
            prompt: "do".into(),
            spec: Sha256Hex::of(b""),
            n_before: 0,
            budget: SessionBudget { seconds, ..SessionBudget::default() },
        }
    }

    #[tokio::test]
    async fn a_task_is_waited_for_until_somebody_closes_it() {
        let dir = tempfile::tempdir().unwrap();
        let tasks = Tasks::new(dir.path().join("tasks"));
        let agent = HandoffAgent::new(tasks.clone());
        let assignment = assignment(dir.path(), Some(60));
        let closer = async {
            while tasks.list().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tasks.close("r-1", TaskState::Done("a friend".into())).unwrap();
        };
        let (session, ()) = tokio::join!(agent.work(&assignment, &|_| {}), closer);
        let session = session.unwrap();
        assert_eq!((session.end, session.agent.name.as_str()), (SessionEnd::Done, "a friend"));
        assert!(!session.agent.blindness_enforced);
        // Asked again after an interruption, it finds the closed task and does not wait.
        assert_eq!(agent.work(&assignment, &|_| {}).await.unwrap().end, SessionEnd::Done);
    }

    #[tokio::test]
    async fn a_task_that_nobody_takes_runs_out_of_time() {
        let dir = tempfile::tempdir().unwrap();
        let agent = HandoffAgent::new(Tasks::new(dir.path()));
        let session = agent.work(&assignment(dir.path(), Some(0)), &|_| {}).await.unwrap();
        assert_eq!(session.end, SessionEnd::TimedOut(0));
    }

    #[test]
    fn closing_needs_an_open_task() {
        let dir = tempfile::tempdir().unwrap();
        let tasks = Tasks::new(dir.path());
        let error = tasks.close("x", TaskState::Done(String::new())).unwrap_err();
        assert_eq!(error.to_string(), "there is no task `x`; no task is open");
        let task =
            Task { id: "y".into(), role: Role::Implementer, workspace: "w".into(), state: TaskState::Open };
        tasks.write(&task).unwrap();
        assert!(tasks.close("x", TaskState::Open).unwrap_err().to_string().ends_with("open are: y"));
        tasks.close("y", TaskState::Failed("too hard".into())).unwrap();
        assert!(tasks.close("y", TaskState::Done(String::new())).is_err());
    }
}
