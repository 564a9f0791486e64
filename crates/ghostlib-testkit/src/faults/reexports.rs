//! Changes of modules and of `pub use`.

use super::change::{Change, element, renamed};
use super::site::{Sample, Site, What};
use crate::edits::{child_of_kind, children, is_public, with_attributes};
use ghostlib_model::ApiKind;
use std::ops::Range;
use tree_sitter::Node;

/// Each name of the `pub use` declarations of the root, and of the public modules that stand in files of their own
/// name.
pub(super) fn sites(sample: &Sample) -> Vec<Site<'_>> {
    let mut sites = vec![];
    for (file, tree) in sample.trees.iter().enumerate() {
        let (Some(tree), Some(module)) = (tree, module_of(sample, file)) else { continue };
        let declarations = children(tree.root_node())
            .into_iter()
            .filter(|node| node.kind() == "use_declaration" && is_public(*node));
        for node in declarations.flat_map(leaves) {
            let mut site = Site { sample, file, node, what: What::ReExport, items: vec![] };
            let path = path_in(&module, site.text(name_of(node)));
            site.items = sample.api.items.iter().filter(|item| item.path == path).collect();
            sites.push(site);
        }
    }
    sites
}

/// The public path of the module whose file this is; empty for the root.
fn module_of(sample: &Sample, file: usize) -> Option<String> {
    let path = sample.tree.files[file].path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let module = path.trim_end_matches("/mod").replace('/', "::");
    if module == "lib" {
        return Some(String::new());
    }
    let mut items = sample.api.items.iter();
    items.any(|item| item.kind == ApiKind::Module && item.path == module).then_some(module)
}

fn path_in(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

/// The names of a `use`; globs have none.
fn leaves(declaration: Node<'_>) -> Vec<Node<'_>> {
    let mut leaves = vec![];
    let mut pending: Vec<_> = declaration.child_by_field_name("argument").into_iter().collect();
    while let Some(node) = pending.pop() {
        match node.kind() {
            "scoped_use_list" => pending.extend(node.child_by_field_name("list")),
            "use_list" => pending.extend(children(node).into_iter().filter(Node::is_named)),
            "use_as_clause" | "scoped_identifier" | "identifier" => leaves.push(node),
            _ => {}
        }
    }
    leaves
}

fn name_of(leaf: Node<'_>) -> Node<'_> {
    leaf.child_by_field_name("alias").or_else(|| leaf.child_by_field_name("name")).unwrap_or(leaf)
}

/// A name that leads to items of this crate.
pub(super) fn removed(site: &Site<'_>) -> Vec<Change> {
    let is_own = site.what == What::ReExport && !site.items.is_empty();
    if is_own { vec![site.removed(removal(site))] } else { vec![] }
}

/// A name that leads into another crate.
pub(super) fn foreign_removed(site: &Site<'_>) -> Vec<Change> {
    if site.what != What::ReExport || !site.items.is_empty() {
        return vec![];
    }
    let module = module_of(site.sample, site.file).unwrap_or_default();
    let path = path_in(&module, site.text(name_of(site.node)));
    vec![site.removed(removal(site)).also([path])]
}

pub(super) fn is_renamed(site: &Site<'_>) -> Vec<Change> {
    if site.what != What::ReExport || site.items.is_empty() || site.node.kind() == "use_as_clause" {
        return vec![];
    }
    let new = format!("{}Seeded", site.text(name_of(site.node)));
    let also: Vec<_> = site.items.iter().map(|item| renamed(item, &new)).collect();
    vec![site.inserted(site.node.end_byte(), format!(" as {new}")).also(also)]
}

/// The name in its list, or all of a declaration of one name.
fn removal(site: &Site<'_>) -> Range<usize> {
    match site.node.parent().filter(|parent| parent.kind() == "use_list") {
        Some(_) => element(site.source(), site.node.byte_range()),
        None => above_declaration(site.node)
            .map_or(site.node.byte_range(), |node| with_attributes(node, site.source())),
    }
}

fn above_declaration(leaf: Node<'_>) -> Option<Node<'_>> {
    std::iter::successors(leaf.parent(), Node::parent).find(|node| node.kind() == "use_declaration")
}

pub(super) fn module_made_private(site: &Site<'_>) -> Vec<Change> {
    let visibility = module(site).and_then(|node| child_of_kind(node, "visibility_modifier"));
    visibility.map(|node| site.removed(node.byte_range())).into_iter().collect()
}

pub(super) fn module_removed(site: &Site<'_>) -> Vec<Change> {
    module(site).map(|node| site.removed(with_attributes(node, site.source()))).into_iter().collect()
}

pub(super) fn module_added(site: &Site<'_>) -> Vec<Change> {
    let change = module(site).map(|node| site.inserted(node.start_byte(), "pub mod seeded {} "));
    let siblings = site.items.iter().map(|item| renamed(item, "seeded")).collect::<Vec<_>>();
    change.map(|change| change.also(siblings)).into_iter().collect()
}

fn module<'s>(site: &Site<'s>) -> Option<Node<'s>> {
    (site.is(&[ApiKind::Module]) && site.node.kind() == "mod_item").then_some(site.node)
}
