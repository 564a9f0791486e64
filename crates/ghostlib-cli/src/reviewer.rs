//! Asking whoever sits at the terminal what they think of a revision.

use crate::console::{BAD, BOLD, DIM, Silence, say, say_patch, styled, visible, warn};
use crate::environment::variable;
use crate::narrate;
use ghostlib_run::{Opinion, Proposed, Reviewer};
use ghostlib_sandbox::{CommandLine, host};
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

/// Somebody at a terminal.
pub(crate) struct AtTerminal;

/// The most lines of a patch that are shown; the rest is in its file.
const MAX_LINES: usize = 200;

impl AtTerminal {
    /// Somebody to ask, if there is one.
    pub(crate) fn find() -> Option<Self> {
        (io::stdin().is_terminal() && io::stdout().is_terminal()).then_some(Self)
    }
}

impl Reviewer for AtTerminal {
    fn ask(&self, proposed: &Proposed) -> Option<Opinion> {
        let _silence = Silence::begin();
        if proposed.refused.is_empty() {
            show(proposed);
        } else {
            warn(format!("{}: {}", styled(BAD, "the guard refuses that"), proposed.refused.join("; ")));
        }
        loop {
            say("(a)ccept it, (e)dit it, (r)efuse it, or decide (l)ater?");
            match typed()?.as_str() {
                "a" | "accept" => return Some(Opinion::Accept),
                "e" | "edit" if edit(proposed) => return Some(Opinion::Edit),
                "r" | "refuse" => {
                    say("Why? Who revises next is told.");
                    match typed()?.as_str() {
                        "" => {}
                        reason => return Some(Opinion::Refuse(reason.to_owned())),
                    }
                }
                "l" | "later" => return None,
                _ => {}
            }
        }
    }
}

/// What is typed; nothing, when there is no more.
pub(crate) fn typed() -> Option<String> {
    let mut line = String::new();
    let n_bytes = io::stdin().lock().read_line(&mut line).ok()?;
    (n_bytes > 0).then(|| line.trim().to_owned())
}

/// Tells a revision: what it answers, and what it changes.
pub(crate) fn show(proposed: &Proposed) {
    say("");
    say(styled(BOLD, format!("A revision of the spec, after iteration {}", proposed.iteration)));
    say("  answers");
    proposed.findings.iter().for_each(narrate::finding);
    say("  changes");
    for change in &proposed.changes {
        say(format!("    {}", visible(change)));
    }
    say("");
    say_patch(&proposed.patch, MAX_LINES);
    say(styled(DIM, format!("all of it is in {}", proposed.dir.display())));
}

/// Opens the changed files in the user's editor. Whether it ended well.
fn edit(proposed: &Proposed) -> bool {
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(variable).filter(|editor| !editor.is_empty());
    let Some(editor) = editor.and_then(|editor| editor.into_string().ok()) else {
        warn(format!("EDITOR is not set; edit the files in {}, and then say so", proposed.dir.display()));
        say("Done? (y)es, or (n)o");
        return typed().is_some_and(|answer| answer.starts_with('y'));
    };
    let Some(words) = shell_words::split(&editor).ok().filter(|words| !words.is_empty()) else {
        warn(format!("EDITOR is no command: {editor}"));
        return false;
    };
    let changed = proposed.patch.lines().filter_map(|line| line.strip_prefix("+++ b/"));
    let files: Vec<PathBuf> = changed.map(|path| proposed.dir.join("spec").join(path)).collect();
    let command = CommandLine::new(&words[0]).args(&words[1..]).args(files);
    match host::interact(&command) {
        Ok(true) => true,
        Ok(false) => {
            warn("the editor failed; nothing is taken from it");
            false
        }
        Err(error) => {
            warn(format!("{}: {error}", words[0]));
            false
        }
    }
}
