//! What changed, for people: a line a change, word by word where words changed, and counts at the end.

use crate::console::{BAD, BOLD, DIM, GOOD, WARN, say, styled, visible};
use crate::wire::delta::{Ways, counts};
use anstyle::Style;
use ghostlib_model::{Expected, Requirement, Vector};
use ghostlib_spec::Operation;
use ghostlib_spec::delta::{Change, Piece, RequirementChange, SpecDelta, VectorChange, word_diff};
use std::collections::BTreeSet;

pub(super) fn draw(delta: &SpecDelta) {
    heading("requirements", delta.requirements.len());
    for change in &delta.requirements {
        requirement(change, &delta.retired);
    }
    heading("vectors", delta.vectors.len());
    delta.vectors.iter().for_each(vector);
    heading("api", delta.api.len());
    for change in &delta.api {
        plain(change, |one| format!("{}  {}", one.language, one.text));
    }
    heading("operations", delta.operations.len());
    for change in &delta.operations {
        plain(change, |one| signature(one));
    }
    heading("bindings", delta.bindings.len());
    for change in &delta.bindings {
        plain(change, |one| format!("{}, {}  {}", one.operation, one.language, one.expression));
    }
    say(summary(delta));
}

fn heading(name: &str, n_changes: usize) {
    if n_changes > 0 {
        say(styled(BOLD, name));
    }
}

/// One change's first line: a sign, and what it is about.
fn line(sign: &str, style: Style, text: &str) {
    say(format!("  {} {}", styled(style, sign), visible(text)));
}

/// A further line of a change. What it says is made visible already.
fn detail(text: &str) {
    say(format!("      {text}"));
}

fn requirement(change: &Change<&Requirement, BTreeSet<RequirementChange>>, retired: &BTreeSet<&str>) {
    match change {
        Change::Added(new) => {
            line("+", GOOD, &format!("{}  {}", new.id, new.level));
            detail(&visible(&new.text));
        }
        Change::Removed(old) => {
            let how = if retired.contains(old.id.as_str()) { "  retired" } else { "" };
            line("-", BAD, &format!("{}  {}{how}", old.id, old.level));
            detail(&visible(&old.text));
        }
        Change::Changed { old, new, how } => {
            line("~", WARN, &format!("{}  {}", new.id, ways(old, new, how)));
            if how.contains(&RequirementChange::Reworded) {
                if old.lead_in != new.lead_in {
                    let lead_in = |one: &Requirement| one.lead_in.as_deref().unwrap_or_default().to_owned();
                    detail(&words(&lead_in(old), &lead_in(new)));
                }
                detail(&words(&old.text, &new.text));
            }
        }
    }
}

/// How a requirement changed: `weakened from MUST to SHOULD, reworded`.
fn ways(old: &Requirement, new: &Requirement, how: &BTreeSet<RequirementChange>) -> String {
    let way = |way: &RequirementChange| match way {
        RequirementChange::Weakened | RequirementChange::Reversed | RequirementChange::Strengthened => {
            format!("{way} from {} to {}", old.level, new.level)
        }
        RequirementChange::Renamed => format!("renamed from {}", old.id),
        RequirementChange::Moved => {
            format!("moved from {} to {}", section(old), section(new))
        }
        RequirementChange::Reworded => way.to_string(),
    };
    how.iter().map(way).collect::<Vec<_>>().join(", ")
}

fn section(requirement: &Requirement) -> String {
    let last = requirement.section.last().map_or("the beginning", String::as_str);
    format!("\"{last}\"")
}

fn vector(change: &Change<&Vector, BTreeSet<VectorChange>>) {
    let called = |one: &Vector| format!("{} {}", one.input, outcome(&one.expected));
    match change {
        Change::Added(new) => line("+", GOOD, &format!("{}  {}", new.id, called(new))),
        Change::Removed(old) => line("-", BAD, &format!("{}  {}", old.id, called(old))),
        Change::Changed { old, new, how } => {
            line("~", WARN, &format!("{}  {}", new.id, how.words().join(", ")));
            if how.contains(&VectorChange::Renamed) {
                detail(&words(old.id.as_str(), new.id.as_str()));
            }
            if how.contains(&VectorChange::Input) {
                detail(&words(&old.input.to_string(), &new.input.to_string()));
            }
            if how.contains(&VectorChange::Expected) {
                detail(&words(&outcome(&old.expected), &outcome(&new.expected)));
            }
        }
    }
}

fn outcome(expected: &Expected) -> String {
    format!("→ {expected}")
}

fn signature(operation: &Operation) -> String {
    let parameters = operation.parameters.iter();
    let parameters: Vec<_> =
        parameters.map(|one| format!("{}{}", one.name, if one.is_optional { "?" } else { "" })).collect();
    let output = operation.output.as_ref().map_or_else(String::new, |output| format!(" → {output}"));
    format!("{}({}){output}", operation.name, parameters.join(", "))
}

fn plain<T>(change: &Change<T>, text: impl Fn(&T) -> String) {
    match change {
        Change::Added(new) => line("+", GOOD, &text(new)),
        Change::Removed(old) => line("-", BAD, &text(old)),
        Change::Changed { old, new, .. } => {
            say(format!("  {} {}", styled(WARN, "~"), words(&text(old), &text(new))));
        }
    }
}

/// One text as it becomes another, with marks that also show without colours.
fn words(old: &str, new: &str) -> String {
    let piece = |piece: Piece| match piece {
        Piece::Kept(text) => visible(&text),
        Piece::Removed(text) => styled(BAD, format!("[-{}-]", visible(&text))),
        Piece::Added(text) => styled(GOOD, format!("{{+{}+}}", visible(&text))),
    };
    word_diff(old, new).into_iter().map(piece).collect::<Vec<_>>().join(" ")
}

fn summary(delta: &SpecDelta) -> String {
    let counted = |(what, counts): (&str, std::collections::BTreeMap<String, usize>)| {
        let counts: Vec<_> = counts.iter().map(|(way, n)| format!("{n} {way}")).collect();
        (!counts.is_empty()).then(|| format!("{what}: {}", counts.join(", ")))
    };
    let all: Vec<_> = counts(delta).into_iter().filter_map(counted).collect();
    if all.is_empty() { styled(DIM, "nothing changed") } else { all.join("; ") }
}
