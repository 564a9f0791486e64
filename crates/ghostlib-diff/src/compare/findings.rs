//! Differences told to people.

use super::matching::Pair;
use super::signature::Difference;
use crate::Api;
use ghostlib_model::{ApiItem, ApiKind, Finding, Gate, Priority};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the two items of a pair differ in, if they do.
pub(super) fn pair_finding(pair: &Pair<'_>) -> Option<Finding> {
    let Pair { required, candidate, difference } = pair;
    let (path, wanted, given) = (&required.path, &required.signature, &candidate.signature);
    let differs = format!("`{path}` is `{given}`, and `{wanted}` is required");
    let follow = format!("Declare it as `{}`.", required.declaration);
    let (rule, priority, gate, message, advice) = match difference {
        Difference::None => return None,
        Difference::Kind => {
            let message = format!("`{path}` is a {}, and a {} is required", candidate.kind, required.kind);
            ("api-kind", Priority::P1, Some(Gate::G2), message, follow)
        }
        // Only the bounds or associated types of an implementation: no required item is missing.
        Difference::Signature if required.kind == ApiKind::TraitImpl => {
            ("api-signature", Priority::P1, None, differs, follow)
        }
        Difference::Signature => ("api-signature", Priority::P1, Some(Gate::G2), differs, follow),
        Difference::ImplTrait => {
            let message = format!("{differs}: calls that name the type argument tell them apart");
            ("api-impl-trait", Priority::P1, Some(Gate::G2), message, follow)
        }
        Difference::AddedConst => {
            let advice =
                "Nothing has to change; leave `const` out to promise no more than is required.".to_owned();
            ("api-extra-const", Priority::P3, None, format!("`{path}` is `const` without need"), advice)
        }
    };
    let mut finding = Finding::new(rule, priority, path, message);
    (finding.gate, finding.advice) = (gate, advice);
    (finding.reference, finding.candidate) = (Some(required.place.clone()), Some(candidate.place.clone()));
    Some(finding)
}

/// One finding for each missing item whose parent is not missing too.
pub(super) fn missing_findings(missing: &[&ApiItem]) -> Vec<Finding> {
    let tops = tops(missing);
    let findings = tops.into_iter().map(|(item, n_children)| {
        let ApiItem { path, kind, .. } = item;
        let with = with_children(n_children);
        let mut finding = if *kind == ApiKind::TraitImpl {
            Finding::new("api-trait-impl-missing", Priority::P1, path, format!("`{path}` is not implemented"))
        } else {
            let message = format!("the {kind} `{path}`{with} is missing");
            let mut finding = Finding::new("api-missing", Priority::P1, path, message);
            finding.gate = Some(Gate::G2);
            finding
        };
        finding.advice = format!("Add `{}`.", item.declaration);
        finding.reference = Some(item.place.clone());
        finding
    });
    findings.collect()
}

/// One finding for each item that nothing asks for and whose parent is asked for.
pub(super) fn extra_findings(extra: &[&ApiItem]) -> Vec<Finding> {
    let findings = tops(extra).into_iter().map(|(item, n_children)| {
        let ApiItem { path, kind, .. } = item;
        let mut finding = if *kind == ApiKind::TraitImpl {
            let message =
                format!("`{path}` is not required; an added implementation can make a user's code ambiguous");
            Finding::new("api-trait-impl-extra", Priority::P3, path, message)
        } else {
            let message = format!("the {kind} `{path}`{} is not required", with_children(n_children));
            Finding::new("api-extra", Priority::P3, path, message)
        };
        finding.advice = match kind {
            ApiKind::TraitImpl => "Remove it unless something needs it.".to_owned(),
            _ => "Make it private unless something needs it.".to_owned(),
        };
        finding.candidate = Some(item.place.clone());
        finding
    });
    findings.collect()
}

/// That the candidate uses `unsafe` where the reference is known to have none.
pub(super) fn unsafe_finding(required: &Api, candidate: &Api) -> Option<Finding> {
    let places = candidate.unsafe_code.as_deref().unwrap_or_default();
    let first = places.first().filter(|_| required.unsafe_code.as_ref().is_some_and(Vec::is_empty))?;
    let n_places = places.len();
    let message =
        format!("`unsafe` stands in {n_places} {}, and the reference has none", plural(n_places, "place"));
    let mut finding = Finding::new("unsafe-added", Priority::P2, &candidate.crate_name, message);
    finding.advice = String::from("Write it in safe Rust.");
    finding.candidate = Some(first.clone());
    Some(finding)
}

/// That a function of the candidate is not seen to raise what the required one raises.
pub(super) fn raises_finding(pair: &Pair<'_>) -> Option<Finding> {
    let raises = |item: &ApiItem| item.function.as_ref().map(|function| function.raises.clone());
    let given = raises(pair.candidate)?;
    let missing: Vec<_> = raises(pair.required)?.into_iter().filter(|name| !given.contains(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let path = &pair.required.path;
    let names = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    // Something that it calls may raise it, so it is no difference of the API.
    let message = format!("`{path}` raises {names}, and the candidate's code is not seen to");
    let mut finding = Finding::new("api-raises", Priority::P2, path, message);
    finding.advice = format!("Raise {names} where it is required.");
    finding.reference = Some(pair.required.place.clone());
    finding.candidate = Some(pair.candidate.place.clone());
    Some(finding)
}

/// The items whose parents are not among `items`, each with the number of items below it. What is about a type,
/// as implementations are, is below it too.
fn tops<'a>(items: &[&'a ApiItem]) -> Vec<(&'a ApiItem, usize)> {
    let named: HashSet<&str> =
        items.iter().filter(|item| item.kind != ApiKind::TraitImpl).map(|item| item.path.as_str()).collect();
    let mut n_children: HashMap<&str, usize> = HashMap::new();
    let mut tops: BTreeMap<(&str, ApiKind, &str), &'a ApiItem> = BTreeMap::new();
    for item in items {
        let above = ancestors(item).filter(|path| named.contains(path));
        match above.last() {
            Some(top) => *n_children.entry(top).or_default() += 1,
            None => drop(tops.insert((&item.path, item.kind, &item.signature), *item)),
        }
    }
    tops.into_values().map(|item| (item, n_children.get(item.path.as_str()).copied().unwrap_or(0))).collect()
}

/// The paths that an item is below of, the nearest first.
fn ancestors(item: &ApiItem) -> impl Iterator<Item = &str> {
    let is_impl = item.kind == ApiKind::TraitImpl;
    let path = if is_impl {
        let type_name = item.path.trim_start_matches('<').split([' ', '<']).next().unwrap_or_default();
        Some(type_name.trim_start_matches('&'))
    } else {
        parent(&item.path)
    };
    std::iter::successors(path, |path| parent(path))
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once("::").or_else(|| path.rsplit_once('.')).map(|(parent, _)| parent)
}

fn with_children(n_children: usize) -> String {
    match n_children {
        0 => String::new(),
        _ => format!(" with {n_children} {} of its own", plural(n_children, "item")),
    }
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}
