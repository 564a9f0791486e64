//! Bodies of functions as sets of subtrees.

use crate::Node;
use crate::grammar::{Grammar, Role};
use crate::node::walk;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// What a body consists of, without its layout and its comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    /// The hash of each subtree of at least two tokens, sorted.
    subtrees: Vec<u64>,
    /// The hash of all of it.
    pub(super) hash: u64,
    pub(super) n_tokens: usize,
    /// Strings, characters and numbers as they are written, sorted.
    literals: Vec<String>,
}

impl Body {
    pub(super) fn of(node: Node<'_>, text: &str, grammar: &Grammar) -> Self {
        let mut body = Self::default();
        let mut open: Vec<Subtree> = vec![];
        walk(node, |node| {
            body.close_until(node.id(), &mut open);
            let is_branch =
                !grammar.is_comment(node) && !body.take_leaf(node, text, grammar.role(node), &mut open);
            open.extend(is_branch.then(|| Subtree::of(node)));
            is_branch
        });
        body.close_until(usize::MAX, &mut open);
        body.subtrees.sort_unstable();
        body.subtrees.shrink_to_fit();
        body.literals.sort_unstable();
        body.literals.shrink_to_fit();
        body
    }

    /// Takes a token, or a literal as if it were one.
    fn take_leaf(&mut self, node: Node<'_>, text: &str, role: Role, open: &mut [Subtree]) -> bool {
        let is_literal = role.is(Role::LITERAL);
        if !node.is_leaf() && !is_literal {
            return false;
        }
        let word = text.get(node.byte_range()).unwrap_or_default();
        if is_literal {
            self.literals.push(word.to_owned());
        }
        self.n_tokens += 1;
        let hash = hash_of(&(node.kind_id(), word));
        match open.last_mut() {
            Some(parent) => parent.add(hash, 1),
            None => self.hash = hash,
        }
        true
    }

    /// Takes the subtrees that end before the node with this id.
    fn close_until(&mut self, id: usize, open: &mut Vec<Subtree>) {
        while let Some(subtree) = open.pop_if(|subtree| subtree.end_id <= id) {
            let hash = subtree.hasher.finish();
            if subtree.n_tokens > 1 {
                self.subtrees.push(hash);
            }
            match open.last_mut() {
                Some(parent) => parent.add(hash, subtree.n_tokens),
                None => self.hash = hash,
            }
        }
    }

    /// Dice's coefficient of the two sets of subtrees, from 0 to 1.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        if self.hash == other.hash {
            return 1.0;
        }
        let (mut n_common, mut at) = (0_usize, 0);
        for hash in &self.subtrees {
            while other.subtrees.get(at).is_some_and(|theirs| theirs < hash) {
                at += 1;
            }
            if other.subtrees.get(at) == Some(hash) {
                n_common += 1;
                at += 1;
            }
        }
        let n_all = self.subtrees.len() + other.subtrees.len();
        if n_all == 0 { 0.0 } else { ratio(2 * n_common, n_all) }
    }

    pub(super) fn subtrees(&self) -> &[u64] {
        &self.subtrees
    }

    /// The literals that only this body has, and those that only the other has.
    pub(super) fn other_literals(&self, other: &Self) -> (Vec<String>, Vec<String>) {
        (without(&self.literals, &other.literals), without(&other.literals, &self.literals))
    }
}

/// A node whose children are being read.
struct Subtree {
    hasher: FxHasher,
    n_tokens: usize,
    end_id: usize,
}

impl Subtree {
    fn of(node: Node<'_>) -> Self {
        let mut hasher = FxHasher::default();
        node.kind_id().hash(&mut hasher);
        Self { hasher, n_tokens: 0, end_id: node.end_id() }
    }

    fn add(&mut self, hash: u64, n_tokens: usize) {
        hash.hash(&mut self.hasher);
        self.n_tokens += n_tokens;
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What is in the first sorted list and not in the second, each once.
fn without(list: &[String], other: &[String]) -> Vec<String> {
    let mut rest: Vec<String> =
        list.iter().filter(|one| other.binary_search(one).is_err()).cloned().collect();
    rest.dedup();
    rest
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn ratio(n: usize, of: usize) -> f64 {
    n as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Rust};

    fn body(text: &str) -> Body {
        let grammar = Rust.grammar();
        let tree = grammar.parse(text).unwrap();
        Body::of(tree.root(), text, grammar)
    }

    #[test]
    fn layout_and_comments_do_not_count() {
        let one = body("fn f() { g(1, \"a b\"); h(x); }");
        assert_eq!(one, body("fn f() {\n  // why\n  g( 1,\"a b\" );\n  h(x); }"));
        assert_ne!(one.hash, body("fn f() { g(1, \"a  b\"); h(x); }").hash);
        assert_eq!(one.n_tokens, 18);
    }

    #[test]
    fn similarity_falls_with_what_differs() {
        let one = body("fn f() { a(1, 2); b(3, 4); c(5, 6); }");
        let near = one.similarity(&body("fn f() { a(1, 2); b(3, 4); d(5, 7); }"));
        let far = one.similarity(&body("fn f() { loop { break; } }"));
        assert!(one.similarity(&one) > 0.999);
        assert!(near > 0.4 && near < 1.0 && far < 0.2, "{near} {far}");
    }

    #[test]
    fn literals_that_differ_are_told_once() {
        let one = body("fn f() { a(\"x\", 'c', 1.5, 1, 1); }");
        let other = body("fn f() { a(\"y\", 'c', 1.5, 2, 2); }");
        assert_eq!(
            one.other_literals(&other),
            (vec!["\"x\"".into(), "1".into()], vec!["\"y\"".into(), "2".into()])
        );
    }

    #[test]
    fn deep_nesting_and_broken_code_are_read() {
        let deep = format!("fn f() {{ {}x{} }}", "(".repeat(20_000), ")".repeat(20_000));
        assert!(body(&deep).n_tokens > 20_000);
        assert!(body("fn f( { ]]").n_tokens > 2);
        assert_eq!(body("").n_tokens, 1);
    }
}
