use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox};
use ghostlib_verify::python::Interpreter;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) async fn sandbox() -> Arc<Sandbox> {
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_ghostlib-verify-launch"), [""; 0]);
    Arc::new(Sandbox::new(BackendChoice::Landlock, launcher, None).await.unwrap())
}

pub(crate) async fn interpreter() -> Interpreter {
    Interpreter::find(OsStr::new("python3"), Path::new("/")).await.unwrap()
}

/// A folder below the repository's `fixtures`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path).canonicalize().unwrap()
}

/// An interpreter with which a program succeeds, if there is one, and whether it does.
pub(crate) async fn interpreter_that(program: &str) -> (Interpreter, bool) {
    for name in ["python3", "python3.14", "python3.13", "python3.12"] {
        let succeeds = std::process::Command::new(name).args(["-c", program]).status();
        if succeeds.is_ok_and(|status| status.success()) {
            return (Interpreter::find(OsStr::new(name), Path::new("/")).await.unwrap(), true);
        }
    }
    (interpreter().await, false)
}
