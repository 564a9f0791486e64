//! Rounding of a quantity that is shown in several units, without a rule for what is carried over.

use super::super::{Input, Report};
use crate::code::Code;
use ghostlib_model::Span;
use regex::Regex;
use std::sync::LazyLock;

static ROUNDING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bround(?:s|ed|ing)?\b[^.\n]{0,60}\bunits?\b|\bunits?\b[^.\n]{0,40}\b(?:is|are|gets?) rounded\b").ok()
});
static CARRY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bcarr(?:y|ies|ied|ying)\b|\broll(?:s|ed|ing)? (?:over|up)\b|\b(?:next|larger|higher|bigger) unit\b|\bpromot|\boverflows? (?:in)?to\b|\b59\b[^.\n]{0,40}\b60\b").ok()
});

/// Complains once: 59 minutes and 59 seconds, rounded to minutes, are 60 minutes or one hour.
pub(super) fn check(input: &Input, report: &mut Report) {
    let (Some(rounding), Some(carry)) = (ROUNDING.as_ref(), CARRY.as_ref()) else { return };
    if input.documents.iter().any(|document| carry.is_match(document.text.as_str())) {
        return;
    }
    for document in &input.documents {
        for prose in document.markdown.proses() {
            let Some(found) = rounding.find(document.text.slice(prose.span)) else { continue };
            let span = Span::new(prose.span.start + found.start(), prose.span.start + found.end());
            let message = "nothing says what happens when rounding fills a unit".to_owned();
            let help =
                "say whether it is carried into the next unit: is 59.6 min \"60 minutes\" or \"1 hour\"?";
            return report.at(document, Code::CarryUndefined, span, message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::codes_of;

    #[test]
    fn rounding_to_units_needs_a_carry() {
        let rounds = "# A\n\n## B\n\nIt rounds the last unit.\n";
        assert_eq!(codes_of(rounds), ["carry-undefined"]);
        assert_eq!(codes_of(&format!("{rounds}\nA full unit is carried.\n")), [""; 0]);
        assert_eq!(codes_of("# A\n\n## B\n\nIt rounds to two decimals.\n"), [""; 0]);
    }
}
