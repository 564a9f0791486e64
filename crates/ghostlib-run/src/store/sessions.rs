//! The sessions of a project, as far as they are on the disk.

use super::{Project, ProjectError};
use ghostlib_model::{RunId, SessionId};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

/// A session, as it is found.
struct Found {
    id: SessionId,
    dir: PathBuf,
    /// When its folder was made.
    began: SystemTime,
    is_recorded: bool,
}

impl Project {
    /// The session with this id and its folder, or the newest one that is under way.
    ///
    /// # Errors
    /// If there is no such session, or none is under way.
    pub fn find_session(&self, wanted: Option<&str>) -> Result<(SessionId, PathBuf), ProjectError> {
        let mut sessions = Vec::new();
        for run in self.runs()? {
            sessions.extend(self.sessions(&run)?);
        }
        let (root, known) = (self.root().to_owned(), sessions.iter().map(|one| one.id.to_string()).collect());
        let found = if let Some(wanted) = wanted {
            let named = sessions.iter().find(|one| one.id.as_str() == wanted);
            named.ok_or_else(|| ProjectError::NoSession { session: wanted.into(), root, known })
        } else {
            let is_worked_in = self.is_locked();
            let under_way = sessions.iter().filter(|one| is_worked_in && !one.is_recorded);
            let newest = under_way.max_by_key(|one| one.began);
            newest.ok_or(ProjectError::NoneRunning { root, known })
        };
        found.map(|found| (found.id.clone(), found.dir.clone()))
    }

    /// The sessions of a run, in no order.
    fn sessions(&self, run: &RunId) -> Result<Vec<Found>, ProjectError> {
        let dir = self.run_dir(run).join("sessions");
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(ProjectError::Io { path: dir, source }),
        };
        let found = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let id = entry.file_name().to_str().filter(|name| !name.starts_with('.'))?.to_owned();
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_dir)?;
            let dir = entry.path();
            let is_recorded = dir.join("recording.toml").exists();
            Some(Found { id: SessionId::new(id), dir, began: metadata.modified().ok()?, is_recorded })
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|one| one.began);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_found_by_id_and_one_that_is_recorded_is_not_under_way() {
        let dir = tempfile::tempdir().unwrap();
        let project = Project::at(dir.path());
        let run = project.new_run().unwrap();
        let session = |name: &str| project.session_dir(&run, &SessionId::new(name));
        for name in ["r1-1", "r1-2", ".partial-r1-2"] {
            fs::create_dir_all(session(name)).unwrap();
        }
        fs::write(session("r1-1").join("recording.toml"), "").unwrap();
        assert_eq!(project.find_session(Some("r1-1")).unwrap().1, session("r1-1"));
        let none = project.find_session(None).unwrap_err();
        assert!(matches!(none, ProjectError::NoneRunning { .. }), "nobody works: {none}");
        let held = project.lock().unwrap();
        assert_eq!(project.find_session(None).unwrap().0.as_str(), "r1-2");
        fs::write(session("r1-2").join("recording.toml"), "").unwrap();
        assert!(project.find_session(None).is_err());
        let unknown = project.find_session(Some("r1-3")).unwrap_err().to_string();
        assert!(unknown.ends_with("there are: r1-1, r1-2"), "{unknown}");
        drop(held);
    }
}
