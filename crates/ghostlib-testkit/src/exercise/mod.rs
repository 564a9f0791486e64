//! Compares the behaviour of published crates with themselves: nothing may differ, and as much as possible be tried.

use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, listed};
use crate::say;
use crate::workplace::{Workplace, WorkplaceError};
use clap::Args;
use ghostlib_diff::{ExtractError, FeatureSet, ReadError, SourceTree, extract_crate, literals};
use ghostlib_model::{CodeCoverage, Ratio, ReferenceSource};
use ghostlib_run::{Behaviour, JudgeError, behaviour};
use ghostlib_verify::{Differential, ReferenceError};
use std::path::PathBuf;
use std::process::ExitCode;

/// Compare the behaviour of published crates with themselves, and count what of them was exercised.
#[derive(Args)]
pub(crate) struct ExerciseArgs {
    /// A file that lists crates, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only the crates of these names.
    #[arg(long, value_name = "CRATE")]
    only: Vec<String>,
    /// Sequences of calls an operation.
    #[arg(long, default_value_t = 500)]
    cases: usize,
    /// The seed of the sequences.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where fetched crates and what is built are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/exercise")]
    cache: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Fail if less of the public functions of all crates together is exercised, from 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    min_exercised: f64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ExerciseError {
    #[error(transparent)]
    List(#[from] FetchError),
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    #[error(transparent)]
    Fetch(#[from] ReferenceError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error(transparent)]
    Page(#[from] PageError),
}

/// A function counts as exercised when the reference accepted at least this share of its calls.
const MIN_ACCEPTED: f64 = 0.1;

pub(crate) fn exercise(args: &ExerciseArgs) -> Result<ExitCode, ExerciseError> {
    let runtime = tokio::runtime::Runtime::new().map_err(WorkplaceError::at(&args.cache))?;
    runtime.block_on(measure(args))
}

async fn measure(args: &ExerciseArgs) -> Result<ExitCode, ExerciseError> {
    let place = Workplace::at(&args.cache).await?;
    let mut rows: Vec<Row> = vec![];
    say(HEAD);
    for published in listed(args.crates.as_deref(), include_str!("crates.txt"))? {
        if args.only.is_empty() || args.only.contains(&published.name) {
            let row = row(args, &published, &place).await?;
            say(row.line());
            rows.push(row);
        }
    }
    let exercised: Ratio = rows.iter().map(|row| row.accepted).sum();
    let all = format!("| **all {}** | | | **{}** | | | | |", rows.len(), share(exercised));
    say(&all);
    if let Some(path) = &args.markdown {
        let lines: Vec<String> = rows.iter().map(Row::line).collect();
        write_block(path, "exercise", &format!("{HEAD}\n{}\n{all}\n", lines.join("\n")))?;
    }
    let is_whole = rows.iter().all(|row| row.n_differences == 0);
    let is_enough = exercised.share().is_none_or(|share| share >= args.min_exercised);
    Ok(if is_whole && is_enough { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const HEAD: &str = "| crate | differences | calls | functions exercised | of which little was accepted | lines of its code that ran | regions | seconds to build, to call |\n\
                    |---|---|---|---|---|---|---|---|";

/// The figures of one crate.
struct Row {
    name: String,
    n_differences: usize,
    n_calls: usize,
    /// Public functions of which enough was accepted.
    accepted: Ratio,
    /// Those of which at least something was.
    any: Ratio,
    code: CodeCoverage,
    seconds: [u64; 2],
}

async fn row(args: &ExerciseArgs, published: &Published, place: &Workplace) -> Result<Row, ExerciseError> {
    let source = ReferenceSource::Crate { name: published.name.clone(), version: published.version.clone() };
    let library = place.tools.fetch(&source, &place.cache, &place.cache).await?;
    let tree = SourceTree::read(&library.dir)?;
    let api = extract_crate(&tree, &FeatureSet::Default)?;
    let scratch = place.scratch()?;
    let plan = Differential { cases: args.cases, seed: args.seed, max_differences: 1 };
    let literals = literals(&tree);
    let own = (&library, api.crate_name.as_str());
    let found =
        behaviour(place.workshop(scratch.path()), &library, &api, own, [&literals, &literals], &plan).await?;
    tell(published, &found);
    let [reference, candidate, calling] = found.times.map(|time| time.as_secs());
    Ok(Row {
        name: published.to_string(),
        n_differences: found.tried.iter().map(|tried| tried.differences.len()).sum(),
        n_calls: found.tried.iter().map(|tried| tried.agreement.tried).sum(),
        accepted: found.exercised(&api, MIN_ACCEPTED),
        any: found.coverage,
        seconds: [reference + candidate, calling],
        code: found.code,
    })
}

/// Says what differs though nothing may.
fn tell(published: &Published, found: &Behaviour) {
    for difference in found.tried.iter().flat_map(|tried| &tried.differences) {
        let calls = serde_json::to_string(&difference.sequence.calls).unwrap_or_default();
        crate::complain(format!(
            "{published}: {calls}: {} and {}",
            difference.reference, difference.candidate
        ));
    }
}

impl Row {
    fn line(&self) -> String {
        let (lines, regions) = match &self.code {
            CodeCoverage::Counted(code) => (share(code.lines), share(code.regions)),
            CodeCoverage::Unknown { unknown } => (unknown.clone(), String::new()),
        };
        let Self { name, n_differences, n_calls, accepted, any, seconds: [build, call], .. } = self;
        let little = any.n.saturating_sub(accepted.n);
        format!(
            "| {name} | {n_differences} | {n_calls} | {} | {little} | {lines} | {regions} | {build}, {call} |",
            share(*accepted)
        )
    }
}

fn share(ratio: Ratio) -> String {
    ratio.share().map_or_else(|| "–".to_owned(), |share| format!("{ratio} = {share:.2}"))
}
