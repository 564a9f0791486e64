//! What changed from one state of a spec to another.
//!
//! A requirement of the old spec is found again in the new one by, in this order,
//!
//! 1. its id, or an alias of it;
//! 2. its text and its lead-in, in the same section before others;
//! 3. a text like it: in the same section if at least [`SIMILAR_IN_SECTION`] of the words are the same in the same
//!    order, elsewhere if [`SIMILAR_ANYWHERE`] are;
//! 4. the ordinal of its checkbox.
//!
//! Ids that are made from text say no more than the text does, and ordinals change when a checkbox is put in
//! above, so neither counts as a name.

mod declarations;
mod matching;
mod requirements;
mod similarity;
mod vanished;
mod vectors;
mod words;

pub use declarations::Declaration;
pub use requirements::RequirementChange;
pub use similarity::{SIMILAR_ANYWHERE, SIMILAR_IN_SECTION};
pub use vanished::{Vanished, vanished};
pub use vectors::VectorChange;
pub use words::{Piece, word_diff};

use crate::Spec;
use crate::operations::Operation;
use ghostlib_model::{Binding, Requirement, Vector};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::Hash;

/// What became of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change<T, How = ()> {
    /// It is new.
    Added(T),
    /// It is gone.
    Removed(T),
    /// It is another than before.
    Changed {
        /// What it was.
        old: T,
        /// What it is.
        new: T,
        /// What is different about it.
        how: How,
    },
}

/// What changed between two states of a spec. Each list has what is new or different in the order of the new
/// spec, then what is gone in the order of the old one. What stayed as it was is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpecDelta<'a> {
    /// The requirements.
    pub requirements: Vec<Change<&'a Requirement, BTreeSet<RequirementChange>>>,
    /// Ids of removed requirements that the new spec retires on purpose.
    pub retired: BTreeSet<&'a str>,
    /// The vectors.
    pub vectors: Vec<Change<&'a Vector, BTreeSet<VectorChange>>>,
    /// What API blocks declare.
    pub api: Vec<Change<Declaration>>,
    /// The operations that headings declare.
    pub operations: Vec<Change<&'a Operation>>,
    /// The bindings.
    pub bindings: Vec<Change<&'a Binding>>,
}

/// What changed from `old` to `new`. The work is bounded: it grows little faster than the specs do.
pub fn diff<'a>(old: &'a Spec, new: &'a Spec) -> SpecDelta<'a> {
    let requirements = requirements::changes(&old.requirements, &new.requirements);
    let retired: BTreeSet<&str> = new.front_matter.retired.iter().map(String::as_str).collect();
    let removed = requirements.iter().filter_map(|change| match change {
        Change::Removed(requirement) => Some(requirement.id.as_str()),
        _ => None,
    });
    SpecDelta {
        retired: removed.filter(|id| retired.contains(id)).collect(),
        requirements,
        vectors: vectors::changes(&old.vectors, &new.vectors),
        api: declarations::changes(&old.api_blocks, &new.api_blocks),
        operations: by_key(
            &old.operations,
            &new.operations,
            |operation| &operation.name,
            |old, new| (&old.parameters, &old.output) == (&new.parameters, &new.output),
        ),
        bindings: by_key(
            &old.bindings,
            &new.bindings,
            |binding| (&binding.operation, &binding.language),
            |old, new| old.expression == new.expression,
        ),
    }
}

impl SpecDelta<'_> {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
            && self.vectors.is_empty()
            && self.api.is_empty()
            && self.operations.is_empty()
            && self.bindings.is_empty()
    }

    /// Whether the new spec no longer asks for something that the old one asked for: a requirement is gone and
    /// not retired, weaker, or turned into its opposite; a vector is gone, or has another input or outcome; a
    /// declaration or an operation is gone or different.
    pub fn asks_less(&self) -> bool {
        let requirement = self.requirements.iter().any(|change| match change {
            Change::Added(_) => false,
            Change::Removed(requirement) => !self.retired.contains(requirement.id.as_str()),
            Change::Changed { how, .. } => how.iter().any(|how| how.asks_less()),
        });
        let vector = self.vectors.iter().any(|change| match change {
            Change::Added(_) => false,
            Change::Removed(_) => true,
            Change::Changed { how, .. } => how.iter().any(|how| how.asks_less()),
        });
        let is_added = |added: bool| !added;
        requirement
            || vector
            || self.api.iter().any(|change| is_added(matches!(change, Change::Added(_))))
            || self.operations.iter().any(|change| is_added(matches!(change, Change::Added(_))))
    }
}

/// Changes of things that are the same if their keys are. Of several with one key the first is the first.
fn by_key<'a, T, K: Eq + Hash + 'a>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
    is_same: impl Fn(&T, &T) -> bool,
) -> Vec<Change<&'a T>> {
    let mut at: HashMap<K, VecDeque<&T>> = HashMap::new();
    for thing in old {
        at.entry(key(thing)).or_default().push_back(thing);
    }
    let mut changes = Vec::new();
    let mut found = BTreeSet::new();
    for thing in new {
        match at.get_mut(&key(thing)).and_then(VecDeque::pop_front) {
            None => changes.push(Change::Added(thing)),
            Some(before) => {
                found.insert(std::ptr::from_ref(before));
                if !is_same(before, thing) {
                    changes.push(Change::Changed { old: before, new: thing, how: () });
                }
            }
        }
    }
    let is_gone = |thing: &&T| !found.contains(&std::ptr::from_ref(*thing));
    changes.extend(old.iter().filter(is_gone).map(Change::Removed));
    changes
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{SourceFile, Sources, parse};

    pub(super) fn spec(body: &str) -> Spec {
        let (front_matter, body) = body.split_once("===\n").unwrap_or(("", body));
        let document = format!("---\nghostlib: 1\nname: x\nversion: 1.0.0\n{front_matter}---\n{body}");
        let sources = Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() };
        parse(&sources).0
    }

    /// A line for each change: `+ NAME`, `- NAME`, `~ NAME`.
    fn lines<T, How>(changes: &[Change<T, How>], name: impl Fn(&T) -> String) -> Vec<String> {
        let line = |change: &Change<T, How>| match change {
            Change::Added(new) => format!("+ {}", name(new)),
            Change::Removed(old) => format!("- {}", name(old)),
            Change::Changed { new, .. } => format!("~ {}", name(new)),
        };
        changes.iter().map(line).collect()
    }

    #[test]
    fn a_spec_does_not_differ_from_itself_wherever_its_parts_stand() {
        let body = "# A\n\nIt MUST.\n\n```rust api\npub fn f();\n```\n\n```yaml vectors\nf: [{name: a, input: 1, output: 2}]\n```\n";
        let old = spec(body);
        let new = spec(&body.replace("# A\n", "\nProse.\n\n# A\n\nMore.\n"));
        assert_eq!(diff(&old, &new), SpecDelta::default());
        assert!(diff(&old, &new).is_empty() && !diff(&old, &new).asks_less());
    }

    #[test]
    fn operations_and_bindings_are_found_again_by_their_names() {
        let old = spec(
            "## f(a) -> int\n\n## g(a)\n\n## h()\n\n```yaml bindings\nf: {rust: a()}\ng: {rust: b()}\n```\n",
        );
        let new = spec(
            "## g(a)\n\n## f(a?) -> int\n\n## i()\n\n```yaml bindings\nf: {rust: c(), python: d()}\n```\n",
        );
        let delta = diff(&old, &new);
        assert_eq!(lines(&delta.operations, |one| one.name.clone()), ["~ f", "+ i", "- h"]);
        assert_eq!(
            lines(&delta.bindings, |one| format!("{} {}", one.operation, one.language)),
            ["~ f rust", "+ f python", "- g rust"]
        );
        assert!(delta.asks_less());
    }

    #[test]
    fn what_is_retired_on_purpose_does_not_count_as_lost() {
        let old = spec("r[a]\nOne thing.\n\nr[b]\nAnother matter.\n");
        let gone = spec("r[b]\nAnother matter.\n");
        let retired = spec("retired: [a]\n===\nr[b]\nAnother matter.\n");
        assert!(diff(&old, &gone).asks_less());
        assert_eq!(diff(&old, &retired).retired, BTreeSet::from(["a"]));
        assert!(!diff(&old, &retired).asks_less() && !diff(&old, &retired).is_empty());
        assert!(!diff(&gone, &old).asks_less(), "more is not less");
        let reversed = spec("r[a]\nOne thing MUST NOT be.\n\nr[b]\nAnother matter.\n");
        assert!(diff(&old, &reversed).asks_less(), "the opposite is less");
    }
}
