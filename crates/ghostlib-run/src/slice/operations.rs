//! The operations of a spec, and which of them a slice has.

use ghostlib_diff::{CutBlocks, Extent, Wanted, is_same_path};
use ghostlib_spec::Spec;
use std::collections::{BTreeMap, BTreeSet};

/// What vectors, bindings and headings name.
pub(super) struct Named<'s> {
    spec: &'s Spec,
    /// Each with the words of its bindings.
    operations: BTreeMap<&'s str, BTreeSet<&'s str>>,
}

impl<'s> Named<'s> {
    /// `headings` are the titles of the spec's sections, and `text` is its document.
    pub(super) fn of(spec: &'s Spec, headings: &'s [String], text: &str) -> Self {
        let mut operations: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        // Without declarations, nothing else tells that a section is about a function.
        let is_name = |title: &&String| {
            title.chars().all(|c| c.is_alphanumeric() || c == '_') && text.contains(&format!("`{title}`"))
        };
        for title in headings.iter().filter(is_name).filter(|_| spec.api_blocks.is_empty()) {
            operations.entry(title).or_default();
        }
        for vector in &spec.vectors {
            operations.entry(&vector.operation).or_default();
            for call in &vector.before {
                operations.entry(&call.operation).or_default();
            }
        }
        for operation in &spec.operations {
            operations.entry(&operation.name).or_default();
        }
        for binding in &spec.bindings {
            let words = binding.expression.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')));
            let words = words.map(|word| word.trim_matches(':')).filter(|word| !word.is_empty());
            let own = operations.entry(&binding.operation).or_default();
            if binding.language == "rust" {
                own.extend(words);
            }
        }
        Self { spec, operations }
    }

    /// Whether a name is that of an operation.
    pub(super) fn has(&self, name: &str) -> bool {
        self.operations.keys().any(|operation| is_same_path(&plain(operation), name))
    }

    /// What is needed besides what is asked for: what the bindings of those operations call, and what their vectors call
    /// before.
    pub(super) fn needed(&self, cut: &CutBlocks, asked: &[Wanted]) -> Vec<Wanted> {
        let mut needed = vec![];
        let mut need = |path: String| needed.push(Wanted { path, extent: Extent::Alone });
        for (operation, words) in &self.operations {
            if !is_asked(operation, asked) {
                continue;
            }
            let declared = declared(cut);
            for (path, _) in meant(words, &declared) {
                need(path.to_owned());
            }
            let vectors = self.spec.vectors.iter().filter(|vector| vector.operation == *operation);
            for call in vectors.flat_map(|vector| &vector.before) {
                need(plain(&call.operation));
            }
        }
        needed.sort();
        needed.dedup();
        needed
    }

    /// The operations that a slice has, and those that it has not.
    pub(super) fn divided(&self, cut: &CutBlocks, asked: &[Wanted]) -> (BTreeSet<String>, BTreeSet<String>) {
        let declared = declared(cut);
        let has = |(operation, words): &(&&str, &BTreeSet<&str>)| {
            if is_asked(operation, asked) {
                return true;
            }
            let path = plain(operation);
            let own: Vec<bool> = declared
                .iter()
                .filter(|(own, _)| is_same_path(own, &path))
                .map(|(_, is_kept)| *is_kept)
                .collect();
            if !own.is_empty() {
                return own.contains(&true);
            }
            if !words.is_empty() {
                let meant = meant(words, &declared);
                return !meant.is_empty() && meant.iter().all(|(_, is_kept)| *is_kept);
            }
            // What a trait gives a type is not declared by itself.
            owner(&path).is_some_and(|owner| {
                declared.iter().any(|(own, is_kept)| *is_kept && is_same_path(own, owner))
            })
        };
        let (kept, left_out): (Vec<_>, Vec<_>) = self.operations.iter().partition(has);
        let names = |all: Vec<(&&str, &BTreeSet<&str>)>| {
            all.into_iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        (names(kept), names(left_out))
    }
}

/// Whether an operation is asked for, or is below what is.
fn is_asked(operation: &str, asked: &[Wanted]) -> bool {
    let path = plain(operation);
    asked.iter().any(|one| {
        is_same_path(&path, &one.path)
            || one.extent == Extent::Subtree
                && owner(&path).is_some_and(|owner| is_same_path(owner, &one.path))
    })
}

/// The paths that blocks declare, and whether they still do.
fn declared(cut: &CutBlocks) -> Vec<(&str, bool)> {
    let kept = cut.kept.iter().flat_map(|(one, _)| one.paths.iter().map(|path| (path.as_str(), true)));
    kept.chain(cut.left_out.iter().flat_map(|one| one.paths.iter().map(|path| (path.as_str(), false))))
        .collect()
}

/// The declared functions and types that words of code may mean. Of several that a word may mean those are taken whose type
/// is named, too.
fn meant<'d>(words: &BTreeSet<&str>, declared: &[(&'d str, bool)]) -> Vec<(&'d str, bool)> {
    let of_word = |word: &&str| {
        let all: Vec<(&str, bool)> =
            declared.iter().copied().filter(|(path, _)| is_same_path(path, word)).collect();
        let is_told = |path: &str| {
            path.rsplit_once("::").is_none_or(|(owner, _)| words.iter().any(|word| is_same_path(owner, word)))
        };
        let told: Vec<_> = all.iter().copied().filter(|(path, _)| is_told(path)).collect();
        if told.is_empty() { all } else { told }
    };
    words.iter().flat_map(of_word).collect()
}

/// The type that an operation belongs to: `Table` of `Table::new` and of `<Table as Display>::fmt`.
fn owner(path: &str) -> Option<&str> {
    match path.strip_prefix('<') {
        Some(header) => header.split([' ', '<', '>']).next().map(|name| name.trim_start_matches('&')),
        None => path.rsplit_once("::").map(|(owner, _)| owner),
    }
}

fn plain(name: &str) -> String {
    name.replace(['.', '#'], "::")
}
