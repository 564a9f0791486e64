//! Where the tools that run published crates build and run them.

use crate::LAUNCH;
use ghostlib_run::Workshop;
use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox, SandboxError};
use ghostlib_verify::{Tools, ToolsError};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const BUILD_WALL: Duration = Duration::from_secs(900);

/// A sandbox, a Rust toolchain, and a folder for what is fetched and built.
pub(crate) struct Workplace {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) tools: Tools,
    pub(crate) cache: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkplaceError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Tools(#[from] ToolsError),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl WorkplaceError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl Workplace {
    /// One whose folder is `cache`, from the current folder on.
    pub(crate) async fn at(cache: &Path) -> Result<Self, WorkplaceError> {
        let here = env::current_dir().map_err(WorkplaceError::at(Path::new(".")))?;
        let program = env::current_exe().map_err(WorkplaceError::at(&here))?;
        let launcher = Launcher::new(program, [LAUNCH]);
        let path = env::var_os("PATH");
        let sandbox = Arc::new(Sandbox::new(BackendChoice::Auto, launcher, path.as_deref()).await?);
        let cache = here.join(cache);
        fs::create_dir_all(&cache).map_err(WorkplaceError::at(&cache))?;
        let tools = Tools::find("rust", &here).await?.sharing(cache.clone());
        Ok(Self { sandbox, tools, cache })
    }

    /// A new folder for what is built.
    pub(crate) fn scratch(&self) -> Result<TempDir, WorkplaceError> {
        tempfile::tempdir_in(&self.cache).map_err(WorkplaceError::at(&self.cache))
    }

    /// What builds and runs in such a folder.
    pub(crate) fn workshop<'a>(&'a self, scratch: &'a Path) -> Workshop<'a> {
        Workshop { sandbox: &self.sandbox, tools: &self.tools, scratch, wall: BUILD_WALL }
    }
}
