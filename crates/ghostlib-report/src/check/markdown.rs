//! A page for people: the summary of a job, or a comment.

use super::headline;
use crate::markdown::{code, inline};
use crate::view::text::{count, duration, plain};
use ghostlib_model::{CheckFinding, CheckReport};
use std::fmt::Write;

/// A job's summary may have a MiB.
const MAX_FINDINGS: usize = 500;
const MAX_CHARS: usize = 600;

/// A report as Markdown, in GitHub's flavour: what counts, what was accepted and until when, what was skipped, and what
/// each step took. At most 500 findings, with how many are left out.
pub fn markdown(report: &CheckReport) -> String {
    let verdict = if report.passes() { "passed" } else { "failed" };
    let mut page = format!("### {} {verdict}: {}\n\n", inline(&report.command), headline(report));
    let findings = report.counting();
    if !findings.is_empty() {
        page.push_str("| level | where | rule | what |\n|---|---|---|---|\n");
        findings.iter().take(MAX_FINDINGS).for_each(|finding| row(&mut page, finding, report));
        if let Some(n_more @ 1..) = findings.len().checked_sub(MAX_FINDINGS) {
            let _ = writeln!(page, "\n{} more, in the other formats.", count(n_more, "finding"));
        }
        page.push('\n');
    }
    accepted(&mut page, report);
    skipped(&mut page, report);
    steps(&mut page, report);
    page
}

fn row(page: &mut String, finding: &CheckFinding, report: &CheckReport) {
    let place = finding.place.as_ref().map_or_else(String::new, |place| {
        cell(&code(&plain(&format!("{}:{}", place.file, place.line), MAX_CHARS)))
    });
    let known = report.rules.iter().find(|rule| rule.id == finding.rule);
    let rule = known.map_or_else(
        || inline(&finding.rule),
        |rule| format!("[{}]({})", inline(&finding.rule), rule.page.replace([' ', ')', '|'], "")),
    );
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" — {}", text(help)));
    let _ = writeln!(page, "| {} | {place} | {rule} | {}{help} |", finding.level, text(&finding.message));
}

fn accepted(page: &mut String, report: &CheckReport) {
    let accepted: Vec<_> =
        report.findings().filter_map(|(_, one)| Some((one, one.accepted.as_ref()?))).collect();
    if accepted.is_empty() {
        return;
    }
    page.push_str("Accepted:\n\n");
    for (finding, acceptance) in accepted.iter().take(MAX_FINDINGS) {
        let until =
            acceptance.until.as_ref().map_or_else(String::new, |day| format!(" until {}", inline(day)));
        let place = finding.file();
        let _ = writeln!(
            page,
            "- {} in {}{until}: {}",
            code(&finding.rule),
            code(place),
            text(&acceptance.reason)
        );
    }
    page.push('\n');
}

fn skipped(page: &mut String, report: &CheckReport) {
    let mut skipped = report.steps.iter().filter_map(|step| Some((step, step.skipped.as_ref()?))).peekable();
    if skipped.peek().is_none() {
        return;
    }
    page.push_str("Skipped:\n\n");
    for (step, reason) in skipped {
        let _ = writeln!(page, "- {} of {}: {}", inline(&step.name), code(&step.subject), text(reason));
    }
    page.push('\n');
}

fn steps(page: &mut String, report: &CheckReport) {
    if report.steps.is_empty() {
        return;
    }
    let _ = writeln!(page, "<details><summary>{}</summary>\n", count(report.steps.len(), "step"));
    page.push_str("| what | step | findings | time |\n|---|---|---|---|\n");
    for step in &report.steps {
        let time = if step.cached { "unchanged".to_owned() } else { duration(step.seconds) };
        let found = match &step.skipped {
            Some(_) => "skipped".to_owned(),
            None => step.findings.len().to_string(),
        };
        let subject = cell(&code(&step.subject));
        let _ = writeln!(page, "| {subject} | {} | {found} | {time} |", inline(&step.name));
    }
    page.push_str("\n</details>\n");
}

/// A stranger's text on one line, cut where it is long.
fn text(raw: &str) -> String {
    cell(&inline(&plain(raw, MAX_CHARS)))
}

/// A bare pipe would end a table's cell even inside of code.
fn cell(written: &str) -> String {
    let mut cell = String::with_capacity(written.len());
    let mut before = ' ';
    for c in written.chars() {
        if c == '|' && before != '\\' {
            cell.push('\\');
        }
        cell.push(c);
        before = c;
    }
    cell.replace('\n', " ")
}
