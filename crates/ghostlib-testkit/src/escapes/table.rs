//! The suite's result as a page.

use super::attempt::Attempt;
use super::trial::{Arena, Outcome, Promise};
use std::fmt::Write;

/// One attempt, and how it went everywhere.
pub(super) struct Row {
    pub(super) family: &'static str,
    pub(super) attempt: Attempt,
    pub(super) bare: Outcome,
    /// One an arena; none if it could not be shown to succeed bare.
    pub(super) cells: Vec<Cell>,
}

/// How it went in one arena, and what that had promised.
pub(super) struct Cell {
    pub(super) outcome: Outcome,
    pub(super) promise: Promise,
}

impl Row {
    /// What is not as it must be.
    pub(super) fn complaints(&self) -> Vec<String> {
        let id = &self.attempt.id;
        self.cells
            .iter()
            .filter_map(|cell| match (&cell.outcome, cell.promise) {
                (_, Promise::Unknown) => None,
                (Outcome::Through, Promise::Declared) => {
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
    let count = |promise: Promise, is_through: bool| {
        let cells = rows.iter().flat_map(|row| &row.cells);
        cells.filter(|it| it.promise == promise && it.outcome.is_through() == is_through).count()
    };
    let not_shown: Vec<&str> =
        rows.iter().filter(|row| !row.is_shown()).map(|row| row.attempt.id.as_str()).collect();
    let mut text = format!(
        "{} attempts, {n_shown} of them shown to succeed bare; where the guarantee is declared, {} got through and {} \
         were held; where it is not, {} got through and {} were held",
        rows.len(),
        count(Promise::Declared, true),
        count(Promise::Declared, false),
        count(Promise::NotDeclared, true),
        count(Promise::NotDeclared, false),
    );
    if !not_shown.is_empty() {
        let _ = write!(text, "; not shown bare here: {}", not_shown.join(", "));
    }
    text
}

/// What others than our own backends held, counted by itself.
fn summary_beside(name: &str, n: usize, rows: &[Row]) -> String {
    let count = |is_it: fn(&Outcome) -> bool| {
        rows.iter().filter_map(|row| row.cells.get(n)).filter(|cell| is_it(&cell.outcome)).count()
    };
    format!(
        "In {name}, {} attempts got through and {} were held; {} could not be made, {} did not begin.",
        count(|it| *it == Outcome::Through),
        count(|it| matches!(it, Outcome::Held(_))),
        count(|it| *it == Outcome::NotMade),
        count(|it| matches!(it, Outcome::NotBegun(_))),
    )
}

/// The page, for the arenas in the order of the rows' cells.
pub(super) fn table(arenas: &[Arena], rows: &[Row]) -> String {
    let names: Vec<String> = arenas.iter().map(Arena::name).collect();
    let mut text = format!(
        "# Attempts to get out\n\n{}\n\n{}.\n\n{}\n",
        "Made by `cargo run -p ghostlib-testkit -- escapes --markdown docs/src/escapes.md`; a test of the gate runs the same.",
        summary(rows),
        "Each attempt is first made without a sandbox, where it must succeed, and then in each backend. **held**: it failed \
         there. **through**: it succeeded. In parentheses: the backend does not declare the guarantee on this machine, so \
         nothing was promised. One that cannot succeed bare on this machine shows nothing, and is counted as such."
    );
    for (n, arena) in arenas.iter().enumerate() {
        if let Arena::Runtime(runtime) = arena {
            let beside = summary_beside(&names[n], n, rows);
            let _ = write!(text, "\n{}\n\n{beside}\n", runtime.description());
        }
    }
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

fn line(row: &Row, n_arenas: usize) -> String {
    let Attempt { id, title, guarantee, .. } = &row.attempt;
    let bare = if row.is_shown() { "through" } else { "not shown" };
    let cells: Vec<String> = (0..n_arenas).map(|n| cell(row, n)).collect();
    format!("| `{id}` | {title} | `{guarantee}` | {bare} | {} |", cells.join(" | "))
}

fn cell(row: &Row, n: usize) -> String {
    let Some(Cell { outcome, promise }) = row.cells.get(n) else { return "–".into() };
    let word = match outcome {
        Outcome::Through => "through",
        Outcome::Held(_) => "held",
        Outcome::NotBegun(_) => "did not begin",
        Outcome::NotMade => return "–".into(),
    };
    match promise {
        Promise::Declared => format!("**{word}**"),
        Promise::NotDeclared => format!("({word})"),
        Promise::Unknown => word.into(),
    }
}
