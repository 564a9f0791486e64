use super::run::write;
use crate::beside;
use crate::ci::CiFormat;
use crate::console::say;
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::{Args, ValueEnum};
use ghostlib_model::{RunId, RunSummary};
use ghostlib_run::store::{Journal, Project};
use std::path::PathBuf;

/// Write a run's report, or its findings in a format of CI.
///
/// The HTML page is one file that needs nothing else and asks nothing of any network: verdict, gates and dimensions,
/// findings that can be filtered, requirements by candidates, disagreements, sessions, revisions, time, and the run's
/// data. `run` writes it as `.ghostlib/runs/RUN/report.html`. In the formats of CI the findings are those of the candidates
/// of the last iteration: P0 and P1 are errors, P2 are warnings, P3 are notes.
#[derive(Args)]
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
    /// Findings as SARIF 2.1.0, for code scanning.
    Sarif,
    /// Findings as `JUnit` XML: a test case a candidate.
    Junit,
    /// Findings as workflow commands of GitHub Actions, which become annotations.
    Github,
    /// Findings as JSON (`ghostlib schema check`). The run itself is what `--json` writes.
    Json,
}

impl Format {
    fn of(self, project: &Project, run: &RunId, summary: &RunSummary) -> String {
        let findings = |format: CiFormat| format.of(&ghostlib_report::check::of_run(summary));
        match self {
            Self::Html => beside::page(project, run, summary),
            Self::Markdown => ghostlib_report::markdown(summary),
            Self::Sarif => findings(CiFormat::Sarif),
            Self::Junit => findings(CiFormat::Junit),
            Self::Github => findings(CiFormat::Github),
            Self::Json => findings(CiFormat::Json),
        }
    }
}

pub(crate) fn report(args: &ReportArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let run = project.find_run(args.run.as_deref())?;
    let summary = RunSummary::of(Journal::read(&project.journal(&run))?);
    let text = if json {
        serde_json::to_string_pretty(&summary).unwrap_or_default()
    } else {
        args.format.of(&project, &run, &summary)
    };
    match &args.output {
        Some(path) => write(path, &text)?,
        None => say(text.trim_end()),
    }
    Ok(Verdict::Passed)
}
