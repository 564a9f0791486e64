//! Changes of what type parameters and lifetimes have to fulfil.

use super::change::Change;
use super::site::{Site, What};
use crate::edits::{child_of_kind, children};
use tree_sitter::Node;

pub(super) fn bound_added(site: &Site<'_>) -> Vec<Change> {
    let parameters = parameters(site, "type_parameter").into_iter();
    let changes = parameters.filter_map(|parameter| match parameter.child_by_field_name("bounds") {
        Some(bounds) => Some(site.inserted(bounds.end_byte(), " + Unpin")),
        None => Some(site.inserted(parameter.child_by_field_name("name")?.end_byte(), ": Unpin")),
    });
    changes.collect()
}

pub(super) fn bound_removed(site: &Site<'_>) -> Vec<Change> {
    let parameters = parameters(site, "type_parameter").into_iter();
    let lists = parameters.filter_map(|parameter| parameter.child_by_field_name("bounds"));
    lists.flat_map(|list| without_each(site, list)).collect()
}

pub(super) fn where_bound_added(site: &Site<'_>) -> Vec<Change> {
    let lists = where_bounds(site).into_iter();
    lists.map(|bounds| site.inserted(bounds.end_byte(), " + Unpin")).collect()
}

pub(super) fn where_bound_removed(site: &Site<'_>) -> Vec<Change> {
    where_bounds(site).into_iter().flat_map(|list| without_each(site, list)).collect()
}

pub(super) fn lifetime_bound_added(site: &Site<'_>) -> Vec<Change> {
    let parameters = parameters(site, "lifetime_parameter").into_iter();
    let free = parameters.filter(|parameter| parameter.child_by_field_name("bounds").is_none());
    free.map(|parameter| site.inserted(parameter.end_byte(), ": 'static")).collect()
}

fn parameters<'s>(site: &Site<'s>, kind: &str) -> Vec<Node<'s>> {
    if is_derived(site) {
        return vec![];
    }
    let all = site.field("type_parameters").map(children).unwrap_or_default();
    all.into_iter().filter(|node| node.kind() == kind).collect()
}

fn where_bounds<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    let clause = site.child("where_clause").filter(|_| !is_derived(site));
    let predicates = clause.map(children).unwrap_or_default().into_iter();
    // Bounds of lifetimes are not for types.
    let of_types = predicates
        .filter(|node| node.child_by_field_name("left").is_some_and(|left| left.kind() != "lifetime"));
    of_types.filter_map(|node| node.child_by_field_name("bounds")).collect()
}

/// The site of a derived implementation is that of its type.
fn is_derived(site: &Site<'_>) -> bool {
    site.is(&[ghostlib_model::ApiKind::TraitImpl]) && site.node.kind() != "impl_item"
        || site.what == What::ReExport
}

/// The list of bounds without one of them, for each.
fn without_each(site: &Site<'_>, list: Node<'_>) -> Vec<Change> {
    let bounds: Vec<_> = children(list).into_iter().filter(Node::is_named).collect();
    if let [_] = bounds[..] {
        return match child_of_kind(list, ":") {
            Some(_) => vec![site.removed(list.byte_range())],
            None => vec![],
        };
    }
    let changes = bounds.iter().enumerate().map(|(index, bound)| match bounds.get(index + 1) {
        Some(next) => site.removed(bound.start_byte()..next.start_byte()),
        None => site.removed(bounds[index - 1].end_byte()..bound.end_byte()),
    });
    changes.collect()
}
