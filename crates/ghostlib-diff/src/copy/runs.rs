//! Equal tokens in a row.

use super::stream::{Position, Stream};
use super::tokens::Token;
use crate::parallel::in_parallel;

/// Of a run that stands in the reference more often than this, only so many are tried.
const MAX_OCCURRENCES: usize = 16;

/// `length` tokens from `reference` on that equal those from `candidate` on, each in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) reference: Position,
    pub(super) candidate: Position,
    pub(super) length: usize,
}

/// The runs of at least `min` tokens, in the order of the candidate. They may overlap by less than `min`.
pub(super) fn find_runs(reference: &Stream<'_>, candidate: &Stream<'_>, min: usize) -> Vec<Run> {
    let windows = Windows::of(reference, min);
    let runs = in_parallel(candidate.n_files(), |file| runs_of_file(&windows, candidate, file));
    runs.into_iter().flatten().collect()
}

fn runs_of_file(windows: &Windows<'_, '_>, candidate: &Stream<'_>, file: usize) -> Vec<Run> {
    let tokens = &candidate.tokens(file).list;
    let mut runs = vec![];
    let mut next = 0;
    for (at, hash) in window_hashes(tokens, windows.length).enumerate() {
        if at < next {
            continue;
        }
        let known = windows.with_hash(hash);
        let longest = known.map(|start| (windows.common_length(start, &tokens[at..]), start)).max();
        if let Some((length, reference)) = longest.filter(|(length, _)| *length >= windows.length) {
            runs.push(Run { reference, candidate: Position { file, token: at }, length });
            next = at + length - windows.length + 1;
        }
    }
    runs
}

/// Where each row of `length` tokens stands: a hash table in 8 to 12 bytes a token, since a large library has millions.
struct Windows<'s, 't> {
    stream: &'s Stream<'t>,
    length: usize,
    /// The number of the first window of each file.
    file_starts: Vec<usize>,
    /// The last window of each bucket, by its number and one more; 0 in an empty one.
    heads: Vec<u32>,
    /// The window before in the same bucket, in the same way.
    before: Vec<u32>,
}

impl<'s, 't> Windows<'s, 't> {
    fn of(stream: &'s Stream<'t>, length: usize) -> Self {
        let mut n_windows = 0;
        let mut file_starts = vec![];
        for file in 0..stream.n_files() {
            file_starts.push(n_windows);
            n_windows += (stream.tokens(file).list.len() + 1).saturating_sub(length);
        }
        let n_buckets = n_windows.next_power_of_two().max(2);
        let (heads, before) = (vec![0; n_buckets], vec![0; n_windows]);
        let mut windows = Self { stream, length, file_starts, heads, before };
        for file in 0..stream.n_files() {
            windows.add(file);
        }
        windows
    }

    fn add(&mut self, file: usize) {
        let tokens = &self.stream.tokens(file).list;
        for (at, hash) in window_hashes(tokens, self.length).enumerate() {
            let equal =
                |start: &Position| self.common_length(*start, &tokens[at..at + self.length]) == self.length;
            if self.with_hash(hash).filter(equal).count() < MAX_OCCURRENCES {
                let (number, bucket) = (self.file_starts[file] + at, self.bucket(hash));
                self.before[number] = self.heads[bucket];
                // Windows that cannot be numbered are not found.
                self.heads[bucket] = u32::try_from(number + 1).unwrap_or_default();
            }
        }
    }

    /// Where windows stand whose hashes may be this.
    fn with_hash(&self, hash: u64) -> impl Iterator<Item = Position> {
        let numbered = |one_more: u32| (one_more as usize).checked_sub(1);
        let head = numbered(self.heads[self.bucket(hash)]);
        let numbers = std::iter::successors(head, move |number| numbered(self.before[*number]));
        numbers.map(|number| {
            let file = self.file_starts.partition_point(|start| *start <= number) - 1;
            Position { file, token: number - self.file_starts[file] }
        })
    }

    fn bucket(&self, hash: u64) -> usize {
        // The first bits of a polynomial depend on all of its terms.
        usize::try_from(hash >> (u64::BITS - self.heads.len().trailing_zeros())).unwrap_or_default()
    }

    /// How many tokens from `start` to the end of its file equal the first of `tokens`.
    fn common_length(&self, start: Position, tokens: &[Token]) -> usize {
        let pairs = self.stream.tokens_from(start).iter().zip(tokens);
        pairs.take_while(|(a, b)| a.hash == b.hash).count()
    }
}

/// The hash of each `length` tokens in a row, a polynomial of theirs.
fn window_hashes(tokens: &[Token], length: usize) -> impl Iterator<Item = u64> {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    let leaving = (0..length).fold(1, |power: u64, _| power.wrapping_mul(BASE));
    let mut hash = 0_u64;
    let hashes = tokens.iter().enumerate().map(move |(at, token)| {
        let gone = at.checked_sub(length).map_or(0, |gone| tokens[gone].hash);
        hash = hash.wrapping_mul(BASE).wrapping_add(token.hash).wrapping_sub(gone.wrapping_mul(leaving));
        hash
    });
    hashes.skip(length - 1)
}
