//! What a sandbox makes on the machine, and how it is unmade: at its end by its own supervisor, or after that
//! was killed by the next one.

use super::identity::is_assigned;
use super::walk::{Moment, walk};
use super::{cgroup, ownership, tree};
use ownership::Lent;
use rustix::fs::{AtFlags, Mode, chmodat, unlinkat};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
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

    /// Unmakes all of it, as far as that goes. What is gone already is no error.
    pub(super) fn remove(&self) -> io::Result<()> {
        let ended = cgroup::remove(&self.cgroups);
        let removed = remove_folder(&self.temporary);
        let lent = self.uid.iter().flat_map(|uid| self.lent.iter().map(|lent| lent.take_back(*uid)));
        lent.fold(ended.and(removed), Result::and)
    }
}

/// Removes a folder that a sandboxed process may have filled: links are not followed, also not one in its place; folders
/// in it may be closed to their owner and of any depth. One that is not there is no error.
///
/// # Errors
/// If something in it cannot be removed, or changes meanwhile.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    walk(folder, &mut |moment, entry| match (moment, entry.is_folder()) {
        (Moment::Met, true) => Ok(chmodat(entry.folder, entry.name, Mode::RWXU, AtFlags::empty())?),
        (Moment::Met, false) => Ok(unlinkat(entry.folder, entry.name, AtFlags::empty())?),
        (Moment::Left, _) => Ok(unlinkat(entry.folder, entry.name, AtFlags::REMOVEDIR)?),
    })?;
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // A link, or a file, that somebody has put in its place.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => fs::remove_file(folder),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn closed_folders_go_and_what_links_lead_to_stays() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = dir.path().join("folder");
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/b/file"), "x").unwrap();
        fs::write(outside.path().join("file"), "x").unwrap();
        symlink(outside.path(), folder.join("a/link")).unwrap();
        fs::set_permissions(folder.join("a/b"), fs::Permissions::from_mode(0o000)).unwrap();
        remove_folder(&folder).unwrap();
        assert!(!folder.exists());
        remove_folder(&folder).unwrap();
        symlink(outside.path(), &folder).unwrap();
        remove_folder(&folder).unwrap();
        assert!(fs::symlink_metadata(&folder).is_err() && outside.path().join("file").exists());
    }
}
