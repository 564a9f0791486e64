//! Bodies on their way through: counted, and on the way in, redacted and read for their usage.

use super::meter::{Budget, Meter};
use super::redact::RedactStream;
use super::usage::UsageReader;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Why a body broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error(transparent)]
    Connection(#[from] hyper::Error),
    #[error("the budget of {0} is used up")]
    Budget(Budget),
}

/// The body of a request.
pub(super) struct RequestBody {
    incoming: Incoming,
    meter: Arc<Meter>,
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, meter: Arc<Meter>) -> Self {
        Self { incoming, meter }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let part = ready!(poll_part(&mut self.incoming, cx));
        Poll::Ready(part.map(|part| {
            let part = part?;
            self.meter.up(part.len()).map_err(BodyError::Budget)?;
            Ok(Frame::data(part))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The body of an answer.
pub(super) struct AnswerBody {
    incoming: Incoming,
    meter: Arc<Meter>,
    redact: RedactStream,
    usage: Option<UsageReader>,
    is_over: bool,
}

impl AnswerBody {
    /// `usage` is for an answer that should tell what it took.
    pub(super) fn new(
        incoming: Incoming,
        meter: Arc<Meter>,
        redact: RedactStream,
        usage: Option<UsageReader>,
    ) -> Self {
        Self { incoming, meter, redact, usage, is_over: false }
    }

    fn pass(&mut self, part: Bytes) -> Result<Bytes, BodyError> {
        self.meter.down(part.len()).map_err(BodyError::Budget)?;
        if let Some(usage) = &mut self.usage {
            usage.push(&part);
        }
        Ok(self.redact.push(part))
    }

    /// The last part. The counts stand before the client sees the end.
    fn end(&mut self) -> Bytes {
        let rest = self.redact.finish();
        self.count();
        rest
    }

    /// Counts what passed, once.
    fn count(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        self.meter.redacted(self.redact.n_found());
        if let Some(mut usage) = self.usage.take() {
            self.meter.answered(usage.finish());
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
                    self.count();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        Poll::Ready(None)
    }
}

impl Drop for AnswerBody {
    /// A client may go away early. What the answer told by then counts.
    fn drop(&mut self) {
        self.count();
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
