//! Every folder of `fixtures/spec` is a spec; `golden/spec` has what reading it gives.

use ghostlib_spec::{Options, SourceFile, Sources, file_names, parse};
use std::fs;
use std::path::Path;

#[test]
fn every_fixture_reads_as_its_golden_output_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("golden/spec"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut cases: Vec<_> = fs::read_dir(root.join("fixtures/spec")).unwrap().map(Result::unwrap).collect();
    cases.sort_by_key(fs::DirEntry::file_name);
    assert!(!cases.is_empty());
    for case in cases {
        let (spec, diagnostics) = parse(&load(&case.path()).unwrap());
        let name = format!("{}.json", case.file_name().to_string_lossy());
        settings.bind(|| insta::assert_json_snapshot!(name, (spec, diagnostics)));
    }
}

/// The spec of a folder, with those of its vector files that are there.
fn load(folder: &Path) -> Option<Sources> {
    let document = SourceFile::new("SPEC.md", fs::read(folder.join("SPEC.md")).ok()?);
    let load = |name: String| {
        let bytes = fs::read(folder.join(&name)).ok()?;
        Some(SourceFile::new(name, bytes))
    };
    let names = file_names(&document, &Options::default());
    let parts = names.parts.into_iter().filter_map(load).collect();
    let vector_files = names.vectors.into_iter().filter_map(load).collect();
    Some(Sources { document, parts, vector_files, ..Sources::default() })
}
