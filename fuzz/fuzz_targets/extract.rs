//! Whatever the bytes, reading and comparing code come to an end, every place is a place, and code differs in nothing
//! from itself.

#![no_main]

use ghostlib_diff::{
    Api, CopyThresholds, FeatureSet, SourceFile, SourceTree, compare, compare_structure, copy_check,
    extract_block, extract_crate, extract_expanded,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tree = tree(bytes);
    let Ok(api) = extract_crate(&tree, &FeatureSet::Default) else { return };
    check_places(&api, &tree);
    assert!(compare(&api, &api).findings.is_empty());
    let text = &tree.files[1].text;
    let block = extract_block(text, "SPEC.md", 0, text);
    compare(&block, &api);
    let _ = extract_expanded(&tree, text);
    compare_structure(&tree, &tree);
    copy_check(&tree, &tree, &[text], &CopyThresholds::default());
});

/// A manifest and up to three modules, `a` and `b` among them, with a byte that no UTF-8 has between the files.
fn tree(bytes: &[u8]) -> SourceTree {
    let manifest =
        "[package]\nname = \"fuzzed\"\nedition = \"2021\"\n[features]\ndefault = [\"std\"]\nstd = []\n";
    let paths = ["src/lib.rs", "src/a.rs", "src/a/b.rs"];
    let texts = bytes.splitn(3, |byte| *byte == 0xff).map(String::from_utf8_lossy);
    let sources = paths.into_iter().zip(texts).map(|(path, text)| SourceFile::new(path, text));
    SourceTree { files: [SourceFile::new("Cargo.toml", manifest)].into_iter().chain(sources).collect() }
}

fn check_places(api: &Api, tree: &SourceTree) {
    let places =
        api.items.iter().map(|item| &item.place).chain(api.unseen.iter().map(|unseen| &unseen.place));
    for place in places.chain(api.unsafe_code.iter().flatten()) {
        let file = tree.files.iter().find(|file| *file.path == *place.file);
        let text = file.map(|file| file.text.as_str());
        assert!(text.is_some_and(|text| text.get(place.span.start..place.span.end).is_some()), "{place}");
        assert!(place.line <= place.end_line, "{place}");
    }
}
