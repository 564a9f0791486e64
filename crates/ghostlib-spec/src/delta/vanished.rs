use super::{Change, diff};
use crate::Spec;
use ghostlib_model::{IdSource, Requirement, RequirementId};
use std::collections::HashSet;

/// A requirement whose id is gone without a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Vanished<'a> {
    /// The requirement as it was.
    pub old: &'a Requirement,
    /// What it seems to be now, under another id.
    pub now: Option<&'a Requirement>,
}

/// The requirements of `old` whose ids `new` neither has, nor has as aliases, nor retires.
///
/// Ids that are made from text or position are not held against a spec: they are meant to follow it.
pub fn vanished<'a>(old: &'a Spec, new: &'a Spec) -> Vec<Vanished<'a>> {
    let ids = new.requirements.iter().flat_map(|new| std::iter::once(&new.id).chain(&new.aliases));
    let retired = new.front_matter.retired.iter().map(String::as_str);
    let known: HashSet<&str> = ids.map(RequirementId::as_str).chain(retired).collect();
    let mut vanished = Vec::new();
    for change in diff(old, new).requirements {
        let (old, now) = match change {
            Change::Added(_) => continue,
            Change::Removed(old) => (old, None),
            Change::Changed { old, new, .. } => (old, Some(new)),
        };
        let is_name = matches!(old.id_source, IdSource::Written | IdSource::Heading);
        if is_name && !known.contains(old.id.as_str()) {
            vanished.push(Vanished { old, now });
        }
    }
    vanished
}

#[cfg(test)]
mod tests {
    use super::super::tests::spec;
    use super::*;

    fn ids(old: &str, new: &str) -> Vec<(String, Option<String>)> {
        let (old, new) = (spec(old), spec(new));
        let ids =
            |vanished: Vanished| (vanished.old.id.to_string(), vanished.now.map(|new| new.id.to_string()));
        vanished(&old, &new).into_iter().map(ids).collect()
    }

    #[test]
    fn an_id_vanishes_unless_it_is_there_an_alias_or_retired() {
        let old = "r[a]\nThe first thing.\n\nr[b]\nAnother matter.\n\nIt MUST.\n";
        assert_eq!(ids(old, "r[a]\nThe first thing.\n"), [("b".into(), None)]);
        assert_eq!(ids(old, "retired: [b]\n===\nr[a]\nThe first thing.\n"), []);
        assert_eq!(ids(old, "aliases: {b: c}\n===\nr[a]\nx.\n\nr[c]\ny.\n"), []);
        assert_eq!(
            ids(old, "r[z]\nThe first thing.\n\nr[b]\nAnother matter.\n"),
            [("a".into(), Some("z".into()))]
        );
    }
}
