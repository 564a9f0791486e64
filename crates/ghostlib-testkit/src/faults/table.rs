//! The figures of many faults, as a table.

use super::judge::Verdict;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The figures of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) seeded: usize,
    pub(super) found: usize,
    pub(super) alone: usize,
    pub(super) right_rule: usize,
    pub(super) right_line: usize,
    /// How many faults each rule reported.
    pub(super) rules: BTreeMap<String, usize>,
}

impl Row {
    pub(super) fn count(&mut self, verdict: &Verdict) {
        self.seeded += 1;
        self.found += usize::from(verdict.is_found());
        self.alone += usize::from(verdict.is_alone());
        self.right_rule += usize::from(verdict.is_right_rule);
        self.right_line += usize::from(verdict.is_right_line);
        for rule in &verdict.rules {
            *self.rules.entry(rule.clone()).or_default() += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        self.seeded += other.seeded;
        self.found += other.found;
        self.alone += other.alone;
        self.right_rule += other.right_rule;
        self.right_line += other.right_line;
        for (rule, n) in &other.rules {
            *self.rules.entry(rule.clone()).or_default() += n;
        }
    }

    fn cells(&self) -> String {
        let rules: Vec<_> = self.rules.iter().map(|(rule, n)| format!("{rule} {n}")).collect();
        let Self { seeded, found, alone, right_rule, right_line, .. } = self;
        format!("{seeded} | {found} | {alone} | {right_rule} | {right_line} | {}", rules.join(", "))
    }
}

/// The table in Markdown, a row a kind, and their sum.
pub(super) fn markdown(rows: &[(&str, Row)]) -> String {
    let mut table = String::from(
        "| kind | seeded | found | alone | right rule | right line | reported by |\n|---|---|---|---|---|---|---|\n",
    );
    let mut total = Row::default();
    for (kind, row) in rows {
        let _ = writeln!(table, "| {kind} | {} |", row.cells());
        total.add(row);
    }
    table + &format!("| **all {} kinds** | {} |\n", rows.len(), total.cells())
}
