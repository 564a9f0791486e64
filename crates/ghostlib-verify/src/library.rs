//! Libraries of every language that drivers are made for, behind one face.

use crate::operation::{BindingError, Offered, Operation};
use crate::reference::ReferenceError;
use crate::rust::{self, Built, CompilerMessage, LeftOut, OwnType};
use crate::session::Driver;
use crate::{VerifyError, python};
use ghostlib_model::{ApiItem, Canary, ReferenceSource, Sha256Hex};
use ghostlib_sandbox::Sandbox;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What builds and runs the libraries of a language.
#[derive(Clone, Debug)]
pub enum Tools {
    /// Cargo and rustc.
    Rust(rust::Toolchain),
    /// An interpreter.
    Python(python::Interpreter),
}

/// A library on this machine, with everything that it needs to become a driver offline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
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
    /// What a build of it may read beside its source.
    pub needs: Needs,
    /// What was planted in its source tree.
    pub canaries: Vec<Canary>,
}

/// What a library needs from outside its source tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Folders that a build may read: vendored dependencies, packages.
    pub read: Vec<PathBuf>,
    /// Of a Rust library, the Cargo settings that put vendored dependencies in place of registries; else empty.
    pub cargo_config: String,
}

/// A source tree that is to become a driver.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The source tree.
    pub dir: &'a Path,
    /// The name by which the library's code is used: of its crate, or of its package.
    pub name: &'a str,
    /// What it needs.
    pub needs: &'a Needs,
    /// A folder for what is built; made if it is missing, kept for the next build.
    pub scratch: &'a Path,
    /// Wall time for one build.
    pub wall: Duration,
    /// Whether the driver counts what runs in the library, where that can be had.
    pub counts: bool,
}

/// Why the tools of a language were not found.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// Those of Rust.
    #[error(transparent)]
    Rust(#[from] rust::ToolchainError),
    /// Those of Python.
    #[error(transparent)]
    Python(#[from] python::InterpreterError),
}

impl Tools {
    /// Those that a user has who works in `dir`, for a language by its name; for any name that is none, Rust's.
    ///
    /// # Errors
    /// If they cannot be run.
    pub async fn find(language: &str, dir: &Path) -> Result<Self, ToolsError> {
        Ok(match language {
            "python" => Self::Python(python::Interpreter::find(OsStr::new("python3"), dir).await?),
            _ => Self::Rust(rust::Toolchain::find(dir).await?),
        })
    }

    /// The same, with a folder for what is compiled once for all drivers.
    #[must_use]
    pub fn sharing(self, dir: PathBuf) -> Self {
        match self {
            Self::Rust(toolchain) => Self::Rust(toolchain.sharing(dir)),
            Self::Python(_) => self,
        }
    }

    /// The same for the language that a library from somewhere is in; nothing, if that does not tell it.
    pub fn language_from(source: &ReferenceSource) -> Option<&'static str> {
        match source {
            ReferenceSource::Crate { .. } | ReferenceSource::Perturbed(_) => Some("rust"),
            ReferenceSource::PyPi { .. } => Some("python"),
            ReferenceSource::Git { .. } | ReferenceSource::Path(_) => None,
        }
    }

    /// The name of the language, as specs and fenced blocks have it: `rust`.
    pub fn language(&self) -> &'static str {
        match self {
            Self::Rust(_) => "rust",
            Self::Python(_) => "python",
        }
    }

    /// The file in which a library says what it depends on.
    pub fn manifest(&self) -> &'static str {
        match self {
            Self::Rust(_) => "Cargo.toml",
            Self::Python(_) => "pyproject.toml",
        }
    }

    /// Fetches a library with what it depends on into folders of `cache`, or finds it there. Relative paths start at
    /// `base`.
    ///
    /// # Errors
    /// If it does not exist, cannot be fetched, or is no library of the language.
    #[tracing::instrument(skip_all, fields(library = %source))]
    pub async fn fetch(
        &self,
        source: &ReferenceSource,
        base: &Path,
        cache: &Path,
    ) -> Result<Library, ReferenceError> {
        match self {
            Self::Rust(_) => Ok(rust::fetch(source, base, cache).await?.into()),
            Self::Python(interpreter) => {
                let fetched = python::fetch(source, base, cache, interpreter).await?;
                let requirements = python::requirements(&fetched.dir);
                let packages = python::fetch_packages(&requirements, cache, interpreter).await?;
                Ok(Library::of_python(fetched, packages))
            }
        }
    }

    /// Fetches packages that a candidate may depend on, or finds them in `cache`: names with the versions that are
    /// allowed, as the language's package manager writes them. A `reference` in Rust must be neither among them nor
    /// among what they need.
    ///
    /// # Errors
    /// If one does not exist or cannot be fetched, or is or needs the reference.
    pub async fn fetch_allowed(
        &self,
        packages: &[(String, Option<String>)],
        reference: Option<&str>,
        cache: &Path,
    ) -> Result<Needs, ReferenceError> {
        match self {
            Self::Rust(_) => {
                let fetched = rust::fetch_dependencies(packages, reference, cache).await?;
                Ok(fetched.map_or_else(Needs::default, |fetched| Needs {
                    read: vec![fetched.root],
                    cargo_config: fetched.cargo_config,
                }))
            }
            Self::Python(interpreter) => {
                let version = |version: &Option<String>| version.clone().unwrap_or_default();
                let requirements: Vec<String> =
                    packages.iter().map(|(name, allowed)| format!("{name}{}", version(allowed))).collect();
                let fetched = python::fetch_packages(&requirements, cache, interpreter).await?;
                Ok(Needs { read: fetched.into_iter().collect(), cargo_config: String::new() })
            }
        }
    }

    /// Names of the packages that a source tree asks for; none where its manifest cannot be used.
    pub fn dependencies(&self, dir: &Path) -> Vec<String> {
        match self {
            Self::Rust(_) => rust::dependencies(dir).unwrap_or_default(),
            Self::Python(_) => {
                let is_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
                let name = |line: String| line.split(|c| !is_name(c)).next().unwrap_or_default().to_owned();
                // What only an extra asks for is not asked for by the library itself.
                let is_own =
                    |line: &String| line.split_once(';').is_none_or(|(_, marker)| !marker.contains("extra"));
                python::requirements(dir).into_iter().filter(is_own).map(name).collect()
            }
        }
    }

    /// What can be called of a library, by its API alone.
    pub fn offered(&self, items: &[ApiItem]) -> Offered {
        match self {
            Self::Rust(_) => rust::offered(items),
            Self::Python(_) => python::offered(items),
        }
    }

    /// The operation that a spec's binding says, on the library of this name and API.
    ///
    /// # Errors
    /// If the binding cannot be used.
    pub fn bound_operation(
        &self,
        operation: &str,
        binding: &str,
        (name, items): (&str, &[ApiItem]),
    ) -> Result<Operation, BindingError> {
        match self {
            Self::Rust(_) => rust::bound_operation(operation, binding, (name, items)),
            Self::Python(_) => python::bound_operation(operation, binding, items),
        }
    }

    /// Builds a driver with the operations that the library has, and with what tells its own types.
    ///
    /// # Errors
    /// If the sandbox or the file system fails. A library that does not build is no error: it is [`Built::Failed`].
    #[tracing::instrument(skip_all, fields(library = site.name))]
    pub async fn build(
        &self,
        sandbox: &Arc<Sandbox>,
        site: Site<'_>,
        types: &[OwnType],
        operations: &[Operation],
    ) -> Result<Built, VerifyError> {
        match self {
            Self::Rust(toolchain) => {
                let subject = site.of_rust();
                if site.counts {
                    rust::build_counting(sandbox, toolchain, &subject, types, operations).await
                } else {
                    rust::build(sandbox, toolchain, &subject, types, operations).await
                }
            }
            Self::Python(interpreter) => {
                let subject = python::Subject {
                    dir: site.dir,
                    scratch: site.scratch,
                    packages: &site.needs.read,
                    import_name: site.name,
                    wall: site.wall,
                };
                Ok(python::build(sandbox, interpreter, &subject, operations).await?.into())
            }
        }
    }

    /// The driver of a library that is trusted to build, and what it lacks; or what was said instead.
    ///
    /// # Errors
    /// If the sandbox or the file system fails.
    pub async fn driver(
        &self,
        sandbox: &Arc<Sandbox>,
        site: Site<'_>,
        types: &[OwnType],
        operations: &[Operation],
    ) -> Result<Result<(Driver, Vec<LeftOut>), String>, VerifyError> {
        Ok(match self.build(sandbox, site, types, operations).await? {
            Built::Driver { driver, left_out } => Ok((driver, left_out)),
            Built::Failed(messages) => {
                Err(messages.into_iter().next().map_or_else(String::new, |message| message.text))
            }
        })
    }
}

impl<'a> Site<'a> {
    /// The same, for a driver that counts.
    #[must_use]
    pub fn counting(self) -> Self {
        Self { counts: true, ..self }
    }

    /// The same, for cargo.
    pub fn of_rust(&self) -> rust::Subject<'a> {
        rust::Subject {
            dir: self.dir,
            scratch: self.scratch,
            read: &self.needs.read,
            cargo_config: &self.needs.cargo_config,
            crate_name: self.name,
            wall: self.wall,
        }
    }
}

impl Library {
    /// Where it becomes a driver that counts nothing.
    pub fn site<'a>(&'a self, name: &'a str, scratch: &'a Path, wall: Duration) -> Site<'a> {
        Site { dir: &self.dir, name, needs: &self.needs, scratch, wall, counts: false }
    }

    fn of_python(fetched: python::Reference, packages: Option<PathBuf>) -> Self {
        let (package, version) = python::name_and_version(&fetched.dir, &fetched.source);
        let needs = Needs { read: packages.into_iter().collect(), cargo_config: String::new() };
        let python::Reference { source, dir, checksum, canaries, .. } = fetched;
        Self { source, package, version, dir, checksum, needs, canaries }
    }
}

impl From<rust::Reference> for Library {
    fn from(fetched: rust::Reference) -> Self {
        let rust::Reference { source, package, version, dir, checksum, cargo_config, root, canaries } =
            fetched;
        let needs = Needs { read: vec![root], cargo_config };
        Self { source, package, version, dir, checksum, needs, canaries }
    }
}

impl From<python::Built> for Built {
    fn from(built: python::Built) -> Self {
        match built {
            python::Built::Driver { driver, left_out } => {
                let named = |(operation, reason)| LeftOut { operation, reason };
                Self::Driver { driver, left_out: left_out.into_iter().map(named).collect() }
            }
            python::Built::Failed(said) => {
                Self::Failed(vec![CompilerMessage { rendered: String::new(), place: None, text: said }])
            }
        }
    }
}
