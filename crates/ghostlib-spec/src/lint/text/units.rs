//! Units whose length differs from case to case, used where nothing says how long they are.

use super::super::{Document, Input, Report};
use crate::code::Code;
use crate::markdown::{Block, SectionId};
use ghostlib_model::Span;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A quantity of such a unit: `3 months`, `{n} years`, `46 business days`.
static QUANTITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\d|\{\w+\}|\bone|\ba)\s*(month|year|quarter|decade|business day|working day)s?\b")
        .ok()
});

/// Looks at tables, where thresholds and outputs stand. A unit is defined if its section, one around it, or one that
/// belongs to no operation says its length: "months (30 d)", "a year is 365 days", "calendar months".
pub(super) fn check(input: &Input, report: &mut Report) {
    let Some(pattern) = QUANTITY.as_ref() else { return };
    for document in &input.documents {
        let operations = operation_sections(input, document);
        let mut seen = BTreeSet::new();
        for block in &document.markdown.blocks {
            let Block::Row(row) = block else { continue };
            let operation = around(document, row.section).find(|section| operations.contains(section));
            for cell in row.cells.clone().map(|id| document.markdown.prose(id)) {
                let text = document.text.slice(cell.span);
                for unit in pattern.captures_iter(text).filter_map(|captures| captures.get(1)) {
                    let name = unit.as_str().to_lowercase();
                    if !seen.insert((operation, name.clone()))
                        || is_defined(document, &name, operation, &operations)
                    {
                        continue;
                    }
                    let span = Span::new(cell.span.start + unit.start(), cell.span.start + unit.end());
                    let message = format!("nothing here says how long a {name} is");
                    let help =
                        "say it in this section or in one for all operations, such as \"a month is 30 days\"";
                    report.at(document, Code::UnitUndefined, span, message, help);
                }
            }
        }
    }
}

/// A section and those around it.
fn around(document: &Document, section: SectionId) -> impl Iterator<Item = SectionId> {
    std::iter::successors(Some(section), |&section| document.markdown.sections[section].parent)
}

fn operation_sections(input: &Input, document: &Document) -> BTreeSet<SectionId> {
    let starts: BTreeSet<usize> = input
        .spec
        .operations
        .iter()
        .filter(|operation| &*operation.place.file == document.text.file())
        .map(|operation| operation.place.span.start)
        .collect();
    let sections = document.markdown.sections.iter().enumerate();
    sections.filter(|(_, section)| starts.contains(&section.span.start)).map(|(id, _)| id).collect()
}

fn is_defined(
    document: &Document,
    unit: &str,
    operation: Option<SectionId>,
    operations: &BTreeSet<SectionId>,
) -> bool {
    let definition = format!(
        r"(?i)\b{unit}s?\s*(?:\(|=|is|are|as|of|:|has|have)\s*(?:about|exactly|always|a fixed)?\s*~?\d|\b(?:calendar|\d+-day|gregorian) {unit}|\d+\s*(?:days?|d|weeks?|months?)\s*(?:per|a|in a|an|=|for a)\s*{unit}"
    );
    let Ok(definition) = Regex::new(&definition) else { return true };
    document.markdown.proses().any(|prose| {
        let owner = around(document, prose.section).find(|section| operations.contains(section));
        (owner.is_none() || owner == operation) && definition.is_match(document.text.slice(prose.span))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::codes_of;

    const TABLE: &str = "| Age | Output |\n|---|---|\n| 31 days and more | \"{n} months\" |\n\n";

    #[test]
    fn months_need_a_length() {
        let of = |definition: &str| {
            codes_of(&format!(
                "# A\n\n### age(days) → string\n\n{definition}\n\n{TABLE}### other(x) → string\n\nMonths (30 d).\n"
            ))
        };
        assert!(of("").contains(&"unit-undefined".to_owned()));
        for definition in ["A month is 30 days.", "Months (30d) count.", "By calendar months."] {
            assert!(!of(definition).contains(&"unit-undefined".to_owned()), "{definition}");
        }
    }
}
