use super::Change;
use ghostlib_model::Vector;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;

/// What is different about a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VectorChange {
    /// It calls another operation.
    Operation,
    /// It has another input.
    Input,
    /// It expects something else.
    Expected,
    /// It names other requirements.
    Requirements,
    /// Implementers no longer see it.
    Hidden,
    /// Implementers now see it.
    Shown,
    /// It has another id or name.
    Renamed,
}

impl VectorChange {
    pub(super) fn asks_less(self) -> bool {
        matches!(self, Self::Operation | Self::Input | Self::Expected)
    }
}

impl fmt::Display for VectorChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operation => "operation",
            Self::Input => "input",
            Self::Expected => "expected",
            Self::Requirements => "requirements",
            Self::Hidden => "hidden",
            Self::Shown => "shown",
            Self::Renamed => "renamed",
        })
    }
}

/// What became of vectors: they are the same by id, else by operation and name, else by operation and input.
pub(super) fn changes<'a>(
    old: &'a [Vector],
    new: &'a [Vector],
) -> Vec<Change<&'a Vector, BTreeSet<VectorChange>>> {
    let mut of_old: Vec<Option<usize>> = vec![None; old.len()];
    let mut of_new: Vec<Option<usize>> = vec![None; new.len()];
    pair(old, new, &mut of_old, &mut of_new, |vector| vector.id.as_str());
    pair(old, new, &mut of_old, &mut of_new, |vector| (vector.operation.as_str(), vector.name.as_str()));
    pair(old, new, &mut of_old, &mut of_new, |vector| (vector.operation.as_str(), vector.input.to_string()));
    let change = |(vector, before): (&'a Vector, &Option<usize>)| {
        let Some(before) = before.map(|i| &old[i]) else { return Some(Change::Added(vector)) };
        let how = compare(before, vector);
        (!how.is_empty()).then_some(Change::Changed { old: before, new: vector, how })
    };
    let kept = new.iter().zip(&of_new).filter_map(change);
    let gone = old.iter().zip(&of_old).filter(|(_, after)| after.is_none());
    kept.chain(gone.map(|(vector, _)| Change::Removed(vector))).collect()
}

/// Pairs what is left and has the same key, the first with the first.
fn pair<'a, K: Eq + Hash>(
    old: &'a [Vector],
    new: &'a [Vector],
    of_old: &mut [Option<usize>],
    of_new: &mut [Option<usize>],
    key: impl Fn(&'a Vector) -> K,
) {
    let mut at: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (j, vector) in new.iter().enumerate().filter(|(j, _)| of_new[*j].is_none()) {
        at.entry(key(vector)).or_default().push_back(j);
    }
    for (i, vector) in old.iter().enumerate() {
        if of_old[i].is_none()
            && let Some(j) = at.get_mut(&key(vector)).and_then(VecDeque::pop_front)
        {
            of_old[i] = Some(j);
            of_new[j] = Some(i);
        }
    }
}

fn compare(old: &Vector, new: &Vector) -> BTreeSet<VectorChange> {
    let all = [
        (VectorChange::Operation, old.operation != new.operation),
        (VectorChange::Input, old.input != new.input),
        (VectorChange::Expected, old.expected != new.expected),
        (VectorChange::Requirements, old.requirements != new.requirements),
        (VectorChange::Hidden, !old.hidden && new.hidden),
        (VectorChange::Shown, old.hidden && !new.hidden),
        (VectorChange::Renamed, (&old.id, &old.name) != (&new.id, &new.name)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(how, _)| how).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SourceFile, Sources, parse};

    fn vectors(yaml: &str) -> Vec<Vector> {
        let document = "---\nghostlib: 1\nname: x\nversion: 1.0.0\nvectors: [t.yaml]\n---\n";
        let document = SourceFile::new("SPEC.md", document);
        let vector_files = vec![SourceFile::new("t.yaml", yaml)];
        parse(&Sources { document, vector_files, ..Sources::default() }).0.vectors
    }

    fn lines(old: &str, new: &str) -> Vec<String> {
        let (old, new) = (vectors(old), vectors(new));
        let line = |change: &Change<&Vector, BTreeSet<VectorChange>>| match change {
            Change::Added(new) => format!("+ {}", new.id),
            Change::Removed(old) => format!("- {}", old.id),
            Change::Changed { new, how, .. } => {
                let how: Vec<_> = how.iter().map(ToString::to_string).collect();
                format!("{}: {}", new.id, how.join(" "))
            }
        };
        changes(&old, &new).iter().map(line).collect()
    }

    #[test]
    fn vectors_are_found_again_by_id_then_by_name_then_by_input() {
        let old = "f:\n- {name: a, input: 1, output: 2}\n- {name: b, input: 3, output: 4}\n- {name: c, input: 5, output: 6}\n";
        assert_eq!(lines(old, old), [""; 0]);
        let new = "f:\n- {name: d, input: 5, output: 6}\n- {name: a, id: z, input: 1, output: 0}\n- {name: e, input: 9, error: true}\n";
        assert_eq!(lines(old, new), ["f/d: renamed", "z: expected renamed", "+ f/e", "- f/b"]);
    }

    #[test]
    fn each_part_of_a_vector_counts() {
        let of = |rest: &str| format!("f: [{{name: a, id: i, {rest}}}]");
        for (old, new, how) in [
            ("input: 1, output: 1", "input: 2, output: 1", "i: input"),
            ("input: 1, output: null", "input: 1, error: true", "i: expected"),
            ("input: 1, error: a", "input: 1, error: b", "i: expected"),
            ("input: 1, output: 1", "input: 1, output: 1, hidden: true", "i: hidden"),
            ("input: 1, output: 1, hidden: true", "input: 1, output: 1", "i: shown"),
            ("input: 1, output: 1", "input: 1, output: 1, requirements: x", "i: requirements"),
        ] {
            assert_eq!(lines(&of(old), &of(new)), [how]);
        }
        assert_eq!(
            lines("f: [{name: a, id: i, input: 1, output: 1}]", "g: [{name: a, id: i, input: 1, output: 1}]"),
            ["i: operation"]
        );
    }
}
