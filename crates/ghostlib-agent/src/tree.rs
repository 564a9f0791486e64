use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// The files of a folder as data: relative paths with `/`, and bytes. Links, devices and the like have no
/// place in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTree {
    /// The files by path.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A tree that cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", .path.display())]
pub struct TreeError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
    /// What kind of error of the file system it is; `InvalidData` for a tree that is not plain.
    pub kind: io::ErrorKind,
}

const MAX_FILES: usize = 10_000;
const MAX_BYTES: u64 = 64 << 20;
/// What stands at the top of a package and is no part of it.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

impl FileTree {
    /// A tree of these files.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// Reads a folder. Build output is left out.
    ///
    /// # Errors
    /// If there is anything but plain files and folders, a name that is no UTF-8 or has control characters,
    /// more than 10,000 files, or more than 64 MiB.
    pub fn read(dir: &Path) -> Result<Self, TreeError> {
        let mut tree = Self::default();
        let mut n_bytes = 0;
        let inside = |entry: &walkdir::DirEntry| {
            entry.depth() != 1 || !LEFT_OUT.iter().any(|name| entry.file_name() == *name)
        };
        for entry in WalkDir::new(dir).sort_by_file_name().into_iter().filter_entry(inside) {
            let entry = entry.map_err(|error| wrong(dir, error.to_string()))?;
            if entry.file_type().is_dir() {
                continue;
            }
            let path = entry.path();
            if !entry.file_type().is_file() {
                return Err(wrong(path, "it is a link or a special file, not a plain one"));
            }
            n_bytes += entry.metadata().map_or(0, |metadata| metadata.len());
            if n_bytes > MAX_BYTES || tree.files.len() >= MAX_FILES {
                return Err(wrong(path, format!("the tree has more than {MAX_FILES} files or 64 MiB")));
            }
            let bytes = fs::read(path).map_err(|error| failed(path, &error))?;
            tree.files.insert(relative_name(dir, path)?, bytes);
        }
        Ok(tree)
    }

    /// Writes the files below a folder.
    ///
    /// # Errors
    /// If a path leaves the folder, or a file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), TreeError> {
        fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
        for (name, bytes) in &self.files {
            let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
            let path = dir.join(name);
            if !plain {
                return Err(wrong(&path, "the path leaves its folder"));
            }
            let parent = path.parent().unwrap_or(dir);
            fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
            fs::write(&path, bytes).map_err(|error| failed(&path, &error))?;
        }
        Ok(())
    }

    /// The tree with the files of one folder of it, paths relative to that folder.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let inside = self.files.iter().filter_map(|(path, bytes)| {
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            Some((rest.to_owned(), bytes.clone()))
        });
        Self::from_files(inside)
    }
}

/// Reads one plain file of at most 1 MiB that somebody else may have put there; nothing, if there is none.
///
/// # Errors
/// If it is a link or a special file, too large, or cannot be read.
pub fn read_plain_file(path: &Path) -> Result<Option<Vec<u8>>, TreeError> {
    const MAX_BYTES: u64 = 1 << 20;
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, &error)),
    };
    if !metadata.is_file() {
        return Err(wrong(path, "it is a link or a special file, not a plain one"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(wrong(path, "it is larger than 1 MiB"));
    }
    fs::read(path).map(Some).map_err(|error| failed(path, &error))
}

fn relative_name(dir: &Path, path: &Path) -> Result<String, TreeError> {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let name = relative.to_str().ok_or_else(|| wrong(path, "the name is not UTF-8"))?;
    if name.chars().any(|c| c.is_control() || c == '\\') {
        return Err(wrong(path, "the name has control characters or backslashes"));
    }
    if relative.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git")) {
        return Err(wrong(path, "it would be taken for a git repository's own"));
    }
    Ok(name.to_owned())
}

fn wrong(path: &Path, reason: impl Into<String>) -> TreeError {
    TreeError { path: path.into(), reason: reason.into(), kind: io::ErrorKind::InvalidData }
}

fn failed(path: &Path, error: &io::Error) -> TreeError {
    TreeError { path: path.into(), reason: error.to_string(), kind: error.kind() }
}

impl From<TreeError> for io::Error {
    fn from(error: TreeError) -> Self {
        Self::new(error.kind, error.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_comes_back_as_it_was_written_and_build_output_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let tree =
            FileTree::from_files([("src/lib.rs".into(), b"x".to_vec()), ("Cargo.toml".into(), Vec::new())]);
        tree.write(dir.path()).unwrap();
        fs::create_dir(dir.path().join("target")).unwrap();
        fs::write(dir.path().join("target/out"), "o").unwrap();
        assert_eq!(FileTree::read(dir.path()).unwrap(), tree);
        assert_eq!(tree.below("src").files.keys().collect::<Vec<_>>(), ["lib.rs"]);
    }

    #[test]
    fn links_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("lib.rs")).unwrap();
        let error = FileTree::read(dir.path()).unwrap_err();
        assert!(error.to_string().contains("lib.rs: it is a link"), "{error}");
    }

    #[test]
    fn a_path_that_leaves_its_folder_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["../out", "/tmp/out", "a/../../out"] {
            let tree = FileTree::from_files([(name.to_owned(), Vec::new())]);
            assert!(tree.write(&dir.path().join("in")).is_err(), "{name}");
        }
    }
}
