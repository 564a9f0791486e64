mod columns;
mod json;
mod text;

use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_diff::{
    Api, ApiComparison, CopyReport, CopyThresholds, FeatureSet, SourceTree, Structure, compare,
    compare_structure, copy_check, extract_crate, message_findings,
};
use ghostlib_model::{Finding, ReferenceSource};
use ghostlib_verify::rust::fetch;
use std::path::Path;
use std::time::{Duration, Instant};

/// Compare the public API of two libraries, and look for copied code. No agent, no spec, nothing is run.
#[derive(Args)]
pub(crate) struct DiffArgs {
    /// What is compared with: `crate:NAME@VERSION`, `git:URL#REV`, or a path.
    reference: ReferenceSource,
    /// What is compared, in the same forms.
    candidate: ReferenceSource,
    /// Features that are switched on, on both sides, besides the default ones.
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    features: Vec<String>,
    /// Leave the default features off.
    #[arg(long)]
    no_default_features: bool,
    /// Show the bodies of matched functions that differ too. They are no part of any score.
    #[arg(long)]
    bodies: bool,
}

/// One of the two libraries.
struct Side {
    tree: SourceTree,
    api: Api,
}

/// All that was found, and how long it took.
struct Differences {
    comparison: ApiComparison,
    /// Of the API and of messages, the most important first.
    findings: Vec<Finding>,
    structure: Structure,
    copied: CopyReport,
    timings: Timings,
}

/// How long each step took; fetching is not counted.
#[derive(Default)]
struct Timings {
    read: Duration,
    api: Duration,
    structure: Duration,
    copy: Duration,
}

pub(crate) async fn diff(args: &DiffArgs, json: bool) -> Result<Verdict, CliError> {
    let cache = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let mut timings = Timings::default();
    let features = feature_set(args);
    let reference = read(&args.reference, &features, cache.path(), &mut timings).await?;
    let candidate = read(&args.candidate, &features, cache.path(), &mut timings).await?;
    let differences = differences(&reference, &candidate, timings);
    if json {
        json::print(&reference, &candidate, &differences);
    } else {
        text::print(&reference, &candidate, &differences);
        if args.bodies {
            text::print_bodies(&reference.tree, &candidate.tree, &differences.structure);
        }
    }
    let blocks = differences.findings.iter().any(Finding::blocks);
    Ok(if blocks { Verdict::FellShort } else { Verdict::Passed })
}

fn feature_set(args: &DiffArgs) -> FeatureSet {
    match (args.features.is_empty(), args.no_default_features) {
        (true, false) => FeatureSet::Default,
        (_, true) => FeatureSet::Named(args.features.clone()),
        (false, false) => {
            FeatureSet::Named(args.features.iter().cloned().chain(["default".to_owned()]).collect())
        }
    }
}

async fn read(
    source: &ReferenceSource,
    features: &FeatureSet,
    cache: &Path,
    timings: &mut Timings,
) -> Result<Side, CliError> {
    let fetched = fetch(source, &current_dir()?, cache).await?;
    let tree = timed(&mut timings.read, || SourceTree::read(&fetched.dir))
        .map_err(|error| CliError::input(error.to_string()))?;
    let api = timed(&mut timings.api, || extract_crate(&tree, features))
        .map_err(|error| CliError::input(format!("{source}: {error}")))?;
    Ok(Side { tree, api })
}

fn differences(reference: &Side, candidate: &Side, mut timings: Timings) -> Differences {
    let comparison = timed(&mut timings.api, || compare(&reference.api, &candidate.api));
    let structure = timed(&mut timings.structure, || compare_structure(&reference.tree, &candidate.tree));
    let copied = timed(&mut timings.copy, || {
        copy_check(&reference.tree, &candidate.tree, &[], &CopyThresholds::default())
    });
    let mut findings = comparison.findings.clone();
    findings.extend(message_findings(&structure));
    findings.sort_by_key(|finding| finding.priority);
    Differences { comparison, findings, structure, copied, timings }
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let outcome = work();
    *total += start.elapsed();
    outcome
}
