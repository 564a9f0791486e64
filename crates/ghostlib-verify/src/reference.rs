//! What fetching a reference is about in every language.

use crate::canaries::unplanted;
use crate::rust::ManifestError;
use ghostlib_model::{ReferenceSource, Sha256Hex, sha256_of_files};
use ghostlib_sandbox::{CommandLine, Finished, SandboxError, host};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use walkdir::WalkDir;

/// Why a reference is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// There is no such package, version, repository, revision or folder.
    #[error("there is no reference {reference}: {said}")]
    NotFound {
        /// The reference as written.
        reference: String,
        /// What the tool that looked for it said.
        said: String,
    },
    /// It may exist, but could not be fetched.
    #[error("{reference} could not be fetched: {said}")]
    Fetch {
        /// The reference as written.
        reference: String,
        /// What the tool that fetches said.
        said: String,
    },
    /// It would have to be fetched, and nothing may be.
    #[error("{reference} is not at hand, and nothing is fetched")]
    Offline {
        /// The reference as written.
        reference: String,
    },
    /// A tool that fetches is missing.
    #[error("{tool} cannot be run to fetch {reference}")]
    NoTool {
        /// `cargo`, `git` or `pip`.
        tool: &'static str,
        /// The reference as written.
        reference: String,
        /// Why.
        #[source]
        source: SandboxError,
    },
    /// It comes from where no libraries of the language are.
    #[error("{reference} is no {language} library")]
    OtherLanguage {
        /// The reference as written.
        reference: String,
        /// The language that was asked for.
        language: &'static str,
    },
    /// It is, or is needed by, what candidates may depend on.
    #[error(
        "{whose} bring `{package}`, which is the reference itself: whoever rebuilds it could read it there"
    )]
    Allowed {
        /// The dependencies.
        whose: String,
        /// The reference's package.
        package: String,
    },
    /// Its changes do not make the library that they are said to make.
    #[error("{reference}: its changes make another library here, {made}")]
    OtherPerturbation {
        /// The reference as written.
        reference: String,
        /// Over the files that came of them.
        made: Sha256Hex,
    },
    /// What is to be changed does not stand where it is said to.
    #[error("{reference}: what is to be changed at {at} does not stand there")]
    NoSuchRule {
        /// The reference as written.
        reference: String,
        /// The place.
        at: String,
    },
    /// What was fetched cannot be unpacked.
    #[error("{reference} cannot be unpacked: {said}")]
    Unpack {
        /// The reference as written.
        reference: String,
        /// Why.
        said: String,
    },
    /// Its `Cargo.toml` cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The cache cannot be written or read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

const FETCH_WALL: Duration = Duration::from_secs(600);

tokio::task_local! {
    /// Set while nothing may be fetched.
    static OFFLINE: ();
}

/// Does some work in which nothing is fetched: libraries and packages are found in the cache, or made of what cargo has
/// kept, or there is [`ReferenceError::Offline`].
pub async fn offline<T>(work: impl Future<Output = T>) -> T {
    OFFLINE.scope((), work).await
}

/// What tells a reference from all others: where it comes from, and of one by path what is in its folder.
///
/// # Errors
/// If there is no such folder, or it cannot be read.
pub fn identity(source: &ReferenceSource, base: &Path) -> Result<Sha256Hex, ReferenceError> {
    let reference = source.to_string();
    match source {
        ReferenceSource::Path(path) => checksum(&local_folder(path, base, &reference)?, &MADE),
        _ => Ok(Sha256Hex::of(reference.as_bytes())),
    }
}

/// What is made of a library in any language, and is no part of it.
const MADE: [&str; 4] = ["target", ".git", ".ghostlib", "__pycache__"];

/// A word for a folder of the cache: of the package, or of where it comes from.
pub(crate) fn folder_name(source: &ReferenceSource) -> String {
    match source {
        ReferenceSource::Crate { name, .. } | ReferenceSource::PyPi { name, .. } => {
            name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
        }
        ReferenceSource::Git { .. } => "git".into(),
        ReferenceSource::Path(_) => "path".into(),
        ReferenceSource::Perturbed(_) => "perturbed".into(),
    }
}

/// The folder of a reference by path.
pub(crate) fn local_folder(path: &str, base: &Path, reference: &str) -> Result<PathBuf, ReferenceError> {
    let dir = base.join(path);
    if dir.is_dir() {
        return Ok(dir);
    }
    let said = format!("{} is no folder", dir.display());
    Err(ReferenceError::NotFound { reference: reference.to_owned(), said })
}

/// Fills a temporary folder and renames it when it is whole. A folder that is there is whole.
pub(crate) async fn once(
    root: &Path,
    fill: impl AsyncFnOnce(&Path) -> Result<(), ReferenceError>,
) -> Result<(), ReferenceError> {
    if root.is_dir() {
        return Ok(());
    }
    let parent = root.parent().unwrap_or(root);
    fs::create_dir_all(parent).map_err(at(parent))?;
    let partial = tempfile::Builder::new().prefix("partial-").tempdir_in(parent).map_err(at(parent))?;
    fill(partial.path()).await?;
    match fs::rename(partial.path(), root) {
        // Another one was first, and what it has made is the same.
        Err(_) if root.is_dir() => Ok(()),
        renamed => renamed.map_err(at(root)),
    }
}

pub(crate) async fn clone(
    source: &ReferenceSource,
    url: &str,
    rev: &str,
    to: &Path,
) -> Result<(), ReferenceError> {
    let parent = to.parent().unwrap_or(to);
    let steps = [
        (CommandLine::new("git").args(["clone", "--quiet", "--no-checkout", "--", url]).arg(to), parent),
        (
            CommandLine::new("git").args([
                "-c",
                "advice.detachedHead=false",
                "checkout",
                "--quiet",
                "--detach",
                rev,
            ]),
            to,
        ),
    ];
    for (command, dir) in steps {
        let finished = run_tool("git", &source.to_string(), &command, dir).await?;
        if !finished.end.is_success() {
            let said = String::from_utf8_lossy(&finished.stderr).trim().replace('\n', "; ");
            return Err(ReferenceError::NotFound { reference: source.to_string(), said });
        }
    }
    let git = to.join(".git");
    fs::remove_dir_all(&git).map_err(at(&git))
}

pub(crate) async fn run_tool(
    name: &'static str,
    reference: &str,
    command: &CommandLine,
    dir: &Path,
) -> Result<Finished, ReferenceError> {
    let reference = reference.to_owned();
    let run = async |command: &CommandLine| {
        let finished = host::run(command, dir, &[], FETCH_WALL).await;
        finished.map_err(|source| ReferenceError::NoTool { tool: name, reference: reference.clone(), source })
    };
    if OFFLINE.try_with(|()| ()).is_err() {
        return run(command).await;
    }
    // Of what it has kept, cargo can do the same.
    let finished = if name == "cargo" { Some(run(&command.clone().arg("--offline")).await?) } else { None };
    match finished {
        Some(finished) if finished.end.is_success() => Ok(finished),
        _ => Err(ReferenceError::Offline { reference }),
    }
}

/// Over the files of a source tree without its canaries, with what is skipped at its top left out.
pub(crate) fn checksum(dir: &Path, skipped: &[&str]) -> Result<Sha256Hex, ReferenceError> {
    let files = read_tree(dir, skipped)?;
    Ok(sha256_of_files(files.iter().map(|(path, bytes)| (path.as_str(), unplanted(Path::new(path), bytes)))))
}

/// The files of a source tree by path, with what is skipped at its top left out.
pub(crate) fn read_tree(dir: &Path, skipped: &[&str]) -> Result<Vec<(String, Vec<u8>)>, ReferenceError> {
    let mut files = Vec::new();
    for entry in source_files(dir, skipped) {
        let path =
            entry.map_err(|error| ReferenceError::Io { path: dir.into(), source: error.into() })?.into_path();
        let relative = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.push((relative, fs::read(&path).map_err(at(&path))?));
    }
    Ok(files)
}

pub(crate) fn copy_tree(from: &Path, to: &Path, skipped: &[&str]) -> Result<(), ReferenceError> {
    for entry in source_files(from, skipped) {
        let path = entry
            .map_err(|error| ReferenceError::Io { path: from.into(), source: error.into() })?
            .into_path();
        let target = to.join(path.strip_prefix(from).unwrap_or(&path));
        let parent = target.parent().unwrap_or(to);
        fs::create_dir_all(parent).map_err(at(parent))?;
        fs::copy(&path, &target).map_err(at(&path))?;
    }
    Ok(())
}

/// The files of a source tree, without those of some folders at its top: a module may be called `target`, too.
fn source_files<'a>(
    dir: &Path,
    skipped: &'a [&str],
) -> impl Iterator<Item = Result<walkdir::DirEntry, walkdir::Error>> + use<'a> {
    WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(move |entry| {
            entry.depth() != 1 || !skipped.iter().any(|name| entry.file_name() == *name)
        })
        .filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_type().is_file()))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), ReferenceError> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(at(parent))?;
    fs::write(path, text).map_err(at(path))
}

pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> ReferenceError + use<> {
    let path = path.to_owned();
    move |source| ReferenceError::Io { path, source }
}
