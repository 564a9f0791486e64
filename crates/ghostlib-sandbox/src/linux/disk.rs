//! How much of the disk a sandbox takes.

use super::walk::{Moment, walk};
use rustix::fs::{FileType, Stat, lstat};
use rustix::process::Pid;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Stands for more than can be counted.
const TOO_MANY: u64 = u64::MAX;

/// What lies below some folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// On the disk: a hole in a sparse file takes none.
    pub(super) bytes: u64,
    /// Files, folders and links.
    pub(super) n_files: u64,
}

/// What lies below the roots, and what the processes hold open of files there that have no name any more.
pub(super) fn usage(roots: &[PathBuf], processes: &[Pid]) -> Usage {
    let mut count = Count::default();
    for root in roots {
        count.add_below(root);
    }
    for pid in processes {
        count.add_unnamed(*pid);
    }
    count.usage
}

#[derive(Default)]
struct Count {
    usage: Usage,
    devices: HashSet<u64>,
    /// Files that have several names count once.
    seen: HashSet<(u64, u64)>,
}

impl Count {
    fn add_below(&mut self, root: &Path) {
        let Ok(stat) = lstat(root) else { return };
        self.devices.insert(stat.st_dev);
        self.add(&stat);
        let walked = walk(root, &mut |moment, entry| {
            if moment == Moment::Met {
                self.add(entry.stat);
            }
            Ok(())
        });
        // What changes meanwhile is counted at the next look, but a closed folder is a hiding place.
        if walked.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied) {
            self.usage.n_files = TOO_MANY;
        }
    }

    fn add(&mut self, stat: &Stat) {
        self.usage.n_files = self.usage.n_files.saturating_add(1);
        let is_folder = FileType::from_raw_mode(stat.st_mode).is_dir();
        if is_folder || stat.st_nlink == 1 || self.seen.insert((stat.st_dev, stat.st_ino)) {
            self.usage.bytes += stat.st_blocks.unsigned_abs() * 512;
        }
    }

    /// Only on the same devices: files in memory have no name either.
    fn add_unnamed(&mut self, pid: Pid) {
        let open = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).into_iter().flatten().flatten();
        for metadata in open.filter_map(|entry| fs::metadata(entry.path()).ok()) {
            let is_unnamed = metadata.is_file() && metadata.nlink() == 0;
            if is_unnamed
                && self.devices.contains(&metadata.dev())
                && self.seen.insert((metadata.dev(), metadata.ino()))
            {
                self.usage.bytes += metadata.blocks() * 512;
                self.usage.n_files = self.usage.n_files.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::getpid;
    use std::io::Write;

    #[test]
    fn names_are_counted_each_and_contents_once() {
        let root = tempfile::tempdir().unwrap();
        let empty = usage(&[root.path().into()], &[]);
        fs::create_dir(root.path().join("folder")).unwrap();
        fs::write(root.path().join("folder/file"), vec![1; 1 << 20]).unwrap();
        let one = usage(&[root.path().into()], &[]);
        fs::hard_link(root.path().join("folder/file"), root.path().join("again")).unwrap();
        std::os::unix::fs::symlink("/usr", root.path().join("link")).unwrap();
        let all = usage(&[root.path().into()], &[]);
        assert_eq!((empty.n_files, one.n_files, all.n_files), (1, 3, 5));
        assert!(one.bytes >= empty.bytes + (1 << 20), "{one:?}");
        assert!(all.bytes < one.bytes + (1 << 19), "{all:?}");
    }

    #[test]
    fn a_file_that_lost_its_name_counts_while_it_is_open() {
        let root = tempfile::tempdir().unwrap();
        let mut file = tempfile::tempfile_in(root.path()).unwrap();
        file.write_all(&vec![1; 1 << 20]).unwrap();
        let named = usage(&[root.path().into()], &[]);
        assert!(usage(&[root.path().into()], &[getpid()]).bytes >= named.bytes + (1 << 20));
    }

    #[test]
    fn a_sparse_file_takes_what_is_written_of_it() {
        let root = tempfile::tempdir().unwrap();
        fs::File::create(root.path().join("sparse")).unwrap().set_len(1 << 40).unwrap();
        assert!(usage(&[root.path().into()], &[]).bytes < 1 << 20);
    }
}
