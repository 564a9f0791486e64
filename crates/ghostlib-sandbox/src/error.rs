use crate::Declared;
use std::io;
use std::path::PathBuf;

/// Why a process could not be run as asked. How a process that did run ended is no error.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// This operating system has no backend.
    #[error("there is no sandbox for this operating system; use Linux, or a Linux virtual machine")]
    Unsupported,
    /// A backend is missing or does not work here.
    #[error("the sandbox backend `{backend}` is not available: {reason}")]
    Unavailable {
        /// The backend.
        backend: &'static str,
        /// What is missing, or what it said.
        reason: String,
    },
    /// A backend enforces less than is required.
    #[error("the sandbox backend `{backend}` does not enforce what is required: {}", reasons(missing))]
    TooWeak {
        /// The backend.
        backend: &'static str,
        /// What is required and not enforced, with the reasons.
        missing: Vec<Declared>,
    },
    /// The role is one for which nothing is enforced.
    #[error(
        "nothing is enforced for the role `handoff`: whoever is handed a task works on it outside of ghostlib, and is only \
         asked not to look at the reference"
    )]
    NotEnforced,
    /// The policy names a path that does not exist or cannot be reached.
    #[error("cannot give the sandbox `{}` as its {list} path: {source}", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Which part of the policy names it: `read`, `write`, `dir`, `network`.
        list: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The policy names a relative path.
    #[error("cannot give the sandbox `{}` as its {list} path: it is not absolute", path.display())]
    RelativePath {
        /// The path.
        path: PathBuf,
        /// Which part of the policy names it.
        list: &'static str,
    },
    /// The working directory is neither below a readable path nor below a writable one.
    #[error("the working directory `{}` is outside of all paths of the sandbox", path.display())]
    DirOutside {
        /// The working directory.
        path: PathBuf,
    },
    /// The policy wants a broker at a port that nobody could name.
    #[error("cannot bridge the broker's socket `{}` to port 0", socket.display())]
    BrokerPort {
        /// The broker's socket.
        socket: PathBuf,
    },
    /// The policy or the command cannot be handed to the launcher.
    #[error("cannot describe the sandbox to its launcher: {reason}")]
    Describe {
        /// Why, such as a path that is not UTF-8.
        reason: String,
    },
    /// The launcher could not be started or told what to do.
    #[error("cannot start the sandbox launcher `{}`: {source}", program.display())]
    Launcher {
        /// The launcher's program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The launcher went away without a word.
    #[error("the sandbox launcher ended without an answer: {reason}")]
    LauncherLost {
        /// What is known about it.
        reason: String,
    },
    /// The restrictions could not be put in place, so nothing was started.
    #[error("cannot set up the sandbox: {reason}")]
    Setup {
        /// Which step failed, and why.
        reason: String,
    },
    /// The program could not be started.
    #[error("cannot start `{}`: {reason}", program.display())]
    NotStarted {
        /// The program as asked for.
        program: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A running process could not be waited for.
    #[error("cannot follow `{}`: {source}", program.display())]
    Follow {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn reasons(missing: &[Declared]) -> String {
    let reason = |it: &Declared| format!("`{}` ({})", it.guarantee, it.lacks.as_deref().unwrap_or_default());
    missing.iter().map(reason).collect::<Vec<_>>().join(", ")
}
