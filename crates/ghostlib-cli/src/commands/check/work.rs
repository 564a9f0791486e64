//! Doing what is to be checked, as far as it is not known already.

use super::super::measuring::{BUILD_WALL, plan};
use super::CheckArgs;
use super::scope::Scope;
use crate::environment::{current_dir, own_build, sandbox, tools};
use crate::error::CliError;
use crate::settings::Settings;
use futures_util::{StreamExt, TryStreamExt, stream};
use ghostlib_model::{CheckStep, Sha256Hex};
use ghostlib_run::JudgeOptions;
use ghostlib_run::check::{Bench, Cache, SpecUnderCheck, lock_step};
use ghostlib_run::store::Project;
use ghostlib_verify::Tools;
use std::collections::BTreeMap;
use std::thread;

/// What builds and runs references, by language, or why there is none.
type Benches = BTreeMap<&'static str, Result<Bench, String>>;

/// A spec and the key of what is known of it.
type Keyed<'a> = (&'a SpecUnderCheck, Option<Sha256Hex>);

pub(super) async fn steps(
    args: &CheckArgs,
    settings: &Settings,
    scope: &Scope,
) -> Result<Vec<CheckStep>, CliError> {
    let project = Project::at(current_dir()?);
    let cache = Cache::at(project.checked());
    let languages = tools_by_language(scope).await;
    let mut steps = scope.unreadable.clone();
    let mut unknown: Vec<Keyed> = Vec::new();
    for spec in scope.specs.iter().filter(|spec| scope.checked.contains(&spec.document)) {
        let key = spec.key(&depends_on(spec, &languages)).ok();
        let known = key.as_ref().filter(|_| !args.no_cache).and_then(|key| cache.get(key));
        match known {
            Some(known) => steps.extend(known),
            None => unknown.push((spec, key)),
        }
    }
    steps.extend(fresh(args, settings, &project, &cache, languages, &unknown).await?);
    steps.extend(scope.locks.iter().map(|lock| lock_step(lock, &scope.specs)));
    steps.sort_by(|a, b| a.subject.cmp(&b.subject));
    Ok(steps)
}

async fn tools_by_language(scope: &Scope) -> BTreeMap<&'static str, Result<Tools, String>> {
    let mut found = BTreeMap::new();
    let is_checked = |spec: &&SpecUnderCheck| scope.checked.contains(&spec.document);
    for language in scope.specs.iter().filter(is_checked).filter_map(|spec| spec.language) {
        if !found.contains_key(language) {
            found.insert(language, tools(language).await.map_err(|error| error.message().to_owned()));
        }
    }
    found
}

/// What a check depends on beside the files of a spec.
fn depends_on(spec: &SpecUnderCheck, languages: &BTreeMap<&'static str, Result<Tools, String>>) -> String {
    let tools = spec.language.and_then(|language| languages.get(language)?.as_ref().ok());
    let version = match tools {
        Some(Tools::Rust(toolchain)) => &toolchain.version,
        Some(Tools::Python(interpreter)) => &interpreter.version,
        None => "",
    };
    format!("{} {version}", own_build())
}

/// Looks at what is not known, several specs at a time.
async fn fresh(
    args: &CheckArgs,
    settings: &Settings,
    project: &Project,
    cache: &Cache,
    languages: BTreeMap<&'static str, Result<Tools, String>>,
    unknown: &[Keyed<'_>],
) -> Result<Vec<CheckStep>, CliError> {
    // Nobody else may write to the project meanwhile; where nothing is built, nothing is written.
    let builds = unknown.iter().any(|(spec, _)| spec.language.is_some());
    let _lock = if builds { Some(project.lock()?) } else { None };
    let benches = if builds { benches(args, settings, project, languages).await? } else { Benches::new() };
    let at_a_time = thread::available_parallelism().map_or(2, usize::from);
    let benches = &benches;
    let checked = stream::iter(unknown).map(|(spec, key)| async move {
        let steps = checked(spec, benches).await?;
        if let Some(key) = key {
            cache.keep(key, &steps);
        }
        Ok::<_, CliError>(steps)
    });
    let checked: Vec<Vec<CheckStep>> = checked.buffered(at_a_time).try_collect().await?;
    Ok(checked.into_iter().flatten().collect())
}

async fn checked(spec: &SpecUnderCheck, benches: &Benches) -> Result<Vec<CheckStep>, CliError> {
    let Some(bench) = spec.language.and_then(|language| benches.get(language)) else {
        return Ok(spec.check_text());
    };
    Ok(match bench {
        Ok(bench) => spec.check(bench).await?,
        Err(reason) => spec.check_without_reference(reason),
    })
}

async fn benches(
    args: &CheckArgs,
    settings: &Settings,
    project: &Project,
    languages: BTreeMap<&'static str, Result<Tools, String>>,
) -> Result<Benches, CliError> {
    let sandbox = sandbox(args.sandbox).await?;
    let bench = |tools: Tools| Bench {
        sandbox: sandbox.clone(),
        tools,
        cache: project.references(),
        scratch: project.reference_build().join("check"),
        options: JudgeOptions {
            // Nothing is tried: only vectors are asked.
            differential: plan(1, 1),
            build_wall: BUILD_WALL,
            copy: settings.copy_thresholds(),
            budget: settings.evaluate_budget(),
            canaries: Vec::new(),
        },
        fetches: args.fetch,
    };
    Ok(languages.into_iter().map(|(language, tools)| (language, tools.map(bench))).collect())
}
