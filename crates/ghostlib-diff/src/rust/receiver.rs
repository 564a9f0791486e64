//! How a method takes `self`.

use super::function::type_of;
use super::source::{children, has_token};
use super::text::glued;
use super::types::Renderer;
use crate::Node;
use ghostlib_model::Receiver;

/// `self`, `&self`, `&'a mut self`, or `self: Type`.
pub(super) fn text<'t>(renderer: &Renderer<'_, 't>, node: Node<'t>) -> String {
    if node.kind() == "self_parameter" {
        let is_reference = renderer.text(node).starts_with('&');
        let parts =
            children(node).into_iter().filter(|child| is_reference || child.kind() != "mutable_specifier");
        return glued(parts.map(|child| part(renderer, child)).filter(|part| !part.is_empty()));
    }
    let ty = type_of(node);
    match target(ty) {
        Some(of) if is_self(renderer, of) => {
            let lifetime = children(ty).into_iter().find(|child| child.kind() == "lifetime");
            let lifetime = lifetime.map(|lifetime| part(renderer, lifetime)).filter(|name| !name.is_empty());
            let mutable = has_token(ty, "mutable_specifier").then(|| "mut".to_owned());
            glued(["&".to_owned()].into_iter().chain(lifetime).chain(mutable).chain(["self".to_owned()]))
        }
        None if is_self(renderer, ty) => "self".to_owned(),
        _ => format!("self: {}", renderer.ty(ty)),
    }
}

/// What says which lifetime an elided one in the return type is: the receiver, or its type, where it is a reference.
pub(super) fn reference<'t>(renderer: &Renderer<'_, 't>, node: Node<'t>) -> Option<Node<'t>> {
    if node.kind() == "self_parameter" {
        return Some(node).filter(|node| renderer.text(*node).starts_with('&'));
    }
    let ty = type_of(node);
    target(ty).filter(|of| is_self(renderer, *of)).map(|_| ty)
}

pub(super) fn kind(text: &str) -> Receiver {
    match (text.starts_with('&'), text) {
        (true, text) if text.contains("mut ") => Receiver::RefMut,
        (true, _) => Receiver::Ref,
        (false, "self") => Receiver::Value,
        (false, _) => Receiver::Typed,
    }
}

/// A word of a receiver; a lifetime by its name here, and nothing where it is elided.
fn part<'t>(renderer: &Renderer<'_, 't>, node: Node<'t>) -> String {
    match (node.kind(), renderer.text(node)) {
        ("lifetime", "'_") => String::new(),
        ("lifetime", name) => {
            let bound = renderer.bindings.lifetimes.get(name);
            bound.map_or_else(|| name.to_owned(), |bound| bound.clone().unwrap_or_default())
        }
        (_, text) => text.to_owned(),
    }
}

/// What a reference refers to.
fn target(ty: Node<'_>) -> Option<Node<'_>> {
    ty.child_by_field_name("type").filter(|_| ty.kind() == "reference_type")
}

/// Whether a type is that of the `impl`, by the name `Self` or by its own. Its arguments need not be looked at: no
/// other type of that name can be a receiver.
fn is_self<'t>(renderer: &Renderer<'_, 't>, ty: Node<'t>) -> bool {
    let name = |text: &str| text.split('<').next().map(str::to_owned);
    let is_own = |own: &String| name(own) == name(&renderer.ty(ty));
    renderer.text(ty) == "Self" || renderer.bindings.self_type.as_ref().is_some_and(is_own)
}
