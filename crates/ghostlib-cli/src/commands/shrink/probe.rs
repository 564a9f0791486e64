//! One try: a run of one iteration, or one that is there already.

use super::Tried;
use crate::error::CliError;
use ghostlib_model::{Evaluation, Gate, RunBudget, RunId, RunOptions, RunSummary, Shown};
use ghostlib_run::store::{Journal, Project};
use ghostlib_run::{Begun, Engine, LoadedSpec};
use std::path::Path;

/// What came of a try.
pub(super) enum Probed {
    /// All its rebuilds were measured.
    Measured(Tried),
    /// They were not, and why.
    Stopped(String),
}

/// What all tries together have used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    seconds: f64,
    tokens: u64,
    usd: f64,
}

impl Spent {
    fn add(&mut self, summary: &RunSummary) {
        let usage = summary.usage();
        self.seconds += summary.iterations.iter().map(|iteration| iteration.seconds).sum::<f64>();
        self.tokens += usage.tokens();
        self.usd += usage.usd.unwrap_or_default();
    }

    /// What is left of a budget; nothing, if that is used up.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds are counted in whole ones"
    )]
    fn left_of(self, budget: RunBudget) -> Option<RunBudget> {
        let left = RunBudget {
            seconds: budget.seconds.map(|max| max.saturating_sub(self.seconds as u64)),
            tokens: budget.tokens.map(|max| max.saturating_sub(self.tokens)),
            usd: budget.usd.map(|max| (max - self.usd).max(0.0)),
        };
        let is_empty =
            left.seconds == Some(0) || left.tokens == Some(0) || left.usd.is_some_and(|usd| usd <= 0.0);
        (!is_empty).then_some(left)
    }
}

/// Rebuilds from what is shown, judged by the whole spec.
pub(super) async fn probe(
    project: &Project,
    engine: &Engine,
    (loaded, path): (&LoadedSpec, &Path),
    options: &RunOptions,
    what: &Shown,
    spent: &mut Spent,
) -> Result<Probed, CliError> {
    let Some(budget) = spent.left_of(options.budget) else {
        return Ok(Probed::Stopped("the budget is used up".into()));
    };
    let asked = RunOptions { shown: what.clone(), ..options.clone() };
    let (run, summary) = match find(project, loaded, &asked)? {
        Some((run, summary)) if summary.end.is_some() => (run, summary),
        Some((run, _)) => {
            let outcome =
                engine.resume(Begun::open(project, &run)?, RunOptions { budget, ..asked.clone() }).await?;
            (outcome.run, outcome.summary)
        }
        None => {
            let outcome = engine.run(path, RunOptions { budget, ..asked.clone() }).await?;
            (outcome.run, outcome.summary)
        }
    };
    spent.add(&summary);
    Ok(measured(run, &summary, &asked))
}

/// The newest run that was asked for the same, by its options but for its budget.
fn find(
    project: &Project,
    loaded: &LoadedSpec,
    asked: &RunOptions,
) -> Result<Option<(RunId, RunSummary)>, CliError> {
    let hash = loaded.stamp().hash;
    for run in project.runs()?.into_iter().rev() {
        let Ok(events) = Journal::read(&project.journal(&run)) else { continue };
        let summary = RunSummary::of(events);
        let is_it = |options: &RunOptions| RunOptions { budget: asked.budget, ..options.clone() } == *asked;
        let is_of_spec = summary.spec.as_ref().is_some_and(|spec| spec.hash == hash);
        // What ended before it measured anything may end otherwise now.
        let is_empty = summary.end.is_some() && measured_of(&summary).len() < n_samples(asked);
        if is_of_spec && !is_empty && summary.options.as_ref().is_some_and(is_it) {
            return Ok(Some((run, summary)));
        }
    }
    Ok(None)
}

fn n_samples(options: &RunOptions) -> usize {
    usize::try_from(options.samples).unwrap_or(usize::MAX)
}

fn measured_of(summary: &RunSummary) -> Vec<&Evaluation> {
    let first = summary.iterations.first();
    first.into_iter().flat_map(ghostlib_model::IterationSummary::evaluations).map(|(_, one)| one).collect()
}

fn measured(run: RunId, summary: &RunSummary, asked: &RunOptions) -> Probed {
    let evaluations = measured_of(summary);
    if evaluations.len() < n_samples(asked) {
        let end = summary.end.as_ref().map_or_else(|| "it has not ended".to_owned(), ToString::to_string);
        return Probed::Stopped(format!(
            "the run {run} measured {} of {} rebuilds: {end}",
            evaluations.len(),
            asked.samples
        ));
    }
    let failing: Vec<&Evaluation> = evaluations.into_iter().filter(|one| !one.passes(asked.target)).collect();
    let fell = failing.iter().min_by(|a, b| a.fidelity.headline().total_cmp(&b.fidelity.headline()));
    Probed::Measured(Tried {
        run,
        what: asked.shown.clone(),
        passes: failing.is_empty(),
        fell: fell.map_or_else(Vec::new, |worst| fallen(worst, asked.target)),
    })
}

/// The gates that fail, and the dimensions under the target.
fn fallen(evaluation: &Evaluation, target: f64) -> Vec<String> {
    let fidelity = &evaluation.fidelity;
    let fails = |gate: &Gate| fidelity.gate(*gate).is_none_or(|result| !result.passed);
    let gates = Gate::ALL.iter().filter(|gate| fails(gate)).map(|gate| format!("{gate:?} fails"));
    let low = fidelity.parts().into_iter().filter(|(_, share)| share.is_none_or(|share| share < target));
    let dimensions = low.map(|(name, share)| match share {
        Some(share) => format!("{name} {share:.3}"),
        None => format!("{name} unknown"),
    });
    let mut all: Vec<String> = gates.chain(dimensions).collect();
    if all.is_empty() {
        all.push("something found blocks".into());
    }
    all
}
