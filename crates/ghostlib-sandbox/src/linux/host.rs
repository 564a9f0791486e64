//! Trusted tools such as `cargo vendor` and `git`: in no sandbox, with the environment that ghostlib has.

use super::capture::{Budget, Death, Life, capture};
use super::confine::process_end;
use super::std_command;
use crate::{CommandLine, Finished, ProcessEnd, SandboxError};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncRead;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The most that a tool may write to its two streams together, in bytes.
const OUTPUT_LIMIT: u64 = 64 << 20;

/// Runs a tool in `dir` with `env` on top of the inherited environment and nothing on standard input. It is
/// ended, with its process group, after `wall`, after 64 MiB of output, and when the future is dropped. What it leaves
/// running in a session of its own is not waited for, and its output is given up a second after the tool's end.
pub async fn run(
    command: &CommandLine,
    dir: &Path,
    env: &[(&str, &OsStr)],
    wall: Duration,
) -> Result<Finished, SandboxError> {
    let started = Instant::now();
    let mut process = Command::from(std_command(command));
    process.current_dir(dir).envs(env.iter().copied()).process_group(0);
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn().map_err(|error| SandboxError::NotStarted {
        program: command.program.clone(),
        reason: reason(&error, dir),
    })?;
    let group = Group::of(&child);
    let followed = follow(&mut child, &group, wall).await;
    let (end, stdout, stderr) =
        followed.map_err(|source| SandboxError::Follow { program: command.program.clone(), source })?;
    Ok(Finished { end, stdout, stderr, wall: started.elapsed() })
}

/// Runs a tool that talks with whoever sits at the terminal, such as an editor, with ghostlib's own streams, and waits for as
/// long as they take. Whether it ended well.
///
/// # Errors
/// If it cannot be started.
pub fn interact(command: &CommandLine) -> Result<bool, SandboxError> {
    let ended = std_command(command).status();
    let ended = ended.map_err(|error| SandboxError::NotStarted {
        program: command.program.clone(),
        reason: error.to_string(),
    })?;
    Ok(ended.success())
}

/// A missing folder and a missing program give one and the same error of the system.
fn reason(error: &io::Error, dir: &Path) -> String {
    if dir.is_dir() { error.to_string() } else { format!("`{}` is not a folder", dir.display()) }
}

async fn follow(
    child: &mut Child,
    group: &Group,
    wall: Duration,
) -> io::Result<(ProcessEnd, Vec<u8>, Vec<u8>)> {
    let budget = Budget::new(OUTPUT_LIMIT);
    let (life, death) = Life::begin();
    let stdout = keep(child.stdout.take(), &budget, death.clone(), group);
    let stderr = keep(child.stderr.take(), &budget, death, group);
    let waited = async {
        let end = wait(child, group, wall).await;
        drop(life);
        end
    };
    let (end, stdout, stderr) = tokio::join!(waited, stdout, stderr);
    let end = if budget.is_overrun() { ProcessEnd::OutputLimit } else { end? };
    Ok((end, stdout, stderr))
}

async fn keep(
    stream: Option<impl AsyncRead + Unpin>,
    budget: &Budget,
    death: Death,
    group: &Group,
) -> Vec<u8> {
    match stream {
        Some(stream) => capture(stream, budget, death, || group.kill()).await,
        None => Vec::new(),
    }
}

async fn wait(child: &mut Child, group: &Group, wall: Duration) -> io::Result<ProcessEnd> {
    let waited = timeout(wall, child.wait()).await;
    // Whatever the tool left behind could keep its streams open.
    group.kill();
    match waited {
        Ok(status) => status.map(process_end),
        Err(_elapsed) => child.wait().await.map(|_killed| ProcessEnd::TimedOut),
    }
}

/// The process group of a tool, by its leader; 0 once it was killed.
struct Group(AtomicI32);

impl Group {
    fn of(child: &Child) -> Self {
        Self(AtomicI32::new(child.id().and_then(|id| id.try_into().ok()).unwrap_or(0)))
    }

    /// Kills it, once: later the number may mean another group.
    fn kill(&self) {
        if let Some(leader) = Pid::from_raw(self.0.swap(0, Ordering::AcqRel)) {
            let _already_gone = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
