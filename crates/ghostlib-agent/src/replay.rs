use crate::trajectory::{TrajectoryEvent, TrajectoryLine};
use crate::{
    Agent, AgentError, Assignment, CANDIDATE_DIR, Recording, RecordingError, Session, SessionFuture,
};
use ghostlib_model::AgentStamp;

/// Plays recordings back. The recording of a session is found by the role and the spec that it was made
/// from; with another spec it says so and does nothing.
#[derive(Clone, Debug)]
pub struct ReplayAgent {
    recordings: Vec<Recording>,
}

impl ReplayAgent {
    /// An agent that plays these recordings.
    pub fn new(recordings: Vec<Recording>) -> Self {
        Self { recordings }
    }

    fn find(&self, assignment: &Assignment) -> Result<&Recording, AgentError> {
        let fits = |recording: &&Recording| {
            recording.meta.role == assignment.role && recording.meta.spec == assignment.spec
        };
        self.recordings.iter().find(fits).ok_or_else(|| AgentError::NoRecording {
            wanted: assignment.spec.short().into(),
            have: self
                .recordings
                .iter()
                .map(|one| (one.name.clone(), one.meta.spec.short().into()))
                .collect(),
        })
    }

    fn play(&self, assignment: &Assignment) -> Result<Session, AgentError> {
        let recording = self.find(assignment)?;
        let to = assignment.workspace.join(CANDIDATE_DIR);
        recording.candidate.write(&to).map_err(RecordingError::Tree)?;
        let mut trajectory = recording.trajectory.clone();
        if recording.meta.prompt != crate::prompt_hash(&assignment.prompt) {
            let text = "the recording was made with another wording of the task; the spec is the same".into();
            trajectory.lines.insert(0, TrajectoryLine { at_ms: 0, event: TrajectoryEvent::Note { text } });
        }
        Ok(Session { end: recording.meta.end.clone(), agent: recording.agent(), trajectory, policy: None })
    }
}

impl Agent for ReplayAgent {
    fn stamp(&self) -> AgentStamp {
        let all_enforced =
            !self.recordings.is_empty() && self.recordings.iter().all(|one| one.agent().blindness_enforced);
        AgentStamp { name: "replay".into(), blindness_enforced: all_enforced }
    }

    fn work<'a>(&'a self, assignment: &'a Assignment) -> SessionFuture<'a> {
        Box::pin(async move { self.play(assignment) })
    }
}
