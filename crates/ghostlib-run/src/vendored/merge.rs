//! Accepted edits of vendored code on code that was written anew.

use super::{VendoredCrate, VendoredError};
use crate::store::{AcceptedEdit, tree_hash};
use ghostlib_agent::FileTree;
use std::collections::BTreeSet;

impl VendoredCrate {
    /// New code with the edits that were accepted of the present code, and the list of them. Edits that the new code has
    /// already are none any more.
    ///
    /// # Errors
    /// If an edit and the new code change the same lines, or the code as it was written is not there any more.
    pub fn edits_onto(&self, new: &FileTree) -> Result<(FileTree, Vec<AcceptedEdit>), VendoredError> {
        let merged = merge(&self.original()?, &self.code, new)?;
        if merged == *new {
            return Ok((merged, Vec::new()));
        }
        let tree = tree_hash(&merged)?;
        let accepted = self.vendoring.accepted.iter();
        let accepted = accepted.map(|edit| AcceptedEdit { reason: edit.reason.clone(), tree: tree.clone() });
        Ok((merged, accepted.collect()))
    }
}

/// What became of one file on both sides.
fn merge(base: &FileTree, ours: &FileTree, theirs: &FileTree) -> Result<FileTree, VendoredError> {
    let paths: BTreeSet<&String> =
        [base, ours, theirs].into_iter().flat_map(|tree| tree.files.keys()).collect();
    let mut merged = FileTree::default();
    let mut conflicts = Vec::new();
    for path in paths {
        let [base, ours, theirs] = [base, ours, theirs].map(|tree| tree.files.get(path).map(Vec::as_slice));
        match merge_file(base, ours, theirs) {
            Ok(Some(bytes)) => drop(merged.files.insert(path.clone(), bytes)),
            Ok(None) => {}
            Err(Conflict) => conflicts.push(path.clone()),
        }
    }
    if conflicts.is_empty() { Ok(merged) } else { Err(VendoredError::Conflict(conflicts)) }
}

struct Conflict;

/// The file with what both sides changed of it; nothing, if it is gone.
fn merge_file(
    base: Option<&[u8]>,
    ours: Option<&[u8]>,
    theirs: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, Conflict> {
    let same = if ours == base || ours == theirs {
        Some(theirs)
    } else if theirs == base {
        Some(ours)
    } else {
        None
    };
    if let Some(side) = same {
        return Ok(side.map(<[u8]>::to_vec));
    }
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Err(Conflict) };
    diffy::merge_bytes(base.unwrap_or_default(), ours, theirs).map(Some).map_err(|_| Conflict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        FileTree::from_files(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())))
    }

    #[test]
    fn what_both_sides_changed_apart_is_kept_and_what_they_changed_alike_is_no_conflict() {
        let lines = "1\n2\n3\n4\n5\n6\n7\n8\n";
        let base = tree(&[("a", lines), ("gone", "x\n"), ("same", "s\n")]);
        let ours =
            tree(&[("a", &lines.replace('1', "one")), ("gone", "x\n"), ("same", "t\n"), ("own", "o\n")]);
        let theirs = tree(&[("a", &lines.replace('8', "eight")), ("same", "t\n"), ("new", "n\n")]);
        let merged = tree(&[
            ("a", &lines.replace('1', "one").replace('8', "eight")),
            ("same", "t\n"),
            ("own", "o\n"),
            ("new", "n\n"),
        ]);
        assert_eq!(merge(&base, &ours, &theirs).unwrap(), merged);
    }

    #[test]
    fn what_both_sides_changed_in_one_place_is_a_conflict() {
        let base = tree(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")]);
        let ours = tree(&[("a", "2\n"), ("b", "2\n"), ("c", "1\n")]);
        let theirs = tree(&[("a", "3\n"), ("c", "3\n")]);
        let VendoredError::Conflict(files) = merge(&base, &ours, &theirs).unwrap_err() else { panic!() };
        assert_eq!(files, ["a", "b"]);
    }
}
