//! A crate as its modules declare it, before anything is resolved.

use super::attributes::Attributes;
use super::cfg::Configuration;
use crate::Node;
use ghostlib_model::{ApiKind, Place, Span};
use std::collections::HashMap;

/// Index into [`Krate::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleId(pub(super) usize);

/// Index into [`Krate::defs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct DefId(pub(super) usize);

pub(super) const ROOT: ModuleId = ModuleId(0);

/// All that a crate declares in its modules under one configuration.
pub(super) struct Krate<'t> {
    pub(super) sources: &'t super::source::Sources<'t>,
    pub(super) configuration: Configuration,
    pub(super) modules: Vec<Module<'t>>,
    pub(super) defs: Vec<Def<'t>>,
    pub(super) impls: Vec<Impl<'t>>,
    /// Whether every item counts as public, as in a spec's block.
    pub(super) is_block: bool,
    pub(super) imports_start_at_root: bool,
    pub(super) found: super::resolve::Found<'t>,
}

/// One module.
pub(super) struct Module<'t> {
    pub(super) parent: Option<ModuleId>,
    /// Whether it is the block of an unnamed constant, in which the names of its parent mean the same.
    pub(super) is_unnamed: bool,
    /// What it declares itself, by name; a name may stand for a type, a value and a macro.
    pub(super) names: HashMap<&'t str, Vec<DefId>>,
    pub(super) imports: Vec<Import<'t>>,
}

/// One name, or one glob, of a `use`.
#[derive(Clone)]
pub(super) struct Import<'t> {
    pub(super) path: Vec<&'t str>,
    /// The name that it gets here; nothing for a glob.
    pub(super) name: Option<&'t str>,
    pub(super) is_public: bool,
    pub(super) site: Site<'t>,
}

/// One item, a variant of an enum, or a module.
pub(super) struct Def<'t> {
    pub(super) name: &'t str,
    pub(super) kind: ApiKind,
    /// The module that it stands in.
    pub(super) module: ModuleId,
    pub(super) is_public: bool,
    pub(super) site: Site<'t>,
    pub(super) attributes: Attributes,
    pub(super) inner: Inner,
    /// The fields of a struct, union or variant, and what a trait declares.
    pub(super) members: Vec<Member<'t>>,
}

/// A field, or what stands in a trait or an `impl`.
pub(super) struct Member<'t> {
    /// The declaration; of a field without a name, its type.
    pub(super) site: Site<'t>,
    pub(super) attributes: Attributes,
    pub(super) is_public: bool,
}

/// What can be reached through an item with `::`.
pub(super) enum Inner {
    Nothing,
    Module(ModuleId),
    Variants(Vec<DefId>),
}

/// One `impl`.
pub(super) struct Impl<'t> {
    pub(super) module: ModuleId,
    pub(super) site: Site<'t>,
    pub(super) members: Vec<Member<'t>>,
}

/// A node and the file that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Site<'t> {
    pub(super) file: usize,
    pub(super) node: Node<'t>,
}

impl<'t> Krate<'t> {
    pub(super) fn def(&self, id: DefId) -> &Def<'t> {
        &self.defs[id.0]
    }

    pub(super) fn module(&self, id: ModuleId) -> &Module<'t> {
        &self.modules[id.0]
    }

    /// The module of which `self` speaks in `id`: itself, or the one around a block.
    pub(super) fn nearest(&self, mut id: ModuleId) -> ModuleId {
        while let Module { is_unnamed: true, parent: Some(parent), .. } = self.module(id) {
            id = *parent;
        }
        id
    }

    pub(super) fn parent(&self, id: ModuleId) -> Option<ModuleId> {
        self.module(self.nearest(id)).parent.map(|parent| self.nearest(parent))
    }

    pub(super) fn def_ids(&self) -> impl Iterator<Item = DefId> + use<> {
        (0..self.defs.len()).map(DefId)
    }

    pub(super) fn text(&self, site: Site<'t>) -> &'t str {
        self.sources.file(site.file).text.get(site.node.byte_range()).unwrap_or_default()
    }

    /// The place of an item's head: what stands before its body.
    pub(super) fn place(&self, site: Site<'_>) -> Place {
        let node = site.node;
        let body = node.child_by_field_name("body").filter(|_| node.kind() != "enum_variant");
        let end = body.map_or(node.end_byte(), Node::start_byte);
        let text = &self.sources.file(site.file).text;
        let head = text.get(node.start_byte()..end).unwrap_or_default().trim_end();
        self.sources.place(site.file, Span::new(node.start_byte(), node.start_byte() + head.len()))
    }
}

impl Def<'_> {
    /// The attribute as it stands before a signature.
    pub(super) fn non_exhaustive(&self) -> &'static str {
        if self.attributes.has("non_exhaustive") { "#[non_exhaustive] " } else { "" }
    }
}

impl<'t> Site<'t> {
    pub(super) fn at(self, node: Node<'t>) -> Self {
        Self { file: self.file, node }
    }
}
