//! How long comparing two libraries takes, as a ratio to what tree-sitter needs to parse both, and in how much memory.
//!
//! - `cargo bench -p ghostlib-diff --bench compare -- [REFERENCE CANDIDATE]…` compares folders; without any, two crates
//!   of this project.
//! - `… -- --million FOLDER` makes a pair of a million lines each below FOLDER and compares it.
//! - `… -- --difftastic PROGRAM` compares pairs of files, and has difftastic compare them too.
//!
//! Only what belongs to a library is counted on either side: neither tests nor benches nor examples.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod difftastic;
mod million;
mod pair;
mod process;
mod published;

use pair::{Limits, compare_all};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let holds = match args[..] {
        ["--million", folder] => {
            let [reference, candidate] = million::write(Path::new(folder));
            pair::measure(&reference, &candidate, &Limits::MILLION)
        }
        ["--difftastic", program] => difftastic::measure(Path::new(program)),
        // What a process of its own does, to be measured from outside.
        [process::ONCE, reference, candidate] => {
            black_box(compare_all(&[reference, candidate].map(|path| pair::read(Path::new(path)))));
            true
        }
        _ => {
            let folders = folders(&args);
            let pairs = folders.chunks_exact(2).map(|pair| pair::measure(&pair[0], &pair[1], &Limits::PAIR));
            // Every pair is measured, whether or not one before it is too slow.
            pairs.filter(|holds| !holds).count() == 0
        }
    };
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn folders(args: &[&str]) -> Vec<PathBuf> {
    if args.is_empty() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        return vec![crates.join("ghostlib-spec"), crates.join("ghostlib-diff")];
    }
    args.iter().map(PathBuf::from).collect()
}
