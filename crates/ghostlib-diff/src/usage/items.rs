//! The API of the dependency, looked up by path and by name.

use crate::Api;
use ghostlib_model::{ApiItem, ApiKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An API, ready to be asked.
pub(super) struct Items<'a> {
    all: &'a [ApiItem],
    by_path: HashMap<&'a str, Vec<&'a ApiItem>>,
    /// The types and traits by their last names.
    types: BTreeMap<&'a str, Vec<&'a ApiItem>>,
}

impl<'a> Items<'a> {
    pub(super) fn of(api: &'a Api) -> Self {
        let mut by_path: HashMap<&str, Vec<&ApiItem>> = HashMap::new();
        let mut types: BTreeMap<&str, Vec<&ApiItem>> = BTreeMap::new();
        for item in &api.items {
            by_path.entry(&item.path).or_default().push(item);
            if is_type(item.kind) {
                types.entry(last(&item.path)).or_default().push(item);
            }
        }
        Self { all: &api.items, by_path, types }
    }

    /// The paths of what stands at the root.
    pub(super) fn at_root(&self) -> Vec<String> {
        self.directly_in("").map(|(_, path)| path.to_owned()).collect()
    }

    /// What stands directly in a module or an enum, by its name.
    pub(super) fn directly_in<'s>(
        &'s self,
        module: &'s str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 's {
        let name = move |path: &'a str| {
            let rest =
                if module.is_empty() { path } else { path.strip_prefix(module)?.strip_prefix("::")? };
            (!rest.contains("::") && !rest.starts_with('<')).then_some((rest, path))
        };
        self.by_path.keys().filter_map(move |path| name(path))
    }

    /// The items that a path leads to: itself, and where that is another name of something, the name that its functions go
    /// by. A path that ends below a type, as one to what a trait gives it, leads to the type.
    pub(super) fn meant(&self, path: &[String]) -> Vec<String> {
        for n in (1..=path.len()).rev() {
            let own = path[..n].join("::");
            let Some(items) = self.by_path.get(own.as_str()) else { continue };
            if n < path.len() && items.iter().all(|item| item.kind == ApiKind::Module) {
                return vec![];
            }
            let canonical = items.iter().filter_map(|item| self.canonical(item)).map(str::to_owned);
            let mut meant: BTreeSet<String> = canonical.collect();
            if let Some(next) = path.get(n) {
                let below = meant.iter().map(|owner| format!("{owner}::{next}"));
                let below: Vec<_> = below.filter(|path| self.by_path.contains_key(path.as_str())).collect();
                meant.extend(below);
            }
            meant.insert(own);
            return meant.into_iter().collect();
        }
        vec![]
    }

    /// The shortest path of what an item is, where it goes by several.
    fn canonical(&self, item: &ApiItem) -> Option<&'a str> {
        let is_same = |other: &&ApiItem| {
            other.kind == item.kind && other.place == item.place && last(&other.path) == last(&item.path)
        };
        let same = self.all.iter().filter(is_same).map(|other| other.path.as_str());
        same.min_by_key(|path| (path.matches("::").count(), *path))
    }

    pub(super) fn all(&self) -> &'a [ApiItem] {
        self.all
    }

    /// The types that an item's declaration names.
    pub(super) fn named_by(&self, item: &ApiItem) -> BTreeSet<&'a str> {
        let words = item.declaration.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let words = words.chain(item.signature.split(|c: char| !(c.is_alphanumeric() || c == '_')));
        words.filter_map(|word| self.types.get(word)).flatten().map(|item| item.path.as_str()).collect()
    }

    /// The type that an item belongs to, or is.
    pub(super) fn type_of(&self, path: &str) -> Option<&'a str> {
        let is_type_at = |path: &str| {
            let items = self.by_path.get(path)?;
            items.iter().find(|item| is_type(item.kind)).map(|item| item.path.as_str())
        };
        is_type_at(path).or_else(|| is_type_at(path.rsplit_once("::")?.0))
    }
}

/// The name of the type that a trait is implemented for: `Table` of `<&Table<T> as Display>`.
pub(super) fn implementor(path: &str) -> Option<&str> {
    let header = path.strip_prefix('<')?.split(" as ").next()?;
    let name = header.trim_start_matches(['&', '(', '[', ' ']).trim_start_matches("mut ");
    Some(name.split(['<', '>']).next().unwrap_or(name))
}

pub(super) fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

pub(super) fn is_type(kind: ApiKind) -> bool {
    use ApiKind::{Enum, Struct, Trait, TypeAlias, Union};
    matches!(kind, Enum | Struct | Trait | TypeAlias | Union)
}
