//! What of the reference the author does not want in the spec.

use super::Operations;
use crate::spec_files::LoadedSpec;
use ghostlib_diff::Api;
use ghostlib_model::{Finding, Value, Waived, Waiver, WaiverUse};

/// Rules about the API, or about functions that could not be called.
const ABOUT_ITEMS: [&str; 3] = ["no-vector", "not-exercised", "operation-not-callable"];

/// The waivers of a spec.
fn waivers(loaded: &LoadedSpec) -> &[Waiver] {
    &loaded.spec.front_matter.waivers
}

/// The waiver of a call, if there is one. A vector's expectation is the author's own, and is never waived.
pub(crate) fn of_call<'a>(
    loaded: &'a LoadedSpec,
    operations: &Operations,
    operation: &str,
    input: &Value,
) -> Option<&'a Waiver> {
    let is_meant = |one: &&Waiver| {
        one.operation().is_some_and(|name| operations.are_one(name, operation)) && one.covers_input(input)
    };
    waivers(loaded).iter().find(is_meant)
}

/// The waiver of an item, or of all calls of it, if there is one.
pub(super) fn of_item<'a>(loaded: &'a LoadedSpec, operations: &Operations, path: &str) -> Option<&'a Waiver> {
    let is_meant = |one: &&Waiver| match &one.of {
        Waived::Operation(name) => operations.are_one(name, path) || operations.means(name, path),
        _ => one.covers_item(path),
    };
    waivers(loaded).iter().find(is_meant)
}

/// Says of findings that the author waives them, and how often each waiver was needed.
pub(super) fn mark(loaded: &LoadedSpec, operations: &Operations, findings: &mut [Finding]) -> Vec<WaiverUse> {
    let unneeded =
        |one: &Waiver| WaiverUse { what: one.to_string(), reason: one.reason.clone(), n_findings: 0 };
    let mut needed: Vec<WaiverUse> = waivers(loaded).iter().map(unneeded).collect();
    for finding in findings.iter_mut() {
        let is_api = finding.rule.starts_with("api-") || ABOUT_ITEMS.contains(&finding.rule.as_str());
        let waiver = match &finding.evidence {
            _ if finding.rule == "vector-failed" => None,
            Some(evidence) => of_call(loaded, operations, &evidence.operation, &evidence.input),
            None if is_api => of_item(loaded, operations, &finding.subject),
            None => None,
        };
        let Some(waiver) = waiver else { continue };
        finding.waived = Some(waiver.reason.clone());
        if let Some(at) = waivers(loaded).iter().position(|one| std::ptr::eq(one, waiver)) {
            needed[at].n_findings += 1;
        }
    }
    needed
}

/// The reference's API without what the author waives; nothing, where that is nothing.
pub(super) fn without_waived(loaded: &LoadedSpec, api: &Api) -> Option<Api> {
    let is_waived = |path: &str| waivers(loaded).iter().any(|one| one.covers_item(path));
    let mut kept = api.clone();
    kept.items.retain(|item| !is_waived(&item.path));
    (kept.items.len() < api.items.len()).then_some(kept)
}

/// The waivers of calls, under the names by which operations are tried.
pub(super) fn as_tried(loaded: &LoadedSpec, operations: &Operations) -> Vec<Waiver> {
    let renamed = |waiver: &Waiver, name: &str| Waiver {
        of: match &waiver.of {
            Waived::Input(_, input) => Waived::Input(name.into(), input.clone()),
            Waived::Pattern(_, pattern) => Waived::Pattern(name.into(), pattern.clone()),
            Waived::Operation(_) | Waived::Item(_) => Waived::Operation(name.into()),
        },
        reason: waiver.reason.clone(),
    };
    let mut tried = Vec::new();
    for waiver in waivers(loaded) {
        for operation in operations.all() {
            let is_it = waiver.operation().is_some_and(|name| operations.are_one(name, &operation.name))
                || waiver.covers_item(&operation.item);
            tried.extend(is_it.then(|| renamed(waiver, &operation.name)));
        }
    }
    tried
}
