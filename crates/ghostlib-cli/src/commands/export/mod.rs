mod spec;

use super::runs::size;
use crate::console::{counted, say, say_json};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::{Args, ValueEnum};
use ghostlib_run::store::Project;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Write a run into one file for another machine, or a spec for people who do not have ghostlib.
///
/// A run's file has its journal, specs, recordings and candidates, and with them the trajectories of its sessions; what was
/// kept out of the run is not in the file either. `ghostlib import` takes it over there. Of a spec, what stands in whenwords'
/// layout are `SPEC.md`, `tests.yaml` with the visible vectors, and `INSTALL.md` with a prompt for any coding agent; hidden
/// vectors stay here. `ghostlib import` reads that back, too.
#[derive(Args)]
pub(crate) struct ExportArgs {
    /// The run, such as `r1`, the newest one if it is not given; or the path of a spec.
    #[arg(value_name = "RUN|SPEC")]
    what: Option<String>,
    /// The file for a run; `ghostlib-RUN.tar.gz` in the current folder if it is not given.
    #[arg(long, short, conflicts_with_all = ["format", "into"])]
    output: Option<PathBuf>,
    /// The layout for a spec.
    #[arg(long, value_enum, requires = "what")]
    format: Option<Format>,
    /// The folder for a spec; `NAME-whenwords` in the current folder if it is not given.
    #[arg(long, value_name = "DIR", requires = "what")]
    into: Option<PathBuf>,
}

/// A layout of specs.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// `SPEC.md`, `tests.yaml` and `INSTALL.md`, as ghost libraries are published.
    Whenwords,
}

pub(crate) fn export(args: &ExportArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    match &args.what {
        Some(what) if args.is_of_a_spec(&project, what) => {
            let Format::Whenwords = args.format.unwrap_or(Format::Whenwords);
            spec::export(Path::new(what), args.into.as_deref(), json)
        }
        what => export_run(args, &project, what.as_deref(), json),
    }
}

impl ExportArgs {
    /// Whether it is a spec that is asked for: by its layout, or since something is there and no run is called so.
    fn is_of_a_spec(&self, project: &Project, what: &str) -> bool {
        let is_path = || Path::new(what).exists() && project.find_run(Some(what)).is_err();
        self.format.is_some() || self.into.is_some() || (self.output.is_none() && is_path())
    }
}

fn export_run(
    args: &ExportArgs,
    project: &Project,
    run: Option<&str>,
    json: bool,
) -> Result<Verdict, CliError> {
    let run = project.find_run(run)?;
    let file = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("ghostlib-{run}.tar.gz")));
    let exported = project.export(&run, &file)?;
    if json {
        say_json(&json!({
            "run": run, "file": file, "bytes": exported.bytes, "specs": exported.n_specs,
            "sessions": exported.n_sessions, "candidates": exported.n_candidates,
        }));
    } else {
        say(format!(
            "{run} is in {}: {}, {}, {}; {}",
            file.display(),
            counted(exported.n_specs, "spec"),
            counted(exported.n_sessions, "recording"),
            counted(exported.n_candidates, "candidate"),
            size(exported.bytes)
        ));
    }
    Ok(Verdict::Passed)
}
