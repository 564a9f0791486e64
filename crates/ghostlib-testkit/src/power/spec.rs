//! What the vectors of a crate's spec see of its mutants.

use super::{PowerArgs, PowerError};
use crate::published::Published;
use ghostlib_diff::CopyThresholds;
use ghostlib_model::ReferenceSource;
use ghostlib_run::{Judge, JudgeOptions, JudgePlaces, JudgeTools, LoadedSpec, PowerPlan, Shown, Workshop};
use ghostlib_verify::Differential;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The mutants that the vectors of a crate's spec kill; nothing, if no spec is of this version of the crate.
pub(super) async fn killed_by_vectors(
    args: &PowerArgs,
    published: &Published,
    workshop: Workshop<'_>,
    cache: &Path,
    plan: PowerPlan,
) -> Result<Option<BTreeSet<usize>>, PowerError> {
    let folder = args.specs.join(&published.name);
    if !folder.is_dir() {
        return Ok(None);
    }
    let loaded = LoadedSpec::read(&folder)?;
    let source = ReferenceSource::Crate { name: published.name.clone(), version: published.version.clone() };
    if loaded.spec.front_matter.reference.as_ref() != Some(&source) {
        return Ok(None);
    }
    let tools = JudgeTools { reference: workshop.tools.clone(), candidate: workshop.tools.clone() };
    let places =
        JudgePlaces { base: folder, cache: cache.to_owned(), scratch: workshop.scratch.join("spec") };
    let judge = Judge::prepare(Arc::clone(workshop.sandbox), tools, &loaded.spec, places).await?;
    let options = JudgeOptions {
        // What behaviour shows is counted elsewhere.
        differential: Differential { cases: 1, seed: args.seed, max_differences: 1 },
        build_wall: workshop.wall,
        copy: CopyThresholds::default(),
        budget: workshop.wall,
        canaries: Vec::new(),
    };
    let ready = judge.ready(&loaded, &options).await?;
    let strength = judge.strength(&loaded, &ready, &options, plan).await?;
    let by_vectors = strength.weighed.iter().filter(|one| matches!(one.shown, Shown::ByVector(_)));
    Ok(Some(by_vectors.map(|one| one.mutant.number).collect()))
}
