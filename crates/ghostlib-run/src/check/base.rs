//! What a branch touches, the files that are not committed yet among it.

use crate::spec_files::{SpecError, repository};
use ignore::WalkBuilder;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a branch began: the files of the last commit that it has in common with another one.
pub struct Base {
    repository: gix::Repository,
    tree: gix::ObjectId,
    root: PathBuf,
}

impl Base {
    /// Finds where the checked out branch left `revision`, or the first of `usual` that there is.
    ///
    /// # Errors
    /// If there is no repository, no such revision, or nothing in common.
    pub fn find(around: &Path, revision: Option<&str>, usual: &[String]) -> Result<Self, SpecError> {
        let repository = repository(around)?;
        let root = repository.workdir().unwrap_or(around);
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let known = |name: &&str| repository.rev_parse_single(*name).is_ok();
        let usual_name = || usual.iter().map(String::as_str).find(known);
        let Some(name) = revision.or_else(usual_name) else {
            let reason = "there is no such branch here".to_owned();
            return Err(SpecError::Revision { revision: usual.join("`, `"), reason });
        };
        let tree = tree(&repository, name)
            .map_err(|reason| SpecError::Revision { revision: name.to_owned(), reason })?;
        Ok(Self { repository, tree, root })
    }

    /// Whether a file, given from the root of the repository, is another one than at the base.
    pub fn touches_file(&self, path: &str) -> bool {
        let now = fs::read(self.root.join(path)).ok();
        self.at_base(path) != now
    }

    /// Whether something below a folder is, of what is not ignored.
    pub fn touches_folder(&self, folder: &Path) -> bool {
        let Ok(folder) = folder.canonicalize() else { return true };
        let Ok(relative) = folder.strip_prefix(&self.root) else { return false };
        let mut walk = WalkBuilder::new(&folder);
        walk.git_global(false).hidden(false).filter_entry(|entry| entry.file_name() != ".git");
        let files =
            walk.build().flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
        let mut changed = files.filter_map(|entry| slashed(entry.path().strip_prefix(&self.root).ok()?));
        changed.any(|path| self.touches_file(&path)) || self.lost_below(relative).unwrap_or(true)
    }

    fn at_base(&self, path: &str) -> Option<Vec<u8>> {
        let tree = self.repository.find_tree(self.tree).ok()?;
        let entry = tree.lookup_entry_by_path(path).ok()??;
        Some(entry.object().ok()?.detach().data)
    }

    /// Whether a file below a folder was there at the base, and is not any more.
    fn lost_below(&self, folder: &Path) -> Option<bool> {
        let root = self.repository.find_tree(self.tree).ok()?;
        if folder.as_os_str().is_empty() {
            return self.is_lost(&root, folder);
        }
        let Some(entry) = root.lookup_entry_by_path(folder).ok()? else { return Some(false) };
        self.is_lost(&entry.object().ok()?.try_into_tree().ok()?, folder)
    }

    fn is_lost(&self, tree: &gix::Tree<'_>, folder: &Path) -> Option<bool> {
        for entry in tree.iter() {
            let entry = entry.ok()?;
            let path = folder.join(entry.filename().to_string());
            let lost = if entry.mode().is_tree() {
                self.is_lost(&entry.object().ok()?.try_into_tree().ok()?, &path)?
            } else {
                !self.root.join(&path).exists() && !entry.mode().is_commit()
            };
            if lost {
                return Some(true);
            }
        }
        Some(false)
    }
}

fn tree(repository: &gix::Repository, name: &str) -> Result<gix::ObjectId, String> {
    let said = |error: &dyn Display| error.to_string();
    let other = repository.rev_parse_single(name).map_err(|error| said(&error))?;
    let other = other.object().map_err(|error| said(&error))?;
    let other = other.peel_to_kind(gix::object::Kind::Commit).map_err(|error| said(&error))?.id;
    let head = repository.head_id().map_err(|error| said(&error))?;
    let base = repository.merge_base(head, other).map_err(|error| said(&error))?;
    let base = base.ok_or("it has no commit in common with what is checked out")?;
    let commit = base.object().map_err(|error| said(&error))?;
    Ok(commit.peel_to_tree().map_err(|error| said(&error))?.id)
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
