//! The schemas that are checked in: that they are those of the types, and that they say what the readers do.

use crate::json_schema::accepts;
use crate::support::project;
use ghostlib_testkit::{TestProject, fixture};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What `parse` complains about if front matter by itself is wrong.
const FRONT_MATTER: [&str; 8] = [
    "front-matter-unknown-key",
    "front-matter-missing-key",
    "front-matter-value",
    "format-newer",
    "reference-invalid",
    "vector-file-outside",
    "vector-file-repeated",
    "yaml-invalid",
];
/// The same for a vector file.
const VECTORS: [&str; 7] = [
    "vector-value",
    "vector-not-json",
    "vector-unknown-key",
    "vector-missing-key",
    "vector-expectation",
    "format-newer",
    "yaml-invalid",
];

fn schema(project: &TestProject, name: &str) -> Value {
    serde_json::from_str(&project.run(&["schema", name]).expect_code(0).stdout).unwrap()
}

/// The codes of the complaints about a file of a spec.
fn codes(project: &TestProject, spec: &str, file: &str) -> Vec<String> {
    let parsed = project.run(&["parse", spec, "--json", "--dialect", "native"]).expect_code(0).stdout;
    let parsed: Value = serde_json::from_str(&parsed).unwrap();
    let diagnostics = parsed["diagnostics"].as_array().unwrap().clone();
    let of_file = diagnostics.iter().filter(|one| one["file"] == file);
    of_file.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

/// The YAML as JSON; nothing if it is none, or has values that JSON has not.
fn yaml(text: &str) -> Option<Value> {
    serde_saphyr::from_str(text).ok()
}

/// Whether the reader of front matter has no complaint about this.
fn reads_front_matter(project: &TestProject, yaml: &str) -> bool {
    project.write("s/SPEC.md", format!("---\n{yaml}\n---\n"));
    !codes(project, "s", "SPEC.md").iter().any(|code| FRONT_MATTER.contains(&code.as_str()))
}

/// Whether the reader of vector files has no complaint about this.
fn reads_vectors(project: &TestProject, yaml: &[u8]) -> bool {
    project.write("v/SPEC.md", "---\nghostlib: 1\nname: a\nversion: 1.0.0\nvectors: t.yaml\n---\n");
    project.write("v/t.yaml", yaml);
    !codes(project, "v", "t.yaml").iter().any(|code| VECTORS.contains(&code.as_str()))
}

#[test]
fn the_schemas_that_are_checked_in_are_those_of_the_types() {
    let project = project();
    let names = project.run(&["schema"]).expect_code(0).stdout;
    assert_eq!(
        names.lines().collect::<Vec<_>>(),
        ["front-matter", "vectors", "parse", "compare", "check", "lockfile", "add", "verify", "outdated"]
    );
    for name in names.lines() {
        let path = fixture("..").join(format!("schemas/{name}.json"));
        let now = project.run(&["schema", name]).expect_code(0).stdout;
        let then = fs::read_to_string(&path).unwrap_or_default();
        assert!(now == then, "schemas/{name}.json is stale: write `ghostlib schema {name}` into it");
    }
}

#[test]
fn the_schema_of_front_matter_accepts_what_its_reader_accepts() {
    let project = project();
    let schema = schema(&project, "front-matter");
    let cases = [
        "license: MIT",
        "license: [MIT]",
        "license:",
        "licence: MIT",
        "ghostlib: 2",
        "ghostlib: one",
        "reference: {crate: a, version: 1.2}",
        "reference: {crate: a}",
        "reference: {crate: a, version: 1, path: b}",
        "reference: {git: a, rev: b}",
        "reference: {path: ''}",
        "reference: {path: ../a}",
        "reference: a",
        "reference:",
        "vectors: t.yaml",
        "vectors: [t.yaml, ./a/b.yaml, .hidden/..x]",
        "vectors: [t.yaml, t.yaml]",
        "vectors: ../t.yaml",
        "vectors: [a/../t.yaml]",
        "vectors: /t.yaml",
        "vectors: 'a\\b.yaml'",
        "vectors: 'C:/b.yaml'",
        "vectors: {a: b}",
        "vectors:",
        "files: [a.md, b/c.md]",
        "files: 1",
        "targets: {rust: {edition: 2024, dependencies: [a, b@1], features: std}, python: }",
        "targets: {rust: {editions: 2024}}",
        "targets: {rust: [a]}",
        "targets:",
        "aliases: {a: b, c: 1}",
        "aliases: {a: [b]}",
        "aliases: [a]",
        "aliases:",
        "retired: [a, b]",
        "retired: a",
        "retired:",
        "keywords: {MUST: MUSS, MUST NOT: [DARF NICHT]}",
        "keywords: {MUSS: MUST}",
        "keywords: MUSS",
        "waivers: [{item: a, reason: r}, {operation: b, input: {x: [1]}, reason: r}]",
        "waivers: [{operation: b, pattern: '*', reason: r}]",
        "waivers: [{operation: b, pattern: '*', input: 1, reason: r}]",
        "waivers: [{item: a, pattern: '*', reason: r}]",
        "waivers: [{item: a}]",
        "waivers: [{item: a, reason: ' '}]",
        "waivers: [{item: a, because: r}]",
        "waivers: {item: a, reason: r}",
        "waivers:",
        "lints: {todo: allow}",
        "lints: [todo]",
    ];
    let whole = cases.iter().map(|case| format!("name: a\nversion: 1.0.0\n{case}"));
    let bare =
        ["name: a", "name: ''\nversion: 1", "name: a\nversion: ' '", "[a]", "name: a\nversion: 1\nname: b"];
    for case in whole.chain(bare.map(str::to_owned)) {
        let accepted = yaml(&case).is_some_and(|value| accepts(&schema, &value));
        assert_eq!(accepted, reads_front_matter(&project, &case), "{case}");
    }
}

#[test]
fn the_schema_of_vectors_accepts_what_its_reader_accepts() {
    let project = project();
    let schema = schema(&project, "vectors");
    let cases = [
        "",
        "f: []",
        "f: {}",
        "[f]",
        "ghostlib: 1\nversion: 2\nmeta: {a: [b]}\nf: [{name: a, input: 1, output: 1}]",
        "ghostlib: 2",
        "f: [{name: a, input: null, output: null}]",
        "f: [{name: 1, input: {a: [1.5, true]}, error: true}]",
        "f: [{name: a, input: 1, error: no such thing, id: x, requirements: r, hidden: true}]",
        "f: [{name: a, input: 1, output: 1, requirements: [r, s], hidden: false}]",
        "f: [{name: a, input: 1, output: 1, requirements: 5}]",
        "f: [{name: a, input: 1, output: 1, hidden: 'true'}]",
        "f: [{name: a, input: 1, error: false}]",
        "f: [{name: a, input: 1, error: 5}]",
        "f: [{name: a, input: 1, error: {class: A}}]",
        "f: [{name: a, input: 1, error: {text: b}}]",
        "f: [{name: a, input: 1, error: {class: A, text: b}}]",
        "f: [{name: a, input: 1, error: {}}]",
        "f: [{name: a, input: 1, error: {class: 5}}]",
        "f: [{name: a, input: 1, error: {class: A, texts: b}}]",
        "f: [{name: a, input: 1, error: {class: A, text: null}}]",
        "f: [{name: a, input: 1, output: 1, tolerance: 0.5}]",
        "f: [{name: a, input: 1, output: 1, tolerance: 1}]",
        "f: [{name: a, input: 1, output: 1, tolerance: 0}]",
        "f: [{name: a, input: 1, output: 1, tolerance: -1}]",
        "f: [{name: a, input: 1, output: 1, tolerance: '1'}]",
        "f: [{name: a, input: 1, output: [1], unordered: true}]",
        "f: [{name: a, input: 1, output: [1], unordered: 1}]",
        "f: [{name: a, input: 1, error: true, unordered: true}]",
        "f: [{name: a, input: 1, error: true, tolerance: 1}]",
        "f: [{name: a, before: [{operation: b, input: 1}], input: 1, output: 1}]",
        "f: [{name: a, before: {operation: b, input: 1}, input: 1, output: 1}]",
        "f: [{name: a, before: [{operation: b}], input: 1, output: 1}]",
        "f: [{name: a, input: 1}]",
        "f: [{name: a, input: 1, output: 1, error: true}]",
        "f: [{name: a, output: 1}]",
        "f: [{input: 1, output: 1}]",
        "f: [{name: [a], input: 1, output: 1}]",
        "f: [{name: a, input: 1, ouput: 1}]",
        "f: [text]",
    ];
    for case in cases {
        let accepted = yaml(case).is_some_and(|value| accepts(&schema, &value));
        assert_eq!(accepted, reads_vectors(&project, case.as_bytes()), "{case}");
    }
}

#[test]
fn the_schemas_agree_with_the_readers_on_every_fixture() {
    let project = project();
    let schemas = ["front-matter", "vectors", "parse"].map(|name| schema(&project, name));
    let mut n_files = 0;
    for case in fs::read_dir(fixture("spec")).unwrap() {
        let folder = case.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        project.copy_fixture(&format!("spec/{name}"), &name);
        let parsed = project.run(&["parse", &name, "--json"]).expect_code(0).stdout;
        assert!(accepts(&schemas[2], &serde_json::from_str(&parsed).unwrap()), "what parse says of {name}");
        if let Some(text) = front_matter_of(&folder) {
            let accepted = yaml(&text).is_some_and(|value| accepts(&schemas[0], &value));
            assert_eq!(accepted, reads_front_matter(&project, &text), "the front matter of {name}");
            n_files += 1;
        }
        for path in vector_files(&folder) {
            let bytes = fs::read(&path).unwrap();
            let value = yaml(&String::from_utf8_lossy(&bytes));
            let accepted = value.is_some_and(|value| accepts(&schemas[1], &value));
            assert_eq!(accepted, reads_vectors(&project, &bytes), "{}", path.display());
            n_files += 1;
        }
    }
    assert!(n_files > 15, "{n_files}");
    assert!(!accepts(&schemas[2], &json!({ "name": "a" })), "the schema of parse is no schema of everything");
}

fn front_matter_of(folder: &Path) -> Option<String> {
    let document = String::from_utf8_lossy(&fs::read(folder.join("SPEC.md")).unwrap()).into_owned();
    let rest = document.strip_prefix("---\n")?;
    Some(rest.split("\n---").next().unwrap().to_owned())
}

fn vector_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let files =
        walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect()
}
