//! What each crate has to reach, but those with an exception.

use super::Measured;
use super::compare::Comparison;
use clap::Args;

/// The least shares that are enough; without an option, anything is.
#[derive(Args)]
pub(super) struct Bars {
    /// Names that rustdoc has too, of those that are read.
    #[arg(long = "min-precision", value_name = "SHARE", default_value_t = 0.0)]
    precision: f64,
    /// Names that are read, of those that rustdoc has.
    #[arg(long = "min-recall", value_name = "SHARE", default_value_t = 0.0)]
    recall: f64,
    /// Signatures that are equal.
    #[arg(long = "min-signatures", value_name = "SHARE", default_value_t = 0.0)]
    signatures: f64,
    /// Trait implementations, both of those that are read and of those that rustdoc has.
    #[arg(long = "min-impls", value_name = "SHARE", default_value_t = 0.0)]
    impls: f64,
}

impl Bars {
    /// Each share that is too small, in a line.
    pub(super) fn missed(&self, measured: &[Measured]) -> Vec<String> {
        let plain = measured.iter().filter(|one| one.entry.exception.is_none());
        plain.flat_map(|one| self.missed_by(&one.entry.name, &one.comparison)).collect()
    }

    fn missed_by(&self, name: &str, comparison: &Comparison) -> Vec<String> {
        let Comparison { names, signatures, impls, .. } = comparison;
        let shares = [
            ("precision of names", names.precision(), self.precision),
            ("recall of names", names.recall(), self.recall),
            ("equal signatures", signatures.equal(), self.signatures),
            ("precision of trait impls", impls.precision(), self.impls),
            ("recall of trait impls", impls.recall(), self.impls),
        ];
        let missed = shares.into_iter().filter(|(_, share, least)| share < least);
        missed
            .map(|(what, share, least)| format!("{name}: {what} {share:.4}, and {least} is asked for"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::compare::Overlap;

    #[test]
    fn a_share_below_its_bar_is_told() {
        let bars = Bars { precision: 0.99, recall: 0.98, signatures: 0.97, impls: 0.95 };
        let names = Overlap { truth: 100, read: 98, both: 97 };
        let comparison = Comparison { names, ..Comparison::default() };
        assert_eq!(
            bars.missed_by("a", &comparison),
            [
                "a: precision of names 0.9898, and 0.99 is asked for",
                "a: recall of names 0.9700, and 0.98 is asked for"
            ]
        );
    }
}
