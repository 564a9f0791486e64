//! Keeps what comes along a stream, up to a limit that several streams share.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::sync::watch;
use tokio::time::sleep;

/// How long a stream is read on whose process has ended: whoever keeps it open has nothing to say.
const PATIENCE: Duration = Duration::from_secs(1);

/// Says by being dropped that a process is over.
#[derive(Debug)]
pub(super) struct Life {
    _dropped: watch::Sender<()>,
}

/// Learns of it.
#[derive(Clone, Debug)]
pub(super) struct Death(watch::Receiver<()>);

impl Life {
    pub(super) fn begin() -> (Self, Death) {
        let (life, death) = watch::channel(());
        (Self { _dropped: life }, Death(death))
    }
}

impl Death {
    /// Returns when its streams have nothing more to say.
    async fn and_patience(mut self) {
        while self.0.changed().await.is_ok() {}
        sleep(PATIENCE).await;
    }
}

/// What may still be kept.
#[derive(Debug)]
pub(super) struct Budget {
    left: AtomicU64,
    overrun: AtomicBool,
}

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self { left: AtomicU64::new(bytes), overrun: AtomicBool::new(false) }
    }

    /// Whether more came than was allowed.
    pub(super) fn is_overrun(&self) -> bool {
        self.overrun.load(Ordering::Acquire)
    }

    /// Takes `wanted` bytes, or as many as are left.
    fn take(&self, wanted: usize) -> usize {
        let wanted = wanted as u64;
        let spend = |left: u64| Some(left.saturating_sub(wanted));
        let (Ok(left) | Err(left)) = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, spend);
        if left < wanted {
            self.overrun.store(true, Ordering::Release);
        }
        usize::try_from(left.min(wanted)).unwrap_or(usize::MAX)
    }
}

/// Reads to the end of the stream, to a second after the death of its process, or to the end of the budget; then
/// `stop` is called.
pub(super) async fn capture(
    mut stream: impl AsyncRead + Unpin,
    budget: &Budget,
    death: Death,
    stop: impl Fn(),
) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    let over = death.and_patience();
    tokio::pin!(over);
    loop {
        let read = tokio::select! {
            biased;
            read = stream.read(&mut chunk) => read,
            () = &mut over => break,
        };
        // A stream that fails has nothing more to say.
        let Ok(n_read @ 1..) = read else { break };
        let n_kept = budget.take(n_read);
        kept.extend_from_slice(&chunk[..n_kept]);
        if n_kept < n_read {
            stop();
            break;
        }
    }
    kept
}

/// A stream that somebody else reads, up to the end of the budget; then `stop` is called, and it ends.
pub(super) struct Limited<R, F> {
    from: R,
    budget: Arc<Budget>,
    stop: F,
}

impl<R, F> Limited<R, F> {
    pub(super) fn new(from: R, budget: Arc<Budget>, stop: F) -> Self {
        Self { from, budget, stop }
    }
}

impl<R: AsyncRead + Unpin, F: Fn() + Unpin> AsyncRead for Limited<R, F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n_before = buffer.filled().len();
        let read = Pin::new(&mut self.from).poll_read(context, buffer);
        let n_read = buffer.filled().len() - n_before;
        let n_kept = self.budget.take(n_read);
        if n_kept < n_read {
            buffer.set_filled(n_before + n_kept);
            (self.stop)();
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn streams_share_one_budget() {
        let (budget, (_life, death)) = (Budget::new(5), Life::begin());
        assert_eq!(capture(&b"abc"[..], &budget, death.clone(), || panic!("too early")).await, b"abc");
        assert!(!budget.is_overrun());
        let stopped = AtomicBool::new(false);
        assert_eq!(
            capture(&b"defg"[..], &budget, death, || stopped.store(true, Ordering::Relaxed)).await,
            b"de"
        );
        assert!(budget.is_overrun() && stopped.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_stream_that_somebody_else_reads_ends_with_the_budget() {
        let (budget, stopped) = (Arc::new(Budget::new(5)), AtomicBool::new(false));
        let stop = || stopped.store(true, Ordering::Relaxed);
        let mut limited = Limited::new(&b"abcdefg"[..], Arc::clone(&budget), stop);
        let mut text = String::new();
        limited.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "abcde");
        assert!(budget.is_overrun() && stopped.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn exactly_the_budget_is_no_overrun() {
        let (budget, (_life, death)) = (Budget::new(3), Life::begin());
        assert_eq!(capture(&b"abc"[..], &budget, death, || panic!("too early")).await, b"abc");
        assert!(!budget.is_overrun());
    }
    #[tokio::test]
    async fn a_stream_that_outlives_its_process_is_given_up_with_what_it_said() {
        let (mut writer, reader) = tokio::io::duplex(64);
        let (budget, (life, death)) = (Budget::new(64), Life::begin());
        tokio::io::AsyncWriteExt::write_all(&mut writer, b"said").await.unwrap();
        drop(life);
        assert_eq!(capture(reader, &budget, death, || panic!("too early")).await, b"said");
    }
}
