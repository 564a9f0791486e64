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
#[command(
    after_help = "Exit codes: 0 written; 1 no rebuild passed, or the spec is suspicious and nobody said yes;
2 a mistake in what was given; 3 the sandbox, the agent or the toolchain is missing."
)]
pub(crate) struct AddArgs {
    /// The spec: a SPEC.md or its folder, `git:URL#REV` or `git:URL#REV:PATH`, or `crate:NAME@VERSION` for a published crate
    /// that has a SPEC.md.
    spec: SpecOrigin,
    /// The folder for the crate, which is not to be there yet; `vendor/NAME` if it is not given.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Only these operations, functions, and types with all of their functions, with commas between them, and what they need.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Give the spec to the agent whatever is suspicious about it.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    rebuild: RebuildArgs,
}

pub(crate) async fn add(args: &AddArgs, json: bool) -> Result<Verdict, CliError> {
    let settings = Settings::load()?;
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    keep_store_out_of_git(&project)?;
    let fetched = fetched(&args.spec, project.root(), &project).await?.sliced(&args.only)?;
    let name = package_name(&fetched.spec)?;
    let dir = args.into.clone().unwrap_or_else(|| PathBuf::from("vendor").join(&name));
    if dir.exists() {
        return Err(VendoredError::Exists(dir).into());
    }
    // A manifest that cannot be changed is told before anything is done.
    let workspace = CargoWorkspace::around(&dir)?;
    if !is_trusted(&fetched.spec, args.yes) {
        return Ok(Verdict::FellShort);
    }
    let place = Place { dir, name, workspace };
    let verdict = args.take(&fetched, place, (&project, &settings), json).await;
    drop(lock);
    verdict
}

/// Where a crate is to lie.
struct Place {
    dir: PathBuf,
    name: String,
    workspace: Option<CargoWorkspace>,
}

impl AddArgs {
    async fn take(
        &self,
        fetched: &FetchedSpec,
        at: Place,
        (project, settings): (&Project, &Settings),
        json: bool,
    ) -> Result<Verdict, CliError> {
        let mut options = self.rebuild.to_options(settings);
        let watching = self.rebuild.watching(project, json)?;
        let engine = engine(project, &mut options, self.rebuild.sandbox, settings, watching).await?;
        let bench = bench(project, self.rebuild.sandbox).await?;
        let reference = self.rebuild.reference;
        let proving = Proving { engine: &engine, bench: &bench, fetched, options, reference, json };
        let task = Task {
            label: format!("add-{}", at.name),
            package: &at.name,
            vendoring: self.vendoring(fetched, project.root(), &at.dir),
            present: None,
            before: None,
        };
        let mut attempts = Vec::new();
        let proved = Box::pin(proving.prove(&task, &mut attempts)).await?;
        if let Some(proved) = &proved {
            place(&proved.files, &at.dir)?;
            proved.remember(&at.dir, &bench)?;
        }
        if json {
            say_json(&RebuildingJson::of(&at.dir, &fetched.spec, &attempts));
        } else if proved.is_none() {
            say_fallen_short(&attempts);
        }
        if proved.is_none() {
            return Ok(Verdict::FellShort);
        }
        at.join(json)?;
        Ok(Verdict::Passed)
    }
}

impl AddArgs {
    /// How a crate lies in a folder of the project.
    fn vendoring(&self, fetched: &FetchedSpec, root: &Path, dir: &Path) -> LockedVendoring {
        LockedVendoring {
            source: self.spec.seen_from(root, dir).to_string(),
            revision: fetched.revision.clone(),
            whole: fetched.whole.clone(),
            slice: self.only.clone(),
            enforces: Vec::new(),
            patch: None,
            accepted: Vec::new(),
        }
    }
}

impl Place {
    /// Makes the crate a member of the Cargo workspace, and says how it is used.
    fn join(self, json: bool) -> Result<(), CliError> {
        let Self { dir, name, workspace } = self;
        let path = workspace.as_ref().map(|workspace| workspace.path().to_owned());
        let joined = workspace.map_or(Ok(false), CargoWorkspace::join)?;
        if json {
            return Ok(());
        }
        say(format!("{}  {}", styled(GOOD, "wrote"), dir.display()));
        if let Some(path) = path.filter(|_| joined) {
            say(format!("It is a member of the Cargo workspace in {} now.", path.display()));
        }
        say(
            "To use it, put this under `[dependencies]` in the Cargo.toml of whoever needs it (a path starts at that file):",
        );
        say(format!("  {name} = {{ path = \"{}\" }}", dir.display()));
        say(format!(
            "`ghostlib verify {}` checks it at any time, offline. Commit the folder as it is.",
            dir.display()
        ));
        Ok(())
    }
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
