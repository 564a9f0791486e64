//! The figures of the crates, as a table.

use crate::published::Published;
use ghostlib_model::Ratio;
use ghostlib_run::{Behaviour, Power, Verdict};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The figures of one crate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    name: String,
    /// The mutants that were tried, of those that compile.
    tried: Ratio,
    agreement: Option<f64>,
    coverage: Ratio,
    /// Tries with no mutant active that showed something.
    false_alarms: Ratio,
    /// Of the mutants that were tried.
    killed: Ratio,
    caught: Ratio,
    /// Of those that the own tests kill: what the judge catches, and what it catches or tells by a text.
    of_killed: Ratio,
    with_text: Ratio,
}

impl Row {
    pub(super) fn new(
        published: &Published,
        itself: &Behaviour,
        power: &Power,
        killed: &BTreeSet<usize>,
    ) -> Self {
        let n = power.verdicts.len();
        let is_killed = |verdict: &&Verdict| killed.contains(&verdict.mutant.number);
        let of_killed = || power.verdicts.iter().filter(is_killed);
        let n_killed = of_killed().count();
        Self {
            name: published.to_string(),
            tried: Ratio::new(n, power.mutated.mutants.len()),
            agreement: itself.agreement,
            coverage: itself.coverage,
            false_alarms: power.false_alarms,
            killed: Ratio::new(n_killed, n),
            caught: power.caught(),
            of_killed: Ratio::new(of_killed().filter(|verdict| verdict.is_caught()).count(), n_killed),
            with_text: Ratio::new(of_killed().filter(|verdict| verdict.caught.is_some()).count(), n_killed),
        }
    }

    /// As it stands in the table.
    pub(super) fn line(&self) -> String {
        format!("| {} | {} |", self.name, self.cells())
    }

    fn cells(&self) -> String {
        let agreement = self.agreement.map_or_else(|| "–".to_owned(), |share| format!("{share:.4}"));
        let shares = [self.killed, self.caught, self.of_killed, self.with_text].map(share);
        let Self { tried, coverage, false_alarms, .. } = self;
        format!("{tried} | {agreement} | {coverage} | {false_alarms} | {}", shares.join(" | "))
    }
}

fn share(ratio: Ratio) -> String {
    let Some([low, high]) = ratio.interval() else { return "–".to_owned() };
    format!("{ratio} = {:.2} ({low:.2}–{high:.2})", ratio.share().unwrap_or_default())
}

fn sum(ratios: impl Iterator<Item = Ratio>) -> Ratio {
    ratios.fold(Ratio::default(), |sum, one| Ratio::new(sum.n + one.n, sum.of + one.of))
}

/// The table in Markdown, a row a crate, and their sum.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| crate | mutants | agreement with itself | functions exercised | false alarms | own tests kill | behaviour shows | of those killed | with texts |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(table, "{}", row.line());
    }
    let total = |of: fn(&Row) -> Ratio| sum(rows.iter().map(of));
    let shares = [
        total(|row| row.killed),
        total(|row| row.caught),
        total(|row| row.of_killed),
        total(|row| row.with_text),
    ];
    let [tried, alarms] = [total(|row| row.tried), total(|row| row.false_alarms)];
    table
        + &format!(
            "| **all {}** | {tried} | | | {alarms} | {} |\n",
            rows.len(),
            shares.map(share).join(" | ")
        )
}
