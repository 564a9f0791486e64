use super::run::engine;
use super::vendoring::{
    CargoWorkspace, Proving, RebuildArgs, Task, is_trusted, keep_store_out_of_git, package_name,
    say_fallen_short,
};
use super::verify::bench;
use crate::console::{GOOD, say, say_json, styled};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use crate::wire::vendored::RebuildingJson;
use clap::Args;
use ghostlib_run::store::{LockedVendoring, Project};
use ghostlib_run::vendored::{FetchedSpec, SpecOrigin, VendoredError, place};
use std::path::{Path, PathBuf};

/// Have a library written from somebody's spec, check it, and put it into this repository as an ordinary crate with a
/// lockfile.
///
/// The spec is looked through before anything runs. An agent that sees nothing else writes the code in the sandbox; vectors
/// and API are evaluated; what passes is written, joins the Cargo workspace if there is one, and can be verified offline from
/// then on. If nothing passes, nothing is written.
#[derive(Args)]
#[command(after_help = "Examples:
  ghostlib add ../specs/shell-words --agent codex
  ghostlib add git:https://example.org/specs.git#v1.2:shell-words
  ghostlib add crate:some-crate@1.4.0 --reference

Exit codes: 0 written; 1 no rebuild passed, or the spec is suspicious and nobody said yes;
2 a mistake in what was given; 3 the sandbox, the agent or the toolchain is missing.")]
pub(crate) struct AddArgs {
    /// The spec: a SPEC.md or its folder, `git:URL#REV` or `git:URL#REV:PATH`, or `crate:NAME@VERSION` for a published crate
    /// that has a SPEC.md.
    spec: SpecOrigin,
    /// The folder for the crate, which is not to be there yet; `vendor/NAME` if it is not given.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Give the spec to the agent whatever is suspicious about it.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    rebuild: RebuildArgs,
}

pub(crate) async fn add(args: &AddArgs, json: bool) -> Result<Verdict, CliError> {
    let settings = Settings::load()?;
    let mut options = args.rebuild.to_options(&settings);
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    keep_store_out_of_git(&project)?;
    let fetched = fetched(&args.spec, project.root(), &project).await?;
    let name = package_name(&fetched.spec)?;
    let dir = args.into.clone().unwrap_or_else(|| PathBuf::from("vendor").join(&name));
    if dir.exists() {
        return Err(VendoredError::Exists(dir).into());
    }
    let workspace = CargoWorkspace::around(&dir)?;
    if !is_trusted(&fetched.spec, args.yes) {
        return Ok(Verdict::FellShort);
    }
    let watching = args.rebuild.watching(&project, json)?;
    let engine = engine(&project, &mut options, args.rebuild.sandbox, &settings, watching).await?;
    let bench = bench(&project, args.rebuild.sandbox).await?;
    let reference = args.rebuild.reference;
    let proving = Proving { engine: &engine, bench: &bench, fetched: &fetched, options, reference, json };
    let task = Task {
        label: format!("add-{name}"),
        package: &name,
        vendoring: vendoring(&args.spec, &fetched, project.root(), &dir),
        present: None,
        before: None,
    };
    let mut attempts = Vec::new();
    let proved = Box::pin(proving.prove(&task, &mut attempts)).await?;
    let told = RebuildingJson::of(&dir, &fetched.spec, &attempts);
    let Some(proved) = proved else {
        if json {
            say_json(&told)
        } else {
            say_fallen_short(&attempts)
        }
        return Ok(Verdict::FellShort);
    };
    place(&proved.files, &dir)?;
    proved.remember(&dir, &bench)?;
    let joined = workspace.map(|workspace| (workspace.path().to_owned(), workspace.join()));
    drop(lock);
    if json {
        say_json(&told);
    } else {
        say(format!("{}  {}", styled(GOOD, "wrote"), dir.display()));
    }
    if let Some((path, joined)) = joined
        && joined?
        && !json
    {
        say(format!("It is a member of the Cargo workspace in {} now.", path.display()));
    }
    if !json {
        say(
            "To use it, put this under `[dependencies]` in the Cargo.toml of whoever needs it (a path starts at that file):",
        );
        say(format!("  {name} = {{ path = \"{}\" }}", dir.display()));
        say(format!(
            "`ghostlib verify {}` checks it at any time, offline. Commit the folder as it is.",
            dir.display()
        ));
    }
    Ok(Verdict::Passed)
}

/// The spec as it is at its origin, without errors. A path starts at `base`.
pub(crate) async fn fetched(
    origin: &SpecOrigin,
    base: &Path,
    project: &Project,
) -> Result<FetchedSpec, CliError> {
    let fetched = origin.fetch(base, &project.references()).await?;
    Ok(FetchedSpec { spec: fetched.spec.without_errors()?, ..fetched })
}

/// How a crate lies in a folder of the project.
pub(crate) fn vendoring(
    origin: &SpecOrigin,
    fetched: &FetchedSpec,
    root: &Path,
    dir: &Path,
) -> LockedVendoring {
    LockedVendoring {
        source: origin.seen_from(root, dir).to_string(),
        revision: fetched.revision.clone(),
        whole: fetched.spec.stamp().hash,
        slice: Vec::new(),
        enforces: Vec::new(),
        patch: None,
        accepted: Vec::new(),
    }
}
