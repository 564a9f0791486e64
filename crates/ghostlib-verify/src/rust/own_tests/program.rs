//! One test program, and how it is run.

use crate::VerifyError;
use crate::rust::build::CompilerMessage;
use crate::rust::toolchain::Toolchain;
use ghostlib_sandbox::{CommandLine, Finished, Limits, Sandbox, SandboxPolicy, SandboxRole};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A test that is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestLeftOut {
    /// The test, or the test program.
    pub test: String,
    /// Why.
    pub reason: String,
}

impl TestLeftOut {
    /// A program that does not compile.
    pub(super) fn by_compiler(message: &CompilerMessage) -> Self {
        let place = message.place.as_ref();
        let test = place.map_or_else(|| "a test program".to_owned(), |place| place.file.to_string());
        Self { test, reason: message.text.clone() }
    }
}

/// A test program that was built.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The name of its target.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// What came of running one.
pub(super) struct Ran {
    pub(super) passes: bool,
    pub(super) n_passed: usize,
    /// The tests that failed, by name.
    pub(super) failed: Vec<String>,
    /// How it ended, with the first error that it told of.
    pub(super) said: String,
    pub(super) wall: Duration,
    /// What it wrote to standard output.
    pub(super) text: String,
}

/// What runs test programs.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    sandbox: Arc<Sandbox>,
    readable: Vec<PathBuf>,
    /// The package.
    dir: PathBuf,
}

impl Runner {
    pub(super) fn new(sandbox: &Arc<Sandbox>, toolchain: &Toolchain, dir: &Path) -> Self {
        Self { sandbox: Arc::clone(sandbox), readable: toolchain.readable(), dir: dir.to_owned() }
    }

    /// The same, which lets programs read these paths too.
    pub(super) fn reading(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.readable.extend(paths);
        self
    }

    /// Runs a program in the sandbox, in the package's folder and with an empty one that it may write to.
    pub(super) async fn run(
        &self,
        program: &Program,
        args: &[String],
        variables: &[(&str, String)],
        wall: Duration,
    ) -> Result<Ran, VerifyError> {
        let home = tempfile::tempdir().map_err(VerifyError::at(Path::new("a temporary folder")))?;
        let folder = home.path().to_string_lossy().into_owned();
        let mut env = BTreeMap::from([
            ("CARGO_MANIFEST_DIR".to_owned(), self.dir.to_string_lossy().into_owned()),
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("HOME".to_owned(), folder.clone()),
            ("TMPDIR".to_owned(), folder),
        ]);
        env.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let mut read = self.readable.clone();
        read.extend([program.path.clone(), self.dir.clone()]);
        let role = SandboxRole::Test;
        let policy = SandboxPolicy {
            read,
            write: vec![home.path().to_owned()],
            env,
            limits: Limits { wall, ..role.limits() },
            ..role.policy(&self.dir)
        };
        let command = CommandLine::new(&program.path).args(args);
        Ok(Ran::of(&self.sandbox.run(&policy, &command, Vec::new()).await?))
    }

    /// The names of a program's tests; nothing, if it is a program that tells no such thing.
    pub(super) async fn list(
        &self,
        program: &Program,
        wall: Duration,
    ) -> Result<Option<Vec<String>>, VerifyError> {
        let ran = self.run(program, &["--list".to_owned()], &[], wall).await?;
        let tests = ran.text.lines().filter_map(|line| line.strip_suffix(": test").map(str::to_owned));
        Ok(ran.text.contains(" tests, ").then(|| tests.collect()))
    }
}

impl Ran {
    fn of(finished: &Finished) -> Self {
        let text = String::from_utf8_lossy(&finished.stdout);
        let failed = text.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
        Self {
            passes: finished.end.is_success(),
            n_passed: n_passed(&text),
            failed: failed.map(|name| name.trim_end_matches(" - should panic").to_owned()).collect(),
            said: said(finished),
            wall: finished.wall,
            text: text.into_owned(),
        }
    }
}

/// How many tests passed, as the program's last line has it; one, if it is a program that tells no such thing.
fn n_passed(text: &str) -> usize {
    let line = text.lines().rev().find_map(|line| line.strip_prefix("test result: "));
    let Some(line) = line else { return 1 };
    let mut counts = line.split(['.', ';']).map(str::trim);
    counts.find_map(|part| part.strip_suffix(" passed")?.parse().ok()).unwrap_or(0)
}

/// How a program ended, with the first error that it told of.
fn said(finished: &Finished) -> String {
    let errors = String::from_utf8_lossy(&finished.stderr);
    let first = errors.lines().find(|line| line.starts_with("error"));
    first.map_or_else(|| finished.end.to_string(), |first| format!("{}: {first}", finished.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted_as_the_program_says() {
        let text = "\nrunning 3 tests\ntest a ... ok\n\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        assert_eq!(n_passed(text), 2);
        assert_eq!(n_passed("test result: FAILED. 12 passed; 1 failed; 0 ignored"), 12);
        assert_eq!(n_passed("hello"), 1);
        assert_eq!(n_passed("test result: ok. 0 passed; 0 failed"), 0);
    }
}
