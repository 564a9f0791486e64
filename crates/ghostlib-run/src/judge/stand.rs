//! Whether the spec states what the reference does.

use crate::spec_files::LoadedSpec;
use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, Finding, SpecStand, Vector};

/// What the spec says of the reference's items at a path.
pub(super) fn of_api(loaded: &LoadedSpec, reference: &Api, path: &str) -> SpecStand {
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

/// A vector that holds on the reference states what it does, and so do the requirements that it checks.
pub(super) fn of_vector(vector: &Vector) -> SpecStand {
    let requirements = vector.requirements.iter().map(ToString::to_string);
    SpecStand::Speaks(std::iter::once(vector.id.to_string()).chain(requirements).collect())
}

/// What the spec says of the call that a finding shows.
pub(super) fn of_call(loaded: &LoadedSpec, finding: &Finding) -> SpecStand {
    let Some(evidence) = &finding.evidence else { return SpecStand::Silent };
    let same = loaded.spec.vectors.iter().find(|vector| {
        vector.operation == evidence.operation && only_value(&vector.input) == only_value(&evidence.input)
    });
    same.map_or(SpecStand::Silent, of_vector)
}

/// An operation's only parameter may be written under any name, or without one.
fn only_value(input: &ghostlib_model::Value) -> &ghostlib_model::Value {
    match input.as_object() {
        Some(map) if map.len() == 1 => map.values().next().unwrap_or(input),
        _ => input,
    }
}
