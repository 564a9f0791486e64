//! What an API block declares, as pieces of its text that can be left out.

use crate::node::walk;
use crate::rust::use_leaves;
use crate::{Language, Node, Rust};
use std::collections::BTreeSet;
use std::ops::Range;

/// A declaration with its attributes and documentation.
pub(super) struct Unit {
    /// The index of its block.
    pub(super) block: usize,
    pub(super) span: Range<usize>,
    /// The module or the `impl` around it.
    pub(super) parent: Option<usize>,
    pub(super) what: What,
    /// The paths that it declares.
    pub(super) paths: Vec<String>,
    /// The names in it; of what holds others, those in its head.
    pub(super) names: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Function,
    /// A type, a trait, a constant, and the like.
    Item,
    Macro,
    Import {
        is_glob: bool,
    },
    Module,
    /// An `impl` without a trait: its members are units of their own.
    Inherent,
    /// An implementation of a trait for the type of that name.
    OfTrait {
        head: String,
        /// All names before its body.
        header: BTreeSet<String>,
    },
    /// What stands in an `impl` without a trait.
    Member,
    /// What cannot be read.
    Unread,
}

impl What {
    /// Whether only what is within it is asked for, and never it alone.
    pub(super) fn is_container(&self) -> bool {
        matches!(self, Self::Module | Self::Inherent)
    }
}

/// The declarations of some blocks of Rust.
pub(super) fn units(blocks: &[&str]) -> Vec<Unit> {
    let mut reader = Reader { units: vec![], block: 0, code: "" };
    for (block, code) in blocks.iter().enumerate() {
        let Some(tree) = Rust.grammar().parse(code) else { continue };
        (reader.block, reader.code) = (block, code);
        reader.all(tree.root(), None, &[]);
    }
    reader.units
}

struct Reader<'c> {
    units: Vec<Unit>,
    block: usize,
    code: &'c str,
}

impl<'c> Reader<'c> {
    fn text(&self, node: Node<'_>) -> &'c str {
        self.code.get(node.byte_range()).unwrap_or_default()
    }

    fn field(&self, node: Node<'_>, name: &str) -> Option<&'c str> {
        node.child_by_field_name(name).map(|child| self.text(child))
    }

    /// The units below a node, each with the attributes and comments before it.
    fn all(&mut self, list: Node<'_>, parent: Option<usize>, path: &[&str]) {
        let mut start = None;
        for node in list.children().filter(|node| node.is_named() || node.is_error()) {
            let is_apart = start.is_some() && {
                let gap = self.code.get(..node.start_byte()).unwrap_or_default();
                gap[gap.trim_end().len()..].matches('\n').count() > 1
            };
            if is_apart {
                start = None;
            }
            if matches!(node.kind(), "attribute_item" | "inner_attribute_item") || is_comment(node) {
                start = start.or(Some(node.start_byte()));
                continue;
            }
            let start = start.take().unwrap_or(node.start_byte());
            self.unit(node, start..node.end_byte(), parent, path);
        }
    }

    fn unit(&mut self, node: Node<'_>, span: Range<usize>, parent: Option<usize>, path: &[&str]) {
        let (what, names) = self.what(node, parent);
        let paths = names.iter().map(|name| [path, &[name]].concat().join("::")).collect();
        let body = node.child_by_field_name("body").filter(|_| what.is_container());
        let head = span.start..body.map_or(span.end, super::super::node::Node::start_byte);
        let unit =
            Unit { block: self.block, span, parent, names: names_in(node, self.code, &head), paths, what };
        // The end of a declaration that is read as a statement of its own.
        if matches!(node.kind(), "empty_statement" | "ERROR") && self.text(node).trim() == ";" {
            return;
        }
        self.units.push(unit);
        let at = self.units.len() - 1;
        let name = names.first().copied();
        if let (Some(body), Some(name)) = (body, name) {
            self.all(body, Some(at), &[path, &[name]].concat());
        }
    }

    /// What a node is, and the names that it declares; of an `impl` that of its type.
    fn what(&self, node: Node<'_>, parent: Option<usize>) -> (What, Vec<&'c str>) {
        let name = || self.field(node, "name").into_iter().collect();
        if parent.is_some_and(|parent| self.units[parent].what == What::Inherent) {
            return (What::Member, name());
        }
        match node.kind() {
            "function_item" | "function_signature_item" => (What::Function, name()),
            "struct_item" | "enum_item" | "union_item" | "trait_item" | "type_item" | "const_item"
            | "static_item" | "associated_type" => (What::Item, name()),
            "macro_definition" => (What::Macro, name()),
            "mod_item" => (What::Module, name()),
            "use_declaration" => {
                let leaves = use_leaves(self.code, node);
                let is_glob = leaves.iter().any(|leaf| leaf.name.is_none());
                (What::Import { is_glob }, leaves.iter().filter_map(|leaf| leaf.name).collect())
            }
            "impl_item" => {
                let head = self.field(node, "type").map_or("", bare);
                match node.child_by_field_name("trait") {
                    Some(_) => {
                        let end = node.child_by_field_name("body").map_or(node.end_byte(), Node::start_byte);
                        let header = names_in(node, self.code, &(node.start_byte()..end));
                        (What::OfTrait { head: head.to_owned(), header }, vec![])
                    }
                    None => (What::Inherent, vec![head]),
                }
            }
            _ => (What::Unread, vec![]),
        }
    }
}

/// The last name of a type, without its generic arguments and references.
fn bare(ty: &str) -> &str {
    let ty = ty.split('<').next().unwrap_or(ty);
    ty.rsplit("::").next().unwrap_or(ty).trim_start_matches(['&', '(', '[', ' ']).trim()
}

fn is_comment(node: Node<'_>) -> bool {
    Rust.grammar().is_comment(node)
}

/// The names within a part of the text.
fn names_in(node: Node<'_>, code: &str, part: &Range<usize>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // Attributes stand before the node, as siblings of it.
    let before = code.get(part.start..node.start_byte()).unwrap_or_default();
    let attributes = before.lines().filter(|line| line.trim_start().starts_with("#["));
    let words = attributes.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    names.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
    walk(node, |inner| {
        let is_path = matches!(inner.kind(), "scoped_type_identifier" | "scoped_identifier");
        let is_standard = is_path && {
            let path = code.get(inner.byte_range()).unwrap_or_default().trim_start_matches("::");
            ["std::", "core::", "alloc::"].iter().any(|root| path.starts_with(root))
        };
        if inner.start_byte() >= part.end || is_comment(inner) || is_standard {
            return false;
        }
        if inner.is_leaf() && matches!(inner.kind(), "identifier" | "type_identifier") {
            names.extend(code.get(inner.byte_range()).map(str::to_owned));
        }
        true
    });
    names
}
