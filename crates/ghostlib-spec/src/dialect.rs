//! The formats that specs come in, told apart by what they contain.

use crate::front_matter::Division;
use crate::markdown::{Block, Markdown};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The format of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// ghostlib's own: front matter with `ghostlib:`, and requirements by keyword or written id.
    #[default]
    Native,
    /// Prose with the words of RFC 2119.
    Rfc2119,
    /// Prose, pseudocode, and a definition of done as checkboxes in lists and tables.
    Nlspec,
    /// `SPEC.md` beside `tests.yaml`: operations as headings with their parameters.
    GhostLibrary,
    /// `### Requirement:` with `#### Scenario:`, and deltas of them.
    Openspec,
    /// `**FR-001**:` and `**SC-001**:`, user stories, Given/When/Then.
    SpecKit,
    /// `WHEN … THE SYSTEM SHALL …`.
    Ears,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::Rfc2119,
        Self::Nlspec,
        Self::GhostLibrary,
        Self::Openspec,
        Self::SpecKit,
        Self::Ears,
    ];

    /// Its name: `ghost-library`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Rfc2119 => "rfc2119",
            Self::Nlspec => "nlspec",
            Self::GhostLibrary => "ghost-library",
            Self::Openspec => "openspec",
            Self::SpecKit => "spec-kit",
            Self::Ears => "ears",
        }
    }

    pub(crate) fn rules(self) -> Rules {
        let is_foreign = self != Self::Native;
        Rules { reads_unmarked: is_foreign, reads_tags: is_foreign, reads_quotes: is_foreign }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no dialect has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDialect(String);

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Dialect::ALL.map(Dialect::as_str).join(", ");
        write!(f, "there is no dialect `{}`; there are {names}", self.0)
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == name)
            .ok_or_else(|| UnknownDialect(name.to_owned()))
    }
}

/// How a dialect differs from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Whether a statement without keyword and id binds, as in prose that calls itself a specification.
    pub(crate) reads_unmarked: bool,
    /// Whether `**FR-001**:` and its like are ids.
    pub(crate) reads_tags: bool,
    /// Whether block quotes bind; they are notes for people otherwise.
    pub(crate) reads_quotes: bool,
}

/// The dialect of a document, by what it contains.
pub(crate) fn detect(document: &str, division: &Division, markdown: &Markdown) -> Dialect {
    if division.yaml.clone().is_some_and(|yaml| is_own_front_matter(&document[yaml])) {
        return Dialect::Native;
    }
    let seen = Seen::of(markdown);
    let has_requirements = seen.requirement_headings > 0 || seen.delta_headings > 0;
    if has_requirements && (seen.scenario_headings > 0 || seen.delta_headings > 0) {
        Dialect::Openspec
    } else if seen.tags > 0 && seen.tags >= seen.shall_conditions {
        Dialect::SpecKit
    } else if seen.shall_conditions > 2 && seen.shall_conditions * 4 > seen.items {
        Dialect::Ears
    } else if crate::operations::read_titles(markdown).next().is_some() {
        Dialect::GhostLibrary
    } else if seen.names_rfc {
        Dialect::Rfc2119
    } else if seen.boxes > 0 && (seen.has_done || seen.pseudocode > 0) || seen.pseudocode > 2 {
        Dialect::Nlspec
    } else if division.is_unclosed {
        Dialect::Native
    } else {
        Dialect::Rfc2119
    }
}

/// Whether front matter is meant for ghostlib, even if it does not say so.
pub(crate) fn is_own_front_matter(yaml: &str) -> bool {
    let has = |key: &str| {
        yaml.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
    };
    has("ghostlib") || has("reference") || has("vectors") || (has("name") && has("version"))
}

/// What tells the dialects apart.
#[derive(Default)]
struct Seen {
    requirement_headings: usize,
    scenario_headings: usize,
    delta_headings: usize,
    tags: usize,
    shall_conditions: usize,
    items: usize,
    boxes: usize,
    has_done: bool,
    /// Whether it says whose keywords it uses.
    names_rfc: bool,
    pseudocode: usize,
}

impl Seen {
    fn of(markdown: &Markdown) -> Self {
        let names = ["RFC 2119", "RFC2119", "BCP 14", "RFC-2119"];
        let names_rfc = names.iter().any(|name| markdown.words().contains(name));
        let mut seen = Self { names_rfc, ..Self::default() };
        for section in &markdown.sections {
            let title = section.title.to_lowercase();
            seen.requirement_headings += usize::from(title.starts_with("requirement:"));
            seen.scenario_headings += usize::from(title.starts_with("scenario:"));
            let is_delta = ["added", "modified", "removed", "renamed"]
                .iter()
                .any(|change| title.strip_prefix(change).is_some_and(|rest| rest == " requirements"));
            seen.delta_headings += usize::from(is_delta);
            seen.has_done |= ["definition of done", "acceptance"].iter().any(|done| title.contains(done));
        }
        for prose in markdown.proses() {
            let words = prose.words.trim_start();
            if words.starts_with("[ ]") || words.starts_with("[x]") || prose.checkbox.is_some() {
                seen.boxes += 1;
            }
            let words =
                words.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
            let has_number = words.len() < prose.words.trim_start().len();
            if !prose.starts_item && !has_number {
                continue;
            }
            seen.items += 1;
            let is_tag = ["FR-", "SC-", "NFR-"].iter().any(|tag| {
                words.strip_prefix(tag).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            });
            seen.tags += usize::from(is_tag);
            let first = words.split(char::is_whitespace).next().unwrap_or_default();
            let is_condition =
                ["when", "while", "if", "where"].iter().any(|word| first.eq_ignore_ascii_case(word));
            let shall = is_condition && (words.contains("SHALL") || words.contains(" shall "));
            seen.shall_conditions += usize::from(shall);
        }
        let fences = markdown.blocks.iter().filter_map(|block| match block {
            Block::Fence(at) => markdown.fences.get(*at),
            _ => None,
        });
        seen.pseudocode = fences.filter(|fence| is_pseudocode(fence)).count();
        seen
    }
}

/// What lines of pseudocode start with.
const STARTS: [&str; 9] = [
    "FUNCTION ",
    "RECORD ",
    "ENUM ",
    "INTERFACE ",
    "PROCEDURE ",
    "ALGORITHM ",
    "function ",
    "procedure ",
    "STRUCT ",
];

/// Whether a fence holds the steps of an algorithm or the fields of a record, and no program.
pub(crate) fn is_pseudocode(fence: &crate::markdown::Fence) -> bool {
    let names_language = fence
        .words
        .first()
        .is_some_and(|word| !matches!(word.as_str(), "text" | "pseudocode" | "pseudo" | "txt" | "plaintext"));
    if names_language {
        return false;
    }
    if fence.words.first().is_some_and(|word| word.starts_with("pseudo")) {
        return true;
    }
    fence.code.as_str().lines().any(|line| STARTS.iter().any(|start| line.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;
    use crate::{front_matter, markdown};

    fn dialect(document: &str) -> Dialect {
        let division = front_matter::divide(document);
        detect(document, &division, &markdown::read(&Text::new("a.md", document), division.body))
    }

    #[test]
    fn dialects_are_told_apart_by_their_content() {
        for (document, expected) in [
            ("---\nghostlib: 1\n---\n", Dialect::Native),
            ("---\ntitle: x\n---\nIt MUST.\n", Dialect::Rfc2119),
            ("# A\n\nIt MUST.\n", Dialect::Rfc2119),
            ("### Requirement: A\n\nIt SHALL.\n\n#### Scenario: B\n", Dialect::Openspec),
            ("- **FR-001**: System MUST.\n", Dialect::SpecKit),
            (
                "1. WHEN a THE SYSTEM SHALL b\n2. IF a THEN THE SYSTEM SHALL c\n3. WHILE a THE b SHALL c\n",
                Dialect::Ears,
            ),
            ("## Definition of Done\n\n- [ ] a\n", Dialect::Nlspec),
            ("### pad(text, width?) → string\n\nPads.\n", Dialect::GhostLibrary),
        ] {
            assert_eq!(dialect(document), expected, "{document}");
        }
    }
}
