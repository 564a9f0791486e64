//! Where a spec speaks of what: the items of an API by sections, and the operations that have vectors.

use crate::revision::is_apart;
use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, ApiKind};
use ghostlib_verify::Operation;

/// The section of free constants.
pub(super) const CONSTANTS: &str = "Constants";
/// What callers see of a trait without naming it; of each, so many vectors at most.
const TRAITS: [&str; 22] = [
    "FromStr",
    "TryFrom",
    "From",
    "Default",
    "Display",
    "Ord",
    "PartialOrd",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "Neg",
    "Not",
    "BitAnd",
    "BitOr",
    "BitXor",
    "Index",
    "Iterator",
    "DoubleEndedIterator",
    "Extend",
    "FromIterator",
];
const MAX_OF_TRAIT: usize = 3;

/// The section that an item of this path belongs to: its type, or itself.
pub(super) fn section_of(api: &Api, path: &str) -> String {
    let owner = match path.strip_prefix('<') {
        Some(header) => {
            header.split(" as ").next().unwrap_or(header).trim_start_matches('&').split('<').next()
        }
        None => path.rsplit_once("::").or_else(|| path.rsplit_once('.')).map(|(owner, _)| owner),
    };
    if let Some(owner) = owner.filter(|owner| find(api, owner).is_some_and(|item| is_type(item.kind))) {
        return owner.to_owned();
    }
    let of_trait = path.rsplit_once(">::").and_then(|(header, _)| header.rsplit_once(" as "));
    if let Some((_, name)) =
        of_trait.filter(|(_, name)| find(api, name).is_some_and(|item| item.kind == ApiKind::Trait))
    {
        return name.to_owned();
    }
    match find(api, path).map(|item| item.kind) {
        Some(ApiKind::Const | ApiKind::Static | ApiKind::Variable) => CONSTANTS.to_owned(),
        _ => path.to_owned(),
    }
}

pub(super) fn find<'a>(api: &'a Api, path: &str) -> Option<&'a ApiItem> {
    api.items.iter().find(|item| item.path == path)
}

pub(super) fn is_type(kind: ApiKind) -> bool {
    use ApiKind::{Class, Enum, Struct, Trait, TypeAlias, Union};
    matches!(kind, Class | Enum | Struct | Trait | TypeAlias | Union)
}

/// Whether an item has a declaration of its own in an API block: what is declared with its type or its trait has none.
pub(super) fn is_declared(api: &Api, item: &ApiItem) -> bool {
    let owner = item.path.rsplit_once("::").and_then(|(owner, _)| find(api, owner));
    is_apart(item) && owner.is_none_or(|owner| owner.kind != ApiKind::Trait)
}

/// Whether an item can be had by a shorter path, or by one that comes before it: then the spec speaks of it there.
pub(super) fn is_alias(api: &Api, item: &ApiItem) -> bool {
    let key = |item: &ApiItem| (item.path.matches(['.', ':']).count(), item.path.len(), item.path.clone());
    let is_same = |other: &&ApiItem| other.kind == item.kind && other.place == item.place;
    let is_own = is_type(item.kind) || item.kind == ApiKind::Function;
    is_own
        && api.items.iter().filter(is_same).any(|other| is_named_alike(item, other) && key(other) < key(item))
}

/// Two items that a macro made stand in one place, and are not the same.
fn is_named_alike(one: &ApiItem, other: &ApiItem) -> bool {
    let last = |item: &ApiItem| item.path.rsplit(['.', ':']).next().map(str::to_owned);
    last(one) == last(other)
}

/// What documentation is read of: types and functions.
pub(super) fn is_documented(item: &ApiItem) -> bool {
    is_type(item.kind) || is_function(item)
}

pub(super) fn is_function(item: &ApiItem) -> bool {
    matches!(item.kind, ApiKind::Function | ApiKind::Method) && !item.path.starts_with('<')
}

/// The kind of what an operation exercises, and how many vectors it may have; nothing, if it has none.
pub(super) fn wanted(api: &Api, operation: &Operation, most: usize) -> Option<(ApiKind, usize)> {
    if let Some(header) = operation.item.strip_prefix('<') {
        let of_trait = header.rsplit_once(" as ")?.1.trim_end_matches('>');
        let name = of_trait.split('<').next()?.rsplit("::").next()?;
        // How a text is padded is the same for all that pads as texts do.
        let is_shown = TRAITS.contains(&name) && !operation.name.ends_with("::padded");
        return is_shown.then_some((ApiKind::TraitImpl, most.min(MAX_OF_TRAIT)));
    }
    let item = find(api, &operation.item).filter(|item| !is_alias(api, item))?;
    match item.kind {
        ApiKind::Function | ApiKind::Method => Some((item.kind, most)),
        ApiKind::Const | ApiKind::Static => Some((item.kind, 1)),
        _ => None,
    }
}
