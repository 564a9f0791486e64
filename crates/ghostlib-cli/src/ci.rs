//! Findings in the formats of CI.

use clap::ValueEnum;
use ghostlib_model::CheckReport;
use ghostlib_report::check;

/// A format that a machine or a service reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiFormat {
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for reports of tests.
    Junit,
    /// JSON.
    Json,
    /// A page for people.
    Markdown,
}

impl CiFormat {
    /// What the format says of a report.
    pub(crate) fn of(self, report: &CheckReport) -> String {
        match self {
            Self::Github => check::github(report),
            Self::Sarif => check::sarif(report),
            Self::Junit => check::junit(report),
            Self::Json => serde_json::to_string_pretty(report).unwrap_or_default() + "\n",
            Self::Markdown => check::markdown(report),
        }
    }
}
