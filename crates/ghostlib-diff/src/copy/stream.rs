//! Libraries as streams of tokens.

use super::tokens::{Token, Tokens};
use crate::grammar::Grammar;
use crate::{Language, SourceFile, SourceTree};
use ghostlib_model::{Place, Span};
use rustc_hash::FxHashSet;

/// The tokens of some files, in the order of the files.
pub(super) struct Stream<'t> {
    files: Vec<(&'t SourceFile, Tokens)>,
}

/// A token of a stream: the number of its file, and its own within the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) file: usize,
    pub(super) token: usize,
}

impl<'t> Stream<'t> {
    /// The code of a library, signatures left out.
    pub(super) fn of_tree(tree: &'t SourceTree) -> Self {
        Self::of_files(tree, SourceFile::is_library)
    }

    /// The code of some files, signatures left out.
    pub(super) fn of_files(tree: &'t SourceTree, is_wanted: fn(&SourceFile) -> bool) -> Self {
        let files = tree.for_each(is_wanted, |file, language, root| {
            (file, Tokens::without_signatures(root, &file.text, language.grammar()))
        });
        Self { files }
    }

    /// What is left where the tokens are taken out that stand in a row in the public text too, whose code is in
    /// `language`.
    pub(super) fn without_public_text(self, public_text: &[&str], language: &dyn Language) -> Self {
        let mut public = FxHashSet::default();
        for code in public_text.iter().flat_map(|text| code_of(text)) {
            public.extend(tokens_with_signatures(code, language.grammar()).runs());
        }
        if public.is_empty() {
            return self;
        }
        let files = self.files.into_iter().map(|(file, tokens)| (file, tokens.without(&public)));
        Self { files: files.collect() }
    }

    pub(super) fn n_tokens(&self) -> usize {
        self.files.iter().map(|(_, tokens)| tokens.list.len()).sum()
    }

    pub(super) fn n_files(&self) -> usize {
        self.files.len()
    }

    /// The tokens of a file, by its number.
    pub(super) fn tokens(&self, file: usize) -> &Tokens {
        &self.files[file].1
    }

    /// The tokens from a position to the end of its file.
    pub(super) fn tokens_from(&self, position: Position) -> &[Token] {
        self.tokens(position.file).list.get(position.token..).unwrap_or_default()
    }

    pub(super) fn place(&self, start: Position, length: usize) -> Place {
        let tokens = self.tokens_from(start);
        let (first, last) = (tokens[0], tokens[length - 1]);
        self.files[start.file].0.place(Span::new(first.start(), last.end()))
    }
}

/// The insides of the fenced blocks; all of a text without any.
fn code_of(text: &str) -> Vec<&str> {
    let mut blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
    for block in &mut blocks {
        *block = block.split_once('\n').map_or("", |(_, code)| code);
    }
    if blocks.is_empty() { vec![text] } else { blocks }
}

fn tokens_with_signatures(code: &str, grammar: &'static Grammar) -> Tokens {
    grammar.parse(code).map(|tree| Tokens::with_signatures(tree.root(), code, grammar)).unwrap_or_default()
}
