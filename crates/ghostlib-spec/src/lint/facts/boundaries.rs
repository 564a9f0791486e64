//! Values that no row of a table of thresholds claims, or that two of them do.

use super::quantity::Quantity;
use super::range::{End, same};
use super::threshold::{Threshold, ThresholdRow};
use super::{Facts, File, Report};
use crate::Code;
use crate::markdown::{Prose, SectionId};
use ghostlib_model::Place;
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts, thresholds: &[Threshold], report: &mut Report) {
    if thresholds.is_empty() {
        return;
    }
    for file in facts.documents() {
        let ordered = sections_with_order(file);
        for threshold in thresholds.iter().filter(|threshold| std::ptr::eq(threshold.file, file)) {
            check_table(threshold, ordered.contains(&threshold.section), report);
        }
    }
}

/// The sections that say that the first row that matches is taken.
fn sections_with_order(file: &File) -> BTreeSet<SectionId> {
    const PHRASES: [&str; 5] =
        ["first match", "in order", "in this order", "top to bottom", "takes precedence"];
    let says = |prose: &Prose| {
        let words = prose.words.to_lowercase();
        PHRASES.iter().any(|phrase| words.contains(phrase))
    };
    file.document.markdown.proses().filter(says).map(|prose| prose.section).collect()
}

/// Two rows, one of which ends where the other starts.
struct Border<'a> {
    lower: &'a ThresholdRow,
    upper: &'a ThresholdRow,
    /// The end of the lower row and the start of the upper.
    end: &'a End,
    start: &'a End,
}

fn check_table(threshold: &Threshold, is_ordered: bool, report: &mut Report) {
    let borders = borders(threshold);
    let n_gaps = borders.iter().filter(|border| border.is_wide_gap()).count();
    // Rows that are far apart are no parts of one whole: codes, examples.
    let is_partition = n_gaps * 2 < borders.len().max(1) && !threshold.has_rest;
    for border in &borders {
        let file = threshold.file;
        let place = |row: &ThresholdRow| file.place(row.span);
        if border.is_gap() && is_partition {
            gap(border, place(border.upper), &place(border.lower), report);
        } else if border.is_overlap() && !is_ordered {
            overlap(border, place(border.upper), &place(border.lower), report);
        }
    }
}

/// The places where one row stops and the next begins, in the order of their values.
fn borders<'a>(threshold: &'a Threshold) -> Vec<Border<'a>> {
    let mut rows: Vec<&ThresholdRow> = threshold.rows.iter().collect();
    let low =
        |row: &ThresholdRow| row.range.low.as_ref().map_or(f64::NEG_INFINITY, |low| low.quantity.base());
    rows.sort_by(|a, b| low(a).total_cmp(&low(b)));
    let pairs = rows.iter().zip(rows.iter().skip(1));
    let border = |(lower, upper): (&&'a ThresholdRow, &&'a ThresholdRow)| {
        let (end, start) = (lower.range.high.as_ref()?, upper.range.low.as_ref()?);
        Some(Border { lower, upper, end, start })
    };
    pairs.filter_map(border).collect()
}

impl Border<'_> {
    /// The finest step in which the two rows speak, in the base unit.
    fn step(&self) -> f64 {
        let ends = self.lower.range.ends().chain(self.upper.range.ends());
        ends.map(|end| end.quantity.step()).fold(f64::INFINITY, f64::min)
    }

    /// Whether the two ends can be compared: a month and a day cannot.
    fn is_comparable(&self) -> bool {
        let (end, start) = (&self.end.quantity.unit, &self.start.quantity.unit);
        end == start || end.is_exact && start.is_exact
    }

    /// The values that lie between, in the base unit.
    fn width(&self) -> f64 {
        self.start.quantity.base() - self.end.quantity.base()
    }

    fn is_gap(&self) -> bool {
        // Ends that both belong to their rows may be neighbours: 4 and 5.
        let allowed = if self.both_inclusive() { self.step() } else { 0.0 };
        let is_apart = self.width() > allowed && !same(self.width(), allowed);
        self.is_comparable() && (is_apart || self.excludes_the_border())
    }

    /// Whether more lies between than one step of the unit in which the ends are written.
    fn is_wide_gap(&self) -> bool {
        let step = self.end.quantity.step().max(self.start.quantity.step());
        self.is_comparable() && self.width() > step * 1.000_001
    }

    /// `< 5` and `> 5`: nobody has 5.
    fn excludes_the_border(&self) -> bool {
        same(self.width(), 0.0) && !self.end.is_inclusive && !self.start.is_inclusive
    }

    fn both_inclusive(&self) -> bool {
        self.end.is_inclusive && self.start.is_inclusive
    }

    fn is_overlap(&self) -> bool {
        let is_bounded = self.lower.range.low.is_some() || !self.upper.range.is_point();
        let touches = same(self.width(), 0.0) && self.both_inclusive();
        let crosses = self.width() < 0.0 && !same(self.width(), 0.0);
        self.is_comparable() && is_bounded && (touches || crosses)
    }
}

fn gap(border: &Border, place: Place, lower: &Place, report: &mut Report) {
    let what = if same(border.width(), 0.0) {
        shown(&border.end.quantity)
    } else {
        format!("what lies between {} and {}", shown(&border.end.quantity), shown(&border.start.quantity))
    };
    let message = format!(
        "no row claims {what}: `{}` stops before, at {}, and `{}` starts behind",
        border.lower.source,
        super::line_of(lower),
        border.upper.source
    );
    let help = "write both ends in the finer unit, or say `< {the next row's start}`, so that each value has one row";
    report.add(Code::BoundaryGap.at(place, message).help(help).into());
}

fn overlap(border: &Border, place: Place, lower: &Place, report: &mut Report) {
    let message = format!(
        "`{}` and `{}` at {} both claim {}",
        border.upper.source,
        border.lower.source,
        super::line_of(lower),
        shown(&border.start.quantity)
    );
    let help = "let one of the two rows exclude the value, or say that the first row that matches is taken";
    report.add(Code::BoundaryOverlap.at(place, message).help(help).into());
}

/// `44 minutes`.
pub(super) fn shown(quantity: &Quantity) -> String {
    let n_decimals = usize::try_from(quantity.n_decimals).unwrap_or(0);
    let number = format!("{:.n_decimals$}", quantity.number);
    let unit = &quantity.unit.name;
    let is_word = unit.len() > 2 && unit.chars().all(char::is_lowercase);
    match unit.as_str() {
        "" => number,
        "%" => format!("{number} %"),
        unit if is_word && number != "1" => format!("{number} {unit}s"),
        unit => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn table(rows: &[&str]) -> String {
        let rows: Vec<_> = rows.iter().map(|row| format!("| {row} | \"x{{n}}\" |\n")).collect();
        format!("# Ages\n\n## age(seconds) → string\n\n| Age | Output |\n|---|---|\n{}", rows.concat())
    }

    fn reports(rows: &[&str]) -> Vec<String> {
        found(&table(rows), "age: []\n")
    }

    #[test]
    fn what_no_row_claims_is_a_gap() {
        assert_eq!(
            reports(&["0–59 seconds", "60 seconds – 59 minutes", "1 hour or more"]),
            ["boundary-gap SPEC.md:9"]
        );
        assert_eq!(reports(&["0–9", "10–19", "21–29", "30+"]), ["boundary-gap SPEC.md:9"]);
        assert_eq!(reports(&["< 5", "> 5"]), ["boundary-gap SPEC.md:8"]);
        assert_eq!(
            reports(&["0 <= n < 10", "12 <= n < 20", "20 <= n < 30", "n >= 30"]),
            ["boundary-gap SPEC.md:8"]
        );
    }

    #[test]
    fn what_two_rows_claim_is_an_overlap() {
        assert_eq!(reports(&["0–10", "10–20", "21+"]), ["boundary-overlap SPEC.md:8"]);
        assert_eq!(reports(&["90–100", "80–90", "0–79"]), ["boundary-overlap SPEC.md:7"]);
        assert_eq!(reports(&["0–60 seconds", "1–5 minutes", "> 5 minutes"]), ["boundary-overlap SPEC.md:8"]);
    }

    #[test]
    fn neighbours_and_rows_that_are_read_in_order_are_neither() {
        for rows in [
            &["0–44 seconds", "45–89 seconds", "90+ seconds"][..],
            &["0–0.9", "1.0–1.9", "2.0+"],
            &["< 10", "< 100", "< 1000", "≥ 1000"],
            &[">= 90", ">= 80", "otherwise"],
            &["0–9", "20–29", "any other"],
            // A month has no fixed length.
            &["0–45 days", "2–11 months", "1 year or more"],
            // Codes, not parts of one whole.
            &["100–199", "400–499"],
            &["1", "2", "5"],
            &["v1.0–v1.5", "v2.0–v2.1"],
        ] {
            assert_eq!(reports(rows), [""; 0], "{rows:?}");
        }
        let ordered = format!("{}\nThe first match wins.\n", table(&["0–10", "10–20", "20+"]));
        assert_eq!(found(&ordered, "age: []\n"), [""; 0]);
    }
}
