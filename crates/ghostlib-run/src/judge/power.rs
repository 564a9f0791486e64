//! What a comparison could have seen: the share of the reference's mutants that it would have caught.

use super::{Behaviour, JudgeError, Workshop};
use ghostlib_model::Ratio;
use ghostlib_verify::rust::mutants::{Mutant, MutantsError, Mutated, VARIABLE, mutate};
use ghostlib_verify::rust::{Built, Subject, build};
use ghostlib_verify::{CallLimits, Caught, Differing, Driver, Library, Tools, caught, reproduced};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

/// Which mutants are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerPlan {
    /// The most of them.
    pub max_mutants: usize,
    /// Which of them, if there are more.
    pub seed: u64,
}

/// What the sequences of a comparison see of mutants of its reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// The mutants that were tried, by place.
    pub verdicts: Vec<Verdict>,
    /// How often something showed with no mutant active, of so many tries: what is not always the same, or too slow.
    pub false_alarms: Ratio,
    /// The reference with its mutants.
    pub mutated: Mutated,
}

/// Whether one mutant was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The mutant.
    pub mutant: Mutant,
    /// How it was caught, if it was.
    pub caught: Option<Caught>,
}

impl Verdict {
    /// Whether an answer differs in more than a text: agreement is less than whole then.
    pub fn is_caught(&self) -> bool {
        self.caught.as_ref().is_some_and(|caught| caught.by == Differing::Answer)
    }
}

impl Power {
    /// The share that lowers the agreement.
    pub fn caught(&self) -> Ratio {
        ratio(self.verdicts.iter())
    }

    /// How many show by the text of an error or panic alone.
    pub fn n_by_text(&self) -> usize {
        self.verdicts.iter().filter(|verdict| !verdict.is_caught() && verdict.caught.is_some()).count()
    }

    /// Those that do not show at all.
    pub fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.verdicts.iter().filter(|verdict| verdict.caught.is_none()).map(|verdict| &verdict.mutant)
    }

    /// The share of each function of the reference that has mutants, private ones too.
    pub fn functions(&self) -> BTreeMap<&str, Ratio> {
        let mut functions: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
        for verdict in &self.verdicts {
            functions.entry(&verdict.mutant.function).or_default().push(verdict);
        }
        functions.into_iter().map(|(function, verdicts)| (function, ratio(verdicts.into_iter()))).collect()
    }
}

fn ratio<'a>(verdicts: impl Iterator<Item = &'a Verdict> + Clone) -> Ratio {
    Ratio::new(verdicts.clone().filter(|verdict| verdict.is_caught()).count(), verdicts.count())
}

/// What a call of a mutant may cost. A mutant that loops costs this once.
const LIMITS: CallLimits =
    CallLimits { wall: Duration::from_secs(2), memory_bytes: 1 << 30, output_bytes: 1 << 20 };

/// Plants mutants into the reference of a comparison, and asks each the sequences of the comparison.
///
/// # Errors
/// If the reference cannot be given mutants, or the sandbox fails.
pub async fn power(
    workshop: Workshop<'_>,
    (reference, crate_name): (&Library, &str),
    behaviour: &Behaviour,
    plan: PowerPlan,
) -> Result<Power, JudgeError> {
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
    let offered = &behaviour.offered;
    let built = build(workshop.sandbox, toolchain, &subject, &offered.types, &offered.operations).await?;
    let driver = match built {
        Built::Driver { driver, .. } => driver.with_limits(LIMITS),
        Built::Failed(messages) => {
            return Err(JudgeError::ReferenceBuild {
                package: format!("{} with mutants", reference.package),
                said: messages.into_iter().next().map_or_else(String::new, |message| message.text),
            });
        }
    };
    // What differs with no mutant active, or takes too long, would take every mutant for caught.
    let asked = reproduced(&driver, behaviour.asked.clone()).await?;
    let mut verdicts = vec![];
    for mutant in sample(&mutated.mutants, plan) {
        let changed = with_mutant(&driver, mutant.number);
        // One that is slow and nothing else lowers no agreement.
        let caught = match timeout(MAX_WALL, caught(&changed, &asked)).await {
            Ok(caught) => caught?,
            Err(_) => None,
        };
        verdicts.push(Verdict { mutant: mutant.clone(), caught });
    }
    let mut n_alarms = 0;
    for _ in 0..N_CONTROLS {
        n_alarms += usize::from(caught(&with_mutant(&driver, 0), &asked).await?.is_some());
    }
    Ok(Power { verdicts, false_alarms: Ratio::new(n_alarms, N_CONTROLS), mutated })
}

/// Wall time for all that one mutant is asked.
const MAX_WALL: Duration = Duration::from_secs(60);
/// So often the reference is asked with no mutant active.
const N_CONTROLS: usize = 5;

fn with_mutant(driver: &Driver, number: usize) -> Driver {
    driver.clone().with_variable(VARIABLE, &number.to_string())
}

/// So many of the mutants as are wanted, by the seed; in their order.
fn sample(mutants: &[Mutant], plan: PowerPlan) -> Vec<&Mutant> {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut all: Vec<&Mutant> = mutants.iter().collect();
    random.shuffle(&mut all);
    all.truncate(plan.max_mutants);
    all.sort_by_key(|mutant| mutant.number);
    all
}
