//! What a request to a model takes.

use super::meter::Meter;
use super::usage::{Tokens, UsageReader};
use std::sync::Arc;

/// How many bytes of text a token stands for where nobody tells: about so many in English and in code, and those of
/// the formats around the text are counted as well.
const BYTES_PER_TOKEN: u64 = 4;

/// A request to a model and its answer. It counts once, when it is over or dropped: whoever hangs up has asked all the
/// same.
#[derive(Debug)]
pub(super) struct Exchange {
    meter: Arc<Meter>,
    told: UsageReader,
    /// Of the request's body.
    n_bytes_up: u64,
    /// Of the answer's.
    n_bytes_down: u64,
    is_over: bool,
}

/// How far an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    BrokenOff,
}

impl Exchange {
    /// Begins with a request whose body has `n_bytes_up`.
    pub(super) fn new(meter: Arc<Meter>, n_bytes_up: u64) -> Self {
        Self { meter, told: UsageReader::new(""), n_bytes_up, n_bytes_down: 0, is_over: false }
    }

    /// There is an answer with a body of this content type.
    pub(super) fn answered(&mut self, content_type: &str) {
        self.told = UsageReader::new(content_type);
    }

    /// There is none, or it is an error: nobody pays for that.
    pub(super) fn forget(mut self) {
        self.is_over = true;
    }

    /// The next part of the answer.
    pub(super) fn push(&mut self, part: &[u8]) {
        self.told.push(part);
        self.n_bytes_down += part.len() as u64;
    }

    /// Counts what was told, and what may have been beyond that.
    pub(super) fn end(mut self, extent: Extent) {
        self.count(extent);
    }

    fn count(&mut self, extent: Extent) {
        if !std::mem::replace(&mut self.is_over, true) {
            let told = self.told.finish();
            self.meter.answered(told, self.untold(told, extent), extent);
        }
    }

    /// How many more tokens there may have been than were told. Whoever tells the end of its answer has told them all;
    /// what was written of one that broke off was not counted yet.
    fn untold(&self, told: Option<Tokens>, extent: Extent) -> u64 {
        let input = self.n_bytes_up.div_ceil(BYTES_PER_TOKEN);
        let output = self.n_bytes_down.div_ceil(BYTES_PER_TOKEN);
        match (told, extent) {
            (Some(_), Extent::Whole) => 0,
            (Some(told), Extent::BrokenOff) => output.saturating_sub(told.output),
            (None, _) => input.saturating_add(output),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.count(Extent::BrokenOff);
    }
}
