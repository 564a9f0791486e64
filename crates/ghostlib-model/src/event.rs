use crate::{
    Attribution, Evaluation, FindingId, ReferenceSource, RunBudget, RunId, SessionBudget, SessionEnd,
    SessionId, SessionUsage, Sha256Hex, VectorResult,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One step of a run that is done. A run's state is derived from its events and from nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run began.
    RunStarted {
        /// Its id.
        run: RunId,
        /// The spec's path, relative to the project.
        spec_path: String,
        /// The spec as it was then.
        spec: SpecStamp,
        /// The agents that implement; attempts take them in turn.
        agents: Vec<AgentStamp>,
        /// The sandbox that everything runs in.
        sandbox: SandboxStamp,
        /// What was asked for.
        options: Box<RunOptions>,
    },
    /// The run goes on, with other agents or options.
    OptionsChanged {
        /// The agents that implement from now on.
        agents: Vec<AgentStamp>,
        /// What is asked for from now on.
        options: Box<RunOptions>,
    },
    /// The reference was fetched and read.
    ReferenceReady {
        /// What it is.
        reference: ReferenceStamp,
    },
    /// An iteration began, with this spec.
    IterationStarted {
        /// Counted from 1.
        iteration: u32,
        /// What it is there for.
        purpose: Purpose,
        /// The spec as implementers get it.
        spec: SpecStamp,
        /// Vectors that the reference fails, and that are therefore not used.
        dropped: Vec<VectorResult>,
    },
    /// An implementer's session ended.
    SessionEnded {
        /// The attempt.
        attempt: AttemptId,
        /// The session.
        session: SessionId,
        /// The agent that really worked, where it differs from the run's: a replayed recording names it.
        agent: AgentStamp,
        /// How it ended.
        end: SessionEnd,
        /// What it left, if it left something.
        candidate: Option<CandidateStamp>,
        /// What it was allowed, if that was enforced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<PolicyStamp>,
        /// What it used of its model, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<SessionUsage>,
        /// Wall time in seconds.
        seconds: f64,
    },
    /// A candidate was evaluated.
    Evaluated {
        /// The attempt that it came from.
        attempt: AttemptId,
        /// What was measured.
        evaluation: Arc<Evaluation>,
        /// What it was measured with.
        environment: Environment,
        /// Wall time in seconds.
        seconds: f64,
    },
    /// It was decided who must change, the spec or the agents.
    Attributed {
        /// The iteration.
        iteration: u32,
        /// What was decided, and from what.
        attribution: Box<Attribution>,
        /// Wall time in seconds.
        seconds: f64,
    },
    /// A revision of the spec was proposed, and accepted or refused.
    Revised {
        /// The iteration whose findings it answers.
        iteration: u32,
        /// What changed.
        revision: Box<Revision>,
    },
    /// A person has looked at a revision.
    Reviewed {
        /// The iteration whose last revision it is.
        iteration: u32,
        /// What they said.
        review: Box<Reviewed>,
    },
    /// The run was made elsewhere, and taken over from a file.
    Imported {
        /// What it was called there.
        was: RunId,
    },
    /// The run ended.
    RunEnded {
        /// Why.
        end: RunEnd,
        /// The attempt that left the best candidate.
        best: Option<AttemptId>,
    },
}

/// One of the attempts at rebuilding a library that an iteration makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    /// The iteration, from 1.
    pub iteration: u32,
    /// Which of its attempts, from 1.
    pub attempt: u32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.iteration, self.attempt)
    }
}

/// What an iteration is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To find out where the spec falls short.
    #[default]
    Explore,
    /// To show that a spec holds on fresh rebuilds, which no revision has seen.
    Confirm,
}

/// A role that an agent can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Rebuilds the library from the spec alone.
    Implementer,
    /// Mends the spec where findings say so.
    Reviser,
    /// Writes the first spec.
    Author,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Implementer => "implementer",
            Self::Reviser => "reviser",
            Self::Author => "author",
        })
    }
}

/// A spec at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecStamp {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Over its files.
    pub hash: Sha256Hex,
    /// Bytes of all its files.
    pub bytes: usize,
    /// How many requirements it states.
    pub n_requirements: usize,
    /// How many vectors it has.
    pub n_vectors: usize,
    /// How many API items it declares.
    pub n_api_items: usize,
}

/// A reference as it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceStamp {
    /// Where it came from.
    pub source: ReferenceSource,
    /// The package's name.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// Over its source files.
    pub checksum: Sha256Hex,
    /// How many public items it has.
    pub n_api_items: usize,
    /// Bytes of its Rust source.
    pub code_bytes: usize,
}

/// An agent, as it names itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStamp {
    /// Its name: `replay`, `handoff`, the program of a `command`, or what a recording says.
    pub name: String,
    /// Whether what it must not see was out of its reach, or only forbidden.
    pub blindness_enforced: bool,
    /// The model that it was told to use; nothing, where it chose by itself or that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How hard the model was told to think, in the words of its maker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
}

impl AgentStamp {
    /// An agent of which no more is known.
    pub fn named(name: impl Into<String>, blindness_enforced: bool) -> Self {
        Self { name: name.into(), blindness_enforced, model: None, effort: None }
    }
}

/// A sandbox, as it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxStamp {
    /// The backend: `landlock`, `bubblewrap`.
    pub backend: String,
    /// What it enforces, by name.
    pub enforces: Vec<String>,
    /// What it does not enforce, each with its reason.
    pub lacks: Vec<String>,
    /// Without which of these nothing was to start, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
}

/// What a process in a sandbox was allowed. Paths are absolute; of variables there are the names alone, since a value
/// may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyStamp {
    /// What it was there for: `implementer`.
    pub role: String,
    /// What it could read and execute, besides system files.
    pub read: Vec<String>,
    /// What it could write.
    pub write: Vec<String>,
    /// The names of the variables in its environment.
    pub variables: Vec<String>,
    /// What of the network it could reach: `none`, `broker`.
    pub network: String,
    /// What it could use up, by the name of the limit: `wall_seconds`, `memory_bytes`.
    pub limits: BTreeMap<String, u64>,
}

/// What built and ran a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Environment {
    /// What `rustc --version` says.
    pub toolchain: String,
    /// The sandbox's backend.
    pub sandbox: String,
}

/// What was asked of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunOptions {
    /// How the agents were chosen, at least one: `replay:FOLDER`, `handoff`, `command:PROGRAM ARGUMENTS`.
    pub agents: Vec<String>,
    /// Who revises what no mechanical revision can mend; nobody, where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviser: Option<String>,
    /// How many attempts an iteration makes, at least 1.
    pub samples: u32,
    /// How many fresh rebuilds must pass in the end; with 0, those of the iteration that passes are enough.
    pub confirm: u32,
    /// How many sessions work at a time, at least 1.
    pub parallel: u32,
    /// How many lines a revision may add to the spec.
    pub growth: u32,
    /// What the whole run may use up.
    #[serde(default)]
    pub budget: RunBudget,
    /// Whether a person looks at each revision before it counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub review: bool,
    /// What implementers see of the spec. Candidates are judged by all of it.
    #[serde(default, skip_serializing_if = "Shown::is_whole")]
    pub shown: Shown,
    /// How the sandbox was chosen: `auto`, `bubblewrap`, `landlock`.
    pub sandbox: String,
    /// The headline that passes, from 0 to 1.
    pub target: f64,
    /// The most iterations.
    pub max_iterations: u32,
    /// The most generated inputs a function.
    pub cases: usize,
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// The share of the vectors in vector files that implementers do not see, from 0 to 1.
    #[serde(default)]
    pub hidden: f64,
    /// The model that the agent is to use; nothing leaves it to settings, or to the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How hard it is to think.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// What each session may use up.
    #[serde(default)]
    pub session: SessionBudget,
}

/// What is shown of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// All of it.
    #[default]
    Whole,
    /// Its API blocks, without prose and vectors.
    ApiAlone,
    /// All but these parts.
    Without {
        /// Sections by their titles, with what is below them.
        sections: Vec<String>,
        /// Requirements by their ids.
        requirements: Vec<String>,
        /// All vectors.
        vectors: bool,
        /// Vectors of vector files by their ids.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        vector_ids: Vec<String>,
    },
}

impl Shown {
    /// Whether nothing is left out.
    pub fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the whole spec"),
            Self::ApiAlone => f.write_str("the API block alone"),
            Self::Without { sections, requirements, vectors, vector_ids } => {
                let sections = sections.iter().map(|name| format!("section `{name}`"));
                let requirements = requirements.iter().map(|id| format!("`{id}`"));
                let vectors = vectors.then(|| "all vectors".to_owned());
                let some = vector_ids.iter().map(|id| format!("vector `{id}`"));
                let parts: Vec<String> = sections.chain(requirements).chain(vectors).chain(some).collect();
                write!(f, "without {}", parts.join(", "))
            }
        }
    }
}

/// A candidate as it left its workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateStamp {
    /// The commit in the run's repository of candidates.
    pub commit: String,
    /// The tree's hash in that repository.
    pub tree: String,
    /// How many files it has.
    pub n_files: usize,
    /// Lines of Rust that are neither blank nor comment.
    pub code_lines: usize,
}

/// A change of the spec, with what it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// The spec before.
    pub from: Sha256Hex,
    /// The spec after; the same as before if the revision was refused.
    pub to: Sha256Hex,
    /// Each change.
    pub changes: Vec<Change>,
    /// All changes as a unified diff.
    pub diff: String,
    /// What the guard said.
    pub verdict: RevisionVerdict,
    /// Who made it.
    #[serde(default)]
    pub by: Reviser,
    /// Whether a person has looked at it. What they made of it instead is the next revision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reviewed: bool,
}

/// What a person said of a revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reviewed {
    /// It counts.
    Accepted,
    /// It does not, for this reason.
    Refused(String),
    /// This one, which the guard let through, comes after it.
    Edited(Revision),
}

/// Who made a revision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reviser {
    /// No agent: what the reference says was put into the spec.
    #[default]
    Mechanical,
    /// An agent, in this session.
    Agent(Box<RevisingSession>),
    /// A person, who looked at what was proposed.
    Person,
}

/// A reviser's session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisingSession {
    /// Its id.
    pub session: SessionId,
    /// Who worked.
    pub agent: AgentStamp,
    /// How it ended.
    pub end: SessionEnd,
    /// What it used of its model, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<SessionUsage>,
    /// Wall time in seconds.
    pub seconds: f64,
}

/// One change of the spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What was added.
    pub kind: ChangeKind,
    /// The API path, the vector's id, the binding's operation.
    pub subject: String,
    /// The findings that it answers.
    pub answers: Vec<FindingId>,
}

/// What a change adds to the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A line of the API block.
    ApiLine,
    /// A vector whose expected value the reference gave.
    Vector,
    /// A vector that expected something else than the reference gives, and expects that now.
    VectorMended,
    /// A vector that was withheld from implementers, and is so no longer.
    VectorShown,
    /// Sentences of a document, by a reviser.
    Prose,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        match self.kind {
            ChangeKind::ApiLine => write!(f, "an API line for `{subject}`"),
            ChangeKind::Vector => write!(f, "the vector `{subject}`, as the reference answers"),
            ChangeKind::VectorMended => write!(f, "the vector `{subject}` expects what the reference gives"),
            ChangeKind::VectorShown => write!(f, "the vector `{subject}`, withheld so far, is shown"),
            ChangeKind::Prose => write!(f, "sentences: {subject}"),
        }
    }
}

/// What the guard said of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionVerdict {
    /// Every check held.
    Accepted,
    /// These checks failed.
    Refused(Vec<String>),
    /// The checks held, and a person did not want it, for this reason.
    Declined(String),
}

impl RevisionVerdict {
    /// Why the revision does not count; nothing, if it does.
    pub fn reasons(&self) -> Option<Vec<String>> {
        match self {
            Self::Accepted => None,
            Self::Refused(reasons) => Some(reasons.clone()),
            Self::Declined(reason) => Some(vec![format!("a person does not want it: {reason}")]),
        }
    }
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
pub enum RunEnd {
    /// A candidate passed.
    Passed,
    /// `max_iterations` were made.
    OutOfIterations,
    /// The run's budget is used up: which part of it.
    OutOfBudget(String),
    /// No agent could work, and none would if it was asked again: how the last session ended.
    NoAgent(String),
    /// Neither the spec nor the fidelity changed, and why that will not change by itself.
    NoProgress(String),
}

impl fmt::Display for RunEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::OutOfIterations => f.write_str("out of iterations"),
            Self::OutOfBudget(which) => write!(f, "the run's budget is used up: {which}"),
            Self::NoAgent(end) => write!(f, "no agent could work: {end}"),
            Self::NoProgress(why) => write!(f, "no progress: {why}"),
        }
    }
}
