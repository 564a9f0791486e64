use ghostlib_sandbox::{CommandLine, SandboxError, host};
use serde::Deserialize;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The Python that runs both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The program itself, behind whatever links and shims lead to it.
    pub program: PathBuf,
    /// What `sys.version` says in one line.
    pub version: String,
    readable: Vec<PathBuf>,
}

/// Why no interpreter was found.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    /// It could not be started.
    #[error("{} cannot be run", .program.display())]
    NotRun {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: SandboxError,
    },
    /// It failed, or is no Python.
    #[error("{} does not tell which Python it is: {said}", .program.display())]
    Failed {
        /// The program.
        program: PathBuf,
        /// What it said.
        said: String,
    },
    /// It is older than 3.9.
    #[error("{} is Python {found}, and a driver needs 3.9", .program.display())]
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        found: String,
    },
}

/// What an interpreter tells of itself.
#[derive(Deserialize)]
struct Told {
    program: PathBuf,
    number: (u32, u32),
    version: String,
    path: Vec<PathBuf>,
    library: Option<PathBuf>,
}

/// Isolated and without `site`, so that the path has the standard library alone.
const QUESTION: &str = "\
import json, os, sys, sysconfig
get = sysconfig.get_config_var
print(json.dumps({
    'program': os.path.realpath(sys.executable),
    'number': sys.version_info[:2],
    'version': sys.version.replace('\\n', ' '),
    'path': [os.path.realpath(path) for path in sys.path],
    'library': os.path.join(get('LIBDIR') or '', get('INSTSONAME') or '') if get('Py_ENABLE_SHARED') else None,
}))";
const WALL: Duration = Duration::from_secs(60);

impl Interpreter {
    /// The interpreter that a program is: a name on the PATH, a path, a shim that starts another one. `dir` is where
    /// it is started.
    ///
    /// # Errors
    /// If it cannot be run, or is too old.
    pub async fn find(program: &OsStr, dir: &Path) -> Result<Self, InterpreterError> {
        let asked = PathBuf::from(program);
        let command = CommandLine::new(&asked).args(["-I", "-S", "-c", QUESTION]);
        let finished = host::run(&command, dir, &[], WALL)
            .await
            .map_err(|source| InterpreterError::NotRun { program: asked.clone(), source })?;
        let told = finished.end.is_success().then(|| serde_json::from_slice::<Told>(&finished.stdout));
        let Some(Ok(told)) = told else {
            let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
            return Err(InterpreterError::Failed { program: asked, said });
        };
        if told.number < (3, 9) {
            return Err(InterpreterError::TooOld { program: asked, found: told.version });
        }
        let mut readable = vec![told.program.clone()];
        readable.extend(told.library);
        readable.extend(told.path.iter().flat_map(|path| standard_library(path)));
        readable.retain(|path| path.exists());
        Ok(Self { program: told.program, version: told.version, readable })
    }

    /// What a driver may read of it: the program and the standard library, without the packages that are installed.
    pub fn readable(&self) -> &[PathBuf] {
        &self.readable
    }
}

/// What lies in a folder of the standard library, installed packages left out; a file as it is.
fn standard_library(path: &Path) -> Vec<PathBuf> {
    let is_library = |name: &OsStr| name != "site-packages" && name != "dist-packages" && name != "test";
    match fs::read_dir(path) {
        Ok(entries) => entries
            .filter_map(|entry| entry.ok())
            .filter(|entry| is_library(&entry.file_name()))
            .map(|entry| entry.path())
            .collect(),
        Err(_) => vec![path.to_owned()],
    }
}
