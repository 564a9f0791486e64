//! Plants mutants into published crates, and counts which of them their own tests and differential behaviour see.

mod spec;
mod table;

use crate::page::{PageError, write_block};
use crate::published::{FetchError, Published, listed};
use crate::say;
use crate::workplace::{Workplace, WorkplaceError};
use clap::Args;
use ghostlib_diff::{
    Api, ExtractError, FeatureSet, Literals, ReadError, SourceTree, extract_crate, literals,
};
use ghostlib_model::ReferenceSource;
use ghostlib_run::{
    Behaviour, JudgeError, Power, PowerPlan, SpecError, Workshop, behaviour, power as judge_power,
};
use ghostlib_verify::rust::Subject;
use ghostlib_verify::rust::own_tests::{NoTests, OwnTests};
use ghostlib_verify::{Differential, Library, ReferenceError, Tools, VerifyError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use table::{Row, markdown};

/// Plant mutants into published crates, and count which their own tests and the judge see.
#[derive(Args)]
pub(crate) struct PowerArgs {
    /// A file that lists crates, `name version` a line.
    #[arg(long, value_name = "FILE")]
    crates: Option<PathBuf>,
    /// Only the crate of this name.
    #[arg(long, value_name = "CRATE")]
    only: Option<String>,
    /// The most mutants of one crate.
    #[arg(long, value_name = "N", default_value_t = 400)]
    mutants: usize,
    /// Sequences of calls an operation.
    #[arg(long, default_value_t = 500)]
    cases: usize,
    /// The seed of mutants and sequences.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where fetched crates and what is built are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/power")]
    cache: PathBuf,
    /// A folder of specs, each in a folder named after its crate; their vectors are counted too.
    #[arg(long, value_name = "FOLDER", default_value = "specs")]
    specs: PathBuf,
    /// Put the table between the marks of this Markdown file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PowerError {
    #[error(transparent)]
    List(#[from] FetchError),
    #[error(transparent)]
    Fetch(#[from] ReferenceError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    #[error("{0}: {1}")]
    Tests(String, NoTests),
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Page(#[from] PageError),
}

pub(crate) fn power(args: &PowerArgs) -> Result<ExitCode, PowerError> {
    let runtime = tokio::runtime::Runtime::new().map_err(WorkplaceError::at(&args.cache))?;
    runtime.block_on(measure(args))
}

async fn measure(args: &PowerArgs) -> Result<ExitCode, PowerError> {
    let place = Workplace::at(&args.cache).await?;
    let mut rows = vec![];
    for published in listed(args.crates.as_deref(), include_str!("crates.txt"))? {
        if args.only.as_ref().is_none_or(|only| *only == published.name) {
            let scratch = place.scratch()?;
            let row = row(args, &published, place.workshop(scratch.path()), &place.cache).await?;
            say(row.line());
            rows.push(row);
        }
    }
    let table = markdown(&rows);
    say(&table);
    if let Some(path) = &args.markdown {
        write_block(path, "power", &table)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn row(
    args: &PowerArgs,
    published: &Published,
    workshop: Workshop<'_>,
    cache: &Path,
) -> Result<Row, PowerError> {
    let source = ReferenceSource::Crate { name: published.name.clone(), version: published.version.clone() };
    let reference = workshop.tools.fetch(&source, cache, cache).await?;
    let tree = SourceTree::read(&reference.dir)?;
    let api = extract_crate(&tree, &FeatureSet::Default)?;
    let itself = compared(args, workshop, &reference, &api, &tree).await?;
    let plan = PowerPlan { max_mutants: args.mutants, seed: args.seed };
    let power = judge_power(workshop, (&reference, &api.crate_name), &itself, plan).await?;
    let killed = killed(published, workshop, &power).await?;
    let by_vectors = spec::killed_by_vectors(args, published, workshop, cache, plan).await?;
    tell(published, &power, &killed);
    Ok(Row::new(published, &itself, &power, &killed, by_vectors.as_ref()))
}

/// The mutants that the crate's own tests kill.
async fn killed(
    published: &Published,
    workshop: Workshop<'_>,
    power: &Power,
) -> Result<BTreeSet<usize>, PowerError> {
    let Tools::Rust(toolchain) = workshop.tools else { return Ok(BTreeSet::new()) };
    let scratch = workshop.scratch.join("tests");
    let subject = Subject {
        dir: &power.mutated.dir,
        scratch: &scratch,
        read: &[],
        cargo_config: "",
        crate_name: &published.name,
        wall: workshop.wall,
    };
    let built = OwnTests::build(workshop.sandbox, toolchain, &subject).await?;
    let tests = built.map_err(|error| PowerError::Tests(published.to_string(), error))?;
    for one in &tests.left_out {
        say(format!("{published}: the test {} is not asked: {}", one.test, one.reason));
    }
    let mut killed = BTreeSet::new();
    for verdict in &power.verdicts {
        if tests.kill(&verdict.mutant).await? {
            killed.insert(verdict.mutant.number);
        }
    }
    Ok(killed)
}

async fn compared(
    args: &PowerArgs,
    workshop: Workshop<'_>,
    reference: &Library,
    api: &Api,
    tree: &SourceTree,
) -> Result<Behaviour, PowerError> {
    let plan = Differential { cases: args.cases, seed: args.seed, max_differences: 1 };
    let candidate = (reference, api.crate_name.as_str());
    Ok(behaviour(workshop, reference, api, candidate, [&literals(tree), &Literals::default()], &plan).await?)
}

/// Says which mutants the own tests see and the judge does not.
fn tell(published: &Published, power: &Power, killed: &BTreeSet<usize>) {
    for mutant in power.survivors().filter(|mutant| killed.contains(&mutant.number)) {
        say(format!(
            "{published}: only its own tests see {}:{}: {} in {}",
            mutant.place.file, mutant.place.line, mutant.description, mutant.function
        ));
    }
}
