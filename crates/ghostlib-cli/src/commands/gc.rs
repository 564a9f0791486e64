use super::runs::size;
use crate::console::{say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_run::store::{Project, Waste};
use serde_json::json;

/// Remove what a project can do without: builds, and the workspaces of sessions that are recorded. Both are made again
/// when they are needed.
#[derive(Args)]
pub(crate) struct GcArgs {
    /// Also remove all but the newest N runs, with their candidates. A run that has not ended stays.
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Say what would go, and remove nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn gc(args: &GcArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let lock = project.lock()?;
    let waste = project.waste(args.keep)?;
    if !args.dry_run {
        project.clean(&waste)?;
    }
    drop(lock);
    let total: u64 = waste.iter().map(|one| one.bytes).sum();
    if json {
        let each = |one: &Waste| json!({ "path": one.path, "bytes": one.bytes, "run": one.run });
        say_json(
            &json!({ "removed": !args.dry_run, "bytes": total, "all": waste.iter().map(each).collect::<Vec<_>>() }),
        );
        return Ok(Verdict::Passed);
    }
    let root = project.root();
    for one in &waste {
        let path = one.path.strip_prefix(root).unwrap_or(&one.path);
        say(format!("{}  {}", path.display(), size(one.bytes)));
    }
    say(format!("{} {}", if args.dry_run { "would free" } else { "freed" }, size(total)));
    Ok(Verdict::Passed)
}
