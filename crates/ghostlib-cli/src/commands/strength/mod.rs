mod json;
mod text;

use super::measuring::{BUILD_WALL, places, plan};
use crate::args::SandboxChoice;
use crate::console::{say_json, warn};
use crate::environment::{current_dir, sandbox};
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use clap::Args;
use ghostlib_model::ReferenceSource;
use ghostlib_run::store::Project;
use ghostlib_run::{Judge, JudgeError, JudgeOptions, JudgeTools, LoadedSpec, PowerPlan};
use ghostlib_verify::Tools;
use std::path::PathBuf;

/// Plant small faults into the reference, and say which share of those that its own tests find the spec's vectors
/// find. For each that they miss, a vector that would find it.
///
/// No agent is asked. The reference's tests are built and run in the sandbox. Exit code 0: the share reaches the target.
#[derive(Args)]
pub(crate) struct StrengthArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
    /// The real library, where it is not the one that the spec names: `crate:NAME@VERSION`, `git:URL#REV`, or a path
    /// from the spec's folder on.
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<ReferenceSource>,
    /// The most faults that are tried; all that there are, if fewer.
    #[arg(long, value_name = "N", default_value_t = 100)]
    mutants: usize,
    /// The seed of the faults, and of the sequences of calls.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sequences of calls an operation, by which vectors are looked for.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// The share that passes, from 0 to 1.
    #[arg(long, default_value_t = 0.0, value_parser = super::measuring::share)]
    target: f64,
    /// Where the reference is built and run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

pub(crate) async fn strength(args: &StrengthArgs, json: bool) -> Result<Verdict, CliError> {
    let mut loaded = LoadedSpec::read(&args.spec)?.without_errors()?;
    if let Some(reference) = &args.reference {
        loaded.spec.front_matter.reference = Some(reference.clone());
    }
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    let places = places(&project, &args.spec);
    let tools = JudgeTools::of_reference(&loaded.spec, &places.base).await?;
    if !matches!(tools.reference, Tools::Rust(_)) {
        return Err(JudgeError::NoMutants { language: tools.reference.language() }.into());
    }
    let judge = Judge::prepare(sandbox(args.sandbox).await?, tools, &loaded.spec, places).await?;
    let settings = Settings::load()?;
    let options = JudgeOptions {
        differential: plan(args.cases, args.seed),
        build_wall: BUILD_WALL,
        copy: settings.copy_thresholds(),
        budget: settings.evaluate_budget(),
        canaries: Vec::new(),
    };
    let ready = judge.ready(&loaded, &options).await?;
    let plan = PowerPlan { max_mutants: args.mutants, seed: args.seed };
    let strength = judge.strength(&loaded, &ready, &options, plan).await?;
    drop(lock);
    if json {
        say_json(&json::told(&strength, &ready));
    } else {
        for dropped in &ready.dropped {
            warn(format!("the reference itself does not do what vector {} says; it is not used", dropped.id));
        }
        text::print(&strength);
    }
    let reaches = strength.share().share().is_none_or(|share| share >= args.target);
    Ok(if reaches { Verdict::Passed } else { Verdict::FellShort })
}
