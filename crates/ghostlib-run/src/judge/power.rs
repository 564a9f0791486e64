//! What a comparison could have seen: the share of the reference's mutants that it would have caught.

use super::plant::{PowerPlan, plant};
use super::{Behaviour, JudgeError, Workshop};
use ghostlib_model::Ratio;
use ghostlib_verify::rust::mutants::{Mutant, Mutated};
use ghostlib_verify::{Asked, Caught, Differing, Driver, Library, caught, reproduced};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;
use tracing::info_span;

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
    let offered = &behaviour.offered;
    let planted = plant(workshop, (reference, crate_name), &offered.types, &offered.operations).await?;
    // What differs with no mutant active, or takes too long, would take every mutant for caught.
    let asked = reproduced(&planted.with(0), behaviour.asked.clone()).await?;
    let mut verdicts = vec![];
    let mutants = plan.sample(&planted.mutated.mutants);
    let span = info_span!("mutants", done = 0, of = mutants.len());
    for mutant in mutants {
        let caught = caught_in_time(&planted.with(mutant.number), &asked).await?;
        verdicts.push(Verdict { mutant: mutant.clone(), caught });
        span.record("done", verdicts.len());
    }
    let mut n_alarms = 0;
    for _ in 0..N_CONTROLS {
        n_alarms += usize::from(caught(&planted.with(0), &asked).await?.is_some());
    }
    Ok(Power { verdicts, false_alarms: Ratio::new(n_alarms, N_CONTROLS), mutated: planted.mutated })
}

/// How a mutant shows. One that is slow and nothing else lowers no agreement.
pub(super) async fn caught_in_time(changed: &Driver, asked: &[Asked]) -> Result<Option<Caught>, JudgeError> {
    match timeout(MAX_WALL, caught(changed, asked)).await {
        Ok(caught) => Ok(caught?),
        Err(_) => Ok(None),
    }
}

/// Wall time for all that one mutant is asked.
const MAX_WALL: Duration = Duration::from_secs(60);
/// So often the reference is asked with no mutant active.
const N_CONTROLS: usize = 5;
