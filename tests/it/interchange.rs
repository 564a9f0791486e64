//! `ghostlib import` and `export` of specs: in from other formats, out to people without ghostlib, and back.

use crate::support::project;
use serde_json::Value;

#[test]
fn a_spec_of_another_format_is_imported_and_linted_and_says_what_it_said() {
    let project = project();
    project.copy_fixture("spec/dialect-ghost-library", "padding");
    project.write("padding/LICENSE", "MIT License\n\nCopyright (c) 2026 Somebody\n");
    let told = project.run(&["import", "padding", "--json"]).expect_code(0).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["dialect"], &told["name"]), (&"ghost-library".into(), &"padding".into()));
    assert_eq!(told["requirements"], told["carried"]);
    assert_eq!(told["vectors"], 3);
    assert_eq!((&told["added"][0]["line"], &told["left_out"]), (&18.into(), &Value::Array(Vec::new())));
    let document = project.read("specs/padding/SPEC.md");
    assert!(document.contains("version: 1\nlicense: MIT\nvectors: [tests.yaml]\n---\n"), "{document}");
    let _ = project.run(&["lint", "specs/padding"]).expect_code(0);
    let again = project.run(&["import", "padding"]).expect_code(2).stderr;
    assert!(again.contains("specs/padding/SPEC.md exists already"), "{again}");
}

#[test]
fn what_a_native_spec_cannot_say_is_told_with_its_place() {
    let project = project();
    project.copy_fixture("spec/dialect-openspec-delta", "openspec/changes/renew/specs/lending");
    project.write(
        "front/SPEC.md",
        "---\nlicense: ISC\nowner: desk\n---\n\n# Desk v3\n\n## Rules\n\nIt MUST open.\n",
    );
    let delta = project.run(&["import", "openspec/changes/renew/specs/lending"]).expect_code(0);
    assert!(
        delta.stderr.contains("left out: SPEC.md:19:1: \"Loan ceiling\"")
            || delta.stderr.contains("changes the requirement of another spec"),
        "{}",
        delta.stderr
    );
    let told = project.run(&["import", "front", "--into", "desk", "--json"]).expect_code(0).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["left_out"][0]["file"], &told["left_out"][0]["line"]), (&"SPEC.md".into(), &3.into()));
    let document = project.read("desk/SPEC.md");
    assert!(
        document.starts_with("---\nghostlib: 1\nname: desk\nversion: 3\nlicense: ISC\n---\n\n# Desk v3\n"),
        "{document}"
    );
}

#[test]
fn a_spec_goes_out_without_its_hidden_vectors_and_comes_back() {
    let project = project();
    project.write(
        "specs/tally/SPEC.md",
        "---\nghostlib: 1\nname: tally\nversion: 0.2.0\nlicense: MIT\nvectors: more.yaml\ntargets: {rust: {edition: 2024, dependencies: [memchr]}}\n---\n\n\
         # Tally\n\nr[count.empty]\nAn empty text has no words.\n\n- r[count.space] A space MUST separate words.\n\n\
         ```rust api\npub fn count(text: &str) -> usize;\n```\n",
    );
    project.write(
        "specs/tally/more.yaml",
        "count:\n  - {name: none, input: {text: \"\"}, output: 0, requirements: count.empty}\n  - {name: secret, input: {text: \"a b\"}, output: 2, hidden: true}\n",
    );
    let told = project.run(&["export", "specs/tally"]).expect_code(0).stdout;
    assert_eq!(
        told,
        "wrote SPEC.md, tests.yaml, INSTALL.md into tally-whenwords: 1 vector; 1 hidden vector stays here\n"
    );
    let document = project.read("tally-whenwords/SPEC.md");
    let expected = "# Tally\n\n<!-- ghostlib: 1 -->\nThis is version 0.2.0 of the specification of `tally`, under the licence `MIT`.";
    assert!(document.starts_with(expected), "{document}");
    assert!(document.contains("- <!-- r[count.space] -->\n  A space MUST"), "{document}");
    let install = project.read("tally-whenwords/INSTALL.md");
    assert!(
        install.contains("in Rust (edition 2024)") && install.contains("standard library and memchr"),
        "{install}"
    );
    for file in ["SPEC.md", "tests.yaml", "INSTALL.md"] {
        assert!(!project.read(&format!("tally-whenwords/{file}")).contains("secret"), "{file}");
    }
    let told = project.run(&["import", "tally-whenwords", "--into", "back"]).expect_code(0).stdout;
    assert!(told.contains("read as native: 2 of 2 requirements carried over, 1 vector\n"), "{told}");
    let said = |folder: &str| -> Value {
        let parsed = project.run(&["parse", folder, "--json"]).expect_code(0).stdout;
        let mut parsed: Value = serde_json::from_str(&parsed).unwrap();
        for one in parsed["requirements"].as_array_mut().unwrap() {
            one["line_start"].take();
            one["line_end"].take();
            one["vectors"].take();
        }
        parsed["requirements"].clone()
    };
    assert_eq!(said("back"), said("specs/tally"));
}
