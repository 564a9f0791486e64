use crate::args::SandboxChoice;
use crate::console::warn;
use crate::environment::{current_dir, find_program, sandbox as chosen, terminal, toolchain};
use crate::error::{CliError, Verdict};
use clap::{Args, Subcommand};
use ghostlib_sandbox::{CommandLine, ProcessEnd, SandboxPolicy, SandboxRole};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Run something in the sandbox yourself.
#[derive(Args)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    command: SandboxCommand,
}

#[derive(Subcommand)]
enum SandboxCommand {
    Exec(ExecArgs),
}

/// Run a command under a role's policy, with this terminal, to see what such a process can reach.
///
/// It can read the Rust toolchain and what is named, and write to the workspace. The exit code is the command's own; 128
/// and the signal's number, where a signal ended it; 1 and a line that names the limit, where one did.
#[derive(Args)]
struct ExecArgs {
    /// `implementer`, `reviser`, `author`, `build` or `test`. For `handoff` nothing is enforced, so nothing runs.
    #[arg(long)]
    role: SandboxRole,
    /// The folder to work in. An empty one that goes away at the end, if this is not given.
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// A file or folder to read besides; can be given several times.
    #[arg(long, value_name = "PATH")]
    read: Vec<PathBuf>,
    /// Where to run it.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
    /// Wall time, in seconds.
    #[arg(long, value_name = "SECONDS")]
    wall: Option<u64>,
    /// The command, after `--`.
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(crate) async fn sandbox(args: &SandboxArgs) -> Result<Verdict, CliError> {
    let SandboxCommand::Exec(args) = &args.command;
    exec(args).await
}

async fn exec(args: &ExecArgs) -> Result<Verdict, CliError> {
    let empty = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("a temporary folder cannot be made: {error}")))?;
    let workspace = match &args.workspace {
        Some(path) => existing(path)?,
        None => empty.path().to_owned(),
    };
    let policy = policy(args, &workspace).await?;
    let (program, rest) = args.command.split_first().ok_or_else(|| CliError::input("there is no command"))?;
    let command = CommandLine::new(program).args(rest);
    let end = chosen(args.sandbox).await?.attach(&policy, &command).await?;
    Ok(verdict(end))
}

async fn policy(args: &ExecArgs, workspace: &Path) -> Result<SandboxPolicy, CliError> {
    let mut policy = args.role.policy(workspace);
    let mut path = "/usr/local/bin:/usr/bin:/bin".to_owned();
    if let Ok(toolchain) = toolchain().await {
        policy.read = toolchain.readable();
        path = format!("{}:{path}", toolchain.bin().display());
    }
    for named in &args.read {
        policy.read.push(existing(named)?);
    }
    // A program that is named by its path outside of the system is to be run, so it can be read.
    let program = args.command.first().and_then(|program| program.to_str()).unwrap_or_default();
    policy.read.extend(find_program(program).filter(|_| program.contains('/')));
    let home = workspace.to_string_lossy().into_owned();
    policy.env.extend([("PATH".to_owned(), path), ("HOME".to_owned(), home)]);
    policy.env.extend(terminal().map(|terminal| ("TERM".to_owned(), terminal)));
    if let Some(seconds) = args.wall {
        policy.limits.wall = Duration::from_secs(seconds);
    }
    Ok(policy)
}

fn existing(path: &Path) -> Result<PathBuf, CliError> {
    let named = current_dir()?.join(path);
    named.canonicalize().map_err(|error| CliError::input(format!("{}: {error}", path.display())))
}

fn verdict(end: ProcessEnd) -> Verdict {
    match end {
        ProcessEnd::Exited(code) => Verdict::Others(u8::try_from(code).unwrap_or(1)),
        ProcessEnd::Signalled(signal) => Verdict::Others(u8::try_from(128 + signal).unwrap_or(1)),
        limit => {
            warn(format!("ghostlib: {limit}"));
            Verdict::FellShort
        }
    }
}
