//! `ghostlib diff --behaviour`: what two libraries do, without a spec.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::Value;

const LIBRARY: &str = r"
//! A type with a name of the standard library's, and parameters that others determine.

/// Seconds and no less.
#[derive(Clone, Debug)]
pub struct Duration(u64);

impl Duration {
    pub fn rounded(value: std::time::Duration) -> Self { Duration(value.as_secs()) }
    pub fn longer(&self, other: &Duration) -> Duration { Duration(self.0.max(other.0)) }
    pub fn seconds(&self) -> u64 { self.0 }
}

pub fn count_of_first<'a, I, T>(items: &'a I) -> usize
where
    &'a I: IntoIterator<Item = T>,
    T: PartialEq,
{
    let first = items.into_iter().next();
    first.map_or(0, |first| items.into_iter().filter(|item| *item == first).count())
}
";

fn two(candidate: &str) -> TestProject {
    each(LIBRARY, candidate)
}

fn each(reference: &str, candidate: &str) -> TestProject {
    let project = project();
    let manifest = "[package]\nname = \"spans\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
    for (name, code) in [("reference", reference), ("candidate", candidate)] {
        project.write(&format!("{name}/Cargo.toml"), manifest);
        project.write(&format!("{name}/src/lib.rs"), code);
    }
    project
}

fn behaviour(project: &TestProject) -> Value {
    let args = ["diff", "reference", "candidate", "--behaviour", "--cases", "200", "--json"];
    let said = project.run(&args).expect_code(0);
    let found: Value = serde_json::from_str(&said.stdout).unwrap();
    found["behaviour"].clone()
}

#[test]
fn what_has_an_outside_name_or_a_determined_parameter_is_called() {
    let found = behaviour(&two(LIBRARY));
    assert_eq!(found["coverage"], 1.0, "{}", found["uncallable"]);
    assert_eq!(found["agreement"], 1.0);
    assert_eq!(found["code"]["functions"], serde_json::json!({"n": 4, "of": 4}));
}

#[test]
fn a_difference_behind_two_calls_is_found_and_made_small() {
    let found = behaviour(&two(&LIBRARY.replace("self.0.max(other.0)", "self.0.min(other.0)")));
    let functions = found["functions"].as_array().unwrap();
    let differing: Vec<&Value> = functions.iter().filter(|one| one["agreed"] != 1.0).collect();
    let smallest = &differing[0]["smallest"];
    assert_eq!(differing.len(), 1, "{differing:?}");
    let before: Vec<&Value> =
        smallest["before"].as_array().unwrap().iter().map(|call| &call["operation"]).collect();
    assert!(before.len() <= 3 && before.iter().all(|one| **one != "count_of_first"), "{smallest}");
}

#[test]
fn classes_of_errors_are_told_also_where_their_type_is_public_at_two_paths() {
    let library = r#"
pub mod refusal {
    #[derive(Debug)]
    pub enum Refused { Low, High }
    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("refused") }
    }
    impl std::error::Error for Refused {}
}
pub use refusal::Refused;
pub fn admit(n: i8) -> Result<i8, Refused> {
    match n { i8::MIN..0 => Err(Refused::Low), 0..=60 => Ok(n), _ => Err(Refused::High) }
}
"#;
    let other = library.replace("_ => Err(Refused::High)", "_ => Err(Refused::Low)");
    let found = behaviour(&each(library, &other));
    let smallest = &found["functions"][0]["smallest"];
    assert_eq!(smallest["reference"]["error"]["class"], "High", "{found}");
}
