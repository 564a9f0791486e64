use ghostlib_model::{SessionEnd, Sha256Hex};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

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

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum TrajectoryEvent {
    /// The session began, with this prompt.
    Started {
        /// The prompt's hash.
        prompt: Sha256Hex,
    },
    /// The agent, or its program, wrote this.
    Text {
        /// `stdout`, `stderr` or `message`.
        from: String,
        /// The text.
        text: String,
    },
    /// The implementer objects to something in the spec.
    PushBack {
        /// The objections as written.
        text: String,
    },
    /// Something that whoever reads the recording should know.
    Note {
        /// The note.
        text: String,
    },
    /// The session is over.
    Ended {
        /// How.
        end: SessionEnd,
    },
}

impl Trajectory {
    /// The trajectory as JSON Lines.
    pub fn to_json_lines(&self) -> String {
        let line = |line: &TrajectoryLine| serde_json::to_string(line).unwrap_or_default() + "\n";
        self.lines.iter().map(line).collect()
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
}

/// A trajectory that is being recorded.
pub(crate) struct Recorder {
    began: Instant,
    trajectory: Trajectory,
}

impl Recorder {
    pub(crate) fn start(prompt: Sha256Hex) -> Self {
        let mut recorder = Self { began: Instant::now(), trajectory: Trajectory::default() };
        recorder.record(TrajectoryEvent::Started { prompt });
        recorder
    }

    pub(crate) fn record(&mut self, event: TrajectoryEvent) {
        let at_ms = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.trajectory.lines.push(TrajectoryLine { at_ms, event });
    }

    pub(crate) fn text(&mut self, from: &str, bytes: &[u8]) {
        if !bytes.is_empty() {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.record(TrajectoryEvent::Text { from: from.into(), text });
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn end(mut self, end: SessionEnd) -> Trajectory {
        self.record(TrajectoryEvent::Ended { end });
        self.trajectory
    }
}
