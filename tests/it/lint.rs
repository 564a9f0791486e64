//! `ghostlib lint`: levels, the catalogue, and mending.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::Value;

const DOCUMENT: &str =
    "---\nghostlib: 1\nname: a\nversion: 0.1.0\n---\n\n# A\n\nr[a.b]\nIt MUST hold.\n\nTODO: write more.\n";

fn spec(document: &str) -> TestProject {
    let project = project();
    project.write("s/SPEC.md", document);
    project
}

fn codes(project: &TestProject, args: &[&str]) -> Vec<(String, String)> {
    let said = project.run(&[&["lint", "s", "--json"], args].concat()).stdout;
    let diagnostics: Vec<Value> = serde_json::from_str(&said).unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    diagnostics.iter().map(|one| (text(one, "code"), text(one, "severity"))).collect()
}

#[test]
fn the_level_of_a_lint_is_that_of_the_command_line_then_of_the_front_matter() {
    let project = spec(DOCUMENT);
    let severity =
        |args: &[&str]| codes(&project, args).into_iter().find(|(code, _)| code == "todo").map(|one| one.1);
    assert_eq!(severity(&[]).as_deref(), Some("warning"));
    assert_eq!(severity(&["--level", "todo=allow"]), None);
    assert_eq!(severity(&["--level", "todo=error"]).as_deref(), Some("error"));
    project.write("s/SPEC.md", DOCUMENT.replace("version: 0.1.0", "version: 0.1.0\nlints: {todo: info}"));
    assert_eq!(severity(&[]).as_deref(), Some("info"));
    assert_eq!(severity(&["--level", "todo=error"]).as_deref(), Some("error"));
    for (level, words) in [
        ("todo=loud", "there is no level `loud`"),
        ("tood=error", "there is no such code"),
        ("not-utf8=allow", "whose level is fixed"),
        ("todo", "write a code"),
    ] {
        let refused = project.run(&["lint", "s", "--level", level]).expect_code(2);
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
}

#[test]
fn warnings_fail_where_that_is_asked_for() {
    let project = spec(DOCUMENT);
    let _ = project.run(&["lint", "s"]).expect_code(0);
    let _ = project.run(&["lint", "s", "--deny-warnings"]).expect_code(1);
    let _ = project.run(&["lint", "s", "--deny-warnings", "--level", "todo=info"]).expect_code(0);
    let _ = project.run(&["lint", "s", "--level", "todo=error"]).expect_code(1);
}

#[test]
fn every_code_is_listed_and_explained() {
    let project = project();
    let codes: Vec<Value> = serde_json::from_str(&project.run(&["lint", "--list", "--json"]).stdout).unwrap();
    assert!(codes.len() > 40);
    let listed = project.run(&["lint", "--list"]).expect_code(0).stdout;
    for code in codes.iter().map(|one| one["code"].as_str().unwrap()) {
        assert!(listed.contains(code), "{code} is not listed");
    }
    let explained = project.run(&["lint", "--explain", "todo"]).expect_code(0).stdout;
    assert!(explained.starts_with("# todo") && explained.contains("Mend it"), "{explained}");
    let explained = project.run(&["lint", "--explain", "not-utf8"]).expect_code(0).stdout;
    assert!(explained.contains("A file holds bytes that are not UTF-8."), "{explained}");
    let refused = project.run(&["lint", "--explain", "none"]).expect_code(2);
    assert!(refused.stderr.contains("--list"), "{}", refused.stderr);
    let refused = project.run(&["lint"]).expect_code(2);
    assert!(refused.stderr.contains("SPEC"), "{}", refused.stderr);
}

#[test]
fn what_can_be_mended_is_mended_and_said() {
    let project = spec(&DOCUMENT.replace("hold.", "ho\u{200b}ld."));
    let before = codes(&project, &[]);
    assert!(before.iter().any(|(code, _)| code == "hidden-text"), "{before:?}");
    let said = project.run(&["lint", "s", "--fix"]).expect_code(0).stdout;
    assert!(said.contains("fixed SPEC.md:10:11") && said.contains("[hidden-text]"), "{said}");
    assert_eq!(project.read("s/SPEC.md"), DOCUMENT);
    assert!(codes(&project, &[]).iter().all(|(code, _)| code != "hidden-text"));
    let again = project.run(&["lint", "s", "--fix"]).expect_code(0).stdout;
    assert!(!again.contains("fixed "), "{again}");
}

#[test]
fn files_beside_the_spec_are_looked_at_and_drawn_but_are_no_part_of_it() {
    let project = spec(DOCUMENT);
    project.write("s/README.md", "# A\n\nSee [the rules](RULES.md).\n");
    let said = project.run(&["lint", "s"]).expect_code(0).stdout;
    assert!(said.contains("README.md:3:") && said.contains("See [the rules](RULES.md)."), "{said}");
    assert!(said.contains("1 requirement,"), "{said}");
    let parsed = project.run(&["parse", "s", "--json"]).stdout;
    assert!(!parsed.contains("README.md"), "{parsed}");
}

const REFERENCE: &str = "//! A crate.

/// Doubles the even ones.
pub fn doubled(values: &[u32]) -> Vec<u32> {
    let mut doubled = Vec::new();
    for value in values {
        if value % 2 == 0 {
            doubled.push(value * 2);
        }
    }
    doubled
}
";

/// A spec with `body`, beside its reference.
fn with_reference(body: &str) -> TestProject {
    let head = DOCUMENT.split("# A").next().unwrap();
    let head = head.replace("version: 0.1.0", "version: 0.1.0\nreference: {path: ../doubled}");
    let project = spec(&format!("{head}# A\n\n{body}"));
    project.write(
        "doubled/Cargo.toml",
        "[package]\nname = \"doubled\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
    );
    project.write("doubled/src/lib.rs", REFERENCE);
    project
}

#[test]
fn code_of_the_reference_is_found_in_code_blocks() {
    let (_, code) = REFERENCE.split_once("{\n").unwrap();
    let project = with_reference(&format!("Text.\n\n```rust\nfn {{\n{code}\n```\n"));
    let said = project.run(&["lint", "s", "--reference"]).expect_code(0).stdout;
    assert!(said.contains("reference-code") && said.contains("src/lib.rs:4"), "{said}");
    assert!(!codes(&project, &[]).iter().any(|(code, _)| code == "reference-code"), "it was not asked for");
    let of_another = project.run(&["lint", "s", "--reference=crate:nothing"]).expect_code(2);
    assert!(of_another.stderr.contains("crate:NAME@VERSION"), "{}", of_another.stderr);

    let prose = with_reference("```rust api\npub fn doubled(values: &[u32]) -> Vec<u32>;\n```\n");
    assert_eq!(codes(&prose, &["--reference"]), []);
}

#[test]
fn a_spec_longer_than_the_code_is_oversized() {
    let long = with_reference(&"Every even value is doubled.\n".repeat(12));
    let found = codes(&long, &["--reference"]);
    assert_eq!(found, [("spec-oversized".to_owned(), "warning".to_owned())]);
    assert_eq!(codes(&long, &["--reference", "--level", "spec-oversized=allow"]), []);
    let short = with_reference("Every even value is doubled.\n");
    assert_eq!(codes(&short, &["--reference"]), []);
}

#[test]
fn a_reference_must_be_pinned_or_named() {
    let project = spec(DOCUMENT);
    let refused = project.run(&["lint", "s", "--reference"]).expect_code(2);
    assert!(refused.stderr.contains("pins no reference"), "{}", refused.stderr);
}
