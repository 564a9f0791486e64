//! What was found, for people at a terminal.

use crate::console::{BAD, BOLD, DIM, GOOD, WARN, counted, styled, visible};
use ghostlib_model::{CheckFinding, CheckLevel, CheckReport};
use ghostlib_report::check::headline;
use std::collections::BTreeSet;

/// A report as text: what counts by its place, what was skipped, and one line of figures.
pub(super) fn text(report: &CheckReport, shows_notes: bool) -> String {
    let mut findings: Vec<&CheckFinding> = report.counting();
    findings.retain(|finding| shows_notes || finding.level > CheckLevel::Note);
    findings
        .sort_by_key(|finding| finding.place.as_ref().map(|place| (&place.file, place.line, place.column)));
    let mut lines: Vec<String> = findings.into_iter().flat_map(told).collect();
    for step in &report.steps {
        if let Some(reason) = &step.skipped {
            let skipped = styled(WARN, "skipped");
            lines.push(format!(
                "{skipped}: {} of {}: {}",
                step.name,
                visible(&step.subject),
                visible(reason)
            ));
        }
    }
    lines.push(last_line(report, shows_notes));
    lines.join("\n") + "\n"
}

fn told(finding: &CheckFinding) -> Vec<String> {
    let style = match finding.level {
        CheckLevel::Error => BAD,
        CheckLevel::Warning => WARN,
        CheckLevel::Note => DIM,
    };
    let place = finding.place.as_ref().map_or_else(String::new, |place| format!("{}: ", styled(BOLD, place)));
    let code = styled(style, format!("{}[{}]", finding.level, finding.rule));
    let mut lines = vec![format!("{}{code}: {}", place, visible(&finding.message))];
    lines.extend(finding.help.as_ref().map(|help| format!("  {} {}", styled(DIM, "help:"), visible(help))));
    lines
}

fn last_line(report: &CheckReport, shows_notes: bool) -> String {
    let counts = report.counts();
    let subjects: BTreeSet<&str> = report.steps.iter().map(|step| step.subject.as_str()).collect();
    let verdict = if report.passes() { styled(GOOD, "passed") } else { styled(BAD, "failed") };
    let unchanged = if counts.cached == 0 { String::new() } else { format!(", {} unchanged", counts.cached) };
    let hidden = if counts.notes == 0 || shows_notes { "" } else { " (`--notes` shows notes)" };
    let steps = counted(report.steps.len(), "step");
    let files = counted(subjects.len(), "file");
    format!("{verdict}: {}; {steps} over {files}{unchanged}{hidden}", headline(report))
}
