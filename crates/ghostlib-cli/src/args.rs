//! The command line. The doc comments are the help.

use crate::commands;
use clap::{Parser, Subcommand, ValueEnum};
use ghostlib_sandbox::BackendChoice;

/// Libraries as specs: rebuild them blind, measure how faithful the code is, mend the spec.
///
/// Exit codes: 0 passed; 1 fell short; 2 a mistake in what was asked or given; 3 the environment lacks something;
/// 130 interrupted.
#[derive(Parser)]
#[command(name = "ghostlib", version, arg_required_else_help = true)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Write JSON for machines to standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(commands::demo::DemoArgs),
    Init(commands::init::InitArgs),
    Lint(commands::lint::LintArgs),
    Parse(commands::parse::ParseArgs),
    Diff(commands::diff::DiffArgs),
    Run(commands::run::RunArgs),
    Resume(commands::resume::ResumeArgs),
    Status(commands::status::StatusArgs),
    Task(commands::task::TaskArgs),
    Report(commands::report::ReportArgs),
    Doctor(commands::doctor::DoctorArgs),
}

/// Where candidates and agents run.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum SandboxChoice {
    /// bubblewrap if it is installed and works, else Landlock.
    #[default]
    Auto,
    /// bubblewrap or nothing.
    Bubblewrap,
    /// Landlock and seccomp, which need nothing installed, or nothing.
    Landlock,
}

impl From<SandboxChoice> for BackendChoice {
    fn from(choice: SandboxChoice) -> Self {
        match choice {
            SandboxChoice::Auto => Self::Auto,
            SandboxChoice::Bubblewrap => Self::Bubblewrap,
            SandboxChoice::Landlock => Self::Landlock,
        }
    }
}

impl SandboxChoice {
    /// The choice as it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Bubblewrap => "bubblewrap",
            Self::Landlock => "landlock",
        }
    }
}
