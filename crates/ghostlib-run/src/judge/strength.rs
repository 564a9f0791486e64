//! How strong a spec's vectors are: the share of the reference's mutants that they kill, and vectors for the others.

use super::plant::{Planted, PowerPlan, plant};
use super::power::caught_in_time;
use super::{Judge, JudgeError, JudgeOptions, Ready, Workshop, seeds};
use crate::revision::{HARVEST_FILE, vector_of};
use crate::spec_files::LoadedSpec;
use ghostlib_model::{Answer, Call, Ratio, Sequence, Vector, VectorId};
use ghostlib_verify::rust::Subject;
use ghostlib_verify::rust::mutants::{Mutant, Mutated};
use ghostlib_verify::rust::own_tests::{NoTests, OwnTests, TestLeftOut};
use ghostlib_verify::{
    Asked, Differential, Driver, Patience, Tools, VerifyError, differences, reproduced, try_operations,
    vector_holds,
};
use tracing::info_span;

/// What the vectors of a spec see of mutants of its reference.
#[derive(Debug)]
pub struct Strength {
    /// The mutants that were tried, by place.
    pub weighed: Vec<Weighed>,
    /// The tests that the reference brings along, or why none were asked.
    pub own_tests: Result<Brought, NoTests>,
    /// Vectors with the reference's answers, each of which kills a mutant that the spec's own do not.
    pub proposals: Vec<Vector>,
    /// The reference with its mutants.
    pub mutated: Mutated,
}

/// The tests that a reference brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// How many of them pass here.
    pub n_tests: usize,
    /// The others.
    pub left_out: Vec<TestLeftOut>,
}

/// What was seen of one mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The mutant.
    pub mutant: Mutant,
    /// Whether the reference's own tests kill it, where there are any.
    pub by_own_tests: Option<bool>,
    /// What shows it.
    pub shown: Shown,
}

/// What shows a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// This vector of the spec.
    ByVector(VectorId),
    /// This vector, if it were added.
    ByProposal(VectorId),
    /// Calls of this operation, by something that no vector can say: a panic, what is printed.
    ByBehaviour(String),
    /// Nothing that was tried.
    ByNothing,
}

impl Strength {
    /// The share that the spec's vectors kill of the mutants that count.
    pub fn share(&self) -> Ratio {
        self.share_of(|shown| matches!(shown, Shown::ByVector(_)))
    }

    /// The same, if all proposals were added.
    pub fn share_with_proposals(&self) -> Ratio {
        self.share_of(|shown| matches!(shown, Shown::ByVector(_) | Shown::ByProposal(_)))
    }

    fn share_of(&self, is_killed: impl Fn(&Shown) -> bool) -> Ratio {
        let counted = || self.weighed.iter().filter(|weighed| weighed.counts());
        Ratio::new(counted().filter(|weighed| is_killed(&weighed.shown)).count(), counted().count())
    }

    /// Those that no vector of the spec kills.
    pub fn survivors(&self) -> impl Iterator<Item = &Weighed> {
        self.weighed.iter().filter(|weighed| !matches!(weighed.shown, Shown::ByVector(_)))
    }
}

impl Weighed {
    /// Whether a spec is expected to kill it: the reference's own tests do, or, where it has none, some call shows it.
    pub fn counts(&self) -> bool {
        self.by_own_tests.unwrap_or(self.shown != Shown::ByNothing)
    }
}

/// More differences of one mutant are not tried as vectors.
const MAX_DIFFERENCES: usize = 8;
/// A vector that does not come back has killed the mutant.
const IMPATIENT: Patience = Patience { hangs: 1, crashes: 1 };

impl Judge {
    /// Plants mutants into the reference, and asks each the spec's vectors, the reference's own tests, and, where no
    /// vector kills it, the calls that behaviour is compared by.
    ///
    /// # Errors
    /// If the reference cannot be given mutants, or the sandbox fails.
    pub async fn strength(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        options: &JudgeOptions,
        plan: PowerPlan,
    ) -> Result<Strength, JudgeError> {
        let scratch = self.scratch.join("strength");
        let tools = &self.tools.reference;
        let workshop =
            Workshop { sandbox: &self.sandbox, tools, scratch: &scratch, wall: options.build_wall };
        let all: Vec<_> = ready.operations.all().cloned().collect();
        let named = (&self.reference, self.api.crate_name.as_str());
        let planted = plant(workshop, named, &ready.operations.types, &all).await?;
        let tests = own_tests(workshop, &self.api.crate_name, &planted.mutated).await?;
        let asked = self.asked(loaded, ready, &planted, &options.differential).await?;
        let vectors = holding(&planted, loaded.spec.vectors.iter().collect()).await?;
        let mut weighing = Weighing { loaded, ready, planted: &planted, vectors, asked, proposals: vec![] };
        let mut weighed = vec![];
        let mutants = plan.sample(&planted.mutated.mutants);
        let span = info_span!("mutants", done = 0, of = mutants.len());
        for mutant in mutants {
            let by_own_tests = match &tests {
                Ok(tests) => Some(tests.kill(mutant).await?),
                Err(_) => None,
            };
            let shown = weighing.shown(mutant).await?;
            weighed.push(Weighed { mutant: mutant.clone(), by_own_tests, shown });
            span.record("done", weighed.len());
        }
        let proposals = weighing.proposals;
        let own_tests = tests.map(|tests| Brought { n_tests: tests.n_tests, left_out: tests.left_out });
        Ok(Strength { weighed, own_tests, proposals, mutated: planted.mutated })
    }

    /// The sequences that behaviour is compared by, with what the reference always answers.
    async fn asked(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        planted: &Planted,
        plan: &Differential,
    ) -> Result<Vec<Asked>, JudgeError> {
        let seeds = seeds(loaded, &ready.operations, &[&self.literals]);
        let known = &ready.driver;
        let trial = try_operations(known, known, &ready.operations.callable, &seeds, plan).await?;
        Ok(reproduced(&planted.with(0), trial.asked).await?)
    }
}

async fn own_tests(
    workshop: Workshop<'_>,
    crate_name: &str,
    mutated: &Mutated,
) -> Result<Result<OwnTests, NoTests>, JudgeError> {
    let Tools::Rust(toolchain) = workshop.tools else { return Ok(Err(NoTests::None)) };
    let scratch = workshop.scratch.join("tests");
    let subject = Subject {
        dir: &mutated.dir,
        scratch: &scratch,
        read: &[],
        cargo_config: "",
        crate_name,
        wall: workshop.wall,
    };
    Ok(OwnTests::build(workshop.sandbox, toolchain, &subject).await?)
}

/// The vectors that hold with no mutant active: the others would take every mutant for killed.
async fn holding<'a>(planted: &Planted, vectors: Vec<&'a Vector>) -> Result<Vec<&'a Vector>, VerifyError> {
    let answers = answers(&planted.with(0), &vectors, &Patience::ENDLESS).await?;
    let both = vectors.into_iter().zip(answers);
    Ok(both.filter(|(vector, answer)| holds(vector, answer.as_ref())).map(|(vector, _)| vector).collect())
}

fn holds(vector: &Vector, answer: Option<&Answer>) -> bool {
    answer.is_some_and(|answer| vector_holds(&vector.expected, answer))
}

/// The answers to the last calls of vectors.
async fn answers(
    driver: &Driver,
    vectors: &[&Vector],
    patience: &Patience,
) -> Result<Vec<Option<Answer>>, VerifyError> {
    let sequences: Vec<Sequence> = vectors.iter().map(|vector| vector.sequence()).collect();
    let answers = driver.ask_sequences(&sequences, patience).await?;
    Ok(answers.into_iter().map(|mut answer| answer.answers.pop()).collect())
}

/// What mutants are shown by, and the proposals so far.
struct Weighing<'a> {
    loaded: &'a LoadedSpec,
    ready: &'a Ready,
    planted: &'a Planted,
    vectors: Vec<&'a Vector>,
    asked: Vec<Asked>,
    proposals: Vec<Vector>,
}

impl Weighing<'_> {
    async fn shown(&mut self, mutant: &Mutant) -> Result<Shown, JudgeError> {
        let changed = self.planted.with(mutant.number);
        if let Some(id) = killing(&changed, &self.vectors).await? {
            return Ok(Shown::ByVector(id));
        }
        if let Some(id) = killing(&changed, &self.proposals.iter().collect::<Vec<_>>()).await? {
            return Ok(Shown::ByProposal(id));
        }
        let Some(caught) = caught_in_time(&changed, &self.asked).await? else { return Ok(Shown::ByNothing) };
        let Some(vector) = self.propose(&changed).await? else {
            return Ok(Shown::ByBehaviour(caught.operation));
        };
        let id = vector.id.clone();
        self.proposals.push(vector);
        Ok(Shown::ByProposal(id))
    }

    /// A vector that holds on the reference and fails on what is changed.
    async fn propose(&self, changed: &Driver) -> Result<Option<Vector>, JudgeError> {
        let reference = self.planted.with(0);
        for difference in differences([&reference, changed], &self.asked, MAX_DIFFERENCES).await? {
            let calls: Vec<Call> =
                difference.sequence.calls.into_iter().map(|call| self.as_vectors_name_it(call)).collect();
            let Some((call, before)) = calls.split_last() else { continue };
            let known = &self.loaded.spec.vectors;
            let Some(vector) = vector_of(known, HARVEST_FILE, before, call, &difference.reference) else {
                continue;
            };
            let is_kept = killing(&reference, &[&vector]).await?.is_none();
            if is_kept && killing(changed, &[&vector]).await?.is_some() {
                return Ok(Some(vector));
            }
        }
        Ok(None)
    }

    /// A call by the name that the spec's vectors have for its operation.
    fn as_vectors_name_it(&self, call: Call) -> Call {
        let operations = &self.ready.operations;
        let item = operations.get(&call.operation).map(|operation| &operation.item);
        let named = operations.named.iter().find(|operation| Some(&operation.item) == item);
        Call { operation: named.map_or(call.operation, |named| named.name.clone()), input: call.input }
    }
}

/// The first vector that does not hold.
async fn killing(driver: &Driver, vectors: &[&Vector]) -> Result<Option<VectorId>, VerifyError> {
    let answers = answers(driver, vectors, &IMPATIENT).await?;
    let mut both = vectors.iter().zip(answers);
    let failing = both.find(|(vector, answer)| !holds(vector, answer.as_ref()));
    Ok(failing.map(|(vector, _)| vector.id.clone()))
}
