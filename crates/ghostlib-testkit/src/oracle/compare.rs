//! Counts what two lists of items have in common.

use super::rustdoc::Told;
use super::values;
use ghostlib_model::{ApiItem, ApiKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How often both lists have something, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Overlap {
    pub(super) truth: usize,
    pub(super) read: usize,
    pub(super) both: usize,
}

/// What was read against the truth.
#[derive(Debug, Default, Serialize)]
pub(super) struct Comparison {
    /// Paths with their kinds, implementations of traits left out.
    pub(super) names: Overlap,
    /// Signatures at the names that both have.
    pub(super) signatures: Overlap,
    /// Implementations of traits, by type and trait.
    pub(super) impls: Overlap,
    /// Their whole headers, with bounds and associated types, where both have them.
    pub(super) headers: Overlap,
    /// Constants and variants whose value both know, and those of them for which it is the same.
    pub(super) values: Overlap,
    /// Items that both tell the attributes of, and those of them with the same.
    pub(super) attributes: Overlap,
    pub(super) differences: Vec<Difference>,
}

/// One thing that differs.
#[derive(Debug, Serialize)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) kind: ApiKind,
    /// Signatures that only the truth has.
    pub(super) missing: Vec<String>,
    /// Signatures that only what was read has.
    pub(super) extra: Vec<String>,
}

/// A path, a kind and a signature.
pub(super) type Line<'a> = (&'a str, ApiKind, &'a str);

type Signatures<'a> = BTreeMap<(&'a str, ApiKind), BTreeSet<&'a str>>;

impl Comparison {
    pub(super) fn new(truth: &[Told], read: &[ApiItem]) -> Self {
        let read = read.iter().map(|item| (item.path.as_str(), item.kind, item.signature.as_str()));
        Self::between(truth.iter().map(Told::line), read)
    }

    pub(super) fn between<'a>(
        truth: impl Iterator<Item = Line<'a>>,
        read: impl Iterator<Item = Line<'a>>,
    ) -> Self {
        let [truth, read] = [signatures(truth.collect()), signatures(read.collect())];
        let mut comparison = Self { values: values(&truth, &read), ..Self::default() };
        let keys: BTreeSet<_> = truth.keys().chain(read.keys()).copied().collect();
        for (path, kind) in keys {
            let of = |side: &Signatures<'a>| side.get(&(path, kind)).cloned().unwrap_or_default();
            let [mut truth, mut read] = [of(&truth), of(&read)];
            // A value that either side does not know is no difference.
            if has_value(kind)
                && truth.iter().chain(&read).any(|signature| values::split(signature).1.is_none())
            {
                [truth, read] =
                    [truth, read].map(|side| side.into_iter().map(|text| values::split(text).0).collect());
            }
            comparison.add(path, kind, &truth, &read);
        }
        comparison
    }

    fn add(&mut self, path: &str, kind: ApiKind, truth: &BTreeSet<&str>, read: &BTreeSet<&str>) {
        let (items, texts) = match kind {
            // Several implementations may go by one short name.
            ApiKind::TraitImpl => (Overlap::new(truth.len(), read.len()), &mut self.headers),
            _ => (Overlap::new(truth.len().min(1), read.len().min(1)), &mut self.signatures),
        };
        if items.both > 0 {
            let both = truth.intersection(read).count();
            *texts += Overlap { truth: truth.len(), read: read.len(), both };
        }
        let names = if kind == ApiKind::TraitImpl { &mut self.impls } else { &mut self.names };
        *names += items;
        if truth != read {
            let only = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| {
                a.difference(b).map(|text| (*text).to_owned()).collect()
            };
            let (path, missing, extra) = (path.to_owned(), only(truth, read), only(read, truth));
            self.differences.push(Difference { path, kind, missing, extra });
        }
    }
}

/// Whether a value may stand at the end of the signature.
fn has_value(kind: ApiKind) -> bool {
    matches!(kind, ApiKind::Const | ApiKind::Static | ApiKind::Variant)
}

fn values(truth: &Signatures<'_>, read: &Signatures<'_>) -> Overlap {
    let mut overlap = Overlap::default();
    let value = |side: &Signatures<'_>, key| side.get(&key).and_then(|all| values::split(all.first()?).1);
    for key in truth.keys().filter(|(_, kind)| has_value(*kind)) {
        if let (Some(known), Some(told)) = (value(truth, *key), value(read, *key)) {
            overlap += Overlap { truth: 1, read: 1, both: usize::from(known == told) };
        }
    }
    overlap
}

fn signatures(items: Vec<Line<'_>>) -> Signatures<'_> {
    let mut all = Signatures::new();
    for (path, kind, signature) in items {
        all.entry((path, kind)).or_default().insert(signature);
    }
    all
}

impl Overlap {
    fn new(truth: usize, read: usize) -> Self {
        Self { truth, read, both: truth.min(read) }
    }

    pub(super) fn precision(self) -> f64 {
        share(self.both, self.read)
    }

    pub(super) fn recall(self) -> f64 {
        share(self.both, self.truth)
    }

    /// The share that is equal, of all that either side has.
    pub(super) fn equal(self) -> f64 {
        share(self.both, self.truth.max(self.read))
    }
}

impl std::ops::AddAssign for Overlap {
    fn add_assign(&mut self, other: Self) {
        self.truth += other.truth;
        self.read += other.read;
        self.both += other.both;
    }
}

#[expect(clippy::cast_precision_loss, reason = "no crate has 2^52 items")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{ApiAttributes, Place};

    fn told(path: &str, kind: ApiKind, signature: &str) -> Told {
        Told { path: path.to_owned(), kind, signature: signature.to_owned() }
    }

    fn read(path: &str, kind: ApiKind, signature: &str) -> ApiItem {
        let told = told(path, kind, signature);
        ApiItem {
            path: told.path,
            kind,
            signature: told.signature,
            declaration: String::new(),
            function: None,
            attributes: ApiAttributes::default(),
            place: Place::start_of("src/lib.rs"),
        }
    }

    #[test]
    fn names_signatures_and_implementations_are_counted_apart() {
        use ApiKind::{Function, Method, Struct, TraitImpl};
        let truth = [
            told("f", Function, "fn()"),
            told("g", Function, "fn()"),
            told("S::new", Method, "impl for S<u8> fn()"),
            told("S::new", Method, "impl for S<u16> fn()"),
            told("<S as From<T>>", TraitImpl, "impl From<$0> for S"),
            told("<S as From<T>>", TraitImpl, "impl From<[$0]> for S"),
        ];
        let read = [
            read("f", Function, "fn(u8)"),
            read("h", Struct, "struct"),
            read("S::new", Method, "impl for S<u8> fn()"),
            read("<S as From<T>>", TraitImpl, "impl From<$0> for S"),
        ];
        let Comparison { names, signatures, impls, headers, differences, .. } =
            Comparison::new(&truth, &read);
        assert_eq!(names, Overlap { truth: 3, read: 3, both: 2 });
        assert_eq!(signatures, Overlap { truth: 3, read: 2, both: 1 });
        assert_eq!(impls, Overlap { truth: 2, read: 1, both: 1 });
        assert_eq!(headers, Overlap { truth: 2, read: 1, both: 1 });
        let paths: Vec<_> = differences.iter().map(|difference| difference.path.as_str()).collect();
        assert_eq!(paths, ["<S as From<T>>", "S::new", "f", "g", "h"]);
    }
}
