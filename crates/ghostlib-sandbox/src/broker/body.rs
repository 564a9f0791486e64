//! Bodies on their way through: counted; those of answers redacted and read for their usage.

use super::exchange::{Exchange, Extent};
use super::meter::{Budget, Meter};
use super::redact::RedactStream;
use super::refusal::Refusal;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

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
        let frame = frame.map_err(|_| Refusal::Content("it broke off".into()))?;
        let Ok(part) = frame.into_data() else { continue };
        meter.up(part.len()).map_err(Refusal::Budget)?;
        if body.len() + part.len() > MAX_REQUEST {
            return Err(Refusal::Content("it is larger than 64 MiB".into()));
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
    exchange: Option<Exchange>,
    is_over: bool,
}

impl AnswerBody {
    /// `exchange` is for the answer of a model.
    pub(super) fn new(
        incoming: Incoming,
        meter: Arc<Meter>,
        redact: RedactStream,
        exchange: Option<Exchange>,
    ) -> Self {
        Self { incoming, meter, redact, exchange, is_over: false }
    }

    fn pass(&mut self, part: Bytes) -> Result<Bytes, BodyError> {
        self.meter.down(part.len()).map_err(BodyError::Budget)?;
        if let Some(exchange) = &mut self.exchange {
            exchange.push(&part);
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
        if let Some(exchange) = self.exchange.take() {
            exchange.end(extent);
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
