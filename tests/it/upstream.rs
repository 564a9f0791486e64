//! `ghostlib eval --upstream-tests`: the reference's own tests on a candidate.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};

const MANIFEST: &str = "[package]\nname = \"gauge\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
const LIBRARY: &str = "pub fn is_low(n: i64) -> bool {\n    n < 10\n}\n";
const TESTS: &str = "
#[test]
fn nine_is_low() {
    assert!(gauge::is_low(9));
}

#[test]
fn ten_is_not_low() {
    assert!(!gauge::is_low(10), \"ten is low\");
}

#[test]
fn somebody_is_at_home() {
    std::fs::read_dir(\"/home/nobody-is-here\").unwrap();
}

#[test]
#[ignore]
fn another_day() {}
";
const SPEC: &str = "---
ghostlib: 1
name: gauge
version: 0.1.0
reference:
  path: reference
---
# gauge

`is_low` MUST tell whether a number is low.
";

fn with_candidate(library: &str) -> TestProject {
    let project = project();
    for (folder, library) in [("reference", LIBRARY), ("candidate", library)] {
        project.write(&format!("{folder}/Cargo.toml"), MANIFEST);
        project.write(&format!("{folder}/src/lib.rs"), library);
    }
    project.write("SPEC.md", SPEC);
    project
}

fn upstream(project: &TestProject) -> Value {
    let args = ["eval", "SPEC.md", "candidate", "--upstream-tests", "--cases", "20", "--json"];
    let said = project.run(&args).expect_code(1);
    serde_json::from_str::<Value>(&said.stdout).unwrap()["upstream_tests"].take()
}

#[test]
fn a_test_of_the_reference_that_a_candidate_fails_is_named() {
    let project = with_candidate(&LIBRARY.replace('<', "<="));
    project.write("reference/tests/numbers.rs", TESTS);
    project.write("candidate/tests/numbers.rs", "#[test]\nfn nine_is_low() {}\n");
    assert_eq!(
        upstream(&project),
        json!({
            "passed": ["numbers::nine_is_low"],
            "failed": [{"test": "numbers::ten_is_not_low", "reason": "ten is low"}],
            "not_run": [
                {"test": "numbers::somebody_is_at_home", "reason": "the reference itself fails it here"},
                {"test": "numbers::another_day", "reason": "it is to be ignored"},
            ],
        })
    );
}

#[test]
fn a_candidate_that_ends_the_process_passes_no_test() {
    let project =
        with_candidate(&LIBRARY.replace("n < 10", "if n == 9 { std::process::exit(0) }\n    n < 10"));
    assert_eq!(upstream(&project), json!({"reason": "it brings no tests"}));
    project.write("reference/tests/numbers.rs", TESTS);
    let found = upstream(&project);
    assert_eq!(found["passed"], json!(["numbers::ten_is_not_low"]));
    assert_eq!(found["failed"], json!([{"test": "numbers::nine_is_low", "reason": "exit code 0"}]));
}
