//! A crate's own tests, built once with all mutants.

use super::PowerError;
use ghostlib_run::Workshop;
use ghostlib_sandbox::{CommandLine, Finished, Limits, SandboxPolicy, SandboxRole, host};
use ghostlib_verify::Tools;
use ghostlib_verify::rust::mutants::{Mutant, Mutated, VARIABLE};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The test programs of a crate, unit tests and integration tests; those that pass.
pub(super) struct OwnTests<'a> {
    workshop: Workshop<'a>,
    mutated: &'a Mutated,
    readable: Vec<PathBuf>,
    programs: Vec<(PathBuf, Duration)>,
}

/// A test program that takes so many times as long as without a mutant hangs.
const PATIENCE: u32 = 10;
const MIN_WALL: Duration = Duration::from_secs(5);
const MAX_WALL: Duration = Duration::from_secs(120);

impl<'a> OwnTests<'a> {
    /// Builds them outside of any sandbox, since cargo fetches what they depend on.
    pub(super) async fn build(workshop: Workshop<'a>, mutated: &'a Mutated) -> Result<Self, PowerError> {
        let target = workshop.scratch.join("tests");
        let command =
            CommandLine::new("cargo").args(["test", "--no-run", "--tests", "--message-format=json"]);
        let env = [("CARGO_TARGET_DIR", target.as_os_str()), ("RUSTFLAGS", OsStr::new("--cap-lints=warn"))];
        let finished = host::run(&command, &mutated.dir, &env, workshop.wall).await?;
        if !finished.end.is_success() {
            let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
            return Err(PowerError::Tests(mutated.dir.display().to_string(), said));
        }
        let readable = match workshop.tools {
            Tools::Rust(toolchain) => toolchain.readable(),
            Tools::Python(_) => vec![],
        };
        let mut tests = Self { workshop, mutated, readable, programs: vec![] };
        for program in programs(&finished) {
            let run = tests.run(&program, 0, MAX_WALL).await?;
            if run.end.is_success() {
                let wall = (run.wall * PATIENCE).clamp(MIN_WALL, MAX_WALL);
                tests.programs.push((program, wall));
            }
        }
        Ok(tests)
    }

    /// Whether a test fails, crashes or hangs by a mutant.
    pub(super) async fn kill(&self, mutant: &Mutant) -> Result<bool, PowerError> {
        for (program, wall) in &self.programs {
            if !self.run(program, mutant.number, *wall).await?.end.is_success() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Runs a program in the sandbox: a mutant may do anything.
    async fn run(&self, program: &Path, mutant: usize, wall: Duration) -> Result<Finished, PowerError> {
        let mut read = self.readable.clone();
        read.extend([program.to_owned(), self.mutated.dir.clone()]);
        let folder = self.mutated.dir.to_string_lossy().into_owned();
        let env = [
            (VARIABLE, mutant.to_string()),
            ("CARGO_MANIFEST_DIR", folder),
            ("PATH", "/usr/bin:/bin".to_owned()),
        ];
        let policy = SandboxPolicy {
            role: SandboxRole::Test,
            read,
            write: vec![],
            env: BTreeMap::from(env.map(|(name, value)| (name.to_owned(), value))),
            dir: self.mutated.dir.clone(),
            limits: Limits {
                wall,
                cpu: None,
                memory_bytes: Some(2 << 30),
                file_bytes: Some(64 << 20),
                open_files: None,
                output_bytes: 16 << 20,
            },
        };
        Ok(self.workshop.sandbox.run(&policy, &CommandLine::new(program), Vec::new()).await?)
    }
}

/// The test programs that cargo built.
fn programs(finished: &Finished) -> Vec<PathBuf> {
    let text = String::from_utf8_lossy(&finished.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let tests = messages.filter(|message| message["profile"]["test"] == true);
    tests.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).collect()
}
