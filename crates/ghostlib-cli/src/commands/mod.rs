//! One file a subcommand: its arguments, and a function that only orchestrates.

pub(crate) mod ablate;
pub(crate) mod add;
pub(crate) mod attach;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod converge;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod distil;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod export;
pub(crate) mod fmt;
pub(crate) mod gc;
mod harvesting;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod man;
pub(crate) mod mcp;
mod measuring;
pub(crate) mod outdated;
pub(crate) mod parse;
pub(crate) mod perturb;
pub(crate) mod prompts;
pub(crate) mod recording;
pub(crate) mod replace;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod review;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod shrink;
pub(crate) mod spec;
pub(crate) mod status;
pub(crate) mod strength;
pub(crate) mod task;
pub(crate) mod update;
pub(crate) mod vectors;
mod vendoring;
pub(crate) mod verify;

use crate::args::{Args, Command};
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::FromArgMatches;
use ghostlib_spec::SourceFile;
use std::path::Path;
use std::process::ExitCode;

/// Reads the command line, runs the command, and gives its exit code.
pub(crate) fn main() -> ExitCode {
    let args =
        match crate::examples::command().try_get_matches().and_then(|found| Args::from_arg_matches(&found)) {
            Ok(args) => args,
            Err(error) => {
                // Help and version are no mistake; clap prints them to the right stream.
                let _ = error.print();
                return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
            }
        };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return CliError::environment(format!("no threads to work with: {error}")).report(),
    };
    let ended = runtime.block_on(async {
        // Settings that cannot be used are told by whoever needs them.
        let level = Settings::load().map(|settings| settings.log()).unwrap_or_default();
        let telling = args.telling.start(level)?;
        let ended = tokio::select! {
            ended = dispatch(args) => ended,
            () = interrupted() => Err(CliError::interrupted().hint("`ghostlib resume` goes on with a run where it was")),
        };
        telling.end();
        ended
    });
    // A task that still reads from a pipe must not hold up the end.
    runtime.shutdown_background();
    match ended {
        Ok(verdict) => verdict.into(),
        Err(error) => error.report(),
    }
}

async fn dispatch(args: Args) -> Result<Verdict, CliError> {
    let json = args.json;
    match args.command {
        Command::Demo(args) => demo::demo(&args, json).await,
        Command::Init(args) => init::init(&args, json),
        Command::Distil(args) => Box::pin(distil::distil(&args, json)).await,
        Command::Lint(args) => lint::lint(&args, json).await,
        Command::Fmt(args) => fmt::fmt(&args, json),
        Command::Parse(args) => parse::parse(&args, json),
        Command::Spec(args) => spec::spec(&args, json).await,
        Command::Schema(args) => Ok(schema::schema(&args, json)),
        Command::Diff(args) => diff::diff(&args, json).await,
        Command::Eval(args) => eval::eval(&args, json).await,
        Command::Check(args) => Box::pin(check::check(&args, json)).await,
        Command::Converge(args) => converge::converge(&args, json).await,
        Command::Strength(args) => strength::strength(&args, json).await,
        Command::Ablate(args) => Box::pin(ablate::ablate(&args, json)).await,
        Command::Shrink(args) => Box::pin(shrink::shrink(&args, json)).await,
        Command::Perturb(args) => perturb::perturb(&args, json).await,
        Command::Replace(args) => Box::pin(replace::replace(&args, json)).await,
        Command::Run(args) => run::run(&args, json).await,
        Command::Resume(args) => resume::resume(&args, json).await,
        Command::Review(args) => review::review(&args, json).await,
        Command::Runs(args) => runs::runs(&args, json),
        Command::Export(args) => export::export(&args, json),
        Command::Import(args) => import::import(&args, json),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => man::man(&args),
        Command::Compare(args) => compare::compare(&args, json),
        Command::Gc(args) => gc::gc(&args, json),
        Command::Status(args) => status::status(&args, json).await,
        Command::Task(args) => task::task(&args, json).await,
        Command::Mcp(args) => mcp::mcp(&args).await,
        Command::Attach(args) => attach::attach(&args, json).await,
        Command::Recording(args) => recording::recording(&args, json),
        Command::Report(args) => report::report(&args, json),
        Command::Vectors(args) => vectors::vectors(&args, json).await,
        Command::Add(args) => Box::pin(add::add(&args, json)).await,
        Command::Verify(args) => Box::pin(verify::verify(&args, json)).await,
        Command::Outdated(args) => outdated::outdated(&args, json).await,
        Command::Update(args) => Box::pin(update::update(&args, json)).await,
        Command::Prompts(args) => prompts::prompts_command(&args, json),
        Command::Config(args) => config::config(&args, json),
        Command::Sandbox(args) => sandbox::sandbox(&args).await,
        Command::Doctor(args) => doctor::doctor(&args, json).await,
    }
}

/// Ctrl-C, or a polite request to end.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    // Without handlers the signals end the process, which the journal is made for.
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Writes files into a folder, none of which is there yet.
fn written_anew<'a>(dir: &Path, files: impl Iterator<Item = &'a SourceFile> + Clone) -> Result<(), CliError> {
    if let Some(there) = files.clone().map(|file| dir.join(&file.path)).find(|path| path.exists()) {
        return Err(CliError::input(format!("{} exists already", there.display()))
            .hint("it is left as it is; choose another folder with `--into`"));
    }
    written(dir, files)
}

/// Writes files into a folder.
fn written<'a>(dir: &Path, files: impl Iterator<Item = &'a SourceFile>) -> Result<(), CliError> {
    for file in files {
        let path = dir.join(&file.path);
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, &file.bytes))
            .map_err(|error| CliError::environment(format!("{}: {error}", path.display())))?;
    }
    Ok(())
}
