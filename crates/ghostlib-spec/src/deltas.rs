//! Deltas as OpenSpec writes them: what a change does to the requirements of a spec.

use crate::markdown::{Block, Markdown, SectionId};
use crate::spec::{DeltaChange, RequirementDelta};
use crate::text::Text;

/// The deltas of a document: those of requirement headings, and those of `FROM:` and `TO:` items.
pub(crate) fn read(
    text: &Text,
    markdown: &Markdown,
    changes: &[(DeltaChange, SectionId)],
) -> Vec<RequirementDelta> {
    let of_heading = |&(change, section): &(DeltaChange, SectionId)| {
        let section = &markdown.sections[section];
        let is_named = section.parent.is_some_and(|parent| is_delta(&markdown.sections[parent].title));
        let requirement = name(&section.title).or_else(|| is_named.then_some(section.title.as_str()))?;
        let place = text.place(text.trimmed(section.span));
        Some(RequirementDelta { change, requirement: requirement.to_owned(), from: None, place })
    };
    let mut deltas: Vec<_> = changes.iter().filter_map(of_heading).collect();
    if changes.is_empty() && !markdown.sections.iter().any(|section| is_renaming(&section.title)) {
        return deltas;
    }
    let mut from: Option<String> = None;
    for block in &markdown.blocks {
        let Block::Prose(id) = block else { continue };
        let prose = markdown.prose(*id);
        if !prose.starts_item || !is_renaming(&markdown.sections[prose.section].title) {
            continue;
        }
        let source = text.slice(prose.span).trim();
        let value =
            |label: &str| source.strip_prefix(label).map(|rest| rest.trim().trim_matches('`').to_owned());
        if let Some(old) = value("FROM:") {
            from = Some(name(&old).unwrap_or(&old).to_owned());
        } else if let (Some(new), Some(old)) = (value("TO:"), &from) {
            let requirement = name(&new).unwrap_or(&new).to_owned();
            let place = text.place(text.trimmed(prose.span));
            let (change, from) = (DeltaChange::Renamed, Some(old.clone()));
            deltas.push(RequirementDelta { change, requirement, from, place });
        }
    }
    deltas
}

fn is_delta(title: &str) -> bool {
    let change = title.split(' ').next().unwrap_or_default().to_lowercase();
    ["added", "modified", "removed"].contains(&change.as_str())
}

fn is_renaming(title: &str) -> bool {
    title.eq_ignore_ascii_case("renamed requirements")
}

/// The name behind `### Requirement:`.
fn name(heading: &str) -> Option<&str> {
    let (label, name) = heading.trim_start_matches('#').split_once(':')?;
    label.trim().eq_ignore_ascii_case("requirement").then(|| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SourceFile, Sources, parse};

    #[test]
    fn deltas_name_what_they_change() {
        let document = "## ADDED Requirements\n\n### Requirement: Sign in\nIt SHALL.\n\n#### Scenario: A\n- **WHEN** a\n- **THEN** b\n\n\
            ## REMOVED Requirements\n\n### Requirement: Guests\nIt SHALL.\n\n\
            ## RENAMED Requirements\n\n- FROM: `### Requirement: Log`\n- TO: `### Requirement: Audit`\n";
        let sources = Sources { document: SourceFile::new("spec.md", document), ..Sources::default() };
        let (spec, _) = parse(&sources);
        let deltas: Vec<_> = spec
            .deltas
            .iter()
            .map(|delta| (delta.change, delta.requirement.as_str(), delta.from.as_deref()))
            .collect();
        assert_eq!(
            deltas,
            [
                (DeltaChange::Added, "Sign in", None),
                (DeltaChange::Removed, "Guests", None),
                (DeltaChange::Renamed, "Audit", Some("Log"))
            ]
        );
        let ids: Vec<_> = spec.requirements.iter().map(|requirement| requirement.id.as_str()).collect();
        assert_eq!(ids, ["sign-in", "sign-in.a"]);
    }
}
