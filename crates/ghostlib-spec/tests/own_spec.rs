//! The format's own spec: this crate does what it states.

#![allow(clippy::unwrap_used, reason = "a test")]

use ghostlib_model::{Diagnostic, Expected, Severity, Value, Vector};
use ghostlib_spec::{Code, Dialect, Options, SourceFile, Sources, Spec, parse, parse_with};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/ghostlib-spec")
}

fn own_spec() -> (Spec, Vec<Diagnostic>) {
    let file = |name: &str| SourceFile { path: name.into(), bytes: fs::read(folder().join(name)).unwrap() };
    let vector_files = ["requirements.yaml", "vectors.yaml", "diagnostics.yaml"].map(file).into();
    parse(&Sources { document: file("SPEC.md"), vector_files, ..Sources::default() })
}

/// What this crate answers to a vector of the spec.
fn answer(vector: &Vector) -> Value {
    let document = vector.input["document"].as_str().unwrap();
    let sources = Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() };
    let options = Options { dialect: Some(Dialect::Native), ..Options::default() };
    let (spec, diagnostics) = parse_with(&sources, &options);
    match vector.operation.as_str() {
        "requirements" => {
            let all = spec.requirements.iter();
            all.map(|one| json!([one.id, one.level.keyword(), one.text])).collect()
        }
        "vectors" => spec.vectors.iter().map(|one| json!([one.operation, one.id])).collect(),
        "api" => spec.api_blocks.iter().map(|block| json!([block.language, block.code])).collect(),
        "bindings" => {
            let all = spec.bindings.iter();
            all.map(|one| json!([one.operation, one.language, one.expression])).collect()
        }
        "diagnostics" => diagnostics.iter().map(|one| json!(one.code)).collect(),
        other => panic!("no operation `{other}`"),
    }
}

#[test]
fn the_crate_does_what_the_spec_of_the_format_states() {
    let (spec, diagnostics) = own_spec();
    assert!(diagnostics.iter().all(|one: &Diagnostic| one.severity < Severity::Warning), "{diagnostics:?}");
    assert!(spec.vectors.len() > 60);
    for vector in &spec.vectors {
        let answer = answer(vector);
        let Expected::Output(expected) = &vector.expected else { panic!("{}", vector.id) };
        assert!(expected.admits(&answer), "{}: {answer}", vector.id);
    }
}

#[test]
fn every_code_of_reading_that_the_spec_names_is_one() {
    let document = fs::read_to_string(folder().join("SPEC.md")).unwrap();
    let reading = Code::ALL.iter().filter(|code| !code.is_lint());
    let unnamed: Vec<_> = reading.filter(|code| !document.contains(&format!("`{code}`"))).collect();
    let own = ["vector-file-repeated", "vector-value", "binding-value"];
    let others = unnamed.iter().filter(|code| !own.contains(&code.as_str()));
    assert_eq!(others.count(), 0, "{unnamed:?}");
}
