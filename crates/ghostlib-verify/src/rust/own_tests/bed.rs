//! A copy of a package in which its tests can be built offline.

use crate::reference::{ReferenceError, at, copy_tree, once, run_tool, write};
use crate::rust::build::{Places, Subject};
use crate::rust::manifest::{Manifest, ManifestError};
use crate::rust::reference::{SKIPPED, refused};
use crate::rust::vendor::{VENDOR, cargo_config, keep_settings};
use ghostlib_model::Sha256Hex;
use ghostlib_sandbox::CommandLine;
use std::fs;
use std::path::{Path, PathBuf};
use toml::Table;

/// Such a copy.
pub(super) struct Bed {
    /// The copy.
    pub(super) dir: PathBuf,
    /// What a build of it may read besides.
    pub(super) read: Vec<PathBuf>,
    /// Cargo settings for a build of it.
    pub(super) cargo_config: String,
}

const LOCK: &str = "Cargo.lock";

/// Copies the package of a subject, and fetches what its tests depend on, or finds it in the subject's scratch folder.
pub(super) async fn lay(subject: &Subject<'_>) -> Result<Bed, ReferenceError> {
    let dir = Places::of(subject).source;
    if fs::symlink_metadata(&dir).is_ok() {
        fs::remove_dir_all(&dir).map_err(at(&dir))?;
    }
    copy_tree(subject.dir, &dir, &SKIPPED)?;
    let manifest = stand_alone(&dir)?;
    let root = subject.scratch.join(format!("needs-{}", Sha256Hex::of(manifest.as_bytes()).short()));
    once(&root, async |partial| fetch(&dir, partial).await).await?;
    let lock = root.join(LOCK);
    fs::copy(&lock, dir.join(LOCK)).map_err(at(&lock))?;
    // What is no error in a dependency is none in a package that is tested.
    let cargo_config = format!("{}\n[build]\nrustflags = [\"--cap-lints=warn\"]\n", cargo_config(&root)?);
    Ok(Bed { dir, read: vec![root], cargo_config })
}

/// Makes the copy a Cargo workspace of its own, wherever it lies. Its manifest.
fn stand_alone(dir: &Path) -> Result<String, ReferenceError> {
    let path = dir.join("Cargo.toml");
    let mut text = fs::read_to_string(&path).map_err(at(&path))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| ManifestError::Broken {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    if !table.contains_key("workspace") {
        text.push_str("\n[workspace]\n");
        write(&path, &text)?;
    }
    Ok(text)
}

/// Lets cargo vendor what the package in `dir` and its tests need. No code of it runs.
async fn fetch(dir: &Path, root: &Path) -> Result<(), ReferenceError> {
    let package = Manifest::read(dir)?.package;
    let whose = format!("what the tests of {package} depend on");
    let command = CommandLine::new("cargo")
        .args(["vendor", "--versioned-dirs", "--manifest-path"])
        .arg(dir.join("Cargo.toml"))
        .arg(root.join(VENDOR));
    // Settings of the package are not the user's: cargo reads those of the folder that it runs in.
    let finished = run_tool("cargo", &whose, &command, root).await?;
    if !finished.end.is_success() {
        return Err(refused(&whose, &String::from_utf8_lossy(&finished.stderr)));
    }
    fs::copy(dir.join(LOCK), root.join(LOCK)).map_err(at(dir))?;
    keep_settings(root, &finished)
}
