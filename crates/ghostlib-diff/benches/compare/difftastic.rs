//! Pairs of files, compared by this program and by difftastic: files of at least 1,500 lines that changed from one
//! published version of a crate to another.

use crate::pair::lower_quartile;
use crate::process::{self, Run};
use crate::published;
use std::fs;
use std::path::{Path, PathBuf};

/// A crate and two of its versions.
const CRATES: [(&str, &str, &str); 4] = [
    ("clap_builder", "4.6.0", "4.6.7"),
    ("indexmap", "1.9.3", "2.14.0"),
    ("syn", "2.0.117", "3.0.9"),
    ("url", "2.3.1", "2.5.8"),
];
/// Smaller files say little about speed.
const MIN_LINES: usize = 1_500;
const N_ROUNDS: usize = 5;
/// So many times faster than difftastic, at least.
const MIN_SPEED: f64 = 20.0;
/// In so many times less memory, at least.
const MIN_MEMORY: f64 = 100.0;

/// Compares the pairs by both programs.
pub(crate) fn measure(difftastic: &Path) -> bool {
    let probes = tempfile::tempdir().unwrap();
    let mut holds = true;
    println!("| file | lines | difftastic | | ghostlib | | times faster | times less memory |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (name, old, new) in CRATES {
        let [old_folder, new_folder] = [old, new].map(|version| fetch(name, version, probes.path()));
        for file in changed_files(&old_folder, &new_folder) {
            let (one, other) = (old_folder.join(&file), new_folder.join(&file));
            let theirs = process::run(difftastic, &[&one, &other]);
            let ours = best((0..N_ROUNDS).map(|_| process::run_once(&one, &other)).collect());
            let (speed, memory) = (theirs.seconds / ours.seconds, ratio(theirs.memory, ours.memory));
            holds &= speed >= MIN_SPEED && memory >= MIN_MEMORY;
            println!(
                "| {name} {old} → {new} {} | {} | {:.2} s | {} MiB | {:.3} s | {:.1} MiB | {speed:.0} | {memory:.0} |",
                file.display(),
                n_lines(&one).max(n_lines(&other)),
                theirs.seconds,
                theirs.memory >> 20,
                ours.seconds,
                ratio(ours.memory, 1 << 20),
            );
        }
    }
    holds
}

fn best(runs: Vec<Run>) -> Run {
    let memory = runs.iter().map(|run| run.memory).max().unwrap_or_default();
    Run { seconds: lower_quartile(runs.into_iter().map(|run| run.seconds).collect()), memory }
}

/// The source of one version of a crate.
fn fetch(name: &str, version: &str, probes: &Path) -> PathBuf {
    let probe = probes.join(format!("{name}-{version}"));
    fs::create_dir_all(&probe).unwrap();
    let manifest = format!(
        "[package]\nname = \"probe\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n[dependencies]\n{name} = \"={version}\"\n"
    );
    fs::write(probe.join("Cargo.toml"), manifest).unwrap();
    fs::write(probe.join("lib.rs"), "").unwrap();
    let mut packages = published::packages(&probe.join("Cargo.toml")).into_iter();
    let package = packages.find(|package| package.name == name && package.version == version);
    package.unwrap().folder().to_owned()
}

/// The files of both that are not the same, relative to their roots.
fn changed_files(old: &Path, new: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(old.join("src")).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "rs"));
    let files = files.map(|file| file.path().strip_prefix(old).unwrap().to_owned());
    let is_changed = |file: &PathBuf| {
        let [one, other] = [old, new].map(|root| fs::read(root.join(file)).unwrap_or_default());
        !other.is_empty() && one != other && n_lines(&old.join(file)) >= MIN_LINES
    };
    files.filter(is_changed).collect()
}

fn n_lines(path: &Path) -> usize {
    fs::read_to_string(path).unwrap().lines().count()
}

#[expect(clippy::cast_precision_loss, reason = "bytes stay far below 2^52")]
fn ratio(one: u64, other: u64) -> f64 {
    one as f64 / other as f64
}
