//! Doing what is to be checked, as far as it is not known already.

use super::super::measuring::{BUILD_WALL, plan};
use super::CheckArgs;
use super::scope::Scope;
use crate::environment::{cache_home, current_dir, own_build, sandbox, tools};
use crate::error::CliError;
use crate::settings::Settings;
use futures_util::{StreamExt, TryStreamExt, stream};
use ghostlib_model::{CheckStep, Sha256Hex};
use ghostlib_run::JudgeOptions;
use ghostlib_run::check::{Bench, Cache, CrateUnderCheck, SpecUnderCheck, lock_step};
use ghostlib_run::store::Project;
use ghostlib_verify::Tools;
use std::collections::BTreeMap;
use std::thread;

/// What builds and runs references, by language, or why there is none.
type Benches = BTreeMap<&'static str, Result<Bench, String>>;

/// One thing that is looked at.
#[derive(Clone, Copy)]
enum Unit<'a> {
    Spec(&'a SpecUnderCheck),
    Crate(&'a CrateUnderCheck),
}

/// What is looked at, and the key of what is known of it.
type Keyed<'a> = (Unit<'a>, Option<Sha256Hex>);

pub(super) async fn steps(
    args: &CheckArgs,
    settings: &Settings,
    scope: &Scope,
) -> Result<Vec<CheckStep>, CliError> {
    let cache = cache_home().map(|home| Cache::at(home.join("checked")));
    let cache = cache.as_ref();
    let units: Vec<Unit> = scope
        .specs
        .iter()
        .filter(|spec| scope.checked.contains(&spec.document))
        .map(Unit::Spec)
        .chain(scope.crates.iter().map(Unit::Crate))
        .collect();
    let languages = tools_by_language(&units).await;
    let mut steps = scope.unreadable.clone();
    let mut unknown: Vec<Keyed> = Vec::new();
    for unit in units {
        let key = unit.key(&depends_on(args, unit, &languages));
        let known = key.as_ref().filter(|_| !args.no_cache).and_then(|key| cache?.get(key));
        match known {
            Some(known) => steps.extend(known),
            None => unknown.push((unit, key)),
        }
    }
    steps.extend(fresh(args, settings, cache, languages, &unknown).await?);
    steps.extend(scope.locks.iter().map(|lock| lock_step(lock, &scope.specs)));
    steps.sort_by(|a, b| a.subject.cmp(&b.subject));
    Ok(steps)
}

impl Unit<'_> {
    /// The language of what is built for it, if something is.
    fn language(self) -> Option<&'static str> {
        match self {
            Self::Spec(spec) => spec.language,
            Self::Crate(_) => Some("rust"),
        }
    }

    fn key(self, with: &str) -> Option<Sha256Hex> {
        match self {
            Self::Spec(spec) => spec.key(with).ok(),
            Self::Crate(one) => one.key(with),
        }
    }

    async fn check(self, benches: &Benches) -> Result<Vec<CheckStep>, CliError> {
        let bench = self.language().and_then(|language| benches.get(language));
        Ok(match (self, bench) {
            (Self::Spec(spec), None) => spec.check_text(),
            (Self::Spec(spec), Some(Ok(bench))) => spec.check(bench).await?,
            (Self::Spec(spec), Some(Err(reason))) => spec.check_without_reference(reason),
            (Self::Crate(one), Some(Ok(bench))) => vec![one.check(bench).await?],
            (Self::Crate(one), Some(Err(reason))) => vec![one.skipped(reason)],
            (Self::Crate(one), None) => vec![one.skipped("there is nothing to build it with")],
        })
    }
}

async fn tools_by_language(units: &[Unit<'_>]) -> BTreeMap<&'static str, Result<Tools, String>> {
    let mut found = BTreeMap::new();
    for language in units.iter().filter_map(|unit| unit.language()) {
        if !found.contains_key(language) {
            found.insert(language, tools(language).await.map_err(|error| error.message().to_owned()));
        }
    }
    found
}

/// What a check depends on beside the files that it looks at.
fn depends_on(
    args: &CheckArgs,
    unit: Unit<'_>,
    languages: &BTreeMap<&'static str, Result<Tools, String>>,
) -> String {
    let tools = unit.language().and_then(|language| languages.get(language)?.as_ref().ok());
    let version = match tools {
        Some(Tools::Rust(toolchain)) => &toolchain.version,
        Some(Tools::Python(interpreter)) => &interpreter.version,
        None => "",
    };
    format!("{} {version} {}", own_build(), args.sandbox.name())
}

/// Looks at what is not known, several things at a time.
async fn fresh(
    args: &CheckArgs,
    settings: &Settings,
    cache: Option<&Cache>,
    languages: BTreeMap<&'static str, Result<Tools, String>>,
    unknown: &[Keyed<'_>],
) -> Result<Vec<CheckStep>, CliError> {
    let project = Project::at(current_dir()?);
    let is_built = |language: &str| unknown.iter().any(|(unit, _)| unit.language() == Some(language));
    let languages: BTreeMap<_, _> = languages.into_iter().filter(|(name, _)| is_built(name)).collect();
    // References are built in the project's folder, where nobody else may write meanwhile.
    let builds =
        unknown.iter().any(|(unit, _)| matches!(unit, Unit::Spec(SpecUnderCheck { language: Some(_), .. })));
    let _lock = if builds { Some(project.lock()?) } else { None };
    let benches = if languages.is_empty() {
        Benches::new()
    } else {
        benches(args, settings, &project, languages).await?
    };
    let at_a_time = thread::available_parallelism().map_or(2, usize::from);
    let benches = &benches;
    let checked = stream::iter(unknown).map(|(unit, key)| async move {
        let steps = unit.check(benches).await?;
        if let (Some(key), Some(cache)) = (key, cache) {
            cache.keep(key, &steps);
        }
        Ok::<_, CliError>(steps)
    });
    let checked: Vec<Vec<CheckStep>> = checked.buffered(at_a_time).try_collect().await?;
    Ok(checked.into_iter().flatten().collect())
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
        home: cache_home(),
    };
    Ok(languages.into_iter().map(|(language, tools)| (language, tools.map(bench))).collect())
}
