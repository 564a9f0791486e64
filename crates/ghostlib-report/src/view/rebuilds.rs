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

/// `its spec holds on 3 of 3 fresh rebuilds (100 %; 95 % Wilson interval: 43.8 % to 100 %)`
///
/// Fresh ones are those that were made to confirm the spec; where none were, all rebuilds of it are told. An attempt
/// that left no candidate is one that does not pass.
pub(super) fn on_how_many(summary: &RunSummary, it: &IterationSummary) -> String {
    let target = summary.options.as_ref().map(|options| options.target);
    let passes = |one: &AttemptSummary| {
        one.evaluation.as_ref().is_some_and(|evaluation| shortfall(evaluation, target).is_none())
    };
    let of_purpose = |purpose: Option<Purpose>| -> Ratio {
        let alike =
            of_spec(summary, it).filter(|other| purpose.is_none_or(|purpose| other.purpose == purpose));
        alike.flat_map(|other| &other.attempts).fold(Ratio::default(), |sum, one| sum.and(passes(one)))
    };
    let fresh = of_purpose(Some(Purpose::Confirm));
    let (rebuilds, noun) =
        if fresh.of > 0 { (fresh, "fresh rebuild") } else { (of_purpose(None), "rebuild") };
    let [low, high] = rebuilds.interval().map_or([None; 2], |ends| ends.map(Some));
    format!(
        "its spec holds on {} of {} ({}; 95 % Wilson interval: {} to {})",
        rebuilds.n,
        count(rebuilds.of, noun),
        percent(rebuilds.share()),
        percent(low),
        percent(high),
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
