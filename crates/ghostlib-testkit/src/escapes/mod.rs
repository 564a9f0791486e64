//! Attempts to get out of the sandbox. Each is first shown to work without one, and then made in every backend.

mod attempt;
mod evidence;
mod model;
mod runtime;
mod stage;
mod table;
mod trial;

use crate::{LAUNCH, complain, say};
use attempt::{Attempt, FAMILIES};
use clap::Args;
use ghostlib_sandbox::broker::BrokerError;
use ghostlib_sandbox::{BackendChoice, CommandLine, Launcher, ProcessEnd, Sandbox, SandboxError, host};
use runtime::SandboxRuntime;
use stage::{Props, SECRET};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use table::{Cell, Row};
use trial::Arena;

/// Try to get out of the sandbox in every way there is data for; exit code 1 if one gets through that a backend declares
/// to hold.
#[derive(Args)]
pub(crate) struct EscapesArgs {
    /// Write the table there.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Only attempts whose id contains this; can be given several times.
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// Also try Anthropic's sandbox-runtime, for comparison: the folder where `npm install
    /// @anthropic-ai/sandbox-runtime` was run. It needs node, socat and ripgrep.
    #[arg(long, value_name = "FOLDER")]
    sandbox_runtime: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum EscapesError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error("{file}: {source}")]
    Attempts { file: &'static str, source: toml::de::Error },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl EscapesError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// The longest that the whole suite may take.
const WALL: Duration = Duration::from_secs(900);

pub(crate) fn escapes(args: &EscapesArgs) -> Result<ExitCode, EscapesError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(EscapesError::at(Path::new("threads")))?;
    // A secret in the environment of the process that runs the sandboxes is one that they must not see.
    match env::var(SECRET) {
        Ok(secret) => runtime.block_on(suite(args, &secret)),
        Err(_) => runtime.block_on(again_with_a_secret()),
    }
}

async fn again_with_a_secret() -> Result<ExitCode, EscapesError> {
    let program = env::current_exe().map_err(EscapesError::at(Path::new("this program")))?;
    let again = CommandLine::new(program).args(env::args_os().skip(1));
    let secret = OsString::from(format!("ghost-{:032x}", fastrand::u128(..)));
    let ran = host::run(&again, Path::new("."), &[(SECRET, secret.as_os_str())], WALL).await?;
    complain(String::from_utf8_lossy(&ran.stderr).trim_end());
    say(String::from_utf8_lossy(&ran.stdout).trim_end());
    Ok(match ran.end {
        ProcessEnd::Exited(code) => ExitCode::from(u8::try_from(code).unwrap_or(2)),
        end => {
            complain(format!("escapes: {end}"));
            ExitCode::from(2)
        }
    })
}

async fn suite(args: &EscapesArgs, secret: &str) -> Result<ExitCode, EscapesError> {
    let arenas = arenas(args.sandbox_runtime.as_deref()).await?;
    let props = Props::place(secret).await?;
    let mut rows = Vec::new();
    for family in FAMILIES {
        for attempt in family.attempts()? {
            if args.only.is_empty() || args.only.iter().any(|part| attempt.id.contains(part.as_str())) {
                rows.push(row(family.name, attempt, &arenas, &props).await?);
            }
        }
    }
    props.clear_away().await?;
    for row in &rows {
        row.complaints().iter().for_each(complain);
    }
    let table = table::table(&arenas, &rows);
    if let Some(path) = &args.markdown {
        fs::write(path, &table).map_err(EscapesError::at(path))?;
    }
    say(table::summary(&rows));
    let is_tight = rows.iter().all(|row| row.complaints().is_empty());
    Ok(if is_tight { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// No sandbox at all, each backend that is there, and the one to compare with.
async fn arenas(sandbox_runtime: Option<&Path>) -> Result<Vec<Arena>, EscapesError> {
    let program = env::current_exe().map_err(EscapesError::at(Path::new("this program")))?;
    let launcher = Launcher::new(program, [LAUNCH]);
    let path = env::var_os("PATH");
    let mut arenas = Vec::new();
    for choice in [BackendChoice::Bubblewrap, BackendChoice::Landlock] {
        match Sandbox::new(choice, launcher.clone(), path.as_deref()).await {
            Ok(sandbox) => arenas.push(Arena::Sandbox(sandbox)),
            Err(error @ SandboxError::Unavailable { .. }) => complain(format!("skipped: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
    match sandbox_runtime {
        Some(folder) => arenas.push(Arena::Runtime(SandboxRuntime::find(folder)?)),
        None => {
            complain(
                "skipped: sandbox-runtime, which is only for comparison: `--sandbox-runtime` names none",
            );
        }
    }
    Ok(arenas)
}

async fn row(
    family: &'static str,
    attempt: Attempt,
    arenas: &[Arena],
    props: &Props,
) -> Result<Row, EscapesError> {
    let bare = trial::trial(&attempt, &Arena::Bare, props).await?;
    let mut cells = Vec::new();
    // What cannot succeed bare shows nothing by failing in a sandbox.
    for arena in arenas.iter().filter(|_| bare.is_through()) {
        let outcome = trial::trial(&attempt, arena, props).await?;
        cells.push(Cell { outcome, promise: arena.promise(attempt.guarantee) });
    }
    Ok(Row { family, attempt, bare, cells })
}
