//! `ghostlib diff`: two libraries, without a spec.

use crate::support::{level_project, project};
use ghostlib_testkit::TestProject;
use serde_json::Value;

const MANIFEST: &str =
    "[package]\nname = \"tally\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[features]\nextra = []\n";
const REFERENCE: &str = r#"
pub mod words {
    pub fn count(text: &str) -> usize { text.split(' ').filter(|word| !word.is_empty()).count() }
}
pub struct Tally { n: usize }
impl Tally { pub fn add(&mut self, n: usize) -> usize { self.n += n; self.n } }
impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{} words", self.n) }
}
#[cfg(feature = "extra")]
pub fn extra() {}
"#;

fn two(candidate: &str) -> TestProject {
    let project = project();
    for (name, code) in [("reference", REFERENCE), ("candidate", candidate)] {
        project.write(&format!("{name}/Cargo.toml"), MANIFEST);
        project.write(&format!("{name}/src/lib.rs"), code);
    }
    project
}

fn json(project: &TestProject, args: &[&str], code: i32) -> Value {
    let said = project.run(&[&["diff", "reference", "candidate", "--json"], args].concat()).expect_code(code);
    serde_json::from_str(&said.stdout).unwrap()
}

#[test]
fn nothing_differs_between_a_library_and_itself() {
    let project = level_project();
    let same = project.run(&["diff", "reference", "reference"]).expect_code(0);
    assert!(same.stdout.contains("this looks copied"), "a copy is a copy: {}", same.stdout);
    assert!(!same.stdout.contains("P1") && !same.stdout.contains("P3"), "{}", same.stdout);
}

#[test]
fn another_library_is_told_apart() {
    let project = level_project();
    project.copy_fixture("candidates/level-silent", "silent");
    let other = project.run(&["diff", "reference", "silent", "--json"]).expect_code(1);
    let found: Value = serde_json::from_str(&other.stdout).unwrap();
    let subjects: Vec<_> =
        found["findings"].as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap()).collect();
    assert!(subjects.contains(&"line") && subjects.contains(&"LevelError"), "{subjects:?}");
    assert_eq!(found["copy"]["alarmed"], false);
}

#[test]
fn machines_get_shares_items_moves_and_bodies() {
    let changed = REFERENCE
        .replace("mod words", "mod texts")
        .replace("&mut self, n: usize", "&mut self, n: u32")
        .replace("{} words", "{} of them");
    let project = two(&changed);
    let found = json(&project, &[], 1);
    assert_eq!(found["moves"][0]["from"], "words");
    assert_eq!(found["moves"][0]["candidate"]["line_start"], 2);
    assert_eq!(found["api"]["path"]["missing"], serde_json::json!(["words", "words::count"]));
    assert_eq!(
        found["api"]["signature"]["missing"],
        serde_json::json!(["Tally::add", "words", "words::count"])
    );
    assert_eq!(found["api"]["path"]["recall"], 0.5);
    assert_eq!(found["api"]["trait_impl"]["recall"], 1.0);
    let rules: Vec<_> =
        found["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["api-signature", "api-renamed", "message-text"]);
    let pairs = found["structure"]["pairs"].as_array().unwrap();
    let count = pairs.iter().find(|pair| pair["reference"]["path"] == "words::count").unwrap();
    assert_eq!((count["by"].as_str(), count["similarity"].as_f64()), (Some("name"), Some(1.0)));
    assert!(found["timings"]["api_ms"].as_f64().unwrap() > 0.0);
}

#[test]
fn features_are_those_that_were_asked_for() {
    let project = two(&REFERENCE.replace("pub fn extra() {}", ""));
    assert_eq!(json(&project, &[], 0)["findings"], serde_json::json!([]));
    let found = json(&project, &["--features", "extra"], 1);
    assert_eq!(found["findings"][0]["subject"], "extra");
}

#[test]
fn people_see_both_sources() {
    let project = two(&REFERENCE.replace("&mut self, n: usize", "&mut self, n: u32"));
    let said = project.run(&["diff", "reference", "candidate", "--bodies"]).expect_code(1).stdout;
    for line in [
        "Tally\n",
        "- impl Tally { pub fn add(&mut self, n: usize)",
        "+ impl Tally { pub fn add(&mut self, n: u32)",
        "Declare it as `",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn a_spec_says_what_it_covers() {
    let candidate = REFERENCE
        .replace("&mut self, n: usize", "&mut self, n: u32")
        .replace("{} words", "{} of them")
        .replace("pub mod words", "mod words");
    let project = two(&candidate);
    project.write("reference/src/lib.rs", REFERENCE.replace("{} words", "{} words counted"));
    project.write(
        "SPEC.md",
        "---\nghostlib: 1\nname: tally\nversion: 1.0.0\n---\n# Tally\n\n`words::count` MUST return the number of words.\n\nA tally MUST be shown as its number and ` words counted`.\n\n```rust api\npub struct Tally { /* private fields */ }\nimpl Tally {\n    pub fn add(&mut self, n: usize) -> usize;\n}\n```\n",
    );
    let found = json(&project, &["--spec", "SPEC.md"], 1);
    let findings = found["findings"].as_array().unwrap();
    let stand = |rule: &str| &findings.iter().find(|one| one["rule"] == rule).unwrap()["spec"];
    assert_eq!(stand("api-signature")["speaks"][0], "SPEC.md:15:5");
    assert_eq!(stand("api-missing"), "silent", "only what is in the module is named");
    assert!(stand("message-text")["speaks"][0].as_str().unwrap().starts_with("tally"), "{findings:#?}");
    let said = project.run(&["diff", "reference", "candidate", "--spec", "SPEC.md"]).expect_code(1).stdout;
    assert!(
        said.contains("the spec states it: SPEC.md:15:5") && said.contains("the spec is silent"),
        "{said}"
    );
    let said = project.run(&["diff", "reference", "candidate"]).expect_code(1).stdout;
    assert!(!said.contains("the spec"), "{said}");
}

#[test]
fn candidates_are_compared_with_each_other() {
    let project = level_project();
    for name in ["one", "two"] {
        project.copy_fixture("candidates/level-silent", &format!("all/{name}"));
    }
    project.write("all/two/src/extra.rs", "fn extra() {}");
    project.write("all/notes.txt", "no library");
    let found = project.run(&["diff", "reference", "all/one", "--others", "all", "--json"]).expect_code(1);
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    let others = found["others"].as_array().unwrap();
    assert_eq!(others.len(), 1, "a candidate is no copy of itself");
    assert_eq!(others[0]["folder"], "all/two");
    assert_eq!(others[0]["copy"]["verbatim"], 1.0);
    let none = project.run(&["diff", "reference", "all/one", "--others", "reference/src"]).expect_code(2);
    assert!(none.stderr.contains("holds no other library"), "{}", none.stderr);
}

#[test]
fn expanded_source_shows_what_macros_make() {
    let derive = "pub struct Tally { n: usize }";
    let by_macro = "macro_rules! made { ($($t:tt)*) => { $($t)* } }\nmade! { pub struct Tally { n: usize } }";
    let candidate = REFERENCE.replace(derive, by_macro);
    let project = two(&candidate);
    for sandbox in ["auto", "landlock"] {
        let found = json(&project, &["--expand", "--sandbox", sandbox, "--features", "extra"], 0);
        assert_eq!(found["api"]["path"]["n_candidate"], 5, "{found:#}");
        assert_eq!(found["unseen"], serde_json::json!([]));
    }
    project.write("candidate/src/lib.rs", "compile_error!(\"not today\");");
    let failed = project.run(&["diff", "reference", "candidate", "--expand"]).expect_code(2);
    assert!(failed.stderr.contains("does not expand here") && failed.stderr.contains("not today"));
}

#[test]
fn python_is_compared_as_rust_is() {
    let project = project();
    project
        .write("reference/tally/__init__.py", "def count(text: str) -> int:\n    return len(text.split())\n");
    project.write(
        "candidate/tally/__init__.py",
        "def count(words: str) -> int:\n    return len(words.split())\n",
    );
    let found = json(&project, &[], 1);
    assert_eq!(found["findings"][0]["rule"], "api-signature", "a parameter can be passed by its name");
    assert_eq!(found["structure"]["pairs"][0]["reference"]["path"], "count");
    project.write("rust/Cargo.toml", MANIFEST);
    project.write("rust/src/lib.rs", REFERENCE);
    let other = project.run(&["diff", "reference", "rust"]).expect_code(2);
    assert!(other.stderr.contains("reference is python and rust is rust"), "{}", other.stderr);
    project.write("neither/README.md", "");
    let neither = project.run(&["diff", "neither", "rust"]).expect_code(2);
    assert!(neither.stderr.contains("no library of a language that ghostlib reads"), "{}", neither.stderr);
}
