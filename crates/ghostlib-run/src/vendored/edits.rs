//! What was edited, as people and programs read it.

use crate::revision::file_diff;
use ghostlib_agent::FileTree;
use ghostlib_model::Place;
use std::collections::BTreeSet;

/// A file of vendored code that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its path in the crate's folder.
    pub file: String,
    /// The first line that is different, from 1.
    pub line: u32,
    /// What is different, as a unified diff.
    pub patch: String,
}

impl Edit {
    /// Where it begins.
    pub(super) fn place(&self) -> Place {
        Place { line: self.line, end_line: self.line, ..Place::start_of(self.file.as_str()) }
    }
}

/// The files in which two trees differ.
pub fn between(before: &FileTree, after: &FileTree) -> Vec<Edit> {
    let paths: BTreeSet<&String> = before.files.keys().chain(after.files.keys()).collect();
    let edit = |path: &String| {
        let [old, new] = [before, after].map(|tree| tree.files.get(path));
        if old == new {
            return None;
        }
        let texts = [old, new].map(|bytes| std::str::from_utf8(bytes.map_or(&[], Vec::as_slice)));
        let (line, patch) = match texts {
            [Ok(old), Ok(new)] => (first_difference(old, new), file_diff(path, old, new)),
            _ => (1, format!("Binary files a/{path} and b/{path} differ\n")),
        };
        Some(Edit { file: path.clone(), line, patch })
    };
    paths.into_iter().filter_map(edit).collect()
}

/// All of it as one patch.
pub(super) fn patch(edits: &[Edit]) -> String {
    edits.iter().map(|edit| edit.patch.as_str()).collect()
}

fn first_difference(old: &str, new: &str) -> u32 {
    let n_same = old.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
    u32::try_from(n_same + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_added_and_removed_is_told_by_file_and_line() {
        let tree = |files: &[(&str, &str)]| {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
            FileTree::from_files(files)
        };
        let before = tree(&[("a.rs", "one\ntwo\n"), ("gone.rs", "x\n"), ("same.rs", "s\n")]);
        let after = tree(&[("a.rs", "one\n2\n"), ("new.rs", "y\n"), ("same.rs", "s\n")]);
        let edits = between(&before, &after);
        let told: Vec<_> = edits.iter().map(|edit| (edit.file.as_str(), edit.line)).collect();
        assert_eq!(told, [("a.rs", 2), ("gone.rs", 1), ("new.rs", 1)]);
        assert!(
            patch(&edits).contains("--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"),
            "{}",
            patch(&edits)
        );
    }
}
