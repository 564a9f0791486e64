//! Parsed files.

use super::Rust;
use super::language::GRAMMAR;
use super::macros::Position;
use crate::Node;
use crate::{SourceFile, SourceTree};
use ghostlib_model::{Place, Span};
use std::collections::HashMap;

/// The files of a crate.
pub(super) struct Sources<'t> {
    files: &'t [SourceFile],
    by_path: HashMap<&'t str, usize>,
    shown: Shown<'t>,
    /// What macros make; their indices go on after those of the files.
    pieces: Vec<Piece>,
    /// The index of the piece that an invocation in a file, by its first byte, stands for.
    made_at: HashMap<(usize, usize), usize>,
}

/// What a macro makes, in the place of its invocation.
pub(super) struct Piece {
    /// Its text, under the path of the file that the invocation stands in.
    source: SourceFile,
    /// That file, or piece.
    file: usize,
    invocation: Span,
    made: Made,
    position: Position,
}

/// Where the text of a piece is from.
pub(super) enum Made {
    /// It is new.
    Text(String),
    /// It stands there in the file.
    Slice(Span),
    /// The same, but that the macro makes this of it is not known.
    Arguments(Span),
}

/// What stands around members, so that they parse.
const AROUND_MEMBERS: (&str, &str) = ("impl M {", "}");

impl Piece {
    /// What the macro that is invoked at `invocation` in `file` makes.
    pub(super) fn new(file: usize, invocation: Span, made: Made, position: Position) -> Self {
        Self { source: SourceFile::default(), file, invocation, made, position }
    }

    /// How many bytes stand before what is made.
    fn prefix(&self) -> usize {
        if self.position == Position::Members { AROUND_MEMBERS.0.len() } else { 0 }
    }
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
        Self::new(&tree.files, Shown::AsIs)
    }

    pub(super) fn of_block(block: &'t SourceFile, offset: usize, document: &'t str) -> Self {
        Self::new(std::slice::from_ref(block), Shown::PieceOf { document, offset })
    }

    fn new(files: &'t [SourceFile], shown: Shown<'t>) -> Self {
        let by_path = files.iter().enumerate().map(|(index, file)| (file.path.as_str(), index)).collect();
        Self { files, by_path, shown, pieces: vec![], made_at: HashMap::new() }
    }

    /// Adds what macros make.
    pub(super) fn add(&mut self, pieces: Vec<Piece>) {
        for mut piece in pieces {
            let origin = self.file(piece.file);
            let text = match &piece.made {
                Made::Text(text) => text,
                Made::Slice(span) | Made::Arguments(span) => {
                    origin.text.get(span.start..span.end).unwrap_or_default()
                }
            };
            let text = match piece.position {
                Position::Items => text.to_owned(),
                Position::Members => [AROUND_MEMBERS.0, text, AROUND_MEMBERS.1].concat(),
            };
            piece.source = SourceFile::written_in(&Rust, &origin.path, text);
            let index = self.files.len() + self.pieces.len();
            self.made_at.insert((piece.file, piece.invocation.start), index);
            self.pieces.push(piece);
        }
    }

    /// What the macro makes that is invoked there.
    pub(super) fn made_at(&self, file: usize, start: usize) -> Option<usize> {
        self.made_at.get(&(file, start)).copied()
    }

    /// Whether a piece is the macro's arguments, and perhaps not what it makes.
    pub(super) fn is_only_arguments(&self, index: usize) -> bool {
        self.piece(index).is_some_and(|piece| matches!(piece.made, Made::Arguments(_)))
    }

    fn piece(&self, index: usize) -> Option<&Piece> {
        self.pieces.get(index.checked_sub(self.files.len())?)
    }

    pub(super) fn find(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// A file, or a piece.
    pub(super) fn file(&self, index: usize) -> &SourceFile {
        self.piece(index).map_or_else(|| &self.files[index], |piece| &piece.source)
    }

    pub(super) fn root(&self, index: usize) -> Option<Node<'_>> {
        self.file(index).root()
    }

    pub(super) fn place(&self, file: usize, span: Span) -> Place {
        if let Some(piece) = self.piece(file) {
            let place = match piece.made {
                Made::Text(_) => piece.invocation,
                Made::Slice(slice) | Made::Arguments(slice) => {
                    let offset = |at: usize| (at + slice.start).saturating_sub(piece.prefix()).min(slice.end);
                    Span::new(offset(span.start), offset(span.end))
                }
            };
            return self.place(piece.file, place);
        }
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
    node.children().filter(|child| !is_comment(*child)).collect()
}

pub(super) fn is_comment(node: Node<'_>) -> bool {
    GRAMMAR.is_comment(node)
}

pub(super) fn child_of_kind<'a>(node: Node<'a>, kind: &str) -> Option<Node<'a>> {
    node.children().find(|child| child.kind() == kind)
}

pub(super) fn has_token(node: Node<'_>, token: &str) -> bool {
    child_of_kind(node, token).is_some()
}
