//! What has changed in a spec since a crate was written from it, for people, and for whoever is to change the crate.

use crate::revision::file_diff;
use crate::spec_files::LoadedSpec;
use ghostlib_spec::delta::{Change, SpecDelta, diff};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What has changed from one state of a spec to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecChanges {
    /// Requirements that are new, gone or different, by id.
    pub requirements: Vec<String>,
    /// How many vectors are new, gone or different.
    pub n_vectors: usize,
    /// How many declarations of API blocks, headings and bindings are new, gone or different.
    pub n_declarations: usize,
    /// How many requirements, vectors, declarations and bindings the new spec has.
    pub n_all: usize,
    /// All of it, as Markdown. Vectors are counted and not shown: some of them may be withheld.
    pub text: String,
}

/// Where more than one in so many parts of a spec is new, gone or different, code is better written from nothing.
const SMALL: usize = 3;

impl SpecChanges {
    /// What has changed from `old` to `new`.
    pub fn between(old: &LoadedSpec, new: &LoadedSpec) -> Self {
        let delta = diff(&old.spec, &new.spec);
        let of = &new.spec;
        let n_all = of.requirements.len() + of.vectors.len() + of.operations.len() + of.bindings.len();
        let mut requirements: Vec<String> = Vec::new();
        for change in &delta.requirements {
            requirements.push(either(change).id.to_string());
        }
        Self {
            n_vectors: delta.vectors.len(),
            n_declarations: delta.api.len() + delta.operations.len() + delta.bindings.len(),
            n_all: n_all + new.api.items.len(),
            text: text(&requirements, &delta, old, new),
            requirements,
        }
    }

    /// How many parts are new, gone or different.
    pub fn n_affected(&self) -> usize {
        self.requirements.len() + self.n_vectors + self.n_declarations
    }

    /// Whether code that was written from the old spec is best changed where it is.
    pub fn is_small(&self) -> bool {
        self.n_affected() * SMALL <= self.n_all
    }
}

/// The new state of something, or the old one, if it is gone.
fn either<T: Copy, How>(change: &Change<T, How>) -> T {
    match change {
        Change::Added(one) | Change::Removed(one) | Change::Changed { new: one, .. } => *one,
    }
}

fn text(requirements: &[String], delta: &SpecDelta<'_>, old: &LoadedSpec, new: &LoadedSpec) -> String {
    let mut text = String::from("# What has changed in the spec\n");
    if !requirements.is_empty() {
        text += "\nRequirements that are new, gone or different:\n\n";
        for id in requirements {
            let _ = writeln!(text, "- `{id}`");
        }
    }
    let mut n_by_operation: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &delta.vectors {
        *n_by_operation.entry(&either(change).operation).or_default() += 1;
    }
    if !n_by_operation.is_empty() {
        text += "\nVectors that are new, gone or different, by operation:\n\n";
        for (operation, n) in n_by_operation {
            let _ = writeln!(text, "- `{operation}`: {n}");
        }
    }
    let patch = documents_diff(old, new);
    if !patch.is_empty() {
        let _ = write!(text, "\nThe documents, as a unified diff:\n\n````diff\n{patch}````\n");
    }
    text
}

fn documents_diff(old: &LoadedSpec, new: &LoadedSpec) -> String {
    let documents = |spec: &LoadedSpec| -> BTreeMap<String, String> {
        let seen = spec.seen();
        let documents = seen.files.into_iter().take(seen.n_documents);
        documents.map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())).collect()
    };
    let [old, new] = [documents(old), documents(new)];
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let patch = |path: &String| {
        let [old, new] = [&old, &new].map(|side| side.get(path).map_or("", String::as_str));
        if old == new { String::new() } else { file_diff(path, old, new) }
    };
    paths.into_iter().map(patch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_spec::{SourceFile, Sources};

    fn spec(body: &str, vectors: &str) -> LoadedSpec {
        LoadedSpec::of(Sources {
            document: SourceFile::new(
                "SPEC.md",
                format!("---\nghostlib: 1\nname: a\nversion: 1\nvectors: [t.yaml]\n---\n{body}"),
            ),
            vector_files: vec![SourceFile::new("t.yaml", vectors)],
            ..Sources::default()
        })
    }

    #[test]
    fn requirements_are_named_and_vectors_are_counted_without_being_shown() {
        let kept = "r[one]\n`f` MUST return 1.\n\nr[two]\n`g` MUST return 2.\n\nr[three]\n`h` MUST return 3.\n\nr[four]\n`i` MUST return 4.\n\n";
        let old = spec(&format!("{kept}r[five]\n`j` MUST return 5.\n"), "j: []\n");
        let secret = "j: [{name: secret, input: 77, output: 5}]\n";
        let new = spec(&format!("{kept}r[five]\n`j` MUST return 6.\n"), secret);
        let changes = SpecChanges::between(&old, &new);
        assert_eq!((changes.requirements.as_slice(), changes.n_vectors), (&["five".to_owned()][..], 1));
        assert!(changes.is_small(), "{changes:?}");
        assert!(
            changes.text.contains("- `j`: 1\n") && changes.text.contains("+`j` MUST return 6."),
            "{}",
            changes.text
        );
        assert!(!changes.text.contains("secret") && !changes.text.contains("77"), "{}", changes.text);
        let other = spec("r[six]\n`k` MUST return 7.\n", "k: []\n");
        assert!(!SpecChanges::between(&old, &other).is_small());
    }
}
