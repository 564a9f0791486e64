//! Specs of other formats become native, and native ones go out and come back, with nothing lost that both can say.

#![allow(clippy::unwrap_used, reason = "a test")]

use ghostlib_model::Level;
use ghostlib_spec::exchange::{Imported, Naming, into_native, to_whenwords};
use ghostlib_spec::{Options, SourceFile, Sources, Spec, file_names, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The spec of a folder, with those of its files that are there.
fn load(folder: &Path) -> Sources {
    let document = SourceFile::new("SPEC.md", fs::read(folder.join("SPEC.md")).unwrap());
    let load = |name: String| Some(SourceFile::new(&*name, fs::read(folder.join(&name)).ok()?));
    let names = file_names(&document, &Options::default());
    Sources {
        parts: names.parts.into_iter().filter_map(load).collect(),
        vector_files: names.vectors.into_iter().filter_map(load).collect(),
        document,
        ..Sources::default()
    }
}

fn imported(sources: &Sources) -> Imported {
    into_native(sources, &Options::default(), &Naming::default())
}

/// What must hold, how strongly, and in which order; without the sentences that were put in.
fn said(spec: &Spec, imported: &Imported) -> Vec<(Level, String)> {
    let added: Vec<&str> = imported.added.iter().map(|one| one.text.as_str()).collect();
    let said = spec.requirements.iter().filter(|one| !added.contains(&one.text.as_str()));
    said.map(|one| (one.level, one.text.clone())).collect()
}

/// All but requirements and places that both formats have.
fn declared(spec: &Spec) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut vectors: Vec<_> = spec.vectors.iter().filter(|one| !one.hidden).cloned().collect();
    for one in &mut vectors {
        one.place = ghostlib_model::Place::start_of("");
    }
    vectors.sort_by(|a, b| a.id.cmp(&b.id));
    let operations: Vec<_> = spec
        .operations
        .iter()
        .map(|one| (one.name.clone(), one.parameters.clone(), one.output.clone()))
        .collect();
    let api: Vec<_> = spec.api_blocks.iter().map(|one| (one.language.clone(), one.code.clone())).collect();
    let bindings: Vec<_> =
        spec.bindings.iter().map(|one| (one.operation.clone(), one.expression.clone())).collect();
    (vectors, operations, api, bindings)
}

fn nothing_is_lost(name: &str, sources: &Sources) -> (Imported, Spec) {
    let (before, _) = parse(sources);
    let imported = imported(sources);
    let (after, _) = parse(&imported.sources);
    let text = String::from_utf8_lossy(&imported.sources.document.bytes).into_owned();
    assert_eq!(after.dialect, ghostlib_spec::Dialect::Native, "{name}");
    assert_eq!(said(&after, &imported), said(&before, &imported), "{name}:\n{text}");
    assert_eq!(declared(&after), declared(&before), "{name}");
    assert_eq!(imported.n_carried, before.requirements.len(), "{name}");
    (imported, after)
}

#[test]
fn specs_of_other_formats_say_the_same_as_native_ones() {
    for (dialect, n_left_out) in [
        ("openspec", 0),
        ("spec-kit", 0),
        ("ghost-library", 0),
        ("ears", 0),
        ("nlspec", 0),
        ("openspec-delta", 3),
    ] {
        let sources = load(&root().join(format!("fixtures/spec/dialect-{dialect}")));
        let (imported, after) = nothing_is_lost(dialect, &sources);
        assert_eq!(imported.left_out.len(), n_left_out, "{dialect}: {:?}", imported.left_out);
        let unwritten = after.requirements.iter().filter(|one| !one.id_is_written());
        let is_row = |text: &str| text.contains(" | ") || imported.added.iter().any(|one| one.text == text);
        assert!(
            unwritten.clone().all(|one| is_row(&one.text)),
            "{dialect}: {:?}",
            unwritten.collect::<Vec<_>>()
        );
    }
}

#[test]
fn ids_scenarios_and_tables_stay_where_they_were() {
    let document = |dialect: &str| {
        let imported = imported(&load(&root().join(format!("fixtures/spec/dialect-{dialect}"))));
        String::from_utf8(imported.sources.document.bytes).unwrap()
    };
    let openspec = document("openspec");
    assert!(openspec.starts_with("---\nghostlib: 1\nname: lending\nversion: 0.1.0  # fill in"), "{openspec}");
    assert!(openspec.contains("r[loan-limit-2]\nIt SHALL NOT count reserved books."), "{openspec}");
    assert!(openspec.contains("- **WHEN** the reader asks for another\n- r[loan-limit.sixth-book]\n  **THEN** the desk refuses it\n"), "{openspec}");
    assert!(
        openspec.contains(
            "- Given a public holiday\n- When a reader comes at nine\n- r[opening-hours.scenario]\n"
        ),
        "{openspec}"
    );
    let spec_kit = document("spec-kit");
    assert!(spec_kit.contains("- r[FR-001]\n  System MUST find recipes"), "{spec_kit}");
    assert!(spec_kit.contains("name: recipe-search\n"), "{spec_kit}");
    let padding = document("ghost-library");
    assert!(padding.contains("version: 1\n# license: fill in"), "{padding}");
    assert!(padding.contains("Each row of this table MUST hold:\n\n| Condition | Output |\n"), "{padding}");
}

#[test]
fn what_no_native_block_can_mark_is_restated_and_told() {
    let text = "# Gate v2\n\nThe key words are those of RFC 2119.\n\n## Rules\n\n> The gate MUST close.\n\n\
        `req~lamp~1` The lamp MUST shine.\n\n| id | rule |\n|---|---|\n| FR-1 | It MUST ring. |\n| FR-2 | It SHOULD blink. |\n\n\
        Errors should be told so:\n\n| language | how |\n|---|---|\n| Rust | a `Result` |\n| Go | a pair |\n";
    let sources = Sources { document: SourceFile::new("SPEC.md", text), ..Sources::default() };
    let (imported, after) = nothing_is_lost("gate", &sources);
    assert_eq!(imported.restated.len(), 1, "{:?}", imported.restated);
    assert_eq!(imported.renamed[0].now, "req.lamp.1");
    let ids: Vec<&str> = after.requirements.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids[1..4], ["req.lamp.1", "FR-1", "FR-2"]);
    assert_eq!(imported.added[0].text, "Each row of this table SHOULD hold:");
}

/// Sends a native spec out and takes it back.
fn comes_back(name: &str, sources: &Sources) {
    let (before, _) = parse(sources);
    let out = to_whenwords(sources, &Options::default());
    let document = out.files[0].clone();
    let names = file_names(&document, &Options::default());
    let file = |name: String| out.files.iter().find(|file| file.path == name).cloned();
    let published = Sources {
        parts: names.parts.into_iter().filter_map(file).collect(),
        vector_files: names.vectors.into_iter().filter_map(file).collect(),
        document,
        ..Sources::default()
    };
    let text = String::from_utf8_lossy(&published.document.bytes).into_owned();
    let mut is_code = false;
    let marker = text.lines().find(|line| {
        is_code ^= line.starts_with("```");
        !is_code && line.starts_with("r[")
    });
    assert_eq!(marker, None, "{name}");
    assert!(!text.starts_with("---"), "{name}");
    let imported = imported(&published);
    let (after, _) = parse(&imported.sources);
    assert_eq!(declared(&after), declared(&before), "{name}");
    let told = |spec: &Spec| -> Vec<_> {
        spec.requirements
            .iter()
            .map(|one| (one.id.clone(), one.level, one.text.clone(), one.lead_in.clone()))
            .collect()
    };
    assert_eq!(told(&after), told(&before), "{name}:\n{text}");
    let head = |spec: &Spec| (spec.front_matter.name.clone(), spec.front_matter.license.clone());
    assert_eq!(head(&after), head(&before), "{name}");
    assert_eq!(out.n_hidden, before.vectors.iter().filter(|one| one.hidden).count(), "{name}");
    for hidden in before.vectors.iter().filter(|one| one.hidden) {
        let leaks = out
            .files
            .iter()
            .any(|file| String::from_utf8_lossy(&file.bytes).contains(&format!("name: {}", hidden.name)));
        assert!(!leaks, "{name}: {} left", hidden.id);
    }
    let install = String::from_utf8_lossy(&out.files.last().unwrap().bytes).to_lowercase();
    let install = install.replace(&before.front_matter.name.to_lowercase(), "");
    assert!(!install.contains("ghostlib"), "{name}: {install}");
}

#[test]
fn every_native_spec_comes_back_from_whenwords_layout_as_it_was() {
    let folders = ["specs", "fixtures/specs"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let folders = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let specs: Vec<_> = folders
        .chain(["good", "several-files"].map(|name| root().join("fixtures/spec").join(name)))
        .filter(|folder| folder.join("SPEC.md").is_file())
        .collect();
    assert!(specs.len() > 6, "{specs:?}");
    for folder in specs {
        comes_back(&folder.display().to_string(), &load(&folder));
    }
}

/// Blocks of a native spec, each with `@` for a number of its own.
const BLOCKS: [&str; 11] = [
    "r[rule.r@]\nA thing @ has a name.\n",
    "A thing @ MUST have a name. It SHOULD NOT have two; more @ MAY follow.\n",
    "First.\nr[mid.r@]\nThis @ holds.\n",
    "- r[item.r@]\n  Item @ holds.\n- r[tail.r@] Item @ MUST hold.\n  - inner @ MAY hold\n",
    "r[all.r@]\n- one @ of these\n- two @ of these\n",
    "A thing @ MUST have:\n\n1. a lid @\n2. r[lid.r@]\n   a key @\n",
    "| case | result |\n|---|---|\n| @ | it MUST stop |\n| other @ | it MAY stop |\n",
    "> A quotation @ that MUST NOT bind.\n",
    "## Part @\n\nSome words @ that bind nobody.\n",
    "```rust api\npub fn f@(x: i64) -> i64;\n```\n",
    "```yaml vectors\nf@:\n  - {name: one, input: {x: @}, output: 1}\n  - {name: two, input: {x: \"@\"}, error: true}\n```\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_a_native_spec_is_made_of_comes_back(picked in vec(0..BLOCKS.len(), 1..9), license in any::<bool>()) {
        let license = if license { "license: MIT OR Apache-2.0\n" } else { "" };
        let mut text = format!("---\nghostlib: 1\nname: made\nversion: 1.2.3\n{license}---\n\n# Made of blocks\n");
        for (n, at) in picked.into_iter().enumerate() {
            text += "\n";
            text += &BLOCKS[at].replace('@', &n.to_string());
        }
        comes_back("made", &Sources { document: SourceFile::new("SPEC.md", text), ..Sources::default() });
    }
}
