use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;

/// A program and its arguments. No shell is involved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// A path, or a bare name that is looked up on the `PATH` of the environment it will run in.
    pub program: PathBuf,
    /// The arguments after the program's name.
    pub args: Vec<OsString>,
}

impl CommandLine {
    /// `program` without arguments.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), args: Vec::new() }
    }

    /// The same with one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The same with more arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }
}

/// How to execute this very program again so that it ends up in [`launcher::main`](crate::launcher::main).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launcher {
    /// The program, as an absolute path: usually the running one's own.
    pub program: PathBuf,
    /// What stands before the arguments that `launcher::main` gets: usually a hidden subcommand.
    pub args: Vec<OsString>,
    /// Variables that it has on top of the running one's own, and that nothing in a sandbox may see.
    pub variables: Vec<(OsString, OsString)>,
}

impl Launcher {
    /// `program`, called with `args` first.
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self { program: program.into(), args, variables: Vec::new() }
    }

    /// The same with a variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }
}
