//! What was found, for people and for machines.

use super::{Found, ShrinkArgs, Tried};
use crate::console::{BOLD, DIM, GOOD, WARN, counted, say, styled, visible, warn};
use ghostlib_run::LoadedSpec;
use serde_json::{Value, json};

/// What became of one statement.
enum Fate {
    LeftOut,
    Needed(usize),
    NotTried,
}

impl Found {
    fn fate(&self, statement: usize) -> Fate {
        match self.search.needed_by(statement) {
            Some(number) => Fate::Needed(number),
            None if self.search.left_out().contains(&statement) => Fate::LeftOut,
            None => Fate::NotTried,
        }
    }
}

/// One try in a line.
pub(super) fn tried(tried: &Tried, n_statements: usize) -> String {
    let end = if tried.passes { "passes".to_owned() } else { format!("falls: {}", tried.fell.join(", ")) };
    format!("Without {} more: {end} (run {})", counted(n_statements, "statement"), tried.run)
}

pub(super) fn print(args: &ShrinkArgs, before: &LoadedSpec, found: &Found) {
    say("");
    say(styled(BOLD, "What each statement is worth"));
    for (at, statement) in found.all.iter().enumerate() {
        let name = visible(&statement.to_string());
        say(match found.fate(at) {
            Fate::LeftOut => format!("  {} {name}", styled(DIM, "left out without loss ")),
            Fate::Needed(number) => {
                let tried = &found.tries[number];
                format!(
                    "  {} {name}: {}, run {}",
                    styled(GOOD, "needed                "),
                    tried.fell.join(", "),
                    tried.run
                )
            }
            Fate::NotTried => format!("  {} {name}", styled(WARN, "not tried             ")),
        });
    }
    let [was, is] = [before.stamp(), found.smaller.stamp()];
    say("");
    say(format!(
        "{}: {} bytes of {}, {} of {} requirements, {} of {} vectors; {}",
        styled(BOLD, "the smallest spec that passed"),
        is.bytes,
        was.bytes,
        is.n_requirements,
        was.n_requirements,
        is.n_vectors,
        was.n_vectors,
        tries(found.tries.len()),
    ));
    if let Some(why) = &found.stopped {
        warn(format!("{} not tried: {why}", counted(found.search.n_left(), "statement")));
    }
    if let Some(into) = &args.into {
        say(format!("wrote {}", into.display()));
    }
}

fn tries(n: usize) -> String {
    if n == 1 { "1 try".into() } else { format!("{n} tries") }
}

pub(super) fn json(args: &ShrinkArgs, before: &LoadedSpec, found: &Found) -> Value {
    let statement = |at: usize| {
        let one = &found.all[at];
        let (fate, by) = match found.fate(at) {
            Fate::LeftOut => ("left-out", None),
            Fate::Needed(number) => ("needed", found.tries.get(number)),
            Fate::NotTried => ("not-tried", None),
        };
        json!({
            "statement": one.to_string(),
            "fate": fate,
            "fell": by.map(|tried| &tried.fell),
            "run": by.map(|tried| &tried.run),
        })
    };
    let tried = |one: &Tried| json!({"run": one.run, "shown": one.what.to_string(), "passes": one.passes, "fell": one.fell});
    json!({
        "statements": (0..found.all.len()).map(statement).collect::<Vec<_>>(),
        "tries": found.tries.iter().map(tried).collect::<Vec<_>>(),
        "before": before.stamp(),
        "after": found.smaller.stamp(),
        "stopped": found.stopped,
        "into": args.into,
    })
}
