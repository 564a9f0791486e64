use super::verify::chosen;
use crate::console::{DIM, GOOD, WARN, counted, say, say_json, styled, visible};
use crate::error::{CliError, Verdict};
use crate::wire::outdated::{CrateJson, MovedJson, OutdatedJson};
use clap::Args;
use ghostlib_model::ReferenceSource;
use ghostlib_run::vendored::{OriginError, SpecChanges, VendoredCrate, newest_version};
use std::path::{Path, PathBuf};

/// Say of vendored crates what has moved since they were written: their specs at their sources, and the libraries that those
/// describe.
///
/// Sources are asked over the network as git and cargo are set up. What could not be asked is said.
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0; 1 with --exit-code, if a spec has moved; 2 a folder holds no vendored crate;
3 something could not be asked."
)]
pub(crate) struct OutdatedArgs {
    /// Folders of vendored crates; all below the current folder, if none is given.
    dirs: Vec<PathBuf>,
    /// Give 1 if the spec of a crate has moved.
    #[arg(long)]
    exit_code: bool,
}

pub(crate) async fn outdated(args: &OutdatedArgs, json: bool) -> Result<Verdict, CliError> {
    let dirs = chosen(&args.dirs)?;
    let held = dirs.iter().map(|dir| VendoredCrate::read(dir)).collect::<Result<Vec<_>, _>>()?;
    let cache = tempfile::tempdir()
        .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
    let mut crates = Vec::new();
    for held in &held {
        crates.push(look_at(held, cache.path()).await);
    }
    let told = OutdatedJson { crates };
    if json {
        say_json(&told);
    } else {
        told.crates.iter().for_each(tell);
    }
    let unasked = told.crates.iter().flat_map(|one| [Some(&one.spec), one.reference.as_ref()]);
    if unasked.flatten().any(|moved| moved.unknown.is_some()) {
        return Ok(Verdict::EnvironmentLacks);
    }
    let has_moved = told.crates.iter().any(|one| one.spec.moved == Some(true));
    Ok(if args.exit_code && has_moved { Verdict::FellShort } else { Verdict::Passed })
}

async fn look_at(held: &VendoredCrate, cache: &Path) -> CrateJson {
    let source = held.vendoring.source.clone();
    let spec = match spec_moved(held, cache).await {
        Ok(moved) => moved,
        Err(error) => MovedJson::unknown(source, &error),
    };
    let reference = match held.spec.spec.front_matter.reference.as_ref().map(ReferenceSource::origin) {
        Some(ReferenceSource::Crate { name, version }) => {
            let source = format!("crate:{name}@{version}");
            Some(match newest_version(name, cache).await {
                Ok(newest) => MovedJson {
                    moved: Some(newest != *version),
                    newest: Some(format!("crate:{name}@{newest}")),
                    ..MovedJson::at(source)
                },
                Err(error) => MovedJson::unknown(source, &error),
            })
        }
        _ => None,
    };
    CrateJson { dir: held.dir.clone(), name: held.lock.spec.name.clone(), spec, reference }
}

async fn spec_moved(held: &VendoredCrate, cache: &Path) -> Result<MovedJson, OriginError> {
    let source = &held.vendoring.source;
    let newest = held.origin()?.newest(cache).await?;
    let fetched = newest.fetch(&held.dir, cache).await?.sliced(&held.vendoring.slice)?;
    let stamp = fetched.spec.stamp();
    let changes = SpecChanges::between(&held.spec, &fetched.spec);
    let moved = fetched.whole != held.vendoring.whole;
    Ok(MovedJson {
        moved: Some(moved),
        newest: Some(newest.to_string()),
        version: Some(stamp.version),
        revision: fetched.revision,
        requirements: if moved { changes.requirements.clone() } else { Vec::new() },
        n_affected: if moved { changes.n_affected() } else { 0 },
        ..MovedJson::at(source.clone())
    })
}

fn tell(one: &CrateJson) {
    let spec = &one.spec;
    say(format!("{}  {}", one.dir.display(), visible(&one.name)));
    say(format!("  spec       {}", words(spec)));
    if !spec.requirements.is_empty() {
        say(styled(DIM, format!("             {}", visible(&spec.requirements.join(", ")))));
    }
    if let Some(reference) = &one.reference {
        say(format!("  reference  {}", words(reference)));
    }
    if spec.moved == Some(true) {
        say(format!("  `ghostlib update {}` takes it over", one.dir.display()));
    }
}

fn words(moved: &MovedJson) -> String {
    let source = visible(&moved.source);
    if let Some(reason) = &moved.unknown {
        return format!("{source} {}: {}", styled(WARN, "could not be asked"), visible(reason));
    }
    if moved.moved != Some(true) {
        return format!("{source} {}", styled(GOOD, "is the newest"));
    }
    let newest = visible(moved.newest.as_deref().unwrap_or_default());
    let to = if newest == source { String::new() } else { format!(" to {newest}") };
    let version =
        moved.version.as_ref().map_or_else(String::new, |version| format!(", version {}", visible(version)));
    let parts = match moved.n_affected {
        0 => String::new(),
        n => format!(", {} new, gone or different", counted(n, "part")),
    };
    format!("{source} {}{to}{version}{parts}", styled(WARN, "has moved"))
}
