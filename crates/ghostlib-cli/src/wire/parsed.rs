use super::diagnostic::DiagnosticJson;
use super::expected::ExpectedJson;
use ghostlib_model::{
    ApiItem, Binding, Call, IdSource, Level, LevelSource, Place, Requirement, RequirementId, RequirementKind,
    Value, Vector,
};
use ghostlib_run::LoadedSpec;
use ghostlib_spec::{Coverage, DeltaChange, Dialect, Operation, RequirementDelta};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What `ghostlib parse --json` writes: all that a spec says.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Spec")]
pub(crate) struct SpecJson<'a> {
    /// The library's name; empty where the spec gives none.
    name: &'a str,
    /// The spec's own version; empty where the spec gives none.
    version: &'a str,
    /// The first heading of level 1.
    title: Option<&'a str>,
    /// The format that the document is in.
    dialect: Dialect,
    /// The real library: `crate:NAME@VERSION`, `pypi:NAME@VERSION`, `git:URL#REV`, or a path.
    reference: Option<String>,
    /// The normative statements, in their order.
    requirements: Vec<RequirementJson<'a>>,
    /// The vectors.
    vectors: Vec<VectorJson<'a>>,
    /// The public Rust items that API blocks declare.
    api: Vec<ApiItemJson<'a>>,
    /// The operations that headings declare.
    operations: Vec<OperationJson<'a>>,
    /// How operations are called.
    bindings: Vec<BindingJson<'a>>,
    /// What a delta does to the requirements of another spec.
    deltas: Vec<DeltaJson<'a>>,
    /// What the text of the documents became.
    coverage: CoverageJson,
    /// What is wrong with the text.
    diagnostics: Vec<DiagnosticJson<'a>>,
}

/// One normative statement.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Requirement")]
pub(crate) struct RequirementJson<'a> {
    /// Its id.
    id: &'a str,
    /// Where the id comes from.
    id_source: IdSource,
    /// Ids that it had before.
    aliases: Vec<&'a str>,
    /// How strongly it binds.
    level: Level,
    /// Where the level comes from.
    level_source: LevelSource,
    /// The statement on one line.
    text: &'a str,
    /// The sentence or item that governs it.
    lead_in: Option<&'a str>,
    /// The headings above it, outermost first.
    section: &'a [String],
    /// Its first line, from 1.
    line_start: u32,
    /// Its last line.
    line_end: u32,
    /// Its file, relative to the document's folder.
    file: &'a str,
    /// What it is about.
    kind: RequirementKind,
    /// Whether a test can check it.
    testable: bool,
    /// Why not.
    testable_reason: Option<String>,
    /// Who must do it, where the statement says so.
    actor: Option<&'a str>,
    /// When it holds, where the statement or its lead-in says so.
    condition: Option<&'a str>,
    /// The ids of the vectors that name it.
    vectors: Vec<&'a str>,
}

/// One case of an operation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Vector")]
pub(crate) struct VectorJson<'a> {
    /// Its id.
    id: &'a str,
    /// The operation that it calls.
    operation: &'a str,
    /// What a person calls it.
    name: &'a str,
    /// The calls that are made before, in the same process.
    #[serde(skip_serializing_if = "<[Call]>::is_empty")]
    #[schemars(with = "Vec<CallJson>")]
    before: &'a [Call],
    /// A map by parameter, or the only argument itself.
    input: &'a Value,
    #[serde(flatten)]
    expected: ExpectedJson<'a>,
    /// The ids of the requirements that it checks.
    requirements: Vec<&'a str>,
    /// Whether implementers do not see it.
    hidden: bool,
    /// Its file, relative to the document's folder.
    file: &'a str,
    /// Its first line, from 1.
    line_start: u32,
    /// Its last line.
    line_end: u32,
}

/// A call before the one that is checked.
#[derive(JsonSchema)]
#[schemars(rename = "Call")]
#[expect(dead_code, reason = "it is a shape, and never a value")]
struct CallJson {
    /// The operation.
    operation: String,
    /// A map by parameter.
    input: Value,
}

/// A public item of the library.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiItem")]
struct ApiItemJson<'a> {
    /// The path by which a user reaches it.
    path: &'a str,
    /// What it is: `function`, `trait implementation`.
    kind: String,
    /// Its declaration.
    declaration: &'a str,
    /// Its file.
    file: &'a str,
    /// Its first line, from 1.
    line_start: u32,
    /// Its last line.
    line_end: u32,
}

/// An operation as a heading declares it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Operation")]
pub(crate) struct OperationJson<'a> {
    /// Its name.
    name: &'a str,
    /// Its parameters, in their order.
    parameters: Vec<ParameterJson<'a>>,
    /// What it gives, as the heading says it.
    output: Option<&'a str>,
    /// Its file.
    file: &'a str,
    /// The heading's line, from 1.
    line_start: u32,
    /// The heading's last line.
    line_end: u32,
}

/// A parameter of an operation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Parameter")]
struct ParameterJson<'a> {
    /// Its name.
    name: &'a str,
    /// Whether a call may leave it out.
    optional: bool,
}

/// How an operation is called in one language.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Binding")]
pub(crate) struct BindingJson<'a> {
    /// The operation.
    operation: &'a str,
    /// The language.
    language: &'a str,
    /// The template of the expression.
    expression: &'a str,
    /// Its file.
    file: &'a str,
    /// Its first line, from 1.
    line_start: u32,
    /// Its last line.
    line_end: u32,
}

/// What a delta does to a requirement of another spec.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delta")]
struct DeltaJson<'a> {
    /// What is done.
    change: DeltaChange,
    /// The requirement's heading; after a renaming the new one.
    requirement: &'a str,
    /// The heading before a renaming.
    from: Option<&'a str>,
    /// Its file.
    file: &'a str,
    /// Its first line, from 1.
    line_start: u32,
    /// Its last line.
    line_end: u32,
}

/// What the text became.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Coverage")]
struct CoverageJson {
    /// All bytes of the documents.
    total: usize,
    /// The bytes of each part. They add up to the total.
    bytes: BTreeMap<&'static str, usize>,
    /// Each part's share of the total, from 0 to 1, to four places.
    shares: BTreeMap<&'static str, f64>,
    /// How many upper-case keywords stand in statements, lead-ins, headings, and definitions of the keywords.
    keywords: BTreeMap<&'static str, usize>,
}

impl<'a> SpecJson<'a> {
    pub(crate) fn of(loaded: &'a LoadedSpec) -> Self {
        let spec = &loaded.spec;
        let front_matter = &spec.front_matter;
        let vectors = vectors_by_requirement(&spec.vectors);
        Self {
            name: &front_matter.name,
            version: &front_matter.version,
            title: spec.title.as_deref(),
            dialect: spec.dialect,
            reference: front_matter.reference.as_ref().map(ToString::to_string),
            requirements: spec.requirements.iter().map(|one| RequirementJson::of(one, &vectors)).collect(),
            vectors: spec.vectors.iter().map(VectorJson::of).collect(),
            api: loaded.api.items.iter().map(ApiItemJson::of).collect(),
            operations: spec.operations.iter().map(OperationJson::of).collect(),
            bindings: spec.bindings.iter().map(BindingJson::of).collect(),
            deltas: spec.deltas.iter().map(DeltaJson::of).collect(),
            coverage: CoverageJson::of(&spec.coverage),
            diagnostics: loaded.diagnostics.iter().map(DiagnosticJson::of).collect(),
        }
    }
}

/// The ids of the vectors that name each requirement.
pub(super) fn vectors_by_requirement(vectors: &[Vector]) -> BTreeMap<&str, Vec<&str>> {
    let mut by_requirement: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for vector in vectors {
        for requirement in &vector.requirements {
            by_requirement.entry(requirement.as_str()).or_default().push(vector.id.as_str());
        }
    }
    by_requirement
}

impl<'a> RequirementJson<'a> {
    pub(super) fn of(requirement: &'a Requirement, vectors: &BTreeMap<&str, Vec<&'a str>>) -> Self {
        let ids = std::iter::once(&requirement.id).chain(&requirement.aliases);
        let vectors = ids.filter_map(|id| vectors.get(id.as_str())).flatten().copied().collect();
        let Place { file, line, end_line, .. } = &requirement.place;
        Self {
            id: requirement.id.as_str(),
            id_source: requirement.id_source,
            aliases: requirement.aliases.iter().map(RequirementId::as_str).collect(),
            level: requirement.level,
            level_source: requirement.level_source,
            text: &requirement.text,
            lead_in: requirement.lead_in.as_deref(),
            section: &requirement.section,
            line_start: *line,
            line_end: *end_line,
            file,
            kind: requirement.kind,
            testable: requirement.untestable.is_none(),
            testable_reason: requirement.untestable.as_ref().map(ToString::to_string),
            actor: requirement.actor.as_deref(),
            condition: requirement.condition.as_deref(),
            vectors,
        }
    }
}

impl<'a> VectorJson<'a> {
    pub(super) fn of(vector: &'a Vector) -> Self {
        Self {
            id: vector.id.as_str(),
            operation: &vector.operation,
            name: &vector.name,
            before: &vector.before,
            input: &vector.input,
            expected: (&vector.expected).into(),
            requirements: vector.requirements.iter().map(RequirementId::as_str).collect(),
            hidden: vector.hidden,
            file: &vector.place.file,
            line_start: vector.place.line,
            line_end: vector.place.end_line,
        }
    }
}

impl<'a> ApiItemJson<'a> {
    fn of(item: &'a ApiItem) -> Self {
        Self {
            path: &item.path,
            kind: item.kind.to_string(),
            declaration: &item.declaration,
            file: &item.place.file,
            line_start: item.place.line,
            line_end: item.place.end_line,
        }
    }
}

impl<'a> OperationJson<'a> {
    pub(super) fn of(operation: &'a Operation) -> Self {
        let parameters = operation.parameters.iter();
        Self {
            name: &operation.name,
            parameters: parameters
                .map(|parameter| ParameterJson { name: &parameter.name, optional: parameter.is_optional })
                .collect(),
            output: operation.output.as_deref(),
            file: &operation.place.file,
            line_start: operation.place.line,
            line_end: operation.place.end_line,
        }
    }
}

impl<'a> BindingJson<'a> {
    pub(super) fn of(binding: &'a Binding) -> Self {
        Self {
            operation: &binding.operation,
            language: &binding.language,
            expression: &binding.expression,
            file: &binding.place.file,
            line_start: binding.place.line,
            line_end: binding.place.end_line,
        }
    }
}

impl<'a> DeltaJson<'a> {
    fn of(delta: &'a RequirementDelta) -> Self {
        Self {
            change: delta.change,
            requirement: &delta.requirement,
            from: delta.from.as_deref(),
            file: &delta.place.file,
            line_start: delta.place.line,
            line_end: delta.place.end_line,
        }
    }
}

/// The parts of a coverage with their names, which together are all of it.
pub(crate) fn parts(coverage: &Coverage) -> [(&'static str, usize); 10] {
    [
        ("statements", coverage.statements),
        ("lead_ins", coverage.lead_ins),
        ("vectors", coverage.vectors),
        ("api", coverage.api),
        ("pseudocode", coverage.pseudocode),
        ("examples", coverage.examples),
        ("headings", coverage.headings),
        ("front_matter", coverage.front_matter),
        ("prose", coverage.prose),
        ("layout", coverage.layout),
    ]
}

/// A part's share of a total, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "no text has so many bytes")]
pub(crate) fn share(part: usize, total: usize) -> f64 {
    if total == 0 { 0.0 } else { part as f64 / total as f64 }
}

impl CoverageJson {
    fn of(coverage: &Coverage) -> Self {
        let parts = parts(coverage);
        let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
        let keywords = &coverage.keywords;
        Self {
            total: coverage.bytes,
            bytes: parts.into(),
            shares: parts.map(|(name, n)| (name, rounded(share(n, coverage.bytes)))).into(),
            keywords: [
                ("statements", keywords.statements),
                ("lead_ins", keywords.lead_ins),
                ("headings", keywords.headings),
                ("definitions", keywords.definitions),
            ]
            .into(),
        }
    }
}
