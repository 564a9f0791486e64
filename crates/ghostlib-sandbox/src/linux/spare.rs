//! Supervisors that are started before there is anything for them to do: one is kept ready, so that a start waits
//! neither for the supervisor nor for the starter below it.

use super::launcher::SUPERVISE;
use super::std_command;
use super::wire::Preparation;
use crate::{CommandLine, Launcher};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// A starter knows the system's folders as they were when it was made.
const SHELF_LIFE: Duration = Duration::from_secs(60);

/// The place of the one that is kept ready.
#[derive(Debug)]
pub(super) struct Spares {
    launcher: Launcher,
    preparation: Preparation,
    spare: Mutex<Option<Supervisor>>,
    /// How many supervisors are still ending what nobody waits for.
    n_leaving: watch::Sender<usize>,
}

impl Spares {
    /// Nothing is started yet.
    pub(super) fn new(launcher: Launcher, preparation: Preparation) -> Arc<Self> {
        Arc::new(Self { launcher, preparation, spare: Mutex::new(None), n_leaving: watch::Sender::new(0) })
    }

    pub(super) fn launcher(&self) -> &Launcher {
        &self.launcher
    }

    pub(super) fn preparation(&self) -> &Preparation {
        &self.preparation
    }

    /// A supervisor that waits for its request: the spare one, or a new one. Another spare one is started meanwhile. To be
    /// called within a tokio runtime.
    pub(super) fn take(self: &Arc<Self>) -> io::Result<Supervisor> {
        let spare = self.spare().take().filter(Supervisor::is_fresh);
        let supervisor = spare.map_or_else(|| self.start(), Ok)?;
        let spares = Arc::clone(self);
        tokio::task::spawn_blocking(move || spares.fill());
        Ok(supervisor)
    }

    /// Has a supervisor end what it watches over, while its owner goes on.
    pub(super) fn leave(self: &Arc<Self>, supervisor: &mut Supervisor) {
        let (Some(mut child), Ok(runtime)) = (supervisor.child.take(), Handle::try_current()) else { return };
        self.n_leaving.send_modify(|n| *n += 1);
        let spares = Arc::clone(self);
        runtime.spawn_blocking(move || {
            let _ended = child.wait();
            spares.n_leaving.send_modify(|n| *n -= 1);
        });
    }

    /// Returns when nothing is being ended any more.
    pub(super) async fn settled(&self) {
        let _never_closed = self.n_leaving.subscribe().wait_for(|n| *n == 0).await.is_err();
    }

    /// Whoever cannot have a spare one starts without.
    fn fill(&self) {
        let mut spare = self.spare();
        if spare.is_none() {
            *spare = self.start().ok();
        }
    }

    fn spare(&self) -> MutexGuard<'_, Option<Supervisor>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) -> io::Result<Supervisor> {
        Supervisor::start(&self.launcher, &self.preparation)
    }
}

/// The process that watches over a sandbox. Dropping it before it was given its request ends it; after that, it ends with
/// the sandbox.
#[derive(Debug)]
pub(super) struct Supervisor {
    process: OwnedFd,
    /// Until somebody waits for it.
    child: Option<Child>,
    status: Option<ExitStatus>,
    /// Where it waits for its request. It ends everything when this is closed.
    pub(super) control: UnixStream,
    started: Instant,
}

impl Supervisor {
    /// In a process group of its own, so that Ctrl-C at the terminal reaches ghostlib alone, which then ends
    /// the tree in good order.
    fn start(launcher: &Launcher, preparation: &Preparation) -> io::Result<Self> {
        let (control, theirs) = UnixStream::pair()?;
        let preparation = serde_json::to_string(preparation)?;
        let command =
            CommandLine::new(&launcher.program).args(&launcher.args).arg(SUPERVISE).arg(preparation);
        let child = std_command(&command)
            .envs(launcher.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let process = pidfd_open(Pid::from_child(&child), PidfdFlags::empty())?;
        Ok(Self { process, child: Some(child), status: None, control, started: Instant::now() })
    }

    fn is_fresh(&self) -> bool {
        self.started.elapsed() < SHELF_LIFE
    }

    pub(super) fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.as_mut()?.stderr.take()
    }

    /// Kills it. What it watches over ends by itself then.
    pub(super) fn kill(&self) {
        let _already_gone = pidfd_send_signal(&self.process, Signal::KILL);
    }

    /// Returns when it has ended.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        if let Some(mut child) = self.child.take() {
            // It ends soon after it was told to or has reported, and is waited for even if this future is dropped.
            self.status = Some(tokio::task::spawn_blocking(move || child.wait()).await??);
        }
        self.status.ok_or_else(|| io::Error::other("somebody else has waited for the supervisor"))
    }
}

impl Drop for Supervisor {
    /// Nobody would wait for it otherwise.
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        if matches!(child.try_wait(), Ok(None)) {
            let _closed = self.control.shutdown(std::net::Shutdown::Both);
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn_blocking(move || child.wait());
            }
        }
    }
}
