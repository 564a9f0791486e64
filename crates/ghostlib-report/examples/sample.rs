//! Writes a sample report for looking at: `cargo run --example sample -- FOLDER` makes `sample.html` and
//! `sample.md` in it.

#[path = "../src/tests/sample/mod.rs"]
mod sample;

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let run = sample::run();
    std::fs::write(folder.join("sample.html"), ghostlib_report::html(&run))?;
    std::fs::write(folder.join("sample.md"), ghostlib_report::markdown(&run))
}
