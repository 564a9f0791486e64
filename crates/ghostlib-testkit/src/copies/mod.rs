//! Prints what the copy check says of published crates: of two versions of one, of independent ones, of strangers, and
//! of copies that were disguised mechanically.

mod disguise;

use crate::faults::CRATES;
use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, fetch, listed};
use crate::say;
use clap::Args;
use disguise::disguised;
use ghostlib_diff::{CopyReport, CopyThresholds, SourceTree, copy_check};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Hold the copy check against pairs of crates of which it is known whether one was copied.
#[derive(Args)]
pub(crate) struct CopiesArgs {
    /// A file that lists the crates of which disguised copies are made, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Where fetched crates are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/faults")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CopiesError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Page(#[from] PageError),
}

/// How two trees are related.
const LINEAGE: &str = "same lineage";
const INDEPENDENT: &str = "independent";
const UNRELATED: &str = "unrelated";
const DISGUISED: &str = "renamed and reordered";

const PAIRS: &[(&str, &str, &str)] = &[
    (LINEAGE, "url 2.3.1", "url 2.5.8"),
    (LINEAGE, "humantime 2.1.0", "humantime 2.3.0"),
    (LINEAGE, "indexmap 1.9.3", "indexmap 2.14.2"),
    (LINEAGE, "dotenv 0.15.0", "dotenvy 0.15.7"),
    (LINEAGE, "adler 1.0.2", "adler2 2.0.1"),
    (LINEAGE, "strsim 0.10.0", "strsim 0.11.1"),
    (INDEPENDENT, "semver 0.11.0", "semver 1.0.28"),
    (INDEPENDENT, "hex 0.4.3", "const-hex 1.19.3"),
    (INDEPENDENT, "hex 0.4.3", "faster-hex 0.10.1"),
    (INDEPENDENT, "fnv 1.0.7", "rustc-hash 2.1.3"),
    (INDEPENDENT, "shlex 2.0.1", "shell-words 1.1.1"),
    (INDEPENDENT, "smallvec 1.15.1", "heapless 0.8.0"),
    (UNRELATED, "url 2.5.8", "indexmap 2.14.2"),
    (UNRELATED, "humantime 2.3.0", "semver 1.0.28"),
    (UNRELATED, "strsim 0.11.1", "hex 0.4.3"),
    (UNRELATED, "either 1.16.0", "log 0.4.35"),
    (UNRELATED, "indexmap 2.14.2", "semver 1.0.28"),
];

/// One row of the table.
struct Row {
    relation: &'static str,
    pair: String,
    report: CopyReport,
}

impl Row {
    fn new(relation: &'static str, pair: String, reference: &SourceTree, candidate: &SourceTree) -> Self {
        Self { relation, pair, report: copy_check(reference, candidate, &[], &CopyThresholds::default()) }
    }

    /// Copies have to alarm, and others not.
    fn is_right(&self) -> bool {
        self.report.alarmed == matches!(self.relation, LINEAGE | DISGUISED)
    }
}

pub(crate) fn copies(args: &CopiesArgs) -> Result<ExitCode, CopiesError> {
    let mut rows = pairs(&args.cache)?;
    for published in listed(args.crates.as_deref(), CRATES)? {
        let tree = fetch(&published, &args.cache)?;
        rows.push(Row::new(DISGUISED, published.to_string(), &tree, &disguised(&tree)));
    }
    let table = markdown(&rows);
    say(&table);
    if let Some(path) = &args.markdown {
        write_block(path, "copies", &table)?;
    }
    Ok(if rows.iter().all(Row::is_right) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn pairs(cache: &Path) -> Result<Vec<Row>, FetchError> {
    let read = |name: &str| fetch(&name.parse::<Published>()?, cache);
    let rows = PAIRS.iter().map(|(relation, reference, candidate)| {
        let pair = format!("{reference} → {candidate}");
        Ok(Row::new(relation, pair, &read(reference)?, &read(candidate)?))
    });
    rows.collect()
}

fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| relation | pair | fingerprint | verbatim | longest run | alarm | as it should be |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let CopyReport { fingerprint, verbatim, longest_run, alarmed, .. } = &row.report;
        let said = if *alarmed { "yes" } else { "no" };
        let right = if row.is_right() { "yes" } else { "**no**" };
        let _ = writeln!(
            table,
            "| {} | {} | {fingerprint:.3} | {verbatim:.3} | {longest_run} | {said} | {right} |",
            row.relation, row.pair
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::fixture_tree;

    #[test]
    fn a_disguised_copy_alarms_and_other_code_does_not() {
        let sample = fixture_tree("diff/sample");
        let copy = Row::new(DISGUISED, "sample".to_owned(), &sample, &disguised(&sample));
        let other = Row::new(UNRELATED, "level".to_owned(), &sample, &fixture_tree("candidates/level-good"));
        assert!(copy.is_right() && copy.report.fingerprint > 0.5, "{:?}", copy.report);
        assert!(other.is_right() && other.report.fingerprint < 0.1, "{:?}", other.report);
    }

    #[test]
    fn a_disguise_leaves_no_name_that_the_crate_declares() {
        let copy = disguised(&fixture_tree("diff/sample"));
        let text: String = copy.files.iter().map(|file| file.text.as_str()).collect();
        assert!(!text.contains("fn draw") && !text.contains("struct Grid") && text.contains("fn other_draw"));
    }
}
