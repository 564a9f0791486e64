//! Two libraries, on one core and on all.

use crate::process;
use ghostlib_diff::{
    CopyThresholds, FeatureSet, Language, Rust, SourceFile, SourceTree, compare, compare_structure,
    copy_check, extract_crate,
};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use tree_sitter::Parser;

/// What a comparison may cost.
pub(crate) struct Limits {
    /// Times what parsing both trees costs, on one core.
    ratio: f64,
    /// Bytes, at most.
    memory: u64,
}

impl Limits {
    pub(crate) const PAIR: Self = Self { ratio: 2.5, memory: u64::MAX };
    pub(crate) const MILLION: Self = Self { ratio: 3.0, memory: 3 << 29 };
}

/// A library, or a file as the whole source of one.
pub(crate) fn read(path: &Path) -> SourceTree {
    if path.is_dir() {
        return SourceTree::read(path).unwrap();
    }
    let manifest = "[package]\nname = \"one-file\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
    let library = SourceFile::new("lib.rs", fs::read_to_string(path).unwrap());
    SourceTree { files: vec![SourceFile::new("Cargo.toml", manifest), library] }
}

/// Measures parsing and comparing in turn. The lower quartile of each counts: what disturbs a measurement only makes it
/// longer.
pub(crate) fn measure(reference: &Path, candidate: &Path, limits: &Limits) -> bool {
    let trees = [reference, candidate].map(read);
    let n_bytes: usize = library_files(&trees).map(|file| file.text.len()).sum();
    let n_lines: usize = library_files(&trees).map(|file| file.text.lines().count()).sum();
    let n_rounds = (20_000_000 / n_bytes.max(1)).clamp(3, 40);
    let (mut parsing, mut comparing, mut on_all) = (vec![], vec![], vec![]);
    let all_cores = sched_getaffinity(None).unwrap();
    for _ in 0..n_rounds {
        // What has been parsed stays with a tree, and not with its copy.
        let fresh = trees.clone();
        sched_setaffinity(None, &first_of(&all_cores)).unwrap();
        parsing.push(core_time(|| parse(&trees)));
        comparing.push(core_time(|| compare_all(&fresh)));
        sched_setaffinity(None, &all_cores).unwrap();
        let fresh = trees.clone();
        on_all.push(core_time(|| compare_all(&fresh)));
    }
    let [parsing, comparing, on_all] = [parsing, comparing, on_all].map(lower_quartile);
    let memory = process::run_once(reference, candidate).memory;
    let ratio = comparing / parsing;
    println!("{} and {}: {n_lines} lines", reference.display(), candidate.display());
    println!(
        "  one core: parsing {parsing:.3} s, comparing {comparing:.3} s: {ratio:.2} times as long (limit {})",
        limits.ratio
    );
    println!(
        "  {} cores: comparing {on_all:.3} s, {:.2} times as fast",
        all_cores.count(),
        comparing / on_all
    );
    println!("  {} MiB at most", memory >> 20);
    ratio <= limits.ratio && memory <= limits.memory
}

fn library_files(trees: &[SourceTree]) -> impl Iterator<Item = &SourceFile> {
    trees.iter().flat_map(|tree| &tree.files).filter(|file| Rust.is_library(&file.path))
}

/// What tree-sitter alone needs.
fn parse(trees: &[SourceTree]) -> usize {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).unwrap();
    library_files(trees).filter(|file| black_box(parser.parse(&file.text, None)).is_some()).count()
}

pub(crate) fn compare_all(trees: &[SourceTree; 2]) -> usize {
    let [reference, candidate] = trees;
    let apis = trees.each_ref().map(|tree| extract_crate(tree, &FeatureSet::Default).unwrap());
    let comparison = compare(&apis[0], &apis[1]);
    let structure = compare_structure(reference, candidate);
    let copied = copy_check(reference, candidate, &[], &CopyThresholds::default());
    comparison.findings.len() + structure.pairs.len() + copied.longest_run
}

fn first_of(cores: &CpuSet) -> CpuSet {
    let mut first = CpuSet::new();
    first.set((0..CpuSet::MAX_CPU).find(|core| cores.is_set(*core)).unwrap());
    first
}

/// Seconds that the core of this thread spends on work: the longest of all, since whatever is not shared is done here.
/// Other processes do not disturb it much.
fn core_time<T>(work: impl FnOnce() -> T) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let start = now();
    black_box(work());
    now().saturating_sub(start).as_secs_f64()
}

pub(crate) fn lower_quartile(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 4]
}
