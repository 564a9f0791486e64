//! The public API of a crate as rustdoc's JSON tells it, in the normal form of `ghostlib_diff`.
//!
//! Nothing of `ghostlib_diff` is used here: two renderings that agree were written twice.

mod attributes;
mod defaults;
mod function;
mod generics;
mod impls;
mod items;
mod reach;
mod types;

pub(crate) use attributes::Marked;

use super::compare::Line;
use ghostlib_model::ApiKind;
use reach::Reached;
use rustdoc_types::{Crate, FORMAT_VERSION, Id, Item, ItemEnum};

/// One item at one path, or one implementation of a trait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) path: String,
    pub(crate) kind: ApiKind,
    pub(crate) signature: String,
}

impl Told {
    pub(super) fn line(&self) -> Line<'_> {
        (&self.path, self.kind, &self.signature)
    }
}

/// What rustdoc tells about a crate.
#[derive(Debug)]
pub(crate) struct Truth {
    /// Sorted, each once.
    pub(crate) items: Vec<Told>,
    /// The attributes of everything that has a place.
    pub(crate) marked: Vec<Marked>,
    /// How many public names stand for something that another crate defines, and are not among the items.
    pub(crate) n_outside: usize,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum TruthError {
    #[error("no rustdoc JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("rustdoc JSON of format {0}, and {FORMAT_VERSION} is understood")]
    Format(u32),
}

/// Reads the JSON that rustdoc wrote.
pub(crate) fn read(json: &[u8]) -> Result<Truth, TruthError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    let Version { format_version } = serde_json::from_slice(json)?;
    if format_version != FORMAT_VERSION {
        return Err(TruthError::Format(format_version));
    }
    let krate: Crate = serde_json::from_slice(json)?;
    let reached = reach::reach(&krate);
    let world = World { krate: &krate, reached: &reached };
    let mut items: Vec<Told> = vec![];
    for (id, paths) in &reached.paths {
        items.extend(world.items(*id, paths));
    }
    items.extend(world.impls());
    items.sort();
    items.dedup();
    Ok(Truth { items, marked: attributes::marked(&krate), n_outside: reached.n_outside })
}

/// The crate, and what of it can be reached.
#[derive(Clone, Copy)]
struct World<'k> {
    krate: &'k Crate,
    reached: &'k Reached,
}

impl<'k> World<'k> {
    fn item(&self, id: Id) -> Option<&'k Item> {
        self.krate.index.get(&id)
    }

    /// The items that `ids` stand for; rustdoc leaves out those that nobody is to see.
    fn all(&self, ids: &'k [Id]) -> impl Iterator<Item = &'k Item> {
        let krate = self.krate;
        ids.iter().filter_map(move |id| krate.index.get(id))
    }

    fn canonical(&self, id: Id) -> Option<&'k str> {
        self.reached.paths.get(&id)?.first().map(String::as_str)
    }
}

fn kind_of(inner: &ItemEnum) -> Option<ApiKind> {
    Some(match inner {
        ItemEnum::Module(_) => ApiKind::Module,
        ItemEnum::Union(_) => ApiKind::Union,
        ItemEnum::Struct(_) => ApiKind::Struct,
        ItemEnum::Enum(_) => ApiKind::Enum,
        ItemEnum::Variant(_) => ApiKind::Variant,
        ItemEnum::Function(_) => ApiKind::Function,
        ItemEnum::Trait(_) => ApiKind::Trait,
        ItemEnum::TypeAlias(_) => ApiKind::TypeAlias,
        ItemEnum::Constant { .. } => ApiKind::Const,
        ItemEnum::Static(_) => ApiKind::Static,
        ItemEnum::Macro(_) => ApiKind::Macro,
        _ => return None,
    })
}
