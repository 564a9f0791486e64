//! The examples in a reference's documentation, as `rustdoc --test` runs them, linked with a candidate.

use super::bed::{Bed, MANIFEST};
use super::program::{Program, Ran, Runner};
use super::upstream::UpstreamTests;
use super::{MAX_WALL, TestLeftOut, run_cargo};
use crate::VerifyError;
use crate::rust::build::{Places, Subject};
use crate::rust::manifest::Manifest;
use crate::rust::toolchain::Toolchain;
use ghostlib_sandbox::{Finished, Sandbox};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A library that was built, and what its code is linked with.
struct Linked {
    /// Its own file.
    file: PathBuf,
    /// What it depends on, by the names of their crates.
    dependencies: Vec<(String, PathBuf)>,
    features: Vec<String>,
    /// The folder of all of them, or above it.
    folder: PathBuf,
}

/// Adds what became of the reference's doc tests: on the reference itself, and those that pass there on the candidate.
pub(super) async fn doc_tests(
    sandbox: &Arc<Sandbox>,
    toolchain: &Toolchain,
    subjects: [&Subject<'_>; 2],
    beds: &[Bed; 2],
    found: &mut UpstreamTests,
) -> Result<(), VerifyError> {
    let Some(known) = linked(sandbox, toolchain, subjects[0], &beds[0]).await? else { return Ok(()) };
    let own = linked(sandbox, toolchain, subjects[1], &beds[1]).await?;
    let runner = Runner::new(sandbox, toolchain, &beds[0].dir);
    let runner = runner.reading([&known].into_iter().chain(&own).map(|linked| linked.folder.clone()));
    let rustdoc = Program { name: "rustdoc".into(), path: toolchain.bin().join("rustdoc") };
    let name = subjects[0].crate_name;
    let first = runner.run(&rustdoc, &arguments(&beds[0].dir, name, &known, &known), &[], MAX_WALL).await?;
    let told = outcomes(&first);
    if told.is_empty() && !first.passes {
        found.not_run.push(TestLeftOut { test: "doc tests".into(), reason: first.said });
        return Ok(());
    }
    let mut passing = vec![];
    for (test, told) in told {
        let reason = match told.as_str() {
            "ok" => {
                passing.push(test);
                continue;
            }
            "FAILED" => "the reference itself fails it here",
            _ => "it is to be ignored",
        };
        found.not_run.push(TestLeftOut { test, reason: reason.to_owned() });
    }
    let Some(own) = own else {
        let failed = |test| TestLeftOut { test, reason: "the candidate does not build".into() };
        found.failed.extend(passing.into_iter().map(failed));
        return Ok(());
    };
    let second = runner.run(&rustdoc, &arguments(&beds[0].dir, name, &known, &own), &[], MAX_WALL).await?;
    let told = outcomes(&second);
    for test in passing {
        if told.get(&test).is_some_and(|told| told == "ok") {
            found.passed.push(test);
        } else {
            let reason = why(&second.text, &test).unwrap_or(&second.said).to_owned();
            found.failed.push(TestLeftOut { test, reason });
        }
    }
    Ok(())
}

/// Builds the library of a bed; nothing, if it does not build.
async fn linked(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    bed: &Bed,
) -> Result<Option<Linked>, VerifyError> {
    let finished = run_cargo(sandbox, toolchain, subject, (bed, &["--lib"])).await?;
    let folder = Places::of(subject).target.join("debug");
    Ok(if finished.end.is_success() { Linked::of(&finished, &bed.dir, folder) } else { None })
}

impl Linked {
    fn of(finished: &Finished, dir: &Path, folder: PathBuf) -> Option<Self> {
        let text = String::from_utf8_lossy(&finished.stdout);
        let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let artifacts = || messages.iter().filter(|message| message["reason"] == "compiler-artifact");
        let is_own = |message: &&Value| {
            message["manifest_path"].as_str().is_some_and(|path| Path::new(path) == dir.join(MANIFEST))
        };
        let own = artifacts().filter(|message| file_of(message).is_some()).find(is_own)?;
        let features = own["features"].as_array().into_iter().flatten();
        let others = artifacts().filter(|message| !is_own(message));
        Some(Self {
            file: file_of(own)?,
            dependencies: others.filter_map(|one| Some((crate_name(one)?, file_of(one)?))).collect(),
            features: features.filter_map(|name| Some(name.as_str()?.to_owned())).collect(),
            folder,
        })
    }
}

fn crate_name(artifact: &Value) -> Option<String> {
    Some(artifact["target"]["name"].as_str()?.replace('-', "_"))
}

/// The file that code is linked with: a library, or a procedural macro.
fn file_of(artifact: &Value) -> Option<PathBuf> {
    let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str).map(Path::new);
    let is_linked = |path: &&Path| path.extension().is_some_and(|kind| kind == "rlib" || kind == "so");
    files.into_iter().find(is_linked).map(Path::to_owned)
}

/// What `rustdoc` is told: the reference's source, and the library that its examples use.
fn arguments(dir: &Path, name: &str, known: &Linked, own: &Linked) -> Vec<String> {
    let manifest = Manifest::read(dir);
    let root = manifest.as_ref().map_or_else(|_| PathBuf::from("src/lib.rs"), |known| known.root.clone());
    let edition = manifest.map_or_else(|_| "2015".to_owned(), |known| known.edition);
    let mut all = ["--test", "--cap-lints=allow", "--crate-name", name, "--edition", &edition]
        .map(str::to_owned)
        .to_vec();
    all.push(root.to_string_lossy().into_owned());
    for linked in [known, own] {
        all.extend(["-L".to_owned(), format!("dependency={}", linked.folder.join("deps").display())]);
    }
    let linked = known.dependencies.iter().map(|(name, file)| (name.as_str(), file.as_path()));
    for (name, file) in linked.chain([(name, own.file.as_path())]) {
        all.extend(["--extern".to_owned(), format!("{name}={}", file.display())]);
    }
    all.extend(
        known.features.iter().flat_map(|feature| ["--cfg".to_owned(), format!("feature={feature:?}")]),
    );
    all
}

/// What is told of each test, by its name: `src/lib.rs - split (line 105)`.
fn outcomes(ran: &Ran) -> BTreeMap<String, String> {
    let told = |line: &str| {
        let (name, told) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        Some((name.to_owned(), told.to_owned()))
    };
    ran.text.lines().filter_map(told).collect()
}

/// Why a test fails, as its part of the output says first.
fn why<'a>(said: &'a str, test: &str) -> Option<&'a str> {
    // The output has the name without what is only done to it.
    let name = test.split(" - compile").next().unwrap_or(test);
    let part = said.split("\n---- ").find(|part| part.starts_with(name))?;
    let mut lines = part.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
    let plain = lines.clone().next();
    match lines.find(|line| line.starts_with("error") || line.contains("panicked at ")) {
        Some(first) if first.starts_with("error") => Some(first),
        Some(_) => lines.next(),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_failure_is_the_first_thing_that_is_said_of_it() {
        let text = "\nfailures:\n\n---- src/lib.rs - one (line 3) stdout ----\nerror[E0432]: unresolved import `x`\n\n\
            ---- src/lib.rs - two (line 9) stdout ----\nTest executable failed (exit status: 101).\n\nstderr:\n\n\
            thread 'main' (7) panicked at src/lib.rs:4:1:\nleft is not right\n\n\
            ---- src/lib.rs - six (line 12) stdout ----\nIt did not panic.\n";
        assert_eq!(why(text, "src/lib.rs - one (line 3)"), Some("error[E0432]: unresolved import `x`"));
        assert_eq!(why(text, "src/lib.rs - two (line 9)"), Some("left is not right"));
        assert_eq!(why(text, "src/lib.rs - six (line 12) - compile fail"), Some("It did not panic."));
        assert_eq!(why(text, "src/lib.rs - six (line 1)"), None);
    }
}
