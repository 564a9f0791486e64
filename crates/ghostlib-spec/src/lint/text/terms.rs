//! Placeholders of outputs that no text explains.

use super::super::{Document, Input, Report};
use crate::code::Code;
use crate::markdown::Block;
use ghostlib_model::Span;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static PLACEHOLDER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{([A-Za-z][A-Za-z_ -]{1,30})\}").ok());

/// Looks at the cells of tables, where templates of outputs stand: `"Last {weekday}"`.
pub(super) fn check(input: &Input, report: &mut Report) {
    let Some(pattern) = PLACEHOLDER.as_ref() else { return };
    for document in &input.documents {
        let words = explained(document);
        let mut seen = BTreeSet::new();
        for block in &document.markdown.blocks {
            let Block::Row(row) = block else { continue };
            for cell in row.cells.clone().map(|id| document.markdown.prose(id)) {
                let text = document.text.slice(cell.span);
                for name in pattern.captures_iter(text).filter_map(|captures| captures.get(1)) {
                    let key = name.as_str().to_lowercase();
                    let is_explained = key.split([' ', '_', '-']).all(|word| words.contains(word));
                    if !text.contains(['"', '“', '`']) || is_explained || !seen.insert(key) {
                        continue;
                    }
                    let span = Span::new(cell.span.start + name.start(), cell.span.start + name.end());
                    let message = format!("nothing says what `{{{}}}` becomes", name.as_str());
                    let help = "say which texts can stand there, such as full names or abbreviations";
                    report.at(document, Code::TermUndefined, span, message, help);
                }
            }
        }
    }
}

/// The words that stand in the document without braces around them, in lower case, singular and plural alike.
fn explained(document: &Document) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for prose in document.markdown.proses() {
        let mut is_inside = false;
        for part in document.text.slice(prose.span).split_inclusive(['{', '}']) {
            if !is_inside {
                let parts = part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                words.extend(parts.map(str::to_lowercase));
            }
            is_inside = part.ends_with('{');
        }
    }
    let singular: Vec<String> =
        words.iter().filter_map(|word| Some(word.strip_suffix('s')?.to_owned())).collect();
    words.extend(singular);
    words
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::codes_of;

    #[test]
    fn placeholders_are_explained_somewhere() {
        let table = "| Case | Output |\n|---|---|\n| a | \"on {season}\" |\n| b | \"{n} {season}\" |\n";
        assert_eq!(codes_of(&format!("# A\n\n## B\n\n{table}")), ["term-undefined"]);
        assert_eq!(
            codes_of(&format!("# A\n\n## B\n\nSeasons have their English names.\n\n{table}")),
            [""; 0]
        );
    }
}
