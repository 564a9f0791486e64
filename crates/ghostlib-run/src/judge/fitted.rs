//! Whether a candidate does what it was shown and not the rest.

use crate::statistics::MAX_CHANCE;
use ghostlib_model::{Finding, Priority, Ratio, VectorsDimension};

/// What is to be said, if the vectors that the implementer saw pass, and those that it did not see fail, more often than
/// by chance.
pub(super) fn finding(vectors: &VectorsDimension) -> Option<Finding> {
    let VectorsDimension { all, hidden } = *vectors;
    let visible = Ratio::new(all.n.checked_sub(hidden.n)?, all.of.checked_sub(hidden.of)?);
    (visible.share()? > hidden.share()? && chance(all, hidden) < MAX_CHANCE).then(|| {
        let message = format!(
            "{visible} of the vectors that the implementer saw pass, and {hidden} of those that it did not see."
        );
        let mut finding = Finding::new("fitted-to-vectors", Priority::P2, "vectors", message);
        finding.advice = "Let the spec state the rules behind the vectors: what passes was written for them.".into();
        finding
    })
}

/// How probable it is that at least so many of the failures fall on the hidden vectors if they fall anywhere: the upper
/// tail of the hypergeometric distribution, which is Fisher's exact test.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn chance(all: Ratio, hidden: Ratio) -> f64 {
    let (n_failed, n_hidden_failed) = (all.of - all.n, hidden.of - hidden.n);
    let ln_choose =
        |n: usize, k: usize| -> f64 { (1..=k).map(|at| ((n - k + at) as f64).ln() - (at as f64).ln()).sum() };
    let n_visible = all.of - hidden.of;
    (n_hidden_failed..=n_failed.min(hidden.of))
        .filter(|n| n_failed - n <= n_visible)
        .map(|n| {
            (ln_choose(hidden.of, n) + ln_choose(n_visible, n_failed - n) - ln_choose(all.of, n_failed)).exp()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_told_when_chance_does_not_explain_it() {
        let of = |all: [usize; 2], hidden: [usize; 2]| {
            let dimension = VectorsDimension {
                all: Ratio::new(all[0], all[1]),
                hidden: Ratio::new(hidden[0], hidden[1]),
            };
            finding(&dimension).map(|finding| finding.message)
        };
        let told =
            "20/20 of the vectors that the implementer saw pass, and 2/8 of those that it did not see.";
        assert_eq!(of([22, 28], [2, 8]).as_deref(), Some(told));
        assert_eq!(of([27, 28], [7, 8]), None, "one failure may fall anywhere");
        assert_eq!(of([10, 28], [7, 8]), None, "the hidden ones are the better ones");
        assert_eq!(of([28, 28], [8, 8]), None);
        assert_eq!(of([0, 8], [0, 8]), None, "nothing was visible");
    }

    #[test]
    fn chances_are_those_of_the_hypergeometric_distribution() {
        // 2 failures, both among 4 hidden ones of 14: 6 of 91 pairs.
        assert!((chance(Ratio::new(12, 14), Ratio::new(2, 4)) - 6.0 / 91.0).abs() < 1e-12);
        assert!((chance(Ratio::new(12, 14), Ratio::new(4, 4)) - 1.0).abs() < 1e-12);
    }
}
