use ghostlib_model::{Binding, Place, ReferenceSource, Requirement, Vector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that a spec says, in the order in which it says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// The front matter.
    pub front_matter: FrontMatter,
    /// The first heading of level 1.
    pub title: Option<String>,
    /// The normative statements.
    pub requirements: Vec<Requirement>,
    /// The vectors: those of fenced blocks first, then those of each vector file.
    pub vectors: Vec<Vector>,
    /// The API blocks.
    pub api_blocks: Vec<ApiBlock>,
    /// The bindings.
    pub bindings: Vec<Binding>,
}

/// What stands between the `---` lines at the top of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The number of the format: `ghostlib: 1`.
    pub format: Option<u32>,
    /// The library's name; empty where the spec gives none.
    pub name: String,
    /// The spec's own version; empty where the spec gives none.
    pub version: String,
    /// An SPDX expression.
    pub license: Option<String>,
    /// The real library that the spec describes.
    pub reference: Option<ReferenceSource>,
    /// The vector files, relative to the document's folder, with `/` between their parts.
    pub vectors: Vec<String>,
    /// What a rebuild may use, by language in lower case.
    pub targets: BTreeMap<String, Target>,
}

/// What a rebuild in one language may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The language's edition: `2024`.
    pub edition: Option<String>,
    /// The only dependencies that are allowed.
    pub dependencies: Vec<Dependency>,
    /// The features that the rebuild offers.
    pub features: Vec<String>,
}

/// A package that a rebuild may depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The versions that are allowed, as the language's package manager writes them.
    pub version: Option<String>,
}

/// The public signatures of a library in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiBlock {
    /// The language, in lower case: `rust`.
    pub language: String,
    /// The declarations as written.
    pub code: String,
    /// Where the code stands, its fence left out.
    pub place: Place,
}
