//! The front matter of a slice.

use super::choice::Choice;
use super::names::Names;
use super::{Cut, SliceOf};
use crate::edit::quoted;
use crate::front_matter::divide;
use crate::shown::without_keys;
use crate::{FrontMatter, Spec};
use ghostlib_model::{Waived, Waiver};
use std::fmt::Write as _;

/// A document whose front matter speaks of what the slice has, and says that it is one. A document without front matter
/// stays as it is.
pub(super) fn sliced(
    document: &str,
    spec: &Spec,
    (cut, names): (&Cut, &Names),
    choice: &Choice,
    vector_files: &[String],
) -> String {
    let Some(yaml) = divide(document).yaml else { return document.to_owned() };
    if document[yaml].trim_start().starts_with('{') {
        let own = format!(
            "{{slice: {{of: {}, only: {}}}, ",
            quoted(&cut.slice.of.to_string()),
            list(&cut.slice.only)
        );
        return document.replacen('{', &own, 1);
    }
    let front = &spec.front_matter;
    let mut keys = vec!["slice"];
    let mut added = String::new();
    if *front.vectors != *vector_files {
        keys.push("vectors");
        if !vector_files.is_empty() {
            let _fits = writeln!(added, "vectors: {}", list(vector_files));
        }
    }
    let aliases = kept_aliases(spec, front, choice);
    if aliases.len() < front.aliases.len() {
        keys.push("aliases");
        let pairs: Vec<String> = aliases.iter().map(|(old, new)| format!("{old}: {new}")).collect();
        if !pairs.is_empty() {
            let _fits = writeln!(added, "aliases: {{{}}}", pairs.join(", "));
        }
    }
    let waivers: Vec<&Waiver> = front.waivers.iter().filter(|waiver| is_needed(waiver, names)).collect();
    if waivers.len() < front.waivers.len() {
        keys.push("waivers");
        if !waivers.is_empty() {
            let _fits =
                write!(added, "waivers:\n{}", waivers.iter().map(|one| written(one)).collect::<String>());
        }
    }
    added.push_str(&own(&cut.slice));
    let kept = without_keys(document, &keys);
    let end = divide(&kept).yaml.map_or(0, |yaml| yaml.end);
    [&kept[..end], &added, &kept[end..]].concat()
}

fn own(slice: &SliceOf) -> String {
    format!("slice:\n  of: {}\n  only: {}\n", quoted(&slice.of.to_string()), list(&slice.only))
}

fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}

/// The aliases of the requirements that are kept.
fn kept_aliases<'s>(spec: &Spec, front: &'s FrontMatter, choice: &Choice) -> Vec<(&'s String, &'s String)> {
    let leads_there = |old: &str| {
        let mut kept = choice.kept.keys().map(|at| &spec.requirements[*at]);
        kept.any(|requirement| requirement.aliases.iter().any(|alias| alias.as_str() == old))
    };
    front.aliases.iter().filter(|(old, _)| leads_there(old)).collect()
}

/// Whether a waiver may be about something that the slice has.
fn is_needed(waiver: &Waiver, names: &Names) -> bool {
    let name = match &waiver.of {
        Waived::Item(name) | Waived::Operation(name) | Waived::Input(name, _) | Waived::Pattern(name, _) => {
            name
        }
    };
    let meant = names.meant(name);
    meant.is_empty() || meant.iter().any(|at| names.is_kept(*at))
}

/// A waiver as an item of YAML, in which JSON is what it is.
fn written(waiver: &Waiver) -> String {
    let reason = quoted(&waiver.reason);
    let what = match &waiver.of {
        Waived::Item(name) => format!("item: {}", quoted(name)),
        Waived::Operation(name) => format!("operation: {}", quoted(name)),
        Waived::Input(name, input) => format!("operation: {}, input: {input}", quoted(name)),
        Waived::Pattern(name, pattern) => {
            format!("operation: {}, pattern: {}", quoted(name), quoted(pattern))
        }
    };
    format!("  - {{{what}, reason: {reason}}}\n")
}
