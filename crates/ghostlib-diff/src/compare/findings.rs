//! Differences told to people.

use super::consequences::Gone;
use super::matching::{Matching, Pair};
use super::moves::Move;
use super::paths::{Identity, Piece, identity, order, parent, pieces};
use super::signature::Difference;
use ghostlib_model::{ApiItem, ApiKind, Finding, Gate, Place, Priority};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the items of the pairs differ in. An item at several paths is told once, and what follows from a missing type
/// is not.
pub(super) fn pair_findings(matching: &Matching<'_>, gone: &Gone<'_>) -> Vec<Finding> {
    let mut pairs: Vec<_> = matching.pairs.iter().filter(|pair| !gone.explains(pair)).collect();
    pairs.sort_by_key(|pair| order(&pair.required.path));
    let mut told: HashSet<(Identity<'_>, &Place)> = HashSet::new();
    pairs.retain(|pair| {
        let Pair { required, candidate, difference } = pair;
        let is_impl = required.kind == ApiKind::TraitImpl;
        *difference != Difference::None && (is_impl || told.insert((identity(required), &candidate.place)))
    });
    pairs.into_iter().filter_map(pair_finding).collect()
}

/// What the two items of a pair differ in, if they do.
fn pair_finding(pair: &Pair<'_>) -> Option<Finding> {
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
        Difference::Pattern => {
            let message = format!("the patterns of the macro `{path}` differ from the required ones");
            let advice = format!("Check that it takes what `{}` takes.", required.declaration);
            ("api-macro-pattern", Priority::P3, None, message, advice)
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

/// That a required item stands at another path.
pub(super) fn move_finding(moved: &Move) -> Finding {
    let Move { from, to, kind, .. } = moved;
    let (rule, message) = if moved.is_rename() {
        ("api-renamed", format!("the {kind} `{from}` is missing, and `{to}` seems to be it"))
    } else {
        ("api-moved", format!("the {kind} `{from}` is at `{to}`"))
    };
    let mut finding = Finding::new(rule, Priority::P1, from, message);
    finding.gate = Some(Gate::G2);
    finding.advice = format!("Make it reachable as `{from}`.");
    (finding.reference, finding.candidate) = (Some(moved.reference.clone()), Some(moved.candidate.clone()));
    finding
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

/// The items that do not go with another one of `items`, each with the number of those that go with it.
fn tops<'a>(items: &[&'a ApiItem]) -> Vec<(&'a ApiItem, usize)> {
    let among = Among::new(items);
    let mut n_children: HashMap<&str, usize> = HashMap::new();
    let mut tops: BTreeMap<(&str, ApiKind, &str), &'a ApiItem> = BTreeMap::new();
    for item in items {
        match among.above(item) {
            Some(top) => *n_children.entry(top).or_default() += 1,
            None => drop(tops.insert((&item.path, item.kind, &item.signature), *item)),
        }
    }
    tops.into_values().map(|item| (item, n_children.get(item.path.as_str()).copied().unwrap_or(0))).collect()
}

/// Items that go with each other.
struct Among<'a> {
    named: HashSet<&'a str>,
    /// The paths of what can be reached by several ones, in their order.
    paths: HashMap<Identity<'a>, Vec<&'a str>>,
}

impl<'a> Among<'a> {
    fn new(items: &[&'a ApiItem]) -> Self {
        let mut among = Self { named: HashSet::new(), paths: HashMap::new() };
        for item in items.iter().filter(|item| item.kind != ApiKind::TraitImpl) {
            among.named.insert(&item.path);
            among.paths.entry(identity(item)).or_default().push(&item.path);
        }
        for paths in among.paths.values_mut() {
            paths.sort_by_key(|path| order(path));
        }
        among
    }

    /// The topmost item that this one goes with: what it is below of, what an implementation names, or itself at a
    /// path that goes first.
    fn above(&self, item: &'a ApiItem) -> Option<&'a str> {
        if item.kind == ApiKind::TraitImpl {
            let named = pieces(&item.path).into_iter().filter_map(|piece| match piece {
                Piece::Path(path) => self.topmost(Some(path)),
                Piece::Other(_) => None,
            });
            return named.min_by_key(|path| order(path));
        }
        let paths = self.paths.get(&identity(item)).map(Vec::as_slice).unwrap_or_default();
        let above = paths.iter().find_map(|path| self.topmost(parent(path)));
        above.or_else(|| paths.first().copied().filter(|first| *first != item.path))
    }

    fn topmost<'p>(&self, path: Option<&'p str>) -> Option<&'p str> {
        std::iter::successors(path, |path| parent(path)).filter(|path| self.named.contains(path)).last()
    }
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
