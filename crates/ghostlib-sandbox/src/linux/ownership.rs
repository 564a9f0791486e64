//! Files that are lent to the user that a sandboxed process runs as, and taken back when it has ended.

use super::identity::is_assigned;
use super::walk::{Moment, walk};
use rustix::fs::{AtFlags, CWD, Gid, Stat, Uid, chownat, statat};
use rustix::io::Errno;
use rustix::path::Arg;
use rustix::process::{getegid, geteuid};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A folder or file that was lent, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lent {
    path: PathBuf,
    uid: u32,
    gid: u32,
}

impl Lent {
    /// What is to be lent. Nothing changes yet.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let metadata = fs::metadata(&path)?;
        // A sandbox that is just ending, or that nobody has cleared away after yet, may still have it.
        let (uid, gid) = match metadata.uid() {
            lent if is_assigned(lent) => (geteuid().as_raw(), getegid().as_raw()),
            own => (own, metadata.gid()),
        };
        Ok(Self { path, uid, gid })
    }

    /// Gives what is its owner's of it and of all that is below to that user and its group. What is somebody else's
    /// stays so.
    pub(super) fn give(&self, uid: u32) -> io::Result<()> {
        let is_own = |stat: &Stat| stat.st_uid == self.uid || is_assigned(stat.st_uid);
        self.change(&|stat| is_own(stat).then_some((uid, uid)))
    }

    /// Takes back what belongs to that user, which includes what it has made. The kernel clears the bits by
    /// which a program would run as its owner when that owner changes. To be called when no process of that
    /// user is left.
    pub(super) fn take_back(&self, uid: u32) -> io::Result<()> {
        self.change(&|stat| (stat.st_uid == uid).then_some((self.uid, self.gid)))
    }

    /// Changes owners, of links and not of what they lead to. What is not there is left out.
    fn change(&self, owner: &dyn Fn(&Stat) -> Option<(u32, u32)>) -> io::Result<()> {
        walk(&self.path, &mut |moment, entry| match moment {
            Moment::Met => own(entry.folder, entry.name, entry.stat, owner(entry.stat)),
            Moment::Left => Ok(()),
        })?;
        match statat(CWD, &self.path, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            stat => {
                let stat = stat?;
                own(CWD, &self.path, &stat, owner(&stat))
            }
        }
    }
}

fn own(folder: BorrowedFd<'_>, name: impl Arg, stat: &Stat, owner: Option<(u32, u32)>) -> io::Result<()> {
    match owner {
        Some(owner) if (stat.st_uid, stat.st_gid) != owner => {
            let (uid, gid) = (Uid::from_raw(owner.0), Gid::from_raw(owner.1));
            Ok(chownat(folder, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::identity::assigned;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn what_is_lent_comes_back_without_the_power_of_its_owner() {
        if !rustix::process::geteuid().is_root() {
            // Nobody else can give files away, and ghostlib does not try.
            return;
        }
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let uid = assigned(4000).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let program = folder.path().join("sub/program");
        fs::write(&program, "x").unwrap();
        fs::write(outside.path().join("file"), "x").unwrap();
        symlink(outside.path(), folder.path().join("link")).unwrap();
        let others = folder.path().join("sub/of-another");
        fs::write(&others, "x").unwrap();
        std::os::unix::fs::chown(&others, Some(4321), None).unwrap();
        let lent = Lent::of(folder.path()).unwrap();
        let owner = |path: &Path| fs::symlink_metadata(path).unwrap().uid();
        lent.give(uid).unwrap();
        assert_eq!(Lent::of(folder.path()).unwrap(), lent);
        assert_eq!(owner(&others), 4321, "what is somebody else's");
        assert_eq!(
            (owner(folder.path()), owner(&program), owner(&folder.path().join("link"))),
            (uid, uid, uid)
        );
        assert_eq!((owner(outside.path()), owner(&outside.path().join("file"))), (0, 0));
        fs::set_permissions(&program, fs::Permissions::from_mode(0o6755)).unwrap();
        lent.take_back(uid).unwrap();
        assert_eq!((owner(folder.path()), owner(&program), owner(&folder.path().join("link"))), (0, 0, 0));
        assert_eq!(fs::metadata(&program).unwrap().permissions().mode() & 0o7777, 0o755);
    }
}
