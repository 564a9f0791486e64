//! The loop: a spec is rebuilt blind, the candidate is judged against the reference, the spec is revised
//! where it is silent, under guard, until a candidate passes or nothing more can be done.
//!
//! [`Engine`] drives it; [`store`] keeps what must survive; [`Judge`] compares; [`revision`] mends the spec.
//! Nothing here prints: an observer gets a [`Notice`] for whatever happens.

mod attribution;
pub mod distil;
mod engine;
mod judge;
mod leaks;
mod lint;
pub mod revision;
mod spec_files;
pub mod store;
mod test_file;

pub use engine::{Authored, Engine, Notice, Outcome, RunError, Step, Worker, next_steps};
pub use judge::{
    Behaviour, Brought, Candidate, Consensus, FailingVector, Implementation, Judge, JudgeError, JudgeOptions,
    JudgePlaces, JudgeTools, OperationConsensus, Operations, Power, PowerPlan, Ready, Shown, Strength,
    Verdict, VisibleBuild, VisibleChecks, VisibleError, VisibleReport, Weighed, Workshop, behaviour,
    consensus, power, stand_of_api, stand_of_text, stand_with_requirements,
};
pub use lint::lint_against;
pub use spec_files::{DOCUMENT, LoadedSpec, SpecError};
pub use test_file::{TestLanguage, needs_reference, reference_api, test_file};
