//! Changes of constants, statics, type aliases, macros and the insides of functions.

use super::change::{Change, other_type, renamed};
use super::site::Site;
use crate::edits::{children, descendants, with_attributes};
use ghostlib_model::ApiKind::{Const, Macro, Static, TypeAlias};
use tree_sitter::Node;

pub(super) fn constant_removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Const, Static]) || site.is_in_trait() {
        return vec![];
    }
    vec![site.removed(with_attributes(site.node, site.source()))]
}

pub(super) fn constant_renamed(site: &Site<'_>) -> Vec<Change> {
    let Some(name) = site.field("name").filter(|_| site.is(&[Const, Static])) else { return vec![] };
    let new = format!("{}_SEEDED", site.text(name));
    let also: Vec<_> = site.items.iter().map(|item| renamed(item, &new)).collect();
    vec![site.replaced(name, new).also(also)]
}

pub(super) fn constant_type_changed(site: &Site<'_>) -> Vec<Change> {
    let ty = site.field("type").filter(|_| site.is(&[Const, Static]));
    ty.map(|ty| site.replaced(ty, other_type(site.text(ty)))).into_iter().collect()
}

pub(super) fn constant_value_changed(site: &Site<'_>) -> Vec<Change> {
    let value = site.field("value").filter(|_| site.is(&[Const, Static]));
    let literal = value.map(descendants).unwrap_or_default().into_iter().find_map(|node| {
        let text = site.text(node);
        match node.kind() {
            "integer_literal" => Some(site.replaced(node, format!("1{text}")).clone()),
            "string_literal" => Some(site.inserted(node.start_byte() + text.find('"')? + 1, "seeded")),
            "boolean_literal" => Some(site.replaced(node, if text == "true" { "false" } else { "true" })),
            _ => None,
        }
    });
    literal.into_iter().collect()
}

pub(super) fn const_made_static(site: &Site<'_>) -> Vec<Change> {
    let is_free = site.node.parent().is_some_and(|parent| parent.kind() == "source_file");
    let keyword = site.child("const").filter(|_| is_free && site.is(&[Const]));
    keyword.map(|node| site.replaced(node, "static")).into_iter().collect()
}

pub(super) fn static_made_mutable(site: &Site<'_>) -> Vec<Change> {
    let name = site.field("name").filter(|_| site.is(&[Static]) && site.child("mutable_specifier").is_none());
    name.map(|node| site.inserted(node.start_byte(), "mut ")).into_iter().collect()
}

pub(super) fn alias_target_changed(site: &Site<'_>) -> Vec<Change> {
    let target = alias(site).and_then(|_| site.field("type"));
    let change = target.map(|ty| site.replaced(ty, other_type(site.text(ty))));
    change.map(|change| change.also(users(site))).into_iter().collect()
}

pub(super) fn alias_removed(site: &Site<'_>) -> Vec<Change> {
    let change = alias(site).map(|node| site.removed(with_attributes(node, site.source())));
    change.map(|change| change.also(users(site))).into_iter().collect()
}

/// The items that name an alias: they change with it.
fn users(site: &Site<'_>) -> Vec<String> {
    let name = site.field("name").map(|name| site.text(name)).unwrap_or_default();
    let items = site.sample.api.items.iter();
    let users = items.filter(|item| {
        let mut files = site.sample.tree.files.iter();
        let file = files.find(|file| *file.path == *item.place.file);
        let text = file.and_then(|file| file.text.get(item.place.span.start..item.place.span.end));
        text.is_some_and(|text| text.contains(name))
    });
    users.map(|item| item.path.clone()).collect()
}

fn alias<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    (site.is(&[TypeAlias]) && site.node.kind() == "type_item" && !site.is_in_trait()).then_some(site.node)
}

pub(super) fn macro_export_removed(site: &Site<'_>) -> Vec<Change> {
    if !site.is(&[Macro]) {
        return vec![];
    }
    site.attributes("macro_export").into_iter().map(|node| site.removed(node.byte_range())).collect()
}

pub(super) fn macro_arm_removed(site: &Site<'_>) -> Vec<Change> {
    let arms = macro_arms(site);
    let several = arms.iter().filter(|_| arms.len() > 1);
    let changes = several.filter_map(|arm| {
        let semicolon = arm.next_sibling().filter(|node| node.kind() == ";")?;
        Some(site.removed(arm.start_byte()..semicolon.end_byte()))
    });
    changes.collect()
}

pub(super) fn macro_pattern_changed(site: &Site<'_>) -> Vec<Change> {
    let patterns = macro_arms(site).into_iter().filter_map(|arm| arm.child_by_field_name("left"));
    patterns.map(|pattern| site.inserted(pattern.start_byte() + 1, "seeded ")).collect()
}

fn macro_arms<'s>(site: &Site<'s>) -> Vec<Node<'s>> {
    let all = if site.is(&[Macro]) { children(site.node) } else { vec![] };
    all.into_iter().filter(|node| node.kind() == "macro_rule").collect()
}

pub(super) fn first_unsafe_block(site: &Site<'_>) -> Vec<Change> {
    if has_unsafe(site) { vec![] } else { unsafe_block(site) }
}

pub(super) fn another_unsafe_block(site: &Site<'_>) -> Vec<Change> {
    if has_unsafe(site) { unsafe_block(site) } else { vec![] }
}

fn has_unsafe(site: &Site<'_>) -> bool {
    site.sample.api.unsafe_code.as_ref().is_some_and(|places| !places.is_empty())
}

fn unsafe_block(site: &Site<'_>) -> Vec<Change> {
    let body = site.field("body").filter(|_| site.is_function());
    body.map(|body| site.inserted(body.start_byte() + 1, " unsafe {}")).into_iter().collect()
}
