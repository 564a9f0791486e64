//! The folder of one check.

use ghostlib_sandbox::remove_folder;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A folder that goes away, also if something in it was made hard to remove. One that a process left behind which was
/// killed goes away with the next check.
pub(in crate::judge) struct Place {
    pub(in crate::judge) root: PathBuf,
    _lock: File,
}

/// The file that is locked for as long as a folder is in use; beside the folders, while they come and go.
const LOCK: &str = "lock";

impl Place {
    pub(in crate::judge) fn new(scratch: &Path) -> io::Result<Self> {
        fs::create_dir_all(scratch)?;
        let gate = File::create(scratch.join(LOCK))?;
        gate.lock()?;
        sweep(scratch)?;
        let root = tempfile::Builder::new().prefix("check-").tempdir_in(scratch)?.keep();
        let lock = File::create(root.join(LOCK))?;
        lock.lock()?;
        Ok(Self { root, _lock: lock })
    }

    /// Where the candidate lies.
    pub(in crate::judge) fn source(&self) -> PathBuf {
        self.root.join("candidate")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = remove_folder(&self.root);
    }
}

/// Removes the folders that nobody uses. Nobody makes one meanwhile.
fn sweep(scratch: &Path) -> io::Result<()> {
    for entry in fs::read_dir(scratch)? {
        let path = entry?.path();
        let is_used = File::open(path.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_err());
        if path.is_dir() && !is_used {
            let _ = remove_folder(&path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_behind_goes_away_and_what_is_used_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folders =
            || fs::read_dir(dir.path()).unwrap().filter(|one| one.as_ref().unwrap().path().is_dir()).count();
        for name in ["check-1", "check-2"] {
            fs::create_dir_all(dir.path().join(name).join("candidate")).unwrap();
        }
        File::create(dir.path().join("check-1").join(LOCK)).unwrap();
        let one = Place::new(dir.path()).unwrap();
        assert_eq!(folders(), 1);
        let two = Place::new(dir.path()).unwrap();
        assert_eq!(folders(), 2);
        drop((one, two));
        assert_eq!(folders(), 0);
    }
}
