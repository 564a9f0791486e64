//! Going through a tree that somebody else has made: by descriptors and never by paths, so that no link that is
//! put in its way leads out of it, and with one descriptor at a time, so that no depth is too deep.

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, open, openat, statat};
use rustix::io::Errno;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// When an entry is looked at. What is no folder is met alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// It is found, and not gone into yet.
    Met,
    /// It is a folder, and all that is in it has been looked at.
    Left,
}

/// Something in a tree.
pub(super) struct Entry<'a> {
    /// The folder that it is in.
    pub(super) folder: BorrowedFd<'a>,
    pub(super) name: &'a CStr,
    /// As it was when it was met.
    pub(super) stat: &'a Stat,
}

impl Entry<'_> {
    pub(super) fn is_folder(&self) -> bool {
        is_folder(self.stat)
    }
}

/// A folder that the walk is in.
struct Level {
    /// Its name in the one above, and what it is.
    name: CString,
    stat: Stat,
    /// What in it is still to be looked at.
    left: Vec<CString>,
}

/// Goes through all that is below a folder, folders before what is in them, and stays on its device. A folder that is
/// not there has nothing in it.
///
/// # Errors
/// What `visit` returns, or that of the first folder that cannot be read. What vanishes meanwhile is no error.
pub(super) fn walk(
    root: &Path,
    visit: &mut dyn FnMut(Moment, &Entry<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut here = match open(root, FOLDER, Mode::empty()) {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
        opened => opened?,
    };
    let stat = fstat(&here)?;
    let mut levels = vec![Level { name: CString::default(), left: names(&here)?, stat }];
    while let Some(level) = levels.last_mut() {
        let Some(name) = level.left.pop() else {
            let (Some(Level { name, stat, .. }), Some(above)) = (levels.pop(), levels.last()) else { break };
            here = up(&here, &above.stat)?;
            visit(Moment::Left, &Entry { folder: here.as_fd(), name: &name, stat: &stat })?;
            continue;
        };
        let found = match statat(&here, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => continue,
            found => found?,
        };
        visit(Moment::Met, &Entry { folder: here.as_fd(), name: &name, stat: &found })?;
        if is_folder(&found) && found.st_dev == stat.st_dev {
            match openat(&here, &name, FOLDER, Mode::empty()) {
                Err(Errno::NOENT) => {}
                opened => {
                    here = opened?;
                    levels.push(Level { name, left: names(&here)?, stat: fstat(&here)? });
                }
            }
        }
    }
    Ok(())
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn is_folder(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode).is_dir()
}

fn names(folder: &OwnedFd) -> io::Result<Vec<CString>> {
    let entries = Dir::read_from(folder)?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_owned()));
    let names: io::Result<Vec<CString>> = names.collect();
    Ok(names?.into_iter().filter(|name| ![c".", c".."].contains(&name.as_c_str())).collect())
}

/// The folder above, if it is still the one that led here.
fn up(here: &OwnedFd, above: &Stat) -> io::Result<OwnedFd> {
    let folder = openat(here, c"..", FOLDER, Mode::empty())?;
    let stat = fstat(&folder)?;
    if (stat.st_dev, stat.st_ino) == (above.st_dev, above.st_ino) {
        Ok(folder)
    } else {
        Err(io::Error::other("a folder was moved while it was gone through"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{mkdirat, unlinkat};
    use std::fs;
    use std::os::unix::fs::symlink;

    fn met(root: &Path) -> Vec<(Moment, String)> {
        let mut met = Vec::new();
        walk(root, &mut |moment, entry| {
            met.push((moment, entry.name.to_string_lossy().into_owned()));
            Ok(())
        })
        .unwrap();
        met
    }

    #[test]
    fn folders_come_before_what_is_in_them_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        symlink("/usr", root.path().join("a/b/link")).unwrap();
        let expected = [(Moment::Met, "a"), (Moment::Met, "b"), (Moment::Met, "link")]
            .into_iter()
            .chain([(Moment::Left, "b"), (Moment::Left, "a")]);
        let expected: Vec<_> = expected.map(|(moment, name)| (moment, name.to_owned())).collect();
        assert_eq!(met(root.path()), expected);
        assert_eq!(met(&root.path().join("missing")), []);
        assert_eq!(met(&root.path().join("a/b/link")), [], "a root that is a link");
    }

    #[test]
    fn a_depth_beyond_paths_and_descriptors_is_gone_through() {
        const DEPTH: usize = 5000;
        let root = tempfile::tempdir().unwrap();
        let mut here = open(root.path(), FOLDER, Mode::empty()).unwrap();
        for _ in 0..DEPTH {
            mkdirat(&here, c"d", Mode::RWXU).unwrap();
            here = openat(&here, c"d", FOLDER, Mode::empty()).unwrap();
        }
        let mut n_left = 0;
        walk(root.path(), &mut |moment, entry| {
            if moment == Moment::Left {
                n_left += 1;
                unlinkat(entry.folder, entry.name, AtFlags::REMOVEDIR)?;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!((n_left, fs::read_dir(root.path()).unwrap().count()), (DEPTH, 0));
    }
}
