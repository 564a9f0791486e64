use super::tasks::{check_finished, taken};
use super::{Claim, Task, TaskError, TaskState, Tasks, Workspace};
use std::path::{Path, PathBuf};

/// Somebody outside who works on tasks through a program in between. A client sees tasks that are open and those that
/// it has claimed itself; what it writes, it writes into a workspace that it has claimed.
#[derive(Clone, Debug)]
pub struct Client {
    tasks: Tasks,
    /// The folder of all workspaces. A task whose own lies anywhere else is not touched.
    workspaces: PathBuf,
    key: String,
}

impl Client {
    /// A client of the tasks whose workspaces lie in a folder. Clients with different keys are different ones.
    pub fn new(tasks: Tasks, workspaces: impl Into<PathBuf>, key: impl Into<String>) -> Self {
        Self { tasks, workspaces: workspaces.into(), key: key.into() }
    }

    /// The tasks that are not closed, those of others too.
    ///
    /// # Errors
    /// If a task's file cannot be read.
    pub fn list(&self) -> Result<Vec<Task>, TaskError> {
        let mut tasks = self.tasks.list()?;
        tasks.retain(|task| !task.state.is_closed());
        Ok(tasks)
    }

    /// Takes an open task, under a name. Its own, it has already.
    ///
    /// # Errors
    /// If somebody else has it, it is closed, the client works on another one, or there is none with this id.
    pub fn claim(&self, id: &str, by: &str) -> Result<Task, TaskError> {
        if let Some(other) = self.list()?.into_iter().find(|task| self.holds(task) && task.id != id) {
            return Err(TaskError::Busy(other.id));
        }
        self.tasks.change(id, |task| {
            self.workspace_of(task)?;
            match &task.state {
                TaskState::Open => Ok(TaskState::Claimed(Claim::now(by, Some(self.key.clone())))),
                state if self.holds(task) => Ok(state.clone()),
                _ => Err(taken(task)),
            }
        })
    }

    /// The workspace of a task that is open, or that the client has claimed, for reading.
    ///
    /// # Errors
    /// If somebody else has it, it is closed, there is none with this id, or its folder cannot be used.
    pub fn readable(&self, id: &str) -> Result<Workspace, TaskError> {
        let task = self.tasks.find(id)?;
        if task.state != TaskState::Open && !self.holds(&task) {
            return Err(taken(&task));
        }
        self.workspace_of(&task)
    }

    /// The workspace of a task that the client has claimed.
    ///
    /// # Errors
    /// If the client has not claimed it, it is closed, there is none with this id, or its folder cannot be used.
    pub fn writable(&self, id: &str) -> Result<Workspace, TaskError> {
        let task = self.held(id)?;
        self.workspace_of(&task)
    }

    /// Says that a task which the client has claimed is done.
    ///
    /// # Errors
    /// As [`Self::writable`], and if its candidate is missing or cannot be used.
    pub fn submit(&self, id: &str) -> Result<Task, TaskError> {
        self.writable(id)?;
        self.tasks.change(id, |task| match &task.state {
            TaskState::Claimed(claim) if self.holds(task) => {
                check_finished(task)?;
                Ok(TaskState::Done(claim.by.clone()))
            }
            _ => Err(taken(task)),
        })
    }

    /// Gives a task up that the client has claimed.
    ///
    /// # Errors
    /// As [`Self::writable`].
    pub fn give_up(&self, id: &str, reason: &str) -> Result<Task, TaskError> {
        self.tasks.change(id, |task| {
            if self.holds(task) { Ok(TaskState::Failed(reason.to_owned())) } else { Err(taken(task)) }
        })
    }

    /// Gives back what the client has claimed and not closed. What cannot be given back stays claimed.
    pub fn leave(&self) {
        for task in self.list().unwrap_or_default().iter().filter(|task| self.holds(task)) {
            let _ = self.tasks.change(&task.id, |task| {
                if self.holds(task) { Ok(TaskState::Open) } else { Err(taken(task)) }
            });
        }
    }

    fn held(&self, id: &str) -> Result<Task, TaskError> {
        let task = self.tasks.find(id)?;
        if self.holds(&task) { Ok(task) } else { Err(taken(&task)) }
    }

    fn holds(&self, task: &Task) -> bool {
        matches!(&task.state, TaskState::Claimed(claim) if claim.key.as_deref() == Some(&self.key))
    }

    fn workspace_of(&self, task: &Task) -> Result<Workspace, TaskError> {
        let expected = self.workspaces.join(&task.id);
        let is_same = |path: &Path| {
            path.canonicalize().ok() == self.workspaces.canonicalize().ok().map(|dir| dir.join(&task.id))
        };
        if task.workspace != expected && !is_same(&task.workspace) {
            let reason = "the folder of the task is not among the workspaces of this project".into();
            return Err(TaskError::File { path: task.workspace.clone(), reason });
        }
        Workspace::open(&expected, task.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Role;
    use std::fs;

    fn place() -> (tempfile::TempDir, Tasks) {
        let dir = tempfile::tempdir().unwrap();
        let tasks = Tasks::new(dir.path().join("tasks"));
        for id in ["a", "b", "far"] {
            let folder = if id == "far" { "elsewhere" } else { "workspaces" };
            let workspace = dir.path().join(folder).join(id);
            fs::create_dir_all(workspace.join("candidate")).unwrap();
            fs::write(workspace.join("TASK.md"), "do").unwrap();
            let task = Task { id: id.into(), role: Role::Implementer, workspace, state: TaskState::Open };
            tasks.hand_out(&task).unwrap();
        }
        (dir, tasks)
    }

    fn client(dir: &tempfile::TempDir, tasks: &Tasks, key: &str) -> Client {
        Client::new(tasks.clone(), dir.path().join("workspaces"), key)
    }

    #[test]
    fn what_one_client_has_claimed_no_other_touches() {
        let (dir, tasks) = place();
        let [one, two] = ["1", "2"].map(|key| client(&dir, &tasks, key));
        assert_eq!(one.writable("a").unwrap_err(), TaskError::Unclaimed("a".into()));
        assert_eq!(two.readable("a").unwrap().read("TASK.md").unwrap(), "do");
        one.claim("a", "editor").unwrap();
        one.claim("a", "editor").unwrap();
        assert_eq!(one.claim("b", "editor").unwrap_err(), TaskError::Busy("a".into()));
        let claimed = TaskError::Claimed { id: "a".into(), by: "editor".into() };
        assert_eq!(two.claim("a", "editor").unwrap_err(), claimed);
        assert_eq!(two.readable("a").unwrap_err(), claimed);
        assert_eq!(two.writable("a").unwrap_err(), claimed);
        assert_eq!(two.submit("a").unwrap_err(), claimed);
        assert_eq!(two.give_up("a", "x").unwrap_err(), claimed);
        two.leave();
        assert!(one.submit("a").unwrap_err().to_string().ends_with("candidate/ is empty"));
        one.writable("a").unwrap().write("candidate/Cargo.toml", "").unwrap();
        assert_eq!(one.submit("a").unwrap().state, TaskState::Done("editor".into()));
        assert_eq!(one.readable("a").unwrap_err(), TaskError::Closed("a".into()));
        assert_eq!(one.writable("a").unwrap_err(), TaskError::Closed("a".into()));
    }

    #[test]
    fn a_client_that_leaves_gives_back_what_it_has_not_closed() {
        let (dir, tasks) = place();
        let one = client(&dir, &tasks, "1");
        one.claim("a", "editor").unwrap();
        tasks.claim("b", "a person").unwrap();
        one.leave();
        assert_eq!(tasks.find("a").unwrap().state, TaskState::Open);
        assert!(matches!(tasks.find("b").unwrap().state, TaskState::Claimed(_)));
        assert_eq!(
            one.writable("b").unwrap_err(),
            TaskError::Claimed { id: "b".into(), by: "a person".into() }
        );
    }

    #[test]
    fn a_task_whose_folder_lies_elsewhere_is_not_touched() {
        let (dir, tasks) = place();
        let one = client(&dir, &tasks, "1");
        for error in [one.readable("far").unwrap_err(), one.claim("far", "editor").unwrap_err()] {
            assert!(error.to_string().contains("not among the workspaces"), "{error}");
        }
        assert_eq!(tasks.find("far").unwrap().state, TaskState::Open, "a claim that cannot be used is none");
    }
}
