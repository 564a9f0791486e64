use crate::{Answer, Call, Fidelity, Finding, Place, Ratio, Value, VectorId, WaiverUse};
use serde::{Deserialize, Serialize};

/// Everything that was measured about one candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Gates and dimensions.
    pub fidelity: Fidelity,
    /// What differs, the most important first.
    pub findings: Vec<Finding>,
    /// One result a vector, in the spec's order.
    pub vectors: Vec<VectorResult>,
    /// One entry a function that was tried on generated inputs.
    pub functions: Vec<FunctionAgreement>,
    /// How much of the reference's own code the generated inputs ran.
    #[serde(default)]
    pub code: CodeCoverage,
    /// The waivers of the spec, and how often each was needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverUse>,
    /// What a person should look at; no part of any score.
    pub alarms: Vec<Alarm>,
    /// Where the time went.
    pub times: Vec<PhaseTime>,
}

impl Evaluation {
    /// Whether the gates hold, nothing found blocks, and the headline reaches `target`.
    pub fn passes(&self, target: f64) -> bool {
        self.fidelity.passes(target) && !self.findings.iter().any(Finding::blocks)
    }
}

/// How one vector went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VectorResult {
    /// Which vector.
    pub id: VectorId,
    /// Its operation.
    pub operation: String,
    /// How it went.
    pub outcome: VectorOutcome,
}

/// How one vector went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VectorOutcome {
    /// The answer is the expected one.
    Passed,
    /// Another answer came.
    Failed(Answer),
    /// The reference itself does not give the expected answer, so the vector is not used.
    Dropped(Answer),
}

/// How far candidate and reference agree on generated inputs to one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionAgreement {
    /// The operation.
    pub operation: String,
    /// Inputs tried.
    pub tried: usize,
    /// Inputs on which both agree, of those tried.
    pub agreed: Ratio,
    /// Inputs on which the reference returned ok, of those tried.
    pub accepted: Ratio,
    /// The agreement by what the reference did.
    #[serde(default)]
    pub by_class: AgreementByClass,
    /// Inputs on which both failed with the same text, of those on which both failed.
    pub error_text: Ratio,
    /// The smallest differing input that was found.
    pub smallest: Option<SmallestDifference>,
}

impl FunctionAgreement {
    /// Whether the reference accepted enough to say anything: agreement on refusals proves little.
    ///
    /// Enough is [`MIN_ACCEPTED`] of the calls, or [`MIN_ACCEPTED_CALLS`]: of a function that is called often and has to be
    /// called in a rare state, a share alone would decide by what happened to be drawn.
    pub fn is_known(&self) -> bool {
        accepts_enough(self.accepted)
    }

    /// Whether the reference accepted at least a share of the calls, from 0 to 1.
    pub fn is_accepted(&self, min_share: f64) -> bool {
        self.accepted.share().is_some_and(|share| share >= min_share)
    }
}

/// From this share of accepted calls on something is said of a function, from 0 to 1.
pub const MIN_ACCEPTED: f64 = 0.01;
/// From so many accepted calls on something is said of a function, whatever their share.
pub const MIN_ACCEPTED_CALLS: usize = 10;

/// Whether of all calls to a function so many were accepted that something can be said of it.
pub fn accepts_enough(accepted: Ratio) -> bool {
    accepted.n >= MIN_ACCEPTED_CALLS || accepted.share().is_some_and(|share| share >= MIN_ACCEPTED)
}

/// Inputs on which both agree, of those on which the reference did the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementByClass {
    /// It returned a value: the candidate returns the same.
    pub ok: Ratio,
    /// It returned an error: the candidate does too, of the same class where both tell it.
    pub error: Ratio,
    /// It panicked, or did not come back at all: the candidate does too.
    pub panic: Ratio,
    /// It printed something or left files: the candidate does the same.
    pub effects: Ratio,
}

/// An input on which candidate and reference differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmallestDifference {
    /// The calls that were made before, if there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Call>,
    /// The input.
    pub input: Value,
    /// The reference's answer.
    pub reference: Answer,
    /// The candidate's answer.
    pub candidate: Answer,
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// `copied-code`, `sandbox-weaker`.
    pub kind: String,
    /// What was seen, in one sentence.
    pub message: String,
    /// Where, in the candidate.
    pub places: Vec<Place>,
}

/// How much of the reference's own code ran, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CodeCoverage {
    /// The figures.
    Counted(CodeReached),
    /// There are none.
    Unknown {
        /// Why.
        unknown: String,
    },
}

impl Default for CodeCoverage {
    fn default() -> Self {
        Self::Unknown { unknown: "it was not measured".into() }
    }
}

/// How much of the reference's own code ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeReached {
    /// Lines with code, of all that were compiled.
    pub lines: Ratio,
    /// Pieces that run from their start to their end or not at all; a line may have several.
    pub regions: Ratio,
    /// Functions that were entered; closures are none.
    pub functions: Ratio,
    /// Those that were not.
    pub not_entered: Vec<CodeFunction>,
}

/// A function of the reference's code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeFunction {
    /// The file, relative to the source tree.
    pub file: String,
    /// The line that it starts on, from 1.
    pub line: u32,
    /// Its name without its path.
    pub name: String,
}

/// How long one phase took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// The phase: `build`, `vectors`, `behaviour`, `api`.
    pub phase: String,
    /// Wall time in seconds.
    pub seconds: f64,
}
