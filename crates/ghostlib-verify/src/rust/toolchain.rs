use ghostlib_sandbox::{CommandLine, SandboxError, host};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The Rust toolchain that builds both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// Where it lies; what a build may read.
    pub sysroot: PathBuf,
    /// What `rustc --version` says.
    pub version: String,
    shared: Option<PathBuf>,
}

/// Why no toolchain was found.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// `rustc` could not be started.
    #[error("rustc cannot be run")]
    NoRustc(#[source] SandboxError),
    /// `rustc` failed.
    #[error("rustc failed: {0}")]
    Failed(String),
    /// There is a `rustc`, but no `cargo` beside it.
    #[error("the toolchain at {} has no cargo", .0.display())]
    NoCargo(PathBuf),
}

impl Toolchain {
    /// The toolchain that `rustc` on the PATH belongs to, as `dir` selects it.
    ///
    /// # Errors
    /// If there is none, or it lacks cargo.
    pub async fn find(dir: &Path) -> Result<Self, ToolchainError> {
        let sysroot = PathBuf::from(ask_rustc(dir, &["--print", "sysroot"]).await?);
        let version = ask_rustc(dir, &["--version"]).await?;
        let toolchain = Self { sysroot, version, shared: None };
        if toolchain.cargo().is_file() {
            Ok(toolchain)
        } else {
            Err(ToolchainError::NoCargo(toolchain.sysroot))
        }
    }

    /// The same, with a folder for what is compiled once for all drivers; without, each compiles it for itself.
    #[must_use]
    pub fn sharing(self, dir: PathBuf) -> Self {
        Self { shared: Some(dir), ..self }
    }

    pub(super) fn shared(&self) -> Option<&Path> {
        self.shared.as_deref()
    }

    /// The toolchain's own cargo, which reads nothing outside the toolchain.
    pub fn cargo(&self) -> PathBuf {
        self.bin().join("cargo")
    }

    /// Whether it can build what counts how often it runs.
    pub fn has_profiler(&self) -> bool {
        let targets = entries(&self.sysroot.join("lib/rustlib"));
        let mut files = targets.flat_map(|target| entries(&target.join("lib")));
        files.any(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("libprofiler_builtins") && name.ends_with(".rlib")
        })
    }

    /// What a build may read of it: programs and libraries. Not the sources that a toolchain may bring along,
    /// since published crates are among them.
    pub fn readable(&self) -> Vec<PathBuf> {
        let libraries = self.sysroot.join("lib");
        let targets = libraries.join("rustlib");
        let mut paths = vec![self.bin(), self.sysroot.join("libexec")];
        paths.extend(entries(&libraries).filter(|path| *path != targets));
        paths.extend(entries(&targets).filter(|path| path.file_name().is_some_and(|name| name != "src")));
        paths.retain(|path| path.exists());
        paths
    }

    /// The folder of its programs.
    pub fn bin(&self) -> PathBuf {
        self.sysroot.join("bin")
    }
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

async fn ask_rustc(dir: &Path, args: &[&str]) -> Result<String, ToolchainError> {
    let command = CommandLine::new("rustc").args(args);
    let finished =
        host::run(&command, dir, &[], Duration::from_secs(60)).await.map_err(ToolchainError::NoRustc)?;
    if finished.end.is_success() {
        Ok(String::from_utf8_lossy(&finished.stdout).trim().to_owned())
    } else {
        Err(ToolchainError::Failed(String::from_utf8_lossy(&finished.stderr).trim().to_owned()))
    }
}
