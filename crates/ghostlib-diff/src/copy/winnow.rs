//! Winnowing, after Schleimer, Wilkerson and Aiken (SIGMOD 2003): of each window of hashes of k-grams, the
//! smallest is kept. Common text of at least k + w − 1 tokens leaves a common fingerprint.

use super::tokens::{Stream, hash_of};
use std::collections::BTreeSet;

/// Tokens that are hashed together.
const K: usize = 23;
/// Hashes of which one is kept.
const W: usize = 17;

/// The fingerprints of a stream.
pub(super) fn fingerprints(stream: &Stream) -> BTreeSet<u64> {
    let hashes = stream.hashes();
    stream.segments().flat_map(|segment| winnow(&hashes[segment])).collect()
}

fn winnow(tokens: &[u64]) -> Vec<u64> {
    let grams: Vec<u64> = tokens.windows(K).map(hash_of).collect();
    let window = W.min(grams.len()).max(1);
    grams.windows(window).filter_map(|window| window.iter().min().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_run_of_k_and_w_leaves_a_common_fingerprint() {
        let common: Vec<u64> = (1000..1000 + (K + W - 1) as u64).collect();
        let around = |from: u64| {
            [(from..from + 50).collect(), common.clone(), (from + 50..from + 90).collect()].concat()
        };
        let (a, b) = (winnow(&around(0)), winnow(&around(500)));
        assert!(a.iter().any(|print| b.contains(print)));
        assert!(!winnow(&(0..90).collect::<Vec<_>>()).iter().any(|print| b.contains(print)));
    }

    #[test]
    fn short_text_has_one_fingerprint_or_none() {
        assert_eq!(winnow(&(0..K as u64 - 1).collect::<Vec<_>>()).len(), 0);
        assert_eq!(winnow(&(0..K as u64).collect::<Vec<_>>()).len(), 1);
    }
}
