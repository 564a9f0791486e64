//! Fetching a reference with pip, so that the user's index, mirror and proxy settings hold.

use super::interpreter::Interpreter;
use crate::canaries::plant;
use crate::reference::{
    ReferenceError, at, checksum, clone, copy_tree, folder_name, local_folder, once, run_tool,
};
use ghostlib_model::{Canary, ReferenceSource, Sha256Hex};
use ghostlib_sandbox::CommandLine;
use std::fs;
use std::path::{Path, PathBuf};

/// A Python reference on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it came from.
    pub source: ReferenceSource,
    /// Its source tree: what a project's repository has, or the packages of a wheel.
    pub dir: PathBuf,
    /// Over the files of the source tree.
    pub checksum: Sha256Hex,
    /// The folder that holds all of it.
    pub root: PathBuf,
    /// What was planted in it.
    pub canaries: Vec<Canary>,
}

const SOURCE: &str = "source";
const SKIPPED: [&str; 3] = [".git", ".ghostlib", "__pycache__"];
const UNPACK: &str = include_str!("unpack.py");

/// Fetches a reference into a folder of `cache`, or finds it there. Relative paths start at `base`.
///
/// From an index comes the wheel, or the source distribution where there is none: for that pip runs the project's own
/// build script, in no sandbox, as it does when a user installs the project. What it depends on is not fetched.
///
/// # Errors
/// If it does not exist, or cannot be fetched or unpacked.
pub async fn fetch(
    source: &ReferenceSource,
    base: &Path,
    cache: &Path,
    interpreter: &Interpreter,
) -> Result<Reference, ReferenceError> {
    let reference = source.to_string();
    let (base, name) = match source {
        ReferenceSource::Crate { .. } | ReferenceSource::Perturbed(_) => {
            return Err(ReferenceError::OtherLanguage { reference, language: "Python" });
        }
        // A folder may change at any time: its copy is named after its content.
        ReferenceSource::Path(path) => {
            let dir = local_folder(path, base, &reference)?;
            let checksum = checksum(&dir, &SKIPPED)?;
            (dir, checksum)
        }
        _ => (base.to_owned(), Sha256Hex::of(reference.as_bytes())),
    };
    let root = cache.join(format!("python-{}-{}", folder_name(source), name.short()));
    once(&root, async |partial| fill(source, partial, &base, interpreter).await).await?;
    let dir = root.join(SOURCE);
    let canaries = plant(&root, &dir)?;
    Ok(Reference { source: source.clone(), checksum: checksum(&dir, &SKIPPED)?, dir, root, canaries })
}

async fn fill(
    source: &ReferenceSource,
    root: &Path,
    base: &Path,
    interpreter: &Interpreter,
) -> Result<(), ReferenceError> {
    let to = root.join(SOURCE);
    match source {
        ReferenceSource::Path(_) | ReferenceSource::Crate { .. } | ReferenceSource::Perturbed(_) => {
            copy_tree(base, &to, &SKIPPED)
        }
        ReferenceSource::Git { url, rev } => clone(source, url, rev, &to).await,
        ReferenceSource::PyPi { name, version } => {
            let archive = download(&source.to_string(), (name, version), root, interpreter).await?;
            unpack(&source.to_string(), &archive, &to, interpreter).await?;
            fs::remove_file(&archive).map_err(at(&archive))
        }
    }
}

/// The archive that pip has put into a folder.
async fn download(
    reference: &str,
    (name, version): (&str, &str),
    root: &Path,
    interpreter: &Interpreter,
) -> Result<PathBuf, ReferenceError> {
    let is_plain = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+!".contains(c)) && !text.starts_with('-')
    };
    if !is_plain(name) || !is_plain(version) {
        let said = "the index has no such names".to_owned();
        return Err(ReferenceError::NotFound { reference: reference.to_owned(), said });
    }
    let mut said = String::new();
    // To read what a source distribution says of itself pip runs code of it, outside of any sandbox: a wheel is better.
    for (option, which) in [("--only-binary", ":all:"), ("--no-binary", name)] {
        let command = pip(interpreter)
            .args(["download", "--quiet", "--no-deps"])
            .args([option, which, "--dest"])
            .arg(root)
            .arg(format!("{name}=={version}"));
        let finished = run_tool("pip", reference, &command, root).await?;
        if finished.end.is_success() {
            return archive_in(root, reference);
        }
        said = last_error(&String::from_utf8_lossy(&finished.stderr));
    }
    let reference = reference.to_owned();
    if said.contains("No matching distribution") {
        Err(ReferenceError::NotFound { reference, said })
    } else {
        Err(ReferenceError::Fetch { reference, said })
    }
}

/// The interpreter's own pip, which fetches what fits the interpreter.
pub(super) fn pip(interpreter: &Interpreter) -> CommandLine {
    let args = ["-m", "pip", "--disable-pip-version-check", "--no-input"];
    CommandLine::new(&interpreter.program).args(args)
}

pub(super) fn last_error(stderr: &str) -> String {
    let errors: Vec<_> = stderr.lines().filter_map(|line| line.trim().strip_prefix("ERROR: ")).collect();
    errors.last().copied().unwrap_or(stderr.trim()).to_owned()
}

fn archive_in(root: &Path, reference: &str) -> Result<PathBuf, ReferenceError> {
    let entries = fs::read_dir(root).map_err(at(root))?;
    let mut files = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file());
    files.next().ok_or_else(|| ReferenceError::Fetch {
        reference: reference.to_owned(),
        said: "pip downloaded nothing".to_owned(),
    })
}

/// Unpacks an archive; of a source distribution what is in its one folder.
async fn unpack(
    reference: &str,
    archive: &Path,
    to: &Path,
    interpreter: &Interpreter,
) -> Result<(), ReferenceError> {
    let partial = tempfile::tempdir_in(to.parent().unwrap_or(to)).map_err(at(to))?;
    let command = CommandLine::new(&interpreter.program)
        .args(["-I", "-S", "-c", UNPACK])
        .arg(archive)
        .arg(partial.path());
    let finished = run_tool("python", reference, &command, partial.path()).await?;
    if !finished.end.is_success() {
        let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
        return Err(ReferenceError::Unpack { reference: reference.to_owned(), said });
    }
    let is_wheel = archive.extension().is_some_and(|extension| extension == "whl");
    let source = if is_wheel { partial.path().to_owned() } else { only_folder(partial.path())? };
    fs::rename(&source, to).map_err(at(&source))
}

fn only_folder(dir: &Path) -> Result<PathBuf, ReferenceError> {
    let entries: Vec<_> = fs::read_dir(dir).map_err(at(dir))?.filter_map(Result::ok).collect();
    match &entries[..] {
        [only] if only.path().is_dir() => Ok(only.path()),
        _ => Ok(dir.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_sandbox::host;
    use std::ffi::OsStr;
    use std::time::Duration;

    /// Makes `a.tar` and `a.zip` with a module, a link, and a file of the name that is given.
    const MAKE: &str = "\
import io, sys, tarfile, zipfile
names = ['lib-1/lib.py', *sys.argv[1:]]
with tarfile.open('a.tar', 'w') as tar:
    for name in names:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b'x'))
    link = tarfile.TarInfo('lib-1/link')
    link.type, link.linkname = tarfile.SYMTYPE, '/etc'
    tar.addfile(link)
with zipfile.ZipFile('a.zip', 'w') as zip:
    for name in names:
        zip.writestr(name, 'x')
    link = zipfile.ZipInfo('lib-1/link')
    link.external_attr = 0o120777 << 16
    zip.writestr(link, '/etc')
";

    async fn unpacked(archive: &str, name: &[&str]) -> (tempfile::TempDir, Result<(), ReferenceError>) {
        let dir = tempfile::tempdir().unwrap();
        let interpreter = Interpreter::find(OsStr::new("python3"), Path::new("/")).await.unwrap();
        let command = CommandLine::new(&interpreter.program).args(["-c", MAKE]).args(name);
        let made = host::run(&command, dir.path(), &[], Duration::from_secs(60)).await.unwrap();
        assert!(made.end.is_success(), "{}", String::from_utf8_lossy(&made.stderr));
        let inner = dir.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let result = unpack("r", &dir.path().join(archive), &inner.join("to"), &interpreter).await;
        (dir, result)
    }

    #[tokio::test]
    async fn an_archive_is_unpacked_without_its_outermost_folder_and_without_links() {
        for archive in ["a.tar", "a.zip"] {
            let (dir, done) = unpacked(archive, &["lib-1/inner/b"]).await;
            done.unwrap();
            let to = dir.path().join("inner/to");
            assert!(to.join("lib.py").is_file() && to.join("inner/b").is_file());
            assert!(fs::symlink_metadata(to.join("link")).is_err());
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_out_refuses_the_archive() {
        for archive in ["a.tar", "a.zip"] {
            for name in ["../../out", "/tmp/ghostlib-out", "lib-1/../../../out"] {
                let (dir, done) = unpacked(archive, &[name]).await;
                let error = done.unwrap_err().to_string();
                assert!(error.contains("leads out of it"), "{archive} {name}: {error}");
                assert!(!dir.path().join("out").exists());
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_archive_says_so() {
        let (dir, _) = unpacked("a.tar", &[]).await;
        fs::write(dir.path().join("b.tar"), "no archive").unwrap();
        let interpreter = Interpreter::find(OsStr::new("python3"), Path::new("/")).await.unwrap();
        let to = dir.path().join("inner/other");
        let error = unpack("r", &dir.path().join("b.tar"), &to, &interpreter).await.unwrap_err();
        assert!(matches!(error, ReferenceError::Unpack { .. }), "{error}");
    }
}
