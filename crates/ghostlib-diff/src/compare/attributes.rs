//! Attributes that a user can notice, and that are no part of a signature.

use super::matching::{Matching, Pair};
use super::paths::{Identity, identity, order};
use ghostlib_model::{ApiAttributes, Finding, Place, Priority};
use std::collections::HashSet;

const RULES: [(&str, Priority); 3] =
    [("api-must-use", Priority::P3), ("api-deprecated", Priority::P3), ("api-repr", Priority::P2)];

/// One finding for each attribute of which both sides of a pair are known and differ. An item at several paths is
/// told once.
pub(super) fn attribute_findings(matching: &Matching<'_>) -> Vec<Finding> {
    let has_same_kind = |pair: &&Pair<'_>| pair.required.kind == pair.candidate.kind;
    let differs = |pair: &&Pair<'_>| pair.required.attributes != pair.candidate.attributes;
    let mut pairs: Vec<_> = matching.pairs.iter().filter(has_same_kind).filter(differs).collect();
    pairs.sort_by_key(|pair| order(&pair.required.path));
    let mut told: HashSet<(Identity<'_>, &Place)> = HashSet::new();
    pairs.retain(|pair| told.insert((identity(pair.required), &pair.candidate.place)));
    pairs.into_iter().flat_map(differences).collect()
}

fn differences(pair: &Pair<'_>) -> Vec<Finding> {
    let sides = written(&pair.required.attributes).into_iter().zip(written(&pair.candidate.attributes));
    let findings = RULES.into_iter().zip(sides).filter_map(|(rule, (wanted, given))| {
        let (wanted, given) = wanted.zip(given).filter(|(wanted, given)| wanted != given)?;
        Some(finding(pair, rule, &wanted, &given))
    });
    findings.collect()
}

/// The attributes in the order of [`RULES`]: empty where one does not stand, nothing where that is not known.
fn written(attributes: &ApiAttributes) -> [Option<String>; 3] {
    let mark = |is_marked: Option<bool>, text: &str| Some(if is_marked? { text } else { "" }.to_owned());
    let repr = attributes.repr.as_ref();
    [
        mark(attributes.must_use, "#[must_use]"),
        mark(attributes.deprecated, "#[deprecated]"),
        repr.map(|of| if of.is_empty() { String::new() } else { format!("#[repr({of})]") }),
    ]
}

fn finding(pair: &Pair<'_>, (rule, priority): (&str, Priority), wanted: &str, given: &str) -> Finding {
    let path = &pair.required.path;
    let message = match (wanted, given) {
        ("", _) => format!("`{path}` is `{given}`, and the required one is not"),
        (_, "") => format!("`{path}` is not `{wanted}`, and the required one is"),
        _ => format!("`{path}` is `{given}`, and `{wanted}` is required"),
    };
    let mut finding = Finding::new(rule, priority, path, message);
    finding.advice =
        if wanted.is_empty() { format!("Leave `{given}` out.") } else { format!("Mark it as `{wanted}`.") };
    finding.reference = Some(pair.required.place.clone());
    finding.candidate = Some(pair.candidate.place.clone());
    finding
}
