//! Lets a user that owns nothing reach the paths of its policy, although they lie in folders of root that are
//! closed to others, such as `/root`. In a view of the file system that is the sandbox's own, a closed folder
//! is covered by an empty open one, and what the policy names in it is put back at its place. For bubblewrap,
//! whose root is made of nothing else, only the named folders themselves can be closed.

use nix::sched::{CloneFlags, unshare};
use rustix::fs::{Mode, OFlags, open};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change};
use std::fs::{self, Metadata};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The bits by which others may enter a folder, and list it.
const ENTER: u32 = 0o001;
const LIST: u32 = 0o005;

/// What a policy names, instead of a folder that is closed to others: its entries.
pub(super) fn opened(path: &Path, uid: u32) -> Vec<PathBuf> {
    if !is_closed(path, uid, LIST) {
        return vec![path.to_path_buf()];
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Changes what this process sees, so that `uid` can reach the paths. They must be there.
pub(super) fn make_reachable<'a>(paths: impl Iterator<Item = &'a PathBuf>, uid: u32) -> io::Result<()> {
    let mut paths: Vec<&PathBuf> = paths.collect();
    if !paths.iter().any(|path| closed_on_the_way(path, uid).is_some() || is_closed(path, uid, LIST)) {
        return Ok(());
    }
    // An outer folder is put back before what lies in it.
    paths.sort_by_key(|path| path.components().count());
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)?;
    let held = paths.into_iter().map(|path| Ok((path.as_path(), hold(path)?)));
    let held = held.collect::<io::Result<Vec<(&Path, OwnedFd)>>>()?;
    held.iter().try_for_each(|(path, place)| put_back(path, place, uid))
}

fn hold(path: &Path) -> io::Result<OwnedFd> {
    Ok(open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?)
}

fn put_back(path: &Path, place: &OwnedFd, uid: u32) -> io::Result<()> {
    while let Some(closed) = closed_on_the_way(path, uid) {
        cover(&closed)?;
    }
    let source = PathBuf::from(format!("/proc/self/fd/{}", place.as_raw_fd()));
    if !path.exists() {
        bind(&source, path)?;
    }
    if is_closed(path, uid, LIST) {
        let entries = fs::read_dir(&source)?.collect::<io::Result<Vec<_>>>()?;
        cover(path)?;
        for entry in entries {
            let target = path.join(entry.file_name());
            if entry.file_type()?.is_symlink() {
                std::os::unix::fs::symlink(fs::read_link(entry.path())?, target)?;
            } else {
                bind(&entry.path(), &target)?;
            }
        }
    }
    Ok(())
}

fn cover(folder: &Path) -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(mount("tmpfs", folder, "tmpfs", flags, Some(c"mode=0755,size=1m"))?)
}

/// Makes the place, which is on a cover, and shows the source there.
fn bind(source: &Path, target: &Path) -> io::Result<()> {
    if fs::metadata(source)?.is_dir() {
        fs::create_dir_all(target)?;
    } else {
        target.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(target, "")?;
    }
    Ok(mount_bind_recursive(source, target)?)
}

/// The outermost folder above the path that `uid` cannot enter.
fn closed_on_the_way(path: &Path, uid: u32) -> Option<PathBuf> {
    let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
    above.reverse();
    above.into_iter().find(|folder| is_closed(folder, uid, ENTER)).map(Path::to_path_buf)
}

fn is_closed(path: &Path, uid: u32, bits: u32) -> bool {
    let lacks =
        |metadata: &Metadata| metadata.is_dir() && metadata.uid() != uid && metadata.mode() & bits != bits;
    fs::metadata(path).is_ok_and(|metadata| lacks(&metadata))
}
