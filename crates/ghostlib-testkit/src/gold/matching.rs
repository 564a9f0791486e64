//! Pairs of a labelled statement and a requirement that say the same at the same place.

use ghostlib_model::{Level, Requirement};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How similar two texts must be: the figures are given for each, and the middle one counts.
pub(crate) const THRESHOLDS: [f64; 3] = [0.5, 0.6, 0.8];

/// A statement as a person has labelled it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Labelled {
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) keyword: String,
    pub(crate) testable: Option<bool>,
}

impl Labelled {
    /// The level of its keyword, where it is one of RFC 2119.
    pub(crate) fn level(&self) -> Option<Level> {
        Some(match self.keyword.as_str() {
            "MUST" | "SHALL" | "REQUIRED" => Level::Must,
            "MUST NOT" | "SHALL NOT" => Level::MustNot,
            "SHOULD" | "RECOMMENDED" => Level::Should,
            "SHOULD NOT" => Level::ShouldNot,
            "MAY" | "OPTIONAL" => Level::May,
            _ => return None,
        })
    }
}

/// Which labelled statement goes with which requirement.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    /// The indices of both, and how similar they are. Each is in one pair at most.
    pub(crate) pairs: Vec<(usize, usize, f64)>,
}

impl Matching {
    /// Pairs those whose lines overlap and whose texts are similar, the most similar first.
    pub(crate) fn of(labelled: &[Labelled], found: &[&Requirement]) -> Self {
        let bags: Vec<_> = found.iter().map(|requirement| bag(&requirement.text)).collect();
        let mut candidates = Vec::new();
        for (i, label) in labelled.iter().enumerate() {
            let own = bag(&label.text);
            for (j, requirement) in found.iter().enumerate().filter(|(_, found)| overlap(label, found)) {
                let score = similarity(&own, &bags[j]);
                if score >= THRESHOLDS[0] {
                    candidates.push((i, j, score, requirement.place.line.abs_diff(label.line)));
                }
            }
        }
        candidates.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.3.cmp(&b.3)));
        let (mut taken_labels, mut taken_found) = (vec![false; labelled.len()], vec![false; found.len()]);
        let mut pairs = Vec::new();
        for (i, j, score, _) in candidates {
            if !taken_labels[i] && !taken_found[j] {
                (taken_labels[i], taken_found[j]) = (true, true);
                pairs.push((i, j, score));
            }
        }
        Self { pairs }
    }

    /// How many pairs are at least so similar.
    pub(crate) fn count(&self, least: f64) -> usize {
        self.pairs.iter().filter(|(_, _, score)| *score >= least).count()
    }

    /// The labelled statements without a partner, each with the nearest requirement on its lines.
    pub(crate) fn missed<'a>(
        &self,
        labelled: &'a [Labelled],
        found: &'a [&'a Requirement],
    ) -> Vec<(&'a Labelled, Option<(&'a Requirement, f64)>)> {
        let is_matched = |i: usize| self.pairs.iter().any(|pair| pair.0 == i);
        let nearest = |label: &'a Labelled| {
            let own = bag(&label.text);
            let near = found.iter().filter(|found| overlap(label, found));
            let near = near.map(|found| (*found, similarity(&own, &bag(&found.text))));
            near.max_by(|a, b| a.1.total_cmp(&b.1))
        };
        let missed = labelled.iter().enumerate().filter(|(i, _)| !is_matched(*i));
        missed.map(|(_, label)| (label, nearest(label))).collect()
    }

    /// The requirements without a partner.
    pub(crate) fn extras<'a>(&self, found: &'a [&'a Requirement]) -> Vec<&'a Requirement> {
        let is_matched = |j: usize| self.pairs.iter().any(|pair| pair.1 == j);
        found.iter().enumerate().filter(|(j, _)| !is_matched(*j)).map(|(_, found)| *found).collect()
    }
}

fn overlap(label: &Labelled, found: &Requirement) -> bool {
    label.line <= found.place.end_line && found.place.line <= label.end_line
}

type Bag = BTreeMap<String, usize>;

/// The words of a text in lower case, without markup and punctuation, and how often each is there.
fn bag(text: &str) -> Bag {
    let mut bag = Bag::new();
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *bag.entry(word.to_owned()).or_default() += 1;
    }
    bag
}

/// The share of words that two texts have in common: twice their common words over all their words (Dice's
/// coefficient of multisets). 1 for equal texts, 0 for those without a common word.
#[expect(clippy::cast_precision_loss, reason = "no text has 2^52 words")]
fn similarity(a: &Bag, b: &Bag) -> f64 {
    let common: usize = a.iter().map(|(word, n)| (*n).min(b.get(word).copied().unwrap_or(0))).sum();
    let all: usize = a.values().sum::<usize>() + b.values().sum::<usize>();
    if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_spec::{SourceFile, Sources, parse};

    fn label(line: u32, text: &str) -> Labelled {
        Labelled { line, end_line: line, text: text.into(), keyword: String::new(), testable: None }
    }

    #[test]
    fn each_statement_has_one_partner_on_its_lines() {
        let document = "It MUST sort the names.\n\nIt MUST sort the names.\n\nIt MAY stop.\n";
        let document = SourceFile::new("SPEC.md", document);
        let (spec, _) = parse(&Sources { document, ..Sources::default() });
        let found: Vec<_> = spec.requirements.iter().collect();
        let labelled = [
            label(1, "It must sort the names"),
            label(3, "sort names backwards then"),
            label(9, "It MAY stop."),
        ];
        let matching = Matching::of(&labelled, &found);
        assert_eq!(matching.count(0.6), 1);
        assert_eq!(matching.missed(&labelled, &found).len(), 2);
        assert_eq!(matching.extras(&found).len(), 2);
    }

    #[test]
    fn similarity_is_symmetric_and_bounded() {
        let (a, b) = (bag("`a` b, b c"), bag("B c d"));
        assert!((similarity(&a, &b) - similarity(&b, &a)).abs() < f64::EPSILON);
        assert!((similarity(&a, &a) - 1.0).abs() < f64::EPSILON);
        assert!((similarity(&a, &b) - 4.0 / 7.0).abs() < 1e-9);
        assert!(similarity(&a, &bag("")).abs() < f64::EPSILON);
    }
}
