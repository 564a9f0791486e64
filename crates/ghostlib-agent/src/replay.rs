use crate::{
    Agent, AgentError, Assignment, Recording, RecordingError, Session, SessionFuture, Trajectory,
    TrajectoryEvent, TrajectoryLine, Watcher,
};
use ghostlib_model::AgentStamp;
use similar::TextDiff;
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

/// Plays recordings back. The recording of a session is found by the role and the spec that it was made from; with
/// another spec it says so and does nothing.
///
/// Where several fit, they take turns in the order of their names, by [`Assignment::n_before`]: each is played once
/// before one is played again, and which one a session plays does not depend on what else is going on.
#[derive(Clone, Debug)]
pub struct ReplayAgent {
    recordings: Vec<Recording>,
    pace: Pace,
}

/// How much is played before others get a turn.
const LINES_AT_ONCE: usize = 256;

/// How fast a recording is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it goes.
    #[default]
    Fast,
    /// Each event as long after the beginning as it was recorded.
    RealTime,
}

impl ReplayAgent {
    /// An agent that plays these recordings.
    pub fn new(mut recordings: Vec<Recording>, pace: Pace) -> Self {
        recordings.sort_by(|one, other| one.name.cmp(&other.name));
        Self { recordings, pace }
    }

    fn find(&self, assignment: &Assignment) -> Result<&Recording, AgentError> {
        let fits = |recording: &&Recording| {
            recording.meta.role == assignment.role && recording.meta.spec == assignment.spec
        };
        let fitting: Vec<_> = self.recordings.iter().filter(fits).collect();
        let turn = assignment.n_before.checked_rem(fitting.len());
        turn.and_then(|turn| fitting.get(turn).copied()).ok_or_else(|| AgentError::NoRecording {
            wanted: assignment.spec.short().into(),
            have: self
                .recordings
                .iter()
                .map(|one| (one.name.clone(), one.meta.spec.short().into()))
                .collect(),
        })
    }

    async fn play(&self, assignment: &Assignment, watcher: &Watcher<'_>) -> Result<Session, AgentError> {
        let recording = self.find(assignment)?;
        let began = Instant::now();
        let mut trajectory = Trajectory::default();
        for (n, line) in lines(recording, assignment).enumerate() {
            if self.pace == Pace::RealTime {
                sleep_until(began + Duration::from_millis(line.at_ms)).await;
            } else if n % LINES_AT_ONCE == 0 {
                yield_now().await;
            }
            watcher(&line);
            trajectory.lines.push(line);
        }
        recording.candidate.write(&assignment.output()).map_err(RecordingError::Tree)?;
        let end = recording.meta.end.clone();
        let usage = recording.meta.usage;
        Ok(Session { end, agent: recording.agent(), trajectory, policy: None, usage })
    }
}

/// What happens when a recording is played for an assignment.
fn lines<'a>(
    recording: &'a Recording,
    assignment: &'a Assignment,
) -> impl Iterator<Item = TrajectoryLine> + 'a {
    let started = TrajectoryEvent::Started { prompt: crate::prompt_hash(&assignment.prompt) };
    let other_prompt = difference(&recording.prompt, &assignment.prompt);
    let first = [Some(started), other_prompt].into_iter().flatten().map(TrajectoryLine::at_the_start);
    let is_first = |line: &&TrajectoryLine| matches!(line.event, TrajectoryEvent::Started { .. });
    first.chain(recording.trajectory.lines.iter().filter(move |line| !is_first(line)).cloned())
}

/// What is another in the task than in the recorded one.
fn difference(recorded: &str, asked: &str) -> Option<TrajectoryEvent> {
    if recorded == asked {
        return None;
    }
    let diff = TextDiff::from_lines(recorded, asked);
    let diff = diff.unified_diff().context_radius(0).header("recorded", "asked").to_string();
    let text =
        format!("the recording was made with another wording of the task; the spec is the same:\n{diff}");
    Some(TrajectoryEvent::Note { text })
}

impl Agent for ReplayAgent {
    fn stamp(&self) -> AgentStamp {
        let all_enforced =
            !self.recordings.is_empty() && self.recordings.iter().all(|one| one.agent().blindness_enforced);
        AgentStamp::named("replay", all_enforced)
    }

    fn work<'a>(&'a self, assignment: &'a Assignment, watcher: &'a Watcher<'a>) -> SessionFuture<'a> {
        Box::pin(self.play(assignment, watcher))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_wording_is_told_line_by_line() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        let Some(TrajectoryEvent::Note { text }) = difference("a\nb\nc\n", "a\nB\nc\n") else {
            panic!("nothing is told");
        };
        assert!(text.ends_with("@@ -2 +2 @@\n-b\n+B\n"), "{text}");
    }
}
