use crate::{Place, RequirementId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// One normative statement of a spec, at the level of a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its id.
    pub id: RequirementId,
    /// Where the id comes from.
    pub id_source: IdSource,
    /// Ids that it had before, and by which it is still known.
    pub aliases: Vec<RequirementId>,
    /// How strongly it binds.
    pub level: Level,
    /// Where the level comes from.
    pub level_source: LevelSource,
    /// The statement, on one line, without its id and its list marker.
    pub text: String,
    /// The sentence or the item that governs it, where it is one of a list: `An issue is eligible only if:`.
    pub lead_in: Option<Arc<str>>,
    /// The headings above it, outermost first.
    pub section: Arc<[String]>,
    /// What it is about.
    pub kind: RequirementKind,
    /// Why no test can check it; `None` if one can.
    pub untestable: Option<Untestable>,
    /// Who must do it, where the sentence says so: `adapter`.
    pub actor: Option<String>,
    /// When it holds, where the sentence or its lead-in says so: `If the file cannot be read`.
    pub condition: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Requirement {
    /// Whether the id is written in the spec, so that it stays when the text changes.
    pub fn id_is_written(&self) -> bool {
        self.id_source == IdSource::Written
    }
}

/// Where the id of a requirement comes from, the most stable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum IdSource {
    /// It is written in the spec: `r[…]`, `**FR-001**`, `` `req~name~1` ``.
    Written,
    /// It is the heading that names this requirement alone.
    Heading,
    /// It is the section and the ordinal of a checkbox.
    Checkbox,
    /// It is made from the section and the text.
    Made,
}

/// How strongly a requirement binds, as RFC 2119 and RFC 8174 define the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Level {
    /// MUST, SHALL, REQUIRED.
    #[serde(rename = "MUST")]
    Must,
    /// MUST NOT, SHALL NOT.
    #[serde(rename = "MUST NOT")]
    MustNot,
    /// SHOULD, RECOMMENDED.
    #[serde(rename = "SHOULD")]
    Should,
    /// SHOULD NOT, NOT RECOMMENDED.
    #[serde(rename = "SHOULD NOT")]
    ShouldNot,
    /// MAY, OPTIONAL.
    #[serde(rename = "MAY")]
    May,
}

impl Level {
    /// All levels, the strongest first.
    pub const ALL: [Self; 5] = [Self::Must, Self::MustNot, Self::Should, Self::ShouldNot, Self::May];

    /// The keyword that names the level.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::May => "MAY",
        }
    }

    /// How strongly it binds: 3 for MUST and MUST NOT, 2 for SHOULD and SHOULD NOT, 1 for MAY.
    pub fn strength(self) -> u8 {
        match self {
            Self::Must | Self::MustNot => 3,
            Self::Should | Self::ShouldNot => 2,
            Self::May => 1,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

/// Where the level of a requirement comes from, the most reliable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LevelSource {
    /// A keyword in the statement itself.
    Keyword,
    /// A keyword in the lead-in of the list that the statement is an item of.
    LeadIn,
    /// A keyword in the heading of its section, or in the profile that the section belongs to.
    Inherited,
    /// A modal in lower case: "must", "should", "may".
    Weak,
    /// Nothing says how strongly it binds: it is then a MUST.
    Default,
}

/// What a requirement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RequirementKind {
    /// What the library does.
    Functional,
    /// What it does when something is wrong.
    Error,
    /// What its data look like: fields, types, defaults, formats.
    Data,
    /// How fast, how large, how long.
    Performance,
    /// What it protects.
    Security,
    /// What it shows of itself: logs, metrics, status.
    Observability,
    /// What its makers must write down.
    Documentation,
}

impl fmt::Display for RequirementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Functional => "functional",
            Self::Error => "error",
            Self::Data => "data",
            Self::Performance => "performance",
            Self::Security => "security",
            Self::Observability => "observability",
            Self::Documentation => "documentation",
        })
    }
}

/// Why no test can check a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why", content = "word")]
pub enum Untestable {
    /// A permission: whoever does it and whoever does not both conform.
    Permission,
    /// A word that everybody measures differently.
    Vague(String),
    /// It is left to whoever implements it.
    ImplementationDefined,
    /// It asks for a document, not for behaviour.
    Documentation,
    /// It says how the code is built, which its behaviour does not show.
    Structural,
}

impl fmt::Display for Untestable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission => f.write_str("a permission: doing it and not doing it both conform"),
            Self::Vague(word) => write!(f, "nobody can measure \"{word}\""),
            Self::ImplementationDefined => f.write_str("it is left to the implementation"),
            Self::Documentation => f.write_str("it asks for a document, not for behaviour"),
            Self::Structural => {
                f.write_str("it says how the code is built, which its behaviour does not show")
            }
        }
    }
}
