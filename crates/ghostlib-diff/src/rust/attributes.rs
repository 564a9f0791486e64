//! The attributes of an item, `cfg_attr` applied.

use super::cfg::Configuration;
use super::krate::Krate;
use super::meta::Meta;
use ghostlib_model::{ApiAttributes, ApiKind};

/// More nested `cfg_attr` than anyone writes.
const MAX_DEPTH: usize = 16;

#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    metas: Vec<Meta>,
    is_off: bool,
}

impl Attributes {
    /// Adds one attribute. Names of unknown conditions go to `unknown`.
    pub(super) fn add(&mut self, meta: Meta, configuration: &Configuration, unknown: &mut dyn FnMut(&str)) {
        let mut pending = vec![(meta, 0)];
        while let Some((meta, depth)) = pending.pop() {
            let mut arguments = meta.list.iter();
            match (meta.path.as_str(), arguments.next()) {
                ("cfg", Some(condition)) => self.is_off |= !configuration.holds(condition, unknown),
                ("cfg_attr", Some(condition)) => {
                    if depth < MAX_DEPTH && configuration.holds(condition, unknown) {
                        pending.extend(arguments.map(|meta| (meta.clone(), depth + 1)));
                    }
                }
                _ => self.metas.push(meta),
            }
        }
    }

    /// Whether the configuration leaves the item out.
    pub(super) fn is_off(&self) -> bool {
        self.is_off
    }

    /// Whether the item is marked as not meant for users.
    pub(super) fn is_hidden(&self) -> bool {
        self.metas.iter().any(|meta| meta.lists("doc", "hidden"))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.metas.iter().any(|meta| meta.path == path)
    }

    /// The string in `#[name = "value"]`.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.metas.iter().find(|meta| meta.path == name)?.value.as_deref()
    }

    /// What they tell the users of an item of this kind. A spec's block need not speak of them.
    pub(super) fn told(&self, kind: ApiKind, krate: &Krate<'_>) -> ApiAttributes {
        use ApiKind::{Enum, Function, Method, Struct, Trait, Union};
        let is_type = matches!(kind, Struct | Enum | Union);
        let has = |name| Some(self.has(name)).filter(|has| *has || !krate.is_block);
        ApiAttributes {
            must_use: has("must_use").filter(|_| is_type || matches!(kind, Function | Method | Trait)),
            deprecated: has("deprecated"),
            repr: has("repr").filter(|_| is_type).map(|_| self.repr()),
        }
    }

    /// The arguments of each `repr`.
    fn repr(&self) -> String {
        let lists = self.metas.iter().filter(|meta| meta.path == "repr").flat_map(|meta| &meta.list);
        let mut all: Vec<_> = lists.filter(|meta| meta.path != "Rust").map(argument).collect();
        all.sort_unstable();
        all.dedup();
        all.join(", ")
    }

    /// The derived traits, as paths.
    pub(super) fn derives(&self) -> impl Iterator<Item = &str> {
        let lists = self.metas.iter().filter(|meta| meta.path == "derive");
        lists.flat_map(|meta| &meta.list).map(|meta| meta.path.as_str())
    }
}

/// `C`, or `align(8)`; `packed(1)` is `packed`.
fn argument(meta: &Meta) -> String {
    let path = &meta.path;
    meta.list
        .first()
        .filter(|inner| inner.path != "1")
        .map_or_else(|| path.clone(), |inner| format!("{path}({})", inner.path))
}
