//! Fetching a reference with cargo, so that the user's registry, mirror and proxy settings hold.

use super::manifest::Manifest;
use super::perturb::Perturbable;
use super::vendor::{VENDOR, cargo_config, vendor};
use crate::canaries::plant;
use crate::reference::{ReferenceError, at, checksum, clone, copy_tree, folder_name, local_folder, once};
use ghostlib_model::{Canary, ReferenceSource, Sha256Hex};
use std::fs;
use std::path::{Path, PathBuf};

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
    /// What was planted in it.
    pub canaries: Vec<Canary>,
}

const SOURCE: &str = "source";
/// What of a source tree is build output, and marks of cargo.
pub(super) const SKIPPED: [&str; 5] = ["target", ".git", ".ghostlib", ".cargo-checksum.json", ".cargo-ok"];

/// Fetches a reference into a folder of `cache`, or finds it there. Relative paths start at `base`.
///
/// # Errors
/// If it does not exist, cannot be fetched, or is no Cargo package.
pub async fn fetch(source: &ReferenceSource, base: &Path, cache: &Path) -> Result<Reference, ReferenceError> {
    let reference = source.to_string();
    if let ReferenceSource::Path(path) = source {
        // A folder may change at any time: its copy is named after its content.
        let dir = local_folder(path, base, &reference)?;
        Manifest::read(&dir)?;
        let root = cache.join(format!("path-{}", checksum(&dir, &SKIPPED)?.short()));
        return fetch_once(source, &root, &dir).await;
    }
    fetch_once(source, &named_folder(source, cache), base).await
}

/// The source tree of a reference that lies in `cache` already, or nothing: this fetches none. `checksum` is that of its
/// files.
pub fn cached(source: &ReferenceSource, checksum: &Sha256Hex, cache: &Path) -> Option<PathBuf> {
    let root = match source {
        ReferenceSource::Path(_) => cache.join(format!("path-{}", checksum.short())),
        _ => named_folder(source, cache),
    };
    source_in(source, &root).ok().filter(|dir| dir.is_dir())
}

/// The folder of a reference that does not change, named after where it came from.
fn named_folder(source: &ReferenceSource, cache: &Path) -> PathBuf {
    let name = Sha256Hex::of(source.to_string().as_bytes());
    cache.join(format!("{}-{}", folder_name(source), name.short()))
}

fn source_in(source: &ReferenceSource, root: &Path) -> Result<PathBuf, ReferenceError> {
    match source {
        ReferenceSource::Crate { name, version } => vendored(&root.join(VENDOR), name, version),
        _ => Ok(root.join(SOURCE)),
    }
}

async fn fetch_once(source: &ReferenceSource, root: &Path, base: &Path) -> Result<Reference, ReferenceError> {
    once(root, async |partial| fill(source, partial, base).await).await?;
    open(source, root)
}

async fn fill(source: &ReferenceSource, root: &Path, base: &Path) -> Result<(), ReferenceError> {
    let written = root.join(SOURCE);
    let dependency = match source {
        ReferenceSource::Crate { name, version } => {
            format!("{} = {}", toml_string(name), toml_string(&format!("={version}")))
        }
        ReferenceSource::PyPi { .. } => {
            return Err(ReferenceError::OtherLanguage { reference: source.to_string(), language: "Rust" });
        }
        ReferenceSource::Git { url, rev } => {
            clone(source, url, rev, &written).await?;
            path_dependency(&written)?
        }
        ReferenceSource::Path(_) => {
            copy_tree(base, &written, &SKIPPED)?;
            path_dependency(&written)?
        }
        ReferenceSource::Perturbed(perturbation) => {
            let cache = root.parent().unwrap_or(root);
            let origin = Box::pin(fetch(&perturbation.of, base, cache)).await?;
            let reference = source.to_string();
            match Perturbable::read(&origin.dir)?.write_named(&perturbation.changes, &written)? {
                Ok(made) if made == perturbation.hash => {}
                Ok(made) => return Err(ReferenceError::OtherPerturbation { reference, made }),
                Err(at) => return Err(ReferenceError::NoSuchRule { reference, at }),
            }
            path_dependency(&written)?
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

fn open(source: &ReferenceSource, root: &Path) -> Result<Reference, ReferenceError> {
    let dir = source_in(source, root)?;
    let manifest = Manifest::read(&dir)?;
    let canaries = plant(root, &dir)?;
    Ok(Reference {
        canaries,
        source: source.clone(),
        package: manifest.package,
        version: manifest.version,
        checksum: checksum(&dir, &SKIPPED)?,
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
