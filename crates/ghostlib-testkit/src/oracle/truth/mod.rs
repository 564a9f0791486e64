//! What the comparison says of crates of which it is known how they differ.
//!
//! A crate differs in nothing from itself. Of a fork and of a compatible rewrite, rustdoc tells both APIs, and their
//! difference has to be the one that the comparison tells. Strangers have nothing in common.

mod changes;
mod pairs;
mod table;

use super::compare::{Comparison, Difference};
use super::fetch::{Cache, FetchError, Reading};
use super::list::{self, Entry, ListError};
use super::rustdoc::{self, Told};
use super::{OracleError, extract};
use crate::page::{PageError, write_block};
use crate::{complain, say};
use changes::{Change, Changes, What, speaks_of};
use clap::Args;
use ghostlib_diff::{Api, ApiComparison, compare};
use ghostlib_model::Finding;
use pairs::{Pair, Relation};
use std::path::PathBuf;
use std::process::ExitCode;

/// Strangers may share a larger part than this of no crate: the limit says that nothing is alike but by chance.
const MAX_SHARED: f64 = 0.1;

/// Compare crates of which it is known how they differ. Needs cargo and its registry.
#[derive(Args)]
pub(crate) struct TruthArgs {
    /// Measure only the pairs whose first crate this is, and no crate against itself but those.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// List each finding, too.
    #[arg(long)]
    list: bool,
    /// The folder for what is fetched and built.
    #[arg(long, value_name = "DIR", default_value = "target/oracle")]
    cache: PathBuf,
    /// Put the tables between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum TruthError {
    #[error(transparent)]
    Oracle(#[from] OracleError),
    #[error("line {0} of the pairs is none")]
    Line(usize),
    #[error("no pair begins with {0}")]
    Unlisted(String),
    #[error(transparent)]
    Page(#[from] PageError),
}

impl From<FetchError> for TruthError {
    fn from(error: FetchError) -> Self {
        Self::Oracle(error.into())
    }
}

impl From<ListError> for TruthError {
    fn from(error: ListError) -> Self {
        Self::Oracle(error.into())
    }
}

/// A crate as both sides tell it.
struct Known {
    items: Vec<Told>,
    api: Api,
}

/// A crate against itself.
struct Alone {
    name: String,
    findings: Vec<Finding>,
}

/// What both sides tell of a pair.
struct Judged {
    pair: Pair,
    rustdoc: Comparison,
    compared: ApiComparison,
    expected: Changes,
    /// Only rustdoc tells these.
    untold: Vec<Change>,
    /// Only the comparison tells these.
    unfounded: Vec<Change>,
    /// No finding is about these, nor about what they belong to or name.
    without_finding: Vec<Change>,
    /// These are about no difference that rustdoc tells.
    astray: Vec<Finding>,
}

pub(crate) fn truth(args: &TruthArgs) -> Result<ExitCode, TruthError> {
    let mut pairs = pairs::own().map_err(TruthError::Line)?;
    if let Some(name) = args.only.iter().find(|name| !pairs.iter().any(|pair| pair.required.name == **name)) {
        return Err(TruthError::Unlisted(name.clone()));
    }
    pairs.retain(|pair| args.only.is_empty() || args.only.contains(&pair.required.name));
    let cache = Cache::open(&args.cache)?;
    let mut entries = if args.only.is_empty() { list::read(None)? } else { vec![] };
    entries.extend(pairs.iter().flat_map(|pair| [pair.required.clone(), pair.candidate.clone()]));
    entries.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    entries.dedup_by(|a, b| a.name == b.name && a.version == b.version);
    let alone: Vec<Alone> =
        entries.iter().map(|entry| against_itself(entry, &cache)).collect::<Result<_, _>>()?;
    let judged: Vec<Judged> = pairs.into_iter().map(|pair| judge(pair, &cache)).collect::<Result<_, _>>()?;
    if args.list {
        let findings = judged.iter().flat_map(|one| &one.compared.findings);
        findings
            .for_each(|finding| say(format!("{} {}: {}", finding.priority, finding.rule, finding.message)));
    }
    let text = table::markdown(&alone, &judged);
    match &args.markdown {
        Some(path) => write_block(path, "truth", &text)?,
        None => say(text),
    }
    let wrong: Vec<String> =
        alone.iter().flat_map(Alone::wrong).chain(judged.iter().flat_map(Judged::wrong)).collect();
    wrong.iter().for_each(complain);
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn known(entry: &Entry, cache: &Cache) -> Result<Known, TruthError> {
    let fetched = cache.fetch(entry, Reading::Sources)?;
    let name = || entry.name.clone();
    let truth =
        rustdoc::read(&fetched.rustdoc_json).map_err(|source| OracleError::Truth { name: name(), source })?;
    let (api, _) = extract(entry, &fetched)?;
    Ok(Known { items: truth.items, api })
}

fn against_itself(entry: &Entry, cache: &Cache) -> Result<Alone, TruthError> {
    let Known { api, .. } = known(entry, cache)?;
    let name = format!("{} {}", entry.name, entry.version);
    Ok(Alone { name, findings: compare(&api, &api).findings })
}

fn judge(pair: Pair, cache: &Cache) -> Result<Judged, TruthError> {
    let (required, candidate) = (known(&pair.required, cache)?, known(&pair.candidate, cache)?);
    let rustdoc =
        Comparison::between(required.items.iter().map(Told::line), candidate.items.iter().map(Told::line));
    let compared = compare(&required.api, &candidate.api);
    let (expected, told) = (Changes::of_rustdoc(&rustdoc), Changes::of_comparison(&compared));
    let subjects = Subjects::new(&compared, [&required.api, &candidate.api]);
    let is_told = |change: &Change| {
        let difference = rustdoc.differences.iter().find(|difference| difference.path == change.path);
        subjects.tell(&change.path, difference)
    };
    let mut untold = expected.without(&told);
    // What names a missing type differs for no other reason, and no finding says so again.
    untold.retain(|change| change.what != What::Changed || !change.path.starts_with('<') || !is_told(change));
    let unfounded = told.without(&expected);
    let without_finding = expected.iter().filter(|change| !is_told(change)).cloned().collect();
    let is_founded = |finding: &&Finding| {
        !is_of_api(finding) || expected.iter().any(|change| speaks_of(&change.path, &finding.subject))
    };
    let astray = compared.findings.iter().filter(|finding| !is_founded(finding)).cloned().collect();
    Ok(Judged { pair, rustdoc, compared, expected, untold, unfounded, without_finding, astray })
}

/// The rules of what is not asked of rustdoc.
const BESIDE_RUSTDOC: &[&str] = &[
    "unsafe-added",
    "api-macro-pattern",
    "api-raises",
    "api-must-use",
    "api-deprecated",
    "api-repr",
    "api-variant-order",
];

/// Whether a finding is about what rustdoc tells too.
fn is_of_api(finding: &Finding) -> bool {
    !BESIDE_RUSTDOC.contains(&finding.rule.as_str())
}

/// What the findings of a comparison are about.
struct Subjects<'a> {
    subjects: Vec<&'a str>,
    /// Paths of re-exports, with those of what they stand for.
    re_exports: Vec<(&'a str, &'a str)>,
}

impl<'a> Subjects<'a> {
    fn new(compared: &'a ApiComparison, apis: [&'a Api; 2]) -> Self {
        let moved = compared.moves.iter().map(|moved| moved.to.as_str());
        let items = apis.into_iter().flat_map(|api| &api.items);
        let re_exports = items.filter_map(|item| {
            let (_, import) = item.declaration.split_once("pub use crate::")?;
            Some((item.path.as_str(), import.split([' ', ';']).next()?))
        });
        Self {
            subjects: compared.findings.iter().map(|finding| finding.subject.as_str()).chain(moved).collect(),
            re_exports: re_exports.collect(),
        }
    }

    /// Whether a finding is about an item, at any of its paths, or about what it is below of or names.
    fn tell(&self, path: &str, difference: Option<&Difference>) -> bool {
        let mut texts = vec![path];
        texts.extend(
            difference.iter().flat_map(|difference| {
                difference.missing.iter().chain(&difference.extra).map(String::as_str)
            }),
        );
        for (alias, own) in &self.re_exports {
            texts.extend(speaks_of(path, own).then_some(alias));
            texts.extend(speaks_of(path, alias).then_some(own));
        }
        self.subjects.iter().any(|subject| texts.iter().any(|text| speaks_of(text, subject)))
    }
}

impl Alone {
    fn wrong(&self) -> Vec<String> {
        let told = |finding: &Finding| format!("{}: {}", self.name, finding.message);
        self.findings.iter().map(told).collect()
    }
}

impl Judged {
    fn name(&self) -> String {
        let Pair { required, candidate, .. } = &self.pair;
        format!("{} {} → {} {}", required.name, required.version, candidate.name, candidate.version)
    }

    /// What is not as it should be, each in a line.
    fn wrong(&self) -> Vec<String> {
        let lines =
            if self.pair.relation == Relation::Strangers { self.shared() } else { self.unexplained() };
        lines.into_iter().map(|line| format!("{}: {line}", self.name())).collect()
    }

    /// That strangers have something in common.
    fn shared(&self) -> Vec<String> {
        let recall = self.compared.dimension.path.recall.share().unwrap_or_default();
        let line = format!("{recall:.3} of the names are shared by strangers");
        if recall > MAX_SHARED { vec![line] } else { vec![] }
    }

    fn is_excepted(&self, path: &str) -> bool {
        self.pair
            .exceptions
            .iter()
            .any(|known| known.change.split_once(' ').is_some_and(|(_, of)| of == path))
    }

    /// What is told otherwise than by rustdoc, without a cause, and causes of nothing.
    fn unexplained(&self) -> Vec<String> {
        let told = [
            ("rustdoc alone tells", &self.untold),
            ("rustdoc does not tell", &self.unfounded),
            ("no finding tells", &self.without_finding),
        ];
        let all: Vec<(&str, String)> = told
            .iter()
            .flat_map(|(what, changes)| changes.iter().map(|change| (*what, change.to_string())))
            .collect();
        let is_excepted = |change: &str| self.pair.exceptions.iter().any(|known| known.change == change);
        let mut lines: Vec<String> = all
            .iter()
            .filter(|(_, change)| !is_excepted(change))
            .map(|(what, change)| format!("{what}: {change}"))
            .collect();
        let astray = self.astray.iter().filter(|finding| !self.is_excepted(&finding.subject));
        lines.extend(astray.map(|finding| format!("about nothing: {}", finding.message)));
        let is_met = |known: &&pairs::Exception| all.iter().any(|(_, change)| *change == known.change);
        let stale = self.pair.exceptions.iter().filter(|known| !is_met(known));
        lines.extend(stale.map(|known| format!("an exception that is none: {}", known.change)));
        lines
    }
}
