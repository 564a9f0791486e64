//! The reference with mutants in it, as a driver.

use super::{JudgeError, Workshop};
use ghostlib_verify::rust::mutants::{Mutant, MutantsError, Mutated, VARIABLE, mutate};
use ghostlib_verify::rust::{Built, OwnType, Subject, build};
use ghostlib_verify::{CallLimits, Driver, Library, Operation, Tools};
use std::time::Duration;

/// Which mutants are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerPlan {
    /// The most of them.
    pub max_mutants: usize,
    /// Which of them, if there are more.
    pub seed: u64,
}

impl PowerPlan {
    /// So many of the mutants as are wanted, by the seed; in their order.
    pub(super) fn sample(self, mutants: &[Mutant]) -> Vec<&Mutant> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut all: Vec<&Mutant> = mutants.iter().collect();
        random.shuffle(&mut all);
        all.truncate(self.max_mutants);
        all.sort_by_key(|mutant| mutant.number);
        all
    }
}

/// A library with mutants in it.
pub(super) struct Planted {
    driver: Driver,
    pub(super) mutated: Mutated,
}

/// What a call of a mutant may cost. A mutant that loops costs this once.
const LIMITS: CallLimits =
    CallLimits { wall: Duration::from_secs(2), memory_bytes: 1 << 30, output_bytes: 1 << 20 };

impl Planted {
    /// Its driver with this mutant active; with none, if it is 0.
    pub(super) fn with(&self, number: usize) -> Driver {
        self.driver.clone().with_variable(VARIABLE, &number.to_string())
    }
}

/// Plants mutants into a reference, and builds it into a driver.
///
/// # Errors
/// If the reference cannot be given mutants, or the sandbox fails.
#[tracing::instrument(skip_all)]
pub(super) async fn plant(
    workshop: Workshop<'_>,
    (reference, crate_name): (&Library, &str),
    types: &[OwnType],
    operations: &[Operation],
) -> Result<Planted, JudgeError> {
    let Tools::Rust(toolchain) = workshop.tools else {
        return Err(JudgeError::NoMutants { language: workshop.tools.language() });
    };
    let scratch = workshop.scratch.join("mutants");
    let subject = reference.site(crate_name, &scratch, workshop.wall).of_rust();
    let failed = |source| match source {
        MutantsError::Verify(error) => error.into(),
        source => JudgeError::Mutants { package: reference.package.clone(), source },
    };
    let tree = workshop.scratch.join("mutated");
    let mutated = mutate(workshop.sandbox, toolchain, &subject, &tree).await.map_err(failed)?;
    let subject = Subject { dir: &mutated.dir, cargo_config: &mutated.cargo_config, ..subject };
    match build(workshop.sandbox, toolchain, &subject, types, operations).await? {
        Built::Driver { driver, .. } => Ok(Planted { driver: driver.with_limits(LIMITS), mutated }),
        Built::Failed(messages) => Err(JudgeError::ReferenceBuild {
            package: format!("{} with mutants", reference.package),
            said: messages.into_iter().next().map_or_else(String::new, |message| message.text),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Place;

    #[test]
    fn a_sample_is_drawn_by_its_seed_and_keeps_its_order() {
        let mutant = |number| Mutant {
            number,
            place: Place::start_of("src/lib.rs"),
            function: String::new(),
            description: String::new(),
        };
        let all: Vec<Mutant> = (1..=50).map(mutant).collect();
        let drawn = |max_mutants, seed| -> Vec<usize> {
            PowerPlan { max_mutants, seed }.sample(&all).iter().map(|one| one.number).collect()
        };
        assert_eq!(drawn(8, 1), drawn(8, 1));
        assert_ne!(drawn(8, 1), drawn(8, 2));
        assert!(drawn(8, 1).is_sorted() && drawn(8, 1).len() == 8);
        assert_eq!(drawn(60, 1), (1..=50).collect::<Vec<_>>());
    }
}
