//! What an implementer may learn of its candidate before it is done: whether it builds, and which of the vectors hold
//! that lie in its workspace. Neither reference nor judge have a part in it.

mod place;

use super::{Operations, extract};
use crate::spec_files::LoadedSpec;
use ghostlib_agent::{
    CheckError, CheckFuture, CheckReport, Checks, FileTree, TaskError, TreeError, Workspace, has_its_spec,
};
use ghostlib_diff::SourceTree;
use ghostlib_model::{Answer, Call, ReferenceSource, Role, Sequence, Vector};
use ghostlib_sandbox::Sandbox;
use ghostlib_spec::Spec;
use ghostlib_verify::rust::{Built, CompilerMessage, LeftOut};
use ghostlib_verify::{
    Driver, Needs, Operation, Patience, ReferenceError, Site, Tools, VerifyError, vector_holds,
};
pub(super) use place::Place;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Checks candidates by the visible vectors of their workspace.
#[derive(Clone, Debug)]
pub struct VisibleChecks {
    /// Where candidates are built and run.
    pub sandbox: Arc<Sandbox>,
    /// What builds them.
    pub tools: Tools,
    /// Where packages are kept that candidates may depend on.
    pub cache: PathBuf,
    /// Where each check gets a folder of its own, which is removed at its end.
    pub scratch: PathBuf,
    /// Wall time for one build.
    pub wall: Duration,
}

/// How far a candidate is by what lies in its workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct VisibleReport {
    /// What building it came to.
    pub build: VisibleBuild,
    /// How many vectors there are to see.
    pub n_vectors: usize,
    /// Those that do not hold, in their order; empty, if nothing could be called.
    pub failing: Vec<FailingVector>,
}

/// What building a candidate came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VisibleBuild {
    /// It builds.
    Built,
    /// It does not, and what the compiler said; or why it is not even tried.
    Failed(String),
}

/// A visible vector that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct FailingVector {
    /// The vector.
    pub vector: Vector,
    /// What the candidate gave.
    pub got: Answer,
}

/// Why a candidate could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum VisibleError {
    /// The workspace cannot be read.
    #[error(transparent)]
    Workspace(#[from] TaskError),
    /// Its spec cannot be read.
    #[error("the spec in the workspace cannot be read: {0}")]
    Spec(#[from] crate::SpecError),
    /// What candidates may depend on is not to be had.
    #[error("what the spec allows as dependencies is not to be had: {0}")]
    Dependencies(#[from] ReferenceError),
    /// The candidate cannot be laid out.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// There is no place to build it.
    #[error("{}: {source}", .path.display())]
    Scratch {
        /// Where it would be built.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The sandbox or the file system failed.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl VisibleChecks {
    /// Builds the candidate of a workspace, without a network, and asks it the vectors of the workspace's spec.
    ///
    /// # Errors
    /// If the workspace has no spec, or the sandbox or the file system fails. What is wrong with the candidate is in
    /// the report.
    pub async fn visible(&self, workspace: &Path) -> Result<VisibleReport, VisibleError> {
        let has_its_spec = has_its_spec(workspace);
        let workspace = Workspace::open(workspace, Role::Implementer)?;
        let loaded = LoadedSpec::of_files(&workspace.spec()?)?;
        let failed = |why: String| VisibleReport::failed(&loaded, why);
        // What it names would be fetched, from outside of any sandbox.
        let names_others = loaded.spec.front_matter.targets.values().any(|it| !it.dependencies.is_empty());
        match has_its_spec {
            Ok(Some(true)) => {}
            Ok(None) if !names_others => {}
            _ => return Ok(failed("spec/ is not as it was given; put it back as it was".into())),
        }
        let candidate = match workspace.candidate() {
            Ok(candidate) if candidate.files.is_empty() => return Ok(failed("candidate/ is empty".into())),
            Ok(candidate) => candidate.without_settings().0,
            Err(error @ TaskError::Path { .. }) => return Ok(failed(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        self.report(&loaded, &candidate, &self.place()?).await
    }

    /// A folder to build in.
    pub(super) fn place(&self) -> Result<Place, VisibleError> {
        Place::new(&self.scratch)
            .map_err(|source| VisibleError::Scratch { path: self.scratch.clone(), source })
    }

    /// Builds a candidate and asks it the vectors of a spec.
    pub(super) async fn report(
        &self,
        loaded: &LoadedSpec,
        candidate: &FileTree,
        place: &Place,
    ) -> Result<VisibleReport, VisibleError> {
        let mut report = match self.build(loaded, candidate, place).await? {
            Ok((driver, left_out)) => {
                let failing = failing(&driver, &left_out, &loaded.spec.vectors).await?;
                VisibleReport { build: VisibleBuild::Built, n_vectors: loaded.spec.vectors.len(), failing }
            }
            Err(said) => VisibleReport::failed(loaded, said),
        };
        report.hide(place);
        Ok(report)
    }

    /// Where everything lies that candidates may depend on, if a spec allows them anything: a home for cargo.
    ///
    /// # Errors
    /// If it is not to be had.
    pub async fn cargo_home(&self, loaded: &LoadedSpec) -> Result<Option<PathBuf>, VisibleError> {
        Ok(self.needs(loaded).await?.read.into_iter().next())
    }

    /// A driver of the candidate and what does not compile against it, or why there is none.
    async fn build(
        &self,
        loaded: &LoadedSpec,
        candidate: &FileTree,
        place: &Place,
    ) -> Result<Result<(Driver, Vec<LeftOut>), String>, VisibleError> {
        let source = place.source();
        candidate.write(&source)?;
        // Names that a run would refuse are refused here too.
        if let Err(error) = FileTree::read(&source) {
            return Ok(Err(error.to_string()));
        }
        if let Some(said) = wrong_name(&loaded.spec, candidate) {
            return Ok(Err(said));
        }
        let api = match SourceTree::read(&source) {
            Ok(tree) => extract(&self.tools, &tree).unwrap_or_default(),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let operations = Operations::of(&loaded.spec, &self.tools, &api);
        let named = named(&loaded.spec.vectors);
        let asked: Vec<Operation> =
            operations.all().filter(|operation| named.contains(&*operation.name)).cloned().collect();
        // What it does not ask for need not be there.
        let asks = !self.tools.dependencies(&source).is_empty();
        let needs = if asks { self.needs(loaded).await? } else { Needs::default() };
        let site = Site {
            dir: &source,
            name: &api.crate_name,
            needs: &needs,
            scratch: &place.root.join("build"),
            wall: self.wall,
            counts: false,
        };
        Ok(match self.tools.build(&self.sandbox, site, &operations.types, &asked).await? {
            Built::Driver { driver, left_out } => Ok((driver, left_out)),
            Built::Failed(messages) => Err(said(&messages)),
        })
    }

    async fn needs(&self, loaded: &LoadedSpec) -> Result<Needs, ReferenceError> {
        let target = loaded.spec.front_matter.targets.get(self.tools.language());
        let allowed: Vec<_> = target
            .into_iter()
            .flat_map(|target| &target.dependencies)
            .map(|dependency| (dependency.name.clone(), dependency.version.clone()))
            .collect();
        self.tools.fetch_allowed(&allowed, crate_of(&loaded.spec), &self.cache).await
    }
}

impl Checks for VisibleChecks {
    fn check<'a>(&'a self, workspace: &'a Path) -> CheckFuture<'a> {
        Box::pin(async move {
            let report = self.visible(workspace).await.map_err(|error| CheckError(Box::new(error)))?;
            Ok(CheckReport { passed: report.passed(), text: report.text() })
        })
    }
}

/// What is wrong with the name of a candidate's package, where the spec tells what it has to be: code that uses the
/// library would not find it.
fn wrong_name(spec: &Spec, candidate: &FileTree) -> Option<String> {
    let name = crate_of(spec)?;
    let manifest = String::from_utf8_lossy(candidate.files.get("Cargo.toml")?).into_owned();
    let manifest: toml::Table = manifest.parse().ok()?;
    let own = manifest.get("package")?.get("name")?.as_str()?;
    (own != name).then(|| format!("its package is called `{own}`, and has to be called `{name}`"))
}

/// The published crate that the reference is, or was made from.
pub(super) fn crate_of(spec: &Spec) -> Option<&str> {
    match spec.front_matter.reference.as_ref()?.origin() {
        ReferenceSource::Crate { name, .. } => Some(name),
        _ => None,
    }
}

/// The operations that vectors call.
fn named(vectors: &[Vector]) -> BTreeSet<&str> {
    let before = vectors.iter().flat_map(|vector| &vector.before).map(|call| call.operation.as_str());
    before.chain(vectors.iter().map(|vector| vector.operation.as_str())).collect()
}

async fn failing(
    driver: &Driver,
    left_out: &[LeftOut],
    vectors: &[Vector],
) -> Result<Vec<FailingVector>, VerifyError> {
    let sequence = |vector: &Vector| {
        let last = Call { operation: vector.operation.clone(), input: vector.input.clone() };
        Sequence { calls: vector.before.iter().cloned().chain([last]).collect() }
    };
    let sequences: Vec<_> = vectors.iter().map(sequence).collect();
    // Whoever waits for the answer is not kept waiting by one operation that never comes back.
    let answers = driver.ask_sequences(&sequences, &Patience::SHORT).await?;
    let got = answers.into_iter().map(|mut answer| answer.answers.pop());
    let failing = vectors.iter().zip(got).filter_map(|(vector, got)| {
        let got = match got {
            Some(got) if driver.has(&vector.operation) => got,
            _ => Answer::NotRun(why_missing(&vector.operation, left_out)),
        };
        (!vector_holds(&vector.expected, &got)).then(|| FailingVector { vector: vector.clone(), got })
    });
    Ok(failing.collect())
}

/// Why an operation cannot be called.
fn why_missing(operation: &str, left_out: &[LeftOut]) -> String {
    let left_out = left_out.iter().find(|one| one.operation == operation);
    left_out.map_or_else(
        || "the candidate has no public function for it that can be called".to_owned(),
        |one| format!("the call does not compile: {}", one.reason),
    )
}

fn said(messages: &[CompilerMessage]) -> String {
    let text = |message: &CompilerMessage| {
        if message.rendered.is_empty() {
            message.text.clone()
        } else {
            message.rendered.trim_end().to_owned()
        }
    };
    messages.iter().map(text).collect::<Vec<_>>().join("\n\n")
}

/// How much of the compiler's output, of one answer, and how many failing vectors are told.
const MAX_OUTPUT: usize = 8000;
const MAX_ANSWER: usize = 400;
const MAX_FAILING: usize = 20;

impl VisibleReport {
    /// That of a candidate that does not build.
    fn failed(loaded: &LoadedSpec, why: String) -> Self {
        let n_vectors = loaded.spec.vectors.len();
        Self { build: VisibleBuild::Failed(why), n_vectors, failing: Vec::new() }
    }

    /// Whether the candidate builds, and every visible vector holds.
    pub fn passed(&self) -> bool {
        self.build == VisibleBuild::Built && self.failing.is_empty()
    }

    /// A few lines for whoever works on the candidate.
    pub fn text(&self) -> String {
        if let VisibleBuild::Failed(said) = &self.build {
            return format!("The candidate does not build:\n\n{}", shortened(said, MAX_OUTPUT));
        }
        let n_held = self.n_vectors - self.failing.len();
        let mut text = format!("The candidate builds. {n_held} of {} visible vectors hold.", self.n_vectors);
        for FailingVector { vector, got } in self.failing.iter().take(MAX_FAILING) {
            let [input, expected, got] =
                [vector.input.to_string(), vector.expected.to_string(), got.to_string()]
                    .map(|text| shortened(&text, MAX_ANSWER));
            let _ = write!(
                text,
                "\n- {}: `{}` of {input} must give {expected} and gives {got}",
                vector.id, vector.operation
            );
        }
        if self.failing.len() > MAX_FAILING {
            let _ = write!(text, "\n- and {} more", self.failing.len() - MAX_FAILING);
        }
        text
    }

    /// Takes out where the candidate was built, which is nobody's concern but the judge's.
    fn hide(&mut self, place: &Place) {
        let hidden = |text: &str| {
            let source = place.source();
            text.replace(&*source.to_string_lossy(), "candidate").replace(&*place.root.to_string_lossy(), "")
        };
        if let VisibleBuild::Failed(said) = &mut self.build {
            *said = hidden(said);
        }
        for FailingVector { got, .. } in &mut self.failing {
            match got {
                Answer::Error(failure) => failure.text = hidden(&failure.text),
                Answer::Panic(text) | Answer::Crash(text) | Answer::NotRun(text) => *text = hidden(text),
                Answer::Ok(value) => {
                    if let Ok(clean) = serde_json::from_str(&hidden(&value.to_string())) {
                        *value = clean;
                    }
                }
                Answer::Hang(_) => {}
            }
        }
    }
}

fn shortened(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::VectorId;
    use serde_json::json;

    fn report(got: &[Answer]) -> VisibleReport {
        let document =
            "---\nname: a\nversion: 1\n---\n```yaml vectors\nf: [{name: one, input: 1, output: 2}]\n```\n";
        let files = FileTree::from_files([("SPEC.md".to_owned(), document.as_bytes().to_vec())]);
        let vector = LoadedSpec::of_files(&files).unwrap().spec.vectors[0].clone();
        let failing = got.iter().enumerate().map(|(at, got)| FailingVector {
            vector: Vector { id: VectorId::new(format!("f/{at}")), ..vector.clone() },
            got: got.clone(),
        });
        VisibleReport { build: VisibleBuild::Built, n_vectors: got.len() + 3, failing: failing.collect() }
    }

    #[test]
    fn a_report_is_a_few_lines_whatever_the_candidate_says() {
        let loud = Answer::Panic("é".repeat(1 << 12));
        let text = report(&vec![loud; 1000]).text();
        assert!(text.starts_with("The candidate builds. 3 of 1003 visible vectors hold.\n- f/0: `f` of 1 must give 2 and gives panic: é"), "{}", &text[..200]);
        assert!(text.ends_with("\n- and 980 more") && text.len() < 20_000, "{}", text.len());
        let said = "error\n".repeat(10_000);
        let failed = VisibleReport { build: VisibleBuild::Failed(said), ..report(&[]) };
        assert!(!failed.passed() && failed.text().len() < 9000);
        assert!(report(&[]).passed() && !report(&[Answer::Hang(5)]).passed());
    }

    #[test]
    fn where_a_candidate_was_built_is_hidden_in_every_answer() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::new(dir.path()).unwrap();
        let path = place.source().join("src/lib.rs").to_string_lossy().into_owned();
        let mut report = report(&[
            Answer::Ok(json!({"where": path.clone()})),
            Answer::Error(path.as_str().into()),
            Answer::Panic(path.clone()),
            Answer::Crash(place.root.join("build/x").to_string_lossy().into_owned()),
            Answer::NotRun(path.clone()),
        ]);
        report.hide(&place);
        let text = report.text();
        assert!(
            !text.contains(&*dir.path().to_string_lossy()) && text.contains("panic: candidate/src/lib.rs"),
            "{text}"
        );
    }

    #[test]
    fn a_package_of_another_name_is_told() {
        let document = "---\nname: a\nversion: 1\nreference: {crate: a-b, version: 1.0.0}\n---\n";
        let spec = FileTree::from_files([("SPEC.md".to_owned(), document.as_bytes().to_vec())]);
        let spec = LoadedSpec::of_files(&spec).unwrap().spec;
        let said = |manifest: &str| {
            wrong_name(
                &spec,
                &FileTree::from_files([("Cargo.toml".to_owned(), manifest.as_bytes().to_vec())]),
            )
        };
        assert_eq!(said("[package]\nname = \"a-b\""), None);
        assert_eq!(
            said("[package]\nname = \"a\"").unwrap(),
            "its package is called `a`, and has to be called `a-b`"
        );
        assert_eq!(said("nonsense"), None, "cargo says what is wrong with it");
    }
}
