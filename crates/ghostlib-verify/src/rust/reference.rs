//! Fetching a reference with cargo, so that the user's registry, mirror and proxy settings hold.

use super::manifest::{Manifest, ManifestError};
use super::vendor::{VENDOR, cargo_config, once, vendor};
use ghostlib_model::{ReferenceSource, Sha256Hex, sha256_of_files};
use ghostlib_sandbox::{CommandLine, Finished, SandboxError, host};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use walkdir::WalkDir;

/// A reference on this machine, with everything that it needs to be built offline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it came from.
    pub source: ReferenceSource,
    /// The package's name.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// Its source tree.
    pub dir: PathBuf,
    /// Over the files of the source tree.
    pub checksum: Sha256Hex,
    /// Cargo settings that put its dependencies, vendored here, in place of registries.
    pub cargo_config: String,
    /// The folder that holds all of it; what a build may read.
    pub root: PathBuf,
}

/// Why a reference is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// There is no such crate, version, repository, revision or folder.
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
    /// A tool that fetches is missing.
    #[error("{tool} cannot be run to fetch {reference}")]
    NoTool {
        /// `cargo` or `git`.
        tool: &'static str,
        /// The reference as written.
        reference: String,
        /// Why.
        #[source]
        source: SandboxError,
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
const SOURCE: &str = "source";

/// Fetches a reference into a folder of `cache`, or finds it there. Relative paths start at `base`.
///
/// # Errors
/// If it does not exist, cannot be fetched, or is no Cargo package.
pub async fn fetch(source: &ReferenceSource, base: &Path, cache: &Path) -> Result<Reference, ReferenceError> {
    let reference = source.to_string();
    if let ReferenceSource::Path(path) = source {
        // A folder may change at any time: its copy is named after its content.
        let dir = base.join(path);
        if !dir.is_dir() {
            let said = format!("{} is no folder", dir.display());
            return Err(ReferenceError::NotFound { reference, said });
        }
        Manifest::read(&dir)?;
        let root = cache.join(format!("path-{}", checksum(&dir)?.short()));
        return fetch_once(source, &root, &dir).await;
    }
    let name = Sha256Hex::of(reference.as_bytes());
    fetch_once(source, &cache.join(format!("{}-{}", folder_name(source), name.short())), base).await
}

fn folder_name(source: &ReferenceSource) -> String {
    match source {
        ReferenceSource::Crate { name, .. } => {
            name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
        }
        ReferenceSource::Git { .. } => "git".into(),
        ReferenceSource::Path(_) => "path".into(),
    }
}

async fn fetch_once(source: &ReferenceSource, root: &Path, base: &Path) -> Result<Reference, ReferenceError> {
    once(root, async |partial| fill(source, partial, base).await).await?;
    open(source, root)
}

async fn fill(source: &ReferenceSource, root: &Path, base: &Path) -> Result<(), ReferenceError> {
    let dependency = match source {
        ReferenceSource::Crate { name, version } => {
            format!("{} = {}", toml_string(name), toml_string(&format!("={version}")))
        }
        ReferenceSource::Git { url, rev } => {
            clone(source, url, rev, &root.join(SOURCE)).await?;
            path_dependency(&root.join(SOURCE))?
        }
        ReferenceSource::Path(_) => {
            copy_tree(base, &root.join(SOURCE))?;
            path_dependency(&root.join(SOURCE))?
        }
    };
    vendor(root, &dependency, &source.to_string()).await
}

/// What cargo refused: something that does not exist, or something that it could not fetch.
pub(super) fn refused(reference: &str, stderr: &str) -> ReferenceError {
    let reference = reference.to_owned();
    let missing = [
        "no matching package",
        "failed to select a version",
        "invalid character",
        "failed to parse the version",
        "unexpected",
    ];
    let said = last_cause(stderr);
    if missing.iter().any(|sign| stderr.contains(sign)) {
        ReferenceError::NotFound { reference, said }
    } else {
        ReferenceError::Fetch { reference, said }
    }
}

/// The innermost cause of what cargo says, in one line, without what it says of the wrapper.
fn last_cause(stderr: &str) -> String {
    let cause = stderr.rsplit("Caused by:").next().unwrap_or(stderr);
    let of_the_wrapper = ["location searched:", "required by package", "As a reminder", "perhaps a crate"];
    let lines = cause.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<_> =
        lines.filter(|line| !of_the_wrapper.iter().any(|start| line.starts_with(start))).collect();
    lines.join("; ").trim_start_matches("error: ").to_owned()
}

async fn clone(source: &ReferenceSource, url: &str, rev: &str, to: &Path) -> Result<(), ReferenceError> {
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

pub(super) async fn run_tool(
    name: &'static str,
    reference: &str,
    command: &CommandLine,
    dir: &Path,
) -> Result<Finished, ReferenceError> {
    host::run(command, dir, &[], FETCH_WALL).await.map_err(|error| ReferenceError::NoTool {
        tool: name,
        reference: reference.to_owned(),
        source: error,
    })
}

fn open(source: &ReferenceSource, root: &Path) -> Result<Reference, ReferenceError> {
    let dir = match source {
        ReferenceSource::Crate { name, version } => vendored(&root.join(VENDOR), name, version)?,
        _ => root.join(SOURCE),
    };
    let manifest = Manifest::read(&dir)?;
    Ok(Reference {
        source: source.clone(),
        package: manifest.package,
        version: manifest.version,
        checksum: checksum(&dir)?,
        cargo_config: cargo_config(root)?,
        dir,
        root: root.to_owned(),
    })
}

fn vendored(vendor: &Path, name: &str, version: &str) -> Result<PathBuf, ReferenceError> {
    for entry in fs::read_dir(vendor).map_err(at(vendor))? {
        let dir = entry.map_err(at(vendor))?.path();
        let is_it = |manifest: Manifest| manifest.package == name && same_version(&manifest.version, version);
        if Manifest::read(&dir).is_ok_and(is_it) {
            return Ok(dir);
        }
    }
    Err(ReferenceError::NotFound {
        reference: name.into(),
        said: "cargo vendored no package of that name".into(),
    })
}

/// Build metadata is no part of what is asked for: `1.0.0` is `1.0.0+2024`.
fn same_version(found: &str, asked: &str) -> bool {
    let plain = |version: &str| version.split('+').next().unwrap_or_default().to_owned();
    plain(found) == plain(asked)
}

fn path_dependency(dir: &Path) -> Result<String, ReferenceError> {
    let manifest = Manifest::read(dir)?;
    let path = toml_string(&dir.to_string_lossy());
    Ok(format!("{} = {{ path = {path} }}", toml_string(&manifest.package)))
}

pub(super) fn toml_string(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}

/// The files of a package's source tree: no build output, no version control, no marks of cargo.
fn source_files(dir: &Path) -> impl Iterator<Item = Result<walkdir::DirEntry, walkdir::Error>> {
    // A module of the library may be called `target`; the build output lies at the top.
    let skipped = ["target", ".git", ".ghostlib", ".cargo-checksum.json", ".cargo-ok"];
    WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(move |entry| {
            entry.depth() != 1 || !skipped.iter().any(|name| entry.file_name() == *name)
        })
        .filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_type().is_file()))
}

fn checksum(dir: &Path) -> Result<Sha256Hex, ReferenceError> {
    let mut files = Vec::new();
    for entry in source_files(dir) {
        let path =
            entry.map_err(|error| ReferenceError::Io { path: dir.into(), source: error.into() })?.into_path();
        let relative = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.push((relative, fs::read(&path).map_err(at(&path))?));
    }
    Ok(sha256_of_files(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))))
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), ReferenceError> {
    for entry in source_files(from) {
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

pub(super) fn write(path: &Path, text: &str) -> Result<(), ReferenceError> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(at(parent))?;
    fs::write(path, text).map_err(at(path))
}

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> ReferenceError + use<> {
    let path = path.to_owned();
    move |source| ReferenceError::Io { path, source }
}
