//! Reading one side.

use super::{DiffArgs, Timings, timed};
use crate::environment::{current_dir, sandbox, toolchain, tools};
use crate::error::CliError;
use ghostlib_diff::{Api, FeatureSet, Language, SourceTree, extract_expanded, language_of};
use ghostlib_model::ReferenceSource;
use ghostlib_verify::rust::{Features, Subject, expand};
use ghostlib_verify::{Library as Fetched, Tools};
use std::path::Path;
use std::time::Duration;
use tracing::info_span;

/// One of the two libraries.
pub(super) struct Library {
    pub(super) tree: SourceTree,
    pub(super) api: Api,
    /// What it is built from, where it is built.
    pub(super) fetched: Option<(Tools, Fetched)>,
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
    let mut fetched = None;
    let folder = if let ReferenceSource::Path(path) = source {
        base.join(path)
    } else {
        let language = Tools::language_from(source).unwrap_or("rust");
        fetched.insert(fetch(source, language, &base, cache).await?).1.dir.clone()
    };
    if !folder.is_dir() {
        return Err(CliError::input(format!(
            "there is no library {source}: {} is no folder",
            folder.display()
        )));
    }
    let tree = timed(info_span!("read"), &mut timings.read, || SourceTree::read(&folder))
        .map_err(|error| CliError::input(error.to_string()))?;
    let Some(language) = language_of(&tree) else {
        let message = format!("{source}: no library of a language that ghostlib reads: Rust or Python");
        return Err(CliError::input(message)
            .hint("a Rust library has a Cargo.toml in its folder, a Python library a pyproject.toml, a setup.py or a package"));
    };
    // What a folder's code depends on is no matter, as long as it is only read.
    if fetched.is_none() && (args.expand || args.behaviour) {
        fetched = Some(fetch(source, language.name(), &base, cache).await?);
    }
    let api = match fetched.as_ref().filter(|_| args.expand) {
        Some((_, fetched)) => {
            let expanded = expanded(fetched, args, cache).await?;
            timed(info_span!("read"), &mut timings.api, || extract_expanded(&tree, &expanded))
        }
        None => timed(info_span!("read"), &mut timings.api, || language.extract(&tree, &feature_set(args))),
    };
    let api = api.map_err(|error| CliError::input(format!("{source}: {error}")))?;
    Ok((Library { tree, api, fetched }, language))
}

async fn fetch(
    source: &ReferenceSource,
    language: &str,
    base: &Path,
    cache: &Path,
) -> Result<(Tools, Fetched), CliError> {
    let tools = tools(language).await?;
    let fetched = tools.fetch(source, base, cache).await?;
    Ok((tools, fetched))
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

async fn expanded(library: &Fetched, args: &DiffArgs, cache: &Path) -> Result<String, CliError> {
    let scratch = tempfile::tempdir_in(cache)
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let subject = Subject {
        dir: &library.dir,
        scratch: scratch.path(),
        read: &library.needs.read,
        cargo_config: &library.needs.cargo_config,
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
