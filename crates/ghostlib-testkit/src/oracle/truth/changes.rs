//! The differences of two crates, once as rustdoc tells them of both, once as the comparison does.

use crate::oracle::compare::Comparison;
use ghostlib_diff::ApiComparison;
use ghostlib_model::Finding;
use std::collections::BTreeMap;
use std::fmt;

/// One difference: of an item, or of an implementation of a trait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    pub(super) what: What,
    pub(super) path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Missing,
    Extra,
    /// With another signature or header.
    Changed,
}

/// How often there is each; several items may have one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes(BTreeMap<Change, usize>);

impl Changes {
    /// What rustdoc says of both.
    pub(super) fn of_rustdoc(comparison: &Comparison) -> Self {
        let mut changes = Self::default();
        for difference in &comparison.differences {
            let (n_missing, n_extra) = (difference.missing.len(), difference.extra.len());
            let n_changed = n_missing.min(n_extra);
            for (what, n) in [
                (What::Missing, n_missing - n_changed),
                (What::Extra, n_extra - n_changed),
                (What::Changed, n_changed),
            ] {
                changes.add(what, &difference.path, n);
            }
        }
        changes
    }

    /// What the comparison says.
    pub(super) fn of_comparison(comparison: &ApiComparison) -> Self {
        let ApiComparison { items, findings, .. } = comparison;
        let mut changes = Self::default();
        for level in [&items.path, &items.trait_impl] {
            level.missing.iter().for_each(|path| changes.add(What::Missing, path, 1));
            level.extra.iter().for_each(|path| changes.add(What::Extra, path, 1));
        }
        // At the level of signatures the same are missing, and those with another signature.
        let mut others = Self::default();
        items.signature.missing.iter().for_each(|path| others.add(What::Missing, path, 1));
        for change in others.without(&changes) {
            changes.add(What::Changed, &change.path, 1);
        }
        // What a caller need not care about is found, and counts as the same.
        let harmless = |finding: &&Finding| {
            finding.rule == "api-extra-const"
                || (finding.rule == "api-signature" && finding.subject.starts_with('<'))
        };
        findings.iter().filter(harmless).for_each(|finding| changes.add(What::Changed, &finding.subject, 1));
        changes
    }

    /// Those of which `others` has fewer, each as often as it has fewer.
    pub(super) fn without(&self, others: &Self) -> Vec<Change> {
        let left = self.0.iter().flat_map(|(change, n)| {
            let n_others = others.0.get(change).copied().unwrap_or(0);
            vec![change.clone(); n.saturating_sub(n_others)]
        });
        left.collect()
    }

    pub(super) fn count(&self, what: What) -> usize {
        self.0.iter().filter(|(change, _)| change.what == what).map(|(_, n)| n).sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.keys()
    }

    fn add(&mut self, what: What, path: &str, n: usize) {
        if n > 0 {
            *self.0.entry(Change { what, path: path.to_owned() }).or_default() += n;
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Missing => "missing",
            What::Extra => "extra",
            What::Changed => "changed",
        };
        write!(f, "{what} {}", self.path)
    }
}

/// Whether a path, or a signature, speaks of what a finding is about: of it, of what is below it, or by its name.
pub(super) fn speaks_of(text: &str, subject: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = text.match_indices(subject);
    found.any(|(at, _)| {
        !text[..at].ends_with(|c| is_name(c) || c == ':') && !text[at + subject.len()..].starts_with(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_diff::{compare, extract_block};

    /// What both sides tell of two blocks, the items of the blocks as rustdoc's.
    fn told(required: &str, candidate: &str) -> [Changes; 2] {
        let apis = [required, candidate].map(|code| extract_block(code, "SPEC.md", 0, code));
        let [required, candidate] = &apis;
        let line = |item: &ghostlib_model::ApiItem| (item.path.clone(), item.kind, item.signature.clone());
        let [a, b] = [required, candidate].map(|api| api.items.iter().map(line).collect::<Vec<_>>());
        let between = Comparison::between(
            a.iter().map(|(path, kind, signature)| (path.as_str(), *kind, signature.as_str())),
            b.iter().map(|(path, kind, signature)| (path.as_str(), *kind, signature.as_str())),
        );
        [Changes::of_rustdoc(&between), Changes::of_comparison(&compare(required, candidate))]
    }

    #[test]
    fn both_sides_tell_what_is_missing_extra_and_changed() {
        let required =
            "pub struct S; impl S { fn a(&self); fn b(); } impl From<u8> for S; pub const C: u8 = 1; fn f();";
        let candidate =
            "pub struct S; impl S { fn a(self); } impl<T> From<T> for S where T: Copy; pub const C: u8 = 2;
            pub enum E { V } const fn f();";
        let [rustdoc, comparison] = told(required, candidate);
        assert_eq!(rustdoc, comparison);
        let lines: Vec<_> = rustdoc.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "missing <S as From<u8>>",
                "missing S::b",
                "extra <S as From<T>>",
                "extra E",
                "extra E::V",
                "changed C",
                "changed S::a",
                "changed f"
            ]
        );
        let [same, _] = told(required, required);
        assert_eq!(rustdoc.without(&same).len(), 8);
        assert!(same.without(&rustdoc).is_empty());
    }

    #[test]
    fn a_path_speaks_of_what_it_is_below_of_or_names() {
        for (text, subject, speaks) in [
            ("a::B::c", "a::B", true),
            ("<a::B as From<T>>", "a::B", true),
            ("a::Bc", "a::B", false),
            ("x::a::B", "a::B", false),
            ("fn(&a::B)", "a::B", true),
        ] {
            assert_eq!(speaks_of(text, subject), speaks, "{text}");
        }
    }
}
