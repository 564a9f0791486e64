use super::{Task, TaskError, TaskState, Tasks};
use crate::trajectory::Recorder;
use crate::{Agent, AgentError, Assignment, Session, SessionFuture, Watcher};
use ghostlib_model::{AgentStamp, SessionEnd};
use std::time::Duration;

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
        self.tasks.hand_out(&Task {
            id: id.to_owned(),
            role: assignment.role,
            workspace: assignment.workspace.clone(),
            state: TaskState::Open,
        })?;
        let recorder = Recorder::start(crate::prompt_hash(&assignment.prompt), watcher);
        let (end, name) = loop {
            match self.tasks.get(id)?.map(|task| task.state) {
                Some(TaskState::Done(name)) => break (SessionEnd::Done, name),
                Some(TaskState::Failed(reason)) => break (SessionEnd::GaveUp(reason), String::new()),
                _ => {}
            }
            let wall = assignment.budget.seconds.map(Duration::from_secs);
            if let Some(wall) = wall.filter(|wall| recorder.elapsed() > *wall) {
                match self.tasks.fail(id, "nobody closed it in time") {
                    // Somebody closed it just now.
                    Err(TaskError::Closed(_)) => continue,
                    failed => failed?,
                };
                break (SessionEnd::TimedOut(wall.as_secs()), String::new());
            }
            tokio::time::sleep(POLL).await;
        };
        let name = if name.is_empty() { SOMEBODY.to_owned() } else { name };
        let agent = AgentStamp::named(name, false);
        let (end, trajectory) = recorder.end(end);
        Ok(Session { end, agent, trajectory, policy: None, usage: None })
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
    use ghostlib_model::{Role, SessionBudget, SessionId, Sha256Hex};
    use std::fs;
    use std::path::Path;

    fn assignment(dir: &Path, seconds: Option<u64>) -> Assignment {
        Assignment {
            session: SessionId::new("r-1"),
            role: Role::Implementer,
            workspace: dir.join("w"),
            prompt: "do".into(),
            spec: Sha256Hex::of(b""),
            n_before: 0,
            cargo_home: None,
            budget: SessionBudget { seconds, ..SessionBudget::default() },
        }
    }

    #[tokio::test]
    async fn a_task_is_waited_for_until_somebody_closes_it() {
        let dir = tempfile::tempdir().unwrap();
        let tasks = Tasks::new(dir.path().join("tasks"));
        let agent = HandoffAgent::new(tasks.clone());
        let assignment = assignment(dir.path(), Some(60));
        fs::create_dir_all(assignment.workspace.join("candidate")).unwrap();
        fs::write(assignment.workspace.join("candidate/Cargo.toml"), "").unwrap();
        let closer = async {
            while tasks.list().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tasks.claim("r-1", "a friend").unwrap();
            tokio::time::sleep(2 * POLL).await;
            tasks.done("r-1", "").unwrap();
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
}
