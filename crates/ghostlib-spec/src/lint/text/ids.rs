//! Ids that are missing, and ids that are gone.

use super::super::{Document, Input, Report};
use crate::code::Code;
use crate::dialect::Dialect;
use ghostlib_model::{Level, Requirement, RequirementId, Span};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// An id as text refers to it: with a dot, so that `r[0]` is none.
static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"r\[([\w-]+(?:\.[\w-]+)+)\]").ok());

pub(super) fn check(input: &Input, report: &mut Report) {
    check_missing(input, report);
    check_vanished(input, report);
}

fn check_missing(input: &Input, report: &mut Report) {
    let is_missing = |requirement: &&Requirement| {
        matches!(requirement.level, Level::Must | Level::MustNot) && !requirement.id_is_written()
    };
    let missing: Vec<_> = input.spec.requirements.iter().filter(is_missing).collect();
    let Some(first) = missing.first().filter(|_| input.spec.dialect == Dialect::Native) else { return };
    let message = match missing.len() {
        1 => format!("`{}` has no written id, so that its id changes with its text", first.id),
        n => format!("{n} requirements have no written id, so that their ids change with their texts"),
    };
    let draft = Code::RequirementIdMissing.at(first.place.clone(), message);
    report.add(draft.help("run `ghostlib fmt --ids` to write ids in").into());
}

fn check_vanished(input: &Input, report: &mut Report) {
    let requirements = &input.spec.requirements;
    let known: BTreeSet<&str> = requirements
        .iter()
        .flat_map(|requirement| requirement.aliases.iter().chain([&requirement.id]))
        .map(RequirementId::as_str)
        .collect();
    let retired: BTreeSet<&str> = input.spec.front_matter.retired.iter().map(String::as_str).collect();
    for requirement in requirements.iter().filter(|requirement| retired.contains(requirement.id.as_str())) {
        let message = format!("the id `{}` is retired, and a requirement has it", requirement.id);
        let draft = Code::RequirementIdVanished.at(requirement.place.clone(), message);
        report.add(draft.help("give the requirement another id, or take this one out of `retired:`").into());
    }
    let Some(reference) = REFERENCE.as_ref() else { return };
    for document in &input.documents {
        for span in prose_spans(document) {
            let text = document.text.slice(span);
            for found in reference.captures_iter(text).filter_map(|captures| captures.get(1)) {
                if known.contains(found.as_str()) || is_marker(document, span.start + found.start()) {
                    continue;
                }
                let id = found.as_str();
                let is_retired = retired.contains(id);
                let what = if is_retired { "is retired" } else { "is that of no requirement" };
                let place = Span::new(span.start + found.start(), span.start + found.end());
                let help =
                    "name a requirement that is there, or write `aliases:` from this id to its new one";
                report.at(
                    document,
                    Code::RequirementIdVanished,
                    place,
                    format!("the id `{id}` {what}"),
                    help,
                );
            }
        }
    }
}

fn prose_spans(document: &Document) -> impl Iterator<Item = Span> {
    document.markdown.proses().map(|prose| prose.span)
}

/// Whether the id starts its line, where it names something rather than refers to it.
fn is_marker(document: &Document, id_start: usize) -> bool {
    let before = &document.text.as_str()[..id_start.saturating_sub(2)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().all(|c| !c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{codes_of, native};

    #[test]
    fn ids_that_are_missing_are_counted() {
        assert_eq!(codes_of(&native("", "It MUST hold.\n\nIt MUST stop.\n")), ["requirement-id-missing"]);
        assert_eq!(codes_of(&native("", "r[a.b]\nIt MUST hold.\n\nIt MAY stop.\n")), [""; 0]);
    }

    #[test]
    fn ids_that_are_gone_are_named() {
        assert_eq!(
            codes_of(&native("", "r[a.b]\nIt MUST hold, as r[a.c] says.\n")),
            ["requirement-id-vanished"]
        );
        assert_eq!(codes_of(&native("", "r[a.b]\nIt MUST hold, as r[a.b] says and r[0] too.\n")), [""; 0]);
        assert_eq!(
            codes_of(&native("retired: [a.b]\n", "r[a.b]\nIt MUST hold.\n")),
            ["requirement-id-vanished"]
        );
        assert_eq!(
            codes_of(&native("aliases: {a.c: a.b}\n", "r[a.b]\nIt MUST hold, see r[a.c].\n")),
            [""; 0]
        );
    }
}
