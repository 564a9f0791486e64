//! The tests that a package brings along: unit tests and integration tests. Doc tests are left out.
//!
//! What they depend on is fetched by cargo. They are built and run in the sandbox, offline.

mod bed;
mod doc_tests;
mod program;
mod upstream;

pub use program::TestLeftOut;
pub use upstream::{UpstreamTests, upstream_tests};

use super::build::{CompilerMessage, Messages, Places, Subject, cargo, clear};
use super::mutants::{Mutant, VARIABLE};
use super::toolchain::Toolchain;
use crate::VerifyError;
use crate::reference::ReferenceError;
use bed::{Bed, lay};
use ghostlib_sandbox::{Finished, Sandbox};
use program::{Program, Runner};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The tests of a package that pass here.
#[derive(Clone, Debug)]
pub struct OwnTests {
    runner: Runner,
    programs: Vec<Passing>,
    /// How many they are.
    pub n_tests: usize,
    /// Those that do not pass here, though nothing is changed.
    pub left_out: Vec<TestLeftOut>,
}

/// A test program, with the arguments with which it passes.
#[derive(Clone, Debug)]
struct Passing {
    program: Program,
    args: Vec<String>,
    /// If it takes longer, it hangs.
    wall: Duration,
}

/// Why a package has no tests that can be asked.
#[derive(Debug, thiserror::Error)]
pub enum NoTests {
    /// It brings none.
    #[error("it brings no tests")]
    None,
    /// Its tree cannot be copied, or what its tests depend on is not to be had.
    #[error("what its tests need is not to be had: {0}")]
    Needs(#[from] ReferenceError),
    /// They do not compile.
    #[error("its tests do not build: {}", .0.first().map_or("no reason is given", |one| &one.text))]
    Build(Vec<CompilerMessage>),
    /// None passes.
    #[error("its tests do not pass here: {}", .0.iter().map(|one| one.test.as_str()).collect::<Vec<_>>().join(", "))]
    Fail(Vec<TestLeftOut>),
}

/// A test program that takes so many times as long as without a mutant hangs.
const PATIENCE: u32 = 10;
const MIN_WALL: Duration = Duration::from_secs(5);
const MAX_WALL: Duration = Duration::from_secs(120);

impl OwnTests {
    /// Builds the tests of a package that may have mutants, and leaves out those that fail with none active. The
    /// subject's Cargo settings are not used.
    ///
    /// # Errors
    /// If the sandbox or the file system fails.
    #[tracing::instrument(name = "tests", skip_all)]
    pub async fn build(
        sandbox: &Arc<Sandbox>,
        toolchain: &Toolchain,
        subject: &Subject<'_>,
    ) -> Result<Result<Self, NoTests>, VerifyError> {
        let bed = match lay(subject).await {
            Ok(bed) => bed,
            Err(error) => return Ok(Err(error.into())),
        };
        let built = build(sandbox, toolchain, subject, (&bed, &["--tests"])).await?;
        let runner = Runner::new(sandbox, toolchain, &bed.dir);
        let mut tests = Self { runner, programs: vec![], n_tests: 0, left_out: vec![] };
        tests.left_out.extend(built.messages.iter().map(TestLeftOut::by_compiler));
        tests.left_out.dedup_by(|a, b| a.test == b.test);
        for program in built.programs {
            tests.add(program).await?;
        }
        Ok(match tests.n_tests {
            0 if !built.messages.is_empty() => Err(NoTests::Build(built.messages)),
            0 if !tests.left_out.is_empty() => Err(NoTests::Fail(tests.left_out)),
            0 => Err(NoTests::None),
            _ => Ok(tests),
        })
    }

    /// Adds a program, without the tests in it that fail.
    async fn add(&mut self, program: Program) -> Result<(), VerifyError> {
        let first = self.runner.run(&program, &[], &[], MAX_WALL).await?;
        if first.passes {
            self.keep(program, vec![], first.n_passed, first.wall);
            return Ok(());
        }
        let args = skipping(&first.failed);
        let again = self.runner.run(&program, &args, &[], MAX_WALL).await?;
        if first.failed.is_empty() || !again.passes {
            self.left_out.push(TestLeftOut { test: program.name, reason: first.said });
            return Ok(());
        }
        let failed = |test| TestLeftOut { test, reason: "it fails here, with nothing changed".to_owned() };
        self.left_out.extend(first.failed.into_iter().map(failed));
        self.keep(program, args, again.n_passed, again.wall);
        Ok(())
    }

    fn keep(&mut self, program: Program, args: Vec<String>, n_passed: usize, wall: Duration) {
        if n_passed > 0 {
            self.n_tests += n_passed;
            let wall = (wall * PATIENCE).clamp(MIN_WALL, MAX_WALL);
            self.programs.push(Passing { program, args, wall });
        }
    }

    /// Whether a test fails, crashes or hangs by a mutant.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub async fn kill(&self, mutant: &Mutant) -> Result<bool, VerifyError> {
        let active = [(VARIABLE, mutant.number.to_string())];
        for Passing { program, args, wall } in &self.programs {
            if !self.runner.run(program, args, &active, *wall).await?.passes {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn skipping(tests: &[String]) -> Vec<String> {
    let skipped = tests.iter().flat_map(|test| ["--skip".to_owned(), test.clone()]);
    std::iter::once("--exact".to_owned()).chain(skipped).collect()
}

/// What cargo made of the tests of a package.
struct BuiltTests {
    programs: Vec<Program>,
    /// Why the others are not there.
    messages: Vec<CompilerMessage>,
}

/// Builds the tests that an option of cargo selects. One that does not compile keeps no other from being built.
async fn build(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    (bed, selected): (&Bed, &[&str]),
) -> Result<BuiltTests, VerifyError> {
    let finished = run_cargo(sandbox, toolchain, subject, (bed, selected)).await?;
    let programs = programs(&finished, &Places::of(subject).target);
    let messages = if finished.end.is_success() {
        vec![]
    } else {
        Messages::of(&finished, &bed.dir).of_the_library(&finished)
    };
    Ok(BuiltTests { programs, messages })
}

/// Builds what options of cargo select in a bed.
async fn run_cargo(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    (bed, selected): (&Bed, &[&str]),
) -> Result<Finished, VerifyError> {
    let subject = Subject { cargo_config: &bed.cargo_config, read: &bed.read, ..subject.clone() };
    clear(&subject, &Places::of(&subject))?;
    let before = ["build", "--keep-going", "--offline", "--quiet", "--message-format=json"];
    cargo(sandbox, toolchain, &subject, (&[&before, selected].concat(), &[]), &[]).await
}

/// The test programs that cargo built. What a build script has put in the place of one is none.
fn programs(finished: &Finished, target: &Path) -> Vec<Program> {
    let text = String::from_utf8_lossy(&finished.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let tests = messages.filter(|message| message["profile"]["test"] == true);
    let program = |message: Value| {
        let name = message["target"]["name"].as_str()?.to_owned();
        let path = Path::new(message["executable"].as_str()?).to_owned();
        let is_plain = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        let is_inside = path.canonicalize().ok()?.starts_with(target.canonicalize().ok()?);
        (is_plain && is_inside).then_some(Program { name, path })
    };
    tests.filter_map(program).collect()
}
