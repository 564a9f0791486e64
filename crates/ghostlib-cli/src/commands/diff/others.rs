//! A candidate beside other candidates.

use crate::error::CliError;
use ghostlib_diff::{CopyReport, CopyThresholds, SourceTree, copy_check};
use std::fs;
use std::path::{Path, PathBuf};

/// How much of a candidate's code stands in another one.
pub(super) struct Other {
    pub(super) folder: PathBuf,
    pub(super) copied: CopyReport,
}

/// Compares a candidate with each library in a folder, sorted by name.
pub(super) fn others(
    folder: &Path,
    candidate: &SourceTree,
    public_text: &[&str],
    thresholds: &CopyThresholds,
) -> Result<Vec<Other>, CliError> {
    let cannot = |error: std::io::Error| CliError::input(format!("{}: {error}", folder.display()));
    let entries = fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    let mut folders: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort_unstable();
    let mut others = vec![];
    for folder in folders {
        let other = SourceTree::read(&folder).map_err(|error| CliError::input(error.to_string()))?;
        let is_itself = other == *candidate;
        if !other.files.is_empty() && !is_itself {
            let copied = copy_check(&other, candidate, public_text, thresholds);
            others.push(Other { folder, copied });
        }
    }
    if others.is_empty() {
        return Err(CliError::input(format!("{} holds no other library", folder.display()))
            .hint("give a folder with a folder a candidate"));
    }
    Ok(others)
}
