//! Keeps what comes along a stream, up to a limit that several streams share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt};

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

/// Reads to the end of the stream, or to the end of the budget; then `stop` is called.
pub(super) async fn capture(mut stream: impl AsyncRead + Unpin, budget: &Budget, stop: impl Fn()) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    // A stream that fails has nothing more to say.
    while let Ok(n_read @ 1..) = stream.read(&mut chunk).await {
        let n_kept = budget.take(n_read);
        kept.extend_from_slice(&chunk[..n_kept]);
        if n_kept < n_read {
            stop();
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn streams_share_one_budget() {
        let budget = Budget::new(5);
        assert_eq!(capture(&b"abc"[..], &budget, || panic!("too early")).await, b"abc");
        assert!(!budget.is_overrun());
        let stopped = AtomicBool::new(false);
        assert_eq!(capture(&b"defg"[..], &budget, || stopped.store(true, Ordering::Relaxed)).await, b"de");
        assert!(budget.is_overrun() && stopped.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn exactly_the_budget_is_no_overrun() {
        let budget = Budget::new(3);
        assert_eq!(capture(&b"abc"[..], &budget, || panic!("too early")).await, b"abc");
        assert!(!budget.is_overrun());
    }
}
