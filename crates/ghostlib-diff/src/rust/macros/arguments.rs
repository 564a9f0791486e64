//! The arguments of macros, read as what the macro makes.

use super::{Invocation, Position};
use crate::Node;
use crate::rust::cfg::Configuration;
use crate::rust::krate::{Krate, Site};
use crate::rust::language::GRAMMAR;
use crate::rust::meta::Meta;
use crate::rust::source::{Made, child_of_kind, children};
use ghostlib_model::Span;

/// The path by which a macro is invoked.
pub(super) fn macro_name<'t>(krate: &Krate<'t>, site: Site<'t>) -> &'t str {
    site.node.child_by_field_name("macro").map_or("", |name| krate.text(site.at(name)))
}

/// What stands between the brackets of an invocation, and where.
pub(super) fn inner<'t>(krate: &Krate<'t>, site: Site<'t>) -> Option<(Span, &'t str)> {
    let list = child_of_kind(site.node, "token_tree")?;
    between(krate, site.at(list))
}

fn between<'t>(krate: &Krate<'t>, list: Site<'t>) -> Option<(Span, &'t str)> {
    let text = krate.text(list);
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let start = list.node.start_byte() + 1;
    Some((Span::new(start, start + inner.len()), inner))
}

/// The items of the branch of a `cfg_if!` that is switched on.
pub(super) fn cfg_if<'t>(
    krate: &Krate<'t>,
    invocation: &Invocation<'t>,
    configuration: &Configuration,
) -> Option<Made> {
    let site = invocation.site;
    if macro_name(krate, site).rsplit("::").next() != Some("cfg_if") {
        return None;
    }
    let list = child_of_kind(site.node, "token_tree")?;
    // A condition holds for the next braces; `else` alone always does.
    let mut holds = true;
    for node in children(list) {
        let text = krate.text(site.at(node));
        if text.starts_with('[') {
            let condition = Meta::parse(text.trim_start_matches('['));
            holds = configuration.holds(condition.list.first()?, &mut |_: &str| ());
        } else if text.starts_with('{') && node.kind() == "token_tree" {
            if holds {
                return Some(Made::Slice(between(krate, site.at(node))?.0));
            }
            holds = true;
        }
    }
    // No branch is switched on.
    Some(Made::Text(String::new()))
}

/// The arguments, where all of them are items that need no macro.
pub(super) fn as_items<'t>(krate: &Krate<'t>, invocation: &Invocation<'t>) -> Option<Made> {
    let (span, text) = inner(krate, invocation.site)?;
    if invocation.position != Position::Items {
        return None;
    }
    let tree = GRAMMAR.parse(text)?;
    let root = tree.root();
    let are_items = !root.has_error() && children(root).iter().all(is_item);
    let has_any = children(root).iter().any(|node| node.kind() != "attribute_item");
    (are_items && has_any).then_some(Made::Arguments(span))
}

fn is_item(node: &Node<'_>) -> bool {
    let is_macro = matches!(node.kind(), "macro_definition" | "expression_statement");
    !is_macro && (node.kind().ends_with("_item") || node.kind().ends_with("_declaration"))
}
