//! How long comparing two libraries takes, as a ratio to what tree-sitter needs to parse both.
//!
//! `cargo bench -p ghostlib-diff --bench compare -- [REFERENCE CANDIDATE]…`; without folders, two crates of this
//! project. Both sides are measured in turn, in one run and on one core, and the lower quartile of each counts: what
//! disturbs a measurement only makes it longer.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use ghostlib_diff::{
    CopyThresholds, FeatureSet, SourceFile, SourceTree, compare, compare_structure, copy_check, extract_crate,
};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tree_sitter::Parser;

/// The whole comparison costs at most so many times what parsing both trees costs.
const MAX_RATIO: f64 = 2.5;

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).map(PathBuf::from).collect();
    if folders.is_empty() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        folders = vec![crates.join("ghostlib-spec"), crates.join("ghostlib-diff")];
    }
    let holds: Vec<bool> = folders.chunks_exact(2).map(|pair| measure(&pair[0], &pair[1])).collect();
    if holds.into_iter().all(|holds| holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(reference: &Path, candidate: &Path) -> bool {
    let trees = [SourceTree::read(reference).unwrap(), SourceTree::read(candidate).unwrap()];
    let n_bytes: usize = trees.iter().flat_map(|tree| &tree.files).map(|file| file.text.len()).sum();
    let n_lines: usize =
        trees.iter().flat_map(|tree| &tree.files).map(|file| file.text.lines().count()).sum();
    let n_rounds = (20_000_000 / n_bytes.max(1)).clamp(3, 40);
    let (mut parsing, mut comparing) = (vec![], vec![]);
    for _ in 0..n_rounds {
        parsing.push(time(|| parse(&trees)));
        // What has been parsed stays with a tree, and not with its copy.
        let fresh = trees.clone();
        comparing.push(time(|| compare_all(&fresh)));
    }
    let (parsing, comparing) = (lower_quartile(parsing), lower_quartile(comparing));
    let ratio = comparing.as_secs_f64() / parsing.as_secs_f64();
    println!("{} and {}: {n_lines} lines", reference.display(), candidate.display());
    println!("  parsing {parsing:?}, comparing {comparing:?}: {ratio:.2} times as long (limit {MAX_RATIO})");
    ratio <= MAX_RATIO
}

/// What tree-sitter alone needs.
fn parse(trees: &[SourceTree]) -> usize {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).unwrap();
    let files = trees.iter().flat_map(|tree| &tree.files).filter(|file| is_rust(file));
    files.filter(|file| black_box(parser.parse(&file.text, None)).is_some()).count()
}

fn is_rust(file: &SourceFile) -> bool {
    Path::new(&file.path).extension().is_some_and(|extension| extension == "rs")
}

fn compare_all([reference, candidate]: &[SourceTree; 2]) -> usize {
    let apis = [reference, candidate].map(|tree| extract_crate(tree, &FeatureSet::Default).unwrap());
    let comparison = compare(&apis[0], &apis[1]);
    let structure = compare_structure(reference, candidate);
    let copied = copy_check(reference, candidate, &[], &CopyThresholds::default());
    comparison.findings.len() + structure.pairs.len() + copied.longest_run
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn lower_quartile(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 4]
}
