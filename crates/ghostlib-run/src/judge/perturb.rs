//! Which changes make another library of a reference: such as show, harm no caller, and are spread over its functions.

use super::{JudgeError, Workshop, add_literals};
use ghostlib_diff::{Api, Literals};
use ghostlib_model::{Answer, Perturbation};
use ghostlib_verify::rust::perturb::{Change, Perturbable};
use ghostlib_verify::rust::{Built, OwnType};
use ghostlib_verify::{
    Asked, CallLimits, Difference, Differential, Driver, Library, Operation, Patience, Seeds, Site,
    differences, reproduced, toll, try_operations,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// How a library is perturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerturbPlan {
    /// How many changes are wanted.
    pub count: usize,
    /// Which of those that can be made.
    pub seed: u64,
    /// Sequences of calls an operation, by which changes show.
    pub cases: usize,
}

/// How far the choice of changes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerturbProgress {
    /// Changes that can be made.
    pub n_fit: usize,
    /// Changes that were tried and cannot.
    pub n_unfit: usize,
}

/// A library with changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbed {
    /// How a spec names it.
    pub perturbation: Perturbation,
    /// By place.
    pub changes: Vec<ShownChange>,
    /// Its source tree.
    pub dir: PathBuf,
    /// How many changes there are to choose from.
    pub n_possible: usize,
    /// How many were tried that do not compile, that show nowhere, or that harm callers.
    pub n_unfit: [usize; 3],
}

/// A change, and a call that shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownChange {
    /// The change.
    pub change: Change,
    /// Small calls, with what the library as it was answers, and what the changed one.
    pub shown_by: Difference,
}

/// What a call of a changed library may cost.
const LIMITS: CallLimits =
    CallLimits { wall: Duration::from_secs(2), memory_bytes: 1 << 30, output_bytes: 1 << 20 };
/// Calls that show a change, of which one has to show among all changes too.
const MAX_DIFFERENCES: usize = 8;
/// So many changes join the others at once.
const CHUNK: usize = 6;
/// So many times as many changes are tried as are wanted, at most.
const MAX_TRIES: usize = 6;

/// Chooses changes of a library by a seed, and makes them. The library and its API are those of the reference as it is.
///
/// `told` hears of each try.
///
/// # Errors
/// If the library cannot be read, built or changed, or the sandbox fails.
pub async fn perturb(
    workshop: Workshop<'_>,
    (reference, api): (&Library, &Api),
    literals: &Literals,
    plan: PerturbPlan,
    told: &(dyn Fn(&PerturbProgress) + Sync),
) -> Result<Perturbed, JudgeError> {
    let perturbable = Perturbable::read(&reference.dir)?;
    let (types, operations) = callable(workshop, (reference, api), &perturbable).await?;
    let mut trying = Trying {
        workshop,
        reference,
        crate_name: &api.crate_name,
        perturbable: &perturbable,
        types,
        operations,
        original: None,
        asked: vec![],
        n_unfit: [0; 3],
        told,
    };
    trying.learn(literals, plan).await?;
    let chosen = trying.choose(plan).await?;
    if chosen.is_empty() {
        let n_possible = perturbable.changes().len();
        return Err(JudgeError::NoChanges { package: reference.package.clone(), n_possible });
    }
    let numbers: BTreeSet<u32> = chosen.iter().map(|one| one.change.number).collect();
    let dir = workshop.scratch.join("perturbed");
    let hash = perturbable.write(&numbers, &dir)?;
    let changes = numbers.into_iter().collect();
    Ok(Perturbed {
        perturbation: Perturbation { of: reference.source.clone(), seed: plan.seed, changes, hash },
        changes: chosen,
        dir,
        n_possible: perturbable.changes().len(),
        n_unfit: trying.n_unfit,
    })
}

/// What can be called of the library without its words.
async fn callable(
    workshop: Workshop<'_>,
    (reference, api): (&Library, &Api),
    perturbable: &Perturbable,
) -> Result<(Vec<OwnType>, Vec<Operation>), JudgeError> {
    let mut offered = workshop.tools.offered(&api.items);
    let dir = workshop.scratch.join("plain");
    perturbable.write(&BTreeSet::new(), &dir)?;
    let scratch = workshop.scratch.join("original");
    let site = Site { dir: &dir, ..reference.site(&api.crate_name, &scratch, workshop.wall) };
    let built = workshop.tools.driver(workshop.sandbox, site, &offered.types, &offered.operations).await?;
    let (_, left_out) =
        built.map_err(|said| JudgeError::ReferenceBuild { package: reference.package.clone(), said })?;
    for one in left_out {
        offered.leave_out(&one.operation, &one.reason);
    }
    Ok((offered.types, offered.operations))
}

/// What changes are tried by.
struct Trying<'a> {
    workshop: Workshop<'a>,
    reference: &'a Library,
    crate_name: &'a str,
    perturbable: &'a Perturbable,
    types: Vec<OwnType>,
    operations: Vec<Operation>,
    original: Option<Driver>,
    /// What the library as it is always answers.
    asked: Vec<Asked>,
    n_unfit: [usize; 3],
    told: &'a (dyn Fn(&PerturbProgress) + Sync),
}

/// A change that shows alone.
#[derive(Clone)]
struct Fit<'a> {
    change: &'a Change,
    shown_by: Vec<Difference>,
}

impl<'a> Trying<'a> {
    /// Asks the library as it is.
    async fn learn(&mut self, literals: &Literals, plan: PerturbPlan) -> Result<(), JudgeError> {
        let Some(original) = self.build(&BTreeSet::new(), "original").await? else {
            let said = "not twice in the same way".to_owned();
            return Err(JudgeError::ReferenceBuild { package: self.reference.package.clone(), said });
        };
        let mut seeds = Seeds::default();
        add_literals(&mut seeds, &self.operations, &[literals]);
        let differential = Differential { cases: plan.cases, seed: plan.seed, max_differences: 1 };
        let trial = try_operations(&original, &original, &self.operations, &seeds, &differential).await?;
        self.asked = reproduced(&original, trial.asked).await?;
        self.original = Some(original);
        Ok(())
    }

    /// The library with changes as a driver; nothing, if it does not build, or not with all that can be called.
    async fn build(&self, numbers: &BTreeSet<u32>, name: &str) -> Result<Option<Driver>, JudgeError> {
        let Workshop { sandbox, tools, scratch, wall } = self.workshop;
        let dir = scratch.join("changed");
        self.perturbable.write(numbers, &dir)?;
        let scratch = scratch.join(name);
        let site = Site { dir: &dir, ..self.reference.site(self.crate_name, &scratch, wall) };
        Ok(match tools.build(sandbox, site, &self.types, &self.operations).await? {
            Built::Driver { driver, left_out } if left_out.is_empty() => Some(driver.with_limits(LIMITS)),
            _ => None,
        })
    }

    /// The changes that are made.
    async fn choose(&mut self, plan: PerturbPlan) -> Result<Vec<ShownChange>, JudgeError> {
        let queue = queue(self.perturbable.changes(), plan.seed);
        let mut queue = queue.into_iter().take(plan.count * MAX_TRIES).peekable();
        let mut fit: Vec<Fit<'a>> = Vec::new();
        loop {
            while fit.len() < plan.count
                && let Some(change) = queue.next()
            {
                (self.told)(&PerturbProgress { n_fit: fit.len(), n_unfit: self.n_unfit.iter().sum() });
                if !fit.iter().any(|one| {
                    one.change.place.span == change.place.span && one.change.place.file == change.place.file
                }) {
                    fit.extend(self.fit(change).await?);
                }
            }
            let shown;
            (fit, shown) = self.together(fit).await?;
            if shown.len() >= plan.count || queue.peek().is_none() {
                return Ok(shown);
            }
        }
    }

    /// A change, if it shows alone and harms nobody.
    async fn fit(&mut self, change: &'a Change) -> Result<Option<Fit<'a>>, JudgeError> {
        let Some(driver) = self.build(&BTreeSet::from([change.number]), "trial").await? else {
            self.n_unfit[0] += 1;
            return Ok(None);
        };
        let Some(original) = &self.original else { return Ok(None) };
        if !toll(&driver, &self.asked).await?.is_bearable() {
            self.n_unfit[2] += 1;
            return Ok(None);
        }
        let mut shown_by = differences([original, &driver], &self.asked, MAX_DIFFERENCES).await?;
        shown_by.retain(|difference| difference.reference.returned() && difference.candidate.returned());
        if shown_by.is_empty() {
            self.n_unfit[1] += 1;
            return Ok(None);
        }
        Ok(Some(Fit { change, shown_by }))
    }

    /// Those changes that can be made together, and with them the calls by which each of them shows among all.
    async fn together(&mut self, fit: Vec<Fit<'a>>) -> Result<(Vec<Fit<'a>>, Vec<ShownChange>), JudgeError> {
        let mut kept: Vec<Fit<'a>> = Vec::new();
        for chunk in fit.chunks(CHUNK) {
            if self.is_bearable(&kept, chunk).await? {
                kept.extend_from_slice(chunk);
                continue;
            }
            for one in chunk {
                if self.is_bearable(&kept, std::slice::from_ref(one)).await? {
                    kept.push(one.clone());
                } else {
                    self.n_unfit[2] += 1;
                }
            }
        }
        loop {
            let shown = self.shown(&kept).await?;
            let n_before = kept.len();
            kept.retain(|fit| shown.contains_key(&fit.change.number));
            self.n_unfit[1] += n_before - kept.len();
            if kept.len() == n_before {
                return Ok((kept, shown.into_values().collect()));
            }
        }
    }

    async fn is_bearable(&self, kept: &[Fit<'a>], more: &[Fit<'a>]) -> Result<bool, JudgeError> {
        let numbers = kept.iter().chain(more).map(|fit| fit.change.number).collect();
        match self.build(&numbers, "trial").await? {
            Some(driver) => Ok(toll(&driver, &self.asked).await?.is_bearable()),
            None => Ok(false),
        }
    }

    /// For each change a call by which it shows among the others.
    async fn shown(&self, kept: &[Fit<'a>]) -> Result<BTreeMap<u32, ShownChange>, JudgeError> {
        let mut shown = BTreeMap::new();
        let numbers = kept.iter().map(|fit| fit.change.number).collect();
        let Some(driver) = self.build(&numbers, "trial").await? else { return Ok(shown) };
        for fit in kept {
            let sequences: Vec<_> = fit.shown_by.iter().map(|one| one.sequence.clone()).collect();
            let answers = driver.ask_sequences(&sequences, &Patience::SHORT).await?;
            let now = answers.into_iter().map(|mut answer| answer.answers.pop());
            let differing = fit.shown_by.iter().zip(now).find_map(|(one, now)| {
                let now: Answer = now.filter(|now| now.returned() && *now != one.reference)?;
                Some(Difference { candidate: now, ..one.clone() })
            });
            if let Some(shown_by) = differing {
                let change = fit.change.clone();
                shown.insert(change.number, ShownChange { change, shown_by });
            }
        }
        Ok(shown)
    }
}

/// In which order changes are tried: in rounds, in each of which every function has its turn. What stands in a line with
/// another is often about the same, and comes last.
fn queue(changes: &[Change], seed: u64) -> Vec<&Change> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut functions: BTreeMap<(&str, &str), Vec<(f64, &Change)>> = BTreeMap::new();
    for change in changes {
        let order = random.f64() * unlikeliness(change);
        functions.entry((&*change.place.file, &*change.function)).or_default().push((order, change));
    }
    let mut turns = Vec::new();
    for mut changes in functions.into_values() {
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut lines = BTreeMap::new();
        for (round, (_, change)) in changes.into_iter().enumerate() {
            let n_before = lines.entry(change.place.line).or_insert(0);
            turns.push((*n_before, round, random.u64(..), change));
            *n_before += 1;
        }
    }
    turns.sort_by_key(|(n_before, round, order, _)| (*n_before, *round, *order));
    turns.into_iter().map(|(.., change)| change).collect()
}

/// How much later a change is tried than others of its function. That a rule begins with nothing or one, or takes in its
/// boundary, is less of a choice than what it says or how much it is.
fn unlikeliness(change: &Change) -> f64 {
    match change.before.as_str() {
        "0" | "1" | "%" => 3.0,
        ".." | "..=" | "<" | "<=" | ">" | ">=" => 1.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::Place;

    #[test]
    fn every_function_has_its_turn_before_one_has_its_second() {
        let change = |number, function: &str| Change {
            number,
            place: Place { line: number, ..Place::start_of("src/lib.rs") },
            function: function.to_owned(),
            before: "2".into(),
            after: "3".into(),
            lines: [String::new(), String::new()],
        };
        let all: Vec<Change> =
            (1..=9).map(|number| change(number, if number < 8 { "long" } else { "short" })).collect();
        let order = |seed| -> Vec<u32> { queue(&all, seed).iter().map(|one| one.number).collect() };
        for seed in 1..20 {
            let first: Vec<_> = order(seed)[..4].iter().filter(|number| **number >= 8).copied().collect();
            assert_eq!(first.len(), 2, "{:?}", order(seed));
        }
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }
}
