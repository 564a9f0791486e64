//! Gets published crates and what rustdoc and rustc say of them, through cargo, and keeps it.

use super::list::Entry;
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What was fetched of one crate.
pub(super) struct Fetched {
    /// The folder with its manifest.
    pub(super) sources: PathBuf,
    pub(super) rustdoc_json: Vec<u8>,
    /// The source with every macro expanded, if it was asked for.
    pub(super) expanded: Option<String>,
}

/// What the extractor is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Sources,
    Expanded,
}

/// A folder with a package for each crate, which depends on it alone, and with what was made of it.
pub(super) struct Cache {
    root: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("cargo {what} for {name}: {message}")]
    Cargo { what: &'static str, name: String, message: String },
    #[error("cargo knows no library of {0}")]
    NoLibrary(String),
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Cache {
    /// Makes the folder if it is not there.
    pub(super) fn open(root: &Path) -> Result<Self, FetchError> {
        fs::create_dir_all(root).map_err(at(root))?;
        Ok(Self { root: root.canonicalize().map_err(at(root))? })
    }

    pub(super) fn fetch(&self, entry: &Entry, reading: Reading) -> Result<Fetched, FetchError> {
        self.package(entry)?;
        let no_library = || FetchError::NoLibrary(entry.name.clone());
        let metadata = self.cargo(entry, "metadata", &["--format-version", "1"])?;
        let metadata: Metadata = serde_json::from_slice(&metadata.stdout).map_err(|_| no_library())?;
        let mut packages = metadata.packages.into_iter();
        let package = packages.find(|package| package.name == entry.name).ok_or_else(no_library)?;
        let library =
            package.targets.iter().find(|target| target.kind.iter().any(|kind| kind.ends_with("lib")));
        let library = library.ok_or_else(no_library)?.name.replace('-', "_");
        let sources = package.manifest_path.parent().ok_or_else(no_library)?.to_path_buf();
        let rustdoc_json = self.rustdoc_json(entry, &library)?;
        let expanded = match reading {
            Reading::Sources => None,
            Reading::Expanded => Some(self.expanded(entry)?),
        };
        Ok(Fetched { sources, rustdoc_json, expanded })
    }

    fn expanded(&self, entry: &Entry) -> Result<String, FetchError> {
        let expanded = self.kept(entry, "expanded.rs", || {
            let args = ["-p", &entry.name, "--lib", "--profile", "check", "--", "-Zunpretty=expanded"];
            Ok(self.cargo(entry, "rustc", &args)?.stdout)
        })?;
        Ok(String::from_utf8_lossy(&expanded).into_owned())
    }

    fn rustdoc_json(&self, entry: &Entry, library: &str) -> Result<Vec<u8>, FetchError> {
        self.kept(entry, "rustdoc.json", || {
            let format = ["-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"];
            let args = [&["-p", &entry.name, "--lib", "--"][..], &format].concat();
            self.cargo(entry, "rustdoc", &args)?;
            let path = self.root.join("target/doc").join(format!("{library}.json"));
            fs::read(&path).map_err(at(&path))
        })
    }

    /// The file of that name for this crate, made if it is not there.
    fn kept(
        &self,
        entry: &Entry,
        name: &str,
        make: impl FnOnce() -> Result<Vec<u8>, FetchError>,
    ) -> Result<Vec<u8>, FetchError> {
        let path = self.folder(entry).join(name);
        if path.exists() {
            return fs::read(&path).map_err(at(&path));
        }
        let content = make()?;
        // Written beside and moved, so that an interrupted run leaves no half.
        let torn = path.with_extension("torn");
        fs::write(&torn, &content).map_err(at(&torn))?;
        fs::rename(&torn, &path).map_err(at(&path))?;
        Ok(content)
    }

    fn package(&self, entry: &Entry) -> Result<(), FetchError> {
        let folder = self.folder(entry);
        let Entry { name, version, .. } = entry;
        let manifest = format!(
            "[package]\nname = \"oracle-of-{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\n\
            [lib]\npath = \"lib.rs\"\n[dependencies]\n{name} = \"={version}\"\n[workspace]\n"
        );
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        for (file, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
            let path = folder.join(file);
            fs::write(&path, text).map_err(at(&path))?;
        }
        Ok(())
    }

    fn folder(&self, entry: &Entry) -> PathBuf {
        self.root.join(format!("{}-{}", entry.name, entry.version))
    }

    fn cargo(&self, entry: &Entry, what: &'static str, args: &[&str]) -> Result<Output, FetchError> {
        #[expect(clippy::disallowed_methods, reason = "a tool for developers asks their own cargo")]
        let mut command = Command::new("cargo");
        let output = command
            .arg(what)
            .args(args)
            .current_dir(self.folder(entry))
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            // Both rustdoc's JSON and expanded sources are for nightly compilers only.
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .map_err(at(Path::new("cargo")))?;
        if output.status.success() {
            return Ok(output);
        }
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(FetchError::Cargo { what, name: entry.name.clone(), message })
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FetchError {
    let path = path.to_path_buf();
    move |source| FetchError::Io { path, source }
}
