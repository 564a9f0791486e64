//! Kills ghostlib and its supervisors at random moments while sandboxes run, and looks what is left after the next
//! start.

mod remains;
mod victim;

use crate::marked::marked;
use crate::{LAUNCH, complain, say};
use clap::Args;
use ghostlib_sandbox::{BackendChoice, Launcher, Running, Sandbox, SandboxError};
use remains::Remains;
use rustix::process::{Pid, Signal, kill_process};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use victim::Victim;

/// Kill ghostlib with SIGKILL at random moments while sandboxes run; exit code 1 if anything is left after the next start,
/// or anything else is touched.
#[derive(Args)]
pub(crate) struct KillsArgs {
    /// How often.
    #[arg(long, default_value_t = 200)]
    times: u32,
    /// The seed of the moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run sandboxes in this backend until killed: how this command calls itself.
    #[arg(long, hide = true, value_name = "BACKEND")]
    victim: Option<String>,
    #[arg(long, hide = true, default_value = "")]
    mark: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum KillsError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl KillsError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// How long what is killed may take to be gone, and what it left to be cleared away.
const PATIENCE: Duration = Duration::from_secs(15);

/// How many processes run in each sandbox, besides what started them.
const N_FAMILY: usize = 3;

/// Whom a kill hits.
#[derive(Clone, Copy, Debug)]
enum Target {
    Ghostlib,
    Supervisor,
    Both,
}

pub(crate) fn kills(args: &KillsArgs) -> Result<ExitCode, KillsError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(KillsError::at(Path::new("threads")))?;
    match &args.victim {
        Some(backend) => runtime.block_on(victim::run_sandboxes(backend, &args.mark)),
        None => runtime.block_on(campaign(args)),
    }
}

async fn campaign(args: &KillsArgs) -> Result<ExitCode, KillsError> {
    fastrand::seed(args.seed);
    let backends = backends().await?;
    let temporary = tempfile::tempdir().map_err(KillsError::at(Path::new("a temporary folder")))?;
    let bystander = Bystander::start(&backends[0].1).await?;
    let before = Remains::look(temporary.path(), "none");
    let mut n_dirty = 0;
    let mut n_hit = 0;
    for n in 0..args.times {
        let (backend, sandbox) = &backends[n as usize % backends.len()];
        let target = [Target::Ghostlib, Target::Supervisor, Target::Both][fastrand::usize(..3)];
        let mark = format!("300.3{:07}", fastrand::u32(..10_000_000));
        n_hit += u32::from(kill_once(backend, target, temporary.path(), &mark).await?);
        if let Some(left) = left_after_next_start(sandbox, temporary.path(), &mark, &before).await {
            n_dirty += 1;
            complain(format!("kill {n} of {target:?} in {backend} leaves {left}"));
        }
    }
    let is_untouched = bystander.end().await;
    say(format!(
        "{} kills, {n_hit} of them while a sandbox ran; {n_dirty} left anything after the next start; what is not ours was {}",
        args.times,
        if is_untouched { "not touched" } else { "TOUCHED" }
    ));
    Ok(if n_dirty == 0 && is_untouched { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn backends() -> Result<Vec<(&'static str, Sandbox)>, KillsError> {
    let mut found = Vec::new();
    for name in ["landlock", "bubblewrap"] {
        match backend(name).await {
            Ok(sandbox) => found.push((name, sandbox)),
            Err(error @ SandboxError::Unavailable { .. }) => complain(format!("skipped: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
    if found.is_empty() {
        return Err(SandboxError::Unsupported.into());
    }
    Ok(found)
}

async fn backend(name: &str) -> Result<Sandbox, SandboxError> {
    let program = env::current_exe()
        .map_err(|source| SandboxError::Launcher { program: "this program".into(), source })?;
    let choice = if name == "landlock" { BackendChoice::Landlock } else { BackendChoice::Bubblewrap };
    Sandbox::new(choice, Launcher::new(program, [LAUNCH]), env::var_os("PATH").as_deref()).await
}

/// Tells whether a sandbox was running at that moment.
async fn kill_once(backend: &str, target: Target, temporary: &Path, mark: &str) -> Result<bool, KillsError> {
    let victim = Victim::start(backend, temporary, mark).await?;
    tokio::time::sleep(Duration::from_micros(fastrand::u64(..300_000))).await;
    let supervisors = victim.supervisors();
    // One that waits for something to do has no sandbox yet.
    let is_running = has_made_folders(temporary);
    let ghostlib = victim.pid();
    let hit: Vec<Pid> = match target {
        Target::Ghostlib => vec![ghostlib],
        Target::Supervisor => supervisors.clone(),
        Target::Both => supervisors.iter().copied().chain([ghostlib]).collect(),
    };
    for pid in hit {
        let _already_gone = kill_process(pid, Signal::KILL);
    }
    // Whoever lives on after its supervisor's death is ended as well: the next start is that of another.
    tokio::time::sleep(Duration::from_millis(20)).await;
    victim.end().await;
    Ok(is_running)
}

fn has_made_folders(temporary: &Path) -> bool {
    let mut entries = fs::read_dir(temporary).into_iter().flatten().flatten();
    entries.any(|entry| entry.file_name().to_string_lossy().starts_with("ghostlib-"))
}

/// The next start clears away. A supervisor that still lives ends its sandbox itself, which takes a moment.
async fn left_after_next_start(
    sandbox: &Sandbox,
    temporary: &Path,
    mark: &str,
    before: &Remains,
) -> Option<String> {
    let patience = Instant::now() + PATIENCE;
    loop {
        // A start is that of a new ghostlib.
        let _started = backend(&sandbox.stamp().backend).await;
        let left = Remains::look(temporary, mark).without(before);
        if left.is_none() || Instant::now() > patience {
            return left;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Things that look like ours, or are ours and alive.
struct Bystander {
    running: Running,
    workspace: tempfile::TempDir,
    mark: String,
    decoy: tempfile::TempDir,
}

impl Bystander {
    async fn start(sandbox: &Sandbox) -> Result<Self, KillsError> {
        let (workspace, decoy) =
            (tempfile::tempdir(), tempfile::Builder::new().prefix("ghostlib-0-").tempdir());
        let workspace = workspace.map_err(KillsError::at(Path::new("a temporary folder")))?;
        let decoy = decoy.map_err(KillsError::at(Path::new("a temporary folder")))?;
        let mark = format!("3000.4{:07}", fastrand::u32(..10_000_000));
        let running = sandbox.spawn(&victim::policy(workspace.path()), &victim::family(&mark))?;
        let patience = Instant::now() + PATIENCE;
        while marked(&mark).len() < N_FAMILY && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Self { running, workspace, mark, decoy })
    }

    /// Tells whether it was left alone.
    async fn end(mut self) -> bool {
        let is_untouched = marked(&self.mark).len() == N_FAMILY
            && self.decoy.path().exists()
            && self.workspace.path().exists();
        self.running.kill().await;
        is_untouched
    }
}
