use super::TaskError;
use super::folder::{Entry, Folder, NOT_PLAIN, invalid};
use crate::tree::{FileTree, check_name};
use crate::{
    CANDIDATE_DIR, FINDINGS_FILE, PUSHBACK_FILE, REASONS_FILE, REFERENCE_DIR, SPEC_DIR, TASK_FILE, output_dir,
};
use ghostlib_model::Role;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A workspace in which somebody outside works, who may have put anything into it. Nothing that is done through it
/// reaches a file outside of it.
#[derive(Debug)]
pub struct Workspace {
    path: PathBuf,
    role: Role,
    root: Folder,
}

/// The largest file that is written or read as text.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// What all files of a folder may have together.
const MAX_BYTES: u64 = 64 << 20;
const MAX_FILES: usize = 10_000;
const MAX_DEPTH: usize = 32;
/// What stands at the top of a candidate and is no part of it.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

impl Workspace {
    /// Opens the workspace of a role.
    ///
    /// # Errors
    /// If it is no folder.
    pub fn open(path: &Path, role: Role) -> Result<Self, TaskError> {
        let root = Folder::open(path).map_err(|error| file_error(path, &error))?;
        Ok(Self { path: path.into(), role, root })
    }

    /// The files at its top that are for the role.
    fn top(&self) -> &'static [&'static str] {
        match self.role {
            Role::Implementer => &[TASK_FILE, PUSHBACK_FILE],
            Role::Reviser | Role::Author => &[TASK_FILE, FINDINGS_FILE, REASONS_FILE],
        }
    }

    /// The folders that are for the role.
    fn dirs(&self) -> &'static [&'static str] {
        match self.role {
            Role::Implementer => &[SPEC_DIR, CANDIDATE_DIR],
            Role::Reviser => &[SPEC_DIR],
            Role::Author => &[SPEC_DIR, REFERENCE_DIR],
        }
    }

    /// The paths of the task, the files of the spec and of the candidate, and what else is written for or by the role,
    /// with their sizes in bytes. What is no plain file is left out.
    ///
    /// # Errors
    /// If there are too many, or a folder cannot be read.
    pub fn files(&self) -> Result<BTreeMap<String, u64>, TaskError> {
        let mut files = BTreeMap::new();
        for name in self.top().iter().copied() {
            if let Some(Entry::File(n_bytes)) =
                self.root.entry(name).map_err(|error| self.error(name, &error))?
            {
                files.insert(name.to_owned(), n_bytes);
            }
        }
        for dir in self.dirs().iter().copied() {
            for (path, entry) in self.entries(dir)? {
                if let Entry::File(n_bytes) = entry {
                    files.insert(format!("{dir}/{path}"), n_bytes);
                }
            }
        }
        Ok(files)
    }

    /// The text of one of [`Self::files`].
    ///
    /// # Errors
    /// If it is none of them, is larger than 1 MiB, or no UTF-8.
    pub fn read(&self, path: &str) -> Result<String, TaskError> {
        let is_top = self.top().contains(&path);
        let is_below = |dir: &&str| path.strip_prefix(*dir).is_some_and(|rest| rest.starts_with('/'));
        if !is_top && !self.dirs().iter().any(is_below) {
            let folders: Vec<String> = self.dirs().iter().map(|dir| format!("{dir}/")).collect();
            let reason = format!(
                "only {} and files below {} can be read",
                self.top().join(", "),
                folders.join(" and ")
            );
            return Err(refused(path, &reason));
        }
        let (folder, name) = self.parent(path, Folder::folder)?;
        let bytes = folder.read(&name, MAX_FILE_BYTES).map_err(|error| self.error(path, &error))?;
        String::from_utf8(bytes).map_err(|_| refused(path, "it is no text in UTF-8"))
    }

    /// Writes a file below what the role fills, with the folders above it; a reviser's reasons too.
    ///
    /// # Errors
    /// If the path leads anywhere else, the file or all of them are too large, or something that is no plain file
    /// stands in the way.
    pub fn write(&self, path: &str, text: &str) -> Result<(), TaskError> {
        self.check_own_path(path)?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(refused(path, "a file may have 1 MiB"));
        }
        let entries = self.entries(output_dir(self.role))?;
        let n_bytes: u64 =
            entries.values().map(|entry| if let Entry::File(n_bytes) = entry { *n_bytes } else { 0 }).sum();
        if n_bytes + text.len() as u64 > MAX_BYTES || entries.len() >= MAX_FILES {
            return Err(refused(path, TOO_MUCH));
        }
        let (folder, name) = self.parent(path, Folder::made)?;
        folder.write(&name, text.as_bytes()).map_err(|error| self.error(path, &error))
    }

    /// Removes a file below what the role fills; of a link the link alone.
    ///
    /// # Errors
    /// If the path leads anywhere else, or there is no such file.
    pub fn remove(&self, path: &str) -> Result<(), TaskError> {
        self.check_own_path(path)?;
        let (folder, name) = self.parent(path, Folder::folder)?;
        folder.remove(&name).map_err(|error| self.error(path, &error))
    }

    fn check_own_path(&self, path: &str) -> Result<(), TaskError> {
        let own = output_dir(self.role);
        if self.role != Role::Implementer && path == REASONS_FILE {
            return Ok(());
        }
        let inside = path.strip_prefix(own).and_then(|rest| rest.strip_prefix('/'));
        let inside =
            inside.ok_or_else(|| refused(path, &format!("only files below {own}/ can be written")))?;
        let is_left_out = LEFT_OUT.iter().any(|name| inside.split('/').next() == Some(*name));
        if is_left_out || inside.split('/').count() > MAX_DEPTH {
            return Err(refused(path, "it is no part of a candidate"));
        }
        Ok(())
    }

    /// Objects to a requirement: one more line of `PUSHBACK.md`.
    ///
    /// # Errors
    /// If one of the two is empty, or the file cannot be written.
    pub fn push_back(&self, requirement: &str, reason: &str) -> Result<(), TaskError> {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (requirement, reason) = (one_line(requirement), one_line(reason));
        if requirement.is_empty() || reason.is_empty() {
            return Err(refused(PUSHBACK_FILE, "it takes the id of a requirement, and a reason"));
        }
        let line = format!("{requirement}: {reason}");
        self.root.append_line(PUSHBACK_FILE, &line).map_err(|error| self.error(PUSHBACK_FILE, &error))
    }

    /// The files of the spec.
    ///
    /// # Errors
    /// If something in it is no plain file, or it is too large.
    pub fn spec(&self) -> Result<FileTree, TaskError> {
        self.tree(SPEC_DIR)
    }

    /// The files of the candidate, without build output; none, if it has not been begun.
    ///
    /// # Errors
    /// If something in it is no plain file, or it is too large.
    pub fn candidate(&self) -> Result<FileTree, TaskError> {
        self.tree(CANDIDATE_DIR)
    }

    /// The files of what the role fills.
    ///
    /// # Errors
    /// As [`Self::candidate`].
    pub fn output(&self) -> Result<FileTree, TaskError> {
        self.tree(output_dir(self.role))
    }

    fn tree(&self, dir: &str) -> Result<FileTree, TaskError> {
        let mut tree = FileTree::default();
        let mut n_bytes = 0;
        for (path, entry) in self.entries(dir)? {
            let whole = format!("{dir}/{path}");
            if entry != Entry::Folder {
                let (folder, name) = self.parent(&whole, Folder::folder)?;
                let bytes =
                    folder.read(&name, MAX_BYTES - n_bytes).map_err(|error| self.error(&whole, &error))?;
                n_bytes += bytes.len() as u64;
                tree.files.insert(path, bytes);
            }
        }
        Ok(tree)
    }

    /// Everything below a folder of the workspace, by its path there.
    fn entries(&self, dir: &str) -> Result<BTreeMap<String, Entry>, TaskError> {
        let mut found = BTreeMap::new();
        match self.root.folder(dir) {
            Ok(folder) => {
                walk(&folder, "", MAX_DEPTH, &mut found).map_err(|error| self.error(dir, &error))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(self.error(dir, &error)),
        }
        Ok(found)
    }

    /// The folder of a path, each step of it taken by `step`, and the last name.
    fn parent(
        &self,
        path: &str,
        step: impl Fn(&Folder, &str) -> io::Result<Folder>,
    ) -> Result<(Folder, String), TaskError> {
        check_name(path).map_err(|reason| refused(path, &reason))?;
        let mut folder = self.root.folder(".").map_err(|error| self.error(path, &error))?;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            folder = step(&folder, part).map_err(|error| self.error(path, &error))?;
        }
        Ok((folder, name.to_owned()))
    }

    fn error(&self, path: &str, error: &io::Error) -> TaskError {
        match error.kind() {
            io::ErrorKind::NotADirectory => refused(path, NOT_PLAIN),
            io::ErrorKind::InvalidData => refused(path, &error.to_string()),
            io::ErrorKind::NotFound => refused(path, "there is no such file"),
            io::ErrorKind::FileTooLarge => refused(path, "it is larger than can be used"),
            _ => file_error(&self.path.join(path), error),
        }
    }
}

fn walk(folder: &Folder, above: &str, depth: usize, found: &mut BTreeMap<String, Entry>) -> io::Result<()> {
    for name in folder.names()? {
        if above.is_empty() && LEFT_OUT.contains(&&*name) {
            continue;
        }
        let Some(entry) = folder.entry(&name)? else { continue };
        if found.len() >= MAX_FILES || depth == 0 {
            return Err(invalid(TOO_MUCH));
        }
        let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        if entry == Entry::Folder {
            walk(&folder.folder(&name)?, &path, depth - 1, found)?;
        }
        found.insert(path, entry);
    }
    Ok(())
}

const TOO_MUCH: &str = "all files together may be 10,000 with 64 MiB, 32 folders deep";

fn refused(path: &str, reason: &str) -> TaskError {
    TaskError::Path { path: path.into(), reason: reason.into() }
}

fn file_error(path: &Path, error: &io::Error) -> TaskError {
    TaskError::File { path: path.into(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// A workspace beside a file with a secret.
    fn workspace() -> (tempfile::TempDir, Workspace) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("secret"), "SECRET").unwrap();
        for (path, text) in [("TASK.md", "do"), ("spec/SPEC.md", "# A"), ("candidate/src/lib.rs", "//!")] {
            let path = dir.path().join("w").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let workspace = Workspace::open(&dir.path().join("w"), Role::Implementer).unwrap();
        (dir, workspace)
    }

    #[test]
    fn what_is_written_is_read_and_listed() {
        let (_dir, workspace) = workspace();
        workspace.write("candidate/src/a/b.rs", "one").unwrap();
        workspace.write("candidate/src/a/b.rs", "two").unwrap();
        assert_eq!(workspace.read("candidate/src/a/b.rs").unwrap(), "two");
        workspace.remove("candidate/src/lib.rs").unwrap();
        let files: Vec<_> = workspace.files().unwrap().into_iter().collect();
        assert_eq!(
            files,
            [("TASK.md".into(), 2), ("candidate/src/a/b.rs".into(), 3), ("spec/SPEC.md".into(), 3)]
        );
        assert_eq!(workspace.candidate().unwrap().files.keys().collect::<Vec<_>>(), ["src/a/b.rs"]);
        workspace.push_back("parse.sign", "two\nstatements\tcontradict").unwrap();
        workspace.push_back("b", "c").unwrap();
        assert_eq!(workspace.read("PUSHBACK.md").unwrap(), "parse.sign: two statements contradict\nb: c\n");
        assert!(workspace.push_back(" ", "x").is_err() && workspace.push_back("x", "\n").is_err());
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let (dir, workspace) = workspace();
        let secret = dir.path().join("secret").to_string_lossy().into_owned();
        for path in [
            "candidate/../../secret",
            "candidate/../TASK.md",
            "candidate/./a",
            "candidate//a",
            "candidate/",
            "candidate",
            "../secret",
            "spec/SPEC.md",
            "TASK.md",
            "candidate/target/a",
            "candidate/.git/config",
            "candidate/a/.git/config",
            "candidate/a\\..\\b",
            "candidate/a\0b",
            "candidate/a\nb",
            "candidatex/a",
            "",
            &secret,
            &format!("candidate/{}", "a/".repeat(100) + "a"),
            &format!("candidate/{}", "a".repeat(300)),
        ] {
            assert!(workspace.write(path, "x").is_err(), "{path:?} is written");
            assert!(workspace.remove(path).is_err(), "{path:?} is removed");
        }
        for path in ["../secret", "spec/../../secret", &secret, ".home/x", "spec", "candidate/nothing"] {
            assert!(workspace.read(path).is_err(), "{path:?} is read");
        }
        assert_eq!(fs::read_to_string(dir.path().join("w/TASK.md")).unwrap(), "do");
    }

    #[test]
    fn links_and_special_files_are_not_followed() {
        let (dir, workspace) = workspace();
        let inside = |name: &str| dir.path().join("w").join(name);
        symlink(dir.path().join("secret"), inside("candidate/link")).unwrap();
        symlink(dir.path(), inside("candidate/dir")).unwrap();
        symlink(dir.path().join("secret"), inside("PUSHBACK.md")).unwrap();
        fs::hard_link(dir.path().join("secret"), inside("candidate/hard")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, inside("candidate/pipe"), 0o644.into()).unwrap();
        for path in
            ["candidate/link", "candidate/dir/secret", "candidate/hard", "candidate/pipe", "PUSHBACK.md"]
        {
            let error = workspace.read(path).unwrap_err().to_string();
            assert!(!error.contains("SECRET"), "{error}");
        }
        for path in ["candidate/link", "candidate/dir/secret", "candidate/dir/new", "candidate/pipe"] {
            assert!(workspace.write(path, "x").is_err(), "{path} is written");
        }
        // A file of two names is replaced under the one.
        workspace.write("candidate/hard", "x").unwrap();
        assert!(workspace.push_back("a", "b").is_err());
        assert!(workspace.candidate().unwrap_err().to_string().contains("not a plain one"));
        workspace.remove("candidate/link").unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("secret")).unwrap(), "SECRET");
        assert!(!dir.path().join("new").exists());
    }

    #[test]
    fn a_whole_folder_that_is_a_link_is_not_followed() {
        let (dir, workspace) = workspace();
        fs::remove_dir_all(dir.path().join("w/candidate")).unwrap();
        symlink(dir.path(), dir.path().join("w/candidate")).unwrap();
        assert!(workspace.read("candidate/secret").is_err());
        assert!(workspace.write("candidate/secret", "x").is_err());
        assert!(workspace.remove("candidate/secret").is_err());
        assert!(workspace.candidate().is_err() && workspace.files().is_err());
        symlink(dir.path().join("w"), dir.path().join("v")).unwrap();
        assert!(Workspace::open(&dir.path().join("v"), Role::Implementer).is_err());
    }

    #[test]
    fn a_link_that_comes_and_goes_is_never_followed() {
        let (dir, workspace) = workspace();
        let (file, other) = (dir.path().join("w/candidate/a"), dir.path().join("w/candidate/b"));
        let is_over = AtomicBool::new(false);
        let (mut n_read, mut n_leaked) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    fs::write(&other, "plain").unwrap();
                    fs::rename(&other, &file).unwrap();
                    symlink(dir.path().join("secret"), &other).unwrap();
                    fs::rename(&other, &file).unwrap();
                }
            });
            for _ in 0..3000 {
                let tree = workspace.candidate().unwrap_or_default();
                let read = workspace.read("candidate/a").unwrap_or_default();
                n_leaked += usize::from(tree.files.values().any(|bytes| bytes == b"SECRET"));
                n_leaked += usize::from(read == "SECRET");
                n_read += usize::from(read == "plain");
            }
            is_over.store(true, Ordering::Relaxed);
        });
        assert_eq!(n_leaked, 0);
        assert!(n_read > 0, "it was never a plain file");
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let (dir, workspace) = workspace();
        assert!(workspace.write("candidate/a", &"x".repeat((1 << 20) + 1)).is_err());
        let huge = fs::File::create(dir.path().join("w/candidate/huge")).unwrap();
        huge.set_len(1 << 40).unwrap();
        assert!(workspace.read("candidate/huge").unwrap_err().to_string().contains("larger"));
        assert!(workspace.write("candidate/a", "x").unwrap_err().to_string().contains("64 MiB"));
        assert!(workspace.candidate().unwrap_err().to_string().contains("larger"));
        let task = fs::File::create(dir.path().join("w/PUSHBACK.md")).unwrap();
        task.set_len(1 << 40).unwrap();
        assert!(workspace.push_back("a", "b").unwrap_err().to_string().contains("larger"));
    }
}
