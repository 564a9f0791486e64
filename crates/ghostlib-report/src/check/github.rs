//! Workflow commands of GitHub Actions, which become annotations beside the lines of a pull request.

use super::{headline, with_help};
use ghostlib_model::{CheckFinding, CheckLevel, CheckReport};
use std::fmt::Write;

/// GitHub drops further annotations of one level and step without a word.
const MAX_ANNOTATIONS: usize = 10;

/// A report as lines for the log of a job: one workflow command for each finding that counts, at most ten a level, and
/// then how many there are in all.
pub fn github(report: &CheckReport) -> String {
    let findings = report.counting();
    let mut lines = String::new();
    for level in CheckLevel::ALL {
        let of_level: Vec<_> = findings.iter().filter(|finding| finding.level == level).collect();
        for finding in of_level.iter().take(MAX_ANNOTATIONS) {
            lines.push_str(&command(finding));
        }
        if let Some(n_more @ 1..) = of_level.len().checked_sub(MAX_ANNOTATIONS) {
            let _ = writeln!(
                lines,
                "{n_more} more of level {level} have no annotation, since GitHub takes {MAX_ANNOTATIONS} a level and \
                 step; the job's summary has them"
            );
        }
    }
    for step in &report.steps {
        if let Some(reason) = &step.skipped {
            let _ = writeln!(
                lines,
                "skipped: {} of {}: {}",
                step.name,
                one_line(&step.subject),
                one_line(reason)
            );
        }
    }
    let _ = writeln!(lines, "{}", headline(report));
    lines
}

/// `::error file=…,line=…,title=…::message`
fn command(finding: &CheckFinding) -> String {
    let name = match finding.level {
        CheckLevel::Error => "error",
        CheckLevel::Warning => "warning",
        CheckLevel::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &finding.place {
        properties.push(("file", place.file.clone()));
        properties.push(("line", place.line.to_string()));
        properties.push(("endLine", place.end_line.to_string()));
        // Columns are taken for one line alone.
        if place.line == place.end_line && place.end_column > place.column {
            properties.push(("col", place.column.to_string()));
            properties.push(("endColumn", place.end_column.to_string()));
        }
    }
    properties.push(("title", finding.rule.clone()));
    let written: Vec<_> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{name} {}::{}\n", written.join(","), data(&with_help(finding)))
}

/// A text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text between the commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// No text of a stranger begins a line, where it could be a command; commands of the older form can be anywhere.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace("##[", "## [")
}
