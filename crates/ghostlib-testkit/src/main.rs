//! Tools for the development of ghostlib itself.

use clap::{Parser, Subcommand};
use std::fmt::Display;
use std::process::ExitCode;

mod acp_agent;
mod builds;
mod checks;
mod copies;
mod edits;
mod escapes;
mod evaluation;
mod exercise;
mod faults;
mod gold;
mod kills;
mod marked;
mod model;
mod oracle;
mod page;
mod power;
mod published;
mod respell;
mod sessions;
mod simulate;
mod slices;
mod workplace;

#[derive(Parser)]
#[command(name = "ghostlib-testkit", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    AcpAgent(acp_agent::AcpAgentArgs),
    Builds(builds::BuildsArgs),
    Checks(checks::ChecksArgs),
    Copies(copies::CopiesArgs),
    Escapes(escapes::EscapesArgs),
    Evaluation(evaluation::EvaluationArgs),
    Exercise(exercise::ExerciseArgs),
    Faults(faults::FaultsArgs),
    Gold(gold::GoldArgs),
    Kills(kills::KillsArgs),
    Model(model::ModelArgs),
    Oracle(oracle::OracleArgs),
    Power(power::PowerArgs),
    Respell(respell::RespellArgs),
    Sessions(sessions::SessionsArgs),
    Simulate(simulate::SimulateArgs),
    Slices(slices::SlicesArgs),
    Truth(oracle::TruthArgs),
}

/// The hidden subcommand by which the tool executes itself to set up a sandbox.
const LAUNCH: &str = "__launch";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    if arguments.nth(1).is_some_and(|first| first == LAUNCH) {
        return ghostlib_sandbox::launcher::main(arguments);
    }
    match Cli::parse().command {
        Command::AcpAgent(args) => finished(acp_agent::acp_agent(&args)),
        Command::Builds(args) => finished(builds::builds(&args)),
        Command::Checks(args) => finished(checks::checks(&args)),
        Command::Copies(args) => finished(copies::copies(&args)),
        Command::Escapes(args) => finished(escapes::escapes(&args)),
        Command::Evaluation(args) => finished(evaluation::evaluation(&args)),
        Command::Exercise(args) => finished(exercise::exercise(&args)),
        Command::Faults(args) => finished(faults::faults(&args)),
        Command::Gold(args) => finished(gold::gold(&args)),
        Command::Kills(args) => finished(kills::kills(&args)),
        Command::Model(args) => finished(model::model(&args)),
        Command::Oracle(args) => finished(oracle::oracle(&args)),
        Command::Power(args) => finished(power::power(&args)),
        Command::Sessions(args) => finished(sessions::sessions(&args)),
        Command::Simulate(args) => finished(simulate::simulate(&args)),
        Command::Slices(args) => finished(slices::slices(&args)),
        Command::Respell(args) => finished(respell::respell(&args)),
        Command::Truth(args) => finished(oracle::truth(&args)),
    }
}

fn finished<E: Display>(result: Result<ExitCode, E>) -> ExitCode {
    result.unwrap_or_else(|error| {
        say(format!("error: {error}"));
        ExitCode::from(2)
    })
}

/// Something that is not as it should be; beside what is said, which may go to a file.
#[expect(clippy::print_stderr, reason = "a table may be what goes to stdout")]
fn complain(line: impl Display) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "this is what a tool for developers has to say")]
fn say(line: impl Display) {
    println!("{line}");
}
