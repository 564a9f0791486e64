//! The source that a finding points to.

use super::attempt::named;
use super::text::{place as shown_place, plain};
use crate::Beside;
use ghostlib_model::{AttemptId, Finding, Place};
use serde::Serialize;

/// The most lines of one place.
const MOST_LINES: usize = 14;
/// Of candidates that have a finding, the source of so many is shown.
const MOST_CANDIDATES: usize = 3;

/// A piece of source.
#[derive(Serialize)]
pub(super) struct SourceView {
    who: String,
    place: String,
    code: String,
}

/// What is known of the source of a finding: the reference's, then that of candidates which have it.
pub(super) fn sources(have: &[(AttemptId, &Finding)], beside: &Beside) -> Vec<SourceView> {
    let of = |attempt: Option<AttemptId>, place: &Place| {
        let text = beside.sources.get(&(attempt, place.file.to_string()))?;
        let first = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let last = usize::try_from(place.end_line.max(place.line)).ok()?;
        let lines: Vec<_> = text.lines().skip(first).take((last - first).min(MOST_LINES)).collect();
        let who =
            attempt.map_or_else(|| "The reference".into(), |id| format!("The candidate of {}", named(&[id])));
        let code = plain(&lines.join("\n"), 2_000);
        (!code.trim().is_empty()).then(|| SourceView { who, place: shown_place(place), code })
    };
    let reference = have.iter().find_map(|(_, finding)| of(None, finding.reference.as_ref()?));
    let candidates = have.iter().filter_map(|(id, finding)| of(Some(*id), finding.candidate.as_ref()?));
    reference.into_iter().chain(candidates.take(MOST_CANDIDATES)).collect()
}
