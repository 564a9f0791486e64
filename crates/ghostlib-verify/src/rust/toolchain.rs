use ghostlib_sandbox::{CommandLine, SandboxError, host};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The Rust toolchain that builds both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// Where it lies; what a build may read.
    pub sysroot: PathBuf,
    /// What `rustc --version` says.
    pub version: String,
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
        let toolchain = Self { sysroot, version };
        if toolchain.cargo().is_file() {
            Ok(toolchain)
        } else {
            Err(ToolchainError::NoCargo(toolchain.sysroot))
        }
    }

    /// The toolchain's own cargo, which reads nothing outside the toolchain.
    pub fn cargo(&self) -> PathBuf {
        self.bin().join("cargo")
    }

    /// The folder of its programs.
    pub fn bin(&self) -> PathBuf {
        self.sysroot.join("bin")
    }
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
