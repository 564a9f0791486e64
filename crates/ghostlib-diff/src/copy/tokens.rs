//! Trees as streams of tokens.

use crate::grammar::{Grammar, Role, walk};
use crate::{Language, SourceFile, SourceTree};
use ghostlib_model::{Place, Span};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use tree_sitter::Node;

/// So many tokens in a row that stand in the public text are the spec's own code.
const MIN_PUBLIC_RUN: usize = 12;

/// The tokens of a tree in the order of its files.
pub(super) struct Stream {
    tokens: Vec<Token>,
}

#[derive(Clone, Copy)]
struct Token {
    hash: u64,
    /// Whether it is a name, which a copier may change.
    is_name: bool,
    file: usize,
    /// The body of a function is a part of its file, and so is what stands between two of them.
    part: usize,
    start: usize,
    end: usize,
}

/// Whether what stands before the bodies of functions is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signatures {
    Kept,
    LeftOut,
}

/// A token without its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Anything that is no name, by its hash.
    Text(u64),
    /// A name, by how many tokens ago it stood before; 0 for never.
    Name(usize),
}

impl Stream {
    /// The code of a library, signatures left out.
    pub(super) fn of_tree(tree: &SourceTree) -> Self {
        Self::of_files(tree, SourceFile::is_library)
    }

    /// The code of some files, signatures left out.
    pub(super) fn of_files(tree: &SourceTree, is_wanted: fn(&SourceFile) -> bool) -> Self {
        Self::read(tree, is_wanted, Signatures::LeftOut)
    }

    /// The code of a library, with its signatures.
    pub(super) fn with_signatures(tree: &SourceTree) -> Self {
        Self::read(tree, SourceFile::is_library, Signatures::Kept)
    }

    fn read(tree: &SourceTree, is_wanted: fn(&SourceFile) -> bool, signatures: Signatures) -> Self {
        let mut tokens = vec![];
        for (index, file) in tree.files.iter().enumerate().filter(|(_, file)| is_wanted(file)) {
            let (Some(root), Some(language)) = (file.root(), file.language()) else { continue };
            let leaves = leaves(root, &file.text, language.grammar(), signatures);
            tokens.extend(leaves.into_iter().map(|token| Token { file: index, ..token }));
        }
        Self { tokens }
    }

    pub(super) fn n_bytes(&self) -> usize {
        self.tokens.iter().map(|token| token.end - token.start).sum()
    }

    pub(super) fn n_tokens(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn hashes(&self) -> Vec<u64> {
        self.tokens.iter().map(|token| token.hash).collect()
    }

    /// The tokens with their names taken off: 0 for a name that has not stood before in its segment, and for one that
    /// has, the number of tokens since. Whoever changes names everywhere alike leaves these the same.
    pub(super) fn shapes(&self, segment: Range<usize>) -> Vec<Shape> {
        let mut last: FxHashMap<u64, usize> = FxHashMap::default();
        let tokens = self.tokens[segment].iter().enumerate();
        let shapes = tokens.map(|(at, token)| {
            if token.is_name {
                Shape::Name(last.insert(token.hash, at).map_or(0, |before| at - before))
            } else {
                Shape::Text(token.hash)
            }
        });
        shapes.collect()
    }

    /// How many tokens from `start` on equal those of `other` from `at` on. Both stay in their files.
    pub(super) fn common_length(&self, start: usize, other: &Self, at: usize) -> usize {
        let (Some(mine), Some(theirs)) = (self.tokens.get(start..), other.tokens.get(at..)) else { return 0 };
        let in_file = |token: &Token, first: &Token| token.file == first.file;
        let pairs = mine.iter().zip(theirs);
        pairs.take_while(|(a, b)| a.hash == b.hash && in_file(a, &mine[0]) && in_file(b, &theirs[0])).count()
    }

    /// The ranges of tokens that stand in one part of one file each: the order of functions is no matter.
    pub(super) fn segments(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        let chunks = self.tokens.chunk_by(|a, b| (a.file, a.part) == (b.file, b.part)).map(<[Token]>::len);
        chunks.map(move |length| {
            start += length;
            start - length..start
        })
    }

    pub(super) fn place(&self, tree: &SourceTree, start: usize, length: usize) -> Place {
        let (first, last) = (self.tokens[start], self.tokens[start + length - 1]);
        tree.files[first.file].place(Span::new(first.start, last.end))
    }
}

/// Takes the tokens out that stand in a row in the public text too, whose code is in `language`.
pub(super) fn without_public_text(stream: Stream, public_text: &[&str], language: &dyn Language) -> Stream {
    let mut public = FxHashSet::default();
    for code in public_text.iter().flat_map(|text| code_of(text)) {
        let hashes: Vec<_> =
            tokens_with_signatures(code, language.grammar()).map(|token| token.hash).collect();
        public.extend(hashes.windows(MIN_PUBLIC_RUN).map(hash_of));
    }
    if public.is_empty() {
        return stream;
    }
    let hashes = stream.hashes();
    let mut is_public = vec![false; hashes.len()];
    for (start, window) in hashes.windows(MIN_PUBLIC_RUN).enumerate() {
        if public.contains(&hash_of(window)) {
            is_public[start..start + MIN_PUBLIC_RUN].fill(true);
        }
    }
    let kept = stream.tokens.into_iter().zip(is_public).filter(|(_, is_public)| !is_public);
    Stream { tokens: kept.map(|(token, _)| token).collect() }
}

pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The insides of the fenced blocks; all of a text without any.
fn code_of(text: &str) -> Vec<&str> {
    let mut blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
    for block in &mut blocks {
        *block = block.split_once('\n').map_or("", |(_, code)| code);
    }
    if blocks.is_empty() { vec![text] } else { blocks }
}

fn tokens_with_signatures(code: &str, grammar: &Grammar) -> impl Iterator<Item = Token> {
    let tree = grammar.parse(code);
    let tokens = tree.map(|tree| leaves(tree.root_node(), code, grammar, Signatures::Kept));
    tokens.into_iter().flatten()
}

fn leaves(root: Node<'_>, text: &str, grammar: &Grammar, signatures: Signatures) -> Vec<Token> {
    let mut tokens = vec![];
    let mut skip_until = 0;
    let (mut part, mut part_end) = (0, usize::MAX);
    walk(root, &mut |node| {
        let role = grammar.role(node);
        let is_comment = grammar.is_comment(node);
        let is_signature = role.is(Role::FUNCTION) || role.is(Role::SIGNATURE);
        if is_comment || is_signature && signatures == Signatures::LeftOut {
            skip_until = skip_until.max(signature_end(node));
        }
        if role.is(Role::FUNCTION) {
            (part, part_end) = (part + 1, node.end_byte());
        }
        let (start, end) = (node.start_byte(), node.end_byte());
        if node.child_count() == 0 && start >= skip_until && end > start {
            let hash = hash_of(text.get(start..end).unwrap_or_default());
            if start >= part_end {
                (part, part_end) = (part + 1, usize::MAX);
            }
            let is_name = role.is(Role::NAME);
            tokens.push(Token { hash, is_name, file: 0, part, start, end });
        }
        !is_comment
    });
    tokens
}

/// Where the body starts, or the end of what has none.
fn signature_end(node: Node<'_>) -> usize {
    node.child_by_field_name("body").map_or(node.end_byte(), |body| body.start_byte())
}
