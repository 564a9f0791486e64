//! Changes single items of published crates, and asks the comparison what changed.
//!
//! The changed code is read and never built: it does not have to compile.

mod attributes;
mod change;
mod functions;
mod generics;
mod judge;
mod kinds;
mod reexports;
mod site;
mod table;
mod traits;
mod types;
mod values;

use crate::page::{PageError, write_block};
use crate::published::{FetchError, fetch, listed};
use crate::say;
use change::Change;
pub(crate) use change::element;
use clap::Args;
use fastrand::Rng;
use ghostlib_diff::ExtractError;
use judge::{Verdict, judge};
use kinds::{KINDS, Kind};
pub(crate) use site::Sample;
use site::Site;
use std::path::PathBuf;
use std::process::ExitCode;
use table::{Row, markdown};

/// The crates that are changed unless others are listed.
pub(crate) const CRATES: &str = include_str!("crates.txt");

/// Change single items of published crates, and count which changes the comparison reports.
#[derive(Args)]
pub(crate) struct FaultsArgs {
    /// A file that lists crates, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only this kind of change.
    #[arg(long)]
    kind: Option<String>,
    /// Which of the possible changes are made.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The most changes of one kind in one crate.
    #[arg(long, value_name = "N", default_value_t = 10)]
    per_kind: usize,
    /// Where fetched crates are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/faults")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultsError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{name}: {source}")]
    Extract { name: String, source: ExtractError },
    #[error("no kind `{0}`")]
    Kind(String),
    #[error(transparent)]
    Page(#[from] PageError),
}

pub(crate) fn faults(args: &FaultsArgs) -> Result<ExitCode, FaultsError> {
    let kinds = chosen(args.kind.as_deref())?;
    let mut rows: Vec<_> = kinds.iter().map(|kind| (kind.name, Row::default())).collect();
    for published in listed(args.crates.as_deref(), CRATES)? {
        let name = published.to_string();
        let failed = |source| FaultsError::Extract { name: name.clone(), source };
        let sample = Sample::read(fetch(&published, &args.cache)?).map_err(failed)?;
        let sites = sample.sites();
        for (kind, (_, row)) in kinds.iter().zip(&mut rows) {
            for (site, change) in drawn(kind, &sites, args.seed, args.per_kind) {
                let verdict = judge(kind, site, &change).map_err(failed)?;
                tell(kind, &name, &change, &verdict);
                row.count(&verdict);
            }
        }
    }
    let table = markdown(&rows);
    say(&table);
    if let Some(path) = &args.markdown {
        write_block(path, "faults", &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(name: Option<&str>) -> Result<Vec<&'static Kind>, FaultsError> {
    let kinds: Vec<_> = KINDS.iter().filter(|kind| name.is_none_or(|name| kind.name == name)).collect();
    if kinds.is_empty() { Err(FaultsError::Kind(name.unwrap_or_default().to_owned())) } else { Ok(kinds) }
}

/// At most `n` of the changes of this kind that the sites allow.
fn drawn<'a, 's>(kind: &Kind, sites: &'a [Site<'s>], seed: u64, n: usize) -> Vec<(&'a Site<'s>, Change)> {
    let mut all: Vec<_> = sites
        .iter()
        .flat_map(|site| (kind.changes)(site).into_iter().map(move |change| (site, change)))
        .collect();
    Rng::with_seed(seed).shuffle(&mut all);
    all.truncate(n);
    all
}

/// Says what is not as it should be.
fn tell(kind: &Kind, name: &str, change: &Change, verdict: &Verdict) {
    let mut wrong = vec![];
    if !verdict.is_found() {
        wrong.push("missed".to_owned());
    } else if !verdict.is_right_rule {
        wrong.push(format!("by {:?}", verdict.rules));
    } else if !verdict.is_right_line {
        wrong.push("another line".to_owned());
    }
    wrong.extend(verdict.others.iter().take(3).map(|other| format!("beside {other}")));
    if !wrong.is_empty() {
        let to: Vec<_> = change.edits.iter().map(|edit| edit.text.trim()).collect();
        say(format!("{} in {name}, {} -> {to:?}: {}", kind.name, verdict.place, wrong.join("; ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::fixture_tree;

    /// What the extraction does not tell yet.
    const UNSEEN: &[&str] = &[
        "variant-discriminant-changed",
        "auto-trait-lost",
        "foreign-re-export-removed",
        "constant-value-changed",
        "error-message-changed",
    ];

    #[test]
    fn every_change_of_the_sample_is_found_alone_by_its_rule_and_at_its_line() {
        let sample = Sample::read(fixture_tree("diff/sample")).unwrap();
        let sites = sample.sites();
        let mut n_kinds = 0;
        for kind in KINDS.iter().filter(|kind| !UNSEEN.contains(&kind.name)) {
            let mut row = Row::default();
            for (site, change) in drawn(kind, &sites, 1, 3) {
                let verdict = judge(kind, site, &change).unwrap();
                let is_right = verdict.is_found() && verdict.is_alone() && verdict.is_right_line;
                assert!(is_right, "{}: {verdict:?} of {change:?}", kind.name);
                row.count(&verdict);
            }
            n_kinds += usize::from(row.seeded > 0);
        }
        assert!(n_kinds >= 60, "{n_kinds}");
    }

    #[test]
    fn what_changes_nothing_is_missed() {
        let sample = Sample::read(fixture_tree("diff/sample")).unwrap();
        let sites = sample.sites();
        let kind = KINDS.iter().find(|kind| kind.name == "function-removed").unwrap();
        let site = drawn(kind, &sites, 1, 1)[0].0;
        let verdict = judge(kind, site, &Change::default()).unwrap();
        assert!(
            !verdict.is_found() && !verdict.is_alone() && !verdict.is_right_rule && !verdict.is_right_line
        );
    }

    #[test]
    fn a_change_of_something_else_is_not_alone() {
        let sample = Sample::read(fixture_tree("diff/sample")).unwrap();
        let sites = sample.sites();
        let kind = KINDS.iter().find(|kind| kind.name == "function-removed").unwrap();
        let all = drawn(kind, &sites, 1, 2);
        let mut both = all[0].1.clone();
        both.edits.extend(all[1].1.edits.clone());
        let verdict = judge(kind, all[0].0, &both).unwrap();
        assert!(verdict.is_found() && !verdict.is_alone() && verdict.others.len() == 1, "{verdict:?}");
    }
}
