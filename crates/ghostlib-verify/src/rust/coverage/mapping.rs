//! How a function's regions are written.

use crate::coverage::Region;
use std::collections::BTreeMap;
use std::path::Path;

/// A function as it was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    /// Of its name, and of its shape.
    pub(super) hashes: (u64, u64),
    /// Its pieces with the files that they are in, and how the function's own counters tell how often each ran.
    pub(super) regions: Vec<(String, Region, Counts)>,
}

/// The function's counters with the factors by which their sum tells how often something ran.
pub(super) type Counts = BTreeMap<u64, i64>;

/// What is still to read.
pub(super) struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.all.len()
    }

    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let taken = self.all.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(taken)
    }

    /// Goes on at the next multiple of a number of bytes.
    pub(super) fn align(&mut self, to: usize) {
        self.at = self.at.next_multiple_of(to);
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// A number in as many bytes as it needs (ULEB128).
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// As many items as a number before them says.
    fn list<T>(&mut self, item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.number()?;
        let mut item = item;
        // An item has at least one byte.
        let n = usize::try_from(n).ok().filter(|n| *n <= self.all.len())?;
        (0..n).map(|_| item(self)).collect()
    }
}

/// The names of files as they are written together. The first is the folder that the others are relative to.
pub(super) fn file_names(written: &[u8]) -> Option<Vec<String>> {
    let mut bytes = Bytes::new(written);
    let (n, _, packed) = (bytes.number()?, bytes.number()?, bytes.number()?);
    if packed != 0 {
        return None;
    }
    let mut names: Vec<String> = vec![];
    for _ in 0..n {
        let length = usize::try_from(bytes.number()?).ok()?;
        let name = String::from_utf8_lossy(bytes.take(length)?).into_owned();
        let whole = names.first().map(|folder| Path::new(folder).join(&name));
        names.push(whole.map_or(name, |path| path.to_string_lossy().into_owned()));
    }
    Some(names)
}

/// How often something ran: never, as a counter says, or as a sum or difference of two others does.
#[derive(Clone, Copy)]
enum Count {
    Never,
    Counter(u64),
    Sum(usize),
    Difference(usize),
}

impl Count {
    fn of(written: u64) -> Option<Self> {
        let rest = written >> 2;
        Some(match written & 3 {
            0 => Self::Never,
            1 => Self::Counter(rest),
            2 => Self::Difference(usize::try_from(rest).ok()?),
            _ => Self::Sum(usize::try_from(rest).ok()?),
        })
    }

    fn add_to(self, counts: &mut Counts, factor: i64, pairs: &[(Self, Self)], depth: usize) -> Option<()> {
        let (pair, second) = match self {
            Self::Never => return Some(()),
            Self::Counter(at) => {
                let count = counts.entry(at).or_default();
                *count = count.checked_add(factor)?;
                return Some(());
            }
            Self::Sum(at) => (pairs.get(at)?, factor),
            Self::Difference(at) => (pairs.get(at)?, factor.checked_neg()?),
        };
        let depth = depth.checked_sub(1)?;
        pair.0.add_to(counts, factor, pairs, depth)?;
        pair.1.add_to(counts, second, pairs, depth)
    }
}

/// Sums within sums are followed so far.
const MAX_DEPTH: usize = 512;

/// What is written of one function.
pub(super) fn function(hashes: (u64, u64), written: &[u8], names: &[String]) -> Option<Function> {
    let mut bytes = Bytes::new(written);
    let files = bytes.list(Bytes::number)?;
    let pairs = bytes.list(|bytes| Some((Count::of(bytes.number()?)?, Count::of(bytes.number()?)?)))?;
    let mut regions = vec![];
    for file in files {
        let name = names.get(usize::try_from(file).ok()?)?;
        let mut line = 0;
        let of_file = bytes.list(|bytes| region(bytes, &mut line))?;
        for (region, count) in of_file {
            let Some(count) = count else { continue };
            let mut counts = Counts::new();
            count.add_to(&mut counts, 1, &pairs, MAX_DEPTH)?;
            counts.retain(|_, factor| *factor != 0);
            regions.push((name.clone(), region, counts));
        }
    }
    Some(Function { hashes, regions })
}

/// The kinds of regions that say something else than that code is there, by their numbers.
const SKIPPED: u64 = 2;
const BRANCH: u64 = 4;
const DECISION: u64 = 5;
const CONDITION: u64 = 6;
/// Marks the end of a region that is there to fill a gap.
const GAP: u64 = 1 << 31;

/// A piece of the source, and how often it ran if it is code.
fn region(bytes: &mut Bytes<'_>, line: &mut u64) -> Option<(Region, Option<Count>)> {
    let head = bytes.number()?;
    let count = Count::of(head)?;
    let mut is_code = true;
    if matches!(count, Count::Never) {
        let (is_expansion, kind) = (head & 4 != 0, head >> 3);
        is_code = !is_expansion && kind == 0;
        let n_more = match kind {
            _ if is_expansion => 0,
            0 | SKIPPED => 0,
            BRANCH | DECISION => 2,
            CONDITION => 5,
            _ => return None,
        };
        for _ in 0..n_more {
            bytes.number()?;
        }
    }
    *line = line.checked_add(bytes.number()?)?;
    let (column, n_lines, end) = (bytes.number()?, bytes.number()?, bytes.number()?);
    let number = |n: u64| u32::try_from(n).ok();
    let start = (number(*line)?, number(column)?);
    let region = Region { start, end: (number(line.checked_add(n_lines)?)?, number(end & !GAP)?) };
    Some((region, (is_code && end & GAP == 0).then_some(count)))
}
