//! The rules of a reference that a spec may leave out: mutants that generated inputs show, and functions of its API.

use super::SimulateError;
use crate::published::Published;
use crate::workplace::Workplace;
use ghostlib_diff::{Api, FeatureSet, Literals, SourceTree, extract_crate, literals};
use ghostlib_model::{ApiKind, ReferenceSource, Sequence, Vector};
use ghostlib_run::{PowerPlan, behaviour, power};
use ghostlib_verify::rust::mutants::{Mutated, VARIABLE};
use ghostlib_verify::{CallLimits, Differential, Driver, Operation, Tools, last_answers, vector_holds};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// A reference, its mutants, and a driver that can take on each of them.
pub(super) struct Rules {
    published: Published,
    pub(super) api: Api,
    pub(super) mutated: Mutated,
    driver: Driver,
    /// The names of the driver's operations, by the paths of their items and by themselves.
    operations: Vec<Operation>,
    /// The mutants that may be rules, one a function and line.
    usable: Vec<usize>,
    /// Functions that may be missing from the API, by path.
    optional: Vec<String>,
    /// Whether a vector's answer changes with a mutant, by both.
    known: Mutex<BTreeMap<(usize, String), bool>>,
}

/// What one run's spec leaves out at first.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// Mutants.
    pub(super) rules: BTreeSet<usize>,
    /// Paths of functions.
    pub(super) items: BTreeSet<String>,
}

const LIMITS: CallLimits =
    CallLimits { wall: Duration::from_secs(2), memory_bytes: 1 << 30, output_bytes: 1 << 20 };
/// How many mutants are tried at most, and sequences of calls an operation.
const MAX_MUTANTS: usize = 120;
const CASES: usize = 200;

impl Rules {
    pub(super) async fn of(
        place: &Workplace,
        published: &Published,
        scratch: &Path,
    ) -> Result<Self, SimulateError> {
        let unfit = |why: &str| SimulateError::Unfit(published.to_string(), why.to_owned());
        fs::create_dir_all(scratch).map_err(|error| unfit(&error.to_string()))?;
        let workshop = place.workshop(scratch);
        let source =
            ReferenceSource::Crate { name: published.name.clone(), version: published.version.clone() };
        let reference = workshop.tools.fetch(&source, &place.cache, &place.cache).await?;
        let tree = SourceTree::read(&reference.dir)?;
        let api = extract_crate(&tree, &FeatureSet::Default).map_err(|error| unfit(&error.to_string()))?;
        let plan = Differential { cases: CASES, seed: 1, max_differences: 1 };
        let literals = [&literals(&tree), &Literals::default()];
        let itself =
            behaviour(workshop, &reference, &api, (&reference, &api.crate_name), literals, &plan).await?;
        let plan = PowerPlan { max_mutants: MAX_MUTANTS, seed: 1 };
        let power = power(workshop, (&reference, &api.crate_name), &itself, plan).await?;
        let mut seen = BTreeSet::new();
        let caught =
            power.verdicts.iter().filter(|verdict| verdict.is_caught()).map(|verdict| &verdict.mutant);
        // One that takes a function away from its caller says little of a rule.
        let is_rule = |description: &str| !description.starts_with("the body");
        let usable = caught
            .filter(|one| is_rule(&one.description) && seen.insert((one.function.clone(), one.place.line)));
        let usable = usable.map(|mutant| mutant.number).collect();
        let Tools::Rust(toolchain) = workshop.tools else { return Err(unfit("there is no Rust toolchain")) };
        let built = scratch.join("planted");
        let site = reference.site(&api.crate_name, &built, workshop.wall).of_rust();
        let subject = ghostlib_verify::rust::Subject {
            dir: &power.mutated.dir,
            cargo_config: &power.mutated.cargo_config,
            ..site
        };
        let (types, operations) = (&itself.offered.types, itself.offered.operations.clone());
        let built =
            ghostlib_verify::rust::build(workshop.sandbox, toolchain, &subject, types, &operations).await?;
        let ghostlib_verify::rust::Built::Driver { driver, .. } = built else {
            return Err(unfit("with mutants it does not build"));
        };
        let optional = optional(&api, &power.mutated.dir);
        Ok(Self {
            published: published.clone(),
            api,
            mutated: power.mutated,
            driver: driver.with_limits(LIMITS),
            operations,
            usable,
            optional,
            known: Mutex::default(),
        })
    }

    /// What the spec of a run leaves out: as many rules, and up to two functions.
    pub(super) fn choose(&self, n: usize, seed: u64) -> Chosen {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut rules = self.usable.clone();
        random.shuffle(&mut rules);
        let mut items = self.optional.clone();
        random.shuffle(&mut items);
        let n_items = random.usize(0..=2.min(items.len()));
        Chosen {
            rules: rules.into_iter().take(n).collect(),
            items: items.into_iter().take(n_items).collect(),
        }
    }

    /// Writes a spec that declares the API but for the functions that it leaves out, and says nothing else.
    pub(super) fn write_spec(&self, chosen: &Chosen, dir: &Path) -> Result<PathBuf, SimulateError> {
        let is_left_out = |path: &str| chosen.items.contains(path);
        let is_apart = |kind: ApiKind| !matches!(kind, ApiKind::Field | ApiKind::Variant);
        let mut lines: Vec<&str> = Vec::new();
        for item in self.api.items.iter().filter(|item| is_apart(item.kind) && !is_left_out(&item.path)) {
            if !lines.contains(&item.declaration.as_str()) {
                lines.push(&item.declaration);
            }
        }
        let Published { name, version } = &self.published;
        let front = format!(
            "---\nghostlib: 1\nname: {name}\nversion: 0.1.0\nlicense: MIT\nreference: {{crate: {name}, version: \"{version}\"}}\n---\n"
        );
        let text = format!("{front}\n# {name}\n\n```rust api\n{}\n```\n", lines.join("\n"));
        let failed =
            |error: std::io::Error| SimulateError::Unfit(self.published.to_string(), error.to_string());
        fs::create_dir_all(dir).map_err(failed)?;
        fs::write(dir.join("SPEC.md"), text).map_err(failed)?;
        Ok(dir.to_owned())
    }

    /// The reference with one mutant active; as it is, with 0.
    pub(super) fn with(&self, number: usize) -> Driver {
        self.driver.clone().with_variable(VARIABLE, &number.to_string())
    }

    /// Whether some of the vectors do not hold with a mutant active: then they state what it changes.
    pub(super) async fn is_stated(&self, number: usize, vectors: &[Vector]) -> Result<bool, SimulateError> {
        let mut unknown: Vec<(String, &Vector)> = Vec::new();
        for vector in vectors.iter().filter(|vector| self.knows(&vector.operation)) {
            let key =
                format!("{:?} {} {} {}", vector.before, vector.operation, vector.input, vector.expected);
            match self.recall(&(number, key.clone())) {
                Some(true) => return Ok(true),
                Some(false) => {}
                None => unknown.push((key, vector)),
            }
        }
        let sequences: Vec<Sequence> = unknown.iter().map(|(_, vector)| vector.sequence()).collect();
        let answers = last_answers(&self.with(number), &sequences).await?;
        let mut is_stated = false;
        for ((key, vector), answer) in unknown.into_iter().zip(answers) {
            let shows = !vector_holds(&vector.expected, &answer);
            is_stated |= shows;
            self.remember((number, key), shows);
        }
        Ok(is_stated)
    }

    pub(super) fn knows(&self, operation: &str) -> bool {
        self.operations.iter().any(|known| known.name == operation)
    }

    fn recall(&self, key: &(usize, String)) -> Option<bool> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(key).copied()
    }

    fn remember(&self, key: (usize, String), shows: bool) {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key, shows);
    }
}

/// Free functions that stand in one file alone, so that leaving them out is a change of one word.
fn optional(api: &Api, dir: &Path) -> Vec<String> {
    let functions =
        api.items.iter().filter(|item| item.kind == ApiKind::Function && !item.path.contains("::"));
    let found = functions.filter(|item| hidden_at(dir, &item.path).is_some());
    found.map(|item| item.path.clone()).collect()
}

/// The file that declares a function, and its text with the function private.
pub(super) fn hidden_at(dir: &Path, path: &str) -> Option<(PathBuf, String)> {
    let tree = SourceTree::read(dir).ok()?;
    let declared = [format!("pub fn {path}("), format!("pub fn {path}<")];
    let holds = |text: &str| declared.iter().map(|one| text.matches(one.as_str()).count()).sum::<usize>();
    let mut files = tree.files.iter().filter(|file| {
        Path::new(&file.path).extension().is_some_and(|extension| extension == "rs") && holds(&file.text) > 0
    });
    let (file, others) = (files.next()?, files.next());
    let hidden = declared.iter().fold(file.text.clone(), |text, one| {
        text.replacen(one.as_str(), &one.replacen("pub fn", "pub(crate) fn", 1), 1)
    });
    let is_reexported = tree.files.iter().any(|other| {
        other.text.lines().any(|line| line.trim_start().starts_with("pub use") && line.contains(path))
    });
    (others.is_none() && holds(&file.text) == 1 && !is_reexported)
        .then(|| (PathBuf::from(&file.path), hidden))
}
