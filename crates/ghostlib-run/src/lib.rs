//! The loop: a spec is rebuilt blind, the candidate is judged against the reference, the spec is revised
//! where it is silent, under guard, until a candidate passes or nothing more can be done.
//!
//! [`Engine`] drives it; [`store`] keeps what must survive; [`Judge`] compares; [`revision`] mends the spec.
//! Nothing here prints: an observer gets a [`Notice`] for whatever happens.

mod attribution;
pub mod check;
mod comparison;
pub mod distil;
mod engine;
mod judge;
mod leaks;
mod lint;
pub mod replace;
pub mod revision;
pub mod slice;
mod spec_files;
mod statistics;
pub mod store;
mod test_file;
pub mod vendored;

pub use comparison::{IncomparableError, compare_runs};
pub use engine::{
    Authored, Begun, Engine, Notice, Opinion, Outcome, Proposed, Rebuilt, Reviewer, RunError, Step,
    ToRebuild, Worker, next_steps,
};
pub use judge::{
    Behaviour, Brought, Candidate, Conformance, Consensus, FailingVector, Implementation, Judge, JudgeError,
    JudgeOptions, JudgePlaces, JudgeTools, OperationConsensus, Operations, PerturbPlan, PerturbProgress,
    Perturbed, Power, PowerPlan, Ready, Shown, ShownChange, Strength, Verdict, VisibleBuild, VisibleChecks,
    VisibleError, VisibleReport, Weighed, Workshop, behaviour, consensus, perturb, power, stand_of_api,
    stand_of_text, stand_with_requirements,
};
pub use lint::lint_against;
pub use spec_files::{DOCUMENT, LoadedSpec, Seen, SpecError};
pub use test_file::{TestLanguage, needs_reference, reference_api, test_file};
