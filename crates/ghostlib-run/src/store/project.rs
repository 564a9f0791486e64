use ghostlib_agent::{FileTree, TreeError};
use ghostlib_model::{RunId, SessionId, Sha256Hex};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// A project's folder, and where things are kept in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

/// The right to write to a project, for as long as it is held. It goes with the process that holds it.
#[derive(Debug)]
pub struct ProjectLock {
    _file: File,
}

/// Why a project cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Another process is writing.
    #[error("another ghostlib (process {pid}) is working in {}", .root.display())]
    Busy {
        /// The project.
        root: PathBuf,
        /// The process, as it wrote itself down.
        pid: String,
    },
    /// There is no such run.
    #[error("there is no run{} in {}{}", named(.run.as_deref()), .root.display(), known_text(.known))]
    NoRun {
        /// The run, if one was named.
        run: Option<String>,
        /// The project.
        root: PathBuf,
        /// The runs there are.
        known: Vec<String>,
    },
    /// There is no such session.
    #[error("there is no session `{session}` in {}{}", .root.display(), known_text(.known))]
    NoSession {
        /// The session.
        session: String,
        /// The project.
        root: PathBuf,
        /// The sessions there are.
        known: Vec<String>,
    },
    /// No session is under way.
    #[error("no session is running in {}", .root.display())]
    NoneRunning {
        /// The project.
        root: PathBuf,
        /// The sessions there are.
        known: Vec<String>,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn named(run: Option<&str>) -> String {
    run.map_or_else(String::new, |run| format!(" `{run}`"))
}

fn known_text(known: &[String]) -> String {
    if known.is_empty() { " yet".into() } else { format!("; there are: {}", known.join(", ")) }
}

impl Project {
    /// The project at a folder, which need not have been used before.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Takes the right to write.
    ///
    /// # Errors
    /// If another process has it, or the file system fails.
    pub fn lock(&self) -> Result<ProjectLock, ProjectError> {
        let dir = self.store();
        fs::create_dir_all(&dir).map_err(io_error(&dir))?;
        let path = dir.join("lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io_error(&path))?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                return Err(ProjectError::Busy { root: self.root.clone(), pid: pid.trim().into() });
            }
            Err(TryLockError::Error(source)) => return Err(ProjectError::Io { path, source }),
        }
        // Who holds the lock is told to whoever finds it taken.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(io_error(&path))?;
        Ok(ProjectLock { _file: file })
    }

    /// Whether a process has the right to write now.
    pub fn is_locked(&self) -> bool {
        let file = File::open(self.store().join("lock"));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// The ids of all runs, oldest first.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn runs(&self) -> Result<Vec<RunId>, ProjectError> {
        let dir = self.store().join("runs");
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(ProjectError::Io { path: dir, source }),
        };
        let mut numbers: Vec<u32> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_prefix('r')?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers.into_iter().map(run_id).collect())
    }

    /// The run with this id, or the newest one.
    ///
    /// # Errors
    /// If there is no such run.
    pub fn find_run(&self, wanted: Option<&str>) -> Result<RunId, ProjectError> {
        // A run that ended before it had a journal has nothing to show.
        let mut runs = self.runs()?;
        runs.retain(|run| self.journal(run).is_file());
        let found = match wanted {
            Some(wanted) => runs.iter().find(|run| run.as_str() == wanted),
            None => runs.last(),
        };
        found.cloned().ok_or_else(|| ProjectError::NoRun {
            run: wanted.map(str::to_owned),
            root: self.root.clone(),
            known: runs.iter().map(ToString::to_string).collect(),
        })
    }

    /// Makes the folder of one more run.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new_run(&self) -> Result<RunId, ProjectError> {
        let run = self.next_run()?;
        let dir = self.run_dir(&run);
        fs::create_dir_all(&dir).map_err(io_error(&dir))?;
        Ok(run)
    }

    /// What the next run is called.
    pub(super) fn next_run(&self) -> Result<RunId, ProjectError> {
        let last = self.runs()?.last().and_then(|run| run.as_str().strip_prefix('r')?.parse::<u32>().ok());
        Ok(run_id(last.map_or(1, |last| last + 1)))
    }

    /// The folder of a run.
    pub fn run_dir(&self, run: &RunId) -> PathBuf {
        self.store().join("runs").join(run.as_str())
    }

    /// The journal of a run.
    pub fn journal(&self, run: &RunId) -> PathBuf {
        self.run_dir(run).join("journal.jsonl")
    }

    /// The log of a run.
    pub fn log(&self, run: &RunId) -> PathBuf {
        self.run_dir(run).join("log.jsonl")
    }

    /// The log before it, if there was one: it was full.
    pub fn full_log(&self, run: &RunId) -> PathBuf {
        self.log(run).with_extension("old.jsonl")
    }

    /// A spec that a run has had, by its hash.
    pub fn spec_dir(&self, run: &RunId, spec: &Sha256Hex) -> PathBuf {
        self.run_dir(run).join("specs").join(spec.short())
    }

    /// The recording of a session.
    pub fn session_dir(&self, run: &RunId, session: &SessionId) -> PathBuf {
        self.run_dir(run).join("sessions").join(session.as_str())
    }

    /// Where an agent works.
    pub fn workspace(&self, session: &SessionId) -> PathBuf {
        self.workspaces().join(session.as_str())
    }

    /// Where all agents work.
    pub fn workspaces(&self) -> PathBuf {
        self.store().join("workspaces")
    }

    /// Tasks that were handed out.
    pub fn tasks(&self) -> PathBuf {
        self.store().join("tasks")
    }

    /// The repository of candidates.
    pub fn candidates(&self) -> PathBuf {
        self.store().join("candidates.git")
    }

    /// References with their dependencies.
    pub fn references(&self) -> PathBuf {
        self.store().join("cache").join("references")
    }

    /// The reference's driver and build output.
    pub fn reference_build(&self) -> PathBuf {
        self.store().join("build")
    }

    /// Where candidates are built that are not finished.
    pub fn checks(&self) -> PathBuf {
        self.store().join("build").join("checks")
    }

    /// Writes a candidate to where it is built, if it is not there yet, and gives the folders of its source and of its
    /// build: of their own for each tree, by its hash. No two candidates share what a build can write to, and cargo,
    /// which tells files apart by their time, does not take a new tree for an old one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn lay_out(&self, tree: &FileTree, hash: &str) -> Result<[PathBuf; 2], TreeError> {
        let root = self.store().join("build").join("candidates").join(hash);
        let dir = root.join("source");
        if !dir.is_dir() {
            let at = |path: &Path| {
                let path = path.to_owned();
                move |error: io::Error| TreeError { path, reason: error.to_string(), kind: error.kind() }
            };
            let partial = dir.with_extension("partial");
            if partial.exists() {
                fs::remove_dir_all(&partial).map_err(at(&partial))?;
            }
            tree.write(&partial)?;
            fs::rename(&partial, &dir).map_err(at(&dir))?;
        }
        Ok([dir, root.join("build")])
    }

    fn store(&self) -> PathBuf {
        self.root.join(".ghostlib")
    }
}

/// Somebody who only looks whether a project is locked has the lock for a moment.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            locked => return locked,
        }
    }
    file.try_lock()
}

fn run_id(number: u32) -> RunId {
    RunId::new(format!("r{number}"))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> ProjectError + use<> {
    let path = path.to_owned();
    move |source| ProjectError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let project = Project::at(dir.path());
        assert!(!project.is_locked());
        let held = project.lock().unwrap();
        assert!(project.is_locked());
        let error = project.lock().unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(held);
        project.lock().unwrap();
    }

    #[test]
    fn runs_are_numbered_and_the_newest_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let project = Project::at(dir.path());
        assert!(project.find_run(None).unwrap_err().to_string().contains(" yet"));
        for _ in 0..11 {
            let run = project.new_run().unwrap();
            fs::write(project.journal(&run), "").unwrap();
        }
        project.new_run().unwrap();
        assert_eq!(project.find_run(None).unwrap().as_str(), "r11");
        assert_eq!(project.find_run(Some("r2")).unwrap().as_str(), "r2");
        assert!(project.find_run(Some("r12")).unwrap_err().to_string().contains("there are: r1, r2"));
    }
}
