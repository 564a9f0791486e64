//! How the spec was changed after an iteration.

use super::Limits;
use super::about::AgentView;
use super::findings::Known;
use super::text::{duration, plain, thousands};
use ghostlib_model::{
    Change, ChangeKind, Finding, FindingId, Reviser, RevisingSession, Revision, RevisionVerdict,
};
use serde::Serialize;

/// A revision, accepted or refused.
#[derive(Serialize)]
pub(super) struct RevisionView {
    /// Counted from 1 within its iteration.
    number: u32,
    by: &'static str,
    /// The reviser's session, where an agent made it.
    session: Option<ReviserView>,
    is_accepted: bool,
    /// Whether it found nothing to change.
    is_nothing: bool,
    from: String,
    to: String,
    /// What refused it.
    refused_by: &'static str,
    /// What the guard found wrong, or why a person did not want it.
    refusals: Vec<String>,
    changes: Vec<ChangeView>,
    diff: Vec<DiffLine>,
    diff_text: String,
    n_lines: String,
    n_lines_left_out: Option<String>,
}

/// A reviser's session.
#[derive(Serialize)]
struct ReviserView {
    id: String,
    agent: AgentView,
    end: String,
    time: String,
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
    pub(super) fn of(number: u32, revision: &Revision, known: &Known<'_>, limits: Limits) -> Self {
        let n_lines = revision.diff.lines().count();
        let n_left_out = n_lines.saturating_sub(limits.diff_lines);
        let lines = || revision.diff.lines().take(limits.diff_lines).map(|line| plain(line, limits.chars));
        Self {
            number,
            by: by(&revision.by),
            session: match &revision.by {
                Reviser::Agent(session) => Some(ReviserView::of(session, limits)),
                Reviser::Mechanical | Reviser::Person => None,
            },
            is_accepted: revision.verdict == RevisionVerdict::Accepted,
            is_nothing: !is_change(revision),
            from: revision.from.short().into(),
            to: revision.to.short().into(),
            refused_by: match &revision.verdict {
                RevisionVerdict::Declined(_) => "whoever looked at it did not want it",
                _ => "a check of the guard failed",
            },
            refusals: revision
                .verdict
                .reasons()
                .unwrap_or_default()
                .iter()
                .map(|reason| plain(reason, limits.chars))
                .collect(),
            changes: revision.changes.iter().map(|change| ChangeView::of(change, known, limits)).collect(),
            diff: lines().map(|text| DiffLine { class: class(&text), text }).collect(),
            diff_text: lines().collect::<Vec<_>>().join("\n"),
            n_lines: thousands(n_lines),
            n_lines_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

impl ReviserView {
    fn of(session: &RevisingSession, limits: Limits) -> Self {
        Self {
            id: super::or_unknown(session.session.as_str()),
            agent: AgentView::of(&session.agent),
            end: plain(&session.end.to_string(), limits.chars),
            time: duration(session.seconds),
        }
    }
}

impl ChangeView {
    fn of(change: &Change, known: &Known<'_>, limits: Limits) -> Self {
        let answer = |id: &FindingId| {
            let found = known.get(id);
            let first_line = |finding: &Finding| finding.message.lines().next().unwrap_or("").to_owned();
            AnswerView {
                id: plain(id.as_str(), limits.chars),
                anchor: found.map(|(anchor, _)| anchor.to_owned()),
                message: found.map_or_else(String::new, |(_, f)| plain(&first_line(f), limits.chars)),
            }
        };
        Self {
            what: what(change.kind),
            subject: plain(&change.subject, limits.chars),
            answers: change.answers.iter().map(answer).collect(),
        }
    }
}

/// Whether a revision was accepted and changed something.
pub(super) fn is_change(revision: &Revision) -> bool {
    let is_same = revision.changes.is_empty() && revision.from == revision.to;
    revision.verdict == RevisionVerdict::Accepted && !is_same
}

/// How many lines a revision's diff adds.
pub(super) fn n_added_lines(revision: &Revision) -> usize {
    revision.diff.lines().filter(|line| class(line) == "add").count()
}

fn by(reviser: &Reviser) -> &'static str {
    match reviser {
        Reviser::Mechanical => "mechanical",
        Reviser::Agent(_) => "by an agent",
        Reviser::Person => "by a person",
    }
}

fn what(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::ApiLine => "API line",
        ChangeKind::Vector => "vector",
        ChangeKind::VectorMended => "vector mended",
        ChangeKind::VectorShown => "vector shown",
        ChangeKind::Prose => "sentences",
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
