//! Syntax trees in 16 bytes a node.
//!
//! tree-sitter's own trees take fifty bytes for each byte of text, too much for a library of a million lines, and are
//! slow to walk over. A tree is copied once it has been parsed.

use crate::Grammar;
use std::fmt;
use std::ops::Range;

/// The syntax tree of one text.
pub(crate) struct Tree {
    grammar: &'static Grammar,
    /// A node, then all that is below its first child, then all that is below its second.
    nodes: Vec<Packed>,
}

#[derive(Clone, Copy)]
struct Packed {
    kind: u16,
    /// The field of its parent that it is; 0 for none.
    field: u8,
    flags: u8,
    start: u32,
    end: u32,
    /// How many nodes it and all below it are.
    n_nodes: u32,
}

const IS_NAMED: u8 = 1;
const IS_MISSING: u8 = 1 << 1;
const IS_ERROR: u8 = 1 << 2;
const HAS_ERROR: u8 = 1 << 3;

/// A node of a syntax tree. What its methods give is what those of tree-sitter's nodes give.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    index: usize,
}

impl Tree {
    /// A copy.
    pub(crate) fn of(tree: &tree_sitter::Tree, grammar: &'static Grammar) -> Self {
        let root = tree.root_node();
        let mut nodes: Vec<Packed> = Vec::with_capacity(root.descendant_count());
        let mut open = vec![];
        let has_errors = root.has_error();
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            let flags = if has_errors { error_flags(node) } else { 0 };
            nodes.push(Packed::new(node, cursor.field_id(), flags | named_flag(grammar, node)));
            if cursor.goto_first_child() {
                open.push(nodes.len() - 1);
                continue;
            }
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else { return Self { grammar, nodes } };
                nodes[parent].n_nodes = fitted(nodes.len() - parent);
                cursor.goto_parent();
            }
        }
    }

    /// The node that all others are below.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }
}

impl Packed {
    fn new(node: tree_sitter::Node<'_>, field: Option<std::num::NonZero<u16>>, flags: u8) -> Self {
        Self {
            kind: node.kind_id(),
            field: field.and_then(|field| u8::try_from(field.get()).ok()).unwrap_or_default(),
            flags,
            start: fitted(node.start_byte()),
            end: fitted(node.end_byte()),
            n_nodes: 1,
        }
    }
}

/// tree-sitter counts bytes in as many bits.
fn fitted(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn named_flag(grammar: &Grammar, node: tree_sitter::Node<'_>) -> u8 {
    if grammar.is_named(node.kind_id()) { IS_NAMED } else { 0 }
}

fn error_flags(node: tree_sitter::Node<'_>) -> u8 {
    let flag = |flag, is_set| if is_set { flag } else { 0 };
    flag(IS_MISSING, node.is_missing()) | flag(IS_ERROR, node.is_error()) | flag(HAS_ERROR, node.has_error())
}

impl<'t> Node<'t> {
    /// The kind, as the grammar names it.
    pub fn kind(self) -> &'static str {
        self.tree.grammar.kind_name(self.kind_id())
    }

    /// The number of the kind.
    pub fn kind_id(self) -> u16 {
        self.packed().kind
    }

    /// Which node of its tree it is.
    pub fn id(self) -> usize {
        self.index
    }

    /// The id behind those of all nodes below it.
    pub(crate) fn end_id(self) -> usize {
        self.index + self.packed().n_nodes as usize
    }

    /// The offset of its first byte in the text.
    pub fn start_byte(self) -> usize {
        self.packed().start as usize
    }

    /// The offset behind its last byte in the text.
    pub fn end_byte(self) -> usize {
        self.packed().end as usize
    }

    /// Its bytes in the text.
    pub fn byte_range(self) -> Range<usize> {
        self.start_byte()..self.end_byte()
    }

    /// Whether it has a name in the grammar, and is not only written there.
    pub fn is_named(self) -> bool {
        self.has(IS_NAMED)
    }

    /// Whether the parser put it in where the text lacks it.
    pub fn is_missing(self) -> bool {
        self.has(IS_MISSING)
    }

    /// Whether it is text that does not parse.
    pub fn is_error(self) -> bool {
        self.has(IS_ERROR)
    }

    /// Whether there is text in it that does not parse.
    pub fn has_error(self) -> bool {
        self.has(HAS_ERROR)
    }

    /// The nodes directly below it.
    pub fn children(self) -> impl Iterator<Item = Self> + use<'t> {
        let mut next = self.index + 1;
        let end = self.end_id();
        std::iter::from_fn(move || {
            let child = Node { index: next, ..self };
            (next < end).then(|| {
                next = child.end_id();
                child
            })
        })
    }

    /// Those of them that have names.
    pub fn named_children(self) -> impl Iterator<Item = Self> + use<'t> {
        self.children().filter(|child| child.is_named())
    }

    /// Whether there is nothing below it.
    pub fn is_leaf(self) -> bool {
        self.packed().n_nodes == 1
    }

    /// The first child that is this field.
    pub fn child_by_field_name(self, field: &str) -> Option<Self> {
        self.children_by_field_name(field).next()
    }

    /// The children that are this field.
    pub fn children_by_field_name<'n>(self, field: &'n str) -> impl Iterator<Item = Self> + use<'t, 'n> {
        let grammar = self.tree.grammar;
        self.children().filter(move |child| grammar.field_name(child.packed().field) == Some(field))
    }

    /// The node that it is directly below.
    pub fn parent(self) -> Option<Self> {
        let mut parent = None;
        let mut node = self.tree.root();
        while node.index != self.index {
            parent = Some(node);
            node = node.children().find(|child| self.index < child.end_id())?;
        }
        parent
    }

    fn has(self, flag: u8) -> bool {
        self.packed().flags & flag != 0
    }

    fn packed(self) -> &'t Packed {
        &self.tree.nodes[self.index]
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Eq for Node<'_> {}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.kind(), self.byte_range())
    }
}

/// Calls `visit` for `node` and all below it in the order of the text; where it answers false, what is below
/// that node is left out.
pub(crate) fn walk<'t>(node: Node<'t>, mut visit: impl FnMut(Node<'t>) -> bool) {
    let end = node.end_id();
    let mut node = node;
    while node.index < end {
        node.index = if visit(node) { node.index + 1 } else { node.end_id() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Python, Rust};

    /// Holds a tree against the one that it was copied from.
    fn check(text: &str, language: &dyn Language) {
        let grammar = language.grammar();
        let original = grammar.parse_original(text).unwrap();
        let tree = Tree::of(&original, grammar);
        let mut pairs = vec![(original.root_node(), tree.root())];
        let mut n_nodes = 0;
        while let Some((one, other)) = pairs.pop() {
            n_nodes += 1;
            assert_eq!(
                (one.kind_id(), one.kind(), one.byte_range()),
                (other.kind_id(), other.kind(), other.byte_range())
            );
            assert_eq!(
                (one.is_named(), one.is_missing(), one.is_error(), one.has_error(), one.child_count() == 0),
                (other.is_named(), other.is_missing(), other.is_error(), other.has_error(), other.is_leaf())
            );
            for field in grammar.field_names() {
                let mut cursor = one.walk();
                let fields: Vec<_> =
                    one.children_by_field_name(field, &mut cursor).map(|child| child.byte_range()).collect();
                let copied: Vec<_> = other.children_by_field_name(field).map(Node::byte_range).collect();
                assert_eq!(fields, copied, "{field} of {one:?}");
                let first = one.child_by_field_name(field).map(|child| child.byte_range());
                assert_eq!(first.as_ref(), copied.first(), "{field} of {one:?}");
            }
            let mut cursor = one.walk();
            let children: Vec<_> = one.children(&mut cursor).collect();
            assert_eq!(children.len(), other.children().count());
            for (child, copied) in children.into_iter().zip(other.children()) {
                assert_eq!(copied.parent().map(Node::id), Some(other.id()));
                pairs.push((child, copied));
            }
        }
        assert_eq!(n_nodes, tree.nodes.len());
    }

    #[test]
    fn copies_are_like_their_originals() {
        for text in [
            include_str!("node.rs"),
            include_str!("rust/types.rs"),
            "",
            "fn f( { ]] struct S { a b }",
            "fn f() { let = 3 }",
        ] {
            check(text, &Rust);
        }
        for text in [
            "@a.b(1)\nclass C(D, metaclass=M):\n  x: int = 1\n  async def f(self, *a, b: str = 'c' 'd', **k) -> None:\n    if x: pass\n    elif y: return\n    else: raise E from e\n",
            "from . import (a as b, c)\ndef f(:\n  x = [",
        ] {
            check(text, &Python);
        }
    }

    #[test]
    fn a_walk_leaves_out_what_is_refused() {
        let tree = Rust.grammar().parse("fn f() { g() } fn h() {}").unwrap();
        let mut kinds = vec![];
        walk(tree.root(), |node| {
            kinds.extend(node.is_named().then(|| node.kind()));
            node.kind() != "block"
        });
        let function = ["function_item", "identifier", "parameters", "block"];
        assert_eq!(kinds, [&["source_file"][..], &function, &function].concat());
    }
}
