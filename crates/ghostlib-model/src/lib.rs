//! The plain data that the parts of ghostlib share: ids, requirements, vectors, API items, findings,
//! fidelity, and the events of a run.
//!
//! Nothing here does I/O. Every type serialises with serde, because each of them ends up in the
//! journal, in `--json` output or in a report.

mod api;
mod attribution;
mod call;
mod canary;
mod check;
mod comparison;
mod diagnostic;
mod evaluation;
mod event;
mod expected;
mod fidelity;
mod finding;
mod hash;
mod id;
mod place;
mod reference;
mod requirement;
mod session;
mod summary;
mod vector;
mod waiver;

pub use api::{ApiAttributes, ApiItem, ApiKind, FnSignature, Param, Passing, Receiver};
pub use attribution::{Attribution, Case, CaseVerdict, Probe, PushBack};
pub use call::{Answer, Call, Failure, Sequence, SequenceAnswer, Surroundings};
pub use canary::Canary;
pub use check::{
    Acceptance, CHECK_FORMAT, CheckCounts, CheckFinding, CheckLevel, CheckPlace, CheckReport, CheckRule,
    CheckStep,
};
pub use comparison::{ComparedRun, Comparison, ComparisonVerdict, DimensionChange, ItemChange, Paired};
pub use diagnostic::{Diagnostic, Severity, TextEdit};
pub use evaluation::{
    AgreementByClass, Alarm, CodeCoverage, CodeFunction, CodeReached, Evaluation, FunctionAgreement,
    MIN_ACCEPTED, MIN_ACCEPTED_CALLS, PhaseTime, SmallestDifference, VectorOutcome, VectorResult,
    accepts_enough,
};
pub use event::{
    AgentStamp, AttemptId, CandidateStamp, Change, ChangeKind, Environment, Event, PolicyStamp, Purpose,
    ReferenceStamp, Reviewed, Reviser, RevisingSession, Revision, RevisionVerdict, Role, RunEnd, RunOptions,
    SandboxStamp, Shown, SpecStamp,
};
pub use expected::{Expected, ExpectedError, ExpectedOutput};
pub use fidelity::{
    ApiDimension, ApiLevel, BehaviourDimension, Fidelity, Gate, GateResult, Ratio, VectorsDimension,
};
pub use finding::{Evidence, Finding, Priority, SpecStand};
pub use hash::{Sha256Hex, sha256_of_files};
pub use id::{FindingId, RequirementId, RunId, SessionId, VectorId};
pub use place::{Place, Span};
pub use reference::{ParseReferenceError, Perturbation, ReferenceSource, RuleChange};
pub use requirement::{IdSource, Level, LevelSource, Requirement, RequirementKind, Untestable};
pub use session::{RunBudget, SessionBudget, SessionEnd, SessionUsage};
pub use summary::{AttemptSummary, IterationSummary, RunSummary, SessionSummary};
pub use vector::{Binding, Vector};
pub use waiver::{Waived, Waiver, WaiverUse, only_value};

/// A value of a vector, as JSON has it.
pub type Value = serde_json::Value;
