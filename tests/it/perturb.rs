//! `ghostlib perturb`: a library that nobody knows, and a spec that names it.

use crate::support::project;
use ghostlib_testkit::{Ran, TestProject};
use serde_json::Value;
use std::fs;
use walkdir::WalkDir;

const MANIFEST: &str = "[package]\nname = \"tally\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
const LIBRARY: &str = "#![deny(missing_docs)]
//! Counts things. A score has 20 pieces.

/// Why a text is no number of scores.
#[derive(Debug, PartialEq)]
pub enum TallyError {
    /// It is empty.
    Empty,
    /// It is no number.
    Invalid,
}

impl std::fmt::Display for TallyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Empty => \"the number is missing\",
            Self::Invalid => \"expected a number\",
        })
    }
}

impl std::error::Error for TallyError {}

const SCORE: u64 = 20;

/// The pieces of so many scores: 40 for `\"2\"`.
pub fn pieces(scores: &str) -> Result<u64, TallyError> {
    if scores.is_empty() {
        return Err(TallyError::Empty);
    }
    let n: u32 = scores.trim().parse().map_err(|_| TallyError::Invalid)?;
    Ok(u64::from(n) * SCORE) // 20 each
}

/// How many there are, in words.
pub fn shown(n: u64) -> String {
    match n {
        0 => \"none\".to_owned(),
        n if n < 12 => format!(\"{n} pieces\"),
        n => format!(\"{} dozens, {} pieces\", n / 12, n % 12),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_scores_are_forty() {
        assert_eq!(super::pieces(\"2\"), Ok(40));
    }
}
";

fn tally() -> TestProject {
    let project = project();
    project.write("tally/Cargo.toml", MANIFEST);
    project.write("tally/src/lib.rs", LIBRARY);
    project.write("tally/README.md", "A score has 20 pieces.\n");
    project
}

fn perturb(project: &TestProject, seed: &str, into: &str) -> Value {
    let args =
        ["perturb", "./tally", "--seed", seed, "--count", "3", "--cases", "120", "--into", into, "--json"];
    json(&project.run(&args).expect_code(0))
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.stdout, ran.stderr))
}

fn files(project: &TestProject, dir: &str) -> Vec<(String, String)> {
    let root = project.path(dir);
    let files = WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn each_change_shows_and_the_same_seed_makes_the_same_library() {
    let project = tally();
    let told = perturb(&project, "7", "one");
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3, "{told:#}");
    let list = project.read("one.changes.md");
    for change in changes {
        assert_ne!(change["was"], change["is"], "{change:#}");
        assert!(list.contains(change["after"].as_str().unwrap()), "{list}");
    }
    let library = project.read("one/src/lib.rs");
    assert!(!library.contains("//") && !library.contains("forty"), "no words tell the old rules: {library}");
    assert!(!project.path("one/README.md").exists());

    perturb(&project, "7", "again");
    assert_eq!(files(&project, "one"), files(&project, "again"));
    perturb(&project, "8", "other");
    assert_ne!(files(&project, "one"), files(&project, "other"));
}

#[test]
fn a_spec_names_a_perturbed_library_and_is_told_if_it_is_another() {
    let project = tally();
    let told = perturb(&project, "7", "one");
    let reference = told["reference"].as_str().unwrap();
    let spec = |reference: &str| {
        format!(
            "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n{reference}vectors: [v.yaml]\n---\n# tally\n\n`pieces` MUST count.\n"
        )
    };
    let shown = told["changes"].as_array().unwrap().iter().find(|one| !one["is"]["ok"].is_null()).unwrap();
    let call = &shown["calls"][0];
    let vector = format!(
        "{}:\n  - {{name: changed, input: {}, output: {}}}\n",
        call["operation"].as_str().unwrap(),
        call["input"],
        shown["is"]["ok"]
    );
    project.write("spec/SPEC.md", spec(reference));
    project.write("spec/v.yaml", vector);
    // The API is that of the original, and what it does is not.
    let evaluated = json(&project.run(&["eval", "spec", "one", "--cases", "40", "--json"]));
    assert_eq!(evaluated["behaviour"]["agreement"], 1.0, "{evaluated:#}");
    assert_eq!(evaluated["gates"]["g2"], true, "{evaluated:#}");
    let original = json(&project.run(&["eval", "spec", "tally", "--cases", "40", "--json"]).expect_code(1));
    assert!(original["behaviour"]["agreement"].as_f64().unwrap() < 1.0, "{original:#}");

    let hash = told["hash"].as_str().unwrap();
    project.write("spec/SPEC.md", spec(&reference.replace(hash, &"0".repeat(64))));
    let refused = project.run(&["eval", "spec", "one"]).expect_code(2);
    assert!(refused.stderr.contains("its changes make another library here"), "{}", refused.stderr);
}
