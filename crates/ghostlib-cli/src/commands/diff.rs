use crate::console::{say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::narrate;
use clap::Args;
use ghostlib_diff::{
    Api, ApiComparison, CopyReport, CopyThresholds, FeatureSet, SourceTree, Unseen, compare, copy_check,
    extract_crate,
};
use ghostlib_model::{Finding, ReferenceSource};
use ghostlib_verify::rust::fetch;
use std::path::Path;

/// Compare the public API of two libraries, and look for copied code. No agent, no spec, nothing is run.
#[derive(Args)]
pub(crate) struct DiffArgs {
    /// What is compared with: `crate:NAME@VERSION`, `git:URL#REV`, or a path.
    reference: ReferenceSource,
    /// What is compared, in the same forms.
    candidate: ReferenceSource,
}

pub(crate) async fn diff(args: &DiffArgs, json: bool) -> Result<Verdict, CliError> {
    let cache = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let (reference_tree, reference) = read(&args.reference, cache.path()).await?;
    let (candidate_tree, candidate) = read(&args.candidate, cache.path()).await?;
    let comparison = compare(&reference, &candidate);
    let copied = copy_check(&reference_tree, &candidate_tree, &[], &CopyThresholds::default());
    let unseen: Vec<&Unseen> = reference.unseen.iter().chain(&candidate.unseen).collect();
    if json {
        print_json(&comparison, &copied, &unseen);
    } else {
        print(&comparison, &copied, &unseen);
    }
    let blocks = comparison.findings.iter().any(Finding::blocks);
    Ok(if blocks { Verdict::FellShort } else { Verdict::Passed })
}

async fn read(source: &ReferenceSource, cache: &Path) -> Result<(SourceTree, Api), CliError> {
    let fetched = fetch(source, &current_dir()?, cache).await?;
    let tree = SourceTree::read(&fetched.dir).map_err(|error| CliError::input(error.to_string()))?;
    let api = extract_crate(&tree, &FeatureSet::Default)
        .map_err(|error| CliError::input(format!("{source}: {error}")))?;
    Ok((tree, api))
}

fn print_json(comparison: &ApiComparison, copied: &CopyReport, unseen: &[&Unseen]) {
    say_json(&serde_json::json!({
        "api": comparison.dimension,
        "findings": comparison.findings,
        "copy": {
            "fingerprint": copied.fingerprint,
            "verbatim": copied.verbatim,
            "longest_run": copied.longest_run,
            "alarmed": copied.alarmed,
        },
        "unseen": unseen.iter().map(|one| format!("{} at {}", one.what, one.place)).collect::<Vec<_>>(),
    }));
}

fn print(comparison: &ApiComparison, copied: &CopyReport, unseen: &[&Unseen]) {
    comparison.findings.iter().for_each(narrate::finding);
    let api = &comparison.dimension;
    say(format!(
        "api: {} items found by path, {} with their signature, {} trait implementations",
        api.path.recall, api.signature.recall, api.trait_impl.recall
    ));
    say(format!(
        "copy check: fingerprints {:.2}, verbatim {:.2}, longest run {} tokens{}",
        copied.fingerprint,
        copied.verbatim,
        copied.longest_run,
        if copied.alarmed { "; this looks copied" } else { "" }
    ));
    for unseen in unseen {
        say(format!("not seen without a compiler: {} at {}", unseen.what, unseen.place));
    }
}
