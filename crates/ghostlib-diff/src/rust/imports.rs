//! `use` and `extern crate` as lists of imports.

use super::krate::{Import, Krate, Site};
use super::load::is_public;
use super::source::{child_of_kind, children, has_token};
use crate::Node;

/// Stands first in a path that starts outside of the crate.
pub(super) const OUTSIDE: &str = "::";
/// Deeper trees of braces than this are not read.
const MAX_DEPTH: usize = 64;

/// The imports of one `use`.
pub(super) fn imports<'t>(krate: &Krate<'t>, site: Site<'t>, is_public: bool) -> Vec<Import<'t>> {
    let mut tree = UseTree { krate, site, is_public, imports: vec![] };
    if let Some(argument) = site.node.child_by_field_name("argument") {
        tree.read(&[], argument, 0);
    }
    tree.imports
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

struct UseTree<'k, 't> {
    krate: &'k Krate<'t>,
    site: Site<'t>,
    is_public: bool,
    imports: Vec<Import<'t>>,
}

impl<'t> UseTree<'_, 't> {
    fn read(&mut self, prefix: &[&'t str], node: Node<'t>, depth: usize) {
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
                let alias = self.krate.text(self.site.at(alias));
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

    fn read_all(&mut self, prefix: &[&'t str], list: Node<'t>, depth: usize) {
        for child in children(list) {
            self.read(prefix, child, depth + 1);
        }
    }

    fn path(&self, prefix: &[&'t str], node: Node<'t>) -> Vec<&'t str> {
        [prefix, &segments(self.krate.text(self.site.at(node)))].concat()
    }

    /// `a::{self}` is `a`.
    fn named(&mut self, mut path: Vec<&'t str>, name: &'t str) {
        if path.len() > 1 && path.last() == Some(&"self") {
            path.pop();
        }
        if name != "_" {
            self.push(path, Some(name));
        }
    }

    fn push(&mut self, path: Vec<&'t str>, name: Option<&'t str>) {
        self.imports.push(Import { path, name, is_public: self.is_public, site: self.site });
    }
}
