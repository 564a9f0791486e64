//! Tools for the development of ghostlib itself.

use clap::{Parser, Subcommand};
use std::process::ExitCode;

mod gold;

#[derive(Parser)]
#[command(name = "ghostlib-testkit", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Gold(gold::GoldArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Gold(args) => gold::gold(&args),
    };
    result.unwrap_or_else(|error| {
        say(format!("error: {error}"));
        ExitCode::from(2)
    })
}

#[expect(clippy::print_stdout, reason = "this is what a tool for developers has to say")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
