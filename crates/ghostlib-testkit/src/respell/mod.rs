//! Writes published crates in other words that mean the same, and asks the comparison what changed: nothing must.

mod generics;
mod layout;
mod names;
mod source;

use crate::faults::CRATES;
use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, fetch, listed, write};
use crate::say;
use clap::Args;
use fastrand::Rng;
use ghostlib_diff::{ExtractError, FeatureSet, SourceTree, compare, extract_crate};
use source::{Respelling, Source};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write published crates in other words that mean the same, and list what the comparison finds.
#[derive(Args)]
pub(crate) struct RespellArgs {
    /// A file that lists crates, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only this kind of respelling.
    #[arg(long)]
    kind: Option<String>,
    /// How many times each kind is applied to each crate, to other places each time.
    #[arg(long, value_name = "N", default_value_t = 5)]
    seeds: u64,
    /// Where fetched crates are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/faults")]
    cache: PathBuf,
    /// Write the respelt crates there, a folder a crate and kind, for a compiler to read.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RespellError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{name}: {source}")]
    Extract { name: String, source: ExtractError },
    #[error("no kind `{0}`")]
    Kind(String),
    #[error(transparent)]
    Page(#[from] PageError),
}

type Spell = fn(&Source<'_>) -> Vec<Respelling>;

const KINDS: &[(&str, Spell)] = &[
    ("type parameters renamed", generics::parameters_renamed),
    ("lifetimes renamed", generics::lifetimes_renamed),
    ("inline bounds to where", generics::inline_to_where),
    ("where to inline bounds", generics::where_to_inline),
    ("bounds reversed", generics::bounds_reversed),
    ("lifetimes of receivers named", generics::receivers_lifetime_named),
    ("lifetimes of arguments named", generics::arguments_lifetime_named),
    ("where predicates split", generics::predicates_split),
    ("receivers typed", names::receivers_typed),
    ("receivers typed by the name", names::receivers_named),
    ("unit returned", names::unit_returned),
    ("Self to the name", names::self_written_out),
    ("the name to Self", names::self_written_short),
    ("arguments renamed", names::arguments_renamed),
    ("std and core exchanged", names::std_and_core),
    ("prelude written out", names::prelude_written_out),
    ("private aliases", names::aliases),
    ("imports renamed", names::imports_renamed),
    ("private helpers renamed", names::helpers_renamed),
    ("derives split", layout::derives_split),
    ("texts of attributes changed", layout::attribute_texts_changed),
    ("attributes under a condition", layout::attributes_conditional),
    ("comments removed", layout::comments_removed),
    ("items reordered", layout::items_reordered),
    ("modules split into files", layout::modules_split),
    ("file modules merged", layout::modules_merged),
    ("moved and re-exported", layout::moved_and_re_exported),
];
/// All kinds, one after the other.
const ALL: &str = "all of these together";

/// What came of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Outcome {
    respellings: usize,
    comparisons: usize,
    findings: Vec<String>,
}

pub(crate) fn respell(args: &RespellArgs) -> Result<ExitCode, RespellError> {
    let mut rows: Vec<(&str, Outcome)> = vec![];
    let names = KINDS.iter().map(|(name, _)| *name).chain([ALL]);
    rows.extend(
        names
            .filter(|name| args.kind.as_deref().is_none_or(|kind| kind == *name))
            .map(|name| (name, Outcome::default())),
    );
    if rows.is_empty() {
        return Err(RespellError::Kind(args.kind.clone().unwrap_or_default()));
    }
    for published in listed(args.crates.as_deref(), CRATES)? {
        let tree = fetch(&published, &args.cache)?;
        if let Some(folder) = &args.into {
            write_all(&published, &tree, folder)?;
        }
        for (kind, outcome) in &mut rows {
            for seed in 0..args.seeds {
                let source = |source| RespellError::Extract { name: published.to_string(), source };
                let found = try_once(kind, &tree, seed, outcome).map_err(source)?;
                outcome
                    .findings
                    .extend(found.into_iter().map(|finding| format!("{kind} in {published}: {finding}")));
            }
        }
    }
    for finding in rows.iter().flat_map(|(_, outcome)| &outcome.findings) {
        say(finding);
    }
    let table = markdown(&rows);
    say(&table);
    if let Some(path) = &args.markdown {
        write_block(path, "respell", &table)?;
    }
    let is_clean = rows.iter().all(|(_, outcome)| outcome.findings.is_empty());
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes what the first seed makes of a crate, once a kind.
fn write_all(published: &Published, tree: &SourceTree, folder: &Path) -> Result<(), FetchError> {
    for (kind, spell) in KINDS {
        let name = format!("{}-{}", published.name, kind.replace(' ', "-"));
        write(&respelt_once(tree, *spell, 0).0, &folder.join(name))?;
    }
    Ok(())
}

/// Respells a tree, and tells what the comparison finds.
fn try_once(
    kind: &str,
    tree: &SourceTree,
    seed: u64,
    outcome: &mut Outcome,
) -> Result<Vec<String>, ExtractError> {
    let chosen = KINDS.iter().filter(|(name, _)| *name == kind || kind == ALL);
    let mut respelt = tree.clone();
    let mut n_all = 0;
    for (_, spell) in chosen {
        let (next, n) = respelt_once(&respelt, *spell, seed);
        respelt = next;
        n_all += n;
    }
    if n_all == 0 {
        return Ok(vec![]);
    }
    outcome.respellings += n_all;
    outcome.comparisons += 1;
    let [reference, candidate] = [tree, &respelt].map(|tree| extract_crate(tree, &FeatureSet::Default));
    let comparison = compare(&reference?, &candidate?);
    Ok(comparison.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect())
}

/// Applies one kind: to all places with the first seed, to about half of them with others.
fn respelt_once(tree: &SourceTree, spell: Spell, seed: u64) -> (SourceTree, usize) {
    let source = Source::new(tree);
    let mut rng = Rng::with_seed(seed);
    let mut respellings = spell(&source);
    respellings.retain(|_| seed == 0 || rng.bool());
    source.with(respellings)
}

fn markdown(rows: &[(&str, Outcome)]) -> String {
    let mut table = String::from("| respelling | places | comparisons | findings |\n|---|---|---|---|\n");
    for (kind, Outcome { respellings, comparisons, findings }) in rows {
        let _ = writeln!(table, "| {kind} | {respellings} | {comparisons} | {} |", findings.len());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::fixture_tree;

    #[test]
    fn the_sample_in_other_words_differs_in_nothing() {
        let tree = fixture_tree("diff/sample");
        let mut n_kinds = 0;
        for (kind, _) in KINDS {
            let mut outcome = Outcome::default();
            for seed in 0..3 {
                let found = try_once(kind, &tree, seed, &mut outcome).unwrap();
                assert_eq!(found, Vec::<String>::new(), "{kind}");
            }
            n_kinds += usize::from(outcome.respellings > 0);
        }
        assert!(n_kinds >= 20, "{n_kinds}");
    }

    #[test]
    fn a_respelling_changes_the_text() {
        let tree = fixture_tree("diff/sample");
        for (kind, spell) in KINDS {
            let (respelt, n) = respelt_once(&tree, *spell, 0);
            assert_eq!(respelt == tree, n == 0, "{kind}");
        }
    }
}
