use super::parsed::{BindingJson, OperationJson, RequirementJson, VectorJson, vectors_by_requirement};
use ghostlib_spec::Spec;
use ghostlib_spec::delta::{Change, Declaration, SpecDelta};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What `ghostlib spec diff --json` writes.
#[derive(Serialize)]
pub(crate) struct DeltaJson<'a> {
    requirements: Vec<ChangeJson<RequirementJson<'a>>>,
    vectors: Vec<ChangeJson<VectorJson<'a>>>,
    api: Vec<ChangeJson<DeclarationJson<'a>>>,
    operations: Vec<ChangeJson<OperationJson<'a>>>,
    bindings: Vec<ChangeJson<BindingJson<'a>>>,
    /// Ids of removed requirements that the new spec retires.
    retired: Vec<&'a str>,
    /// How many things changed, by what they are and how.
    counts: BTreeMap<&'static str, BTreeMap<String, usize>>,
    /// Whether the new spec asks for less.
    asks_less: bool,
}

#[derive(Serialize)]
struct ChangeJson<T> {
    /// `added`, `removed` or `changed`.
    change: &'static str,
    /// What is different, where several things can be.
    how: Vec<String>,
    old: Option<T>,
    new: Option<T>,
}

#[derive(Serialize)]
struct DeclarationJson<'a> {
    language: &'a str,
    text: &'a str,
    file: &'a str,
}

impl<'a> DeltaJson<'a> {
    pub(crate) fn of(delta: &'a SpecDelta<'a>, old: &'a Spec, new: &'a Spec) -> Self {
        let old_vectors = vectors_by_requirement(&old.vectors);
        let new_vectors = vectors_by_requirement(&new.vectors);
        let old_requirement = |one: &&'a _| RequirementJson::of(one, &old_vectors);
        let new_requirement = |one: &&'a _| RequirementJson::of(one, &new_vectors);
        let declaration = |one: &'a Declaration| DeclarationJson {
            language: &one.language,
            text: &one.text,
            file: &one.place.file,
        };
        Self {
            requirements: changes(&delta.requirements, old_requirement, new_requirement),
            vectors: changes(&delta.vectors, |one| VectorJson::of(one), |one| VectorJson::of(one)),
            api: changes(&delta.api, declaration, declaration),
            operations: changes(
                &delta.operations,
                |one| OperationJson::of(one),
                |one| OperationJson::of(one),
            ),
            bindings: changes(&delta.bindings, |one| BindingJson::of(one), |one| BindingJson::of(one)),
            retired: delta.retired.iter().copied().collect(),
            counts: counts(delta).into_iter().collect(),
            asks_less: delta.asks_less(),
        }
    }
}

/// How many of each kind of thing changed in each way.
pub(crate) fn counts(delta: &SpecDelta) -> Vec<(&'static str, BTreeMap<String, usize>)> {
    vec![
        ("requirements", count(&delta.requirements)),
        ("vectors", count(&delta.vectors)),
        ("api", count(&delta.api)),
        ("operations", count(&delta.operations)),
        ("bindings", count(&delta.bindings)),
    ]
}

fn count<T, How: Ways>(changes: &[Change<T, How>]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for change in changes {
        let ways = match change {
            Change::Added(_) => vec!["added".to_owned()],
            Change::Removed(_) => vec!["removed".to_owned()],
            Change::Changed { how, .. } => how.counted(),
        };
        for way in ways {
            *counts.entry(way).or_default() += 1;
        }
    }
    counts
}

/// In which ways something changed, as words.
pub(crate) trait Ways {
    fn words(&self) -> Vec<String>;

    /// The words under which the change is counted.
    fn counted(&self) -> Vec<String> {
        vec!["changed".to_owned()]
    }
}

impl Ways for () {
    fn words(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Ways for BTreeSet<ghostlib_spec::delta::RequirementChange> {
    fn words(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }

    fn counted(&self) -> Vec<String> {
        self.words()
    }
}

impl Ways for BTreeSet<ghostlib_spec::delta::VectorChange> {
    fn words(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }
}

fn changes<'a, T, How: Ways, J>(
    changes: &'a [Change<T, How>],
    old_json: impl Fn(&'a T) -> J,
    new_json: impl Fn(&'a T) -> J,
) -> Vec<ChangeJson<J>> {
    let json = |change: &'a Change<T, How>| match change {
        Change::Added(new) => {
            ChangeJson { change: "added", how: Vec::new(), old: None, new: Some(new_json(new)) }
        }
        Change::Removed(old) => {
            ChangeJson { change: "removed", how: Vec::new(), old: Some(old_json(old)), new: None }
        }
        Change::Changed { old, new, how } => ChangeJson {
            change: "changed",
            how: how.words(),
            old: Some(old_json(old)),
            new: Some(new_json(new)),
        },
    };
    changes.iter().map(json).collect()
}
