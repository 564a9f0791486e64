//! Parsed files, and pieces of their syntax trees with the text that they stand for.

use crate::Node;
use crate::{SourceFile, SourceTree};
use ghostlib_model::{Place, Span};

/// A node and the file that it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'t> {
    pub(super) file: usize,
    pub(super) node: Node<'t>,
}

impl<'t> Site<'t> {
    pub(super) fn at(self, node: Node<'t>) -> Self {
        Self { file: self.file, node }
    }
}

/// A node and the text that it stands in, which may be a string within a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) node: Node<'a>,
}

impl<'a> Piece<'a> {
    pub(super) fn at(self, node: Node<'a>) -> Self {
        Self { text: self.text, node }
    }

    pub(super) fn source(self) -> &'a str {
        self.text.get(self.node.byte_range()).unwrap_or_default()
    }

    pub(super) fn field(self, name: &str) -> Option<Self> {
        self.node.child_by_field_name(name).map(|node| self.at(node))
    }

    pub(super) fn children(self) -> Vec<Self> {
        named(self.node).into_iter().map(|node| self.at(node)).collect()
    }

    /// The names of `a.b.c`, if it is nothing else.
    pub(super) fn dotted(self) -> Option<Vec<&'a str>> {
        let mut names = vec![];
        let mut piece = self;
        while piece.node.kind() == "attribute" {
            names.push(piece.field("attribute")?.source());
            piece = piece.field("object")?;
        }
        match piece.node.kind() {
            "identifier" => names.push(piece.source()),
            "dotted_name" => names.extend(piece.source().split('.').rev().map(str::trim)),
            "member_type" => {
                names.extend(piece.children().into_iter().rev().map(Self::source));
                if names.iter().any(|name| name.contains(['[', '.'])) {
                    return None;
                }
            }
            _ => return None,
        }
        names.reverse();
        Some(names)
    }
}

/// The named children of a node, comments left out.
pub(super) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    node.named_children().filter(|child| child.kind() != "comment").collect()
}

pub(super) fn has_token(node: Node<'_>, token: &str) -> bool {
    node.children().any(|child| child.kind() == token)
}

/// The files of a library.
pub(super) struct Sources<'t> {
    files: &'t [SourceFile],
    /// The document that the one file is a piece of, and the offset of the piece.
    document: Option<(&'t str, usize)>,
}

impl<'t> Sources<'t> {
    pub(super) fn of_tree(tree: &'t SourceTree) -> Self {
        Self::new(&tree.files, None)
    }

    pub(super) fn of_block(block: &'t SourceFile, offset: usize, document: &'t str) -> Self {
        Self::new(std::slice::from_ref(block), Some((document, offset)))
    }

    fn new(files: &'t [SourceFile], document: Option<(&'t str, usize)>) -> Self {
        Self { files, document }
    }

    /// Whether the one file is a block of a document.
    pub(super) fn is_block(&self) -> bool {
        self.document.is_some()
    }

    pub(super) fn file(&self, index: usize) -> &'t SourceFile {
        &self.files[index]
    }

    pub(super) fn root(&self, file: usize) -> Option<Site<'t>> {
        self.files[file].root().map(|node| Site { file, node })
    }

    pub(super) fn piece<'a>(&self, site: Site<'a>) -> Piece<'a>
    where
        't: 'a,
    {
        Piece { text: &self.files[site.file].text, node: site.node }
    }

    pub(super) fn text<'a>(&self, site: Site<'a>) -> &'a str
    where
        't: 'a,
    {
        self.piece(site).source()
    }

    /// The place of a definition's head: what stands before its body.
    pub(super) fn place(&self, site: Site<'_>) -> Place {
        let SourceFile { path, text, .. } = &self.files[site.file];
        let start = site.node.start_byte();
        let is_definition = matches!(site.node.kind(), "function_definition" | "class_definition");
        let body = site.node.child_by_field_name("body").filter(|_| is_definition);
        let end = body.map_or(site.node.end_byte(), Node::start_byte);
        let head = text.get(start..end).unwrap_or_default().trim_end();
        let span = Span::new(start, start + head.len());
        if let Some((document, offset)) = self.document {
            return Place::in_text(
                path.as_str(),
                document,
                Span::new(span.start + offset, span.end + offset),
            );
        }
        self.files[site.file].place(span)
    }
}
