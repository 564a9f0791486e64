//! What stands in for every backend where there is none.

use crate::{
    BackendChoice, BackendReport, CommandLine, Declared, Finished, Guarantee, Launcher, ProcessEnd,
    SandboxError, SandboxPolicy,
};
use ghostlib_model::SandboxStamp;
use std::ffi::OsStr;

/// Never made on this operating system.
#[derive(Clone, Debug)]
pub enum Sandbox {}

impl Sandbox {
    /// Always [`SandboxError::Unsupported`].
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn new(_: BackendChoice, _: Launcher, _: Option<&OsStr>) -> Result<Self, SandboxError> {
        Err(SandboxError::Unsupported)
    }

    /// Never called.
    pub fn requiring(self, _: Vec<Guarantee>) -> Result<Self, SandboxError> {
        match self {}
    }

    /// Never called.
    pub fn stamp(&self) -> SandboxStamp {
        match *self {}
    }

    /// Never called.
    pub fn guarantees(&self) -> &[Declared] {
        match *self {}
    }

    /// Never called.
    pub fn require(&self, _: &[Guarantee]) -> Result<(), SandboxError> {
        match *self {}
    }

    /// Never called.
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn run(
        &self,
        _: &SandboxPolicy,
        _: &CommandLine,
        _: Vec<u8>,
    ) -> Result<Finished, SandboxError> {
        match *self {}
    }

    /// Never called.
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn attach(&self, _: &SandboxPolicy, _: &CommandLine) -> Result<ProcessEnd, SandboxError> {
        match *self {}
    }

    /// Never called.
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn settled(&self) {
        match *self {}
    }

    /// Never called.
    pub fn spawn(&self, _: &SandboxPolicy, _: &CommandLine) -> Result<Running, SandboxError> {
        match *self {}
    }
}

/// Never made on this operating system.
#[derive(Debug)]
pub enum Running {}

impl Running {
    /// Never called.
    pub fn take_stdin(&mut self) -> Option<tokio::process::ChildStdin> {
        match *self {}
    }

    /// Never called.
    pub fn take_stdout(&mut self) -> Option<tokio::process::ChildStdout> {
        match *self {}
    }

    /// Never called.
    pub fn take_limited_stdout(&mut self) -> Option<tokio::process::ChildStdout> {
        match *self {}
    }

    /// Never called.
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn kill(&mut self) {
        match *self {}
    }

    /// Never called.
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn wait(self) -> Result<Finished, SandboxError> {
        match self {}
    }
}

/// A temporary folder that only this user can enter.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct PrivateFolder(tempfile::TempDir);

#[cfg(unix)]
impl PrivateFolder {
    pub(crate) fn make() -> std::io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o700);
        tempfile::Builder::new().prefix("ghostlib-").permissions(private).tempdir().map(Self)
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        self.0.path()
    }
}

/// Removes a folder. One that is not there is no error.
///
/// # Errors
/// If something in it cannot be removed.
pub fn remove_folder(folder: &std::path::Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// No backend at all.
pub async fn probe(_: &Launcher, _: Option<&OsStr>) -> Vec<BackendReport> {
    Vec::new()
}

/// Trusted tools.
pub mod host {
    use crate::{CommandLine, Finished, SandboxError};
    use std::ffi::OsStr;
    use std::path::Path;
    use std::time::Duration;

    /// Always [`SandboxError::Unsupported`].
    #[expect(clippy::unused_async, reason = "has the signature of the real one")]
    pub async fn run(
        _: &CommandLine,
        _: &Path,
        _: &[(&str, &OsStr)],
        _: Duration,
    ) -> Result<Finished, SandboxError> {
        Err(SandboxError::Unsupported)
    }

    /// Always [`SandboxError::Unsupported`].
    pub fn interact(_: &CommandLine) -> Result<bool, SandboxError> {
        Err(SandboxError::Unsupported)
    }
}

/// The launcher's entry.
pub mod launcher {
    use std::ffi::OsString;
    use std::process::ExitCode;

    /// Always a failure.
    pub fn main(_: impl Iterator<Item = OsString>) -> ExitCode {
        ExitCode::FAILURE
    }
}
