//! The suite's result as a page.

use super::attempt::Attempt;
use super::trial::{Arena, Outcome};
use std::fmt::Write;

/// One attempt, and how it went everywhere.
pub(super) struct Row {
    pub(super) family: &'static str,
    pub(super) attempt: Attempt,
    pub(super) bare: Outcome,
    /// One a backend; none if it could not be shown to succeed bare.
    pub(super) cells: Vec<Outcome>,
    /// Whether each backend declares to hold it.
    pub(super) declared: Vec<bool>,
}

impl Row {
    /// What is not as it must be.
    pub(super) fn complaints(&self) -> Vec<String> {
        let id = &self.attempt.id;
        let cells = self.cells.iter().zip(&self.declared);
        cells
            .filter_map(|cell| match cell {
                (Outcome::Through, true) => {
                    Some(format!("{id} gets through, against {}", self.attempt.guarantee))
                }
                (Outcome::NotBegun(words), _) => Some(format!("{id} did not begin: {words}")),
                _ => None,
            })
            .collect()
    }

    fn is_shown(&self) -> bool {
        self.bare.is_through()
    }
}

/// One line with what counts.
pub(super) fn summary(rows: &[Row]) -> String {
    let n_shown = rows.iter().filter(|row| row.is_shown()).count();
    let cells: Vec<(&Outcome, bool)> =
        rows.iter().flat_map(|row| row.cells.iter().zip(row.declared.clone())).collect();
    let count = |is_declared: bool, is_through: bool| {
        cells
            .iter()
            .filter(|(it, declared)| *declared == is_declared && it.is_through() == is_through)
            .count()
    };
    let not_shown: Vec<&str> =
        rows.iter().filter(|row| !row.is_shown()).map(|row| row.attempt.id.as_str()).collect();
    let mut text = format!(
        "{} attempts, {n_shown} of them shown to succeed bare; where the guarantee is declared, {} got through and {} \
         were held; where it is not, {} got through and {} were held",
        rows.len(),
        count(true, true),
        count(true, false),
        count(false, true),
        count(false, false),
    );
    if !not_shown.is_empty() {
        let _ = write!(text, "; not shown bare here: {}", not_shown.join(", "));
    }
    text
}

/// The page, for the backends in the order of the rows' cells.
pub(super) fn table(backends: &[Arena], rows: &[Row]) -> String {
    let names: Vec<String> = backends.iter().map(Arena::name).collect();
    let mut text = format!(
        "# Attempts to get out\n\n{}\n\n{}.\n\n{}\n",
        "Made by `cargo run -p ghostlib-testkit -- escapes --markdown docs/src/escapes.md`; a test of the gate runs the same.",
        summary(rows),
        "Each attempt is first made without a sandbox, where it must succeed, and then in each backend. **held**: it failed \
         there. **through**: it succeeded. In parentheses: the backend does not declare the guarantee on this machine, so \
         nothing was promised. One that cannot succeed bare on this machine shows nothing, and is counted as such."
    );
    let mut family = "";
    for row in rows {
        if row.family != family {
            family = row.family;
            let heads = names.join(" | ");
            let _ = write!(
                text,
                "\n## {family}\n\n| attempt | what it tries | attacks | bare | {heads} |\n|---|---|---|---|{}\n",
                "---|".repeat(names.len())
            );
        }
        let _ = writeln!(text, "{}", line(row, names.len()));
    }
    text
}

fn line(row: &Row, n_backends: usize) -> String {
    let Attempt { id, title, guarantee, .. } = &row.attempt;
    let bare = if row.is_shown() { "through" } else { "not shown" };
    let cells: Vec<String> = (0..n_backends).map(|n| cell(row, n)).collect();
    format!("| `{id}` | {title} | `{guarantee}` | {bare} | {} |", cells.join(" | "))
}

fn cell(row: &Row, n: usize) -> String {
    let Some(outcome) = row.cells.get(n) else { return "–".into() };
    let word = match outcome {
        Outcome::Through => "through",
        Outcome::Held(_) => "held",
        Outcome::NotBegun(_) => "did not begin",
    };
    if row.declared[n] { format!("**{word}**") } else { format!("({word})") }
}
