//! Which changes make another library of a reference: such as show, harm no caller, and are spread over its functions.

mod queue;

use super::{JudgeError, Workshop, add_literals};
use ghostlib_diff::{Api, Literals};
use ghostlib_model::{Answer, Perturbation};
use ghostlib_verify::rust::Built;
use ghostlib_verify::rust::perturb::{Change, Perturbable};
use ghostlib_verify::{
    Asked, CallLimits, Difference, Differential, Driver, Library, Offered, Patience, Seeds, Site,
    differences, reproduced, toll, try_operations,
};
use queue::queue;
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
    let offered = workshop.tools.offered(&api.items);
    let mut trying = Trying {
        workshop,
        reference,
        crate_name: &api.crate_name,
        perturbable: &perturbable,
        offered,
        original: None,
        built: None,
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
    let changes = chosen.iter().map(|one| one.change.named()).collect();
    Ok(Perturbed {
        perturbation: Perturbation { of: reference.source.clone(), seed: plan.seed, changes, hash },
        changes: chosen,
        dir,
        n_possible: perturbable.changes().len(),
        n_unfit: trying.n_unfit,
    })
}

/// What changes are tried by.
struct Trying<'a> {
    workshop: Workshop<'a>,
    reference: &'a Library,
    crate_name: &'a str,
    perturbable: &'a Perturbable,
    /// What can be called.
    offered: Offered,
    original: Option<Driver>,
    /// The last build with changes, and which.
    built: Option<(BTreeSet<u32>, Driver)>,
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
        let original = match self.build_at(&BTreeSet::new(), "original").await? {
            Built::Driver { driver, left_out } => {
                for one in left_out {
                    self.offered.leave_out(&one.operation, &one.reason);
                }
                driver
            }
            Built::Failed(said) => {
                let said = said.into_iter().next().map_or_else(String::new, |one| one.text);
                return Err(JudgeError::ReferenceBuild { package: self.reference.package.clone(), said });
            }
        };
        let operations = &self.offered.operations;
        let mut seeds = Seeds::default();
        add_literals(&mut seeds, operations, &[literals]);
        let differential = Differential { cases: plan.cases, seed: plan.seed, max_differences: 1 };
        let trial = try_operations(&original, &original, operations, &seeds, &differential).await?;
        self.asked = reproduced(&original, trial.asked).await?;
        self.original = Some(original);
        Ok(())
    }

    /// The library with changes as a driver; nothing, if it does not build, or not with all that can be called.
    async fn build(&mut self, numbers: BTreeSet<u32>) -> Result<Option<Driver>, JudgeError> {
        if let Some((_, driver)) = self.built.as_ref().filter(|(built, _)| *built == numbers) {
            return Ok(Some(driver.clone()));
        }
        let built = self.build_at(&numbers, "changed").await?;
        self.built = match built {
            Built::Driver { driver, left_out } if left_out.is_empty() => {
                Some((numbers, driver.with_limits(LIMITS)))
            }
            _ => None,
        };
        Ok(self.built.as_ref().map(|(_, driver)| driver.clone()))
    }

    async fn build_at(&self, numbers: &BTreeSet<u32>, name: &str) -> Result<Built, JudgeError> {
        let Workshop { sandbox, tools, scratch, wall } = self.workshop;
        let dir = scratch.join(format!("{name}-source"));
        self.perturbable.write(numbers, &dir)?;
        let scratch = scratch.join(name);
        let site = Site { dir: &dir, ..self.reference.site(self.crate_name, &scratch, wall) };
        Ok(tools.build(sandbox, site, &self.offered.types, &self.offered.operations).await?)
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
        let Some(driver) = self.build(BTreeSet::from([change.number])).await? else {
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

    async fn is_bearable(&mut self, kept: &[Fit<'a>], more: &[Fit<'a>]) -> Result<bool, JudgeError> {
        let numbers = kept.iter().chain(more).map(|fit| fit.change.number).collect();
        match self.build(numbers).await? {
            Some(driver) => Ok(toll(&driver, &self.asked).await?.is_bearable()),
            None => Ok(false),
        }
    }

    /// For each change a call by which it shows among the others.
    async fn shown(&mut self, kept: &[Fit<'a>]) -> Result<BTreeMap<u32, ShownChange>, JudgeError> {
        let mut shown = BTreeMap::new();
        let numbers = kept.iter().map(|fit| fit.change.number).collect();
        let Some(driver) = self.build(numbers).await? else { return Ok(shown) };
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
