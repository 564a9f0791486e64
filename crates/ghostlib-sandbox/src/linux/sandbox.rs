use super::backend::{self, Backend};
use super::running::Running;
use super::wire::Request;
use crate::guarantee::stamp;
use crate::{BackendChoice, CommandLine, Finished, Launcher, SandboxError, SandboxPolicy};
use ghostlib_model::SandboxStamp;
use std::ffi::OsStr;

/// A way to run processes that can reach only what their policy names. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sandbox {
    backend: Backend,
    launcher: Launcher,
}

impl Sandbox {
    /// The chosen backend, after a trial run in it. `path_env` is the `PATH` on which bubblewrap is looked for.
    /// To be called within a tokio runtime, as everything here.
    pub async fn new(
        choice: BackendChoice,
        launcher: Launcher,
        path_env: Option<&OsStr>,
    ) -> Result<Self, SandboxError> {
        match choice {
            BackendChoice::Landlock => backend::try_out(backend::landlock(&launcher).await?, launcher).await,
            BackendChoice::Bubblewrap => {
                backend::try_out(backend::bubblewrap(path_env).await?, launcher).await
            }
            BackendChoice::Auto => {
                if let Ok(backend) = backend::bubblewrap(path_env).await
                    && let Ok(sandbox) = backend::try_out(backend, launcher.clone()).await
                {
                    return Ok(sandbox);
                }
                backend::try_out(backend::landlock(&launcher).await?, launcher).await
            }
        }
    }

    pub(super) fn untried(backend: Backend, launcher: Launcher) -> Self {
        Self { backend, launcher }
    }

    /// The backend, what it enforces, and what not.
    pub fn stamp(&self) -> SandboxStamp {
        stamp(self.backend.name, &self.backend.guarantees)
    }

    /// Runs the command to its end with `stdin` as its whole input. At any of the policy's limits, everything
    /// that came of the command is ended; so it is when the command itself ends, or when the future is dropped.
    pub async fn run(
        &self,
        policy: &SandboxPolicy,
        command: &CommandLine,
        stdin: Vec<u8>,
    ) -> Result<Finished, SandboxError> {
        self.spawn(policy, command)?.communicate(stdin).await
    }

    /// Starts the command for a conversation. Its standard error is kept up to the output limit. A program that
    /// cannot be started shows in [`Running::wait`].
    pub fn spawn(&self, policy: &SandboxPolicy, command: &CommandLine) -> Result<Running, SandboxError> {
        policy.check()?;
        Running::start(&Request {
            policy: policy.clone(),
            command: command.clone(),
            confinement: self.backend.confinement.clone(),
            launcher: self.launcher.clone(),
        })
    }
}
