//! What a section's heading says about what stands in it.

use super::keyword::{self, Keywords};
use super::words;
use crate::markdown::{Markdown, SectionId};
use crate::requirements::slug;
use crate::spec::DeltaChange;
use ghostlib_model::{Level, RequirementId};

/// The first words of headings, numbers left out, whose sections explain and do not bind.
const INFORMATIVE: [&str; 48] = [
    "abstract",
    "about",
    "acknowledgement",
    "acknowledgment",
    "alternatives",
    "appendix: example",
    "assumptions",
    "authors",
    "background",
    "context",
    "impact",
    "project description",
    "why",
    "change log",
    "changelog",
    "contents",
    "contributors",
    "credits",
    "example",
    "faq",
    "frequently asked",
    "further reading",
    "future",
    "glossary",
    "goals",
    "history",
    "informative",
    "introduction",
    "license",
    "motivation",
    "non-goals",
    "nongoals",
    "non-normative",
    "notes to",
    "open questions",
    "out of scope",
    "overview",
    "problem statement",
    "prior art",
    "purpose",
    "rationale",
    "reference implementation",
    "references",
    "related",
    "revision history",
    "see also",
    "table of contents",
    "version history",
];

/// What a section is.
#[derive(Clone, Debug, Default)]
pub(super) struct SectionRole {
    /// Whether what stands in it explains and does not bind.
    pub(super) is_informative: bool,
    /// The level that the heading or the one around it gives.
    pub(super) level: Option<Level>,
    /// The number of the requirement whose criteria it lists: `1` of `Requirement 1`.
    pub(super) number: Option<String>,
    /// The id that the heading gives to what it says.
    pub(super) id: Option<RequirementId>,
    /// Whether all that stands in it is what its heading names, so that it binds without a keyword.
    pub(super) states_all: bool,
    /// Whether it is a scenario of the requirement around it.
    pub(super) is_scenario: bool,
    /// What a delta does to the requirements in it.
    pub(super) change: Option<DeltaChange>,
}

/// The role of each section, in the order of the sections, and how many keywords the headings have.
pub(super) fn roles(markdown: &Markdown, more: &Keywords) -> (Vec<SectionRole>, usize) {
    let mut n_keywords = 0;
    let mut roles: Vec<SectionRole> = Vec::with_capacity(markdown.sections.len());
    let has_parts = markdown.sections.iter().any(|section| section.level > 1);
    let (mut found, mut words_found) = (Vec::new(), Vec::new());
    for id in 0..markdown.sections.len() {
        let around = markdown.sections[id].parent.map(|parent| roles[parent].clone()).unwrap_or_default();
        if let Some(prose) = markdown.sections[id].prose {
            let prose = markdown.prose(prose).words;
            words::find(prose, &mut words_found);
            keyword::find(prose, &words_found, more, &mut found);
        } else {
            found.clear();
        }
        n_keywords += found.len();
        let role = role(markdown, id, around, keyword::strongest(&found));
        roles.push(role);
    }
    // What stands between the title and the first section introduces the document.
    for (role, section) in roles.iter_mut().zip(&markdown.sections) {
        let is_preamble = has_parts && section.level < 2 && Some(&section.title) == markdown.title.as_ref();
        role.is_informative |= is_preamble;
    }
    (roles, n_keywords)
}

fn role(markdown: &Markdown, id: SectionId, around: SectionRole, level: Option<Level>) -> SectionRole {
    let section = &markdown.sections[id];
    let title = without_number(&section.title);
    let lower = title.to_lowercase();
    let mut role = SectionRole { level: level.or(around.level), ..around };
    role.is_informative |= INFORMATIVE.iter().any(|start| lower.starts_with(start))
        || ["(informative)", "(non-normative)"].iter().any(|mark| lower.contains(mark));
    let change = match lower.as_str() {
        "added requirements" => Some(DeltaChange::Added),
        "modified requirements" => Some(DeltaChange::Modified),
        "removed requirements" => Some(DeltaChange::Removed),
        "renamed requirements" => Some(DeltaChange::Renamed),
        _ => None,
    };
    role.change = change.or(role.change);
    if let Some(tag) = super::tag::at_start(title) {
        role.id = Some(RequirementId::new(tag));
        role.number = None;
        role.states_all = true;
    } else if let Some(name) = strip_label(title, "requirement") {
        role.id = Some(RequirementId::new(slug(name)));
        role.number = None;
        role.states_all = true;
    } else if let Some(name) = strip_label(title, "scenario") {
        let stem = role.id.as_ref().map_or_else(String::new, |id| format!("{id}."));
        role.id = Some(RequirementId::new(format!("{stem}{}", slug(name))));
        role.is_scenario = true;
        role.states_all = false;
    } else if let Some(number) = numbered(title) {
        role.number = Some(number.to_owned());
        role.id = None;
    }
    role
}

/// The name behind `Requirement:`.
fn strip_label<'a>(title: &'a str, label: &str) -> Option<&'a str> {
    let (head, name) = title.split_once(':')?;
    let is_label = head.trim().eq_ignore_ascii_case(label) && !name.trim().is_empty();
    is_label.then(|| name.trim())
}

/// "Requirement" in the languages in which such documents have been seen.
const REQUIREMENT_WORDS: [&str; 10] = [
    "requirement",
    "req",
    "anforderung",
    "exigence",
    "requisito",
    "требование",
    "wymaganie",
    "要件",
    "需求",
    "要求",
];

/// The number of `Requirement 1` and `Requirement 1.2: Name`.
fn numbered(title: &str) -> Option<&str> {
    let (head, rest) = title.split_once(' ')?;
    let number = rest.split([':', ' ', '—', '-']).next()?.trim_end_matches('.');
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let head = head.to_lowercase();
    (REQUIREMENT_WORDS.contains(&head.as_str()) && is_number).then_some(number)
}

/// A title without the number that it starts with.
pub(crate) fn without_number(title: &str) -> &str {
    let rest = title.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '§' | ')'));
    if rest.len() < title.len() && rest.starts_with(' ') { rest.trim_start() } else { title }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;
    use crate::text::Text;

    fn roles_of(document: &str) -> Vec<SectionRole> {
        roles(&markdown::read(&Text::new("a.md", document), 0), &Keywords::default()).0
    }

    #[test]
    fn headings_say_whether_and_how_strongly_their_sections_bind() {
        let roles =
            roles_of("# 1. Introduction\n\n## 1.1 Sorting\n\n# 2 Plugins (OPTIONAL)\n\n## Loading\n\n# A\n");
        assert!(roles[1].is_informative && roles[2].is_informative && !roles[3].is_informative);
        assert_eq!(
            (roles[3].level, roles[4].level, roles[5].level),
            (Some(Level::May), Some(Level::May), None)
        );
    }

    #[test]
    fn headings_name_requirements_and_scenarios() {
        let roles = roles_of(
            "## ADDED Requirements\n\n### Requirement: Sign in\n\n#### Scenario: Wrong word\n\n## Requirement 2: X\n\n### Criteria\n",
        );
        assert_eq!(roles[2].id.as_ref().unwrap().as_str(), "sign-in");
        assert_eq!(roles[3].id.as_ref().unwrap().as_str(), "sign-in.wrong-word");
        assert_eq!(roles[3].change, Some(DeltaChange::Added));
        assert_eq!(roles[5].number.as_deref(), Some("2"));
    }
}
