//! Tools for the development of ghostlib itself.

use clap::{Parser, Subcommand};
use std::process::ExitCode;

mod gold;
mod oracle;

#[derive(Parser)]
#[command(name = "ghostlib-testkit", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Gold(gold::GoldArgs),
    Oracle(oracle::OracleArgs),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Gold(args) => gold::gold(&args).unwrap_or_else(|error| failed(&error)),
        Command::Oracle(args) => oracle::oracle(&args).unwrap_or_else(|error| failed(&error)),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    say(format!("error: {error}"));
    ExitCode::from(2)
}

#[expect(clippy::print_stdout, reason = "this is what a tool for developers has to say")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
