//! The launcher as a program of its own, so that this crate can be tried without the command line tool.

use std::process::ExitCode;

fn main() -> ExitCode {
    ghostlib_sandbox::launcher::main(std::env::args_os().skip(1))
}
