//! What a sandbox makes on the machine, and how it is unmade: at its end by its own supervisor, or after that
//! was killed by the next one.

use super::identity::is_assigned;
use super::{cgroup, ownership, tree};
use ownership::Lent;
use serde::{Deserialize, Serialize};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Everything that outlives a supervisor that is killed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Traces {
    /// The temporary folder.
    pub(super) temporary: PathBuf,
    /// Control groups.
    pub(super) cgroups: Vec<PathBuf>,
    /// The user that the command runs as, where that is one of the sandbox's own.
    pub(super) uid: Option<u32>,
    /// What was given to that user.
    pub(super) lent: Vec<Lent>,
}

impl Traces {
    /// Kills what is still running of a sandbox whose supervisor is dead. What is in a control group goes with
    /// it in [`remove`](Self::remove).
    pub(super) fn end_processes(&self) {
        if let Some(uid) = self.uid.filter(|uid| is_assigned(*uid)) {
            tree::end_processes_of(uid);
        }
    }

    /// Unmakes all of it. What is gone already is no error.
    pub(super) fn remove(&self) -> io::Result<()> {
        cgroup::remove(&self.cgroups)?;
        remove_folder(&self.temporary)?;
        match self.uid {
            Some(uid) => self.lent.iter().try_for_each(|lent| lent.take_back(uid)),
            None => Ok(()),
        }
    }
}

/// Also one in which folders were closed to their owner.
fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(folder)?;
            fs::remove_dir_all(folder)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn open_up(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}
