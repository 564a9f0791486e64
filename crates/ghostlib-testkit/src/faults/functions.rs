//! Changes of functions and methods.

use super::change::{Change, element, other_type, renamed};
use super::site::Site;
use crate::edits::{child_of_kind, children, descendants, with_attributes};
use tree_sitter::Node;

pub(super) fn removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is_function() || site.is_in_trait() {
        return vec![];
    }
    vec![site.removed(with_attributes(site.node, site.source()))]
}

pub(super) fn made_crate_private(site: &Site<'_>) -> Vec<Change> {
    visibility(site).map(|node| site.replaced(node, "pub(crate)")).into_iter().collect()
}

pub(super) fn made_private(site: &Site<'_>) -> Vec<Change> {
    visibility(site).map(|node| site.removed(node.byte_range())).into_iter().collect()
}

fn visibility<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    site.child("visibility_modifier").filter(|_| site.is_function())
}

pub(super) fn is_renamed(site: &Site<'_>) -> Vec<Change> {
    let Some(name) = site.field("name").filter(|_| site.is_function()) else { return vec![] };
    let new = format!("{}_seeded", site.text(name));
    let also = site.items.iter().map(|item| renamed(item, &new)).collect::<Vec<_>>();
    vec![site.replaced(name, new).also(also)]
}

pub(super) fn parameter_type_changed(site: &Site<'_>) -> Vec<Change> {
    let types = parameter_types(site).into_iter();
    types.map(|ty| site.replaced(ty, other_type(site.text(ty)))).collect()
}

fn parameter_types<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    if !site.is_function() {
        return vec![];
    }
    let parameters = site.parameters().into_iter();
    // A typed `self` is a receiver.
    let plain = parameters
        .filter(|node| node.child_by_field_name("pattern").is_some_and(|pattern| pattern.kind() != "self"));
    plain.filter_map(|node| node.child_by_field_name("type")).collect()
}

pub(super) fn parameter_mutability_changed(site: &Site<'_>) -> Vec<Change> {
    let references = parameter_types(site).into_iter().filter(|ty| ty.kind() == "reference_type");
    let changes = references.filter_map(|ty| match child_of_kind(ty, "mutable_specifier") {
        Some(mutable) => Some(site.removed(mutable.byte_range())),
        None => Some(site.inserted(ty.child_by_field_name("type")?.start_byte(), "mut ")),
    });
    changes.collect()
}

pub(super) fn parameter_added(site: &Site<'_>) -> Vec<Change> {
    let Some(parameters) = site.field("parameters").filter(|_| site.is_function()) else { return vec![] };
    let Some(last) = children(parameters).into_iter().rfind(Node::is_named) else {
        return vec![site.replaced(parameters, "(seeded: u8)")];
    };
    vec![site.inserted(last.end_byte(), ", seeded: u8")]
}

pub(super) fn parameter_removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is_function() {
        return vec![];
    }
    let parameters = site.parameters().into_iter();
    parameters.map(|node| site.removed(element(site.source(), node.byte_range()))).collect()
}

pub(super) fn parameters_swapped(site: &Site<'_>) -> Vec<Change> {
    let types = parameter_types(site);
    let pairs = types.windows(2).filter(|pair| site.text(pair[0]) != site.text(pair[1]));
    let changes = pairs.map(|pair| {
        site.replaced(pair[0], site.text(pair[1])).and(site, pair[1].byte_range(), site.text(pair[0]))
    });
    changes.collect()
}

pub(super) fn return_type_changed(site: &Site<'_>) -> Vec<Change> {
    return_type(site).map(|ty| site.replaced(ty, other_type(site.text(ty)))).into_iter().collect()
}

pub(super) fn return_type_removed(site: &Site<'_>) -> Vec<Change> {
    let (Some(ty), Some(parameters)) = (return_type(site), site.field("parameters")) else { return vec![] };
    vec![site.removed(parameters.end_byte()..ty.end_byte())]
}

pub(super) fn return_type_added(site: &Site<'_>) -> Vec<Change> {
    let Some(parameters) = site.field("parameters").filter(|_| site.is_function()) else { return vec![] };
    if return_type(site).is_some() { vec![] } else { vec![site.inserted(parameters.end_byte(), " -> u8")] }
}

pub(super) fn error_type_changed(site: &Site<'_>) -> Vec<Change> {
    let Some(ty) = return_type(site).filter(|ty| ty.kind() == "generic_type") else { return vec![] };
    let is_result = ty.child_by_field_name("type").is_some_and(|name| site.text(name).ends_with("Result"));
    let arguments = ty.child_by_field_name("type_arguments").map(children).unwrap_or_default();
    let arguments: Vec<_> = arguments.into_iter().filter(Node::is_named).collect();
    match arguments[..] {
        [_, error] if is_result => vec![site.replaced(error, other_type(site.text(error)))],
        _ => vec![],
    }
}

/// A reference in what is returned lives as long as the program.
pub(super) fn return_lifetime_changed(site: &Site<'_>) -> Vec<Change> {
    let references = return_type(site).map(descendants).unwrap_or_default().into_iter();
    let references = references.filter(|node| node.kind() == "reference_type");
    let changes = references.filter_map(|node| match child_of_kind(node, "lifetime") {
        Some(lifetime) if site.text(lifetime) == "'static" => None,
        Some(lifetime) => Some(site.replaced(lifetime, "'static")),
        None => Some(site.inserted(node.start_byte() + 1, "'static ")),
    });
    changes.collect()
}

fn return_type<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    site.field("return_type").filter(|_| site.is_function())
}

pub(super) fn receiver_mutability_changed(site: &Site<'_>) -> Vec<Change> {
    let Some(receiver) = receiver(site) else { return vec![] };
    let text = site.text(receiver);
    match (text.starts_with('&'), child_of_kind(receiver, "mutable_specifier")) {
        (true, Some(mutable)) => vec![site.removed(mutable.byte_range())],
        (true, None) => vec![site.inserted(receiver.end_byte() - "self".len(), "mut ")],
        (false, _) => vec![],
    }
}

pub(super) fn receiver_ownership_changed(site: &Site<'_>) -> Vec<Change> {
    let Some(receiver) = receiver(site) else { return vec![] };
    let new = if site.text(receiver).starts_with('&') { "self" } else { "&self" };
    vec![site.replaced(receiver, new)]
}

pub(super) fn receiver_removed(site: &Site<'_>) -> Vec<Change> {
    let receiver = receiver(site).into_iter();
    receiver.map(|node| site.removed(element(site.source(), node.byte_range()))).collect()
}

fn receiver<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    let parameters = site.field("parameters").filter(|_| site.is_function())?;
    child_of_kind(parameters, "self_parameter")
}

pub(super) fn const_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = !site.is_in_trait() && !has_modifier(site, &["const", "async"]);
    first_modifier(site).filter(|_| is_free).map(|at| site.inserted(at, "const ")).into_iter().collect()
}

pub(super) fn const_removed(site: &Site<'_>) -> Vec<Change> {
    let modifiers = site.child("function_modifiers").filter(|_| site.is_function());
    let const_token = modifiers.and_then(|node| child_of_kind(node, "const")).into_iter();
    const_token.map(|node| site.removed(node.byte_range())).collect()
}

pub(super) fn async_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = !has_modifier(site, &["const", "async", "extern_modifier"]);
    first_modifier(site).filter(|_| is_free).map(|at| site.inserted(at, "async ")).into_iter().collect()
}

pub(super) fn unsafe_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = !has_modifier(site, &["unsafe", "extern_modifier"]);
    site.child("fn")
        .filter(|_| is_free && site.is_function())
        .map(|node| site.inserted(node.start_byte(), "unsafe "))
        .into_iter()
        .collect()
}

pub(super) fn extern_added(site: &Site<'_>) -> Vec<Change> {
    let is_free = !has_modifier(site, &["extern_modifier"]);
    let keyword = site.child("fn").filter(|_| is_free && site.is_function());
    keyword.map(|node| site.inserted(node.start_byte(), "extern \"C\" ")).into_iter().collect()
}

fn has_modifier(site: &Site<'_>, kinds: &[&str]) -> bool {
    let modifiers = site.child("function_modifiers").map(children).unwrap_or_default();
    modifiers.iter().any(|node| kinds.contains(&node.kind()))
}

/// Where the first of `const`, `async`, `unsafe`, `extern` and `fn` stands.
fn first_modifier(site: &Site<'_>) -> Option<usize> {
    let node = site.child("function_modifiers").or_else(|| site.child("fn"))?;
    site.is_function().then_some(node.start_byte())
}

pub(super) fn type_parameter_added(site: &Site<'_>) -> Vec<Change> {
    if !site.is_function() {
        return vec![];
    }
    with_type_parameter(site, Change::default(), "Seeded").into_iter().collect()
}

/// `impl Trait` becomes a type parameter that a caller can name.
pub(super) fn impl_trait_named(site: &Site<'_>) -> Vec<Change> {
    let types = parameter_types(site).into_iter().filter(|ty| ty.kind() == "abstract_type");
    let changes = types.filter_map(|ty| {
        let bounds = site.text(ty).strip_prefix("impl")?.trim();
        with_type_parameter(site, site.replaced(ty, "Seeded"), &format!("Seeded: {bounds}"))
    });
    changes.collect()
}

fn with_type_parameter(site: &Site<'_>, change: Change, parameter: &str) -> Option<Change> {
    let Some(list) = site.field("type_parameters") else {
        let end = site.field("name")?.end_byte();
        return Some(change.and(site, end..end, format!("<{parameter}>")));
    };
    let end = children(list).into_iter().rfind(Node::is_named)?.end_byte();
    Some(change.and(site, end..end, format!(", {parameter}")))
}
