//! What a spec says of what was found.

use ghostlib_diff::{Api, Structure};
use ghostlib_model::{Finding, SpecStand};
use ghostlib_run::{LoadedSpec, stand_of_text, stand_with_requirements};

/// What the spec says of what the finding is about.
pub(super) fn stand(
    loaded: &LoadedSpec,
    reference: &Api,
    structure: &Structure,
    finding: &Finding,
) -> SpecStand {
    let message = structure.pairs.iter().find(|pair| pair.reference.path == finding.subject);
    match message.filter(|_| finding.rule == "message-text") {
        Some(pair) => {
            let texts = pair.only_in_reference.iter().filter_map(|literal| longest_text(literal));
            let stands = texts.map(|text| stand_of_text(loaded, text));
            stands.into_iter().find(|stand| *stand != SpecStand::Silent).unwrap_or(SpecStand::Silent)
        }
        None => stand_with_requirements(loaded, reference, &finding.subject),
    }
}

/// The longest piece of a string literal that stands in the message as it is written: `missing "`
/// of `"missing \" in {}"`.
fn longest_text(literal: &str) -> Option<&str> {
    let inside = literal.split_once('"')?.1.rsplit_once('"')?.0;
    let pieces = inside.split(['{', '}', '\\']).map(str::trim);
    pieces.max_by_key(|piece| piece.len()).filter(|piece| piece.len() >= MIN_TEXT)
}

/// Shorter pieces stand in any text.
const MIN_TEXT: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_quotes_are_no_part_of_a_text() {
        assert_eq!(longest_text(r#""no closing {} in line {line}""#), Some("no closing"));
        assert_eq!(longest_text(r##"r#"a \ long one"#"##), Some("long one"));
        assert_eq!(longest_text("\"ab\""), None);
        assert_eq!(longest_text("1"), None);
    }
}
