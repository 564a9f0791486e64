//! Equal tokens in a row.

use super::tokens::{Stream, hash_of};
use rustc_hash::FxHashMap;

/// Of a run that stands in the reference more often than this, only so many are tried.
const MAX_OCCURRENCES: usize = 16;

/// `length` tokens from `reference` on that equal those from `candidate` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) reference: usize,
    pub(super) candidate: usize,
    pub(super) length: usize,
}

/// The runs of at least `min` tokens, in the order of the candidate. They may overlap by less than `min`.
pub(super) fn find_runs(reference: &Stream, candidate: &Stream, min: usize) -> Vec<Run> {
    let (known, own) = (reference.hashes(), candidate.hashes());
    let mut starts: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (start, window) in known.windows(min).enumerate() {
        let occurrences = starts.entry(hash_of(window)).or_default();
        if occurrences.len() < MAX_OCCURRENCES {
            occurrences.push(start);
        }
    }
    let mut runs = vec![];
    let mut at = 0;
    while let Some(window) = own.get(at..at + min) {
        let occurrences = starts.get(&hash_of(window)).map(Vec::as_slice).unwrap_or_default();
        let longest =
            occurrences.iter().map(|start| (reference.common_length(*start, candidate, at), *start)).max();
        match longest {
            Some((length, start)) if length >= min => {
                runs.push(Run { reference: start, candidate: at, length });
                at += length - min + 1;
            }
            _ => at += 1,
        }
    }
    runs
}
