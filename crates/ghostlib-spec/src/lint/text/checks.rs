//! Requirements that nothing checks.

use super::super::{Input, Report};
use crate::code::Code;
use ghostlib_model::{Level, Requirement, RequirementId};
use std::collections::BTreeSet;

/// Says once how many MUSTs no vector names, in a spec whose vectors name requirements at all.
pub(super) fn check(input: &Input, report: &mut Report) {
    let spec = input.spec;
    let named: BTreeSet<&str> =
        spec.vectors.iter().flat_map(|vector| &vector.requirements).map(RequirementId::as_str).collect();
    if named.is_empty() {
        return;
    }
    let is_testable = |requirement: &&Requirement| {
        matches!(requirement.level, Level::Must | Level::MustNot) && requirement.untestable.is_none()
    };
    let is_named = |requirement: &&Requirement| {
        let ids = requirement.aliases.iter().chain([&requirement.id]);
        ids.into_iter().any(|id| named.contains(id.as_str()))
    };
    let testable: Vec<_> = spec.requirements.iter().filter(is_testable).collect();
    let unchecked: Vec<_> = testable.iter().filter(|requirement| !is_named(requirement)).collect();
    let Some(first) = unchecked.first() else { return };
    let message = match unchecked.len() {
        1 => format!("no vector names `{}`, which a test could check", first.id),
        n => format!(
            "no vector names {n} of the {} MUSTs that a test could check, `{}` first",
            testable.len(),
            first.id
        ),
    };
    let draft = Code::MustUnchecked.at(first.place.clone(), message);
    report.add(draft.help("add a vector with `requirements: [ID]` for each").into());
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{codes_of, native};

    #[test]
    fn musts_without_a_vector_are_counted_once() {
        let vectors = "```yaml vectors\nf: [{name: one, input: 1, output: 1, requirements: a.b}]\n```\n";
        let one = "r[a.b]\nIt MUST hold.\n\n";
        assert_eq!(codes_of(&native("", &format!("{one}{vectors}"))), [""; 0]);
        let two = "r[a.c]\nIt MUST stop.\n\nr[a.d]\nIt MUST start.\n\n";
        assert_eq!(codes_of(&native("", &format!("{one}{two}{vectors}"))), ["must-unchecked"]);
        assert_eq!(codes_of(&native("", two)), [""; 0]);
    }
}
