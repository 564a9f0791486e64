use crate::coverage::Coverage;
use crate::dialect::Dialect;
use crate::operations::Operation;
use crate::slice::SliceOf;
use ghostlib_model::{Binding, Level, Place, ReferenceSource, Requirement, RequirementId, Vector, Waiver};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that a spec says, in the order in which it says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// The format that the document is in.
    pub dialect: Dialect,
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
    /// The operations that headings declare.
    pub operations: Vec<Operation>,
    /// What a delta does to the requirements of another spec.
    pub deltas: Vec<RequirementDelta>,
    /// What the text of the documents became.
    pub coverage: Coverage,
}

impl Spec {
    /// The requirement of that id, or that had it before.
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        let by_id = self.requirements.iter().find(|requirement| requirement.id == *id);
        by_id.or_else(|| self.requirements.iter().find(|requirement| requirement.aliases.contains(id)))
    }

    /// The vectors that say that they check a requirement.
    pub fn vectors_of<'a>(&'a self, requirement: &'a Requirement) -> impl Iterator<Item = &'a Vector> {
        let is_meant = |id: &RequirementId| *id == requirement.id || requirement.aliases.contains(id);
        self.vectors.iter().filter(move |vector| vector.requirements.iter().any(is_meant))
    }

    /// The requirements that a vector says it checks.
    pub fn requirements_of<'a>(&'a self, vector: &'a Vector) -> impl Iterator<Item = &'a Requirement> {
        vector.requirements.iter().filter_map(|id| self.requirement(id))
    }
}

/// What a delta, as OpenSpec writes it, does to a requirement of another spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementDelta {
    /// What is done.
    pub change: DeltaChange,
    /// The requirement's heading, without `Requirement:`; after a renaming the new one.
    pub requirement: String,
    /// The heading before a renaming.
    pub from: Option<String>,
    /// Where the delta stands.
    pub place: Place,
}

/// What is done to a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DeltaChange {
    /// It is new.
    Added,
    /// It says something else.
    Modified,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
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
    /// The dialect of the body, if it is another than the native one.
    pub dialect: Option<Dialect>,
    /// The real library that the spec describes.
    pub reference: Option<ReferenceSource>,
    /// The further Markdown files of the spec, relative to the document's folder, with `/` between their parts.
    pub files: Vec<String>,
    /// The vector files, relative to the document's folder, with `/` between their parts.
    pub vectors: Vec<String>,
    /// What a rebuild may use, by language in lower case.
    pub targets: BTreeMap<String, Target>,
    /// Ids that requirements had before, and those that they have now.
    pub aliases: BTreeMap<String, String>,
    /// Ids of requirements that are gone for good.
    pub retired: Vec<String>,
    /// Words that bind besides those of RFC 2119, by the level that they stand for: `MUST NOT: [DARF NICHT]`.
    pub keywords: BTreeMap<String, Vec<String>>,
    /// What the reference does and the spec is not to say.
    pub waivers: Vec<Waiver>,
    /// What it is a slice of, if it is one.
    pub slice: Option<SliceOf>,
    /// The levels of lints, by their codes: `allow`, `info`, `warning`, `error`.
    pub lints: BTreeMap<String, String>,
}

impl FrontMatter {
    /// The words that bind besides those of RFC 2119.
    pub(crate) fn phrases(&self) -> impl Iterator<Item = (String, Level)> {
        Level::ALL.into_iter().flat_map(|level| {
            let phrases = self.keywords.get(level.keyword()).into_iter().flatten();
            phrases.map(move |phrase| (phrase.clone(), level))
        })
    }
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

#[cfg(test)]
mod tests {
    use crate::{SourceFile, Sources, parse};

    #[test]
    fn requirements_and_vectors_lead_to_each_other() {
        let document = "---\nghostlib: 1\nname: x\nversion: 1.0.0\naliases: {a.old: a.new}\n---\n\nr[a.new]\nIt MUST.\n\n\
            ```yaml vectors\nf: [{name: one, input: 1, output: 1, requirements: a.old}]\n```\n";
        let sources = Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() };
        let (spec, diagnostics) = parse(&sources);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let requirement = &spec.requirements[0];
        let vectors: Vec<_> = spec.vectors_of(requirement).map(|vector| vector.name.as_str()).collect();
        assert_eq!(vectors, ["one"]);
        assert_eq!(spec.requirements_of(&spec.vectors[0]).next(), Some(requirement));
    }
}
