//! JSON Schemas of front matter and vector files, for editors.
//!
//! Both are read by hand, so that every complaint has its place. The types here mirror what the readers accept
//! and exist for their schemas alone; an integration test holds them against the readers. They let through what
//! takes the whole spec to judge, such as an id that is there twice.

#![expect(dead_code, reason = "nothing is read into these types")]

use crate::Dialect;
use schemars::{JsonSchema, Schema, schema_for};
use serde_json::Value;
use std::collections::BTreeMap;

/// The schema of the YAML between the `---` lines at the top of a spec.
pub fn front_matter() -> Schema {
    schema_for!(FrontMatterYaml)
}

/// The schema of a vector file, and of a `yaml vectors` block.
pub fn vectors() -> Schema {
    schema_for!(Option<VectorFileYaml>)
}

/// What stands between the `---` lines at the top of a ghostlib spec.
#[derive(JsonSchema)]
#[schemars(rename = "FrontMatter", deny_unknown_fields)]
struct FrontMatterYaml {
    /// The number of the format. Without it there is a warning.
    #[schemars(default, with = "Format")]
    ghostlib: Option<Format>,
    /// The library's name.
    name: Filled,
    /// The version of the spec itself.
    version: Filled,
    /// An SPDX expression.
    #[schemars(default, with = "Text")]
    license: Option<Text>,
    /// The dialect of the body, if it is another than the native one.
    #[schemars(default, with = "Dialect")]
    dialect: Option<Dialect>,
    /// The real library, pinned.
    #[schemars(default, with = "ReferenceYaml")]
    reference: Option<ReferenceYaml>,
    /// Further Markdown files of the spec, beside the document or below it.
    files: Option<Paths>,
    /// The vector files, beside the document or below it.
    vectors: Option<Paths>,
    /// What a rebuild may use, by language.
    #[schemars(default, with = "BTreeMap<String, Option<TargetYaml>>")]
    targets: Option<BTreeMap<String, Option<TargetYaml>>>,
    /// Ids that requirements had before, and those that they have now.
    aliases: Option<BTreeMap<String, Text>>,
    /// Ids of requirements that are gone for good.
    #[schemars(default, with = "Texts")]
    retired: Option<Texts>,
    /// Words that bind besides those of RFC 2119, by level.
    #[schemars(default, with = "KeywordsYaml")]
    keywords: Option<KeywordsYaml>,
    /// What the reference does and the spec is not to say.
    waivers: Option<Vec<WaiverYaml>>,
    /// What the spec is a slice of.
    #[schemars(default, with = "SliceYaml")]
    slice: Option<SliceYaml>,
    /// The levels of lints, by code.
    lints: Option<BTreeMap<String, LintLevelYaml>>,
}

/// The number of the format.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Format(#[schemars(range(min = 1, max = 1))] u32);

/// A text. A number or a boolean stands for itself as it is written.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Text {
    String(String),
    Number(f64),
    Bool(bool),
}

/// A text with something in it.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Filled {
    String(#[schemars(regex(pattern = r"\S"))] String),
    Number(f64),
    Bool(bool),
}

/// Texts; one alone is a list of one.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Texts {
    One(String),
    Several(Vec<Text>),
}

/// Paths with `/` between their parts that stay within the document's folder; one alone is a list of one.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Paths {
    One(Path),
    Several(#[schemars(extend("uniqueItems" = true))] Vec<Path>),
}

/// A path within the document's folder.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Path(
    #[schemars(regex(
        pattern = r"^(\./)?([^./\\:][^/\\:]*|\.[^./\\:][^/\\:]*|\.\.[^/\\:]+)(/([^./\\:][^/\\:]*|\.[^./\\:][^/\\:]*|\.\.[^/\\:]+))*$"
    ))]
    String,
);

/// A library, pinned in one of four ways.
#[derive(JsonSchema)]
#[schemars(rename = "Reference", untagged, deny_unknown_fields)]
enum ReferenceYaml {
    /// A published crate.
    Crate {
        /// Its name.
        #[schemars(rename = "crate")]
        name: Pin,
        /// Its version.
        version: Pin,
        /// Changes of its rules.
        #[schemars(default, with = "PerturbYaml")]
        perturb: Option<PerturbYaml>,
    },
    /// A project of the Python package index.
    PyPi {
        /// Its name.
        #[schemars(rename = "pypi")]
        name: Pin,
        /// Its version.
        version: Pin,
    },
    /// A git repository.
    Git {
        /// Where it is cloned from.
        git: Pin,
        /// The revision.
        rev: Pin,
        /// Changes of its rules.
        #[schemars(default, with = "PerturbYaml")]
        perturb: Option<PerturbYaml>,
    },
    /// A folder.
    Path {
        /// Where it is, from the document's folder.
        path: Pin,
        /// Changes of its rules.
        #[schemars(default, with = "PerturbYaml")]
        perturb: Option<PerturbYaml>,
    },
}

/// Changes of a library's rules, as `ghostlib perturb` chose them.
#[derive(JsonSchema)]
#[schemars(rename = "Perturb", deny_unknown_fields)]
struct PerturbYaml {
    /// The seed by which they were chosen.
    seed: u64,
    /// Each of them.
    #[schemars(length(min = 1))]
    changes: Vec<RuleChangeYaml>,
    /// The SHA-256 digest over the files of the changed library.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    hash: String,
}

/// One rule of a library, and what it becomes.
#[derive(JsonSchema)]
#[schemars(rename = "RuleChange", deny_unknown_fields)]
struct RuleChangeYaml {
    /// Where it is, in the library without comments and tests: `src/date.rs:23:31`, with line and column from 1.
    at: Filled,
    /// What stands there.
    from: Filled,
    /// What comes to stand there.
    to: Filled,
}

/// What a spec is a slice of; `ghostlib spec slice` writes it.
#[derive(JsonSchema)]
#[schemars(rename = "Slice", deny_unknown_fields)]
struct SliceYaml {
    /// The hash of the whole spec.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    of: String,
    /// What was asked for.
    only: Texts,
}

/// Something that the reference does and the spec is not to say, and why.
#[derive(JsonSchema)]
#[schemars(rename = "Waiver", untagged, deny_unknown_fields)]
enum WaiverYaml {
    /// An API item, and what is below it.
    Item {
        /// Its path.
        item: Filled,
        /// Why.
        reason: Filled,
    },
    /// All calls of an operation.
    Operation {
        /// Its name.
        operation: Filled,
        /// Why.
        reason: Filled,
    },
    /// The calls of an operation with one input.
    Input {
        /// Its name.
        operation: Filled,
        /// The input, as in a vector.
        input: Value,
        /// Why.
        reason: Filled,
    },
    /// The calls of an operation with inputs of a form.
    Pattern {
        /// Its name.
        operation: Filled,
        /// What inputs are like: a text, or JSON, in which `*` stands for anything.
        pattern: Filled,
        /// Why.
        reason: Filled,
    },
}

/// A text that is not empty.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Pin {
    String(#[schemars(length(min = 1))] String),
    Number(f64),
    Bool(bool),
}

/// What a rebuild in one language may use.
#[derive(JsonSchema)]
#[schemars(rename = "Target", deny_unknown_fields)]
struct TargetYaml {
    /// The language's edition.
    #[schemars(default, with = "Text")]
    edition: Option<Text>,
    /// The only dependencies that are allowed: `NAME` or `NAME@VERSION`.
    #[schemars(default, with = "Texts")]
    dependencies: Option<Texts>,
    /// The features that the rebuild offers.
    #[schemars(default, with = "Texts")]
    features: Option<Texts>,
}

/// Words that bind, by level.
#[derive(JsonSchema)]
#[schemars(rename = "Keywords", deny_unknown_fields)]
struct KeywordsYaml {
    /// Words for MUST.
    #[schemars(rename = "MUST", default, with = "Texts")]
    must: Option<Texts>,
    /// Words for MUST NOT.
    #[schemars(rename = "MUST NOT", default, with = "Texts")]
    must_not: Option<Texts>,
    /// Words for SHOULD.
    #[schemars(rename = "SHOULD", default, with = "Texts")]
    should: Option<Texts>,
    /// Words for SHOULD NOT.
    #[schemars(rename = "SHOULD NOT", default, with = "Texts")]
    should_not: Option<Texts>,
    /// Words for MAY.
    #[schemars(rename = "MAY", default, with = "Texts")]
    may: Option<Texts>,
}

/// How bad a lint is.
#[derive(JsonSchema)]
#[schemars(rename = "LintLevel", rename_all = "kebab-case")]
enum LintLevelYaml {
    /// It is not shown.
    Allow,
    /// Something to know.
    Info,
    /// Something that probably was not meant.
    Warning,
    /// The spec cannot be used like this.
    Error,
}

/// Vectors, by the operation that they call. Every other key than these three names an operation.
#[derive(JsonSchema)]
#[schemars(rename = "VectorFile")]
struct VectorFileYaml {
    /// The number of the format.
    #[schemars(default, with = "Format")]
    ghostlib: Option<Format>,
    /// Free.
    #[schemars(default)]
    version: Value,
    /// Free.
    #[schemars(default)]
    meta: Value,
    #[schemars(flatten)]
    operations: BTreeMap<String, Vec<VectorYaml>>,
}

/// One case of an operation: what goes in, and either a value or an error that must come out.
#[derive(JsonSchema)]
#[schemars(rename = "Vector", untagged, deny_unknown_fields)]
enum VectorYaml {
    /// A case with a value.
    Output {
        /// What a person calls the case.
        name: Text,
        /// The calls that are made before. `{$: n}` in an input stands for what call `n` of them returned.
        #[schemars(default)]
        before: Vec<CallYaml>,
        /// A map by parameter, or the only argument itself.
        input: Value,
        /// What must come out.
        output: Value,
        /// How far each number of the output may be off.
        #[schemars(default, with = "f64", extend("exclusiveMinimum" = 0))]
        tolerance: Option<f64>,
        /// Whether the items of the output, a list, may come in any order.
        #[schemars(default)]
        unordered: bool,
        /// Its id; `OPERATION/NAME` without it.
        #[schemars(default, with = "Text")]
        id: Option<Text>,
        /// The requirements that it checks.
        #[schemars(default, with = "Texts")]
        requirements: Option<Texts>,
        /// Whether implementers do not see it.
        #[schemars(default)]
        hidden: bool,
    },
    /// A case with an error.
    Error {
        /// What a person calls the case.
        name: Text,
        /// The calls that are made before. `{$: n}` in an input stands for what call `n` of them returned.
        #[schemars(default)]
        before: Vec<CallYaml>,
        /// A map by parameter, or the only argument itself.
        input: Value,
        /// `true` for any error, the text of the error, or its class and text.
        error: ErrorYaml,
        /// Its id; `OPERATION/NAME` without it.
        #[schemars(default, with = "Text")]
        id: Option<Text>,
        /// The requirements that it checks.
        #[schemars(default, with = "Texts")]
        requirements: Option<Texts>,
        /// Whether implementers do not see it.
        #[schemars(default)]
        hidden: bool,
    },
}

/// A call before the one that is checked.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "it is a shape, and never a value")]
struct CallYaml {
    /// The operation.
    operation: Text,
    /// A map by parameter.
    input: Value,
}

/// What a vector says of an error.
#[derive(JsonSchema)]
#[schemars(untagged, deny_unknown_fields)]
enum ErrorYaml {
    /// Any error.
    Any(#[schemars(extend("const" = true))] bool),
    /// An error with this text.
    Message(String),
    /// An error of this class, as drivers tell it, with any text or with this one.
    Class {
        /// The class.
        class: String,
        /// The text.
        #[schemars(default, with = "String")]
        text: Option<String>,
    },
    /// An error with this text.
    Text {
        /// The text.
        text: String,
    },
}
