use super::add::fetched;
use super::run::engine;
use super::vendoring::{
    Proving, RebuildArgs, Task, is_trusted, keep_store_out_of_git, package_name, say_fallen_short,
};
use super::verify::{bench, only};
use crate::console::{DIM, GOOD, counted, say, say_json, styled, visible, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use crate::settings::Settings;
use crate::wire::vendored::RebuildingJson;
use clap::Args;
use ghostlib_agent::Present;
use ghostlib_run::store::{LockedVendoring, Project};
use ghostlib_run::vendored::{
    FetchedSpec, SpecChanges, SpecOrigin, VendoredCrate, as_candidate, edits_between, replace,
};
use std::path::PathBuf;

/// Bring a vendored crate up to its spec, which has changed at its source.
///
/// Where little of the spec has changed, the agent changes the code as it is; else it writes the code from nothing. What passes
/// vectors and API takes the place of the crate, with the edits that were accepted, and is reviewed as any other change. If
/// anything fails, the crate stays as it was.
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 updated, or nothing had changed; 1 no rebuild passed, or the spec is suspicious and
nobody said yes; 2 a mistake in what was given, an edit that is not accepted, or one that cannot be
kept; 3 the sandbox, the agent or the toolchain is missing."
)]
pub(crate) struct UpdateArgs {
    /// The folder of the crate; the only one below the current folder, if none is given.
    dir: Option<PathBuf>,
    /// The revision or version of the spec to go to; the newest if it is not given.
    #[arg(long, value_name = "REV|VERSION")]
    to: Option<String>,
    /// Have the code written from nothing, however little has changed, or nothing.
    #[arg(long)]
    fresh: bool,
    /// Give the spec to the agent whatever is suspicious about it.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    rebuild: RebuildArgs,
}

pub(crate) async fn update(args: &UpdateArgs, json: bool) -> Result<Verdict, CliError> {
    let dir = only(args.dir.as_deref())?;
    let settings = Settings::load()?;
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    keep_store_out_of_git(&project)?;
    let held = VendoredCrate::read(&dir)?;
    without_open_edits(&held)?;
    let origin = args.origin(&held).await?;
    let fetched = fetched(&origin, &held.dir, &project).await?.sliced(&held.vendoring.slice)?;
    let changes = SpecChanges::between(&held.spec, &fetched.spec);
    let step = Step { origin, in_place: changes.is_small() && !args.fresh, fetched, changes };
    if step.fetched.whole == held.vendoring.whole && !args.fresh {
        if json {
            say_json(&RebuildingJson::of(&dir, &step.fetched.spec, &[]));
        } else {
            say(format!("{}: the spec has not changed at {}", dir.display(), step.origin));
        }
        return Ok(Verdict::Passed);
    }
    if !json {
        step.tell(&held);
    }
    if !is_trusted(&step.fetched.spec, args.yes) {
        return Ok(Verdict::FellShort);
    }
    let verdict = args.take(&step, &held, (&project, &settings), json).await;
    drop(lock);
    verdict
}

/// From one state of a spec to another.
struct Step {
    origin: SpecOrigin,
    fetched: FetchedSpec,
    changes: SpecChanges,
    /// Whether the present code is changed.
    in_place: bool,
}

impl UpdateArgs {
    /// Where the spec is taken from.
    async fn origin(&self, held: &VendoredCrate) -> Result<SpecOrigin, CliError> {
        let origin = held.origin()?;
        if let Some(wanted) = &self.to {
            return origin.at(wanted).ok_or_else(|| {
                CliError::input(format!(
                    "the spec of {} is at a path, which has no revisions",
                    held.dir.display()
                ))
                .hint("leave `--to` out, and have the path hold what is wanted")
            });
        }
        if let SpecOrigin::Git { rev, .. } = &origin
            && origin.is_pinned()
        {
            let message = format!("the spec of {} is pinned to the commit {rev}", held.dir.display());
            return Err(CliError::input(message)
                .hint("say where to go: `--to REV`; `ghostlib outdated` shows what is new"));
        }
        let outside = tempfile::tempdir()
            .map_err(|error| CliError::environment(format!("no temporary folder can be made: {error}")))?;
        Ok(origin.newest(outside.path()).await?)
    }

    async fn take(
        &self,
        step: &Step,
        held: &VendoredCrate,
        (project, settings): (&Project, &Settings),
        json: bool,
    ) -> Result<Verdict, CliError> {
        let mut options = self.rebuild.to_options(settings);
        let name = package_name(&step.fetched.spec)?;
        let watching = self.rebuild.watching(project, json)?;
        let engine = engine(project, &mut options, self.rebuild.sandbox, settings, watching).await?;
        let bench = bench(project, self.rebuild.sandbox).await?;
        let reference = self.rebuild.reference;
        let fetched = &step.fetched;
        let proving = Proving { engine: &engine, bench: &bench, fetched, options, reference, json };
        let mut attempts = Vec::new();
        let proved = Box::pin(proving.prove(&step.task(held, &name)?, &mut attempts)).await?;
        if let Some(proved) = &proved {
            replace(&proved.files, &held.dir)?;
            proved.remember(&held.dir, &bench)?;
        }
        if json {
            say_json(&RebuildingJson::of(&held.dir, &fetched.spec, &attempts));
        } else if proved.is_some() {
            conclude(held)?;
        } else {
            say_fallen_short(&attempts);
        }
        if proved.is_none() && step.in_place {
            warn("`--fresh` has the code written from nothing");
        }
        Ok(if proved.is_some() { Verdict::Passed } else { Verdict::FellShort })
    }
}

impl Step {
    fn task<'a>(&self, held: &'a VendoredCrate, package: &'a str) -> Result<Task<'a>, CliError> {
        let present = || {
            let code = as_candidate(&held.original()?, &self.fetched.licences);
            Ok::<_, CliError>(Present { code, changes: self.changes.text.clone() })
        };
        Ok(Task {
            label: format!("update-{package}"),
            package,
            vendoring: LockedVendoring {
                source: self.origin.to_string(),
                revision: self.fetched.revision.clone(),
                whole: self.fetched.whole.clone(),
                ..held.vendoring.clone()
            },
            present: if self.in_place { Some(present()?) } else { None },
            before: (!held.vendoring.accepted.is_empty()).then_some(held),
        })
    }

    /// What has changed, and what is done about it.
    fn tell(&self, held: &VendoredCrate) {
        let (old, new) = (&held.lock.spec, self.fetched.spec.stamp());
        let SpecChanges { requirements, n_vectors, n_declarations, .. } = &self.changes;
        say(format!(
            "{}  {} {} -> {}",
            held.dir.display(),
            visible(&old.name),
            visible(&old.version),
            visible(&new.version)
        ));
        say(format!(
            "  changed    {}, {}, {}",
            counted(requirements.len(), "requirement"),
            counted(*n_vectors, "vector"),
            counted(*n_declarations, "declaration")
        ));
        if !requirements.is_empty() {
            say(styled(DIM, format!("             {}", visible(&requirements.join(", ")))));
        }
        let how = if self.in_place {
            "the agent changes the code as it is"
        } else {
            "the agent writes the code from nothing"
        };
        say(format!("  rebuild    {how}"));
    }
}

/// An edit that nobody has looked at would be lost.
fn without_open_edits(held: &VendoredCrate) -> Result<(), CliError> {
    if held.tree == held.accepted_tree() {
        return Ok(());
    }
    Err(CliError::input(format!("{} has edits that nobody has accepted", held.dir.display())).hint(
        "`ghostlib verify` shows them, and `ghostlib verify --accept --reason TEXT` keeps them; or take them back",
    ))
}

/// Which files are now others.
fn conclude(held: &VendoredCrate) -> Result<(), CliError> {
    let now = VendoredCrate::read(&held.dir)?;
    say(format!("{}  {}", styled(GOOD, "updated"), held.dir.display()));
    for edit in edits_between(&held.code, &now.code) {
        let n = |sign: char| edit.patch.lines().skip(2).filter(|line| line.starts_with(sign)).count();
        say(format!("  {}  +{} -{}", visible(&edit.file), n('+'), n('-')));
    }
    let n_accepted = now.vendoring.accepted.len();
    if n_accepted > 0 {
        say(format!("  {} kept; see ghostlib.patch", counted(n_accepted, "accepted edit")));
    }
    say("Review it as any other change, then commit it.");
    Ok(())
}
