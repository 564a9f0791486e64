//! `ghostlib spec slice` and `ghostlib replace`: a part of a spec, and of a dependency.

use crate::support::{level_project, project};
use ghostlib_testkit::TestProject;
use serde_json::Value;
use std::fs;

/// A project with a candidate of `level` that has `parse` alone.
fn with_a_candidate_of_the_slice() -> TestProject {
    let project = level_project();
    project.copy_fixture("candidates/level-good", "candidate");
    let code = project.read("candidate/src/lib.rs");
    let end = code.find("pub fn line").expect("the candidate has `line`");
    let documented = code[..end].rfind("\n\n").unwrap_or(end);
    project.write("candidate/src/lib.rs", &code[..documented]);
    project
}

#[test]
fn a_candidate_of_a_slice_passes_against_the_whole_reference() {
    let project = with_a_candidate_of_the_slice();
    let said = project.run(&["spec", "slice", "specs/level", "--only", "parse", "--output", "slices/parse"]);
    let said = said.expect_code(0).stdout;
    assert!(said.contains("1 of 1 operation") && said.contains("wrote slices/parse"), "{said}");
    let slice = project.read("slices/parse/SPEC.md");
    assert!(slice.contains("slice:\n") && slice.contains("only: [\"parse\"]"), "{slice}");
    let passed = project.run(&["eval", "slices/parse", "candidate", "--cases", "200"]).expect_code(0);
    assert!(!passed.stdout.contains("`line`"), "{}", passed.stdout);
    let whole = project.run(&["eval", "specs/level", "candidate", "--cases", "200"]).expect_code(1).stdout;
    assert!(whole.contains("line"), "the whole spec demands `line`: {whole}");
}

#[test]
fn a_name_that_a_spec_does_not_have_is_told_with_the_nearest_one() {
    let project = level_project();
    let said = project.run(&["spec", "slice", "specs/level", "--only", "prase"]).expect_code(2).stderr;
    assert!(
        said.contains("no operation, function or type `prase`") && said.contains("did you mean `parse`?"),
        "{said}"
    );
    project.write("there/file", "");
    let args = ["spec", "slice", "specs/level", "--only", "parse", "--output", "there"];
    let said = project.run(&args).expect_code(2).stderr;
    assert!(said.contains("there is there already"), "{said}");
}

/// A crate that takes lines of a shell apart, with shell-words.
const CONSUMER: &str = "[package]\nname = \"taker\" # mine\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nshell-words = \"1.1\"\n\n[workspace]\n";
const CONSUMER_CODE: &str = "use shell_words as words;

/// The program that a line calls.
pub fn program(line: &str) -> Result<Option<String>, words::ParseError> {
    Ok(words::split(line)?.into_iter().next())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_word_is_the_program() {
        assert_eq!(super::program(\"'my cat' a\").unwrap().as_deref(), Some(\"my cat\"));
        assert!(super::program(\"'\").is_err());
    }
}
";

fn consumer() -> TestProject {
    let project = project();
    project.write("Cargo.toml", CONSUMER);
    project.write("src/lib.rs", CONSUMER_CODE);
    project
}

#[test]
fn a_dependency_is_replaced_by_code_that_has_what_the_project_uses() {
    let project = consumer();
    let said = project.run(&["replace", "shell-words", "--dry-run", "--json"]).expect_code(0).stdout;
    let told: Value = serde_json::from_str(&said).unwrap();
    let used: Vec<&str> =
        told["uses"].as_array().unwrap().iter().map(|one| one["item"].as_str().unwrap()).collect();
    assert_eq!(used, ["ParseError", "split"]);
    assert!(told["slice_items"].as_u64() < told["api_items"].as_u64(), "{told}");
    assert!(!project.path("vendor").exists(), "a dry run writes nothing");

    project.copy_fixture("runs/shell-words/r1/sessions/r1-3-1/candidate", "code");
    let said = project.run(&["replace", "shell-words", "--code", "code"]).expect_code(0).stdout;
    assert!(said.contains("1 pass as it is, and 1 with the code"), "{said}");
    let manifest = project.read("Cargo.toml");
    assert_eq!(
        manifest,
        format!("{CONSUMER}\n[patch.crates-io]\nshell-words = {{ path = \"vendor/shell-words\" }}\n")
    );
    assert!(project.read("vendor/shell-words/Cargo.toml").contains("version = \"1.1."));
}

#[test]
fn code_with_which_the_projects_tests_fail_is_not_put_in() {
    let project = consumer();
    let code = project.path("wrong");
    fs::create_dir_all(code.join("src")).unwrap();
    project.write("wrong/Cargo.toml", "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    project.write("wrong/src/lib.rs", "#[derive(Debug)]\npub struct ParseError;\npub fn split(_: &str) -> Result<Vec<String>, ParseError> { Ok(vec![]) }\n");
    let args = ["replace", "shell-words", "--code", "wrong", "--accept-differences"];
    let said = project.run(&args).expect_code(1);
    assert!(said.stdout.contains("the_first_word_is_the_program"), "{}", said.stdout);
    assert!(said.stderr.contains("the project is left as it is"), "{}", said.stderr);
    assert_eq!(project.read("Cargo.toml"), CONSUMER);
    assert!(!project.path("vendor").exists());
}
