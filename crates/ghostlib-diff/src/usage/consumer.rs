//! The code of the crate that uses another one.

use super::Part;
use crate::literals::documented_code;
use crate::node::{Node, walk};
use crate::{Language, Rust, SourceFile, SourceTree};
use ghostlib_model::{Place, Span};
use std::path::Path;

/// A word of code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) node: Node<'t>,
}

impl Token<'_> {
    /// Whether it is a name, or a keyword that a path may start with.
    pub(super) fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Files, and code in documentation.
pub(super) struct Consumer {
    texts: Vec<Code>,
    part: Part,
}

/// One text of code.
pub(super) struct Code {
    source: SourceFile,
    is_documentation: bool,
}

impl Consumer {
    pub(super) fn read(tree: &SourceTree, part: Part) -> Self {
        let is_rust = |file: &&SourceFile| Path::new(&file.path).extension().is_some_and(|it| it == "rs");
        let counts = |file: &&SourceFile| part == Part::Everything || file.is_library();
        let mut texts = vec![];
        for file in tree.files.iter().filter(is_rust).filter(counts) {
            texts.push(Code { source: file.clone(), is_documentation: false });
            if part == Part::Everything {
                let pieces = documented_code(&file.text).into_iter();
                let piece = |code| SourceFile::written_in(&Rust, &file.path, code);
                texts.extend(pieces.map(|code| Code { source: piece(code), is_documentation: true }));
            }
        }
        Self { texts, part }
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &Code> {
        self.texts.iter()
    }

    /// Visits the nodes that count, from the outermost on; what is below one is left out where `visit` gives false.
    pub(super) fn walk<'t>(&self, code: &'t Code, mut visit: impl FnMut(Node<'t>) -> bool) {
        let Some(root) = code.source.root() else { return };
        let mut is_test = false;
        walk(root, |node| {
            if Rust.grammar().is_comment(node) {
                return false;
            }
            if node.kind() == "attribute_item" {
                let text = code.text(node);
                is_test |= self.part == Part::Library && (text.contains("cfg(test)") || text == "#[test]");
                return visit(node) && !is_test;
            }
            if node.is_named() && std::mem::take(&mut is_test) {
                return false;
            }
            visit(node)
        });
    }

    /// The words outside of imports.
    pub(super) fn tokens<'t>(&self, code: &'t Code) -> Vec<Token<'t>> {
        let mut tokens = vec![];
        self.walk(code, |node| code.token(node, &mut tokens));
        tokens
    }
}

impl Code {
    /// The words below a node.
    pub(super) fn tokens_below<'t>(&'t self, node: Node<'t>) -> Vec<Token<'t>> {
        let mut tokens = vec![];
        walk(node, |node| self.token(node, &mut tokens));
        tokens
    }

    fn token<'t>(&'t self, node: Node<'t>, tokens: &mut Vec<Token<'t>>) -> bool {
        const NO_CODE: [&str; 5] = [
            "use_declaration",
            "extern_crate_declaration",
            "lifetime",
            "string_literal",
            "raw_string_literal",
        ];
        if NO_CODE.contains(&node.kind()) {
            return false;
        }
        if node.is_leaf() {
            tokens.push(Token { text: self.text(node), node });
        }
        true
    }

    pub(super) fn text(&self, node: Node<'_>) -> &str {
        self.source.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn whole(&self) -> &str {
        &self.source.text
    }

    /// Where a node stands; of code in documentation the file alone is told.
    pub(super) fn place(&self, node: Node<'_>) -> Place {
        if self.is_documentation {
            return Place::start_of(self.source.path.as_str());
        }
        self.source.place(Span::from(node.byte_range()))
    }
}
