use super::backend::{self, Backend};
use super::registry::Registry;
use super::running::{GRACE, Running, Wiring};
use super::spare::Spares;
use super::wire::{Preparation, Request};
use crate::guarantee::stamp;
use crate::{
    BackendChoice, CommandLine, Declared, Finished, Guarantee, Launcher, ProcessEnd, SandboxError,
    SandboxPolicy,
};
use ghostlib_model::SandboxStamp;
use std::ffi::OsStr;
use std::sync::Arc;
use tokio::time::timeout;

/// A way to run processes that can reach only what their policy names. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sandbox {
    backend: Backend,
    spares: Arc<Spares>,
    required: Vec<Guarantee>,
}

impl Sandbox {
    /// The chosen backend, after a trial run in it. `path_env` is the `PATH` on which bubblewrap is looked for.
    /// To be called within a tokio runtime, as everything here. What sandboxes left on the machine whose ghostlib
    /// and supervisor were killed is cleared away.
    pub async fn new(
        choice: BackendChoice,
        launcher: Launcher,
        path_env: Option<&OsStr>,
    ) -> Result<Self, SandboxError> {
        // A registry that cannot be used is told by the trial run.
        let sweep = || Registry::of_user().map(|registry| registry.sweep());
        let _n_cleared_away = tokio::task::spawn_blocking(sweep).await;
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
        let preparation = Preparation {
            confinement: backend.confinement.clone(),
            launcher: Launcher { variables: Vec::new(), ..launcher.clone() },
            identity: backend.identity,
        };
        Self { backend, spares: Spares::new(launcher, preparation), required: Vec::new() }
    }

    /// The same, with these on record as required.
    ///
    /// # Errors
    /// If one of them is not enforced.
    pub fn requiring(mut self, wanted: Vec<Guarantee>) -> Result<Self, SandboxError> {
        self.require(&wanted)?;
        self.required = wanted;
        Ok(self)
    }

    /// The backend, what it enforces, what not, and what is required of it.
    pub fn stamp(&self) -> SandboxStamp {
        stamp(self.backend.name, &self.backend.guarantees, &self.required)
    }

    /// What it enforces and what not, in the order of [`Guarantee::ALL`].
    pub fn guarantees(&self) -> &[Declared] {
        &self.backend.guarantees
    }

    /// Checks that all of these are enforced.
    pub fn require(&self, wanted: &[Guarantee]) -> Result<(), SandboxError> {
        let lacks = |it: &&Declared| it.lacks.is_some() && wanted.contains(&it.guarantee);
        let missing: Vec<Declared> = self.guarantees().iter().filter(lacks).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(SandboxError::TooWeak { backend: self.backend.name, missing })
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
        self.start(policy, command, Wiring::Pipes)
    }

    /// Runs the command to its end with the standard streams of this process, so that a person can work in the
    /// sandbox. There is no output limit, and what is a terminal outside is one inside, though not the
    /// controlling one.
    pub async fn attach(
        &self,
        policy: &SandboxPolicy,
        command: &CommandLine,
    ) -> Result<ProcessEnd, SandboxError> {
        Ok(self.start(policy, command, Wiring::Callers)?.wait().await?.end)
    }

    /// Returns when everything is gone whose future was dropped before its end, or when it will not go.
    pub async fn settled(&self) {
        let _will_not_go = timeout(GRACE, self.spares.settled()).await;
    }

    fn start(
        &self,
        policy: &SandboxPolicy,
        command: &CommandLine,
        wiring: Wiring,
    ) -> Result<Running, SandboxError> {
        policy.check()?;
        let Preparation { confinement, launcher, identity } = self.spares.preparation().clone();
        let (policy, command) = (policy.clone(), command.clone());
        let request = Request { policy, command, confinement, launcher, identity, uid: None };
        Running::start(&request, &self.spares, wiring)
    }
}
