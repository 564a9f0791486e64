//! Whatever the bytes, reading, linting and editing a spec come to an end, and every place is a place.

#![no_main]

use ghostlib_spec::lint::{LintLevels, lint};
use ghostlib_spec::{Options, SourceFile, Sources, edit, file_names, parse, visible};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|bytes: &[u8]| {
    let sources = sources(bytes);
    let (spec, _) = parse(&sources);
    check_ids(&spec);
    check_coverage(&spec);
    let (_, diagnostics) = lint(&sources, &Options::default(), &LintLevels::new());
    let texts: Vec<(&str, String)> = sources
        .files()
        .chain(&sources.companions)
        .map(|file| (file.path.as_str(), String::from_utf8_lossy(&file.bytes).into_owned()))
        .collect();
    let places = spec.requirements.iter().map(|requirement| &requirement.place);
    for place in places.chain(diagnostics.iter().map(|diagnostic| &diagnostic.place)) {
        let is_place = texts.iter().any(|(path, text)| {
            **path == *place.file && text.is_char_boundary(place.span.start) && text.is_char_boundary(place.span.end)
        });
        assert!(is_place && place.line <= place.end_line, "{place}");
    }
    assert_eq!(visible(&sources).vector_files.len(), sources.vector_files.len());
    if let Ok(document) = std::str::from_utf8(&sources.document.bytes) {
        let with_ids = edit::write_ids(document);
        assert_eq!(edit::write_ids(&with_ids), with_ids);
        edit::add_vector_file(document, "new.yaml");
        edit::add_api_lines(document, "rust", &["pub fn f();".to_owned()]);
    }
});

/// Up to four files, with a byte that no UTF-8 has between them: document, part, vector file, companion.
fn sources(bytes: &[u8]) -> Sources {
    let mut files = bytes.split(|&byte| byte == 0xff);
    let document = SourceFile::new("SPEC.md", files.next().unwrap_or_default());
    let names = file_names(&document, &Options::default());
    let mut further = |names: Vec<String>| {
        let content = files.next().unwrap_or_default();
        names.into_iter().take(2).map(|name| SourceFile::new(name, content)).collect()
    };
    let (parts, vector_files) = (further(names.parts), further(names.vectors));
    let companions = further(vec!["README.md".to_owned()]);
    Sources { document, parts, vector_files, companions, listing: Some(vec!["SPEC.md".to_owned()]) }
}

/// Ids that are made are unique, and are no written ones.
fn check_ids(spec: &ghostlib_spec::Spec) {
    let mut seen = BTreeSet::new();
    let is_written = |id: &str| {
        spec.requirements.iter().any(|requirement| requirement.id_is_written() && requirement.id.as_str() == id)
    };
    for requirement in spec.requirements.iter().filter(|requirement| !requirement.id_is_written()) {
        let id = requirement.id.as_str();
        assert!(seen.insert(id) && !is_written(id), "{id}");
    }
}

/// The parts of the text add up to it.
fn check_coverage(spec: &ghostlib_spec::Spec) {
    let all = spec.coverage;
    let parts = all.front_matter + all.statements + all.lead_ins + all.vectors + all.api + all.pseudocode;
    let parts = parts + all.examples + all.headings + all.prose + all.layout;
    assert!(parts >= all.bytes, "{all:?}");
}
