//! The differences for people.

use super::{Differences, Library, columns};
use crate::console::{BAD, BOLD, DIM, WARN, counted, say, styled, visible};
use ghostlib_diff::{CopyReport, MatchedBy, SourceTree, Structure, Unseen};
use ghostlib_model::{Finding, Place, SpecStand};
use std::collections::BTreeMap;

/// More lines of one place are not shown with a finding.
const MAX_LINES: usize = 6;
/// More places of one kind are not listed.
const MAX_LISTED: usize = 12;
/// More requirements of one finding are not named.
const MAX_STATED: usize = 4;

/// Whether what the spec states is told with each finding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Shown,
    /// There is no spec.
    Unknown,
}

pub(super) fn print(reference: &Library, candidate: &Library, differences: &Differences, stands: Stands) {
    let Differences { comparison, findings, structure, copied, others, .. } = differences;
    for (item, findings) in by_item(findings) {
        say(styled(BOLD, visible(item)));
        for one in findings {
            finding(one, &reference.tree, &candidate.tree);
            if stands == Stands::Shown {
                say(styled(DIM, format!("       {}", stand(&one.spec))));
            }
        }
        say("");
    }
    let api = &comparison.dimension;
    say(format!(
        "api: {} items found by path, {} with their signature, {} trait implementations",
        api.path.recall, api.signature.recall, api.trait_impl.recall
    ));
    bodies_in_short(structure);
    copies("copy check", copied);
    for other in others {
        copies(&format!("copy check with {}", other.folder.display()), &other.copied);
    }
    if let Some(behaviour) = &differences.behaviour {
        super::behaviour::print(behaviour);
    }
    if let Some(power) = &differences.power {
        super::power::print(power);
    }
    for (side, unseen) in [("reference", &reference.api.unseen), ("candidate", &candidate.api.unseen)] {
        print_unseen(side, unseen);
    }
}

/// The findings of each item with what belongs to it, the items with the most important findings first.
fn by_item(findings: &[Finding]) -> Vec<(&str, Vec<&Finding>)> {
    let mut items: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        items.entry(item_of(&finding.subject)).or_default().push(finding);
    }
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort_by_key(|(_, findings)| findings.iter().map(|finding| finding.priority).min());
    items
}

/// The type or function that a subject belongs to: `m::Table` of `m::Table::new` and of `<m::Table as Clone>`.
fn item_of(subject: &str) -> &str {
    let path = subject.trim_start_matches("#[error] ");
    // `error::<Error as Display>::fmt`
    let path = path.split_once('<').map_or(path, |(modules, owner)| {
        let is_owner = modules.is_empty() || modules.ends_with("::");
        if is_owner { owner.trim_start_matches('&') } else { modules }
    });
    let path = path.split([' ', '<']).next().unwrap_or(path);
    let mut end = 0;
    for name in path.split("::") {
        end += name.len();
        if name.starts_with(char::is_uppercase) {
            return &path[..end];
        }
        end += "::".len();
    }
    path
}

fn finding(finding: &Finding, reference: &SourceTree, candidate: &SourceTree) {
    let style = if finding.blocks() { BAD } else { WARN };
    let (priority, rule) = (styled(style, finding.priority), styled(DIM, &finding.rule));
    say(format!("    {priority} {rule} {}", visible(&finding.message)));
    let sides = [("reference", &finding.reference), ("candidate", &finding.candidate)];
    let places: Vec<_> =
        sides.iter().filter_map(|(side, at)| at.as_ref().map(|at| format!("{side} {at}"))).collect();
    if !places.is_empty() {
        say(styled(DIM, format!("       at {}", places.join(", "))));
    }
    if let (Some(here), Some(there)) = (&finding.reference, &finding.candidate) {
        let (here, there) = (lines(reference, here, MAX_LINES), lines(candidate, there, MAX_LINES));
        if here != there {
            columns::show(&here, &there);
        }
    }
    if !finding.advice.is_empty() {
        say(styled(DIM, format!("       {}", visible(finding.advice.lines().next().unwrap_or_default()))));
    }
}

/// The lines of a place.
fn lines(tree: &SourceTree, place: &Place, max: usize) -> String {
    let Some(file) = tree.files.iter().find(|file| *file.path == *place.file) else { return String::new() };
    let (first, last) = (place.line.saturating_sub(1), place.end_line);
    let n_lines = usize::try_from(last.saturating_sub(first)).unwrap_or(max).min(max);
    let lines = file.text.lines().skip(usize::try_from(first).unwrap_or(0)).take(n_lines);
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn bodies_in_short(structure: &Structure) {
    let n_known = structure.pairs.len() + structure.missing.len();
    let n_equal = structure.pairs.iter().filter(|pair| pair.similarity >= 1.0).count();
    let n_elsewhere = structure.pairs.iter().filter(|pair| pair.by != MatchedBy::Path).count();
    say(format!(
        "bodies: {} of {} in the candidate too, {n_elsewhere} elsewhere or under another name, {n_equal} word for word; no part of any score",
        structure.pairs.len(),
        counted(n_known, "function"),
    ));
}

/// What the spec states, in a line.
fn stand(stand: &SpecStand) -> String {
    let listed = |ids: &[String]| {
        let (shown, rest) = ids.split_at(ids.len().min(MAX_STATED));
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        format!("{}{more}", shown.join(", "))
    };
    match stand {
        SpecStand::Speaks(ids) => format!("the spec states it: {}", listed(ids)),
        SpecStand::Contradicts(ids) => format!("the spec states something else: {}", listed(ids)),
        SpecStand::Silent => "the spec is silent".to_owned(),
    }
}

fn copies(what: &str, copied: &CopyReport) {
    say(format!(
        "{what}: fingerprints {:.2}, verbatim {:.2}, longest run {}{}",
        copied.fingerprint,
        copied.verbatim,
        counted(copied.longest_run, "token"),
        if copied.alarmed { "; this looks copied" } else { "" }
    ));
    for run in copied.places.iter().take(if copied.alarmed { MAX_LISTED } else { 0 }) {
        say(styled(
            DIM,
            format!("    {} at {}, as at {}", counted(run.n_tokens, "token"), run.candidate, run.reference),
        ));
    }
}

fn print_unseen(side: &str, unseen: &[Unseen]) {
    for one in unseen.iter().take(MAX_LISTED) {
        say(format!("not seen without a compiler, in the {side}: {} at {}", visible(&one.what), one.place));
    }
    if unseen.len() > MAX_LISTED {
        say(format!("and {} more, in the {side}; `--json` lists all", unseen.len() - MAX_LISTED));
    }
}

/// The matched functions whose bodies differ.
pub(super) fn print_bodies(reference: &SourceTree, candidate: &SourceTree, structure: &Structure) {
    for pair in structure.pairs.iter().filter(|pair| pair.similarity < 1.0) {
        let (here, there) = (&pair.reference, &pair.candidate);
        let name = if here.path == there.path {
            here.path.clone()
        } else {
            format!("{} → {}", here.path, there.path)
        };
        say("");
        say(styled(BOLD, visible(&name)));
        let how = format!("matched by {}, {:.0} % alike", pair.by, pair.similarity * 100.0);
        say(styled(DIM, format!("       {how}; {} and {}", here.place, there.place)));
        columns::show(
            &lines(reference, &here.place, usize::MAX),
            &lines(candidate, &there.place, usize::MAX),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_type_is_told_with_it() {
        for (subject, item) in [
            ("m::Table::new", "m::Table"),
            ("<m::Table as Display>", "m::Table"),
            ("<&Table as IntoIterator>", "Table"),
            ("m::split", "m::split"),
            ("error::<Error as Display>::fmt", "Error"),
            ("<Box<[u8]> as FromHex>", "Box"),
            ("#[error] Error::Io", "Error"),
            ("", ""),
        ] {
            assert_eq!(item_of(subject), item, "{subject}");
        }
    }
}
