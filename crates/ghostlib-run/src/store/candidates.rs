use ghostlib_agent::FileTree;
use ghostlib_model::{AttemptId, CandidateStamp, RunId};
use gix::bstr::ByteSlice;
use gix::objs::Write as _;
use gix::objs::tree::EntryKind;
use gix::refs::transaction::PreviousValue;
use std::path::{Path, PathBuf};

/// Candidates as commits of one bare git repository, so that git's own tools work on them.
pub struct Candidates {
    repository: gix::Repository,
    path: PathBuf,
}

/// Why the repository of candidates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the candidates in {}: {reason}", .path.display())]
pub struct CandidatesError {
    /// The repository.
    pub path: PathBuf,
    /// What failed.
    pub reason: String,
}

impl Candidates {
    /// Opens the repository, or makes it.
    ///
    /// # Errors
    /// If it cannot be opened or made.
    pub fn open(path: &Path) -> Result<Self, CandidatesError> {
        let wrong =
            |error: &dyn std::fmt::Display| CandidatesError { path: path.into(), reason: error.to_string() };
        let repository = if path.join("HEAD").exists() {
            gix::open_opts(path, gix::open::Options::isolated()).map_err(|error| wrong(&error))?
        } else {
            // Made beside its place and renamed, so that it is there whole or not at all.
            let partial = path.with_extension("partial");
            let _ = std::fs::remove_dir_all(&partial);
            gix::init_bare(&partial).map_err(|error| wrong(&error))?;
            std::fs::rename(&partial, path).map_err(|error| wrong(&error))?;
            gix::open_opts(path, gix::open::Options::isolated()).map_err(|error| wrong(&error))?
        };
        Ok(Self { repository, path: path.into() })
    }

    /// Commits a candidate and names the commit `refs/runs/RUN/ITERATION.ATTEMPT`.
    ///
    /// # Errors
    /// If git's files cannot be written.
    pub fn commit(
        &self,
        tree: &FileTree,
        run: &RunId,
        attempt: AttemptId,
    ) -> Result<CandidateStamp, CandidatesError> {
        let id = self.write_tree(tree)?;
        let signature = gix::actor::Signature {
            name: "ghostlib".into(),
            email: "ghostlib@localhost".into(),
            time: gix::date::Time::now_utc(),
        };
        let mut time = gix::date::parse::TimeBuf::default();
        let signature = signature.to_ref(&mut time);
        let message = format!("Candidate of attempt {attempt} of run {run}");
        let parents: [gix::ObjectId; 0] = [];
        let commit = self
            .repository
            .new_commit_as(signature, signature, message, id, parents)
            .map_err(|error| self.wrong(&error))?;
        let name = format!("refs/runs/{run}/{attempt}");
        self.repository
            .reference(name, commit.id, PreviousValue::Any, "candidate")
            .map_err(|error| self.wrong(&error))?;
        Ok(CandidateStamp {
            commit: commit.id.to_string(),
            tree: id.to_string(),
            n_files: tree.files.len(),
            code_lines: code_lines(tree),
        })
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// If there is no such commit, or it cannot be read.
    pub fn read(&self, commit: &str) -> Result<FileTree, CandidatesError> {
        let id = gix::ObjectId::from_hex(commit.as_bytes()).map_err(|error| self.wrong(&error))?;
        let commit = self.repository.find_commit(id).map_err(|error| self.wrong(&error))?;
        let tree = commit.tree().map_err(|error| self.wrong(&error))?;
        let mut files = FileTree::default();
        let mut folders = vec![(String::new(), tree)];
        while let Some((folder, tree)) = folders.pop() {
            for entry in tree.iter() {
                let entry = entry.map_err(|error| self.wrong(&error))?;
                let name = format!("{folder}{}", entry.filename().to_str_lossy());
                let object = entry.object().map_err(|error| self.wrong(&error))?;
                if entry.mode().is_tree() {
                    folders.push((format!("{name}/"), object.into_tree()));
                } else {
                    files.files.insert(name, object.data.clone());
                }
            }
        }
        Ok(files)
    }

    /// A commit as git stores it.
    ///
    /// # Errors
    /// If there is no such commit, or it cannot be read.
    pub fn raw_commit(&self, commit: &str) -> Result<Vec<u8>, CandidatesError> {
        let id = gix::ObjectId::from_hex(commit.as_bytes()).map_err(|error| self.wrong(&error))?;
        Ok(self.repository.find_commit(id).map_err(|error| self.wrong(&error))?.data.clone())
    }

    /// Takes over a candidate of another repository under the name that [`Self::commit`] would give it. Its hashes are
    /// what they were there.
    ///
    /// # Errors
    /// If the commit is not that of the tree, or either has another hash than the stamp says, or git's files cannot be
    /// written.
    pub fn adopt(
        &self,
        tree: &FileTree,
        raw_commit: &[u8],
        stamp: &CandidateStamp,
        run: &RunId,
        attempt: AttemptId,
    ) -> Result<(), CandidatesError> {
        let id = self.write_tree(tree)?;
        let commit = gix::objs::CommitRef::from_bytes(raw_commit, gix::hash::Kind::Sha1)
            .map_err(|error| self.wrong(&error))?;
        let is = |id: gix::ObjectId, hex: &str| {
            gix::ObjectId::from_hex(hex.as_bytes()).is_ok_and(|other| other == id)
        };
        if !is(id, &stamp.tree) || commit.tree() != id || commit.parents().next().is_some() {
            let reason = format!("the candidate of attempt {attempt} has other files than its commit");
            return Err(self.wrong(&reason));
        }
        let written = self.repository.objects.write_buf(gix::objs::Kind::Commit, raw_commit);
        let written = written.map_err(|error| self.wrong(&error))?;
        if !is(written, &stamp.commit) {
            return Err(
                self.wrong(&format!("the commit of attempt {attempt} has another hash than was recorded"))
            );
        }
        self.repository
            .reference(format!("refs/runs/{run}/{attempt}"), written, PreviousValue::Any, "imported")
            .map_err(|error| self.wrong(&error))?;
        Ok(())
    }

    /// Takes the names of a run's candidates away. What nothing names goes when git cleans up.
    ///
    /// # Errors
    /// If the repository cannot be written.
    pub fn forget(&self, run: &RunId) -> Result<(), CandidatesError> {
        let platform = self.repository.references().map_err(|error| self.wrong(&error))?;
        let prefix = format!("refs/runs/{run}/");
        for found in platform.prefixed(prefix.as_str()).map_err(|error| self.wrong(&error))? {
            found.map_err(|error| self.wrong(&error))?.delete().map_err(|error| self.wrong(&error))?;
        }
        Ok(())
    }

    fn write_tree(&self, tree: &FileTree) -> Result<gix::ObjectId, CandidatesError> {
        let empty = self.repository.empty_tree().id;
        let mut editor = self.repository.edit_tree(empty).map_err(|error| self.wrong(&error))?;
        for (path, bytes) in &tree.files {
            let blob = self.repository.write_blob(bytes).map_err(|error| self.wrong(&error))?;
            editor.upsert(path.as_str(), EntryKind::Blob, blob).map_err(|error| self.wrong(&error))?;
        }
        Ok(editor.write().map_err(|error| self.wrong(&error))?.detach())
    }

    fn wrong(&self, error: &dyn std::fmt::Display) -> CandidatesError {
        CandidatesError { path: self.path.clone(), reason: error.to_string() }
    }
}

/// The hash of a tree as git makes it, without a repository.
///
/// # Errors
/// If SHA-1 is being attacked: the files were made to have the hash of others.
pub fn tree_hash(tree: &FileTree) -> Result<String, CandidatesError> {
    let files: Vec<(&str, &[u8])> =
        tree.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let hash = hash_of_folder(&files).map_err(|reason| CandidatesError { path: PathBuf::new(), reason })?;
    Ok(hash.to_string())
}

/// Files sorted by their paths from the folder on.
fn hash_of_folder(files: &[(&str, &[u8])]) -> Result<gix::ObjectId, String> {
    let hash = |kind, bytes: &[u8]| {
        gix::objs::compute_hash(gix::hash::Kind::Sha1, kind, bytes).map_err(|error| error.to_string())
    };
    let mut entries = Vec::new();
    let mut rest = files;
    while let Some((path, bytes)) = rest.first() {
        let (name, is_folder) = path.split_once('/').map_or((*path, false), |(name, _)| (name, true));
        let of_it = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
        let n = if is_folder { rest.iter().take_while(|(path, _)| of_it(path)).count() } else { 1 };
        let (kind, oid) = if is_folder {
            let inside: Vec<(&str, &[u8])> =
                rest[..n].iter().map(|(path, bytes)| (&path[name.len() + 1..], *bytes)).collect();
            (EntryKind::Tree, hash_of_folder(&inside)?)
        } else {
            (EntryKind::Blob, hash(gix::objs::Kind::Blob, bytes)?)
        };
        entries.push(gix::objs::tree::Entry { mode: kind.into(), filename: name.into(), oid });
        rest = &rest[n..];
    }
    // Git sorts folders as if their names ended with `/`.
    entries.sort();
    let mut bytes = Vec::new();
    for entry in &entries {
        bytes.extend_from_slice(entry.mode.as_bytes(&mut [0; 6]));
        bytes.push(b' ');
        bytes.extend_from_slice(&entry.filename);
        bytes.push(0);
        bytes.extend_from_slice(entry.oid.as_bytes());
    }
    hash(gix::objs::Kind::Tree, &bytes)
}

/// Lines of Rust that are neither blank nor a comment of their own.
fn code_lines(tree: &FileTree) -> usize {
    let rust =
        tree.files.iter().filter(|(path, _)| Path::new(path).extension().is_some_and(|ext| ext == "rs"));
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    rust.map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().filter(|line| is_code(line)).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_comes_back_and_equal_trees_have_equal_hashes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("candidates.git");
        let id = |attempt| AttemptId { iteration: 1, attempt };
        let tree = FileTree::from_files([
            ("Cargo.toml".into(), b"[package]\n".to_vec()),
            ("src/a/b.rs".into(), b"// one\n\nfn f() {}\n".to_vec()),
        ]);
        let first = Candidates::open(&path).unwrap().commit(&tree, &RunId::new("r1"), id(1)).unwrap();
        let candidates = Candidates::open(&path).unwrap();
        let second = candidates.commit(&tree, &RunId::new("r1"), id(2)).unwrap();
        assert_eq!(first.tree, second.tree);
        assert_eq!(tree_hash(&tree).unwrap(), first.tree);
        let sorted = ["a-b/x", "a.c", "a/b/c", "a/b.c", "a/b/d/e", "a0"];
        let tree_of = FileTree::from_files(sorted.map(|path| (path.to_owned(), path.into())));
        assert_eq!(
            tree_hash(&tree_of).unwrap(),
            candidates.commit(&tree_of, &RunId::new("r1"), id(3)).unwrap().tree
        );
        assert_eq!((first.n_files, first.code_lines), (2, 1));
        assert_eq!(candidates.read(&first.commit).unwrap(), tree);
    }

    #[test]
    fn a_commit_that_is_not_there_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let candidates = Candidates::open(&dir.path().join("c.git")).unwrap();
        assert!(candidates.read(&"0".repeat(40)).is_err());
        assert!(candidates.read("no hash").is_err());
    }
}
