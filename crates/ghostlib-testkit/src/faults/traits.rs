//! Changes of traits and of what implements them.

use super::change::{Change, other_type};
use super::site::Site;
use crate::edits::{children, descendants, with_attributes};
use ghostlib_model::ApiKind::{Const, Method, Trait, TraitImpl, TypeAlias};
use tree_sitter::Node;

pub(super) fn impl_removed(site: &Site<'_>) -> Vec<Change> {
    block(site).map(|node| site.removed(with_attributes(node, site.source()))).into_iter().collect()
}

pub(super) fn impl_argument_changed(site: &Site<'_>) -> Vec<Change> {
    let of_trait = block(site).and_then(|_| site.field("trait"));
    let arguments = of_trait.and_then(|node| node.child_by_field_name("type_arguments"));
    let arguments = arguments.map(children).unwrap_or_default().into_iter();
    let types =
        arguments.filter(|node| node.is_named() && !matches!(node.kind(), "lifetime" | "type_binding"));
    types.map(|ty| site.replaced(ty, other_type(site.text(ty)))).collect()
}

pub(super) fn associated_type_changed(site: &Site<'_>) -> Vec<Change> {
    let body = block(site).and_then(|_| site.field("body")).map(children).unwrap_or_default();
    let types = body.into_iter().filter(|node| node.kind() == "type_item");
    let types = types.filter_map(|node| node.child_by_field_name("type"));
    types.map(|ty| site.replaced(ty, other_type(site.text(ty)))).collect()
}

fn block<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    (site.is(&[TraitImpl]) && site.node.kind() == "impl_item").then_some(site.node)
}

pub(super) fn member_removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Method, Const, TypeAlias]) || !site.is_in_trait() {
        return vec![];
    }
    vec![site.removed(with_attributes(site.node, site.source()))]
}

pub(super) fn required_method_added(site: &Site<'_>) -> Vec<Change> {
    added(site, " fn seeded(&self) -> u8;")
}

pub(super) fn provided_method_added(site: &Site<'_>) -> Vec<Change> {
    added(site, " fn seeded(&self) -> u8 { 0 }")
}

fn added(site: &Site<'_>, member: &str) -> Vec<Change> {
    let body = site.field("body").filter(|_| site.is(&[Trait]));
    body.map(|body| site.inserted(body.start_byte() + 1, member)).into_iter().collect()
}

pub(super) fn default_added(site: &Site<'_>) -> Vec<Change> {
    let is_required = site.node.kind() == "function_signature_item" && site.is_in_trait();
    let end = site.node.end_byte();
    if is_required && site.is_function() {
        vec![Change::default().and(site, end - 1..end, " { loop {} }")]
    } else {
        vec![]
    }
}

pub(super) fn default_removed(site: &Site<'_>) -> Vec<Change> {
    let body = site.field("body").filter(|_| site.is_function() && site.is_in_trait());
    body.map(|body| site.replaced(body, ";")).into_iter().collect()
}

pub(super) fn supertrait_added(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Trait]) {
        return vec![];
    }
    match (site.field("bounds"), site.field("type_parameters").or_else(|| site.field("name"))) {
        (Some(bounds), _) => vec![site.inserted(bounds.end_byte(), " + Unpin")],
        (None, Some(head)) => vec![site.inserted(head.end_byte(), ": Unpin")],
        (None, None) => vec![],
    }
}

pub(super) fn supertrait_removed(site: &Site<'_>) -> Vec<Change> {
    let bounds = site.field("bounds").filter(|_| site.is(&[Trait]));
    bounds.map(|bounds| site.removed(bounds.byte_range())).into_iter().collect()
}

pub(super) fn made_unsafe(site: &Site<'_>) -> Vec<Change> {
    let is_safe = site.child("unsafe").is_none();
    let keyword = site.child("trait").filter(|_| is_safe && site.is(&[Trait]));
    keyword.map(|node| site.inserted(node.start_byte(), "unsafe ")).into_iter().collect()
}

pub(super) fn associated_bound_added(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[TypeAlias]) || site.node.kind() != "associated_type" {
        return vec![];
    }
    match (site.field("bounds"), site.field("name")) {
        (Some(bounds), _) => vec![site.inserted(bounds.end_byte(), " + Unpin")],
        (None, Some(name)) => vec![site.inserted(name.end_byte(), ": Unpin")],
        (None, None) => vec![],
    }
}

/// The words of an error, in what displays it.
pub(super) fn message_changed(site: &Site<'_>) -> Vec<Change> {
    let is_error = site.items.iter().any(|item| {
        let type_name = item.path.strip_suffix(" as Display>");
        let mut all = site.sample.api.items.iter();
        type_name.is_some_and(|name| {
            all.any(|item| item.path.starts_with(&format!("{name} as ")) && item.path.ends_with("Error>"))
        })
    });
    let Some(block) = block(site).filter(|_| is_error) else { return vec![] };
    let words = descendants(block).into_iter().filter(|node| node.kind() == "string_literal");
    words.map(|node| site.inserted(node.start_byte() + 1, "seeded ")).collect()
}
