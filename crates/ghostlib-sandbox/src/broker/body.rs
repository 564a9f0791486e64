//! Bodies on their way through: counted; those of answers redacted and read for their usage.

use super::meter::{Budget, Meter};
use super::redact::RedactStream;
use super::refusal::Refusal;
use super::usage::{Tokens, UsageReader};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// How many bytes of text a token stands for where nobody tells: about so many in English and in code, and those of
/// the formats around the text are counted as well.
const BYTES_PER_TOKEN: u64 = 4;

/// The most bytes of a request: it is read before it goes on.
const MAX_REQUEST: usize = 64 << 20;

/// Why a body broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error(transparent)]
    Connection(#[from] hyper::Error),
    #[error("the budget of {0} is used up")]
    Budget(Budget),
}

/// The whole body of a request, counted as it comes.
pub(super) async fn read_request(mut incoming: Incoming, meter: &Meter) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Refusal::Content("it broke off"))?;
        let Ok(part) = frame.into_data() else { continue };
        meter.up(part.len()).map_err(Refusal::Budget)?;
        if body.len() + part.len() > MAX_REQUEST {
            return Err(Refusal::Content("it is larger than 64 MiB"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}

/// The body of an answer.
pub(super) struct AnswerBody {
    incoming: Incoming,
    meter: Arc<Meter>,
    redact: RedactStream,
    usage: Option<Usage>,
    is_over: bool,
}

/// What an exchange takes, as far as that is told or can be seen.
pub(super) struct Usage {
    pub(super) told: UsageReader,
    /// Of the request's body.
    pub(super) n_bytes_up: u64,
    /// Of the answer's.
    pub(super) n_bytes_down: u64,
}

/// How far an answer came.
#[derive(Clone, Copy)]
enum Extent {
    Whole,
    BrokenOff,
}

impl Usage {
    /// The tokens that were told, and how many more there may have been. Whoever tells the end of its answer has told
    /// them all; what was written of one that broke off was not counted yet.
    fn finish(mut self, extent: Extent) -> (Option<Tokens>, u64) {
        let input = self.n_bytes_up.div_ceil(BYTES_PER_TOKEN);
        let output = self.n_bytes_down.div_ceil(BYTES_PER_TOKEN);
        let told = self.told.finish();
        let n_estimated = match (told, extent) {
            (Some(_), Extent::Whole) => 0,
            (Some(told), Extent::BrokenOff) => output.saturating_sub(told.output),
            (None, _) => input.saturating_add(output),
        };
        (told, n_estimated)
    }
}

impl AnswerBody {
    /// `usage` is for an answer that should tell what it took.
    pub(super) fn new(
        incoming: Incoming,
        meter: Arc<Meter>,
        redact: RedactStream,
        usage: Option<Usage>,
    ) -> Self {
        Self { incoming, meter, redact, usage, is_over: false }
    }

    fn pass(&mut self, part: Bytes) -> Result<Bytes, BodyError> {
        self.meter.down(part.len()).map_err(BodyError::Budget)?;
        if let Some(usage) = &mut self.usage {
            usage.told.push(&part);
            usage.n_bytes_down += part.len() as u64;
        }
        Ok(self.redact.push(part))
    }

    /// The last part. The counts stand before the client sees the end.
    fn end(&mut self) -> Bytes {
        let rest = self.redact.finish();
        self.count(Extent::Whole);
        rest
    }

    /// Counts what passed, once.
    fn count(&mut self, extent: Extent) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        self.meter.redacted(self.redact.n_found());
        if let Some(usage) = self.usage.take() {
            let (told, n_estimated) = usage.finish(extent);
            self.meter.answered(told, n_estimated);
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        // A part may be kept back whole.
        while !self.is_over {
            let passed = match ready!(poll_part(&mut self.incoming, cx)) {
                Some(Ok(part)) => self.pass(part),
                Some(Err(error)) => Err(error.into()),
                None => Ok(self.end()),
            };
            match passed {
                Ok(part) if part.is_empty() => {}
                Ok(part) => return Poll::Ready(Some(Ok(Frame::data(part)))),
                Err(error) => {
                    self.meter.failed(error.to_string());
                    self.count(Extent::BrokenOff);
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        Poll::Ready(None)
    }
}

impl Drop for AnswerBody {
    /// A client may go away early. What the answer told by then counts, and what it did not get to tell.
    fn drop(&mut self) {
        self.count(Extent::BrokenOff);
    }
}

/// The next part; trailers are left out.
fn poll_part(incoming: &mut Incoming, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Bytes>>> {
    loop {
        match ready!(Pin::new(&mut *incoming).poll_frame(cx)) {
            Some(Ok(frame)) => {
                if let Ok(part) = frame.into_data() {
                    return Poll::Ready(Some(Ok(part)));
                }
            }
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        }
    }
}
