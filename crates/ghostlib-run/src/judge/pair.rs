//! The behaviour of one library against another, without a spec.

use super::JudgeError;
use super::figures::{agreement, exercised};
use ghostlib_diff::{Api, Literals};
use ghostlib_model::{CodeCoverage, FunctionAgreement, Ratio};
use ghostlib_sandbox::Sandbox;
use ghostlib_verify::rust::{LeftOut, OwnType};
use ghostlib_verify::{
    Asked, Differential, Driver, Library, Offered, Operation, Seeds, Tools, Tried, try_operations,
};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How far the behaviour of one library is that of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// The mean over operations of the share of calls on which both agree, from 0 to 1; nothing where none could be
    /// tried.
    pub agreement: Option<f64>,
    /// The reference's public functions of which it accepted enough to say anything.
    pub coverage: Ratio,
    /// How much of the reference's own code ran, or why that is not known.
    pub code: CodeCoverage,
    /// One entry an operation that was tried.
    pub tried: Vec<Tried>,
    /// Operations of which the reference accepted too little to say anything.
    pub unknown: Vec<String>,
    /// What could be called on the reference and not on the candidate, and why.
    pub missing: Vec<LeftOut>,
    /// What is called on both.
    pub offered: Offered,
    /// All sequences that were tried.
    pub asked: Vec<Asked>,
    /// Wall time of building the reference, building the candidate, and calling both.
    pub times: [Duration; 3],
}

impl Behaviour {
    /// The reference's public functions of which it accepted at least a share of the calls, from 0 to 1.
    pub fn exercised(&self, api: &Api, min_accepted: f64) -> Ratio {
        coverage(api, &self.offered.operations, &self.tried, &self.missing, |one| {
            one.is_accepted(min_accepted)
        })
    }
}

/// A function counts as exercised when both sides have it and the reference accepted enough.
fn coverage(
    api: &Api,
    operations: &[Operation],
    tried: &[Tried],
    missing: &[LeftOut],
    is_enough: impl Fn(&FunctionAgreement) -> bool,
) -> Ratio {
    let is_missing = |name: &str| missing.iter().any(|one| one.operation == name);
    let of_both: Vec<&FunctionAgreement> =
        tried.iter().map(|tried| &tried.agreement).filter(|one| !is_missing(&one.operation)).collect();
    let exercised = exercised(operations.iter(), &of_both, is_enough);
    let required: HashSet<&str> =
        super::operations::callable_items(api).map(|item| item.path.as_str()).collect();
    Ratio::new(required.iter().filter(|path| exercised.contains(*path)).count(), required.len())
}

/// What builds and runs.
#[derive(Clone, Copy, Debug)]
pub struct Workshop<'a> {
    /// Where everything runs.
    pub sandbox: &'a Arc<Sandbox>,
    /// What builds.
    pub tools: &'a Tools,
    /// A folder for what is built.
    pub scratch: &'a Path,
    /// Wall time for one build.
    pub wall: Duration,
}

/// Builds both libraries into drivers and calls both alike. `api` is the reference's; `literals` are those of both, so
/// that what either treats as special is tried.
///
/// # Errors
/// If one does not build, or the sandbox fails.
pub async fn behaviour(
    workshop: Workshop<'_>,
    reference: &Library,
    api: &Api,
    candidate: (&Library, &str),
    literals: [&Literals; 2],
    plan: &Differential,
) -> Result<Behaviour, JudgeError> {
    let mut offered = workshop.tools.offered(&api.items);
    let mut clock = Instant::now();
    let mut lap = || std::mem::replace(&mut clock, Instant::now()).elapsed();
    let (known, left_out) =
        driver(workshop, Side::Reference, (reference, &api.crate_name), &offered.types, &offered.operations)
            .await?;
    for one in left_out {
        offered.leave_out(&one.operation, &one.reason);
    }
    let building_reference = lap();
    let (own, missing) =
        driver(workshop, Side::Candidate, candidate, &offered.types, &offered.operations).await?;
    let building_candidate = lap();
    let mut seeds = Seeds::default();
    super::add_literals(&mut seeds, &offered.operations, &literals);
    let trial = try_operations(&known, &own, &offered.operations, &seeds, plan).await?;
    let calling = lap();
    let agreements: Vec<&FunctionAgreement> = trial.tried.iter().map(|tried| &tried.agreement).collect();
    let unknown = agreements
        .iter()
        .filter(|one| !one.is_known())
        .map(|agreement| agreement.operation.clone())
        .collect();
    Ok(Behaviour {
        agreement: agreement(&agreements),
        coverage: coverage(api, &offered.operations, &trial.tried, &missing, FunctionAgreement::is_known),
        code: trial.code,
        unknown,
        tried: trial.tried,
        missing,
        offered,
        asked: trial.asked,
        times: [building_reference, building_candidate, calling],
    })
}

/// Which of the two libraries is built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It counts what runs.
    Reference,
    Candidate,
}

async fn driver(
    workshop: Workshop<'_>,
    which: Side,
    (library, code_name): (&Library, &str),
    types: &[OwnType],
    operations: &[Operation],
) -> Result<(Driver, Vec<LeftOut>), JudgeError> {
    let scratch = workshop.scratch.join(if which == Side::Reference { "reference" } else { "candidate" });
    let place = library.site(code_name, &scratch, workshop.wall);
    let site = if which == Side::Reference { place.counting() } else { place };
    let built = workshop.tools.driver(workshop.sandbox, site, types, operations).await?;
    built.map_err(|said| match which {
        Side::Reference => JudgeError::ReferenceBuild { package: library.package.clone(), said },
        Side::Candidate => JudgeError::CandidateBuild { dir: library.dir.clone(), said },
    })
}
