use ghostlib_model::{AttemptId, Requirement, RequirementId, SessionId, Sha256Hex, VectorId};
use std::collections::BTreeMap;

/// What lies beside a run's journal, and is shown with it as far as it is there.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The specs that the run has had.
    pub specs: Vec<Stated>,
    /// What happened in its sessions.
    pub sessions: Vec<Story>,
    /// Files of source that findings point into: those of the reference without an attempt, those of candidates with
    /// theirs.
    pub sources: BTreeMap<(Option<AttemptId>, String), String>,
}

/// What a spec states, and which of its vectors check it.
#[derive(Clone, Debug)]
pub struct Stated {
    /// Which spec.
    pub hash: Sha256Hex,
    /// Its requirements, in its order.
    pub requirements: Vec<Requirement>,
    /// Its vectors, each with the requirements that it checks.
    pub vectors: Vec<(VectorId, Vec<RequirementId>)>,
}

/// What happened in a session.
#[derive(Clone, Debug)]
pub struct Story {
    /// Which session.
    pub session: SessionId,
    /// One entry an event, in order.
    pub turns: Vec<Turn>,
}

/// Something that happened in a session.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Milliseconds since the session began.
    pub at_ms: u64,
    /// What kind of event it is.
    pub kind: TurnKind,
    /// The same in a word: the name of a tool, `says`, `objects`.
    pub label: String,
    /// What was said, or what the tool was given.
    pub text: String,
    /// What came back from a tool.
    pub output: Option<String>,
}

/// A kind of event of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnKind {
    /// The agent used a tool.
    Tool,
    /// It used one, and the tool reports an error.
    FailedTool,
    /// It changed a file.
    File,
    /// It wrote something.
    Text,
    /// It objects to something in the spec.
    Objection,
    /// Something else.
    Other,
}
