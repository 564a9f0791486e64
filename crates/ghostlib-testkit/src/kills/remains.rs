//! What a ghostlib that was killed could leave on the machine.

use crate::marked::marked;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Everything that could be left, each with a name.
pub(super) struct Remains(BTreeSet<String>);

impl Remains {
    /// In the folder for temporary files, among the control groups, among the mounts, and among the processes.
    pub(super) fn look(temporary: &Path, mark: &str) -> Self {
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let owner = entry.metadata().map_or(0, |it| it.uid());
            // The workspace is the victim's own, and stays as it would without a sandbox: but with its owner.
            if name.starts_with("ghostlib-") {
                found.insert(format!("the folder {name}"));
            } else if owner != rustix::process::geteuid().as_raw() {
                found.insert(format!("the folder {name} with user {owner}"));
            }
        }
        found.extend(groups().into_iter().map(|group| format!("the control group {}", group.display())));
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        found.extend(mounts.lines().map(|line| format!("the mount {line}")));
        found.extend(marked(mark).into_iter().map(|pid| format!("the process {}", pid.as_raw_nonzero())));
        Self(found)
    }

    /// What was not there before, in words; nothing where there is nothing.
    pub(super) fn without(&self, before: &Self) -> Option<String> {
        let left: Vec<&str> = self.0.difference(&before.0).map(String::as_str).collect();
        (!left.is_empty()).then(|| left.join(", "))
    }
}

fn groups() -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new("/sys/fs/cgroup").into_iter().flatten();
    let ours = entries.filter(|entry| {
        entry.file_type().is_dir() && entry.file_name().to_string_lossy().starts_with("ghostlib-")
    });
    ours.map(walkdir::DirEntry::into_path).collect()
}
