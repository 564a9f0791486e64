//! On how many rebuilds a spec holds.

use super::fidelity::shortfall;
use super::text::{count, percent};
use ghostlib_model::{AttemptSummary, IterationSummary, Purpose, Ratio, RunOptions, RunSummary};

/// Below this number of candidates of one spec, figures are a smoke run.
const FEWEST: usize = 5;

/// How many attempts an iteration makes, or has made where that was changed meanwhile.
pub(super) fn planned(it: &IterationSummary, options: Option<&RunOptions>) -> usize {
    let asked = options.map_or(1, |options| match it.purpose {
        Purpose::Explore => options.samples,
        Purpose::Confirm => options.confirm,
    });
    it.attempts.len().max(usize::try_from(asked).unwrap_or(1)).max(1)
}

/// The rebuilds of an iteration's spec that pass, of those that were made to confirm it; where none were, of all of it.
/// An attempt that left no candidate is one that does not pass.
pub(super) fn fresh(summary: &RunSummary, it: &IterationSummary) -> Ratio {
    let target = summary.options.as_ref().map(|options| options.target);
    let of_purpose = |purpose: Option<Purpose>| -> Ratio {
        let alike =
            of_spec(summary, it).filter(|other| purpose.is_none_or(|purpose| other.purpose == purpose));
        let passes = |one: &AttemptSummary| {
            one.evaluation.as_ref().is_some_and(|evaluation| shortfall(evaluation, target).is_none())
        };
        alike.flat_map(|other| &other.attempts).fold(Ratio::default(), |sum, one| sum.and(passes(one)))
    };
    let confirming = of_purpose(Some(Purpose::Confirm));
    if confirming.of > 0 { confirming } else { of_purpose(None) }
}

/// `on 3 of 3 fresh rebuilds of its spec (100 %; 95 % Wilson interval: 43.8 % to 100 %)`
pub(super) fn on_how_many(rebuilds: Ratio) -> String {
    let Some([low, high]) = rebuilds.interval() else {
        return "on an unknown number of fresh rebuilds".into();
    };
    format!(
        "on {} of {} of its spec ({}; 95 % Wilson interval: {} to {})",
        rebuilds.n,
        count(rebuilds.of, "fresh rebuild"),
        percent(rebuilds.share()),
        percent(Some(low)),
        percent(Some(high)),
    )
}

/// Why the figures say little of how often they would come again, if they do.
pub(super) fn smoke(summary: &RunSummary, it: &IterationSummary) -> Option<String> {
    let n = of_spec(summary, it).flat_map(IterationSummary::evaluations).count();
    (n < FEWEST).then(|| {
        format!(
            "Smoke run: {} of this spec {} measured. Figures from fewer than five candidates of one spec show what \
             happened, and not how often it would happen again.",
            count(n, "candidate"),
            if n == 1 { "was" } else { "were" }
        )
    })
}

/// The iterations that had the spec of `it`.
fn of_spec<'a>(
    summary: &'a RunSummary,
    it: &'a IterationSummary,
) -> impl Iterator<Item = &'a IterationSummary> {
    summary.iterations.iter().filter(|other| other.spec.hash == it.spec.hash)
}
