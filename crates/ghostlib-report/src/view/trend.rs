//! The dimensions over the iterations, and what lines added to the spec brought.

use super::fidelity::{Measure, bar, headline, weighing};
use super::revision::{is_change, n_added_lines};
use super::text::{UNKNOWN, count, percent, points};
use ghostlib_model::IterationSummary;
use serde::Serialize;

/// The dimensions over the iterations.
#[derive(Serialize)]
pub(super) struct Trend {
    iterations: Vec<u32>,
    rows: Vec<TrendRow>,
}

#[derive(Serialize)]
struct TrendRow {
    name: &'static str,
    cells: Vec<TrendCell>,
}

#[derive(Serialize)]
struct TrendCell {
    percent: String,
    /// Both numbers of the share, where there is one attempt.
    figures: String,
    /// How far the attempts lie apart, where there are several.
    spread: String,
    bar: Option<String>,
}

/// One share over the attempts of an iteration.
struct Spread {
    known: Vec<f64>,
    n_unknown: usize,
}

/// The dimensions of all iterations, once one has been measured.
pub(super) fn trend(iterations: &[IterationSummary]) -> Option<Trend> {
    let measured = |it: &IterationSummary| -> Vec<Vec<Measure>> {
        it.evaluations().map(|(_, evaluation)| weighing(evaluation)).collect()
    };
    let columns: Vec<_> = iterations.iter().map(|it| (it, measured(it))).collect();
    let names: Vec<_> = columns
        .iter()
        .find_map(|(_, measured)| measured.first())?
        .iter()
        .map(|measure| measure.name)
        .collect();
    let cell = |it: &IterationSummary, measured: &[Vec<Measure>], row: usize| {
        let figures = measured.first().and_then(|all| all.get(row)).map(|measure| measure.figures.clone());
        let shares = measured.iter().map(|all| all.get(row).and_then(|measure| measure.share));
        Spread::of(it, shares).cell(figures.unwrap_or_default())
    };
    let row = |(i, name): (usize, &&'static str)| TrendRow {
        name,
        cells: columns.iter().map(|(it, measured)| cell(it, measured, i)).collect(),
    };
    let mut rows: Vec<_> = names.iter().enumerate().map(row).collect();
    let headlines = iterations.iter().map(|it| Spread::of_headlines(it).cell(String::new()));
    rows.push(TrendRow { name: "Headline", cells: headlines.collect() });
    Some(Trend { iterations: iterations.iter().map(|it| it.iteration).collect(), rows })
}

/// What the lines brought that were added to the spec between two iterations, in a sentence without its full stop;
/// nothing, if no revision changed it or nothing was measured with its spec.
pub(super) fn gain(before: &IterationSummary, after: &IterationSummary) -> Option<String> {
    let changes: Vec<_> = before.revisions.iter().filter(|one| is_change(one)).collect();
    let is_its_spec = changes.last()?.to == after.spec.hash;
    if !is_its_spec || after.evaluations().next().is_none() {
        return None;
    }
    let n_added = changes.iter().map(|revision| n_added_lines(revision)).sum();
    let [old, new] = [before, after].map(Spread::of_headlines);
    let told = |spread: &Spread| {
        let known = count(spread.known.len(), "known candidate");
        let unknown =
            if spread.n_unknown > 0 { format!(", {} unknown", spread.n_unknown) } else { String::new() };
        format!("{} ({known}{unknown})", percent(spread.mean()))
    };
    let change = format!(
        "the mean headline was {} in iteration {} and is {} in iteration {}",
        told(&old),
        before.iteration,
        told(&new),
        after.iteration
    );
    let lines = count(n_added, "line");
    Some(match old.mean().zip(new.mean()) {
        None => format!("{change}, so that what the {lines} added to the spec brought is unknown"),
        Some((old, new)) if n_added == 0 => {
            format!("{change}: {} without any line added to the spec", points(new - old))
        }
        Some((old, new)) => format!(
            "{change}: {} with {lines} added to the spec, or {} for every 10 added lines",
            points(new - old),
            points((new - old) * 10.0 / as_number(n_added))
        ),
    })
}

impl Spread {
    /// `shares` are those of the attempts that were measured; of the others nothing is known.
    fn of(it: &IterationSummary, shares: impl Iterator<Item = Option<f64>>) -> Self {
        let known: Vec<f64> = shares.flatten().filter(|share| share.is_finite()).collect();
        let n_unknown = it.attempts.len().saturating_sub(known.len());
        Self { known, n_unknown }
    }

    fn of_headlines(it: &IterationSummary) -> Self {
        Self::of(it, it.evaluations().map(|(_, evaluation)| headline(Some(evaluation), None).share))
    }

    fn mean(&self) -> Option<f64> {
        (!self.known.is_empty()).then(|| self.known.iter().sum::<f64>() / as_number(self.known.len()))
    }

    fn cell(&self, figures: String) -> TrendCell {
        if self.known.is_empty() {
            let (figures, spread) = (String::new(), String::new());
            return TrendCell { percent: UNKNOWN.into(), figures, spread, bar: None };
        }
        let is_alone = self.known.len() + self.n_unknown == 1;
        TrendCell {
            percent: percent(self.mean()),
            figures: if is_alone { figures } else { String::new() },
            spread: if is_alone { String::new() } else { self.words() },
            bar: bar(self.mean()),
        }
    }

    fn words(&self) -> String {
        let least = self.known.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let known = match self.known.len() {
            1 => "of 1 attempt".into(),
            n if percent(Some(least)) == percent(Some(most)) => format!("the same in {n} attempts"),
            n => format!("mean of {n} attempts, from {} to {}", percent(Some(least)), percent(Some(most))),
        };
        if self.n_unknown == 0 { known } else { format!("{known}; unknown in {}", self.n_unknown) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn as_number(n: usize) -> f64 {
    n as f64
}
