//! Parsed files, and walks over their syntax trees that do not use the call stack.

use crate::{SourceFile, SourceTree};
use ghostlib_model::{Place, Span};
use tree_sitter::{Node, Parser, Tree};

/// Parses Rust. Never fails on any text: what does not parse becomes error nodes.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok()?;
    parser.parse(text, None)
}

/// The files of a crate.
pub(super) struct Sources<'t> {
    files: &'t [SourceFile],
    shown: Shown<'t>,
}

/// How places in a file are told.
enum Shown<'t> {
    /// As they are.
    AsIs,
    /// The one file is a piece of this document, from this offset on.
    PieceOf { document: &'t str, offset: usize },
}

impl<'t> Sources<'t> {
    pub(super) fn of_tree(tree: &'t SourceTree) -> Self {
        Self { files: &tree.files, shown: Shown::AsIs }
    }

    pub(super) fn of_block(block: &'t SourceFile, offset: usize, document: &'t str) -> Self {
        Self { files: std::slice::from_ref(block), shown: Shown::PieceOf { document, offset } }
    }

    pub(super) fn find(&self, path: &str) -> Option<usize> {
        self.files.iter().position(|file| file.path == path)
    }

    pub(super) fn file(&self, index: usize) -> &'t SourceFile {
        &self.files[index]
    }

    pub(super) fn root(&self, index: usize) -> Option<Node<'t>> {
        self.files[index].root()
    }

    pub(super) fn place(&self, file: usize, span: Span) -> Place {
        let file = &self.files[file];
        match self.shown {
            Shown::AsIs => file.place(span),
            Shown::PieceOf { document, offset } => Place::in_text(
                file.path.as_str(),
                document,
                Span::new(span.start + offset, span.end + offset),
            ),
        }
    }
}

/// The children of a node, comments left out.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| !is_comment(*child)).collect()
}

pub(crate) fn is_comment(node: Node<'_>) -> bool {
    matches!(node.kind(), "line_comment" | "block_comment")
}

pub(super) fn child_of_kind<'a>(node: Node<'a>, kind: &str) -> Option<Node<'a>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

pub(super) fn has_token(node: Node<'_>, token: &str) -> bool {
    child_of_kind(node, token).is_some()
}

/// Calls `visit` for `node` and all below it in the order of the text; where it answers false, what is below
/// that node is left out.
pub(crate) fn walk<'a>(node: Node<'a>, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    let mut cursor = node.walk();
    let mut depth = 0_usize;
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while depth > 0 && !cursor.goto_next_sibling() {
            cursor.goto_parent();
            depth -= 1;
        }
        if depth == 0 {
            return;
        }
    }
}
