//! Asking whether a spec is trusted that somebody else has written.

use crate::console::{BOLD, Silence, WARN, styled, visible, warn};
use crate::diagnostics::Texts;
use crate::reviewer::typed;
use ghostlib_run::LoadedSpec;
use ghostlib_run::vendored::{Suspicions, suspicions};
use std::io::{self, IsTerminal};

/// Shows what is suspicious about a spec, and asks whoever sits at a terminal. `yes` is the answer that was given before.
pub(in crate::commands) fn is_trusted(spec: &LoadedSpec, yes: bool) -> bool {
    let found = suspicions(spec);
    show(&found);
    if !found.is_suspicious() || yes {
        return true;
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        warn("Nothing was started. Read the spec; if it is all right, say so with `--yes`.");
        return false;
    }
    let _silence = Silence::begin();
    warn("Is it to be given to the agent all the same? (y)es or (n)o");
    typed().is_some_and(|answer| matches!(answer.as_str(), "y" | "yes"))
}

fn show(found: &Suspicions) {
    let texts = Texts::of(&found.sources);
    if found.is_suspicious() {
        warn(styled(BOLD, "The spec was written by somebody else, and this is suspicious about it:"));
    }
    for diagnostic in &found.diagnostics {
        warn(texts.draw(diagnostic));
    }
    for sentence in &found.unusual {
        warn(format!("{}: {}", styled(WARN, "unusual"), visible(sentence)));
    }
    for sentence in &found.notes {
        warn(format!("note: {}", visible(sentence)));
    }
}
