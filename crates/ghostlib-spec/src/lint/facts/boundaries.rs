//! Values that no row of a table of thresholds claims, or that two of them do.

use super::phrase::has_word;
use super::quantity::Quantity;
use super::range::{End, same};
use super::threshold::{Threshold, ThresholdRow};
use super::{Facts, Report};
use crate::Code;
use ghostlib_model::Place;

pub(super) fn check(_facts: &Facts, thresholds: &[Threshold], report: &mut Report) {
    for threshold in thresholds {
        check_table(threshold, report);
    }
}

/// Two rows, one of which ends where the other starts.
struct Border<'a> {
    lower: &'a ThresholdRow,
    upper: &'a ThresholdRow,
    /// The end of the lower row and the start of the upper.
    end: &'a End,
    start: &'a End,
}

fn check_table(threshold: &Threshold, report: &mut Report) {
    let borders = borders(threshold);
    let n_gaps = borders.iter().filter(|border| border.is_wide_gap()).count();
    // Rows that are far apart are no parts of one whole: codes, examples.
    let is_partition = n_gaps * 2 < borders.len().max(1) && !threshold.has_rest;
    let is_ordered = says_order(threshold);
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

/// Whether the section says that the first row that matches is taken.
fn says_order(threshold: &Threshold) -> bool {
    let markdown = &threshold.file.document.markdown;
    let mut proses = markdown.proses().filter(|prose| prose.section == threshold.section);
    proses.any(|prose| {
        let words = prose.words.to_lowercase();
        words.contains("first match") || words.contains("in order") || words.contains("top to bottom")
            || words.contains("in this order") || has_word(&words, &["precedence", "sequentially"])
    })
}

/// The places where one row stops and the next begins, in the order of their values.
fn borders<'a>(threshold: &'a Threshold) -> Vec<Border<'a>> {
    let mut rows: Vec<&ThresholdRow> = threshold.rows.iter().collect();
    let low = |row: &ThresholdRow| row.range.low.as_ref().map_or(f64::NEG_INFINITY, |low| low.quantity.base());
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
