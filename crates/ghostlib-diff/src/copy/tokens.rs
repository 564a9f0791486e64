//! Files as tokens.

use crate::Node;
use crate::grammar::{Grammar, Role};
use crate::node::walk;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// So many tokens in a row that stand in the public text are the spec's own code.
pub(super) const MIN_PUBLIC_RUN: usize = 12;

/// The tokens of a file, in their order.
#[derive(Clone, Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    /// The body of a function is a part of its file, and so is what stands between two of them: where each part ends.
    part_ends: Vec<usize>,
}

/// Whether what stands before the bodies of functions is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signatures {
    Kept,
    LeftOut,
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
    /// The tokens of a file; of its functions only what their bodies hold.
    pub(super) fn without_signatures(root: Node<'_>, text: &str, grammar: &Grammar) -> Self {
        Self::read(root, text, grammar, Signatures::LeftOut)
    }

    /// All tokens of a file.
    pub(super) fn with_signatures(root: Node<'_>, text: &str, grammar: &Grammar) -> Self {
        Self::read(root, text, grammar, Signatures::Kept)
    }

    fn read(root: Node<'_>, text: &str, grammar: &Grammar, signatures: Signatures) -> Self {
        let mut tokens = Self::default();
        let mut skip_until = 0;
        let mut function_end = usize::MAX;
        walk(root, |node| {
            if grammar.is_comment(node) {
                return false;
            }
            let role = grammar.role(node);
            if role.is(Role::FUNCTION) || role.is(Role::SIGNATURE) {
                if signatures == Signatures::LeftOut {
                    skip_until = signature_end(node).max(skip_until);
                }
                if role.is(Role::FUNCTION) {
                    tokens.end_part();
                    function_end = node.end_byte();
                }
            }
            let span = node.byte_range();
            if node.is_leaf() && span.start >= skip_until && !span.is_empty() {
                if span.start >= function_end {
                    tokens.end_part();
                    function_end = usize::MAX;
                }
                let hash = hash_of(text.get(span.clone()).unwrap_or_default());
                tokens.list.push(Token::new(hash, span, role.is(Role::NAME)));
            }
            true
        });
        tokens.list.shrink_to_fit();
        tokens
    }

    fn end_part(&mut self) {
        if self.part_ends.last() != Some(&self.list.len()) {
            self.part_ends.push(self.list.len());
        }
    }

    /// The parts in which the order of functions is no matter.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Token]> {
        let mut start = 0;
        let ends = self.part_ends.iter().copied().chain([self.list.len()]);
        ends.filter_map(move |end| self.list.get(std::mem::replace(&mut start, end)..end))
    }

    pub(super) fn n_bytes(&self) -> usize {
        self.list.iter().map(|token| token.end() - token.start()).sum()
    }

    /// The hash of each run of [`MIN_PUBLIC_RUN`] tokens.
    pub(super) fn runs(&self) -> impl Iterator<Item = u64> {
        self.list.windows(MIN_PUBLIC_RUN).map(|run| {
            let mut hasher = FxHasher::default();
            for token in run {
                token.hash.hash(&mut hasher);
            }
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
        let mut rest = Self::default();
        let mut is_taken = is_taken.into_iter();
        for part in self.parts() {
            let kept = part.iter().zip(&mut is_taken).filter(|(_, is_taken)| !is_taken);
            rest.list.extend(kept.map(|(token, _)| *token));
            rest.part_ends.push(rest.list.len());
        }
        rest
    }
}

pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Where the body starts, or the end of what has none.
fn signature_end(node: Node<'_>) -> usize {
    node.child_by_field_name("body").map_or(node.end_byte(), Node::start_byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Rust};

    #[test]
    fn functions_and_what_stands_between_them_are_parts() {
        let text = "use a; fn f(x: u8) { g(1) } const X: u8 = 2; /* no */ fn h() {}";
        let grammar = Rust.grammar();
        let tree = grammar.parse(text).unwrap();
        let words = |tokens: &Tokens| -> Vec<String> {
            let word = |token: &Token| &text[token.start()..token.end()];
            tokens.parts().map(|part| part.iter().map(word).collect::<Vec<_>>().join(" ")).collect()
        };
        let tokens = Tokens::without_signatures(tree.root(), text, grammar);
        assert_eq!(words(&tokens), ["use a ;", "{ g ( 1 ) }", "const X : u8 = 2 ;", "{ }"]);
        let all = Tokens::with_signatures(tree.root(), text, grammar);
        assert_eq!(words(&all)[1], "fn f ( x : u8 ) { g ( 1 ) }");
        assert_eq!(all.list.iter().filter(|token| token.is_name()).count(), 6);
        let rest = all.without(&all.runs().take(1).collect());
        assert_eq!(words(&rest)[..4], ["", "( 1 ) }", "const X : u8 = 2 ;", "fn h ( ) { }"]);
    }
}
