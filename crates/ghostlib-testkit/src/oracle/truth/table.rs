//! The tables of known truth as Markdown.

use super::changes::What;
use super::pairs::Relation;
use super::{Alone, Judged};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is known of crates against themselves, of related ones and of strangers.
pub(super) fn markdown(alone: &[Alone], judged: &[Judged]) -> String {
    let n_findings: usize = alone.iter().map(|one| one.findings.len()).sum();
    let mut text = format!("{} crates against themselves: {n_findings} findings.\n\n", alone.len());
    text += "| related crates | missing | extra | changed | only rustdoc tells | only the comparison tells \
        | findings | differences without one | findings without a difference |\n\
        |---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    let of = |relation| judged.iter().filter(move |one| one.pair.relation == relation);
    for one in of(Relation::Related) {
        let counts =
            [What::Missing, What::Extra, What::Changed].map(|what| one.expected.count(what).to_string());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            one.name(),
            counts.join(" | "),
            one.untold.len(),
            one.unfounded.len(),
            one.compared.findings.len(),
            one.without_finding.len(),
            one.astray.len(),
        );
    }
    for one in of(Relation::Related) {
        let mut by_cause: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for exception in &one.pair.exceptions {
            by_cause.entry(&exception.cause).or_default().push(format!("`{}`", exception.change));
        }
        for (cause, changes) in by_cause {
            let _ = writeln!(text, "\nOf {}, {cause}: {}.", one.name(), changes.join(", "));
        }
    }
    if of(Relation::Strangers).next().is_none() {
        return text;
    }
    text += "\n| strangers | names in common | recall | of rustdoc's | trait impls in common | recall | of rustdoc's |\n\
        |---|--:|--:|--:|--:|--:|--:|\n";
    for one in of(Relation::Strangers) {
        let dimension = &one.compared.dimension;
        let row = |ratio: &ghostlib_model::Ratio, overlap: &crate::oracle::compare::Overlap| {
            format!("{} | {:.3} | {:.3}", ratio.n, ratio.share().unwrap_or_default(), overlap.recall())
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            one.name(),
            row(&dimension.path.recall, &one.rustdoc.names),
            row(&dimension.trait_impl.recall, &one.rustdoc.impls),
        );
    }
    text
}
