//! Changes of structs, enums, and what they consist of.

use super::change::{Change, element, other_type, renamed};
use super::site::Site;
use crate::edits::{attributes, child_of_kind, children, descendants, is_public, with_attributes};
use ghostlib_model::ApiKind::{Enum, Field, Struct, Union, Variant};
use tree_sitter::Node;

pub(super) fn removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Struct, Enum, Union]) {
        return vec![];
    }
    let blocks = implementations(site).into_iter();
    vec![blocks.fold(site.removed(with_attributes(site.node, site.source())), |change, block| {
        change.and(site, with_attributes(block, site.source()), "")
    })]
}

/// The `impl` blocks of a type, as far as they stand beside it.
fn implementations<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    let name = site.field("name").map(|name| site.text(name)).unwrap_or_default();
    let siblings = site.node.parent().map(children).unwrap_or_default().into_iter();
    let blocks = siblings.filter(|node| {
        let owner = node.child_by_field_name("type").map(|ty| site.text(ty)).unwrap_or_default();
        node.kind() == "impl_item" && owner.split('<').next() == Some(name)
    });
    blocks.collect()
}

pub(super) fn made_private(site: &Site<'_>) -> Vec<Change> {
    let visibility = site.child("visibility_modifier").filter(|_| site.is(&[Struct, Enum, Union]));
    visibility.map(|node| site.replaced(node, "pub(crate)")).into_iter().collect()
}

pub(super) fn variant_removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Variant]) || is_generated(site) {
        return vec![];
    }
    vec![site.removed(element(site.source(), with_attributes(site.node, site.source())))]
}

pub(super) fn variant_added(site: &Site<'_>) -> Vec<Change> {
    let body = site.field("body").filter(|_| site.is(&[Enum]));
    body.map(|body| site.inserted(body.start_byte() + 1, " Seeded,")).into_iter().collect()
}

pub(super) fn variant_renamed(site: &Site<'_>) -> Vec<Change> {
    let Some(name) = site.field("name").filter(|_| site.is(&[Variant])) else { return vec![] };
    let new = format!("{}Seeded", site.text(name));
    let also: Vec<_> = site.items.iter().map(|item| renamed(item, &new)).collect();
    vec![site.replaced(name, new).also(also)]
}

pub(super) fn payload_type_changed(site: &Site<'_>) -> Vec<Change> {
    let types = payload(site).into_iter();
    types.map(|ty| site.replaced(ty, other_type(site.text(ty)))).collect()
}

pub(super) fn payload_added(site: &Site<'_>) -> Vec<Change> {
    let is_unit = site.field("body").is_none() && site.field("value").is_none();
    let name = site.field("name").filter(|_| is_unit && site.is(&[Variant]));
    name.map(|name| site.inserted(name.end_byte(), "(u8)")).into_iter().collect()
}

pub(super) fn payload_removed(site: &Site<'_>) -> Vec<Change> {
    let body = site.field("body").filter(|_| site.is(&[Variant]));
    body.map(|body| site.removed(body.byte_range())).into_iter().collect()
}

/// The types of a variant's fields.
fn payload<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    let Some(body) = site.field("body").filter(|_| site.is(&[Variant])) else { return vec![] };
    let mut cursor = body.walk();
    match body.kind() {
        "ordered_field_declaration_list" => body.children_by_field_name("type", &mut cursor).collect(),
        _ => children(body).into_iter().filter_map(|field| field.child_by_field_name("type")).collect(),
    }
}

pub(super) fn discriminant_changed(site: &Site<'_>) -> Vec<Change> {
    let value = site.field("value").filter(|_| site.is(&[Variant]));
    value.map(|value| site.replaced(value, format!("{} + 100", site.text(value)))).into_iter().collect()
}

/// Two variants without numbers of their own change places, and so their numbers.
pub(super) fn variants_swapped(site: &Site<'_>) -> Vec<Change> {
    let variants = site.field("body").filter(|_| site.is(&[Enum])).map(children).unwrap_or_default();
    let variants: Vec<_> = variants.into_iter().filter(|node| node.kind() == "enum_variant").collect();
    let is_plain = |node: &Node<'_>| node.child_count() == 1;
    if !variants.iter().all(is_plain) {
        return vec![];
    }
    let swapped = variants.windows(2).map(|pair| {
        site.replaced(pair[0], site.text(pair[1])).and(site, pair[1].byte_range(), site.text(pair[0]))
    });
    swapped.collect()
}

pub(super) fn field_made_private(site: &Site<'_>) -> Vec<Change> {
    let visibility = field_visibility(site);
    visibility.map(|node| site.removed(node.byte_range()).also(site.parents())).into_iter().collect()
}

pub(super) fn field_made_public(site: &Site<'_>) -> Vec<Change> {
    // A field with attributes may be configured out.
    let is_plain = |node: &Node<'_>| attributes(*node).is_empty();
    let is_private = |node: &Node<'_>| child_of_kind(*node, "visibility_modifier").is_none();
    let private = named_fields(site).into_iter().filter(|node| is_private(node) && is_plain(node));
    private.map(|node| site.inserted(node.start_byte(), "pub ")).collect()
}

pub(super) fn field_type_changed(site: &Site<'_>) -> Vec<Change> {
    let ty = field_type(site);
    ty.map(|ty| site.replaced(ty, other_type(site.text(ty)))).into_iter().collect()
}

pub(super) fn field_renamed(site: &Site<'_>) -> Vec<Change> {
    let Some(name) = site.field("name").filter(|_| site.is(&[Field])) else { return vec![] };
    let new = format!("{}_seeded", site.text(name));
    let also: Vec<_> = site.items.iter().map(|item| renamed(item, &new)).collect();
    vec![site.replaced(name, new).also(also)]
}

pub(super) fn field_removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Field]) || site.node.kind() != "field_declaration" {
        return vec![];
    }
    let range = element(site.source(), with_attributes(site.node, site.source()));
    vec![site.removed(range).also(site.parents())]
}

/// What could be built from its fields alone cannot any more.
pub(super) fn private_field_added(site: &Site<'_>) -> Vec<Change> {
    let fields = named_fields(site);
    let is_open = fields.iter().all(|node| is_public(*node));
    let first = fields.first().filter(|_| is_open);
    first.map(|node| site.inserted(node.start_byte(), "seeded: u8, ")).into_iter().collect()
}

/// A struct that could be sent to another thread cannot any more.
pub(super) fn auto_trait_lost(site: &Site<'_>) -> Vec<Change> {
    let fields = named_fields(site);
    let is_closed = fields.iter().any(|node| !is_public(*node));
    let first = fields.first().filter(|_| is_closed);
    let change =
        first.map(|node| site.inserted(node.start_byte(), "seeded: core::marker::PhantomData<*const ()>, "));
    change.into_iter().collect()
}

fn named_fields<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    let body = site.field("body").filter(|_| site.is(&[Struct]));
    let all = body.map(children).unwrap_or_default();
    all.into_iter().filter(|node| node.kind() == "field_declaration").collect()
}

/// Of a field of a tuple, the site is its type.
fn field_visibility<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    if !site.is(&[Field]) {
        return None;
    }
    let before = site.node.prev_sibling().filter(|node| node.kind() == "visibility_modifier");
    site.child("visibility_modifier").or(before)
}

fn field_type<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    if !site.is(&[Field]) {
        return None;
    }
    if site.node.kind() == "field_declaration" { site.field("type") } else { Some(site.node) }
}

/// Variants that a macro makes have no syntax of their own.
fn is_generated(site: &Site<'_>) -> bool {
    site.node.kind() != "enum_variant"
}

pub(super) fn derive_removed(site: &Site<'_>) -> Vec<Change> {
    let traits = derived(site).into_iter();
    traits.map(|node| site.removed(element(site.source(), node.byte_range()))).collect()
}

pub(super) fn derive_added(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Struct, Enum]) {
        return vec![];
    }
    let known: Vec<_> = site.items.iter().map(|item| item.path.as_str()).collect();
    let is_there = |name: &str| {
        let mut items = site.sample.api.items.iter();
        items.any(|item| known.iter().any(|path| item.path.starts_with(&format!("<{path} as {name}"))))
    };
    let missing = ["Default", "Hash", "PartialOrd"].into_iter().filter(|name| !is_there(name));
    missing.map(|name| site.inserted(site.node.start_byte(), format!("#[derive({name})] "))).collect()
}

/// The names in the derives of a type.
fn derived<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    if !site.is(&[Struct, Enum, Union]) {
        return vec![];
    }
    let lists = site.attributes("derive").into_iter().flat_map(descendants);
    lists.filter(|node| node.kind() == "identifier" && site.text(*node) != "derive").collect()
}
