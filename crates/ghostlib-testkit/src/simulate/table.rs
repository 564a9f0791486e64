//! The figures of the crates, as a table.

use super::truth::Truth;
use ghostlib_model::{Ratio, RunEnd, RunSummary};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The figures of one crate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    name: String,
    /// Runs that passed.
    pub(super) converged: Ratio,
    n_iterations: usize,
    n_attempts: usize,
    gaps: Ratio,
    slips: Ratio,
    /// Verdicts that are right.
    pub(super) right: Ratio,
    n_unclear: usize,
    grown_for_slips: Ratio,
}

impl Row {
    pub(super) fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// The figures of one run.
    pub(super) fn of(summary: &RunSummary, truth: &Truth) -> Self {
        Self {
            name: String::new(),
            converged: Ratio::default().and(summary.end == Some(RunEnd::Passed)),
            n_iterations: summary.iterations.len(),
            n_attempts: summary.iterations.iter().map(|iteration| iteration.attempts.len()).sum(),
            gaps: truth.gaps,
            slips: truth.slips,
            right: truth.right(),
            n_unclear: truth.n_unclear,
            grown_for_slips: Ratio::new(truth.n_grown_for_slips, truth.n_changes),
        }
    }

    /// Both together, with the name of the first.
    pub(super) fn plus(self, other: &Self) -> Self {
        let sum = |a: Ratio, b: Ratio| [a, b].into_iter().sum();
        Self {
            name: self.name,
            converged: sum(self.converged, other.converged),
            n_iterations: self.n_iterations + other.n_iterations,
            n_attempts: self.n_attempts + other.n_attempts,
            gaps: sum(self.gaps, other.gaps),
            slips: sum(self.slips, other.slips),
            right: sum(self.right, other.right),
            n_unclear: self.n_unclear + other.n_unclear,
            grown_for_slips: sum(self.grown_for_slips, other.grown_for_slips),
        }
    }

    pub(super) fn line(&self) -> String {
        let share =
            |ratio: Ratio| ratio.share().map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"));
        format!(
            "| {} | {} | {} | {} | {} | {} = {} | {} = {} | {} = {} | {} | {} |",
            self.name,
            self.converged.of,
            self.converged,
            self.n_iterations,
            self.n_attempts,
            self.gaps,
            share(self.gaps),
            self.slips,
            share(self.slips),
            self.right,
            share(self.right),
            self.n_unclear,
            self.grown_for_slips
        )
    }
}

pub(super) fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| crate | runs | converged | iterations | attempts | gaps told right | slips told right | all | unclear | changes for slips |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let together = rows.iter().fold(Row::named("together".into()), Row::plus);
    for row in rows.iter().chain([&together]) {
        let _always_fits = writeln!(table, "{}", row.line());
    }
    table
}
