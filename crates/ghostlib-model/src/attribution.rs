use crate::{Answer, AttemptId, Call, FindingId, Priority, Ratio, Sequence, SpecStand, Value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who must change, the spec or the agents: decided for each finding about the candidates of one spec.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The candidates that were held against each other: all that were measured with this spec, those of earlier
    /// iterations among them.
    pub candidates: Vec<AttemptId>,
    /// One a finding, what blocks most first.
    pub cases: Vec<Case>,
    /// Calls on which all candidates answered alike, of those that were asked of all of them since one of them
    /// had differed from the reference.
    pub alike: Ratio,
}

/// A finding, who has it, and who must change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The finding, with the same id in each candidate that has it.
    pub finding: FindingId,
    /// The rule that found it.
    pub rule: String,
    /// How much it matters.
    pub priority: Priority,
    /// What it is about: an API path, a vector's id, a call.
    pub subject: String,
    /// The operation or API item that it belongs to: cases about one are revised together.
    pub about: String,
    /// Whether the spec states what the reference does.
    pub spec: SpecStand,
    /// The candidates that have it, of those that could have it.
    pub recurrence: Ratio,
    /// Which have it.
    pub candidates: Vec<AttemptId>,
    /// What those answered that differ from the reference, where it is about a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
    /// Objections of implementers to what the spec says of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub push_backs: Vec<PushBack>,
    /// Who must change.
    pub verdict: CaseVerdict,
    /// Why, in one sentence.
    pub why: String,
}

/// A call that was asked of all candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The operation.
    pub operation: String,
    /// The calls that were made before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Call>,
    /// The input.
    pub input: Value,
    /// The reference's answer.
    pub reference: Answer,
    /// What candidates answered that differ from it.
    pub answers: Vec<(AttemptId, Answer)>,
}

impl Probe {
    /// All its calls, the one that it is about last.
    pub fn sequence(&self) -> Sequence {
        Sequence::ending_with(&self.before, &self.operation, &self.input)
    }
}

/// What an implementer objected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushBack {
    /// Who.
    pub attempt: AttemptId,
    /// What it wrote, in its own words.
    pub text: String,
}

/// Who must change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "reason", rename_all = "kebab-case")]
pub enum CaseVerdict {
    /// The spec does not say it, or not so that it is understood.
    SpecGap,
    /// The spec says something else than the reference does.
    SpecWrong,
    /// The spec says it, and an agent did not do it.
    AgentSlip,
    /// A candidate has more than it was asked for.
    OverDelivery,
    /// The author does not want what the reference does, for this reason.
    Waived(String),
    /// It is about neither: what could not be measured.
    Unmeasured,
    /// No vector shows it. That alone is no difference; a vector is added while the spec is revised anyway.
    Unshown,
}

impl CaseVerdict {
    /// Whether the spec is wrong or silent about a difference.
    pub fn blames_spec(&self) -> bool {
        matches!(self, Self::SpecGap | Self::SpecWrong)
    }

    /// Whether a revision is to say something about it: where the spec is blamed, and where no vector shows a function.
    pub fn asks_revision(&self) -> bool {
        self.blames_spec() || *self == Self::Unshown
    }
}

impl fmt::Display for CaseVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpecGap => f.write_str("spec gap"),
            Self::SpecWrong => f.write_str("spec wrong"),
            Self::AgentSlip => f.write_str("agent slip"),
            Self::OverDelivery => f.write_str("over-delivery"),
            Self::Waived(reason) => write!(f, "waived: {reason}"),
            Self::Unmeasured => f.write_str("not measured"),
            Self::Unshown => f.write_str("not shown"),
        }
    }
}

impl Attribution {
    /// The cases for which the spec is blamed.
    pub fn blamed_on_spec(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.verdict.blames_spec())
    }
}
