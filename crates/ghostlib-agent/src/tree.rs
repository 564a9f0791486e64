use gix_validate::path::component;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use unicode_normalization::UnicodeNormalization;
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

/// How much a tree may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How many files, and how many folders.
    pub(crate) files: usize,
    /// Of all files together.
    pub(crate) bytes: u64,
}

/// Those of a candidate.
pub(crate) const CANDIDATE: Bounds = Bounds { files: 10_000, bytes: 64 << 20 };
/// What stands at the top of a package and is no part of it.
const LEFT_OUT: [&str; 2] = ["target", ".git"];
/// Settings that tools take up from the folders that they are started in: they could run something.
const SETTINGS: [&str; 10] = [
    ".cargo",
    "rust-toolchain",
    "rust-toolchain.toml",
    ".vscode",
    ".idea",
    ".zed",
    ".envrc",
    ".mise.toml",
    ".gitattributes",
    ".gitmodules",
];

impl FileTree {
    /// A tree of these files.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// Reads a folder that somebody else has filled. Build output is left out. Modes are no part of a tree, so nothing
    /// in it can be executed or set its user.
    ///
    /// # Errors
    /// If there is anything but plain files and folders; a name that is no UTF-8, that git or another operating system
    /// takes for something else, or that another name is equal to where case does not matter; more than 10,000 files or
    /// folders, or more than 64 MiB.
    pub fn read(dir: &Path) -> Result<Self, TreeError> {
        Self::read_within(dir, CANDIDATE)
    }

    /// [`Self::read`] with other bounds.
    pub(crate) fn read_within(dir: &Path, bounds: Bounds) -> Result<Self, TreeError> {
        let mut tree = Self::default();
        let (mut n_bytes, mut n_folders) = (0, 0);
        let mut folded = HashMap::new();
        let inside = |entry: &walkdir::DirEntry| {
            entry.depth() != 1 || !LEFT_OUT.iter().any(|name| entry.file_name() == *name)
        };
        for entry in WalkDir::new(dir).sort_by_file_name().into_iter().filter_entry(inside) {
            let entry = entry.map_err(|error| wrong(dir, error.to_string()))?;
            let path = entry.path();
            if entry.file_type().is_dir() {
                n_folders += 1;
                if n_folders > bounds.files {
                    return Err(wrong(path, format!("the tree has more than {} folders", bounds.files)));
                }
                continue;
            }
            if !entry.file_type().is_file() {
                return Err(wrong(path, NOT_PLAIN));
            }
            // Before it is read: a file with holes may be far longer than the disk.
            n_bytes += entry.metadata().map_or(0, |metadata| metadata.len());
            if n_bytes > bounds.bytes || tree.files.len() >= bounds.files {
                let (files, mebibytes) = (bounds.files, bounds.bytes >> 20);
                return Err(wrong(path, format!("the tree has more than {files} files or {mebibytes} MiB")));
            }
            let name = relative_name(dir, path)?;
            if let Some(other) = folded.insert(fold(&name), name.clone()) {
                return Err(wrong(path, format!("where case does not matter, it is the same as `{other}`")));
            }
            let bytes = read_bounded(path, bounds.bytes).map_err(|error| failed(path, &error))?;
            tree.files.insert(name, bytes);
        }
        Ok(tree)
    }

    /// The tree without the settings of tools that it brings along, and their paths. They would take effect for whoever
    /// works in the folder, and take none where candidates are built.
    #[must_use]
    pub fn without_settings(self) -> (Self, Vec<String>) {
        let (settings, files): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.files.into_iter().partition(|(path, _)| is_setting(path));
        (Self { files }, settings.into_keys().collect())
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

/// Whether a path names the settings of a tool, or something in them.
pub(crate) fn is_setting(path: &str) -> bool {
    path.split('/').any(|part| SETTINGS.iter().any(|name| name.eq_ignore_ascii_case(part)))
}

/// Whether a path names what stands at the top of a package and is no part of it, or something in it.
pub(crate) fn is_build_output(path: &str) -> bool {
    path.split('/').next().is_some_and(|first| LEFT_OUT.contains(&first))
}

/// Reads one plain file of at most 1 MiB that somebody else may have put there; nothing, if there is none.
///
/// # Errors
/// If it is a link or a special file, too large, or cannot be read.
pub fn read_plain_file(path: &Path) -> Result<Option<Vec<u8>>, TreeError> {
    const MAX_BYTES: u64 = 1 << 20;
    let file = match open_plain(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(wrong(path, NOT_PLAIN)),
        Err(error) => return Err(failed(path, &error)),
    };
    let mut bytes = Vec::new();
    let n_bytes = file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(path, &error))?;
    if n_bytes as u64 > MAX_BYTES { Err(wrong(path, "it is larger than 1 MiB")) } else { Ok(Some(bytes)) }
}

const NOT_PLAIN: &str = "it is a link or a special file, not a plain one";

/// Opens a plain file and nothing else, whoever changes it meanwhile: a link is not followed, and a pipe not waited for.
fn open_plain(path: &Path) -> io::Result<File> {
    let not_plain = || io::Error::new(io::ErrorKind::InvalidData, NOT_PLAIN);
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    #[cfg(unix)]
    let is_link = |error: &io::Error| error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    #[cfg(not(unix))]
    let is_link = |_: &io::Error| false;
    let file = options.open(path).map_err(|error| if is_link(&error) { not_plain() } else { error })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_plain()) }
}

/// A path with `/` that means a plain file below the folder to git and on every operating system.
fn relative_name(dir: &Path, path: &Path) -> Result<String, TreeError> {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let name = relative.to_str().ok_or_else(|| wrong(path, "the name is not UTF-8"))?;
    check_name(name).map_err(|reason| wrong(path, reason))?;
    Ok(name.to_owned())
}

/// Whether a relative path with `/` means the same to git and on every operating system.
///
/// # Errors
/// Why it does not.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.chars().any(char::is_control) {
        return Err("the name has control characters".into());
    }
    for part in name.split('/') {
        component(part.into(), None, component::Options::default())
            .map_err(|error| format!("the name means something else elsewhere: {error}"))?;
    }
    Ok(())
}

/// Names that are equal on some file system are equal when they are folded.
fn fold(name: &str) -> String {
    name.nfd().flat_map(char::to_lowercase).nfc().collect()
}

/// What a file holds. It may have grown since it was measured.
fn read_bounded(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let n_bytes = open_plain(path)?.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if n_bytes as u64 > max_bytes { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
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

    /// What is said of a folder in which one path was made.
    fn refused(make: impl Fn(&Path) -> io::Result<()>) -> String {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path()).unwrap();
        FileTree::read(dir.path()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let socket = refused(|dir| std::os::unix::net::UnixListener::bind(dir.join("a")).map(drop));
        assert!(socket.contains("a: it is a link or a special file"), "{socket}");
        let folder = refused(|dir| std::os::unix::fs::symlink("/", dir.join("src")));
        assert!(folder.contains("src: it is a link"), "{folder}");
        let long = refused(|dir| File::create(dir.join("a"))?.set_len(1 << 40));
        assert!(long.contains("64 MiB"), "{long}");
    }

    #[test]
    fn a_pipe_or_a_link_in_the_place_of_a_plain_file_is_neither_waited_for_nor_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (pipe, link) = (dir.path().join("pipe"), dir.path().join("link"));
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
            .unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        // As if it had been a plain file when it was looked at.
        for path in [&pipe, &link] {
            assert_eq!(
                read_bounded(path, 9).unwrap_err().kind(),
                io::ErrorKind::InvalidData,
                "{}",
                path.display()
            );
            assert_eq!(read_plain_file(path).unwrap_err().reason, NOT_PLAIN);
        }
        assert_eq!(read_plain_file(&dir.path().join("none")).unwrap(), None);
    }

    #[test]
    fn names_that_mean_something_else_elsewhere_are_refused() {
        for name in
            ["a\nb", "a\u{1b}[2J", "sub/.GIT", ".g\u{200c}it", "git~1", "aux.rs", "a:b", "a\\b", "a ", "a."]
        {
            let said = refused(|dir| {
                let path = dir.join(name);
                fs::create_dir_all(path.parent().unwrap())?;
                fs::write(path, "")
            });
            assert!(said.contains("the name"), "{name:?}: {said}");
        }
    }

    #[test]
    fn names_that_are_one_where_case_does_not_matter_are_refused() {
        for (one, other) in [("src/lib.rs", "src/LIB.rs"), ("Src/a", "src/a"), ("\u{e9}", "e\u{301}")] {
            let said = refused(|dir| {
                for name in [one, other] {
                    fs::create_dir_all(dir.join(name).parent().unwrap())?;
                    fs::write(dir.join(name), "")?;
                }
                Ok(())
            });
            assert!(said.contains("where case does not matter"), "{one}: {said}");
        }
    }

    #[test]
    fn settings_of_tools_are_left_out_wherever_they_stand() {
        let names =
            ["src/lib.rs", ".cargo/config.toml", "sub/.Cargo/config", "rust-toolchain.toml", "build.rs"];
        let tree = FileTree::from_files(names.map(|name| (name.to_owned(), Vec::new())));
        let (tree, settings) = tree.without_settings();
        assert_eq!(tree.files.keys().collect::<Vec<_>>(), ["build.rs", "src/lib.rs"]);
        assert_eq!(settings, [".cargo/config.toml", "rust-toolchain.toml", "sub/.Cargo/config"]);
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
