//! The public tests of a reference on a candidate: its integration tests, which see no more than a user does.

use super::bed::{lay, lay_candidate};
use super::program::{Program, Ran, Runner};
use super::{BuiltTests, MAX_WALL, NoTests, TestLeftOut, build};
use crate::VerifyError;
use crate::rust::build::Subject;
use crate::rust::toolchain::Toolchain;
use ghostlib_sandbox::Sandbox;
use std::sync::Arc;
use std::time::Duration;

/// What became of the tests, by name: `numbers::ten_is_not_low`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamTests {
    /// Those that pass.
    pub passed: Vec<String>,
    /// Those that fail, with how.
    pub failed: Vec<TestLeftOut>,
    /// Those that were not run, with the reason: the reference itself fails them here, or they are to be ignored.
    pub not_run: Vec<TestLeftOut>,
}

/// Wall time of one test.
const TEST_WALL: Duration = Duration::from_secs(30);
const INTEGRATION: [&str; 2] = ["--test", "*"];

/// Runs the integration tests of a reference on the reference, and those that pass on a candidate. The candidate may
/// depend on what `allowed` names, in lines of a manifest.
///
/// # Errors
/// If the sandbox or the file system fails.
pub async fn upstream_tests(
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
    [reference, candidate]: [&Subject<'_>; 2],
    allowed: &str,
) -> Result<Result<UpstreamTests, NoTests>, VerifyError> {
    if !reference.dir.join("tests").is_dir() {
        return Ok(Err(NoTests::None));
    }
    let beds = match (lay(reference).await, lay_candidate(candidate, reference.dir, allowed).await) {
        (Ok(known), Ok(own)) => [known, own],
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error.into())),
    };
    let known = build(sandbox, toolchain, reference, (&beds[0], &INTEGRATION)).await?;
    if known.programs.is_empty() {
        return Ok(Err(if known.messages.is_empty() {
            NoTests::None
        } else {
            NoTests::Build(known.messages)
        }));
    }
    let own = build(sandbox, toolchain, candidate, (&beds[1], &INTEGRATION)).await?;
    let [known_runner, own_runner] = beds.each_ref().map(|bed| Runner::new(sandbox, toolchain, &bed.dir));
    let mut found = UpstreamTests::default();
    found.not_run.extend(known.messages.iter().map(TestLeftOut::by_compiler));
    for program in &known.programs {
        let tests = passing(&known_runner, program, &mut found).await?;
        on_candidate((&own_runner, &own), program, tests, &mut found).await?;
    }
    Ok(Ok(found))
}

/// The tests of a program that pass on the reference. One without a name is a program that is one test.
async fn passing(
    runner: &Runner,
    program: &Program,
    found: &mut UpstreamTests,
) -> Result<Vec<Option<String>>, VerifyError> {
    let Some(names) = runner.list(program, TEST_WALL).await? else { return Ok(vec![None]) };
    let ran = runner.run(program, &[], &[], MAX_WALL).await?;
    let crashed = !ran.passes && ran.failed.is_empty();
    let (failing, passing) = names.into_iter().partition(|name| crashed || ran.failed.contains(name));
    found.not_run.extend(Vec::<String>::into_iter(failing).map(|name| TestLeftOut {
        test: test_name(program, Some(&name)),
        reason: "the reference itself fails it here".to_owned(),
    }));
    Ok(Vec::<String>::into_iter(passing).map(Some).collect())
}

async fn on_candidate(
    (runner, own): (&Runner, &BuiltTests),
    program: &Program,
    tests: Vec<Option<String>>,
    found: &mut UpstreamTests,
) -> Result<(), VerifyError> {
    let built = own.programs.iter().find(|built| built.name == program.name);
    for name in tests {
        let test = test_name(program, name.as_deref());
        let Some(built) = built else {
            let said = own.messages.first().map_or("it is not built", |message| &message.text);
            found.failed.push(TestLeftOut { test, reason: format!("it does not compile: {said}") });
            continue;
        };
        let args = name.iter().flat_map(|name| ["--exact".to_owned(), name.clone()]).collect::<Vec<_>>();
        let ran = runner.run(built, &args, &[], TEST_WALL).await?;
        match outcome(&ran, name.as_deref()) {
            Outcome::Passed => found.passed.push(test),
            Outcome::Ignored => {
                found.not_run.push(TestLeftOut { test, reason: "it is to be ignored".into() });
            }
            Outcome::Failed(reason) => found.failed.push(TestLeftOut { test, reason }),
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Ignored,
    Failed(String),
}

/// Code that ends the process itself passes no test: the test has to be told as passed.
fn outcome(ran: &Ran, name: Option<&str>) -> Outcome {
    let Some(name) = name else {
        return if ran.passes { Outcome::Passed } else { Outcome::Failed(ran.said.clone()) };
    };
    let told =
        |line: &str| Some(line.strip_prefix("test ")?.strip_prefix(name)?.rsplit_once("... ")?.1.to_owned());
    match ran.text.lines().find_map(told) {
        Some(told) if told == "ok" && ran.passes => Outcome::Passed,
        Some(told) if told.starts_with("ignored") && ran.passes => Outcome::Ignored,
        _ => Outcome::Failed(panic_of(&ran.text).unwrap_or(&ran.said).to_owned()),
    }
}

/// The first line of a panic's message.
fn panic_of(text: &str) -> Option<&str> {
    let behind = text.split_once("panicked at ")?.1;
    behind.lines().nth(1).map(str::trim)
}

fn test_name(program: &Program, name: Option<&str>) -> String {
    name.map_or_else(|| program.name.clone(), |name| format!("{}::{name}", program.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(passes: bool, text: &str) -> Ran {
        let said = "exit code 0".to_owned();
        Ran { passes, n_passed: 0, failed: vec![], said, wall: Duration::ZERO, text: text.to_owned() }
    }

    #[test]
    fn a_test_passes_if_it_is_told_as_passed() {
        for (passes, text, expected) in [
            (true, "running 1 test\ntest a::b ... ok\n", Outcome::Passed),
            (true, "test a::b - should panic ... ok\n", Outcome::Passed),
            (true, "test a::b ... ignored, too slow\n", Outcome::Ignored),
            (true, "running 1 test\n", Outcome::Failed("exit code 0".into())),
            (
                false,
                "test a::b ... FAILED\n\nthread 'a::b' (7) panicked at t.rs:1:1:\nleft is not right\n",
                Outcome::Failed("left is not right".into()),
            ),
        ] {
            assert_eq!(outcome(&ran(passes, text), Some("a::b")), expected, "{text}");
        }
    }
}
