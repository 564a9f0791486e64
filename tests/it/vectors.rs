//! `ghostlib vectors`, and `--harvest`: vectors as tests, and differences as vectors.

use crate::support::level_project;
use ghostlib_testkit::TestProject;
use serde_json::Value;
use std::process::Command;

const MORE: &str = "
parse:
  - {name: secret, input: {text: '9'}, output: 9, hidden: true}
  - {name: too great, input: {text: '10'}, error: {class: LevelError, text: '`10` is no level'}}
line:
  - {name: an empty word, input: {words: [a, '']}, output: a -}
quarter:
  - {name: unknown, input: 4, output: 1}
";

/// The library `level` and its spec, with a vector file.
fn project_with_more() -> TestProject {
    let project = level_project();
    let document = project.read("specs/level/SPEC.md");
    project.write("specs/level/SPEC.md", document.replacen("---\n\n", "vectors: [more.yaml]\n---\n\n", 1));
    project.write("specs/level/more.yaml", MORE);
    project
}

#[expect(clippy::disallowed_methods, reason = "the tests are run as a user runs them")]
fn cargo_test(project: &TestProject) -> bool {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--offline", "--quiet"]).current_dir(project.path("reference"));
    cargo.env("CARGO_TARGET_DIR", project.path("target")).output().unwrap().status.success()
}

#[test]
fn vectors_become_tests_that_the_reference_passes_and_a_wrong_one_fails() {
    let project = project_with_more();
    let args = ["vectors", "specs/level", "--emit", "rust", "--into", "reference/tests/vectors.rs"];
    let said = project.run(&args).expect_code(0).stderr;
    assert!(
        said.contains("4 tests written to reference/tests/vectors.rs; 1 vector left out; 1 hidden"),
        "{said}"
    );
    let file = project.read("reference/tests/vectors.rs");
    assert!(
        file.contains("`ghostlib vectors specs/level --emit rust --into reference/tests/vectors.rs`"),
        "{file}"
    );
    assert!(file.contains("// - quarter/unknown: no binding says how `quarter` is called"), "{file}");
    assert!(!file.contains("secret"), "{file}");
    assert!(cargo_test(&project), "{file}");

    let wrong = project.read("specs/level/more.yaml").replace("a -}", "a a}");
    project.write("specs/level/more.yaml", wrong);
    let said = project.run(&args).expect_code(0).stderr;
    assert!(said.contains("4 tests"), "{said}");
    assert!(!cargo_test(&project));
}

#[test]
fn python_gets_what_its_api_declares() {
    let project = project_with_more();
    let document = project.read("specs/level/SPEC.md");
    let api = "\n```python api\ndef parse(text: str) -> int: ...\n```\n";
    project.write("specs/level/SPEC.md", document + api);
    let told = project.run(&["vectors", "specs/level", "--emit", "python", "--json"]).expect_code(0).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("def test_parse_three():\n    assert level.parse(\"3\") == 3\n"), "{text}");
    assert_eq!((&told["tests"], &told["hidden"]), (&3.into(), &1.into()));
    let left_out: Vec<_> = told["left_out"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(left_out, ["line/an empty word", "quarter/unknown"]);
}

#[test]
fn differences_become_vectors_once_and_what_is_hidden_stays_so() {
    let project = level_project();
    project.copy_fixture("candidates/level-silent", "silent");
    let eval = |file: &str| {
        let args = ["eval", "specs/level", "silent", "--cases", "200", "--harvest", file];
        let said = project.run(&args).expect_code(1).stderr;
        assert!(said.contains(&format!("written to {file}")), "{said}");
        project.path(file).is_file().then(|| project.read(file))
    };
    let harvested = eval("h.yaml").unwrap();
    assert!(harvested.contains("parse:\n  - name: as the reference answers\n    id: parse/"), "{harvested}");
    assert!(harvested.contains("input: {text: \"+"), "{harvested}");
    assert_eq!(eval("h.yaml").unwrap(), harvested, "what is there is not written again");
    assert_eq!(eval("again.yaml").unwrap(), harvested, "the same seed finds the same");

    project.write("specs/level/hidden.yaml", harvested.replace("    input:", "    hidden: true\n    input:"));
    let document = project.read("specs/level/SPEC.md");
    project.write("specs/level/SPEC.md", document.replacen("---\n\n", "vectors: [hidden.yaml]\n---\n\n", 1));
    let linted = project.run(&["lint", "specs/level"]).expect_code(0).stdout;
    assert!(linted.contains("0 errors, 0 warnings"), "{linted}");
    assert_eq!(eval("after.yaml"), None, "there is nothing that no vector says");

    project.write("h.yaml", "parse: [{name: a}]\n");
    let args = ["eval", "specs/level", "silent", "--cases", "200", "--harvest", "h.yaml"];
    let said = project.run(&args).expect_code(2).stderr;
    assert!(said.contains("h.yaml:1"), "{said}");
    assert_eq!(project.read("h.yaml"), "parse: [{name: a}]\n");
}

#[test]
fn two_libraries_need_no_spec_for_their_differences() {
    let project = level_project();
    project.copy_fixture("candidates/level-silent", "silent");
    let said = project.run(&[
        "diff",
        "reference",
        "silent",
        "--behaviour",
        "--cases",
        "200",
        "--harvest",
        "h.yaml",
        "--json",
    ]);
    let told: Value = serde_json::from_str(&said.stdout).unwrap();
    let added = told["harvest"]["added"].as_array().unwrap();
    let harvested = project.read("h.yaml");
    assert!(!added.is_empty() && added.iter().all(|id| harvested.contains(id.as_str().unwrap())), "{told}");
}
