//! How much of the disk a sandbox takes.

use super::walk::{Moment, walk};
use rustix::fs::{FileType, Stat, lstat, makedev};
use rustix::process::Pid;
use std::collections::{HashMap, HashSet};
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

    /// What the process holds of files without a name, open or mapped into its memory.
    fn add_unnamed(&mut self, pid: Pid) {
        self.add_open(pid);
        let maps = fs::read_to_string(format!("/proc/{}/maps", pid.as_raw_nonzero())).unwrap_or_default();
        let mut mapped: HashMap<(u64, u64), u64> = HashMap::new();
        for Mapped { device, inode, end } in maps.lines().filter_map(unnamed_mapping) {
            let largest = mapped.entry((device, inode)).or_default();
            *largest = end.max(*largest);
        }
        for ((device, inode), bytes) in mapped {
            self.add_file_without_name(device, inode, bytes);
        }
    }

    /// Only on the same devices: files in memory have no name either.
    fn add_file_without_name(&mut self, device: u64, inode: u64, bytes: u64) {
        if self.devices.contains(&device) && self.seen.insert((device, inode)) {
            self.usage.bytes = self.usage.bytes.saturating_add(bytes);
            self.usage.n_files = self.usage.n_files.saturating_add(1);
        }
    }

    fn add_open(&mut self, pid: Pid) {
        let open = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).into_iter().flatten().flatten();
        for metadata in open.filter_map(|entry| fs::metadata(entry.path()).ok()) {
            if metadata.is_file() && metadata.nlink() == 0 {
                self.add_file_without_name(metadata.dev(), metadata.ino(), metadata.blocks() * 512);
            }
        }
    }
}

/// A file without a name that is mapped into memory, as far as it is at least.
#[derive(Debug, PartialEq, Eq)]
struct Mapped {
    device: u64,
    inode: u64,
    end: u64,
}

/// A line of `/proc/PID/maps` (`proc_pid_maps(5)`): addresses, permissions, offset, device, inode, and a path that ends in
/// ` (deleted)` where there is none any more.
fn unnamed_mapping(line: &str) -> Option<Mapped> {
    let line = line.strip_suffix(" (deleted)")?;
    let mut fields = line.split_ascii_whitespace();
    let (from, to) = fields.next()?.split_once('-')?;
    let (offset, device) = (fields.nth(1)?, fields.next()?);
    let (major, minor) = device.split_once(':')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    let part = |text| u32::from_str_radix(text, 16).ok();
    Some(Mapped {
        device: makedev(part(major)?, part(minor)?),
        inode: fields.next()?.parse().ok()?,
        end: number(offset)?.checked_add(number(to)?.checked_sub(number(from)?)?)?,
    })
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
    fn what_is_mapped_of_a_file_without_a_name_is_read_to_its_end() {
        let line = "7f0000001000-7f0000003000 rw-s 00005000 fd:1a 1234   /tmp/a b (deleted)";
        let mapped = Mapped { device: makedev(0xfd, 0x1a), inode: 1234, end: 0x7000 };
        assert_eq!(unnamed_mapping(line), Some(mapped));
        for other in [
            "7f0000001000-7f0000003000 rw-s 00005000 fd:1a 1234 /tmp/a",
            "(deleted)",
            "2-1 r 0 1:1 1 a (deleted)",
        ] {
            assert_eq!(unnamed_mapping(other), None, "{other}");
        }
    }

    #[test]
    fn a_sparse_file_takes_what_is_written_of_it() {
        let root = tempfile::tempdir().unwrap();
        fs::File::create(root.path().join("sparse")).unwrap().set_len(1 << 40).unwrap();
        assert!(usage(&[root.path().into()], &[]).bytes < 1 << 20);
    }
}
