//! Reading one side.

use super::{DiffArgs, Timings, timed};
use crate::environment::{current_dir, interpreter, sandbox, toolchain};
use crate::error::CliError;
use ghostlib_diff::{Api, FeatureSet, Language, SourceTree, extract_expanded, language_of};
use ghostlib_model::ReferenceSource;
use ghostlib_verify::python;
use ghostlib_verify::rust::{Features, Reference, Subject, expand, fetch};
use std::path::Path;
use std::time::Duration;

/// One of the two libraries.
pub(super) struct Library {
    pub(super) tree: SourceTree,
    pub(super) api: Api,
    /// What it is built from, where it is built.
    pub(super) fetched: Option<Reference>,
}

/// Wall time for what a compiler expands.
const EXPAND_WALL: Duration = Duration::from_secs(600);

pub(super) async fn read(
    source: &ReferenceSource,
    args: &DiffArgs,
    cache: &Path,
    timings: &mut Timings,
) -> Result<(Library, &'static dyn Language), CliError> {
    let base = current_dir()?;
    let fetched = match source {
        // What a folder's code depends on is no matter, as long as it is only read.
        ReferenceSource::Path(_) if !args.expand && !args.behaviour => None,
        ReferenceSource::PyPi { .. } => None,
        _ => Some(fetch(source, &base, cache).await?),
    };
    let folder = match (&fetched, source) {
        (Some(fetched), _) => fetched.dir.clone(),
        (None, ReferenceSource::Path(path)) => base.join(path),
        (None, ReferenceSource::PyPi { .. }) => {
            python::fetch(source, &base, cache, &interpreter().await?).await?.dir
        }
        (None, _) => base,
    };
    if !folder.is_dir() {
        return Err(CliError::input(format!(
            "there is no library {source}: {} is no folder",
            folder.display()
        )));
    }
    let tree = timed(&mut timings.read, || SourceTree::read(&folder))
        .map_err(|error| CliError::input(error.to_string()))?;
    let Some(language) = language_of(&tree) else {
        let message = format!("{source}: no library of a language that ghostlib reads: Rust or Python");
        return Err(CliError::input(message)
            .hint("a Rust library has a Cargo.toml in its folder, a Python library a pyproject.toml, a setup.py or a package"));
    };
    let api = match fetched.as_ref().filter(|_| args.expand) {
        Some(fetched) => {
            let expanded = expanded(fetched, args, cache).await?;
            timed(&mut timings.api, || extract_expanded(&tree, &expanded))
        }
        None => timed(&mut timings.api, || language.extract(&tree, &feature_set(args))),
    };
    let api = api.map_err(|error| CliError::input(format!("{source}: {error}")))?;
    Ok((Library { tree, api, fetched }, language))
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

async fn expanded(library: &Reference, args: &DiffArgs, cache: &Path) -> Result<String, CliError> {
    let scratch = tempfile::tempdir_in(cache)
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let subject = Subject {
        dir: &library.dir,
        scratch: scratch.path(),
        read: std::slice::from_ref(&library.root),
        cargo_config: &library.cargo_config,
        crate_name: "",
        wall: EXPAND_WALL,
    };
    let features = Features { default: !args.no_default_features, named: args.features.clone() };
    let sandbox = sandbox(args.sandbox).await?;
    let expanded = expand(&sandbox, &toolchain().await?, &subject, &features).await?;
    expanded.map_err(|said| {
        CliError::input(format!("{} does not expand here: {said}", library.source))
            .hint("leave `--expand` out to read its source as it is")
    })
}
