//! `ghostlib diff --behaviour --power`: what a comparison could have seen.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};

const LIBRARY: &str = "
pub fn is_low(n: i64) -> bool {
    n < 10
}

pub fn larger(a: i64, b: i64) -> i64 {
    if a < b { b } else { a }
}
";

fn with_library(text: &str) -> TestProject {
    let project = project();
    project
        .write("gauge/Cargo.toml", "[package]\nname = \"gauge\"\nversion = \"1.0.0\"\nedition = \"2021\"\n");
    project.write("gauge/src/lib.rs", text);
    project
}

fn compared(project: &TestProject, args: &[&str]) -> String {
    let all = [&["diff", "gauge", "gauge", "--behaviour", "--cases", "50"], args].concat();
    project.run(&all).expect_code(0).stdout
}

#[test]
fn what_a_comparison_sees_of_mutants_is_counted_and_survivors_are_named() {
    let project = with_library(LIBRARY);
    let found: Value = serde_json::from_str(&compared(&project, &["--power", "--json"])).unwrap();
    assert_eq!(found["behaviour"]["agreement"], 1.0);
    let power = &found["behaviour"]["power"];
    assert_eq!(
        (&power["planted"], &power["mutants"], &power["caught"]),
        (&json!(11), &json!(11), &json!(10))
    );
    assert_eq!(power["false_alarms"]["n"], 0);
    let survivors = power["survivors"].as_array().unwrap();
    assert_eq!(survivors.len(), 1, "{survivors:?}");
    assert_eq!(
        (&survivors[0]["function"], &survivors[0]["description"]),
        (&json!("larger"), &json!("`<` becomes `<=`"))
    );
    let low = power["functions"].as_array().unwrap().iter().find(|one| one["function"] == "is_low").unwrap();
    assert_eq!((&low["mutants"], &low["caught"]), (&json!(5), &json!(5)));

    let said = compared(&project, &["--power=3"]);
    for words in ["power: the same calls show ", "/3 mutants of the reference, from ", "it has 11 mutants"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_comparison_that_calls_next_to_nothing_sees_next_to_nothing() {
    // What is generic over a trait of its own cannot be called with any value.
    let hidden = "pub trait Unit { fn factor(&self) -> i64; }
pub fn scaled<U: Unit>(n: i64, unit: U) -> i64 {
    n * unit.factor() + 1
}
pub fn one() -> i64 {
    1
}
";
    let found = compared(&with_library(hidden), &["--power", "--json"]);
    let found: Value = serde_json::from_str(&found).unwrap();
    let functions = found["behaviour"]["power"]["functions"].as_array().unwrap();
    let scaled = functions.iter().find(|one| one["function"] == "scaled").unwrap();
    assert!(scaled["mutants"].as_u64().unwrap() >= 4, "{scaled}");
    assert_eq!(scaled["caught"], 0);
}
