//! Specs in revisions of a git repository. No `git` is needed for it, and none of the user's settings is read.

use super::SpecError;
use super::folder::{Folder, document_name};
use ghostlib_spec::SourceFile;
use std::fmt::Display;
use std::path::{Component, Path, PathBuf};

/// A folder of a revision.
pub(super) struct InRevision<'a> {
    root: gix::Tree<'a>,
    /// The folder's path from the root.
    path: PathBuf,
    /// The revision, as the user wrote it.
    revision: &'a str,
}

/// Opens the repository around a folder.
pub(crate) fn repository(around: &Path) -> Result<gix::Repository, SpecError> {
    let options = gix::open::Options::isolated();
    let trust = gix::sec::trust::Mapping { full: options.clone(), reduced: options };
    let found =
        gix::ThreadSafeRepository::discover_opts(around, gix::discover::upwards::Options::default(), trust);
    found.map(|repository| repository.to_thread_local()).map_err(|_| SpecError::NoRepository(around.into()))
}

/// The folder and the document at a path of a revision. As in git, the path starts at the root of the
/// repository, and with `./` or `../` at the folder `around`.
pub(super) fn find<'a>(
    repository: &'a gix::Repository,
    around: &Path,
    revision: &'a str,
    path: &str,
) -> Result<(InRevision<'a>, SourceFile), SpecError> {
    let place = PathBuf::from(format!("{revision}:{path}"));
    let wrong =
        |error: &dyn Display| SpecError::Revision { revision: revision.into(), reason: error.to_string() };
    let id = repository.rev_parse_single(revision).map_err(|error| wrong(&error))?;
    let object = id.object().map_err(|error| wrong(&error))?;
    let root = object.peel_to_tree().map_err(|error| wrong(&error))?;
    let path = from_root(repository, around, path).ok_or_else(|| SpecError::Missing(place.clone()))?;
    let is_root = path.as_os_str().is_empty();
    let entry =
        if is_root { None } else { root.lookup_entry_by_path(&path).map_err(|error| wrong(&error))? };
    let is_folder = is_root || entry.as_ref().is_some_and(|entry| entry.mode().is_tree());
    let (folder, name) = if is_folder {
        let folder = InRevision { root, path, revision };
        let name = document_name(&folder)?;
        (folder, name)
    } else {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (InRevision { root, path: path.parent().unwrap_or(Path::new("")).to_owned(), revision }, name)
    };
    let bytes = folder.read(&name)?.ok_or(SpecError::Missing(place))?;
    Ok((folder, SourceFile::new(name, bytes)))
}

/// The id of the commit that a revision is.
pub(super) fn commit(repository: &gix::Repository, revision: &str) -> Result<String, SpecError> {
    let wrong =
        |error: &dyn Display| SpecError::Revision { revision: revision.into(), reason: error.to_string() };
    let id = repository.rev_parse_single(revision).map_err(|error| wrong(&error))?;
    let object = id.object().map_err(|error| wrong(&error))?;
    Ok(object.peel_to_commit().map_err(|error| wrong(&error))?.id.to_string())
}

impl InRevision<'_> {
    /// The root of the same revision.
    pub(super) fn of_root(&self) -> Self {
        Self { root: self.root.clone(), path: PathBuf::new(), revision: self.revision }
    }

    fn wrong(&self, error: &dyn Display) -> SpecError {
        SpecError::Revision { revision: self.revision.into(), reason: error.to_string() }
    }
}

impl Folder for InRevision<'_> {
    fn path(&self) -> PathBuf {
        PathBuf::from(format!("{}:{}", self.revision, self.path.display()))
    }

    fn names(&self) -> Result<Vec<String>, SpecError> {
        let mut tree = self.root.clone();
        if !self.path.as_os_str().is_empty() {
            let entry = self.root.lookup_entry_by_path(&self.path).map_err(|error| self.wrong(&error))?;
            let Some(entry) = entry else { return Ok(Vec::new()) };
            tree = entry.object().map_err(|error| self.wrong(&error))?.into_tree();
        }
        let mut names = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| self.wrong(&error))?;
            if entry.mode().is_blob() {
                names.push(entry.filename().to_string());
            }
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SpecError> {
        let entry =
            self.root.lookup_entry_by_path(self.path.join(path)).map_err(|error| self.wrong(&error))?;
        let Some(entry) = entry.filter(|entry| entry.mode().is_blob()) else { return Ok(None) };
        Ok(Some(entry.object().map_err(|error| self.wrong(&error))?.detach().data))
    }
}

/// A path of a revision, from the root of the repository; nothing if it leaves it.
fn from_root(repository: &gix::Repository, around: &Path, path: &str) -> Option<PathBuf> {
    let mut whole = PathBuf::new();
    if path.starts_with("./") || path.starts_with("../") || matches!(path, "." | "..") {
        let root = repository.workdir()?.canonicalize().ok()?;
        whole.push(around.canonicalize().ok()?.strip_prefix(root).ok()?);
    }
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                whole.file_name()?;
                whole.pop();
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::super::folder::read;
    use super::*;
    use ghostlib_spec::Options;
    use gix::objs::tree::EntryKind;

    fn committed(dir: &Path, files: &[(&str, &str)]) {
        let repository = gix::init(dir).unwrap();
        let mut editor = repository.edit_tree(repository.empty_tree().id).unwrap();
        for (path, text) in files {
            let blob = repository.write_blob(text).unwrap();
            editor.upsert(*path, EntryKind::Blob, blob).unwrap();
        }
        let tree = editor.write().unwrap();
        let signature =
            gix::actor::Signature { name: "a".into(), email: "a@b".into(), time: gix::date::Time::new(0, 0) };
        let mut time = gix::date::parse::TimeBuf::default();
        let signature = signature.to_ref(&mut time);
        repository.commit_as(signature, signature, "HEAD", "one", tree, [] as [gix::ObjectId; 0]).unwrap();
    }

    #[test]
    fn a_spec_is_read_from_a_revision_by_its_folder_and_by_its_document() {
        let dir = tempfile::tempdir().unwrap();
        let document = "---\nname: a\nversion: 1\nvectors: [v/t.yaml, ../b.yaml]\n---\n";
        committed(
            dir.path(),
            &[("s/SPEC.md", document), ("s/v/t.yaml", "f: []"), ("b.yaml", ""), ("spec.md", "# B")],
        );
        let inside = dir.path().join("s");
        std::fs::create_dir(&inside).unwrap();
        let repository = repository(&inside).unwrap();
        let paths = |path: &str| {
            let (folder, document) = find(&repository, &inside, "HEAD", path)?;
            let sources = read(&folder, document, &Options::default())?;
            Ok::<_, SpecError>(sources.files().map(|file| file.path.clone()).collect::<Vec<_>>())
        };
        for path in ["s", "s/SPEC.md", "./SPEC.md", ".", "../s/"] {
            assert_eq!(paths(path).unwrap(), ["SPEC.md", "v/t.yaml"], "{path}");
        }
        for path in ["", ".."] {
            assert_eq!(paths(path).unwrap(), ["spec.md"], "{path}");
        }
        for path in ["none.md", "../../x", "/etc/passwd", "s/v"] {
            assert!(paths(path).is_err(), "{path}");
        }
        assert!(find(&repository, &inside, "no-such-branch", "s").is_err());
    }
}
