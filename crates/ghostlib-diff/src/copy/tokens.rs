//! Files as tokens.

use crate::grammar::{Grammar, Role};
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use tree_sitter::Node;

/// So many tokens in a row that stand in the public text are the spec's own code.
pub(super) const MIN_PUBLIC_RUN: usize = 12;

/// The tokens of a file, in their order.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    pub(super) list: Vec<Token>,
    /// The body of a function is a part of its file, and so is what stands between two of them: where each part ends.
    part_ends: Vec<usize>,
    /// The bytes of all tokens, signatures included.
    pub(super) n_bytes: usize,
}

/// One token, in 16 bytes: a large library has millions of them.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) hash: u64,
    start: u32,
    /// Twice the length, and one more for a name, which a copier may change.
    length_and_kind: u32,
}

impl Token {
    fn new(hash: u64, span: Range<usize>, is_name: bool) -> Self {
        let fitted = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let length_and_kind = fitted(span.len()).saturating_mul(2) | u32::from(is_name);
        Self { hash, start: fitted(span.start), length_and_kind }
    }

    pub(super) fn is_name(self) -> bool {
        self.length_and_kind & 1 == 1
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    pub(super) fn end(self) -> usize {
        self.start() + (self.length_and_kind / 2) as usize
    }
}

impl Tokens {
    /// The parts in which the order of functions is no matter.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Token]> {
        let mut start = 0;
        let ends = self.part_ends.iter().copied().chain([self.list.len()]);
        ends.filter_map(move |end| self.list.get(std::mem::replace(&mut start, end)..end))
    }

    /// The hash of each run of [`MIN_PUBLIC_RUN`] tokens.
    pub(super) fn runs(&self) -> impl Iterator<Item = u64> {
        self.list.windows(MIN_PUBLIC_RUN).map(|run| {
            let mut hasher = FxHasher::default();
            run.iter().for_each(|token| token.hash.hash(&mut hasher));
            hasher.finish()
        })
    }

    /// The rest, where the tokens of these runs are taken out.
    pub(super) fn without(&self, runs: &FxHashSet<u64>) -> Self {
        let mut is_taken = vec![false; self.list.len()];
        for (start, run) in self.runs().enumerate() {
            if runs.contains(&run) {
                is_taken[start..start + MIN_PUBLIC_RUN].fill(true);
            }
        }
        let mut rest = Self { n_bytes: self.n_bytes, ..Self::default() };
        let mut is_taken = is_taken.into_iter();
        for part in self.parts() {
            let kept = part.iter().zip(&mut is_taken).filter(|(_, is_taken)| !is_taken);
            rest.list.extend(kept.map(|(token, _)| *token));
            rest.part_ends.push(rest.list.len());
        }
        rest
    }
}

/// Whether what stands before the bodies of functions is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signatures {
    Kept,
    LeftOut,
}

/// Takes the tokens of a syntax tree, node by node.
pub(crate) struct TokenReader<'t> {
    text: &'t str,
    grammar: &'t Grammar,
    signatures: Signatures,
    tokens: Tokens,
    skip_until: usize,
    /// Where the function ends that is being read.
    part_end: usize,
}

impl<'t> TokenReader<'t> {
    pub(super) fn with_signatures(text: &'t str, grammar: &'t Grammar) -> Self {
        Self::new(text, grammar, Signatures::Kept)
    }

    pub(crate) fn without_signatures(text: &'t str, grammar: &'t Grammar) -> Self {
        Self::new(text, grammar, Signatures::LeftOut)
    }

    fn new(text: &'t str, grammar: &'t Grammar, signatures: Signatures) -> Self {
        let tokens = Tokens::default();
        Self { text, grammar, signatures, tokens, skip_until: 0, part_end: usize::MAX }
    }

    /// Takes a node, in the order of [`walk`](crate::grammar::walk). Comments are not entered.
    pub(crate) fn visit(&mut self, node: Node<'_>) -> bool {
        let role = self.grammar.role(node);
        if self.grammar.is_comment(node) {
            return false;
        }
        let is_signature = role.is(Role::FUNCTION) || role.is(Role::SIGNATURE);
        if is_signature && self.signatures == Signatures::LeftOut {
            self.skip_until = self.skip_until.max(signature_end(node));
        }
        if role.is(Role::FUNCTION) {
            self.end_part();
            self.part_end = node.end_byte();
        }
        if node.child_count() == 0 {
            self.take(node.byte_range(), role.is(Role::NAME));
        }
        true
    }

    pub(crate) fn finish(mut self) -> Tokens {
        self.tokens.list.shrink_to_fit();
        self.tokens.part_ends.shrink_to_fit();
        self.tokens
    }

    fn take(&mut self, span: Range<usize>, is_name: bool) {
        self.tokens.n_bytes += span.len();
        if span.is_empty() || span.start < self.skip_until {
            return;
        }
        if span.start >= self.part_end {
            self.end_part();
            self.part_end = usize::MAX;
        }
        let hash = hash_of(self.text.get(span.clone()).unwrap_or_default());
        self.tokens.list.push(Token::new(hash, span, is_name));
    }

    fn end_part(&mut self) {
        let end = self.tokens.list.len();
        if self.tokens.part_ends.last() != Some(&end) {
            self.tokens.part_ends.push(end);
        }
    }
}

pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Where the body starts, or the end of what has none.
fn signature_end(node: Node<'_>) -> usize {
    node.child_by_field_name("body").map_or(node.end_byte(), |body| body.start_byte())
}
