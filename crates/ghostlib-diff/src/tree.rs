use crate::language::language_at;
use crate::parallel::in_parallel;
use crate::syntax::Syntax;
use crate::{Language, Node};
use ghostlib_model::{Place, Span};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Larger files are left out: no one writes them by hand.
const MAX_FILE_BYTES: u64 = 8 << 20;

/// The source files of one library, in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceTree {
    /// Its Rust and Python files and their manifests, sorted by path.
    pub files: Vec<SourceFile>,
}

/// One text of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it stands, relative to the tree's root, with `/` between its parts.
    pub path: String,
    /// Its text. Where `lossy` is set, a replacement character stands for what was not UTF-8.
    pub text: String,
    /// Why `text` is not all of the file, if it is not.
    pub lossy: Option<Lossy>,
    /// What follows from the text. Whoever changes the text does so in a copy.
    pub(crate) syntax: Syntax,
}

/// Why a file could not be read as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lossy {
    /// Some bytes are no UTF-8.
    NotUtf8,
    /// It is too large, and its text is left empty.
    TooLarge,
}

/// Why a tree cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A folder cannot be listed.
    #[error("{path}: cannot list")]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("{path}: cannot read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SourceFile {
    /// A file that was read as it is, in the language that its path tells.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let path = path.into();
        let syntax = Syntax::new(language_at(&path));
        Self { path, text: text.into(), lossy: None, syntax }
    }

    /// A text in a language, whatever its path says: a part of a document.
    pub fn written_in(
        language: &'static dyn Language,
        path: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let syntax = Syntax::new(Some(language));
        Self { path: path.into(), text: text.into(), lossy: None, syntax }
    }

    /// The root of its syntax tree.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        self.syntax.root(&self.text)
    }

    /// The place that a span of its text covers.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.syntax.place(&self.path, &self.text, span)
    }

    /// Whether it belongs to the library itself, and not to its tests, benches and examples.
    pub(crate) fn is_library(&self) -> bool {
        self.language().is_some_and(|language| language.is_library(&self.path))
    }

    /// The language that it is written in, if that is known.
    pub(crate) fn language(&self) -> Option<&'static dyn Language> {
        self.syntax.language
    }
}

impl SourceTree {
    /// Parses the files of the library on as many cores as there are. What is not parsed yet is parsed when it is
    /// looked at, one file after the other.
    pub(crate) fn parse(&self) {
        self.for_each(SourceFile::is_library, |_, _, _| ());
    }

    /// What `work` makes of the files that `is_wanted` takes and that parse, on as many cores as there are.
    pub(crate) fn for_each<'t, T: Send>(
        &'t self,
        is_wanted: fn(&SourceFile) -> bool,
        work: impl Fn(&'t SourceFile, &'static dyn Language, Node<'t>) -> T + Sync,
    ) -> Vec<T> {
        let files: Vec<_> = self.files.iter().filter(|file| is_wanted(file)).collect();
        let done = in_parallel(files.len(), |i| Some(work(files[i], files[i].language()?, files[i].root()?)));
        done.into_iter().flatten().collect()
    }

    /// Reads the sources and manifests below `root`. `target`, installed Python packages and hidden folders are
    /// left out, symbolic links are not followed, and files over 8 MiB are listed without their text.
    pub fn read(root: &Path) -> Result<Self, ReadError> {
        let mut files = Vec::new();
        for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_wanted) {
            let entry = entry.map_err(|error| list_error(root, error))?;
            if entry.file_type().is_file() && is_source(entry.path()) {
                files.push(read_file(root, entry.path())?);
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// The language of the library's files, by the first of them.
    pub(crate) fn language(&self) -> Option<&'static dyn Language> {
        self.files.iter().filter(|file| file.is_library()).find_map(SourceFile::language)
    }

    /// The file at `path`, and its index.
    pub(crate) fn find(&self, path: &str) -> Option<usize> {
        self.files.iter().position(|file| file.path == path)
    }
}

fn is_wanted(entry: &DirEntry) -> bool {
    let is_folder = entry.depth() > 0 && entry.file_type().is_dir();
    !(is_folder
        && entry
            .file_name()
            .to_str()
            .is_some_and(|name| matches!(name, "target" | "site-packages") || name.starts_with('.')))
}

fn is_source(path: &Path) -> bool {
    let manifests = ["Cargo.toml", "pyproject.toml", "setup.cfg"];
    path.extension().is_some_and(|extension| extension == "rs" || extension == "py")
        || path.file_name().is_some_and(|name| manifests.iter().any(|manifest| name == *manifest))
}

fn list_error(root: &Path, error: walkdir::Error) -> ReadError {
    let path = error.path().unwrap_or(root).to_path_buf();
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
    ReadError::List { path, source }
}

fn read_file(root: &Path, path: &Path) -> Result<SourceFile, ReadError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| ReadError::Read { path: path.to_path_buf(), source })?;
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    let (text, lossy) = decode(bytes);
    Ok(SourceFile { lossy, ..SourceFile::new(parts.join("/"), text) })
}

fn decode(bytes: Vec<u8>) -> (String, Option<Lossy>) {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return (String::new(), Some(Lossy::TooLarge));
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(Lossy::NotUtf8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn sources_are_read_and_build_output_links_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["src", "target/debug", ".git"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for path in ["Cargo.toml", "README.md", "src/lib.rs", "target/debug/x.rs", ".git/x.rs"] {
            fs::write(folder.path().join(path), "").unwrap();
        }
        fs::write(folder.path().join("src/bad.rs"), b"// \xff").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("src/loop")).unwrap();
        let tree = SourceTree::read(folder.path()).unwrap();
        let paths: Vec<_> = tree.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["Cargo.toml", "src/bad.rs", "src/lib.rs"]);
        assert_eq!(tree.files[1].lossy, Some(Lossy::NotUtf8));
        assert_eq!(tree.files[1].text, "// \u{fffd}");
    }

    #[test]
    fn a_missing_folder_is_an_error_with_its_path() {
        let error = SourceTree::read(Path::new("/no/such/tree")).unwrap_err();
        assert_eq!(error.to_string(), "/no/such/tree: cannot list");
    }
}
