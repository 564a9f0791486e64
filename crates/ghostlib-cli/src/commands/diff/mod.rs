mod behaviour;
mod columns;
mod coverage;
mod json;
mod library;
mod others;
mod power;
mod text;

use crate::args::SandboxChoice;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;
use ghostlib_diff::{
    ApiComparison, CopyReport, CopyThresholds, Structure, compare, compare_structure, copy_check,
    message_findings,
};
use ghostlib_model::{Finding, ReferenceSource, SpecStand};
use ghostlib_run::{Behaviour, LoadedSpec, Power};
use library::Library;
use others::{Other, others};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tracing::{Span, info_span};

/// Compare the public API of two libraries, and look for copied code; with `--behaviour`, what they do. No agent is
/// asked, and without `--behaviour` and `--expand` nothing is run.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(crate) struct DiffArgs {
    /// What is compared with: `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    reference: ReferenceSource,
    /// What is compared, in the same forms.
    candidate: ReferenceSource,
    /// Features that are switched on, on both sides, besides the default ones.
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    features: Vec<String>,
    /// Leave the default features off.
    #[arg(long)]
    no_default_features: bool,
    /// The spec by which the candidate was built: each finding says what it states. Its text and code are no copy.
    #[arg(long, value_name = "SPEC")]
    spec: Option<PathBuf>,
    /// Read what the compiler makes of macros, which runs build scripts and procedural macros in the sandbox.
    #[arg(long)]
    expand: bool,
    /// Where `--expand` and `--behaviour` run things.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
    /// Build both and compare what they do, in the sandbox.
    #[arg(long)]
    behaviour: bool,
    /// With `--behaviour`: sequences of calls an operation.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// With `--behaviour`: the seed of the sequences.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// With `--behaviour`: plant N small faults into the reference, all that there are if fewer, and say which share
    /// the same calls would have shown.
    #[arg(long, value_name = "N", requires = "behaviour", num_args = 0..=1, default_missing_value = "100")]
    power: Option<usize>,
    /// With `--behaviour`: write each difference as a vector with the reference's answer to this vector file. What it
    /// has stays.
    #[arg(long, value_name = "FILE", requires = "behaviour")]
    harvest: Option<PathBuf>,
    /// A folder of other candidates, each in a folder of its own, to look for copies among them too.
    #[arg(long, value_name = "FOLDER")]
    others: Option<PathBuf>,
    /// Show the bodies of matched functions that differ too. They are no part of any score.
    #[arg(long)]
    bodies: bool,
}

/// All that was found, and how long it took.
struct Differences {
    comparison: ApiComparison,
    /// Of the API and of messages, the most important first.
    findings: Vec<Finding>,
    structure: Structure,
    copied: CopyReport,
    others: Vec<Other>,
    behaviour: Option<Behaviour>,
    power: Option<Power>,
    /// What was harvested, for machines.
    harvest: Option<Value>,
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
    let spec = args.spec.as_deref().map(LoadedSpec::read).transpose()?;
    let copy = CopyOptions::new(spec.as_ref())?;
    let cache = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let mut timings = Timings::default();
    let (reference, language) = library::read(&args.reference, args, cache.path(), &mut timings).await?;
    let (candidate, other_language) =
        library::read(&args.candidate, args, cache.path(), &mut timings).await?;
    if language.name() != other_language.name() {
        let message = format!(
            "{} is {} and {} is {}: their APIs cannot be compared",
            args.reference,
            language.name(),
            args.candidate,
            other_language.name()
        );
        return Err(CliError::input(message));
    }
    let mut differences = differences([&reference, &candidate], spec.as_ref(), &copy, timings);
    if let Some(folder) = &args.others {
        differences.others = others(folder, &candidate.tree, &copy.public_text(), &copy.thresholds)?;
    }
    if args.behaviour {
        let (behaviour, power) = behaviour::compare(args, [&reference, &candidate], cache.path()).await?;
        if let Some(path) = &args.harvest {
            differences.harvest = Some(behaviour::harvest(path, spec.as_ref(), &behaviour)?);
        }
        (differences.behaviour, differences.power) = (Some(behaviour), power);
    }
    if json {
        json::print(&reference, &candidate, &differences);
    } else {
        let shown = if spec.is_some() { text::Stands::Shown } else { text::Stands::Unknown };
        text::print(&reference, &candidate, &differences, shown);
        if args.bodies {
            text::print_bodies(&reference.tree, &candidate.tree, &differences.structure);
        }
    }
    let fails = |behaviour: &Behaviour| {
        let mut differences = behaviour.tried.iter().flat_map(|tried| &tried.differences);
        differences.any(ghostlib_verify::Difference::candidate_fails)
    };
    let blocks =
        differences.findings.iter().any(Finding::blocks) || differences.behaviour.as_ref().is_some_and(fails);
    Ok(if blocks { Verdict::FellShort } else { Verdict::Passed })
}

/// What the copy check leaves out, and from where on it alarms.
struct CopyOptions {
    public_text: Vec<String>,
    thresholds: CopyThresholds,
}

impl CopyOptions {
    fn new(spec: Option<&LoadedSpec>) -> Result<Self, CliError> {
        let files = spec.iter().flat_map(|spec| spec.sources.files());
        let public_text = files.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
        Ok(Self { public_text, thresholds: Settings::load()?.copy_thresholds() })
    }

    fn public_text(&self) -> Vec<&str> {
        self.public_text.iter().map(String::as_str).collect()
    }
}

fn differences(
    [reference, candidate]: [&Library; 2],
    spec: Option<&LoadedSpec>,
    copy: &CopyOptions,
    mut timings: Timings,
) -> Differences {
    let comparison = timed(info_span!("api"), &mut timings.api, || compare(&reference.api, &candidate.api));
    let structure = timed(info_span!("structure"), &mut timings.structure, || {
        compare_structure(&reference.tree, &candidate.tree)
    });
    let copied = timed(info_span!("copy"), &mut timings.copy, || {
        copy_check(&reference.tree, &candidate.tree, &copy.public_text(), &copy.thresholds)
    });
    let mut findings = comparison.findings.clone();
    findings.extend(message_findings(&structure));
    findings.sort_by_key(|finding| finding.priority);
    for finding in &mut findings {
        finding.spec =
            spec.map_or(SpecStand::Silent, |spec| coverage::stand(spec, &reference.api, &structure, finding));
    }
    Differences {
        comparison,
        findings,
        structure,
        copied,
        others: vec![],
        behaviour: None,
        power: None,
        harvest: None,
        timings,
    }
}

fn timed<T>(span: Span, total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let outcome = span.in_scope(work);
    drop(span);
    *total += start.elapsed();
    outcome
}
