//! What is told of a replacement, for people and for machines.

use crate::console::{BAD, BOLD, DIM, GOOD, counted, say, styled, visible, warn};
use ghostlib_diff::{Extent, How, Used};
use ghostlib_run::replace::{Dependency, Trial, Uses};
use serde_json::{Value, json};
use std::path::Path;

/// More places of one item are counted.
const MAX_PLACES: usize = 3;
/// More tests are counted.
const MAX_TESTS: usize = 10;

/// What the project uses of a dependency, and how much of it that is.
pub(super) fn uses(dependency: &Dependency, uses: &Uses) {
    let who: Vec<String> = dependency.users.iter().map(|user| user.package.clone()).collect();
    say(format!(
        "{} {} is used by {}",
        styled(BOLD, &dependency.package),
        dependency.version,
        visible(&who.join(", "))
    ));
    if !dependency.others.is_empty() {
        let others = visible(&dependency.others.join(", "));
        warn(format!("packages from elsewhere depend on it too, and would get the slice: {others}"));
    }
    let width = uses.used().map(|(_, used)| used.path.len()).max().unwrap_or_default();
    for (_, used) in uses.used() {
        say(format!("  {:width$}  {:8}  {}", visible(&used.path), how(used), styled(DIM, places(used))));
    }
    for (path, place) in uses.unknown() {
        warn(format!(
            "{place}: `{}` is not in the API that can be read; macros and other crates may make it",
            visible(path)
        ));
    }
    say(format!(
        "that is {} of {}, with what they need {}",
        uses.used().count(),
        counted(uses.api.items.len(), "API item"),
        uses.slice.items.len(),
    ));
}

fn how(used: &Used) -> &'static str {
    match used.how.first() {
        _ if used.extent == Extent::Subtree => "exported",
        Some(How::Method) | None => "method",
        Some(_) => "path",
    }
}

fn places(used: &Used) -> String {
    let shown: Vec<String> = used.places.iter().take(MAX_PLACES).map(ToString::to_string).collect();
    let more = used.places.len().saturating_sub(MAX_PLACES);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", shown.join(", "))
}

/// What became of the project's own tests.
pub(super) fn trial(trial: &Trial) {
    let said = format!(
        "of the project's own tests {} pass as it is, and {} with the code in the place of the dependency",
        trial.n_before, trial.n_after
    );
    say(styled(if trial.passed() { GOOD } else { BAD }, said));
    for one in trial.broken.iter().take(MAX_TESTS) {
        say(format!("  {}: {}", visible(&one.test), visible(&one.reason)));
    }
    if trial.broken.len() > MAX_TESTS {
        say(format!("  and {} more", trial.broken.len() - MAX_TESTS));
    }
}

/// How it ended, and what to do next.
pub(super) fn end(dependency: &Dependency, place: &str, code: &Path, (tests, same): (bool, bool)) {
    if tests && same {
        say(format!("wrote {place}, and `[patch.crates-io]` of Cargo.toml leads there"));
        say("look at the changes, then commit them; without the patch the project has the dependency again");
        return;
    }
    warn(format!("the project is left as it is; the code is in {}", code.display()));
    if tests {
        warn(format!(
            "the code differs from {} {}; with `--accept-differences` it is taken all the same",
            dependency.package, dependency.version
        ));
    }
}

pub(super) fn json(dependency: &Dependency, uses: &Uses, more: Option<Value>) -> Value {
    let one_use = |(package, used): (&str, &Used)| {
        json!({
            "item": used.path,
            "by": package,
            "whole": used.extent == Extent::Subtree,
            "how": used.how.iter().map(|how| format!("{how:?}").to_lowercase()).collect::<Vec<_>>(),
            "places": used.places.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    };
    let mut told = json!({
        "dependency": {
            "package": dependency.package,
            "version": dependency.version,
            "features": dependency.features,
            "used_by": dependency.users.iter().map(|user| &user.package).collect::<Vec<_>>(),
            "others": dependency.others,
        },
        "uses": uses.used().map(one_use).collect::<Vec<_>>(),
        "unknown": uses.unknown().map(|(path, place)| json!({"path": path, "place": place.to_string()})).collect::<Vec<_>>(),
        "api_items": uses.api.items.len(),
        "slice_items": uses.slice.items.len(),
    });
    if let (Some(told), Some(Value::Object(more))) = (told.as_object_mut(), more) {
        told.extend(more);
    }
    told
}
