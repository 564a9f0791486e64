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

/// Why the author waives a call, if they do. A vector's expectation is the author's own, and is never waived.
pub(crate) fn of_call(
    loaded: &LoadedSpec,
    operations: &Operations,
    operation: &str,
    input: &Value,
) -> Option<String> {
    let is_meant = |one: &&Waiver| {
        one.operation().is_some_and(|name| operations.are_one(name, operation)) && one.covers_input(input)
    };
    waivers(loaded).iter().find(is_meant).map(|one| one.reason.clone())
}

/// Why the author waives an item, or all calls of it, if they do.
pub(crate) fn of_item(loaded: &LoadedSpec, operations: &Operations, path: &str) -> Option<String> {
    let is_meant = |one: &&Waiver| match &one.of {
        Waived::Operation(name) => operations.are_one(name, path) || operations.means(name, path),
        _ => one.covers_item(path),
    };
    waivers(loaded).iter().find(is_meant).map(|one| one.reason.clone())
}

/// Says of findings that the author waives them, and how often each waiver was needed.
pub(super) fn mark(loaded: &LoadedSpec, operations: &Operations, findings: &mut [Finding]) -> Vec<WaiverUse> {
    let mut uses: Vec<WaiverUse> = waivers(loaded)
        .iter()
        .map(|one| WaiverUse { what: one.to_string(), reason: one.reason.clone(), n_findings: 0 })
        .collect();
    for finding in findings.iter_mut() {
        let is_api = finding.rule.starts_with("api-") || ABOUT_ITEMS.contains(&finding.rule.as_str());
        finding.waived = match &finding.evidence {
            _ if finding.rule == "vector-failed" => None,
            Some(evidence) => of_call(loaded, operations, &evidence.operation, &evidence.input),
            None if is_api => of_item(loaded, operations, &finding.subject),
            None => None,
        };
        let used = uses.iter_mut().find(|one| Some(&one.reason) == finding.waived.as_ref());
        used.into_iter().for_each(|one| one.n_findings += 1);
    }
    uses
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
