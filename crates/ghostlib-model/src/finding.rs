use crate::{Answer, Call, FindingId, Gate, Place, Sequence, Sha256Hex, Value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One difference between reference and candidate, or between the spec and either.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable over runs.
    pub id: FindingId,
    /// The rule that found it: `api-missing`, `vector-failed`, `behaviour-differs`.
    pub rule: String,
    /// How much it matters.
    pub priority: Priority,
    /// The gate that it fails, if it fails one.
    pub gate: Option<Gate>,
    /// What it is about: an API path, an operation, a vector's id.
    pub subject: String,
    /// What differs, in one sentence.
    pub message: String,
    /// What to do, in one sentence.
    pub advice: String,
    /// Where, in the reference.
    pub reference: Option<Place>,
    /// Where, in the candidate.
    pub candidate: Option<Place>,
    /// Whether the spec states what the reference does.
    pub spec: SpecStand,
    /// The call that shows it.
    pub evidence: Option<Evidence>,
    /// Why the author does not want in the spec what the reference does there, if they do not: then it is a quirk of the
    /// reference, and nobody must change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

impl Finding {
    /// A finding of `rule` about `subject`; the rest is empty, and filled in by whoever knows it.
    pub fn new(
        rule: &str,
        priority: Priority,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let subject = subject.into();
        let digest = Sha256Hex::of(format!("{rule}\0{subject}").as_bytes());
        Self {
            id: FindingId::new(format!("{rule}-{}", &digest.as_str()[..8])),
            rule: rule.into(),
            priority,
            gate: None,
            subject,
            message: message.into(),
            advice: String::new(),
            reference: None,
            candidate: None,
            spec: SpecStand::Silent,
            evidence: None,
            waived: None,
        }
    }

    /// Whether it keeps a candidate from passing.
    pub fn blocks(&self) -> bool {
        self.priority <= Priority::P1 && self.waived.is_none()
    }
}

/// How much a finding matters. P0 and P1 block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Priority {
    /// Does not build, or a gate fails.
    P0,
    /// A requirement or a required API item is broken.
    P1,
    /// Behaviour differs where the spec is silent.
    P2,
    /// Over-delivery, docs, style.
    P3,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Whether the spec states the reference's behaviour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpecStand {
    /// It does: these requirements, vectors or API items state it.
    Speaks(Vec<String>),
    /// Nothing in it states it.
    Silent,
    /// It states something else: these requirements, vectors or API items.
    Contradicts(Vec<String>),
}

/// One call and what both sides answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The operation that was called.
    pub operation: String,
    /// The calls that were made before it, if there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Call>,
    /// Its input.
    pub input: Value,
    /// The reference's answer, where the reference was asked.
    pub reference: Option<Answer>,
    /// The candidate's answer.
    pub candidate: Answer,
}

impl Evidence {
    /// All its calls, the one that it is about last.
    pub fn sequence(&self) -> Sequence {
        Sequence::ending_with(&self.before, &self.operation, &self.input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_rule_and_subject_alone() {
        let a = Finding::new("api-missing", Priority::P1, "split", "one");
        let b = Finding::new("api-missing", Priority::P2, "split", "two");
        let c = Finding::new("api-missing", Priority::P1, "join", "one");
        assert_eq!(a.id, b.id);
        assert_ne!(a.id, c.id);
    }

    #[test]
    fn only_p0_and_p1_block() {
        let blocks = |priority| Finding::new("r", priority, "s", "m").blocks();
        assert_eq!(
            [Priority::P0, Priority::P1, Priority::P2, Priority::P3].map(blocks),
            [true, true, false, false]
        );
    }
}
