//! Items that are reachable by several paths: which of these names what belongs to them is a matter of spelling.

use super::paths::{Identity, identity, instead, order, parent, respelt};
use ghostlib_model::{ApiItem, ApiKind};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The candidate's items, with what belongs to a type below the path by which the required API lists it, where
/// the type can be reached by that path or the required one by the candidate's.
pub(super) fn aligned<'a>(required: &[ApiItem], candidate: &'a [ApiItem]) -> Cow<'a, [ApiItem]> {
    let (wanted, given) = (types(required), types(candidate));
    let mut canonical: HashMap<&str, &str> = HashMap::new();
    for paths in wanted.values() {
        let first = paths[0];
        canonical.extend(paths.iter().map(|path| (*path, first)));
    }
    let mut names: HashMap<&str, &str> = HashMap::new();
    for paths in given.values() {
        let is_listed_alike = canonical.get(paths[0]) == Some(&paths[0]);
        let other = paths.iter().find_map(|path| canonical.get(path)).filter(|_| !is_listed_alike);
        names.extend(other.map(|other| (paths[0], *other)));
    }
    if names.is_empty() {
        return Cow::Borrowed(candidate);
    }
    let own: HashSet<&str> = names.keys().copied().collect();
    Cow::Owned(candidate.iter().map(|item| renamed(item, &names, &own)).collect())
}

/// The paths of each type and trait, the one that what belongs to it is listed below first.
fn types(items: &[ApiItem]) -> HashMap<Identity<'_>, Vec<&str>> {
    let mut types: HashMap<_, Vec<&str>> = HashMap::new();
    for item in items.iter().filter(|item| has_members(item.kind)) {
        types.entry(identity(item)).or_default().push(&item.path);
    }
    for paths in types.values_mut() {
        paths.sort_by_key(|path| order(path));
    }
    types
}

fn has_members(kind: ApiKind) -> bool {
    matches!(kind, ApiKind::Struct | ApiKind::Enum | ApiKind::Union | ApiKind::Trait)
}

fn renamed(item: &ApiItem, names: &HashMap<&str, &str>, own: &HashSet<&str>) -> ApiItem {
    let path = match item.kind {
        ApiKind::TraitImpl => respelt(&item.path, names).into_owned(),
        _ if parent(&item.path).is_some_and(|parent| own.contains(parent)) => {
            instead(&item.path, names).unwrap_or_else(|| item.path.clone())
        }
        _ => item.path.clone(),
    };
    ApiItem { path, signature: respelt(&item.signature, names).into_owned(), ..item.clone() }
}
