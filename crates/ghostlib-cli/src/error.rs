//! One error for all commands: what happened, what to do next, and the exit code.

use crate::console::{self, BAD, BOLD, styled};
use ghostlib_agent::{AgentError, TaskError};
use ghostlib_run::check::{BaselineError, FindError};
use ghostlib_run::store::{CleanError, JournalError, ParcelError, ProjectError};
use ghostlib_run::vendored::{OriginError, VendoredError};
use ghostlib_run::{IncomparableError, JudgeError, RunError, SpecError, VisibleError};
use ghostlib_sandbox::SandboxError;
use ghostlib_spec::edit::RenameError;
use ghostlib_spec::nearest;
use ghostlib_verify::python::InterpreterError;
use ghostlib_verify::rust::{ReferenceError, ToolchainError};
use ghostlib_verify::{ToolsError, VerifyError};
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit code 0.
    Passed,
    /// Exit code 1.
    FellShort,
    /// Exit code 3.
    EnvironmentLacks,
    /// Exit code 4: a person is to say something.
    Waits,
    /// The exit code of a command that ran in place of ghostlib.
    Others(u8),
}

impl Verdict {
    fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::FellShort => 1,
            Self::EnvironmentLacks => 3,
            Self::Waits => 4,
            Self::Others(code) => code,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict.code())
    }
}

/// Whose fault it is that a command could not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What was asked or given: exit code 2.
    Input,
    /// The environment lacks something: exit code 3.
    Environment,
    /// A signal: exit code 130.
    Interrupted,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Input => 2,
            Self::Environment => 3,
            Self::Interrupted => 130,
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct CliError {
    kind: Kind,
    message: String,
    hints: Vec<String>,
}

impl CliError {
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { kind: Kind::Input, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self { kind: Kind::Environment, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn interrupted() -> Self {
        Self { kind: Kind::Interrupted, message: "interrupted".into(), hints: Vec::new() }
    }

    /// What happened.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What the user can do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Writes the error and gives its exit code.
    pub(crate) fn report(&self) -> ExitCode {
        console::warn(format!("{}: {}", styled(BAD, "error"), self.message));
        for hint in &self.hints {
            console::warn(format!("{}: {hint}", styled(BOLD, "hint")));
        }
        ExitCode::from(self.kind.code())
    }

    /// The error with all its causes that it does not name itself.
    fn of(kind: Kind, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Self { kind, message, hints: Vec::new() }
    }

    /// The error of a file. One that is missing or in the way is the user's; the rest is the environment's.
    fn of_file(error: &dyn Error, source: &io::Error) -> Self {
        use io::ErrorKind::{
            AlreadyExists, FileTooLarge, NotFound, PermissionDenied, ReadOnlyFilesystem, StorageFull,
        };
        match source.kind() {
            NotFound | AlreadyExists => Self::of(Kind::Input, error),
            StorageFull | FileTooLarge => Self::of(Kind::Environment, error)
                .hint("free some space, then go on with `ghostlib resume`; what is recorded is kept"),
            PermissionDenied | ReadOnlyFilesystem => Self::of(Kind::Environment, error)
                .hint("ghostlib writes to `.ghostlib/` in the current folder; use one that you may write to"),
            _ => Self::of(Kind::Environment, error),
        }
    }
}

const NO_SPEC: &str = "give the path of a SPEC.md or of its folder; `ghostlib init NAME` starts one";

impl From<SpecError> for CliError {
    fn from(error: SpecError) -> Self {
        let found = Self::of(Kind::Input, &error);
        match &error {
            SpecError::Missing(path) => found.hint(
                near(path)
                    .map_or_else(|| NO_SPEC.to_owned(), |near| format!("did you mean {}?", near.display())),
            ),
            SpecError::NoDocument(_) => found.hint(NO_SPEC),
            SpecError::NoRepository(_) | SpecError::Revision { .. } => found
                .hint("`REV:PATH` is a spec in a revision of the git repository around the current folder"),
            SpecError::SeveralDocuments { .. } => found.hint("give the path of the one that you mean"),
            SpecError::Broken { dir, errors } => {
                for diagnostic in errors {
                    console::warn(dir.join(crate::diagnostics::one_line(diagnostic)).display());
                }
                found.hint("`ghostlib lint` shows each with its line")
            }
            SpecError::Io { source, .. } => Self::of_file(&error, source),
        }
    }
}

impl From<FindError> for CliError {
    fn from(error: FindError) -> Self {
        let found = Self::of(Kind::Input, &error);
        match error {
            FindError::Missing(_) => {
                found.hint("give folders, specs or lockfiles of the repository, or nothing for all")
            }
            FindError::Outside { .. } => {
                found.hint("give it a path inside of the repository around the current folder")
            }
            FindError::Pattern { .. } => {
                found.hint("`[check] exclude` in ghostlib.toml has patterns as `.gitignore` has them")
            }
            FindError::Walk { .. } => Self::of(Kind::Environment, &error),
        }
    }
}

impl From<BaselineError> for CliError {
    fn from(error: BaselineError) -> Self {
        Self::of(Kind::Input, &error).hint(
            "an entry has `rule`, `file`, `text`, `reason` and `until`; `ghostlib check --write-baseline` writes them",
        )
    }
}

/// What is called nearly like a path that is not there: beside it, or among the project's specs.
fn near(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let beside = path.parent().unwrap_or(Path::new(""));
    [beside, Path::new("specs")].into_iter().find_map(|folder| {
        let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let entries = std::fs::read_dir(read).ok()?.flatten().take(1000);
        let names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        nearest(name, names.iter().map(String::as_str)).map(|near| folder.join(near))
    })
}

impl From<RenameError> for CliError {
    fn from(error: RenameError) -> Self {
        let found = Self::of(Kind::Input, &error);
        match error {
            RenameError::Unknown(_) => found.hint("`ghostlib parse` shows all ids"),
            RenameError::NotWritten(_) => found.hint("`ghostlib fmt --ids` writes ids into the spec"),
            RenameError::Malformed(_) => {
                found.hint("write words of ASCII letters, digits, `-` and `_` with dots between them")
            }
            RenameError::Taken(_) => found.hint("choose another id; ids are not used twice, nor used again"),
            RenameError::NoFrontMatter(_) | RenameError::NotPossible(_) => {
                found.hint("change the text by hand; nothing was written")
            }
        }
    }
}

impl From<ReferenceError> for CliError {
    fn from(error: ReferenceError) -> Self {
        match &error {
            ReferenceError::NotFound { .. } => Self::of(Kind::Input, &error)
                .hint("write it as `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path; `cargo info NAME` and `pip index versions NAME` show versions"),
            ReferenceError::Fetch { .. } => Self::of(Kind::Environment, &error)
                .hint("cargo and pip fetch it, with your own settings: see that `cargo fetch` and `pip download` work here"),
            ReferenceError::Offline { .. } => Self::of(Kind::Environment, &error)
                .hint("do it once where the network may be used"),
            ReferenceError::NoTool { tool, .. } => {
                Self::of(Kind::Environment, &error).hint(format!("install {tool}"))
            }
            ReferenceError::OtherLanguage { .. } | ReferenceError::Unpack { .. } => Self::of(Kind::Input, &error),
            ReferenceError::Allowed { .. } => Self::of(Kind::Input, &error)
                .hint("take it, or what needs it, out of `dependencies` in the spec's front matter"),
            ReferenceError::OtherPerturbation { .. } | ReferenceError::NoSuchRule { .. } => {
                Self::of(Kind::Input, &error)
                    .hint("the library itself is another, or the list was edited: copy `perturb:` from the list that `ghostlib perturb` wrote, or perturb it anew and describe what comes of it")
            }
            ReferenceError::Manifest(_) => {
                Self::of(Kind::Input, &error).hint("a reference is a Cargo package with a library")
            }
            ReferenceError::Io { source, .. } => Self::of_file(&error, source),
        }
    }
}

impl From<SandboxError> for CliError {
    fn from(error: SandboxError) -> Self {
        if let SandboxError::TooWeak { .. } = error {
            return Self::of(Kind::Environment, &error).hint(
                "nothing was started; `ghostlib doctor` shows how to get what is missing, and `ghostlib config` who requires it",
            );
        }
        Self::of(Kind::Environment, &error).hint("`ghostlib doctor` shows what this machine can enforce")
    }
}

impl From<ToolchainError> for CliError {
    fn from(error: ToolchainError) -> Self {
        Self::of(Kind::Environment, &error)
            .hint("install Rust, for example from https://rustup.rs; `ghostlib doctor` shows what is found")
    }
}

impl From<ToolsError> for CliError {
    fn from(error: ToolsError) -> Self {
        match error {
            ToolsError::Rust(error) => error.into(),
            ToolsError::Python(error) => error.into(),
        }
    }
}

impl From<InterpreterError> for CliError {
    fn from(error: InterpreterError) -> Self {
        Self::of(Kind::Environment, &error).hint("install Python 3.9 or later, with pip, as `python3`")
    }
}

impl From<VerifyError> for CliError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Sandbox(error) => error.into(),
            VerifyError::Io { ref source, .. } => Self::of_file(&error, source),
            VerifyError::Template(_) | VerifyError::Runtime(_) => Self::of(Kind::Environment, &error),
        }
    }
}

impl From<JudgeError> for CliError {
    fn from(error: JudgeError) -> Self {
        match error {
            JudgeError::Tools(error) => error.into(),
            JudgeError::Reference(error) => error.into(),
            JudgeError::Verify(error) => error.into(),
            JudgeError::NoReference => Self::of(Kind::Input, &error)
                .hint("add `reference:` with `crate:` and `version:` to its front matter"),
            JudgeError::NoFrontMatter { dialect } => {
                let hint = format!(
                    "put `---`, `ghostlib: 1`, `name: …`, `version: …`, `dialect: {dialect}`, `reference:` with `crate:` and `version:`, and `---` before its first line"
                );
                Self::of(Kind::Input, &error).hint(hint)
            }
            JudgeError::ReferenceBuild { .. } => Self::of(Kind::Input, &error)
                .hint("a reference must build with this toolchain before it can be compared"),
            JudgeError::CandidateBuild { .. } => Self::of(Kind::Input, &error)
                .hint("leave it out, or mend it: nothing can be said of code that does not build"),
            JudgeError::Read(_)
            | JudgeError::Api { .. }
            | JudgeError::Mutants { .. }
            | JudgeError::NoMutants { .. }
            | JudgeError::NoChanges { .. }
            | JudgeError::NoUpstreamTests => Self::of(Kind::Input, &error),
        }
    }
}

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        match &error {
            ProjectError::Busy { .. } => Self::of(Kind::Environment, &error)
                .hint("wait for it, or run in another folder; `ghostlib status` shows how far it is"),
            ProjectError::NoRun { .. } => {
                Self::of(Kind::Input, &error).hint("`ghostlib run SPEC` starts one")
            }
            ProjectError::NoSession { .. } => Self::of(Kind::Input, &error)
                .hint("`ghostlib attach` alone shows the newest one that is under way"),
            ProjectError::NoneRunning { known, .. } => {
                Self::of(Kind::Input, &error).hint(match known.last() {
                    Some(last) => format!("`ghostlib attach {last}` shows the last one again"),
                    None => "`ghostlib run SPEC` starts one".to_owned(),
                })
            }
            ProjectError::Io { source, .. } => Self::of_file(&error, source),
        }
    }
}

impl From<CleanError> for CliError {
    fn from(error: CleanError) -> Self {
        match error {
            CleanError::Project(error) => error.into(),
            CleanError::Candidates(error) => Self::environment(error.to_string()),
            CleanError::Io { ref source, .. } => Self::of_file(&error, source),
        }
    }
}

impl From<ParcelError> for CliError {
    fn from(error: ParcelError) -> Self {
        match error {
            ParcelError::Project(error) => error.into(),
            ParcelError::Journal(error) => error.into(),
            ParcelError::Spec(error) => error.into(),
            ParcelError::Io { ref source, .. } => Self::of_file(&error, source),
            ParcelError::NotARun { .. } => {
                Self::of(Kind::Input, &error).hint("`ghostlib export RUN` writes such a file")
            }
            ParcelError::Newer { .. } => Self::of(Kind::Input, &error).hint("update ghostlib"),
            ParcelError::Damaged { .. } => Self::of(Kind::Input, &error)
                .hint("nothing was taken over; let it be exported and sent once more"),
            ParcelError::Candidates(_)
            | ParcelError::Recording(_)
            | ParcelError::Tree(_)
            | ParcelError::Unfit { .. } => Self::of(Kind::Input, &error),
        }
    }
}

impl From<IncomparableError> for CliError {
    fn from(error: IncomparableError) -> Self {
        Self::of(Kind::Input, &error).hint("`ghostlib runs` lists the runs of the project")
    }
}

impl From<JournalError> for CliError {
    fn from(error: JournalError) -> Self {
        let found = Self::of(Kind::Input, &error);
        match &error {
            JournalError::Io { source, .. } => Self::of_file(&error, source),
            JournalError::Older { .. } => found,
            JournalError::Newer { .. } => found.hint("update ghostlib; the file is left as it is"),
            JournalError::Damaged { .. } => found.hint(
                "the file is left as it is; take it from a backup, or start a new run with `ghostlib run`",
            ),
        }
    }
}

impl From<TaskError> for CliError {
    fn from(error: TaskError) -> Self {
        let found = Self::of(Kind::Input, &error);
        match &error {
            TaskError::Claimed { id, .. } => found.hint(format!(
                "take another one (`ghostlib task list`); if nobody works on it any more, `ghostlib task release {id}` gives it back"
            )),
            TaskError::Unfinished { id, .. } => found.hint(format!(
                "the task is as it was; `ghostlib task fail {id}` gives it up"
            )),
            TaskError::Path { .. } => found.hint("what was asked for was not done; the task's folder is as it was"),
            TaskError::File { .. } => found.hint("put the file back as it was, or take it away; no other task needs it"),
            _ => found.hint("`ghostlib task list` shows all tasks"),
        }
    }
}

impl From<VisibleError> for CliError {
    fn from(error: VisibleError) -> Self {
        match error {
            VisibleError::Workspace(error) => error.into(),
            VisibleError::Spec(error) => error.into(),
            VisibleError::Dependencies(error) => error.into(),
            VisibleError::Verify(error) => error.into(),
            VisibleError::Scratch { ref source, .. } => Self::of_file(&error, source),
            VisibleError::Tree(_) => Self::of(Kind::Environment, &error),
        }
    }
}

impl From<VendoredError> for CliError {
    fn from(error: VendoredError) -> Self {
        let found = Self::of(Kind::Input, &error);
        match error {
            VendoredError::NoLock(_) | VendoredError::OfARun(_) => {
                found.hint("give the folder of a crate that `ghostlib add` wrote, such as `vendor/NAME`")
            }
            VendoredError::Lock { .. } => {
                found.hint("take it from the repository's history; an unfinished merge may be in it")
            }
            VendoredError::Exists(_) => {
                found.hint("it is left as it is; choose another folder with `--into`, or run `ghostlib update`")
            }
            VendoredError::Conflict(_) => found.hint(
                "nothing was changed; take the edits back in these files, run `ghostlib update`, and make them again",
            ),
            VendoredError::NothingToAccept(_) | VendoredError::Tree(_) => found,
            VendoredError::Original { .. } => found.hint("take it from the repository's history"),
            VendoredError::Unfit(_) => found.hint("nothing was written"),
            VendoredError::Spec { .. } => found.hint("take the folder from the repository's history"),
            VendoredError::Hash(_) => Self { kind: Kind::Environment, ..found },
            VendoredError::Check(error) => error.into(),
            VendoredError::Io { ref source, .. } => Self::of_file(&error, source),
        }
    }
}

impl From<OriginError> for CliError {
    fn from(error: OriginError) -> Self {
        let found = Self::of(Kind::Environment, &error);
        match error {
            OriginError::NotInSpec(_) => Self { kind: Kind::Input, ..found }
                .hint("`ghostlib parse SPEC` lists its operations and its API"),
            OriginError::Source(_) => {
                Self { kind: Kind::Input, ..found }.hint("take ghostlib.lock from the repository's history")
            }
            OriginError::Spec(error) => error.into(),
            OriginError::Crate(error) => error.into(),
            OriginError::NotThere { .. } => Self { kind: Kind::Input, ..found }.hint(
                "write it as `git:URL#REV:PATH`: a branch, tag or commit, and where the SPEC.md or its folder is, from the root on",
            ),
            OriginError::NoSpec(_) => Self { kind: Kind::Input, ..found }
                .hint("ask its author for one, or write the first one with `ghostlib distil`"),
            OriginError::Git { .. } => {
                found.hint("git fetches it, with your own settings: see that `git clone` works with this URL")
            }
            OriginError::NoTool { tool, .. } => found.hint(format!("install {tool}")),
            OriginError::NoVersion { .. } => {
                found.hint("cargo is asked, with your own settings: see that `cargo info` works here")
            }
            OriginError::Io { ref source, .. } => Self::of_file(&error, source),
        }
    }
}

impl From<AgentError> for CliError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Sandbox(error) => error.into(),
            AgentError::Task(error) => error.into(),
            AgentError::Broker(_) => Self::of(Kind::Environment, &error)
                .hint("`ghostlib config` shows the agent's settings, and where they come from"),
            AgentError::Io { ref source, .. } => Self::of_file(&error, source),
            AgentError::NoRecording { .. } => Self::of(Kind::Input, &error).hint(
                "a recording plays only for the spec that it was made from; choose another agent, such as `--agent handoff`",
            ),
            AgentError::Recording(_) | AgentError::Prompt { .. } => Self::of(Kind::Input, &error),
        }
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Spec(error) => error.into(),
            RunError::Project(error) => error.into(),
            RunError::Tools(error) => error.into(),
            RunError::Journal(error) => error.into(),
            RunError::Sandbox(error) => error.into(),
            RunError::Required(_) => {
                Self::of(Kind::Environment, &error).hint("use the version that it began with")
            }
            RunError::Agent(error) => error.into(),
            RunError::Judge(error) => error.into(),
            RunError::Io { ref source, .. } => Self::of_file(&error, source),
            RunError::Candidates(_) => Self::of(Kind::Environment, &error),
            RunError::ReferenceChanged { .. } => {
                Self::of(Kind::Input, &error).hint("start a new run with `ghostlib run`")
            }
            RunError::SnapshotChanged(_) => Self::of(Kind::Input, &error)
                .hint("put it back as it was, or start a new run with `ghostlib run`"),
            RunError::TaskOpen(ref id) => Self::of(Kind::Input, &error)
                .hint(format!("close it first: `ghostlib task done {id}`, or `ghostlib task fail {id}`")),
            RunError::NothingToReview(_) => {
                Self::of(Kind::Input, &error).hint("`ghostlib run --review` lets a person look at each")
            }
            RunError::EditRefused(_) => Self::of(Kind::Input, &error)
                .hint("nothing was recorded; edit it once more, or accept or refuse what was proposed"),
            RunError::Waits(_) | RunError::NoBeginning => Self::of(Kind::Input, &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::CommandFactory;
    use std::collections::BTreeSet;
    use std::fs;

    #[test]
    fn the_help_and_the_book_have_each_exit_code_and_no_other() {
        let verdicts = [Verdict::Passed, Verdict::FellShort, Verdict::EnvironmentLacks, Verdict::Waits];
        let kinds = [Kind::Input, Kind::Environment, Kind::Interrupted];
        let codes = verdicts.map(Verdict::code).into_iter().chain(kinds.map(Kind::code));
        let codes: BTreeSet<String> = codes.map(|code| code.to_string()).collect();
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/exit-codes.md");
        let page = fs::read_to_string(page).unwrap();
        let first = |line: &str| line.strip_prefix("| ")?.split_once(" |").map(|(cell, _)| cell.to_owned());
        let listed: BTreeSet<String> =
            page.lines().filter_map(first).filter(|cell| cell.parse::<u8>().is_ok()).collect();
        assert_eq!(listed, codes);
        let help = Args::command().get_long_about().unwrap().to_string();
        let (_, help) = help.split_once("Exit codes:").unwrap();
        let named: BTreeSet<String> = help
            .split(|c: char| !c.is_ascii_digit())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        assert_eq!(named, codes);
    }
}
