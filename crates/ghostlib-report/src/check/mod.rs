//! What a check found, in the formats of CI: a file a format.

mod github;
mod junit;
mod markdown;
mod of_run;
mod sarif;
#[cfg(test)]
mod tests;

pub use github::github;
pub use junit::junit;
pub use markdown::markdown;
pub use of_run::of_run;
pub use sarif::sarif;

use crate::view::text::count;
use ghostlib_model::{CheckCounts, CheckFinding, CheckReport};

/// Where the pages of the book are.
pub const BOOK: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/src");

/// `1 error, 2 warnings, 0 notes`, and what else is to be known.
pub fn headline(report: &CheckReport) -> String {
    let CheckCounts { errors, warnings, notes, accepted, skipped, .. } = report.counts();
    let mut parts = vec![count(errors, "error"), count(warnings, "warning"), count(notes, "note")];
    parts.extend((accepted > 0).then(|| format!("{accepted} accepted")));
    parts.extend((skipped > 0).then(|| format!("{} skipped", count(skipped, "step"))));
    parts.join(", ")
}

/// What is wrong and what to do about it, with its place in front.
fn told(finding: &CheckFinding) -> String {
    let place = finding.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    format!("{place}{}[{}]: {}", finding.level, finding.rule, with_help(finding))
}

fn with_help(finding: &CheckFinding) -> String {
    match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    }
}
