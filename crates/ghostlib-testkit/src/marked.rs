//! Processes that are told from all others by a number among their arguments.

use rustix::process::Pid;
use std::fs;
use std::path::PathBuf;

/// The processes that have `mark` as one of their arguments.
pub(crate) fn marked(mark: &str) -> Vec<Pid> {
    let is_marked = |path: PathBuf| {
        let line = fs::read(path.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == mark.as_bytes())
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let marked = entries.filter(|entry| is_marked(entry.path()));
    marked.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)).collect()
}
