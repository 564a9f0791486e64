//! Real code with bytes deleted, doubled and put in.

use super::{MANIFEST, tree};
use crate::{
    CopyThresholds, FeatureSet, SourceFile, SourceTree, compare, compare_structure, copy_check,
    extract_block, extract_crate, extract_expanded,
};
use fastrand::Rng;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// What is put in: what opens and closes, and what changes the meaning of all that follows.
const SEEDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "\"",
    "'",
    "/*",
    "*/",
    "//",
    "r#\"",
    "#[",
    "#![",
    "::",
    "=>",
    ";",
    ",",
    "$",
    "!",
    "pub ",
    "use ",
    "mod ",
    "impl ",
    "for ",
    "where ",
    "macro_rules! m ",
    "dyn ",
    "fn ",
    "$crate",
    "\0",
    "\u{feff}",
    "é",
    "\\",
];

/// This crate's own sources: macros, generics, imports and modules of all kinds.
fn sources() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let tree = SourceTree::read(&folder).unwrap();
    let texts = tree
        .files
        .into_iter()
        .map(|file| file.text.replace("pub(super)", "pub").replace("pub(crate)", "pub"));
    texts.filter(|text| (1_000..12_000).contains(&text.len())).collect()
}

#[test]
fn mutated_code_is_read_without_a_panic() {
    mutants_are_read_without_a_panic(0..40);
}

/// Still more are read by the fuzz target `extract`.
#[test]
#[ignore = "it takes half a minute without optimisation"]
fn much_mutated_code_is_read_without_a_panic() {
    mutants_are_read_without_a_panic(40..500);
}

fn mutants_are_read_without_a_panic(seeds: Range<u64>) {
    let sources = sources();
    assert!(sources.len() > 20);
    for seed in seeds {
        let mut rng = Rng::with_seed(seed);
        let [one, other] = [0, 1].map(|_| mutant(&mut rng, &sources));
        eprintln!("seed {seed}");
        read(&one, &other);
    }
}

#[test]
fn mutated_manifests_are_read_without_a_panic() {
    for seed in 0..500 {
        let mut rng = Rng::with_seed(seed);
        let manifest = mutated(&mut rng, MANIFEST);
        let mut tree = tree(&[("src/lib.rs", "pub fn f() {}")]);
        tree.files[0] = SourceFile::new("Cargo.toml", manifest);
        let _ = extract_crate(&tree, &FeatureSet::Named(vec!["std".to_owned()]));
    }
}

#[test]
fn files_of_any_bytes_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
    for seed in 0..50 {
        let mut rng = Rng::with_seed(seed);
        let bytes: Vec<u8> = (0..rng.usize(..4_000)).map(|_| rng.u8(..)).collect();
        fs::write(folder.path().join("src/lib.rs"), bytes).unwrap();
        let tree = SourceTree::read(folder.path()).unwrap();
        extract_crate(&tree, &FeatureSet::Default).unwrap();
    }
}

/// Everything that reads code, on two texts.
fn read(one: &str, other: &str) {
    let [one, other] = [one, other].map(|text| (tree(&[("src/lib.rs", text), ("src/a.rs", other)]), text));
    let [required, candidate] =
        [&one, &other].map(|(tree, _)| extract_crate(tree, &FeatureSet::Default).unwrap());
    assert!(compare(&required, &required).findings.is_empty(), "{}", one.1);
    compare(&required, &candidate);
    compare(&extract_block(one.1, "SPEC.md", 0, one.1), &candidate);
    extract_expanded(&one.0, one.1).unwrap();
    compare_structure(&one.0, &other.0);
    copy_check(&one.0, &other.0, &[other.1], &CopyThresholds::default());
}

fn mutant(rng: &mut Rng, sources: &[String]) -> String {
    let text = &sources[rng.usize(..sources.len())];
    mutated(rng, text)
}

/// The text with some of its bytes gone, some twice, and some that were not there.
fn mutated(rng: &mut Rng, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..rng.usize(1..12) {
        let (at, length) = (rng.usize(..=text.len()), rng.usize(1..60));
        let [start, end] = [at, (at + length).min(text.len())].map(|at| text.floor_char_boundary(at));
        let piece = text[start..end].to_owned();
        match rng.u8(..4) {
            0 => text.replace_range(start..end, ""),
            1 => text.insert_str(start, &piece),
            2 => text.insert_str(start, SEEDS[rng.usize(..SEEDS.len())]),
            _ => text.truncate(text.floor_char_boundary(text.len() - (end - start).min(text.len() / 8))),
        }
    }
    text
}
