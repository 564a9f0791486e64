use super::{Claim, Task, TaskError, TaskState, Workspace};
use crate::tree::FileTree;
use crate::{TreeError, output_dir};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The tasks of a project: a file each in one folder. Any number of processes may use it at once.
#[derive(Clone, Debug)]
pub struct Tasks {
    dir: PathBuf,
}

/// The name of somebody who gave none.
const SOMEBODY: &str = "somebody";
/// The file that is locked while a task changes.
const LOCK: &str = "lock";

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

    /// The task with this id, if there is one.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn get(&self, id: &str) -> Result<Option<Task>, TaskError> {
        let path = self.path(id);
        if is_id(id) && path.exists() { read(&path).map(Some) } else { Ok(None) }
    }

    /// The task with this id.
    ///
    /// # Errors
    /// If there is none, or its file cannot be read.
    pub fn find(&self, id: &str) -> Result<Task, TaskError> {
        if let Some(task) = self.get(id)? {
            return Ok(task);
        }
        let mut open = self.list()?;
        open.retain(|task| task.state == TaskState::Open);
        Err(TaskError::Unknown { id: id.into(), open: open.into_iter().map(|task| task.id).collect() })
    }

    /// Takes an open task. Of several who try at once, one gets it.
    ///
    /// # Errors
    /// If somebody else has it, it is closed, or there is none with this id.
    pub fn claim(&self, id: &str, by: &str) -> Result<Task, TaskError> {
        self.change(id, |task| match &task.state {
            TaskState::Open => Ok(TaskState::Claimed(Claim::now(by, None))),
            _ => Err(taken(task)),
        })
    }

    /// Gives a claimed task back, with what lies in its folder. One that is open stays so.
    ///
    /// # Errors
    /// If it is closed, or there is none with this id.
    pub fn release(&self, id: &str) -> Result<Task, TaskError> {
        self.change(id, |task| if task.state.is_closed() { Err(taken(task)) } else { Ok(TaskState::Open) })
    }

    /// Says that a task is done; nobody's name is that of whoever claimed it.
    ///
    /// # Errors
    /// If its candidate is missing or cannot be used, somebody of another name has it, it is closed, or there is none
    /// with this id.
    pub fn done(&self, id: &str, by: &str) -> Result<Task, TaskError> {
        self.change(id, |task| {
            let by = match &task.state {
                TaskState::Claimed(claim) if by.is_empty() || claim.by == by => &claim.by,
                TaskState::Open => by,
                _ => return Err(taken(task)),
            };
            check_finished(task)?;
            Ok(TaskState::Done(by.to_owned()))
        })
    }

    /// Gives a task up, whoever has it.
    ///
    /// # Errors
    /// If it is closed, or there is none with this id.
    pub fn fail(&self, id: &str, reason: &str) -> Result<Task, TaskError> {
        self.change(id, |task| {
            if task.state.is_closed() { Err(taken(task)) } else { Ok(TaskState::Failed(reason.to_owned())) }
        })
    }

    /// Hands a task out, if there is none with its id yet.
    pub(super) fn hand_out(&self, task: &Task) -> Result<(), TaskError> {
        let _lock = self.lock()?;
        if self.get(&task.id)?.is_none() { self.write(task) } else { Ok(()) }
    }

    /// Changes a task while nobody else can.
    pub(super) fn change(
        &self,
        id: &str,
        step: impl FnOnce(&Task) -> Result<TaskState, TaskError>,
    ) -> Result<Task, TaskError> {
        // Where there is no task, no folder for them is made.
        self.find(id)?;
        let _lock = self.lock()?;
        let task = self.find(id)?;
        let changed = Task { state: step(&task)?, ..task };
        self.write(&changed)?;
        Ok(changed)
    }

    /// Held until it is dropped, or the process ends.
    fn lock(&self) -> Result<File, TaskError> {
        let path = self.dir.join(LOCK);
        let open = || {
            fs::create_dir_all(&self.dir)?;
            let file = File::options().write(true).create(true).truncate(false).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|error| file_error(&path, &error))
    }

    fn write(&self, task: &Task) -> Result<(), TaskError> {
        let path = self.path(&task.id);
        let partial = path.with_extension("partial");
        let text = serde_json::to_string_pretty(task).unwrap_or_default() + "\n";
        let write = || {
            let mut file = File::create(&partial)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&partial, &path)
        };
        write().map_err(|error| file_error(&path, &error))
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.json"))
    }
}

impl Claim {
    pub(super) fn now(by: &str, key: Option<String>) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { by: if by.is_empty() { SOMEBODY.into() } else { by.into() }, since, key }
    }
}

/// Why nobody else can take a task.
pub(super) fn taken(task: &Task) -> TaskError {
    let id = task.id.clone();
    match &task.state {
        TaskState::Claimed(claim) => TaskError::Claimed { id, by: claim.by.clone() },
        TaskState::Open => TaskError::Unclaimed(id),
        TaskState::Done(_) | TaskState::Failed(_) => TaskError::Closed(id),
    }
}

/// Whether what lies in a task's folder can be taken over.
pub(super) fn check_finished(task: &Task) -> Result<(), TaskError> {
    let unfinished = |reason: String| TaskError::Unfinished { id: task.id.clone(), reason };
    let files = Workspace::open(&task.workspace, task.role)?
        .output()
        .map_err(|error| unfinished(error.to_string()))?;
    if files.files.is_empty() {
        return Err(unfinished(format!("{}/ is empty", output_dir(task.role))));
    }
    // What the run refuses when it takes the candidate over is better known now.
    let dir = task.workspace.join(output_dir(task.role));
    let relative = |error: TreeError| {
        let path = error.path.strip_prefix(&task.workspace).unwrap_or(&error.path);
        unfinished(format!("{}: {}", path.display(), error.reason))
    };
    FileTree::read(&dir).map(drop).map_err(relative)
}

/// Whether a text can be an id: one that is no name of a file in the folder is none.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn read(path: &Path) -> Result<Task, TaskError> {
    let text = fs::read_to_string(path).map_err(|error| file_error(path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| TaskError::File { path: path.into(), reason: error.to_string() })
}

fn file_error(path: &Path, error: &io::Error) -> TaskError {
    TaskError::File { path: path.into(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Role;
    use std::sync::Barrier;

    /// Tasks, the first of them with a candidate.
    fn tasks(ids: &[&str]) -> (tempfile::TempDir, Tasks) {
        let dir = tempfile::tempdir().unwrap();
        let tasks = Tasks::new(dir.path().join("tasks"));
        for id in ids {
            let workspace = dir.path().join(id);
            fs::create_dir_all(workspace.join("candidate")).unwrap();
            let task = Task { id: (*id).into(), role: Role::Implementer, workspace, state: TaskState::Open };
            tasks.hand_out(&task).unwrap();
        }
        fs::write(dir.path().join(ids[0]).join("candidate/Cargo.toml"), "").unwrap();
        (dir, tasks)
    }

    #[test]
    fn of_many_who_claim_a_task_at_once_one_gets_it() {
        let (_dir, tasks) = tasks(&["a"]);
        let names: Vec<String> = (0..16).map(|n| format!("agent {n}")).collect();
        let barrier = Barrier::new(names.len());
        let winners: Vec<_> = std::thread::scope(|scope| {
            let claim = |name: &String| {
                let (tasks, barrier, name) = (&tasks, &barrier, name.clone());
                scope.spawn(move || {
                    barrier.wait();
                    tasks.claim("a", &name).is_ok()
                })
            };
            let threads: Vec<_> = names.iter().map(claim).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(winners.iter().filter(|won| **won).count(), 1);
        let winner = names.into_iter().zip(winners).find(|(_, won)| *won).unwrap().0;
        assert!(matches!(tasks.find("a").unwrap().state, TaskState::Claimed(claim) if claim.by == winner));
    }

    #[test]
    fn a_task_that_is_read_while_it_changes_is_whole() {
        let (_dir, tasks) = tasks(&["a"]);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for _ in 0..100 {
                    tasks.claim("a", "somebody").unwrap();
                    tasks.release("a").unwrap();
                }
            });
            while !writer.is_finished() {
                assert_eq!(tasks.list().unwrap().len(), 1);
            }
        });
    }

    #[test]
    fn a_claimed_task_is_done_by_whoever_has_it_and_by_nobody_else() {
        let (_dir, tasks) = tasks(&["a"]);
        tasks.claim("a", "one").unwrap();
        let claimed = TaskError::Claimed { id: "a".into(), by: "one".into() };
        assert_eq!(tasks.claim("a", "one").unwrap_err(), claimed);
        assert_eq!(tasks.done("a", "two").unwrap_err(), claimed);
        assert_eq!(tasks.done("a", "").unwrap().state, TaskState::Done("one".into()));
        assert_eq!(tasks.claim("a", "two").unwrap_err(), TaskError::Closed("a".into()));
        assert_eq!(tasks.release("a").unwrap_err(), TaskError::Closed("a".into()));
    }

    #[test]
    fn a_task_without_a_usable_candidate_is_not_done() {
        let (dir, tasks) = tasks(&["a", "b"]);
        let error = tasks.done("b", "").unwrap_err().to_string();
        assert_eq!(error, "the task `b` cannot be done: candidate/ is empty");
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("b/candidate/lib.rs")).unwrap();
        let error = tasks.done("b", "").unwrap_err().to_string();
        assert!(error.contains("candidate/lib.rs: it is a link"), "{error}");
        assert_eq!(tasks.find("b").unwrap().state, TaskState::Open);
        tasks.fail("b", "too hard").unwrap();
    }

    #[test]
    fn an_id_is_no_path() {
        let (dir, tasks) = tasks(&["a"]);
        fs::copy(dir.path().join("tasks/a.json"), dir.path().join("a.json")).unwrap();
        for id in ["../a", "", ".", "a/../a", "a.json", "A"] {
            let error = tasks.find(id).unwrap_err();
            assert_eq!(error, TaskError::Unknown { id: id.into(), open: vec!["a".into()] });
        }
        let none = Tasks::new(dir.path().join("none"));
        assert_eq!(none.claim("x", "").unwrap_err().to_string(), "there is no task `x`; no task is open");
        assert!(!dir.path().join("none").exists());
    }

    #[test]
    fn tasks_that_an_older_ghostlib_wrote_are_read() {
        let (dir, tasks) = tasks(&["a"]);
        for (state, expected) in [
            (r#"{"kind": "open"}"#, TaskState::Open),
            (r#"{"kind": "done", "detail": "a friend"}"#, TaskState::Done("a friend".into())),
            (r#"{"kind": "failed", "detail": "too hard"}"#, TaskState::Failed("too hard".into())),
        ] {
            let text =
                format!(r#"{{"id": "old", "role": "implementer", "workspace": "/w/old", "state": {state}}}"#);
            fs::write(dir.path().join("tasks/old.json"), text).unwrap();
            assert_eq!(tasks.find("old").unwrap().state, expected);
        }
    }
}
