//! Trying code in the place of a dependency, in a copy of the project.

use super::manifest::{fitted, with_patch};
use super::project::Dependency;
use ghostlib_sandbox::Sandbox;
use ghostlib_verify::VerifyError;
use ghostlib_verify::rust::own_tests::{NoTests, OwnTests, TestLeftOut};
use ghostlib_verify::rust::{Subject, Toolchain};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use toml_edit::TomlError;
use walkdir::WalkDir;

/// What became of a project's own tests with other code in the place of a dependency.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// How many tests pass as it is.
    pub n_before: usize,
    /// How many pass with the other code.
    pub n_after: usize,
    /// Those that pass as it is, and not with the other code; or what does not compile.
    pub broken: Vec<TestLeftOut>,
}

impl Trial {
    /// Whether all compiles and passes that did before.
    pub fn passed(&self) -> bool {
        self.broken.is_empty() && self.n_after >= self.n_before
    }
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The project's own tests do not build as they are.
    #[error("the project does not build as it is: {0}")]
    Before(NoTests),
    /// A manifest is not TOML.
    #[error("{}: {reason}", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why.
        reason: TomlError,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The sandbox fails.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// Folders at the top of a project that are no part of it.
const SKIPPED: [&str; 3] = ["target", ".git", ".ghostlib"];

/// Builds and runs the tests of a project as it is, and with `code` in the place of a dependency: in copies, in the sandbox,
/// offline. Where it is to go is `place`, a path from the project's root.
///
/// # Errors
/// If the project does not build as it is, or the sandbox fails.
pub async fn try_in_copy(
    (sandbox, toolchain): (&Arc<Sandbox>, &Toolchain),
    dependency: &Dependency,
    (code, place): (&Path, &str),
    scratch: &Path,
    wall: Duration,
) -> Result<Trial, TrialError> {
    let copy = scratch.join("project");
    let _ = fs::remove_dir_all(&copy);
    copy_tree(&dependency.root, &copy)?;
    put(dependency, (code, place), &copy)?;
    let subject = |dir, scratch| Subject { dir, scratch, read: &[], cargo_config: "", crate_name: "", wall };
    let (before, after) = (scratch.join("before"), scratch.join("after"));
    let built = OwnTests::build(sandbox, toolchain, &subject(&dependency.root, &before)).await?;
    let known = match built {
        Ok(tests) => Known { n_tests: tests.n_tests, left_out: tests.left_out },
        Err(NoTests::None) => Known::default(),
        Err(NoTests::Fail(left_out)) => Known { n_tests: 0, left_out },
        Err(error) => return Err(TrialError::Before(error)),
    };
    let after = OwnTests::build(sandbox, toolchain, &subject(&copy, &after)).await?;
    Ok(known.against(after))
}

/// The tests of a project as it is.
#[derive(Default)]
struct Known {
    n_tests: usize,
    left_out: Vec<TestLeftOut>,
}

impl Known {
    fn against(self, after: Result<OwnTests, NoTests>) -> Trial {
        let is_new = |one: &TestLeftOut| self.left_out.iter().all(|known| known.test != one.test);
        let (n_after, left_out) = match after {
            Ok(tests) => (tests.n_tests, tests.left_out),
            Err(NoTests::None) => (0, vec![]),
            Err(NoTests::Fail(left_out)) => (0, left_out),
            Err(error @ (NoTests::Build(_) | NoTests::Needs(_))) => {
                let said = TestLeftOut { test: "the project".into(), reason: error.to_string() };
                return Trial { n_before: self.n_tests, n_after: 0, broken: vec![said] };
            }
        };
        let broken = left_out.into_iter().filter(is_new).collect();
        Trial { n_before: self.n_tests, n_after, broken }
    }
}

/// Puts code into a project, in the place of a dependency.
///
/// # Errors
/// If a manifest is not TOML, or a file cannot be written.
pub fn put(dependency: &Dependency, (code, place): (&Path, &str), project: &Path) -> Result<(), TrialError> {
    let to = project.join(place);
    copy_tree(code, &to)?;
    let own = to.join("Cargo.toml");
    let names = (dependency.package.as_str(), dependency.version.as_str());
    edit(&own, |text| fitted(text, names, &dependency.features))?;
    edit(&project.join("Cargo.toml"), |text| {
        with_patch(text, (dependency.registry(), &dependency.package), place)
    })
}

fn edit(path: &Path, change: impl FnOnce(&str) -> Result<String, TomlError>) -> Result<(), TrialError> {
    let text = fs::read_to_string(path).map_err(at(path))?;
    let changed = change(&text).map_err(|reason| TrialError::Manifest { path: path.to_owned(), reason })?;
    fs::write(path, changed).map_err(at(path))
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), TrialError> {
    let is_wanted = |entry: &walkdir::DirEntry| {
        entry.depth() != 1 || !SKIPPED.iter().any(|name| entry.file_name() == *name)
    };
    for entry in WalkDir::new(from).into_iter().filter_entry(is_wanted) {
        let entry = entry.map_err(|error| TrialError::Io { path: from.to_owned(), source: error.into() })?;
        let target = to.join(entry.path().strip_prefix(from).unwrap_or(entry.path()));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).map_err(at(&target))?;
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), &target).map_err(at(entry.path()))?;
        }
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> TrialError + use<> {
    let path = path.to_owned();
    move |source| TrialError::Io { path, source }
}
