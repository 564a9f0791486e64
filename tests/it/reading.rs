//! Which files are a spec, in which format, and what `parse` says of them.

use crate::support::project;
use ghostlib_testkit::TestProject;
use serde_json::{Value, json};

const SPEC: &str = "---\nghostlib: 1\nname: ledger\nversion: 0.2.0\nfiles: [errors.md]\nvectors: t.yaml\n\
    aliases: {entry.add: entry.append}\n---\n\n# Ledger\n\nr[entry.append]\nAn entry MUST be appended at the end.\n\n\
    r[entry.cached]\nIt MAY be cached.\n\nAn entry is valid only if:\n\n- r[entry.kept] it MUST be kept\n";

fn parse(project: &TestProject, args: &[&str]) -> Value {
    let said = project.run(&[&["parse", "--json"], args].concat()).expect_code(0).stdout;
    serde_json::from_str(&said).unwrap()
}

fn refused(project: &TestProject, args: &[&str], words: &[&str]) {
    let said = project.run(args).expect_code(2).redacted();
    for word in words {
        assert!(said.contains(word), "`{word}` is not in what {args:?} says:\n{said}");
    }
}

#[test]
fn the_document_of_a_folder_goes_by_several_names() {
    let project = project();
    for (name, text) in [("requirements.md", "# R\n"), ("spec.md", "# S\n"), ("SPEC.md", "# T\n")] {
        project.write(&format!("s/{name}"), text);
        assert_eq!(parse(&project, &["s"])["title"], text[2..3], "{name}");
    }
    project.write("one/a-spec.md", "# One\n");
    project.write("one/README.md", "# No\n");
    assert_eq!(parse(&project, &["one"])["title"], "One");
    project.write("one/b-spec.md", "# Two\n");
    refused(&project, &["lint", "one"], &["a-spec.md, b-spec.md", "give the path of the one that you mean"]);
}

#[test]
fn requirements_are_told_with_all_that_is_known_of_them() {
    let project = project();
    project.write("s/SPEC.md", SPEC);
    project.write(
        "s/errors.md",
        "# Errors\n\nr[errors.negative]\nIf an amount is negative, `append` MUST refuse it.\n",
    );
    project.write("s/t.yaml", "append: [{name: one, input: 1, output: 1, requirements: [entry.add]}]\n");
    let parsed = parse(&project, &["s"]);
    let requirement = |id: &str| {
        let mut all = parsed["requirements"].as_array().unwrap().iter();
        all.find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id} is not in {parsed}"))
    };
    let append = requirement("entry.append");
    assert_eq!(append["aliases"], json!(["entry.add"]));
    assert_eq!((&append["id_source"], &append["file"]), (&json!("written"), &json!("SPEC.md")));
    assert_eq!((&append["kind"], &append["testable"]), (&json!("functional"), &json!(true)));
    assert_eq!(append["vectors"], json!(["append/one"]), "a vector may name it by its alias");
    assert_eq!(requirement("entry.cached")["testable"], json!(false));
    assert!(requirement("entry.cached")["testable_reason"].as_str().unwrap().contains("permission"));
    let negative = requirement("errors.negative");
    assert_eq!((&negative["file"], &negative["line_start"]), (&json!("errors.md"), &json!(4)));
    assert_eq!(negative["condition"], "If an amount is negative");
    assert_eq!(requirement("entry.kept")["lead_in"], "An entry is valid only if:");
    let shares = parsed["coverage"]["shares"].as_object().unwrap();
    let sum: f64 = shares.values().map(|share| share.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 0.001, "{sum}");
    let said = project.run(&["parse", "s"]).expect_code(0).stdout;
    assert!(said.contains("read as native; of ") && said.contains("statements "), "{said}");
    assert!(said.contains("errors.md:"), "places in parts have their file: {said}");
}

#[test]
fn a_format_can_be_forced_and_keywords_added() {
    let project = project();
    project.write("s/SPEC.md", "# Kasse\n\nSie MUSS rechnen. Sie DARF NICHT runden.\n");
    let levels = |args: &[&str]| -> Vec<Value> {
        let parsed = parse(&project, &[&["s", "--dialect", "native"], args].concat());
        assert_eq!(parsed["dialect"], "native");
        parsed["requirements"].as_array().unwrap().iter().map(|one| one["level"].clone()).collect()
    };
    assert_eq!(levels(&[]), [json!(null); 0]);
    assert_eq!(levels(&["--keyword", "MUST=MUSS", "--keyword", "must not=DARF NICHT"]), ["MUST", "MUST NOT"]);
    refused(
        &project,
        &["parse", "s", "--dialect", "latin"],
        &["there is no dialect `latin`", "ghost-library"],
    );
    refused(&project, &["parse", "s", "--keyword", "MUSS"], &["write a level, `=`, and a phrase"]);
}

#[test]
fn a_spec_of_another_format_can_be_linted_and_is_told_apart_where_a_reference_is_needed() {
    let project = project();
    project.copy_fixture("spec/dialect-spec-kit", "s");
    let _ = project.run(&["lint", "s"]).expect_code(0);
    refused(
        &project,
        &["run", "s", "--agent", "handoff"],
        &["the spec is read as spec-kit", "front matter", "`reference:`"],
    );
    assert!(!project.path(".ghostlib/runs").exists(), "nothing was begun");
}
