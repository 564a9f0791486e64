mod event;
mod recorder;

pub(crate) use event::cut;
pub use event::{FileChangeKind, TrajectoryEvent};
pub(crate) use recorder::Recorder;

use ghostlib_model::SessionEnd;
use serde::{Deserialize, Serialize};

/// The most bytes of what is said of an end. It stands in journals and reports as well.
const MAX_END: usize = 2000;

/// The recorded turns of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// One entry an event, in order.
    pub lines: Vec<TrajectoryLine>,
}

/// One event and when it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrajectoryLine {
    /// Milliseconds since the session began.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: TrajectoryEvent,
}

/// Who is told of each event of a session as it happens.
pub type Watcher<'w> = dyn Fn(&TrajectoryLine) + Send + Sync + 'w;

impl TrajectoryLine {
    pub(crate) fn at_the_start(event: TrajectoryEvent) -> Self {
        Self { at_ms: 0, event }
    }

    /// The line as JSON, with its line break.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

impl Trajectory {
    /// The trajectory as JSON Lines.
    pub fn to_json_lines(&self) -> String {
        self.lines.iter().map(TrajectoryLine::to_json_line).collect()
    }

    /// Reads JSON Lines.
    ///
    /// # Errors
    /// The number of the first line that is no event, from 1, and why.
    pub fn from_json_lines(text: &str) -> Result<Self, (usize, String)> {
        let parse = |(at, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| (at + 1, error.to_string()))
        };
        Ok(Self { lines: text.lines().enumerate().map(parse).collect::<Result<_, _>>()? })
    }

    /// What the implementer objected to.
    pub fn push_backs(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match &line.event {
            TrajectoryEvent::PushBack { text } => Some(text.as_str()),
            _ => None,
        })
    }

    /// For how many seconds the model last asked to wait.
    pub fn asked_to_wait(&self) -> Option<u64> {
        let asked = |line: &TrajectoryLine| match line.event {
            TrajectoryEvent::RateLimit { seconds } => Some(seconds),
            _ => None,
        };
        self.lines.iter().rev().find_map(asked).flatten()
    }

    /// Says that the session ended otherwise.
    pub(crate) fn end_as(&mut self, end: SessionEnd) {
        if let Some(TrajectoryEvent::Ended { end: told }) = self.lines.last_mut().map(|line| &mut line.event)
        {
            *told = end;
        }
    }

    /// Adds what came about before the session ended, which is the last line.
    pub fn add_before_the_end(&mut self, event: TrajectoryEvent) {
        let at_ms = self.lines.last().map_or(0, |line| line.at_ms);
        let before_the_end = self.lines.len().saturating_sub(1);
        self.lines.insert(before_the_end, TrajectoryLine { at_ms, event });
    }
}

/// An end with as many words as are kept of one.
pub(crate) fn bounded(mut end: SessionEnd) -> SessionEnd {
    if let Some(text) = end.text_mut() {
        cut(text, MAX_END);
    }
    end
}
