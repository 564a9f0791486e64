//! Revising the spec where it is silent, and the guard between any revision and the spec.

mod brief;
mod guard;
mod harvest;
mod mechanical;

pub(crate) use brief::brief;
pub(crate) use guard::check_draft;
pub use guard::{Leave, check};
pub(crate) use harvest::vector_of;
pub use harvest::{Harvest, harvest};
pub use mechanical::{HARVEST_FILE, Proposal, propose};
pub(crate) use mechanical::{contradiction, declarations, is_apart};

use crate::spec_files::LoadedSpec;
use ghostlib_model::{Reviser, Revision, RevisionVerdict};
use similar::TextDiff;
use std::collections::BTreeMap;

/// The revision that a proposal comes to, given what the guard found against it.
pub fn conclude(before: &LoadedSpec, proposal: &Proposal, reasons: Vec<String>, by: Reviser) -> Revision {
    let from = before.stamp().hash;
    let accepted = reasons.is_empty();
    Revision {
        to: if accepted { proposal.after.stamp().hash } else { from.clone() },
        from,
        changes: proposal.changes.clone(),
        diff: unified_diff(before, &proposal.after),
        verdict: if accepted { RevisionVerdict::Accepted } else { RevisionVerdict::Refused(reasons) },
        by,
        reviewed: false,
    }
}

/// All files of both specs as one unified diff.
pub fn unified_diff(before: &LoadedSpec, after: &LoadedSpec) -> String {
    let text = |spec: &LoadedSpec, path: &str| {
        let file = spec.sources.files().find(|file| file.path == path);
        file.map_or_else(String::new, |file| String::from_utf8_lossy(&file.bytes).into_owned())
    };
    let mut paths: Vec<_> = after.sources.files().map(|file| file.path.clone()).collect();
    paths.extend(before.sources.files().map(|file| file.path.clone()));
    let mut seen = std::collections::BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths
        .iter()
        .map(|path| {
            let (old, new) = (text(before, path), text(after, path));
            if old == new { String::new() } else { file_diff(path, &old, &new) }
        })
        .collect()
}

/// Two states of a file as a unified diff.
pub(crate) fn file_diff(path: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new)
        .unified_diff()
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

/// Why something is weakened or changed, by its id: `id: reason`, one a line.
pub(crate) fn reasons_in(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let (id, reason) = line.trim().trim_start_matches(['-', '*', ' ']).split_once(':')?;
        let id = id.trim().trim_matches('`');
        (!id.is_empty() && !reason.trim().is_empty()).then(|| (id.to_owned(), reason.trim().to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read_line_by_line() {
        let reasons = reasons_in("# Reasons\n\n- `a.b`: it was too strong\nc.d: so\nno reason:\n");
        let expected = [("a.b", "it was too strong"), ("c.d", "so")];
        let expected = expected.map(|(id, reason)| (id.to_owned(), reason.to_owned()));
        assert_eq!(reasons, expected.into());
    }
}
