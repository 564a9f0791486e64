//! A copy of a package in which its tests can be built offline.

use crate::reference::{ReferenceError, at, copy_tree, once, run_tool, write};
use crate::rust::build::{Places, Subject};
use crate::rust::manifest::ManifestError;
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
const MANIFEST: &str = "Cargo.toml";

/// Copies the package of a subject, and fetches what its tests depend on, or finds it in the subject's scratch folder.
pub(super) async fn lay(subject: &Subject<'_>) -> Result<Bed, ReferenceError> {
    let dir = copy(subject)?;
    let mut manifest = read(&dir)?;
    stand_alone(&mut manifest);
    write(&dir.join(MANIFEST), &manifest.to_string())?;
    let whose = "what the reference's tests depend on";
    let fill = async |partial: &Path| {
        vendor(&dir, partial, whose).await?;
        fs::copy(dir.join(LOCK), partial.join(LOCK)).map_err(at(&dir))?;
        Ok(())
    };
    let root = fetched(subject.scratch, &manifest, fill).await?;
    let lock = root.join(LOCK);
    fs::copy(&lock, dir.join(LOCK)).map_err(at(&lock))?;
    Bed::of(dir, root)
}

/// Copies a candidate, and puts the integration tests of a reference in the place of its own. What the candidate's
/// manifest asks for is not fetched: only what those tests and these dependencies, in lines of a manifest, ask for.
pub(super) async fn lay_candidate(
    candidate: &Subject<'_>,
    reference: &Path,
    allowed: &str,
) -> Result<Bed, ReferenceError> {
    let dir = copy(candidate)?;
    let known = read(reference)?;
    let mut manifest = read(&dir)?;
    stand_alone(&mut manifest);
    take_tests(&mut manifest, &known);
    write(&dir.join(MANIFEST), &manifest.to_string())?;
    remove(&dir.join(TESTS))?;
    copy_tree(&reference.join(TESTS), &dir.join(TESTS), &[])?;
    remove(&dir.join(LOCK))?;
    let mut wrapper = format!("{WRAPPER}[dependencies]\n{allowed}").parse::<Table>().unwrap_or_default();
    take_tests(&mut wrapper, &known);
    wrapper.remove("test");
    let fill = async |partial: &Path| {
        let folder = partial.join("wrapper");
        write(&folder.join(MANIFEST), &wrapper.to_string())?;
        write(&folder.join("lib.rs"), "")?;
        vendor(&folder, partial, "what the reference's tests depend on").await
    };
    let root = fetched(candidate.scratch, &wrapper, fill).await?;
    Bed::of(dir, root)
}

impl Bed {
    fn of(dir: PathBuf, root: PathBuf) -> Result<Self, ReferenceError> {
        // What is no error in a dependency is none in a package that is tested.
        let cargo_config = format!("{}\n[build]\nrustflags = [\"--cap-lints=warn\"]\n", cargo_config(&root)?);
        Ok(Self { dir, read: vec![root], cargo_config })
    }
}

/// The folder of integration tests.
const TESTS: &str = "tests";
/// The package by which dependencies are fetched.
const WRAPPER: &str = "[package]\nname = \"ghostlib-wrapper\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
    [lib]\npath = \"lib.rs\"\n[workspace]\n";

fn copy(subject: &Subject<'_>) -> Result<PathBuf, ReferenceError> {
    let dir = Places::of(subject).source;
    remove(&dir)?;
    copy_tree(subject.dir, &dir, &SKIPPED)?;
    Ok(dir)
}

fn remove(path: &Path) -> Result<(), ReferenceError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path).map_err(at(path)),
        Ok(_) => fs::remove_file(path).map_err(at(path)),
        Err(_) => Ok(()),
    }
}

fn read(dir: &Path) -> Result<Table, ReferenceError> {
    let path = dir.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let broken = |error: toml::de::Error| ManifestError::Broken { path, reason: error.to_string() };
    Ok(text.parse().map_err(broken)?)
}

/// Makes a package a Cargo workspace of its own, wherever it lies.
fn stand_alone(manifest: &mut Table) {
    manifest.entry("workspace").or_insert_with(|| Table::new().into());
}

/// Lets a package have the tests of another, and depend on what they do.
fn take_tests(manifest: &mut Table, other: &Table) {
    for key in ["dev-dependencies", "test"] {
        manifest.remove(key);
        if let Some(value) = other.get(key) {
            manifest.insert(key.to_owned(), value.clone());
        }
    }
    let auto = other.get("package").and_then(|package| package.get("autotests")).cloned();
    if let Some(package) = manifest.get_mut("package").and_then(toml::Value::as_table_mut) {
        package.remove("autotests");
        package.extend(auto.map(|auto| ("autotests".to_owned(), auto)));
    }
}

/// A folder that is filled once for what a manifest asks for.
async fn fetched(
    scratch: &Path,
    manifest: &Table,
    fill: impl AsyncFnOnce(&Path) -> Result<(), ReferenceError>,
) -> Result<PathBuf, ReferenceError> {
    let root = scratch.join(format!("needs-{}", Sha256Hex::of(manifest.to_string().as_bytes()).short()));
    once(&root, fill).await?;
    Ok(root)
}

/// Lets cargo vendor what the package in `dir` and its tests need. No code of it runs.
async fn vendor(dir: &Path, root: &Path, whose: &str) -> Result<(), ReferenceError> {
    let command = CommandLine::new("cargo")
        .args(["vendor", "--versioned-dirs", "--manifest-path"])
        .arg(dir.join(MANIFEST))
        .arg(root.join(VENDOR));
    // Settings of the package are not the user's: cargo reads those of the folder that it runs in.
    let finished = run_tool("cargo", whose, &command, root).await?;
    if !finished.end.is_success() {
        return Err(refused(whose, &String::from_utf8_lossy(&finished.stderr)));
    }
    keep_settings(root, &finished)
}
