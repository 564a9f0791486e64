//! Holds what the extractor of `ghostlib_diff` reads of published crates against what rustdoc tells about them.
//!
//! Both sides see 64-bit Linux and the default features. Counted are items at each public path with their
//! kinds, their signatures in the normal form, and implementations of traits that somebody wrote or derived.
//! Not counted are names that stand for other crates' items, and implementations that a type gets by itself:
//! of auto traits, and of traits that are implemented for every type.

mod attributes;
mod bars;
mod compare;
mod fetch;
mod list;
mod outside;
mod rustdoc;
mod table;
mod truth;
mod values;

pub(crate) use truth::{TruthArgs, truth};

use crate::{complain, say};
use bars::Bars;
use clap::Args;
use compare::Comparison;
use fetch::{Cache, FetchError, Fetched, Reading};
use ghostlib_diff::{Api, ExtractError, FeatureSet, ReadError, SourceTree, extract_crate, extract_expanded};
use list::{Entry, ListError};
use rustdoc::TruthError;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Measure the API that is read of published crates against rustdoc. Needs cargo and its registry.
#[derive(Args)]
pub(crate) struct OracleArgs {
    /// The crates, a name and a version a line; without it, those that the project measures.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Measure only these crates, and list each difference.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    #[command(flatten)]
    bars: Bars,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Read the source that rustc has expanded, without any macro left.
    #[arg(long)]
    expand: bool,
    /// The folder for what is fetched and built.
    #[arg(long, value_name = "DIR", default_value = "target/oracle")]
    cache: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OracleError {
    #[error(transparent)]
    List(#[from] ListError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{name}: {source}")]
    Truth { name: String, source: TruthError },
    #[error("{name}: {source}")]
    Read { name: String, source: ReadError },
    #[error("{name}: {source}")]
    Extract { name: String, source: ExtractError },
    #[error("no crate of the list is named {0}")]
    Unlisted(String),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// The figures of one crate.
#[derive(Debug, Serialize)]
struct Measured {
    #[serde(flatten)]
    entry: Entry,
    #[serde(flatten)]
    comparison: Comparison,
    /// Names of other crates' items, which are not counted.
    n_outside: usize,
    /// What the extractor says that it did not see.
    unseen: Vec<String>,
    /// How long the extractor took, with reading the files.
    seconds: f64,
}

pub(crate) fn oracle(args: &OracleArgs) -> Result<ExitCode, OracleError> {
    let began = Instant::now();
    let mut entries = list::read(args.crates.as_deref())?;
    if let Some(name) = args.only.iter().find(|name| !entries.iter().any(|entry| entry.name == **name)) {
        return Err(OracleError::Unlisted(name.clone()));
    }
    entries.retain(|entry| args.only.is_empty() || args.only.contains(&entry.name));
    if args.expand {
        entries.iter_mut().for_each(Entry::without_macros);
    }
    let cache = Cache::open(&args.cache)?;
    let reading = if args.expand { Reading::Expanded } else { Reading::Sources };
    let measured: Vec<Measured> =
        entries.into_iter().map(|entry| measure(entry, &cache, reading)).collect::<Result<_, _>>()?;
    if args.json {
        say(serde_json::to_string(&measured)?);
    } else if !args.only.is_empty() {
        measured.iter().for_each(table::differences);
    } else {
        table::print(&measured, began.elapsed());
    }
    let missed = args.bars.missed(&measured);
    missed.iter().for_each(complain);
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(entry: Entry, cache: &Cache, reading: Reading) -> Result<Measured, OracleError> {
    let fetched = cache.fetch(&entry, reading)?;
    let name = || entry.name.clone();
    let truth =
        rustdoc::read(&fetched.rustdoc_json).map_err(|source| OracleError::Truth { name: name(), source })?;
    let (api, took) = extract(&entry, &fetched)?;
    let mut comparison = Comparison::new(&truth.items, &api.items);
    let (overlap, differences) = attributes::compare(&truth.marked, &api.items);
    comparison.attributes = overlap;
    comparison.differences.extend(differences);
    let unseen = api.unseen.iter().map(|unseen| format!("{}: {}", unseen.place, unseen.what)).collect();
    let seconds = took.as_secs_f64();
    Ok(Measured { entry, comparison, n_outside: truth.n_outside, unseen, seconds })
}

fn extract(entry: &Entry, fetched: &Fetched) -> Result<(Api, Duration), OracleError> {
    let began = Instant::now();
    let name = || entry.name.clone();
    let tree =
        SourceTree::read(&fetched.sources).map_err(|source| OracleError::Read { name: name(), source })?;
    let api = match &fetched.expanded {
        Some(expanded) => extract_expanded(&tree, expanded),
        None => extract_crate(&tree, &FeatureSet::Default),
    };
    let api = api.map_err(|source| OracleError::Extract { name: name(), source })?;
    Ok((api, began.elapsed()))
}
