use crate::trajectory::{Recorder, TrajectoryEvent};
use crate::watch::{TICK, Watch};
use ghostlib_model::SessionEnd;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Keeps a session within its budgets while it waits for something.
pub(super) struct Vigil<'a> {
    pub(super) recorder: Recorder<'a>,
    pub(super) watch: Watch<'a>,
    /// How long the session may take.
    pub(super) wall: Duration,
}

/// Whether it means something that nothing is heard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quiet {
    Counts,
    IsExpected,
}

impl Vigil<'_> {
    /// How long the session may still take.
    pub(super) fn left(&self) -> Duration {
        self.wall.saturating_sub(self.recorder.elapsed())
    }

    /// Tells whoever reads the recording something.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.recorder.record(TrajectoryEvent::Note { text: text.into() });
    }

    /// How the session ends now, if something is used up.
    pub(super) fn look(&mut self) -> Option<SessionEnd> {
        self.watch.look(&mut self.recorder)
    }

    /// Waits. What is waited for is dropped when the session has to end.
    pub(super) async fn over<T>(
        &mut self,
        future: impl Future<Output = T>,
        quiet: Quiet,
    ) -> Result<T, SessionEnd> {
        let mut future = std::pin::pin!(future);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                done = &mut future => {
                    if quiet == Quiet::IsExpected {
                        self.watch.begin_again();
                    }
                    return Ok(done);
                }
                _ = tick.tick() => {
                    if self.left().is_zero() {
                        return Err(SessionEnd::TimedOut(self.wall.as_secs()));
                    }
                    match self.look() {
                        Some(SessionEnd::Stalled(_)) if quiet == Quiet::IsExpected => {}
                        Some(end) => return Err(end),
                        None => {}
                    }
                }
            }
        }
    }
}
