//! Judging: a reference that is ready to be compared with, and the evaluation of candidates against it.

mod conform;
mod converge;
mod evaluate;
mod figures;
mod findings;
mod fitted;
mod observe;
mod operations;
mod pair;
mod perturb;
mod plant;
mod power;
mod required;
mod stand;
mod strength;
mod upstream;
mod visible;
pub(crate) mod waive;

pub use conform::Conformance;
pub use converge::{Consensus, Implementation, OperationConsensus, consensus};
pub use evaluate::Candidate;
pub use operations::Operations;
pub use pair::{Behaviour, Workshop, behaviour};
pub use perturb::{PerturbPlan, PerturbProgress, Perturbed, ShownChange, perturb};
pub use plant::PowerPlan;
pub use power::{Power, Verdict, power};
pub use stand::{stand_of_api, stand_of_text, stand_with_requirements};
pub use strength::{Brought, Shown, Strength, Weighed};
pub use visible::{FailingVector, VisibleBuild, VisibleChecks, VisibleError, VisibleReport};

use crate::lint::lint_against;
use crate::spec_files::LoadedSpec;
use ghostlib_diff::{
    Api, CopyThresholds, ExtractError, FeatureSet, Language, Literals, Python, ReadError, Rust, SourceFile,
    SourceTree, language_of, literals,
};
use ghostlib_model::{
    Answer, Call, Canary, Diagnostic, ReferenceSource, ReferenceStamp, Sequence, Value, Vector,
    VectorOutcome, VectorResult,
};
use ghostlib_sandbox::Sandbox;
use ghostlib_spec::lint::{LintLevels, lint_with};
use ghostlib_spec::{Dialect, Options, Spec};
use ghostlib_verify::rust::LeftOut;
use ghostlib_verify::rust::mutants::MutantsError;
use ghostlib_verify::{
    Differential, Driver, Library, Needs, Operation, ReferenceError, Seeds, Tools, ToolsError, VerifyError,
    examples, run_vectors, vector_holds,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A reference, read and ready to be built.
#[derive(Debug)]
pub struct Judge {
    sandbox: Arc<Sandbox>,
    tools: JudgeTools,
    reference: Library,
    tree: SourceTree,
    api: Api,
    /// What inputs of its functions look like.
    literals: Literals,
    /// What candidates may depend on.
    allowed: Needs,
    scratch: PathBuf,
}

/// What builds and runs both sides. They may be in different languages: then what the spec names is compared, by the
/// names that it has for it, and their APIs are not.
#[derive(Clone, Debug)]
pub struct JudgeTools {
    /// For the reference.
    pub reference: Tools,
    /// For candidates.
    pub candidate: Tools,
}

impl JudgeTools {
    /// Those of candidates, and those for the reference of a spec, whose relative path starts at `base`.
    ///
    /// # Errors
    /// If what runs the reference is not found.
    pub async fn of(spec: &Spec, base: &Path, candidate: Tools) -> Result<Self, ToolsError> {
        let source = spec.front_matter.reference.as_ref();
        let language = source.and_then(|source| language_of_source(source, base));
        let reference = match language {
            Some(language) if language != candidate.language() => Tools::find(language, base).await?,
            _ => candidate.clone(),
        };
        Ok(Self { reference, candidate })
    }

    /// Those for the reference of a spec, where there is no candidate.
    ///
    /// # Errors
    /// If what runs the reference is not found.
    pub async fn of_reference(spec: &Spec, base: &Path) -> Result<Self, ToolsError> {
        let source = spec.front_matter.reference.as_ref();
        let language = source.and_then(|source| language_of_source(source, base)).unwrap_or("rust");
        let reference = Tools::find(language, base).await?;
        Ok(Self { candidate: reference.clone(), reference })
    }

    fn is_one_language(&self) -> bool {
        self.reference.language() == self.candidate.language()
    }
}

/// Where a judge finds and keeps things.
#[derive(Clone, Debug)]
pub struct JudgePlaces {
    /// The folder that a reference's relative path starts at.
    pub base: PathBuf,
    /// Where fetched packages are kept.
    pub cache: PathBuf,
    /// Where things are built.
    pub scratch: PathBuf,
}

/// A spec that the reference has been asked about.
#[derive(Debug)]
pub struct Ready {
    /// Everything that can be called.
    pub operations: Operations,
    /// The reference.
    pub driver: Driver,
    /// Vectors that the reference fails, and that are therefore not used.
    pub dropped: Vec<VectorResult>,
}

/// How candidates are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeOptions {
    /// How operations are tried on generated inputs.
    pub differential: Differential,
    /// Wall time for one build.
    pub build_wall: Duration,
    /// From where on a candidate counts as copied.
    pub copy: CopyThresholds,
    /// An evaluation that takes longer is a finding.
    pub budget: Duration,
    /// What stands where no agent may look, besides what stands in the copy of the reference.
    pub canaries: Vec<Canary>,
}

/// Why a judge cannot be had, or cannot work.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The spec names no reference.
    #[error("the spec names no reference to compare with")]
    NoReference,
    /// The spec is in the format of another tool, where there is no place to name a reference.
    #[error("the spec is read as {dialect}, and has no front matter that names a reference to compare with")]
    NoFrontMatter {
        /// The format.
        dialect: Dialect,
    },
    /// What reads and runs libraries of a language is not found.
    #[error(transparent)]
    Tools(#[from] ToolsError),
    /// The reference is not to be had.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The reference's or the candidate's source cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The reference has no public API to compare with.
    #[error("the reference {package}: {reason}")]
    Api {
        /// The package.
        package: String,
        /// Why.
        reason: ExtractError,
    },
    /// The reference itself does not build.
    #[error("the reference {package} does not build here: {said}")]
    ReferenceBuild {
        /// The package.
        package: String,
        /// The compiler's first words.
        said: String,
    },
    /// A candidate does not build, where nothing can be said without it.
    #[error("{} does not build here: {said}", .dir.display())]
    CandidateBuild {
        /// The candidate.
        dir: PathBuf,
        /// The first words of what builds.
        said: String,
    },
    /// The reference cannot be given mutants.
    #[error("the reference {package}: {source}")]
    Mutants {
        /// The package.
        package: String,
        /// Why.
        source: MutantsError,
    },
    /// Nothing of the reference could be changed.
    #[error("{package}: none of the {n_possible} changes that could be made shows and is harmless")]
    NoChanges {
        /// The package.
        package: String,
        /// How many could be made.
        n_possible: usize,
    },
    /// Libraries of a language cannot be given mutants.
    #[error("mutants are planted into Rust alone, and this library is in {language}")]
    NoMutants {
        /// The language.
        language: &'static str,
    },
    /// Tests of a library in one language cannot be run on one in another.
    #[error("the reference's tests are run on candidates in Rust alone, of a reference in Rust")]
    NoUpstreamTests,
    /// The judge's own work failed.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl Judge {
    /// Fetches the reference that a spec names and what its candidates may depend on, and reads the
    /// reference's API.
    ///
    /// # Errors
    /// If the spec names no reference, something is not to be had, or the reference has no API.
    pub async fn prepare(
        sandbox: Arc<Sandbox>,
        tools: JudgeTools,
        spec: &Spec,
        places: JudgePlaces,
    ) -> Result<Self, JudgeError> {
        let source = spec.front_matter.reference.as_ref().ok_or_else(|| no_reference(spec))?;
        let reference = tools.reference.fetch(source, &places.base, &places.cache).await?;
        let tree = SourceTree::read(&reference.dir)?;
        let api = extract(&tools.reference, &tree)
            .map_err(|reason| JudgeError::Api { package: reference.package.clone(), reason })?;
        let target = spec.front_matter.targets.get(tools.candidate.language());
        let dependencies: Vec<_> = target
            .into_iter()
            .flat_map(|target| &target.dependencies)
            .map(|dependency| (dependency.name.clone(), dependency.version.clone()))
            .collect();
        let package = tools.is_one_language().then_some(&*reference.package);
        let allowed = tools.candidate.fetch_allowed(&dependencies, package, &places.cache).await?;
        let literals = literals(&tree);
        Ok(Self { sandbox, tools, reference, tree, api, literals, allowed, scratch: places.scratch })
    }

    /// What is doubtful about a spec, and about how it stands to the reference.
    pub(crate) fn lint(&self, loaded: &LoadedSpec) -> Vec<Diagnostic> {
        let against = |spec: &Spec| lint_against(spec, &loaded.sources, &self.tree);
        let (_, diagnostics) =
            lint_with(&loaded.sources, &Options::default(), &LintLevels::default(), against);
        diagnostics
    }

    /// What stands where no agent may look, and nowhere else.
    pub(crate) fn canaries(&self, options: &JudgeOptions) -> Vec<Canary> {
        [&self.reference.canaries[..], &options.canaries].concat()
    }

    /// The reference as a run's journal names it.
    pub fn stamp(&self) -> ReferenceStamp {
        ReferenceStamp {
            source: self.reference.source.clone(),
            package: self.reference.package.clone(),
            version: self.reference.version.clone(),
            checksum: self.reference.checksum.clone(),
            n_api_items: self.api.items.len(),
            code_bytes: code_files(&self.tools.reference, &self.tree).map(|file| file.text.len()).sum(),
        }
    }

    /// Where everything lies that candidates may depend on, if they may depend on anything: a home for cargo.
    pub fn dependencies(&self) -> Option<&Path> {
        self.allowed.read.first().map(PathBuf::as_path)
    }

    /// The reference's public API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Builds the reference into a driver for a spec, and asks it the spec's vectors: what it fails is not
    /// used against candidates.
    ///
    /// # Errors
    /// If the reference does not build, or the sandbox fails.
    pub async fn ready(&self, loaded: &LoadedSpec, options: &JudgeOptions) -> Result<Ready, JudgeError> {
        let required = required::of(loaded, &self.api, language(&self.tools.reference));
        let mut operations = Operations::of(&loaded.spec, &self.tools.reference, &required);
        let (driver, left_out) = self.build_reference(&operations, options.build_wall).await?;
        for left_out in left_out {
            operations.leave_out(&left_out.operation, &left_out.reason);
        }
        let vectors: Vec<&Vector> = loaded.spec.vectors.iter().collect();
        let answers = run_vectors(&driver, &vectors).await?;
        let dropped = vectors
            .iter()
            .zip(answers)
            .filter(|(vector, answer)| !vector_holds(&vector.expected, answer))
            .map(|(vector, answer)| VectorResult {
                id: vector.id.clone(),
                operation: vector.operation.clone(),
                outcome: VectorOutcome::Dropped(answer),
            })
            .collect();
        Ok(Ready { operations, driver, dropped })
    }

    /// Small examples of what an operation does, from the reference.
    ///
    /// # Errors
    /// If the sandbox fails.
    pub async fn examples(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        operation: &Operation,
        options: &JudgeOptions,
    ) -> Result<Vec<(Sequence, Answer)>, JudgeError> {
        let seeds = seeds(loaded, &ready.operations, &[&self.literals]);
        Ok(examples(&ready.driver, &ready.operations.callable, operation, &seeds, &options.differential)
            .await?)
    }

    async fn build_reference(
        &self,
        operations: &Operations,
        wall: Duration,
    ) -> Result<(Driver, Vec<LeftOut>), JudgeError> {
        let scratch = self.scratch.join("reference");
        let site = self.reference.site(&self.api.crate_name, &scratch, wall).counting();
        let all: Vec<_> = operations.all().cloned().collect();
        let built = self.tools.reference.driver(&self.sandbox, site, &operations.types, &all).await?;
        built.map_err(|said| JudgeError::ReferenceBuild { package: self.reference.package.clone(), said })
    }
}

/// The public API of the reference that a spec names; nothing, if it is in another language than that of the tools.
pub(crate) async fn api_of(
    spec: &Spec,
    tools: &Tools,
    base: &Path,
    cache: &Path,
) -> Result<Option<Api>, JudgeError> {
    let source = spec.front_matter.reference.as_ref().ok_or_else(|| no_reference(spec))?;
    if language_of_source(source, base).is_some_and(|language| language != tools.language()) {
        return Ok(None);
    }
    let reference = tools.fetch(source, base, cache).await?;
    let api = extract(tools, &SourceTree::read(&reference.dir)?);
    api.map(Some).map_err(|reason| JudgeError::Api { package: reference.package, reason })
}

/// The public API of a library in the language of the tools.
fn extract(tools: &Tools, tree: &SourceTree) -> Result<Api, ExtractError> {
    language(tools).extract(tree, &FeatureSet::Default)
}

fn language(tools: &Tools) -> &'static dyn Language {
    match tools {
        Tools::Rust(_) => &Rust,
        Tools::Python(_) => &Python,
    }
}

/// The language of a library, by where it comes from or by the files of its folder; nothing, if neither tells it.
pub(crate) fn language_of_source(source: &ReferenceSource, base: &Path) -> Option<&'static str> {
    let ReferenceSource::Path(path) = source else { return Tools::language_from(source) };
    let tree = SourceTree::read(&base.join(path)).ok()?;
    language_of(&tree).map(Language::name)
}

fn no_reference(spec: &Spec) -> JudgeError {
    match spec.front_matter.format {
        None if spec.dialect != Dialect::Native => JudgeError::NoFrontMatter { dialect: spec.dialect },
        _ => JudgeError::NoReference,
    }
}

/// What generated inputs are made from: the inputs of the spec's vectors, by the operations that they mean, with
/// the calls before them, and literals of code.
fn seeds(loaded: &LoadedSpec, operations: &Operations, literals: &[&Literals]) -> Seeds {
    let meant = |operation: &str, input: &Value| {
        let named = operations.named.iter().find(|named| named.name == operation);
        let callable = |item: &str| operations.callable.iter().find(|operation| operation.item == item);
        let name = named.and_then(|named| callable(&named.item)).map_or(operation, |callable| &callable.name);
        Call { operation: name.to_owned(), input: input.clone() }
    };
    let mut seeds = Seeds { waivers: waive::as_tried(loaded, operations), ..Seeds::default() };
    for vector in &loaded.spec.vectors {
        let last = meant(&vector.operation, &vector.input);
        seeds.inputs.push((last.operation.clone(), last.input.clone()));
        if !vector.before.is_empty() {
            let before = vector.before.iter().map(|call| meant(&call.operation, &call.input));
            seeds.sequences.push(Sequence { calls: before.chain([last]).collect() });
        }
    }
    add_literals(&mut seeds, &operations.callable, literals);
    seeds
}

fn add_literals(seeds: &mut Seeds, operations: &[Operation], literals: &[&Literals]) {
    for literals in literals {
        seeds.loose.extend_from_slice(&literals.loose);
        seeds.surroundings = seeds.surroundings.or(literals.surroundings);
        seeds.add_calls(operations, &literals.calls);
    }
}

fn code_files<'a>(tools: &Tools, tree: &'a SourceTree) -> impl Iterator<Item = &'a SourceFile> {
    let extension = language(tools).extension();
    tree.files
        .iter()
        .filter(move |file| Path::new(&file.path).extension().is_some_and(|found| found == extension))
}
