//! What is still to be written or decided.

use super::super::{Input, Report};
use crate::code::Code;
use ghostlib_model::Span;
use regex::Regex;
use std::sync::LazyLock;

static TODO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let marks = r"\b(?:TODO|FIXME|TBD|TBC|XXX)\b|\[NEEDS CLARIFICATION[^\]\n]*\]?";
    Regex::new(&format!(r"{marks}|(?i:\bto be (?:decided|determined|defined|written|clarified)\b)")).ok()
});

pub(super) fn check(input: &Input, report: &mut Report) {
    let Some(pattern) = TODO.as_ref() else { return };
    for document in &input.documents {
        for prose in document.markdown.proses() {
            let text = document.text.slice(prose.span);
            for found in pattern.find_iter(text) {
                let span = Span::new(prose.span.start + found.start(), prose.span.start + found.end());
                // A mark in code is what the library is about.
                if prose.code_spans.iter().any(|code| code.start <= span.start && span.end <= code.end) {
                    continue;
                }
                let message = format!("`{}` is still open", found.as_str().trim());
                report.at(document, Code::Todo, span, message, "decide it, or take it out of the spec");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::codes_of;

    #[test]
    fn open_ends_are_found_outside_of_code() {
        let document =
            "# A\n\nTODO: the rest. The limit is to be defined. [NEEDS CLARIFICATION: how many?]\n";
        assert_eq!(codes_of(document), ["todo", "todo", "todo"]);
        assert_eq!(codes_of("# A\n\nIt finds `TODO` in mastodons, and XXXL.\n\n    TODO\n"), [""; 0]);
    }
}
