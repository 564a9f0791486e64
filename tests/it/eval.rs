//! `ghostlib eval` and `ghostlib converge`: code that is there, with and without a reference.

use crate::support::level_project;
use ghostlib_testkit::TestProject;
use serde_json::Value;

/// What the library `level` does, in Python, with names of its own.
const IN_PYTHON: &str = r#"
class NotALevel(Exception):
    pass

def parse(text: str) -> int:
    digits = text.lstrip("+")
    if not digits.isascii() or not digits.isdigit() or int(digits) > 9:
        raise NotALevel(f"{text!r} is no level")
    return min(255, int(digits) + min(200, len(text) - len(digits)))
"#;

fn json(project: &TestProject, args: &[&str], code: i32) -> Value {
    let said = project.run(&[args, &["--json", "--cases", "200"]].concat()).expect_code(code);
    serde_json::from_str(&said.stdout).unwrap()
}

fn with_candidates(names: &[&str]) -> TestProject {
    let project = level_project();
    for name in names {
        project.copy_fixture(&format!("candidates/level-{name}"), name);
    }
    project
}

fn function<'a>(found: &'a Value, path: &str) -> &'a Value {
    let functions = found["behaviour"]["functions"].as_array().unwrap();
    functions.iter().find(|function| function["path"] == path).unwrap_or(&Value::Null)
}

#[test]
fn a_faithful_candidate_passes_in_all_dimensions() {
    let project = with_candidates(&["good"]);
    let found = json(&project, &["eval", "specs/level", "good"], 0);
    assert_eq!(found["headline"], 1.0);
    for gate in ["g0", "g1", "g2", "g3"] {
        assert_eq!(found["gates"][gate], true, "{gate}");
    }
    assert_eq!((&found["vectors"]["planned"], &found["vectors"]["passed"]), (&2.into(), &2.into()));
    assert_eq!(found["behaviour"]["agreement"], 1.0);
    assert!(function(&found, "parse")["tried"].as_u64().unwrap() >= 200);
}

#[test]
fn a_candidate_that_knows_the_spec_alone_falls_short_with_the_smallest_difference() {
    let project = with_candidates(&["silent"]);
    let found = json(&project, &["eval", "specs/level", "silent"], 1);
    assert_eq!(found["gates"]["g2"], false);
    assert_eq!(found["vectors"]["passed"], 2);
    let smallest = &function(&found, "parse")["smallest"];
    let text = smallest["input"]["text"].as_str().unwrap();
    assert!(text.len() == 2 && text.starts_with('+'), "{smallest}");
    let shown = project.run(&["eval", "specs/level", "silent", "--cases", "200"]).expect_code(1);
    assert!(shown.stdout.contains("gate G2    fails"), "{}", shown.stdout);
}

#[test]
fn a_candidate_in_another_language_is_held_against_the_same_vectors_and_behaviour() {
    let project = level_project();
    project.write("in-python/level.py", IN_PYTHON);
    project.write("in-python/pyproject.toml", "[project]\nname = \"level\"\nversion = \"1.0\"\n");
    let found = json(&project, &["eval", "specs/level", "in-python"], 1);
    assert_eq!((&found["vectors"]["planned"], &found["vectors"]["passed"]), (&2.into(), &2.into()));
    assert_eq!(function(&found, "parse")["agreed"], 1.0, "{}", function(&found, "parse"));
    assert!(found["gates"].get("g2").is_none(), "the spec declares no API for Python");
    assert_eq!(found["headline"], Value::Null);

    project.write("in-python/level.py", IN_PYTHON.replace("int(digits) +", "int(digits) -"));
    let found = json(&project, &["eval", "specs/level", "in-python"], 1);
    assert_ne!(function(&found, "parse")["agreed"], 1.0);
}

#[test]
fn what_cannot_be_evaluated_is_told_with_what_to_do() {
    let project = level_project();
    project.write("empty/notes.txt", "nothing here\n");
    for (args, words) in [
        (["eval", "specs/level", "nowhere"], "nowhere"),
        (["eval", "specs/level", "empty"], "no library in Rust or Python"),
        (["eval", "specs/none", "empty"], "specs/none"),
        (["converge", "specs/level", "empty"], "2 values required"),
    ] {
        let said = project.run(&args).expect_code(2);
        assert!(said.stderr.contains(words), "{}", said.stderr);
    }
}

#[test]
fn candidates_that_differ_show_what_the_spec_leaves_open() {
    let project = with_candidates(&["good", "silent"]);
    project.write("in-python/level.py", IN_PYTHON);
    let all = ["converge", "specs/level", "good", "silent", "in-python"];
    let found = json(&project, &all, 1);
    let operations = found["operations"].as_array().unwrap();
    let parse = operations.iter().find(|one| one["operation"] == "parse").unwrap();
    assert_eq!(parse["requirements"], serde_json::json!(["level.parse"]));
    let split = &parse["disagreements"][0];
    let text = split["calls"][0]["input"]["text"].as_str().unwrap();
    assert!(text.starts_with('+'), "{split}");
    assert_eq!(split["answers"][0]["candidates"], serde_json::json!(["good", "in-python"]));
    assert_eq!(split["answers"][1]["candidates"], serde_json::json!(["silent"]));
    let agreed = json(&project, &["converge", "specs/level", "good", "in-python"], 0);
    assert_eq!(agreed["unanimous"], 1.0);
}
