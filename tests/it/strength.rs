//! `ghostlib strength`: what a spec's vectors see of mutants of its reference.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};

const MANIFEST: &str = "[package]\nname = \"gauge\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
const LIBRARY: &str = "
/// Whether a number is low.
pub fn is_low(n: i64) -> bool {
    n < 10
}

/// The larger of two numbers.
pub fn larger(a: i64, b: i64) -> i64 {
    if a < b { b } else { a }
}
";
const TESTS: &str = "
#[test]
fn ten_is_not_low() {
    assert!(gauge::is_low(9) && !gauge::is_low(10) && !gauge::is_low(11));
}

#[test]
fn the_larger_one_is_given() {
    assert_eq!([gauge::larger(2, 3), gauge::larger(3, 2)], [3, 3]);
}

#[test]
fn somebody_is_at_home() {
    std::fs::read_dir(\"/home/nobody-is-here\").unwrap();
}
";
const SPEC: &str = "---
ghostlib: 1
name: gauge
version: 0.1.0
reference:
  path: ../reference
vectors: [gauge.yaml]
---
# gauge

`is_low` MUST tell whether a number is low, and `larger` the larger of two.
";
const VECTORS: &str = "is_low:
  - {name: low, input: {n: 3}, output: true}
larger:
  - {name: behind, input: {a: 2, b: 3}, output: 3}
  - {name: before, input: {a: 3, b: 2}, output: 3}
";

fn gauge() -> TestProject {
    let project = project();
    project.write("reference/Cargo.toml", MANIFEST);
    project.write("reference/src/lib.rs", LIBRARY);
    project.write("spec/SPEC.md", SPEC);
    project.write("spec/gauge.yaml", VECTORS);
    project
}

fn strength(project: &TestProject, code: i32) -> Value {
    let args = ["strength", "spec", "--json", "--cases", "50", "--target", "1"];
    serde_json::from_str(&project.run(&args).expect_code(code).stdout).unwrap()
}

fn survivor<'a>(found: &'a Value, function: &str, description: &str) -> &'a Value {
    let survivors = found["survivors"].as_array().unwrap();
    let is_it = |one: &&Value| one["function"] == function && one["description"] == description;
    survivors.iter().find(is_it).unwrap_or(&Value::Null)
}

#[test]
fn a_survivor_has_a_vector_that_kills_it_when_it_is_added() {
    let project = gauge();
    project.write("reference/tests/numbers.rs", TESTS);
    let before = strength(&project, 1);
    assert_eq!(before["of"], "own-tests");
    assert_eq!(before["own_tests"]["n"], 2);
    assert_eq!(before["own_tests"]["left_out"][0]["test"], "somebody_is_at_home", "{before:#}");
    assert!(survivor(&before, "is_low", "`<` becomes `>`").is_null(), "a vector kills it");
    let or_equal = survivor(&before, "is_low", "`<` becomes `<=`");
    assert_eq!(or_equal["own_tests"], true);
    assert_eq!(
        (&or_equal["place"]["file"], &or_equal["place"]["line_start"]),
        (&json!("src/lib.rs"), &json!(4))
    );
    let proposed = or_equal["shown_by"]["proposal"].as_str().unwrap();
    let proposals = before["proposals"].as_array().unwrap();
    let vector = proposals.iter().find(|vector| vector["id"] == proposed).unwrap();
    assert_eq!((&vector["input"], &vector["expected"]), (&json!({"n": 10}), &json!({"output": false})));
    assert_eq!((&before["strength"]["n"], &before["strength"]["of"]), (&json!(8), &json!(10)));
    assert_eq!(before["with_proposals"]["share"], 1.0);
    let equivalent = survivor(&before, "larger", "`<` becomes `<=`");
    assert_eq!(
        (&equivalent["own_tests"], &equivalent["shown_by"]),
        (&json!(false), &json!({"nothing": null}))
    );

    let added = before["yaml"].as_str().unwrap().replace("is_low:\n", "");
    project.write("spec/gauge.yaml", VECTORS.replace("is_low:\n", &format!("is_low:\n{added}")));
    let after = strength(&project, 0);
    assert_eq!(after["strength"]["share"], 1.0, "{after:#}");
    assert_eq!(after["proposals"], json!([]));
}

#[test]
fn without_tests_the_share_is_of_what_some_call_shows() {
    let project = gauge();
    let none = strength(&project, 1);
    assert_eq!(
        (&none["of"], &none["own_tests"]["reason"]),
        (&json!("behaviour"), &json!("it brings no tests"))
    );
    assert_eq!((&none["strength"]["n"], &none["strength"]["of"]), (&json!(8), &json!(10)));
    project.write("reference/tests/numbers.rs", TESTS.replace("gauge::larger", "gauge::largest"));
    let said = project.run(&["strength", "spec", "--cases", "50"]).expect_code(0).stdout;
    for words in ["its tests do not build: cannot find function `largest`", "mutants that some call shows"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_reference_in_python_is_refused_with_the_reason() {
    let project = gauge();
    project.write("python/gauge.py", "def is_low(n: int) -> bool:\n    return n < 10\n");
    project.write("python/pyproject.toml", "[project]\nname = \"gauge\"\nversion = \"1.0\"\n");
    let said = project.run(&["strength", "spec", "--reference", "../python"]).expect_code(2);
    assert!(said.stderr.contains("mutants are planted into Rust alone"), "{}", said.stderr);
}
