//! Whether a fault is reported, and how well.

use super::change::Change;
use super::kinds::Kind;
use super::site::Site;
use crate::edits::apply;
use ghostlib_diff::{
    ApiComparison, ExtractError, FeatureSet, compare, compare_structure, extract_crate, message_findings,
};
use ghostlib_model::{Finding, Place};
use std::collections::BTreeSet;

/// What came of one fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// One of the expected rules reports it.
    pub(super) is_right_rule: bool,
    /// That finding points at the line of the item, or of the change.
    pub(super) is_right_line: bool,
    /// The rules that report it, each once.
    pub(super) rules: BTreeSet<String>,
    /// Where the change is: `src/lib.rs:12`.
    pub(super) place: String,
    /// What is wrongly reported beside it.
    pub(super) others: Vec<String>,
}

impl Verdict {
    /// Whether some finding is about the changed item.
    pub(super) fn is_found(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Whether all that is found is about that item, or about what is below it.
    pub(super) fn is_alone(&self) -> bool {
        self.is_found() && self.others.is_empty()
    }
}

pub(super) fn judge(kind: &Kind, site: &Site<'_>, change: &Change) -> Result<Verdict, ExtractError> {
    let sample = site.sample;
    let tree = apply(&sample.tree, &change.edits);
    let candidate = extract_crate(&tree, &FeatureSet::Default)?;
    let ApiComparison { mut findings, .. } = compare(&sample.api, &candidate);
    if kind.rules.contains(&"message-text") {
        findings.extend(message_findings(&compare_structure(&sample.tree, &tree)));
    }
    let changed = Changed::new(site, change);
    let (own, others): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| changed.is_subject_of(finding));
    let right: Vec<_> = own.iter().filter(|finding| kind.rules.contains(&finding.rule.as_str())).collect();
    Ok(Verdict {
        is_right_rule: !right.is_empty(),
        is_right_line: right.iter().any(|finding| changed.is_pointed_at_by(finding)),
        rules: own.iter().map(|finding| finding.rule.clone()).collect(),
        place: format!("{}:{}", changed.file, changed.edited.first().copied().unwrap_or_default()),
        others: others.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect(),
    })
}

/// What a fault changes, as findings tell it.
struct Changed<'s> {
    file: &'s str,
    /// The lines of the site's own items, with their files.
    lines: BTreeSet<(&'s str, u32)>,
    /// The first and last line of the site, in its file. Edits keep all lines.
    site: (u32, u32),
    /// The lines at which edits begin.
    edited: Vec<u32>,
    paths: Vec<String>,
}

impl<'s> Changed<'s> {
    fn new(site: &Site<'s>, change: &Change) -> Self {
        let items = site.items.iter();
        let inside = site.sample.items_inside(site.file, site.node.byte_range());
        let (text, file) = (site.source(), site.sample.tree.files[site.file].path.as_str());
        let line_at = |at: usize| u32::try_from(text[..at].matches('\n').count()).unwrap_or(u32::MAX) + 1;
        Self {
            file,
            lines: items.clone().map(|item| (&*item.place.file, item.place.line)).collect(),
            site: (line_at(site.node.start_byte()), line_at(site.node.end_byte())),
            edited: change.edits.iter().map(|edit| line_at(edit.range.start)).collect(),
            paths: items
                .chain(&inside)
                .map(|item| item.path.clone())
                .chain(change.also.iter().cloned())
                .collect(),
        }
    }

    /// Whether the finding is about the changed item, about what is below it, or about what implements it.
    fn is_subject_of(&self, finding: &Finding) -> bool {
        if matches!(finding.rule.as_str(), "unsafe-added" | "message-text") {
            return finding.candidate.as_ref().is_some_and(|place| self.has(place));
        }
        self.paths.iter().any(|path| is_below(&finding.subject, path)) || self.is_own_impl(finding)
    }

    /// A trait's `impl` with another header has another path.
    fn is_own_impl(&self, finding: &Finding) -> bool {
        let is_impl = self.paths.iter().any(|path| path.starts_with('<')) && finding.subject.starts_with('<');
        is_impl
            && finding
                .candidate
                .as_ref()
                .is_some_and(|place| *place.file == *self.file && place.line == self.site.0)
    }

    fn has(&self, place: &Place) -> bool {
        *place.file == *self.file && (self.site.0..=self.site.1).contains(&place.line)
    }

    fn is_pointed_at_by(&self, finding: &Finding) -> bool {
        let Some(place) = finding.candidate.as_ref().or(finding.reference.as_ref()) else { return false };
        // A message is told with the whole function that writes it.
        let last = if finding.rule == "message-text" { place.end_line } else { place.line };
        let is_at = |line: &u32| (place.line..=last).contains(line);
        let is_edited =
            *place.file == *self.file && (self.edited.iter().any(is_at) || place.line == self.site.0);
        is_edited || self.lines.contains(&(&*place.file, place.line))
    }
}

/// `Table::new` and `<Table as Debug>` are below `Table`.
fn is_below(subject: &str, path: &str) -> bool {
    let bare = subject.trim_start_matches(['<', '&']).trim_start_matches("mut ");
    let begins = |subject: &str| {
        let rest = subject.strip_prefix(path);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with("::") || rest.starts_with([' ', '<', '>'])
        })
    };
    begins(subject) || begins(bare)
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn what_belongs_to_an_item_is_below_it() {
        for subject in
            ["a::T", "a::T::new", "<a::T as Debug>", "<&mut a::T as Iterator>", "<a::T<u8> as Clone>"]
        {
            assert!(is_below(subject, "a::T"), "{subject}");
        }
        for subject in ["a", "a::Table", "<a::Table as Debug>", "<b::X as From<a::T>>"] {
            assert!(!is_below(subject, "a::T"), "{subject}");
        }
    }
}
