//! What a project can do without: what is made again when it is needed, and runs that nobody looks at any more.

use super::{Candidates, CandidatesError, Journal, Project, ProjectError};
use ghostlib_model::{RunId, RunSummary};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Something that can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waste {
    /// The folder.
    pub path: PathBuf,
    /// Bytes of its files.
    pub bytes: u64,
    /// The run that goes with it, where it is one.
    pub run: Option<RunId>,
}

/// Why something cannot be cleaned away.
#[derive(Debug, thiserror::Error)]
pub enum CleanError {
    /// The project.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The repository of candidates.
    #[error(transparent)]
    Candidates(#[from] CandidatesError),
    /// A folder.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Project {
    /// Bytes of all files of a run.
    pub fn run_bytes(&self, run: &RunId) -> u64 {
        bytes(&self.run_dir(run))
    }

    /// What can go: builds, the workspaces of sessions that are recorded, the logs of all runs but the newest, and, where
    /// `keep` says how many runs stay, those before the newest of them that have ended. A run that has not ended stays.
    ///
    /// # Errors
    /// If the project's folder cannot be read.
    pub fn waste(&self, keep: Option<usize>) -> Result<Vec<Waste>, ProjectError> {
        let runs = self.runs()?;
        let n_old = keep.map_or(0, |keep| runs.len().saturating_sub(keep));
        let has_ended = |run: &&RunId| {
            // One that cannot be read is not known to have ended.
            Journal::read(&self.journal(run)).is_ok_and(|events| RunSummary::of(events).end.is_some())
        };
        let old = runs.iter().take(n_old).filter(has_ended);
        let mut waste: Vec<Waste> =
            old.map(|run| Waste { run: Some(run.clone()), ..Waste::at(self.run_dir(run)) }).collect();
        waste.push(Waste::at(self.reference_build()));
        waste.extend(self.recorded_workspaces()?.into_iter().map(Waste::at));
        let older = runs.iter().take(runs.len().saturating_sub(1));
        let goes_anyway = |run: &&RunId| waste.iter().any(|one| one.run.as_ref() == Some(*run));
        let logs: Vec<PathBuf> = older
            .filter(|run| !goes_anyway(run))
            .flat_map(|run| [self.log(run), self.full_log(run)])
            .collect();
        waste.extend(logs.into_iter().map(Waste::at));
        waste.retain(|one| one.bytes > 0 || one.run.is_some());
        Ok(waste)
    }

    /// The workspaces of sessions whose recordings are whole.
    fn recorded_workspaces(&self) -> Result<Vec<PathBuf>, ProjectError> {
        let mut recorded = BTreeSet::new();
        for run in self.runs()? {
            let sessions = self.run_dir(&run).join("sessions");
            let entries =
                WalkDir::new(&sessions).min_depth(2).max_depth(2).into_iter().filter_map(Result::ok);
            let whole = entries.filter(|entry| entry.file_name() == "recording.toml");
            recorded.extend(whole.filter_map(|entry| Some(entry.path().parent()?.file_name()?.to_owned())));
        }
        let entries =
            WalkDir::new(self.workspaces()).min_depth(1).max_depth(1).into_iter().filter_map(Result::ok);
        let is_recorded = |path: &Path| {
            // Beside a workspace stands what it was prepared with.
            let name = path.with_extension("");
            name.file_name().is_some_and(|name| recorded.contains(name))
        };
        Ok(entries.map(walkdir::DirEntry::into_path).filter(|path| is_recorded(path)).collect())
    }

    /// Removes what [`Self::waste`] has found. The caller has the project's lock.
    ///
    /// # Errors
    /// If something cannot be removed; what comes before it is gone.
    pub fn clean(&self, waste: &[Waste]) -> Result<(), CleanError> {
        for one in waste {
            if let Some(run) = &one.run {
                Candidates::open(&self.candidates())?.forget(run)?;
            }
            ghostlib_sandbox::remove_folder(&one.path)
                .map_err(|source| CleanError::Io { path: one.path.clone(), source })?;
        }
        Ok(())
    }
}

impl Waste {
    fn at(path: PathBuf) -> Self {
        Self { bytes: bytes(&path), path, run: None }
    }
}

/// Links are not followed.
fn bytes(path: &Path) -> u64 {
    let files = WalkDir::new(path).into_iter().filter_map(Result::ok);
    files
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}
