//! Specs in folders of the disk, and what stands around them.

use super::SpecError;
use super::folder::{Folder, document_name};
use ghostlib_spec::{SourceFile, Sources};
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// How many Markdown files beside a spec are looked at, and how many bytes of each.
const MAX_COMPANIONS: usize = 50;
const MAX_COMPANION_BYTES: u64 = 1 << 20;
/// How deep below a spec's folder is looked, and at how many files.
const MAX_DEPTH: usize = 8;
const MAX_FILES: usize = 5000;

/// A folder of the disk.
pub(super) struct OnDisk<'a>(pub(super) &'a Path);

impl Folder for OnDisk<'_> {
    fn path(&self) -> PathBuf {
        self.0.into()
    }

    fn names(&self) -> Result<Vec<String>, SpecError> {
        let dir = self.dir();
        let wrong = |source| SpecError::Io { path: dir.into(), source };
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            if entry.path().is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SpecError> {
        let path = self.0.join(path);
        if !path.is_file() || !self.leads_inside(&path) {
            return Ok(None);
        }
        fs::read(&path).map(Some).map_err(|source| SpecError::Io { path, source })
    }
}

impl OnDisk<'_> {
    fn dir(&self) -> &Path {
        if self.0.as_os_str().is_empty() { Path::new(".") } else { self.0 }
    }

    /// Whether a path stays in the folder also where a link leads.
    fn leads_inside(&self, path: &Path) -> bool {
        match (self.dir().canonicalize(), path.canonicalize()) {
            (Ok(dir), Ok(path)) => path.starts_with(dir),
            _ => false,
        }
    }
}

/// The folder and the document at a path, which is that of the document or of its folder.
pub(super) fn find(path: &Path) -> Result<(PathBuf, SourceFile), SpecError> {
    let document = if path.is_dir() { path.join(document_name(&OnDisk(path))?) } else { path.into() };
    let Some(name) = document.file_name().filter(|_| document.is_file()) else {
        return Err(SpecError::Missing(path.into()));
    };
    // The document itself may be a link: whoever names it knows where it leads.
    let bytes = fs::read(&document).map_err(|source| SpecError::Io { path: document.clone(), source })?;
    let dir = document.parent().unwrap_or(Path::new("")).to_owned();
    Ok((dir, SourceFile::new(name.to_string_lossy(), bytes)))
}

/// Adds the companions and the listing. Whatever cannot be read is left out.
///
/// A folder is a spec's own if its document is the one that the folder alone leads to. Elsewhere, other Markdown
/// files may well be other specs.
pub(super) fn look_around(dir: &Path, sources: &mut Sources) {
    let folder = OnDisk(dir);
    sources.listing = listing(folder.dir());
    if document_name(&folder).is_ok_and(|name| name == sources.document.path) {
        sources.companions = companions(&folder, sources);
    }
}

fn companions(folder: &OnDisk, sources: &Sources) -> Vec<SourceFile> {
    let is_of_the_spec = |name: &str| sources.files().any(|file| file.path == name);
    let is_markdown =
        |name: &str| Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
    let is_small = |name: &str| {
        fs::metadata(folder.dir().join(name)).is_ok_and(|metadata| metadata.len() <= MAX_COMPANION_BYTES)
    };
    let mut names = folder.names().unwrap_or_default();
    names.retain(|name| is_markdown(name) && !is_of_the_spec(name) && is_small(name));
    let read = |name: String| {
        let bytes = folder.read(&name).ok().flatten()?;
        Some(SourceFile::new(name, bytes))
    };
    names.into_iter().filter_map(read).take(MAX_COMPANIONS).collect()
}

/// The paths of the files below a folder; nothing if there are too many, or some lie too deep, since half a
/// listing would make files seem missing.
fn listing(dir: &Path) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    let entries = WalkDir::new(dir).min_depth(1).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(is_looked_into) {
        let Ok(entry) = entry else { continue };
        if entry.depth() > MAX_DEPTH || paths.len() == MAX_FILES {
            return None;
        }
        if !entry.file_type().is_dir() {
            let path = entry.path().strip_prefix(dir).unwrap_or(entry.path());
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            paths.push(parts.join("/"));
        }
    }
    Some(paths)
}

/// Hidden folders and those of build tools hold nothing that a spec speaks of.
fn is_looked_into(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_skipped = name.starts_with('.') || name == "target" || name == "node_modules";
    entry.depth() == 0 || !entry.file_type().is_dir() || !is_skipped
}

#[cfg(test)]
mod tests {
    use super::super::folder::read;
    use super::*;
    use ghostlib_spec::Options;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn name_found(files: &[(&str, &str)]) -> String {
        let dir = folder(files);
        find(dir.path()).map_or_else(
            |error| error.to_string().replace(&*dir.path().to_string_lossy(), "DIR"),
            |(_, document)| document.path,
        )
    }

    #[test]
    fn the_document_of_a_folder_is_found_by_its_name() {
        assert_eq!(name_found(&[("spec.md", ""), ("SPEC.md", ""), ("a-spec.md", "")]), "SPEC.md");
        assert_eq!(name_found(&[("requirements.md", ""), ("spec.md", "")]), "spec.md");
        assert_eq!(name_found(&[("requirements.md", ""), ("design.md", "")]), "requirements.md");
        assert_eq!(name_found(&[("a-spec.md", ""), ("README.md", "")]), "a-spec.md");
        assert_eq!(name_found(&[("README.md", "")]), "DIR has no SPEC.md");
        assert_eq!(
            name_found(&[("b-spec.md", ""), ("a-spec.md", "")]),
            "DIR has no SPEC.md, and several that may be meant: a-spec.md, b-spec.md"
        );
    }

    #[test]
    fn parts_and_vector_files_are_read_and_companions_only_around_the_spec() {
        let document = "---\nname: a\nversion: 0.1.0\nfiles: [b.md]\nvectors: [v/t.yaml, none.yaml]\n---\n";
        let dir = folder(&[
            ("SPEC.md", document),
            ("b.md", ""),
            ("v/t.yaml", ""),
            ("README.md", "a"),
            ("x.txt", ""),
            ("target/debug/x", ""),
            (".git/HEAD", ""),
        ]);
        let read = |name: &str| {
            let (found, document) = find(&dir.path().join(name)).unwrap();
            read(&OnDisk(&found), document, &Options::default()).unwrap()
        };
        let paths = |sources: &Sources| sources.files().map(|file| file.path.clone()).collect::<Vec<_>>();
        let mut sources = read("SPEC.md");
        assert_eq!(paths(&sources), ["SPEC.md", "b.md", "v/t.yaml"]);
        assert_eq!((sources.companions.len(), &sources.listing), (0, &None));
        look_around(dir.path(), &mut sources);
        assert_eq!(paths(&sources), ["SPEC.md", "b.md", "v/t.yaml"]);
        assert_eq!(sources.companions, [SourceFile::new("README.md", "a")]);
        assert_eq!(sources.listing.unwrap(), ["README.md", "SPEC.md", "b.md", "v/t.yaml", "x.txt"]);
        let mut other = read("b.md");
        look_around(dir.path(), &mut other);
        assert!(other.companions.is_empty(), "the folder is that of SPEC.md");
    }

    #[test]
    fn links_that_leave_the_folder_are_not_followed() {
        let outside = folder(&[("secret.yaml", "f: []")]);
        let document = "---\nname: a\nversion: 1\nvectors: [s.yaml, t.yaml]\n---\n";
        let dir = folder(&[("SPEC.md", document), ("u.yaml", "")]);
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, dir.path().join(name)).unwrap();
        link(&outside.path().join("secret.yaml"), "s.yaml");
        link(Path::new("u.yaml"), "t.yaml");
        let (found, document) = find(dir.path()).unwrap();
        let sources = read(&OnDisk(&found), document, &Options::default()).unwrap();
        assert_eq!(sources.vector_files, [SourceFile::new("t.yaml", "")]);
    }

    #[test]
    fn a_listing_is_whole_or_not_there() {
        let deep = "1/2/3/4/5/6/7/8/9/x";
        assert_eq!(listing(folder(&[("a", ""), (deep, "")]).path()), None);
        assert_eq!(listing(folder(&[("a", "")]).path()).unwrap(), ["a"]);
    }
}
