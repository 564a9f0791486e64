use crate::{Place, RequirementId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One normative statement of a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its id: written in the spec as `r[…]`, or made from its section and text.
    pub id: RequirementId,
    /// Whether the id is written in the spec.
    pub id_is_written: bool,
    /// How strongly it binds.
    pub level: Level,
    /// Where the level comes from.
    pub level_source: LevelSource,
    /// The statement, on one line, without its id and its list marker.
    pub text: String,
    /// The headings above it, outermost first.
    pub section: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// How strongly a requirement binds, as RFC 2119 and RFC 8174 define the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

/// Where the level of a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelSource {
    /// A keyword in the statement itself.
    Keyword,
    /// The statement has a written id and no keyword: it binds as MUST.
    Default,
}
