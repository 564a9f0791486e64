//! Whether the spec states what the reference does.

use crate::spec_files::LoadedSpec;
use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, Expected, Finding, SpecStand, Vector, only_value};

/// What the spec says of the reference's items at a path.
pub fn stand_of_api(loaded: &LoadedSpec, reference: &Api, path: &str) -> SpecStand {
    let required: Vec<&ApiItem> = reference.items.iter().filter(|item| item.path == path).collect();
    let declared: Vec<&ApiItem> = loaded.api.items.iter().filter(|item| item.path == path).collect();
    let lines = |items: &[&ApiItem]| items.iter().map(|item| item.place.to_string()).collect();
    if declared.is_empty() {
        SpecStand::Silent
    } else if required.iter().all(|item| declared.iter().any(|other| same_item(item, other))) {
        SpecStand::Speaks(lines(&declared))
    } else {
        SpecStand::Contradicts(lines(&declared))
    }
}

fn same_item(a: &ApiItem, b: &ApiItem) -> bool {
    a.kind == b.kind && a.signature == b.signature
}

/// A vector that holds on the reference states what it does, and so do the requirements that it checks. One that the
/// implementer did not see states nothing itself.
pub(super) fn of_vector(loaded: &LoadedSpec, vector: &Vector) -> SpecStand {
    let own = (!loaded.hides(vector)).then(|| vector.id.to_string());
    let ids: Vec<_> = own.into_iter().chain(vector.requirements.iter().map(ToString::to_string)).collect();
    if ids.is_empty() { SpecStand::Silent } else { SpecStand::Speaks(ids) }
}

/// What the spec says of the call that a finding shows.
pub(super) fn of_call(loaded: &LoadedSpec, finding: &Finding) -> SpecStand {
    vector_of_call(loaded, finding).map_or(SpecStand::Silent, |vector| of_vector(loaded, vector))
}

/// The vector with the call that a finding shows.
pub(super) fn vector_of_call<'a>(loaded: &'a LoadedSpec, finding: &Finding) -> Option<&'a Vector> {
    let evidence = finding.evidence.as_ref()?;
    loaded.spec.vectors.iter().find(|vector| {
        vector.operation == evidence.operation && only_value(&vector.input) == only_value(&evidence.input)
    })
}

/// What the spec says of an item at all: what it declares, and the requirements that name it.
pub fn stand_with_requirements(loaded: &LoadedSpec, reference: &Api, path: &str) -> SpecStand {
    let requirements = loaded.spec.requirements.iter().filter(|requirement| names(&requirement.text, path));
    let ids: Vec<String> = requirements.map(|requirement| requirement.id.to_string()).collect();
    match stand_of_api(loaded, reference, path) {
        SpecStand::Silent if ids.is_empty() => SpecStand::Silent,
        SpecStand::Silent => SpecStand::Speaks(ids),
        SpecStand::Speaks(lines) => SpecStand::Speaks([lines, ids].concat()),
        SpecStand::Contradicts(lines) => SpecStand::Contradicts([lines, ids].concat()),
    }
}

/// The requirements and vectors that quote a text.
pub fn stand_of_text(loaded: &LoadedSpec, text: &str) -> SpecStand {
    let requirements = loaded.spec.requirements.iter().filter(|requirement| requirement.text.contains(text));
    let says = |vector: &&Vector| matches!(&vector.expected, Expected::Error(error) if error.text.as_ref().is_some_and(|said| said.contains(text)));
    let vectors = loaded.spec.vectors.iter().filter(says);
    let ids: Vec<String> = requirements
        .map(|requirement| requirement.id.to_string())
        .chain(vectors.map(|vector| vector.id.to_string()))
        .collect();
    if ids.is_empty() { SpecStand::Silent } else { SpecStand::Speaks(ids) }
}

/// Whether a text has the item's path, or the end of it, as code: `` `Table::new(rows)` ``.
pub(super) fn names(text: &str, path: &str) -> bool {
    let mut codes = text.split('`').skip(1).step_by(2);
    codes.any(|code| {
        let is_path = |c: char| c.is_alphanumeric() || "_:.".contains(c);
        let name = code.split(|c| !is_path(c)).next().unwrap_or_default();
        let head = path.strip_suffix(name).unwrap_or("-");
        !name.is_empty() && (head.is_empty() || head.ends_with("::") || head.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_names_an_item_by_the_end_of_its_path() {
        for (text, path, expected) in [
            ("`split` MUST return words.", "split", true),
            ("`Table::new(rows)` MUST", "m::Table::new", true),
            ("A `new` table", "m::Table::new", true),
            ("`able::new`", "Table::new", false),
            ("split MUST", "split", false),
            ("`` ` ``", "split", false),
            ("`rows`", "core.Table.rows", true),
        ] {
            assert_eq!(names(text, path), expected, "{text} / {path}");
        }
    }
}
