use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox};
use ghostlib_verify::python::Interpreter;
use ghostlib_verify::rust::Toolchain;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) async fn sandbox() -> Arc<Sandbox> {
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_ghostlib-verify-launch"), [""; 0]);
    Arc::new(Sandbox::new(BackendChoice::Landlock, launcher, None).await.unwrap())
}

/// The toolchain, with what all drivers share built once for all tests.
pub(crate) async fn toolchain() -> Toolchain {
    let toolchain = Toolchain::find(Path::new("/")).await.unwrap();
    toolchain.sharing(env!("CARGO_TARGET_TMPDIR").into())
}

pub(crate) async fn interpreter() -> Interpreter {
    Interpreter::find(OsStr::new("python3"), Path::new("/")).await.unwrap()
}

/// A folder below the repository's `fixtures`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path).canonicalize().unwrap()
}

/// The newest interpreter that there is.
pub(crate) async fn newest_interpreter() -> Interpreter {
    for name in ["python3.14", "python3.13", "python3.12"] {
        if let Ok(found) = Interpreter::find(OsStr::new(name), Path::new("/")).await {
            return found;
        }
    }
    interpreter().await
}
