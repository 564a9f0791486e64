//! Winnowing, after Schleimer, Wilkerson and Aiken (SIGMOD 2003): of each window of hashes of k-grams, the
//! smallest is kept. Common text of at least k + w − 1 tokens leaves a common fingerprint.

use super::stream::Stream;
use super::tokens::{Token, hash_of};
use crate::parallel::in_parallel;
use rustc_hash::{FxHashMap, FxHashSet};

/// Tokens that are hashed together.
const K: usize = 23;
/// Hashes of which one is kept.
const W: usize = 17;

/// A token without its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Anything that is no name, by its hash.
    Text(u64),
    /// A name, by how many tokens ago it stood before; 0 for never.
    Name(usize),
}

/// The fingerprints of a stream. Names count only by where in a gram they stand again, so that other names leave the
/// same fingerprints.
pub(super) fn fingerprints(stream: &Stream<'_>) -> FxHashSet<u64> {
    let prints = in_parallel(stream.n_files(), |file| {
        let mut prints: Vec<_> = stream.tokens(file).parts().flat_map(|part| winnow(&shapes(part))).collect();
        prints.dedup();
        prints
    });
    prints.into_iter().flatten().collect()
}

/// The tokens with their names taken off: 0 for a name that has not stood before in its part, and for one that
/// has, the number of tokens since. Whoever changes names everywhere alike leaves these the same.
fn shapes(part: &[Token]) -> Vec<Shape> {
    let mut last: FxHashMap<u64, usize> = FxHashMap::default();
    let shapes = part.iter().enumerate().map(|(at, token)| {
        if token.is_name() {
            Shape::Name(last.insert(token.hash, at).map_or(0, |before| at - before))
        } else {
            Shape::Text(token.hash)
        }
    });
    shapes.collect()
}

fn winnow(tokens: &[Shape]) -> Vec<u64> {
    let grams: Vec<u64> = tokens.windows(K).map(gram).collect();
    let window = W.min(grams.len()).max(1);
    let mut prints: Vec<_> =
        grams.windows(window).filter_map(|window| window.iter().min().copied()).collect();
    prints.dedup();
    prints
}

/// The hash of K tokens; a name that stood before only outside of them is new.
fn gram(tokens: &[Shape]) -> u64 {
    let mut shapes = [0; K];
    for (at, (slot, shape)) in shapes.iter_mut().zip(tokens).enumerate() {
        *slot = match *shape {
            Shape::Text(hash) => hash,
            Shape::Name(distance) if distance <= at => distance as u64,
            Shape::Name(_) => 0,
        };
    }
    hash_of(&shapes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_run_of_k_and_w_leaves_a_common_fingerprint() {
        let texts = |range: std::ops::Range<u64>| range.map(Shape::Text).collect::<Vec<_>>();
        let common = texts(1000..1000 + (K + W - 1) as u64);
        let around =
            |from: u64| [texts(from..from + 50), common.clone(), texts(from + 50..from + 90)].concat();
        let (a, b) = (winnow(&around(0)), winnow(&around(500)));
        assert!(a.iter().any(|print| b.contains(print)));
        assert!(!winnow(&texts(0..90)).iter().any(|print| b.contains(print)));
    }

    #[test]
    fn short_text_has_one_fingerprint_or_none() {
        assert_eq!(winnow(&[Shape::Text(0); K - 1]).len(), 0);
        assert_eq!(winnow(&[Shape::Text(0); K]).len(), 1);
    }

    #[test]
    fn a_name_counts_by_where_it_stood_before_in_the_same_gram() {
        let with = |at: usize, shape| {
            let mut tokens = [Shape::Text(7); K];
            tokens[at] = shape;
            gram(&tokens)
        };
        assert_eq!(with(3, Shape::Name(4)), with(3, Shape::Name(0)));
        assert_ne!(with(3, Shape::Name(3)), with(3, Shape::Name(0)));
        assert_ne!(with(3, Shape::Name(3)), with(3, Shape::Name(2)));
    }
}
