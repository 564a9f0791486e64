//! How the spec was changed after an iteration.

use super::Limits;
use super::findings::anchor;
use super::text::{plain, thousands};
use ghostlib_model::{ChangeKind, Finding, FindingId, IterationSummary, Revision, RevisionVerdict};
use serde::Serialize;
use std::collections::HashMap;

/// A revision, accepted or refused.
#[derive(Serialize)]
pub(super) struct RevisionView {
    is_accepted: bool,
    from: String,
    to: String,
    /// What the guard found wrong.
    refusals: Vec<String>,
    changes: Vec<ChangeView>,
    diff: Vec<DiffLine>,
    diff_text: String,
    n_lines: String,
    n_lines_left_out: Option<String>,
}

#[derive(Serialize)]
struct ChangeView {
    what: &'static str,
    subject: String,
    answers: Vec<AnswerView>,
}

/// A finding that a change answers.
#[derive(Serialize)]
struct AnswerView {
    id: String,
    /// The finding itself, where this iteration has it.
    anchor: Option<String>,
    message: String,
}

#[derive(Serialize)]
struct DiffLine {
    class: &'static str,
    text: String,
}

impl RevisionView {
    pub(super) fn of(revision: &Revision, it: &IterationSummary, limits: Limits) -> Self {
        let findings = it.evaluation.as_ref().map_or(&[][..], |evaluation| &evaluation.findings);
        let by_id: HashMap<&FindingId, (usize, &Finding)> =
            findings.iter().enumerate().map(|(i, finding)| (&finding.id, (i, finding))).collect();
        let answer = |id: &FindingId| {
            let found = by_id.get(id);
            let first_line = |finding: &Finding| finding.message.lines().next().unwrap_or("").to_owned();
            AnswerView {
                id: plain(id.as_str(), limits.chars),
                anchor: found.map(|(i, _)| anchor(it.iteration, *i)),
                message: found.map_or_else(String::new, |(_, f)| plain(&first_line(f), limits.chars)),
            }
        };
        let n_lines = revision.diff.lines().count();
        let n_left_out = n_lines.saturating_sub(limits.diff_lines);
        let lines = || revision.diff.lines().take(limits.diff_lines).map(|line| plain(line, limits.chars));
        Self {
            is_accepted: revision.verdict == RevisionVerdict::Accepted,
            from: revision.from.short().into(),
            to: revision.to.short().into(),
            refusals: match &revision.verdict {
                RevisionVerdict::Accepted => Vec::new(),
                RevisionVerdict::Refused(reasons) => {
                    reasons.iter().map(|reason| plain(reason, limits.chars)).collect()
                }
            },
            changes: revision
                .changes
                .iter()
                .map(|change| ChangeView {
                    what: what(change.kind),
                    subject: plain(&change.subject, limits.chars),
                    answers: change.answers.iter().map(answer).collect(),
                })
                .collect(),
            diff: lines().map(|text| DiffLine { class: class(&text), text }).collect(),
            diff_text: lines().collect::<Vec<_>>().join("\n"),
            n_lines: thousands(n_lines),
            n_lines_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

fn what(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::ApiLine => "API line",
        ChangeKind::Vector => "vector",
        ChangeKind::VectorShown => "vector shown",
    }
}

/// The style of a line of a unified diff.
fn class(line: &str) -> &'static str {
    match line.as_bytes() {
        [b'@', b'@', ..] => "hunk",
        [b'+', b'+', b'+', b' ', ..] | [b'-', b'-', b'-', b' ', ..] => "file",
        [b'+', ..] => "add",
        [b'-', ..] => "del",
        _ => "same",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diff_lines_are_told_apart_by_how_they_begin() {
        let lines = ["--- a/SPEC.md", "+++ b/SPEC.md", "@@ -1 +1 @@", "-old", "+++new", " same", "", "-- x"];
        let classes = ["file", "file", "hunk", "del", "add", "same", "same", "del"];
        assert_eq!(lines.map(class), classes);
    }
}
