//! A ghostlib that runs one sandbox after the other until it is killed.

use super::{KillsError, PATIENCE, backend};
use crate::marked::marked;
use ghostlib_sandbox::{CommandLine, Limits, SandboxPolicy, SandboxRole, host};
use rustix::process::{Pid, Signal, getpid, kill_process};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// What runs in each sandbox: processes in the sandbox's session, in one of their own, and without parents.
pub(super) fn family(mark: &str) -> CommandLine {
    let script = format!(
        "echo x > file; setsid sh -c '(setsid sleep {mark} &) ; exec sleep {mark}' & sleep {mark} & wait"
    );
    CommandLine::new("sh").args(["-c", &script])
}

/// With control groups, a temporary folder, and a workspace that is lent.
pub(super) fn policy(workspace: &Path) -> SandboxPolicy {
    let role = SandboxRole::Test;
    SandboxPolicy {
        env: BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]),
        limits: Limits {
            wall: Duration::from_secs(3000),
            tree_cpu: Some(Duration::from_secs(60)),
            ..role.limits()
        },
        ..role.policy(workspace)
    }
}

/// What the victim does: each sandbox ends after a while, so that a kill hits starts and ends as well.
pub(super) async fn run_sandboxes(name: &str, mark: &str) -> Result<ExitCode, KillsError> {
    let sandbox = backend(name).await?;
    let workspace = tempfile::tempdir().map_err(KillsError::at(Path::new("a temporary folder")))?;
    loop {
        let running = sandbox.spawn(&policy(workspace.path()), &family(mark))?;
        tokio::time::sleep(Duration::from_millis(60)).await;
        drop(running);
    }
}

pub(super) struct Victim {
    pid: Pid,
    run: JoinHandle<()>,
}

impl Victim {
    pub(super) async fn start(backend: &str, temporary: &Path, mark: &str) -> Result<Self, KillsError> {
        let program = env::current_exe().map_err(KillsError::at(Path::new("this program")))?;
        let command = CommandLine::new(program).args(["kills", "--victim", backend, "--mark", mark]);
        let temporary = temporary.to_owned();
        let run = tokio::spawn(async move {
            let env = [("TMPDIR", temporary.as_os_str())];
            let _killed = host::run(&command, Path::new("/"), &env, Duration::from_secs(60)).await;
        });
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(pid) = marked(mark).into_iter().find(|pid| parent(*pid) == Some(getpid())) {
                return Ok(Self { pid, run });
            }
            if Instant::now() > patience {
                let late = std::io::Error::other("it did not start");
                return Err(KillsError::at(Path::new("this program"))(late));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// The supervisors that it has started.
    pub(super) fn supervisors(&self) -> Vec<Pid> {
        marked("supervise").into_iter().filter(|pid| parent(*pid) == Some(self.pid)).collect()
    }

    /// Returns when it is gone.
    pub(super) async fn end(self) {
        let _already_gone = kill_process(self.pid, Signal::KILL);
        let _gone = self.run.await;
    }
}

fn parent(pid: Pid) -> Option<Pid> {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Pid::from_raw(line.trim().parse().ok()?)
}
