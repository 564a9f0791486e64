//! Whether code was copied: winnowed fingerprints, verbatim runs, the longest run.

mod common;
mod runs;
mod stream;
mod tokens;
mod winnow;

pub use common::{code_size, common_code};

use crate::{Rust, SourceTree};
use ghostlib_model::Place;
use runs::{Run, find_runs};
use stream::{Position, Stream};
use winnow::fingerprints;

/// Fewer equal tokens in a row than this are no copying.
const MIN_RUN: usize = 30;
/// More runs than this are not listed.
const MAX_PLACES: usize = 50;

/// How much of a candidate's code also stands in the reference. Signatures and what stands in the public
/// text are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyReport {
    /// Common token fingerprints, as a share of those of whichever tree has fewer, from 0 to 1. Names that were changed
    /// everywhere alike, and items in another order, leave them the same.
    pub fingerprint: f64,
    /// The share of the candidate's tokens in runs of at least 30 tokens that the reference has too, from 0 to 1.
    pub verbatim: f64,
    /// Tokens of the longest such run; 0 where there is none.
    pub longest_run: usize,
    /// Whether any of the three reaches its threshold.
    pub alarmed: bool,
    /// The runs, the longest first, at most 50.
    pub places: Vec<CopiedRun>,
}

/// Equal tokens in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedRun {
    /// Where, in the reference.
    pub reference: Place,
    /// Where, in the candidate.
    pub candidate: Place,
    /// How many tokens.
    pub n_tokens: usize,
}

/// From where on a copy is alarming.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyThresholds {
    /// Share of common fingerprints, from 0 to 1.
    pub fingerprint: f64,
    /// Share of verbatim tokens, from 0 to 1.
    pub verbatim: f64,
    /// Tokens in a row.
    pub longest_run: usize,
}

impl Default for CopyThresholds {
    /// Between what independent rewrites were seen to reach (.035, .047, 110) and what forks do (.45, .40 and above).
    fn default() -> Self {
        Self { fingerprint: 0.25, verbatim: 0.20, longest_run: 150 }
    }
}

/// Compares the token streams of two trees, without comments, signatures, and code that stands in
/// `public_text`: the fenced blocks of Markdown, or all of a text that has none. Tests, benches and examples
/// are left out.
pub fn copy_check(
    reference: &SourceTree,
    candidate: &SourceTree,
    public_text: &[&str],
    thresholds: &CopyThresholds,
) -> CopyReport {
    let language = candidate.language().unwrap_or(&Rust);
    let read = |tree| Stream::of_tree(tree).without_public_text(public_text, language);
    let (known, own) = (read(reference), read(candidate));
    let (known_prints, own_prints) = (fingerprints(&known), fingerprints(&own));
    // Of the smaller set: neither padding nor copying only a part makes a copy smaller.
    let n_smaller = own_prints.len().min(known_prints.len());
    let fingerprint =
        share(own_prints.iter().filter(|print| known_prints.contains(print)).count(), n_smaller);
    let mut runs = find_runs(&known, &own, MIN_RUN);
    let verbatim = share(covered(&runs), own.n_tokens());
    runs.sort_by_key(|run| (std::cmp::Reverse(run.length), run.candidate));
    let longest_run = runs.first().map_or(0, |run| run.length);
    let place = |run: &Run| copied_run(&known, &own, *run);
    CopyReport {
        fingerprint,
        verbatim,
        longest_run,
        alarmed: fingerprint >= thresholds.fingerprint
            || verbatim >= thresholds.verbatim
            || longest_run >= thresholds.longest_run,
        places: runs.iter().take(MAX_PLACES).map(place).collect(),
    }
}

fn copied_run(known: &Stream<'_>, own: &Stream<'_>, run: Run) -> CopiedRun {
    CopiedRun {
        reference: known.place(run.reference, run.length),
        candidate: own.place(run.candidate, run.length),
        n_tokens: run.length,
    }
}

/// The candidate's tokens in any of the runs, which come in the order of the candidate.
fn covered(runs: &[Run]) -> usize {
    let mut end = Position::default();
    let mut n_covered = 0;
    for run in runs {
        let start = run.candidate.max(end);
        end = end.max(Position { token: run.candidate.token + run.length, ..run.candidate });
        n_covered += end.token.saturating_sub(start.token);
    }
    n_covered
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn share(n: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { n as f64 / of as f64 }
}
