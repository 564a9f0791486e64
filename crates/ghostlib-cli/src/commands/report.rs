use super::run::write;
use crate::beside;
use crate::console::say;
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::{Args, ValueEnum};
use ghostlib_model::RunSummary;
use ghostlib_run::store::{Journal, Project};
use std::path::PathBuf;

/// Write a run's report.
///
/// The HTML page is one file that needs nothing else and asks nothing of any network: verdict, gates and dimensions,
/// findings that can be filtered, requirements by candidates, disagreements, sessions, revisions, time, and the run's
/// data. `run` writes it as `.ghostlib/runs/RUN/report.html`.
#[derive(Args)]
#[command(after_help = "Examples:
  ghostlib report                                the newest run, as Markdown
  ghostlib report r3 --format html -o r3.html    a page for a browser
  ghostlib report --json | jq .end               the run's data")]
pub(crate) struct ReportArgs {
    /// The run, such as `r1`; the newest one if it is not given.
    run: Option<String>,
    /// The report's format.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// The file to write; standard output if it is not given.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One self-contained page.
    Html,
    /// Plain text that GitHub renders.
    Markdown,
}

pub(crate) fn report(args: &ReportArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let run = project.find_run(args.run.as_deref())?;
    let summary = RunSummary::of(Journal::read(&project.journal(&run))?);
    let text = match (json, args.format) {
        (true, _) => serde_json::to_string_pretty(&summary).unwrap_or_default(),
        (false, Format::Html) => beside::page(&project, &run, &summary),
        (false, Format::Markdown) => ghostlib_report::markdown(&summary),
    };
    match &args.output {
        Some(path) => write(path, &text)?,
        None => say(text),
    }
    Ok(Verdict::Passed)
}
