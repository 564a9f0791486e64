//! The command `ghostlib`.

mod agents;
mod args;
mod beside;
mod ci;
mod commands;
mod console;
mod diagnostics;
mod environment;
mod error;
mod examples;
mod mcp;
mod narrate;
mod prompts;
mod reviewer;
mod settings;
mod spec_source;
mod telling;
mod tmux;
mod transcript;
mod wire;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    if arguments.nth(1).is_some_and(|first| first == environment::LAUNCH) {
        return ghostlib_sandbox::launcher::main(arguments);
    }
    commands::main()
}
