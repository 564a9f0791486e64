//! Sessions with real agents and a scripted model: the same behaviours of all of them.

mod backend;
mod behaviour;
mod table;
mod trial;

use crate::{LAUNCH, complain, say};
use backend::{Backend, backends};
use behaviour::Behaviour;
use clap::Args;
use ghostlib_agent::AgentError;
use ghostlib_sandbox::broker::SecretError;
use ghostlib_sandbox::{BackendChoice, Launcher, Sandbox, SandboxError};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use table::Row;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Have every agent that is there do what agents do, with a model that is a script; exit code 1 if one does not come
/// through.
#[derive(Args)]
pub(crate) struct SessionsArgs {
    /// The folder where `npm install` of the agents was run; without it, those are skipped, by name.
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// Write the table there.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Only behaviours whose id contains this; can be given several times.
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// Only agents whose name contains this; can be given several times.
    #[arg(long, value_name = "PART")]
    agent: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionsError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Agent(#[from] AgentError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("behaviours.toml: {0}")]
    Behaviours(#[from] toml::de::Error),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl SessionsError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

pub(crate) fn sessions(args: &SessionsArgs) -> Result<ExitCode, SessionsError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(SessionsError::at(Path::new("threads")))?;
    runtime.block_on(suite(args))
}

async fn suite(args: &SessionsArgs) -> Result<ExitCode, SessionsError> {
    let wanted = |parts: &[String], name: &str| {
        parts.is_empty() || parts.iter().any(|part| name.contains(part.as_str()))
    };
    let mut columns = Vec::new();
    for sandbox in sandboxes().await? {
        columns.extend(backends(&sandbox, args.programs.as_deref()));
    }
    columns.retain(|backend| wanted(&args.agent, &backend.name));
    let columns: Vec<Arc<Backend>> = columns.into_iter().map(Arc::new).collect();
    let behaviours = Behaviour::all()?.into_iter().filter(|behaviour| wanted(&args.only, &behaviour.id));
    let rows = rows(behaviours.map(Arc::new).collect(), &columns).await?;
    if let Some(path) = &args.markdown {
        fs::write(path, table::table(&columns, &rows)).map_err(SessionsError::at(path))?;
    }
    say(table::summary(&columns, &rows));
    let came_through = rows.iter().all(|row| row.faults.iter().all(Option::is_none));
    Ok(if came_through { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many sessions run at once: they wait more than they work.
const AT_ONCE: usize = 6;

/// Every behaviour of every agent.
async fn rows(behaviours: Vec<Arc<Behaviour>>, columns: &[Arc<Backend>]) -> Result<Vec<Row>, SessionsError> {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut trials = JoinSet::new();
    for (row, behaviour) in behaviours.iter().enumerate() {
        for (column, backend) in columns.iter().enumerate() {
            let (slots, behaviour, backend) =
                (Arc::clone(&slots), Arc::clone(behaviour), Arc::clone(backend));
            trials.spawn(async move {
                let _slot = slots.acquire_owned().await;
                (row, column, trial::trial(&behaviour, &backend).await)
            });
        }
    }
    let mut rows: Vec<Row> = behaviours
        .into_iter()
        .map(|behaviour| Row { behaviour, faults: vec![None; columns.len()] })
        .collect();
    for (row, column, fault) in trials.join_all().await {
        let fault = fault?;
        if let Some(fault) = &fault {
            complain(format!("{}, {}: {fault}", rows[row].behaviour.id, columns[column].name));
        }
        rows[row].faults[column] = fault;
    }
    Ok(rows)
}

/// Each kind of sandbox that is there.
async fn sandboxes() -> Result<Vec<Arc<Sandbox>>, SessionsError> {
    let program = env::current_exe().map_err(SessionsError::at(Path::new("this program")))?;
    let launcher = Launcher::new(program, [LAUNCH]);
    let path = env::var_os("PATH");
    let mut sandboxes = Vec::new();
    for choice in [BackendChoice::Bubblewrap, BackendChoice::Landlock] {
        match Sandbox::new(choice, launcher.clone(), path.as_deref()).await {
            Ok(sandbox) => sandboxes.push(Arc::new(sandbox)),
            Err(error @ SandboxError::Unavailable { .. }) => complain(format!("skipped: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(sandboxes)
}
