use ghostlib_sandbox::{CommandLine, SandboxError, host};
use serde::Deserialize;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The Python that runs both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The program itself, behind whatever links and shims lead to it.
    pub program: PathBuf,
    /// What `sys.version` says in one line.
    pub version: String,
    /// The shared library that it is in, if it is.
    shared: Option<PathBuf>,
    /// The folder of the standard library.
    library: PathBuf,
    /// Where that lies in an installation: `lib/python3.12`.
    place: PathBuf,
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
    shared: Option<PathBuf>,
    library: PathBuf,
    place: PathBuf,
}

const QUESTION: &str = "\
import json, os, sys, sysconfig
get = sysconfig.get_config_var
print(json.dumps({
    'program': os.path.realpath(sys.executable),
    'number': sys.version_info[:2],
    'version': sys.version.replace('\\n', ' '),
    'shared': os.path.join(get('LIBDIR') or '', get('INSTSONAME') or '') if get('Py_ENABLE_SHARED') else None,
    'library': os.path.realpath(sysconfig.get_path('stdlib')),
    'place': os.path.join(sys.platlibdir, 'python%d.%d' % sys.version_info[:2]),
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
        let Told { program, version, shared, library, place, .. } = told;
        Ok(Self { program, version, shared: shared.filter(|path| path.exists()), library, place })
    }

    /// What a driver may read of it: the program and the standard library, without the packages that are installed
    /// inside of that.
    pub(super) fn readable(&self) -> Vec<PathBuf> {
        let own = std::iter::once(self.program.clone()).chain(self.shared.clone());
        own.chain(self.modules().map(|(_, path)| path)).collect()
    }

    /// Makes `home` an installation of links to what is [`Self::readable`], for `PYTHONHOME`: Python lists the
    /// folder of its library, and a sandbox that lets it list the real one would let it read all that is inside.
    pub(super) fn link_home(&self, home: &Path) -> io::Result<()> {
        let library = home.join(&self.place);
        fs::create_dir_all(&library)?;
        for (name, path) in self.modules() {
            match symlink(&path, library.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// What lies in the folder of the standard library, installed packages and Python's own tests left out.
    fn modules(&self) -> impl Iterator<Item = (OsString, PathBuf)> + use<> {
        let entries = fs::read_dir(&self.library).into_iter().flatten().filter_map(Result::ok);
        let entries = entries.map(|entry| (entry.file_name(), entry.path()));
        entries.filter(|(name, _)| !NO_MODULES.iter().any(|other| name == other))
    }
}

const NO_MODULES: [&str; 3] = ["site-packages", "dist-packages", "test"];
