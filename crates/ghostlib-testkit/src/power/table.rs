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
    /// The same for the vectors of the crate's spec, and for them and the judge together; 0 of 0 without a spec.
    by_vectors: Ratio,
    by_both: Ratio,
}

impl Row {
    pub(super) fn new(
        published: &Published,
        itself: &Behaviour,
        power: &Power,
        killed: &BTreeSet<usize>,
        by_vectors: Option<&BTreeSet<usize>>,
    ) -> Self {
        let n = power.verdicts.len();
        let of_killed: Vec<&Verdict> =
            power.verdicts.iter().filter(|verdict| killed.contains(&verdict.mutant.number)).collect();
        let share = |shows: &dyn Fn(&Verdict) -> bool| {
            Ratio::new(of_killed.iter().filter(|verdict| shows(verdict)).count(), of_killed.len())
        };
        let with_vectors = |shows: &dyn Fn(&Verdict) -> bool| {
            by_vectors.map_or_else(Ratio::default, |those| {
                share(&|verdict| those.contains(&verdict.mutant.number) || shows(verdict))
            })
        };
        Self {
            name: published.to_string(),
            tried: Ratio::new(n, power.mutated.mutants.len()),
            agreement: itself.agreement,
            coverage: itself.coverage,
            false_alarms: power.false_alarms,
            killed: Ratio::new(of_killed.len(), n),
            caught: power.caught(),
            of_killed: share(&Verdict::is_caught),
            with_text: share(&|verdict| verdict.caught.is_some()),
            by_vectors: with_vectors(&|_| false),
            by_both: with_vectors(&Verdict::is_caught),
        }
    }

    /// As it stands in the table.
    pub(super) fn line(&self) -> String {
        format!("| {} | {} |", self.name, self.cells())
    }

    fn cells(&self) -> String {
        let agreement = self.agreement.map_or_else(|| "–".to_owned(), |share| format!("{share:.4}"));
        let Self { killed, caught, of_killed, with_text, by_vectors, by_both, .. } = *self;
        let shares = [killed, caught, of_killed, with_text, by_vectors, by_both].map(share);
        let Self { tried, coverage, false_alarms, .. } = self;
        format!("{tried} | {agreement} | {coverage} | {false_alarms} | {}", shares.join(" | "))
    }
}

fn share(ratio: Ratio) -> String {
    let Some([low, high]) = ratio.interval() else { return "–".to_owned() };
    format!("{ratio} = {:.2} ({low:.2}–{high:.2})", ratio.share().unwrap_or_default())
}

/// The table in Markdown, a row a crate, and their sum.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| crate | mutants | agreement with itself | functions exercised | false alarms | own tests kill | behaviour shows | of those killed | with texts | vectors show | vectors or behaviour show |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(table, "{}", row.line());
    }
    let total = |of: fn(&Row) -> Ratio| -> Ratio { rows.iter().map(of).sum() };
    let shares = [
        total(|row| row.killed),
        total(|row| row.caught),
        total(|row| row.of_killed),
        total(|row| row.with_text),
        total(|row| row.by_vectors),
        total(|row| row.by_both),
    ];
    let [tried, alarms] = [total(|row| row.tried), total(|row| row.false_alarms)];
    table
        + &format!(
            "| **all {}** | {tried} | | | {alarms} | {} |\n",
            rows.len(),
            shares.map(share).join(" | ")
        )
}
