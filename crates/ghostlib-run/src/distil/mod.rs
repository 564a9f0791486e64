//! The first spec of a library, made without an agent: its API, statements out of its documentation and its answers by
//! template, and vectors of calls that its own tests, documentation and examples make.

mod bindings;
mod document;
mod facts;
mod items;
mod manifest;
mod naming;
mod outcome;
mod reading;
mod templates;
mod words;

pub use document::Naming;
pub use outcome::{Distilled, Left, Sizes};

use crate::judge::{Judge, JudgeError, JudgeOptions, Ready};
use crate::revision::declarations;
use crate::spec_files::{DOCUMENT, LoadedSpec};
use document::{Content, Section};
use facts::Facts;
use ghostlib_diff::{Api, documentation};
use ghostlib_model::{ApiItem, ApiKind, Diagnostic, Severity, Vector};
use ghostlib_spec::{SourceFile, Sources};
use ghostlib_verify::{Observed, Operation, plain};
use manifest::Manifest;
use std::collections::{BTreeMap, BTreeSet};
use templates::{Statement, Subject};

/// Statements that a lint doubts are taken out so often at most.
const MAX_PASSES: usize = 3;

/// The spec that a naming and a reference make, before anything is known of it: what a judge is prepared with.
pub fn skeleton(naming: &Naming) -> LoadedSpec {
    let document = naming.front_matter("rust", &Manifest::default());
    LoadedSpec::of(Sources { document: SourceFile::new(DOCUMENT, document), ..Sources::default() })
}

/// Writes the first spec of the judge's reference. `options.differential.max_differences` is how many vectors an operation may
/// have.
///
/// # Errors
/// If the reference does not build, or the sandbox fails.
pub async fn distil(naming: &Naming, judge: &Judge, options: &JudgeOptions) -> Result<Distilled, JudgeError> {
    let mut drawn = Drawn::new(judge);
    drawn.content.bindings = bindings::bindings(judge.api(), judge.language());
    let skeleton = drawn.loaded(naming);
    let ready = judge.ready(&skeleton, options).await?;
    // One that does not compile is none.
    drawn.content.bindings.retain(|(operation, _)| ready.operations.get(operation).is_some());
    for item in &judge.api().items {
        drawn.read(judge, item);
    }
    drawn.observe(judge, &skeleton, &ready, options).await?;
    drawn.conclude(naming, judge, &ready, options).await
}

/// The lines of an API block that declares an API.
pub(crate) fn declared_lines(api: &Api) -> Vec<String> {
    declarations(api.items.iter().filter(|item| items::is_declared(api, item)).collect())
}

/// What is known of a reference so far.
struct Drawn {
    content: Content,
    /// Where each section stands, so that they come in the order of the source.
    places: BTreeMap<String, (String, usize)>,
    taken_names: BTreeSet<String>,
    own_vectors: BTreeSet<String>,
    left: Left,
}

impl Drawn {
    fn new(judge: &Judge) -> Self {
        let api = judge.api();
        let stamp = judge.stamp();
        let content = Content {
            language: judge.language(),
            manifest: Manifest::of(judge.source()),
            package: format!("{} {}", stamp.package, stamp.version),
            api: declared_lines(api),
            bindings: Vec::new(),
            sections: Vec::new(),
        };
        Self {
            content,
            places: BTreeMap::new(),
            taken_names: BTreeSet::new(),
            own_vectors: BTreeSet::new(),
            left: Left { unseen: api.unseen.len(), ..Left::default() },
        }
    }

    /// Takes out of the documentation of an item what a template fits.
    fn read(&mut self, judge: &Judge, item: &ApiItem) {
        if !items::is_documented(item) || items::is_alias(judge.api(), item) {
            return;
        }
        let place = (item.place.file.to_string(), item.place.span.start);
        self.places.entry(item.path.clone()).or_insert(place);
        let fails = if judge.language() == "python" { "raise an exception" } else { "return an error" };
        let subject = Subject { path: &item.path, is_function: items::is_function(item), fails };
        let sentences = reading::read(&documentation(judge.source(), &item.place));
        let all = sentences.len();
        let mut statements: Vec<Statement> = Vec::new();
        for statement in sentences.iter().filter_map(|sentence| subject.statement(sentence)) {
            if !statements.contains(&statement) {
                statements.push(statement);
            }
        }
        self.left.sentences += all - statements.len();
        self.state(judge, &item.path, statements);
    }

    fn state(&mut self, judge: &Judge, path: &str, statements: Vec<Statement>) {
        let stated = statements.into_iter().map(|statement| (path.to_owned(), statement));
        self.section(judge, path).stated.extend(stated);
    }

    /// The section that an item belongs to.
    fn section(&mut self, judge: &Judge, path: &str) -> &mut Section {
        let title = items::section_of(judge.api(), path);
        let sections = &mut self.content.sections;
        let at = sections.iter().position(|section| section.title == title).unwrap_or_else(|| {
            sections.push(Section { title, ..Section::default() });
            sections.len() - 1
        });
        &mut sections[at]
    }

    /// Asks the reference about its operations, and keeps what shows them.
    async fn observe(
        &mut self,
        judge: &Judge,
        skeleton: &LoadedSpec,
        ready: &Ready,
        options: &JudgeOptions,
    ) -> Result<(), JudgeError> {
        let most = options.differential.max_differences;
        let kinds = |operation| {
            items::wanted(judge.api(), operation, most).map(|(kind, most)| (operation, kind, most))
        };
        let wanted: Vec<(&Operation, ApiKind, usize)> =
            ready.operations.callable.iter().filter_map(kinds).collect();
        let asked: Vec<(&Operation, usize)> =
            wanted.iter().map(|(operation, _, most)| (*operation, *most)).collect();
        let all = judge.observe(skeleton, ready, &asked, options).await?;
        let mut facts = Facts::new(judge.api());
        for ((operation, kind, _), observed) in wanted.into_iter().zip(all) {
            self.left.not_returned += observed.n_not_returned;
            self.left.unstable += observed.n_unstable;
            self.state(judge, &operation.name, facts.of(operation, kind, &observed));
            let vectors = self.vectors(&observed, kind);
            self.section(judge, &operation.item).vectors.extend(vectors);
        }
        Ok(())
    }

    fn vectors(&mut self, observed: &Observed, kind: ApiKind) -> Vec<Vector> {
        let telling = observed.telling.iter().map(|at| &observed.all[*at]);
        let mut vectors = Vec::new();
        for observation in telling {
            let Some(vector) = naming::vector(DOCUMENT, observation, &mut self.taken_names) else { continue };
            // A trait that makes a value that nothing shows says what the API block says.
            if kind == ApiKind::TraitImpl && says_nothing(&vector) {
                continue;
            }
            if observation.is_given {
                self.own_vectors.insert(vector.id.to_string());
            }
            vectors.push(vector);
        }
        vectors
    }

    /// The spec of all that is known, without what a lint doubts and what the reference does not keep.
    async fn conclude(
        mut self,
        naming: &Naming,
        judge: &Judge,
        ready: &Ready,
        options: &JudgeOptions,
    ) -> Result<Distilled, JudgeError> {
        let place = |section: &Section| self.places.get(&section.title).cloned();
        self.content.sections.sort_by_cached_key(|section| (place(section).is_none(), place(section)));
        for _ in 0..MAX_PASSES {
            let loaded = self.loaded(naming);
            let doubted = doubted(&loaded, &judge.lint(&loaded));
            if doubted.is_empty() {
                break;
            }
            self.left.doubted += doubted.len();
            for section in &mut self.content.sections {
                section.stated.retain(|(_, statement)| !doubted.contains(&statement.text));
            }
        }
        let dropped = judge.ready(&self.loaded(naming), options).await?.dropped;
        self.left.dropped = dropped.len();
        for section in &mut self.content.sections {
            section.vectors.retain(|vector| dropped.iter().all(|one| one.id != vector.id));
        }
        let spec = self.loaded(naming);
        self.left.uncallable.clone_from(&ready.operations.uncallable);
        let is_shown = |path: &&String| {
            spec.spec.vectors.iter().any(|vector| ready.operations.means(&vector.operation, path))
        };
        let is_callable = |path: &&String| ready.operations.uncallable.iter().all(|one| one.item != **path);
        let is_alias = |path: &str| {
            items::find(judge.api(), path).is_some_and(|item| items::is_alias(judge.api(), item))
        };
        self.left.unshown = ready
            .operations
            .required
            .iter()
            .filter(is_callable)
            .filter(|path| !is_shown(path) && !is_alias(path))
            .cloned()
            .collect();
        let Self { left, own_vectors, .. } = self;
        let draft = Distilled { spec, diagnostics: Vec::new(), sizes: Sizes::default(), left, own_vectors };
        let spec = draft.spec.clone();
        Ok(draft.rewritten(spec, judge))
    }

    fn loaded(&self, naming: &Naming) -> LoadedSpec {
        let document = SourceFile::new(DOCUMENT, self.content.document(naming));
        LoadedSpec::of(Sources { document, ..Sources::default() })
    }
}

/// The texts of statements that warnings and errors are about.
fn doubted(loaded: &LoadedSpec, diagnostics: &[Diagnostic]) -> BTreeSet<String> {
    let warnings = diagnostics.iter().filter(|one| one.severity >= Severity::Warning);
    let of_line = |one: &Diagnostic| {
        let is_at = |line: u32, end: u32| line <= one.place.line && one.place.line <= end;
        let found = loaded
            .spec
            .requirements
            .iter()
            .find(|requirement| is_at(requirement.place.line, requirement.place.end_line));
        found.map(|requirement| requirement.text.clone())
    };
    warnings.filter_map(of_line).collect()
}

/// Whether a vector expects no more than that a value of a type comes out.
fn says_nothing(vector: &Vector) -> bool {
    match &vector.expected {
        ghostlib_model::Expected::Output(output) => plain(&output.value).get("opaque").is_some(),
        ghostlib_model::Expected::Error(_) => false,
    }
}
