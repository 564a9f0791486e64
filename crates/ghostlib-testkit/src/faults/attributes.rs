//! Changes of attributes that a user can tell.

use super::change::Change;
use super::site::Site;
use ghostlib_model::ApiKind::{
    self, Const, Enum, Field, Function, Method, Module, Static, Struct, Trait, Variant,
};

const ITEMS: &[ApiKind] = &[Function, Method, Struct, Enum, Trait, Const, Static, Module];

pub(super) fn non_exhaustive_added(site: &Site<'_>) -> Vec<Change> {
    let is_open = site.attributes("non_exhaustive").is_empty();
    // On a struct with private fields it says nothing.
    let is_open = is_open && (site.is(&[Enum, Variant]) || is_open_struct(site));
    if is_open { added(site, "non_exhaustive") } else { vec![] }
}

fn is_open_struct(site: &Site<'_>) -> bool {
    let body = site.field("body").map(crate::edits::children).unwrap_or_default();
    let mut fields = body.into_iter().filter(|node| node.kind() == "field_declaration").peekable();
    site.is(&[Struct]) && fields.peek().is_some() && fields.all(crate::edits::is_public)
}

pub(super) fn non_exhaustive_removed(site: &Site<'_>) -> Vec<Change> {
    if site.is(&[Enum, Struct, Variant]) { removed(site, "non_exhaustive") } else { vec![] }
}

pub(super) fn must_use_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = site.is(&[Function, Method, Struct, Enum, Trait]) && site.attributes("must_use").is_empty();
    if is_free { added(site, "must_use") } else { vec![] }
}

pub(super) fn must_use_removed(site: &Site<'_>) -> Vec<Change> {
    if site.is(ITEMS) { removed(site, "must_use") } else { vec![] }
}

pub(super) fn deprecated_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = site.is(ITEMS) && site.attributes("deprecated").is_empty();
    if is_free { added(site, "deprecated") } else { vec![] }
}

pub(super) fn deprecated_removed(site: &Site<'_>) -> Vec<Change> {
    if site.is(ITEMS) { removed(site, "deprecated") } else { vec![] }
}

pub(super) fn repr_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = site.is(&[Struct, Enum]) && site.attributes("repr").is_empty();
    if is_free { added(site, "repr(C)") } else { vec![] }
}

pub(super) fn repr_removed(site: &Site<'_>) -> Vec<Change> {
    if site.is(&[Struct, Enum]) { removed(site, "repr") } else { vec![] }
}

pub(super) fn hidden(site: &Site<'_>) -> Vec<Change> {
    if is_item(site) { added(site, "doc(hidden)") } else { vec![] }
}

pub(super) fn configured_out(site: &Site<'_>) -> Vec<Change> {
    if is_item(site) { added(site, "cfg(seeded)") } else { vec![] }
}

/// What can carry any attribute: of a tuple's field, the site is its type.
fn is_item(site: &Site<'_>) -> bool {
    site.is(ITEMS)
        || (site.is(&[Variant, Field])
            && site.node.kind() != "type_identifier"
            && site.field("name").is_some())
}

fn added(site: &Site<'_>, attribute: &str) -> Vec<Change> {
    vec![site.inserted(site.node.start_byte(), format!("#[{attribute}] ")).also(owners(site))]
}

fn removed(site: &Site<'_>, attribute: &str) -> Vec<Change> {
    let nodes = site.attributes(attribute).into_iter();
    nodes.map(|node| site.removed(node.byte_range())).collect()
}

/// Whether a struct can be built changes with what can be seen of its fields.
fn owners(site: &Site<'_>) -> Vec<String> {
    if site.is(&[Field]) { site.parents() } else { vec![] }
}
