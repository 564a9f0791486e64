//! `use` and `extern crate` as lists of imports.

use super::krate::{Import, Krate, Site};
use super::load::is_public;
use super::source::{child_of_kind, children, has_token};
use crate::Node;

/// Stands first in a path that starts outside of the crate.
pub(super) const OUTSIDE: &str = "::";
/// Deeper trees of braces than this are not read.
const MAX_DEPTH: usize = 64;

/// One name, or one glob, of a `use`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UseLeaf<'t> {
    pub(crate) path: Vec<&'t str>,
    /// The name that it gets, which may be `_`; nothing for a glob.
    pub(crate) name: Option<&'t str>,
}

/// What the `use` declaration at a node of `text` imports.
pub(crate) fn use_leaves<'t>(text: &'t str, declaration: Node<'_>) -> Vec<UseLeaf<'t>> {
    let mut tree = UseTree { text, leaves: vec![] };
    if let Some(argument) = declaration.child_by_field_name("argument") {
        tree.read(&[], argument, 0);
    }
    tree.leaves
}

/// The imports of one `use`.
pub(super) fn imports<'t>(krate: &Krate<'t>, site: Site<'t>, is_public: bool) -> Vec<Import<'t>> {
    let leaves = use_leaves(&krate.sources.file(site.file).text, site.node);
    let named = leaves.into_iter().filter(|leaf| leaf.name != Some("_"));
    named.map(|UseLeaf { path, name }| Import { path, name, is_public, site }).collect()
}

/// The import that an `extern crate` is.
pub(super) fn extern_crate<'t>(krate: &Krate<'t>, site: Site<'t>) -> Option<Import<'t>> {
    let name = krate.text(site.at(site.node.child_by_field_name("name")?));
    let alias = site.node.child_by_field_name("alias").map_or(name, |alias| krate.text(site.at(alias)));
    let path = if name == "self" { vec!["crate"] } else { vec![OUTSIDE, name] };
    Some(Import { path, name: Some(alias), is_public: is_public(krate, site), site })
}

/// The segments of a path without generic arguments; a leading `::` is a segment.
pub(super) fn segments(text: &str) -> Vec<&str> {
    let mut segments: Vec<&str> = text.split("::").map(str::trim).collect();
    if segments.first().is_some_and(|first| first.is_empty()) {
        segments[0] = OUTSIDE;
    }
    segments
}

struct UseTree<'t> {
    text: &'t str,
    leaves: Vec<UseLeaf<'t>>,
}

impl<'t> UseTree<'t> {
    fn text(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn read(&mut self, prefix: &[&'t str], node: Node<'_>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match node.kind() {
            "use_list" => self.read_all(prefix, node, depth),
            "scoped_use_list" => {
                let path = node
                    .child_by_field_name("path")
                    .map_or_else(|| prefix.to_vec(), |path| self.path(prefix, path));
                let path = if path.is_empty() && has_token(node, "::") { vec![OUTSIDE] } else { path };
                if let Some(list) = child_of_kind(node, "use_list") {
                    self.read_all(&path, list, depth);
                }
            }
            "use_wildcard" => {
                let path = node
                    .named_children()
                    .next()
                    .map_or_else(|| prefix.to_vec(), |path| self.path(prefix, path));
                self.push(path, None);
            }
            "use_as_clause" => {
                let (Some(path), Some(alias)) =
                    (node.child_by_field_name("path"), node.child_by_field_name("alias"))
                else {
                    return;
                };
                let alias = self.text(alias);
                self.named(self.path(prefix, path), alias);
            }
            "identifier" | "scoped_identifier" | "self" | "crate" | "super" => {
                let path = self.path(prefix, node);
                let name = path.iter().rfind(|segment| **segment != "self").copied();
                if let Some(name) = name {
                    self.named(path, name);
                }
            }
            _ => {}
        }
    }

    fn read_all(&mut self, prefix: &[&'t str], list: Node<'_>, depth: usize) {
        for child in children(list) {
            self.read(prefix, child, depth + 1);
        }
    }

    fn path(&self, prefix: &[&'t str], node: Node<'_>) -> Vec<&'t str> {
        [prefix, &segments(self.text(node))].concat()
    }

    /// `a::{self}` is `a`.
    fn named(&mut self, mut path: Vec<&'t str>, name: &'t str) {
        if path.len() > 1 && path.last() == Some(&"self") {
            path.pop();
        }
        self.push(path, Some(name));
    }

    fn push(&mut self, path: Vec<&'t str>, name: Option<&'t str>) {
        self.leaves.push(UseLeaf { path, name });
    }
}
