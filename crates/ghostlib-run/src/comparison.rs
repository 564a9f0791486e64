//! Two runs of one reference, held against each other.
//!
//! The unit is a rebuild: whether one run is better than the other is decided from its rebuilds alone. Pairs of vectors and of
//! functions show where the rebuilds that there are differ, and say nothing of other rebuilds.

use crate::statistics::{
    MAX_CHANCE, chance_of_groups, chance_of_pairs, interval_of_change, least_chance, mean,
};
use ghostlib_model::{
    ComparedRun, Comparison, ComparisonVerdict, DimensionChange, Evaluation, ItemChange, IterationSummary,
    Paired, Ratio, RunSummary, VectorOutcome,
};
use std::collections::{BTreeMap, BTreeSet};

/// Why two runs cannot be held against each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IncomparableError {
    /// Nothing was measured in a run.
    #[error("the run {0} has no rebuild that was measured")]
    NothingMeasured(String),
    /// They are of different references.
    #[error("the runs are of two references: {first} and {second}")]
    References {
        /// That of the first run.
        first: String,
        /// That of the second run.
        second: String,
    },
}

/// Holds the second run against the first.
///
/// # Errors
/// If they are of different references, or nothing was measured in one of them.
pub fn compare_runs(first: &RunSummary, second: &RunSummary) -> Result<Comparison, IncomparableError> {
    let runs = [Rebuilds::of(first)?, Rebuilds::of(second)?];
    let [one, other] = &runs;
    if one.checksum() != other.checksum() {
        return Err(IncomparableError::References { first: one.reference(), second: other.reference() });
    }
    let dimensions = dimensions(one, other);
    let least_chance = least_chance(one.measured.len(), other.measured.len());
    let inputs = |run: &RunSummary| run.options.as_ref().map(|options| (options.cases, options.seed));
    let headline = dimensions.last();
    let verdict = match headline {
        _ if least_chance >= MAX_CHANCE => ComparisonVerdict::TooFew,
        Some(headline) if headline.chance < MAX_CHANCE && headline.change > 0.0 => {
            ComparisonVerdict::SecondBetter
        }
        Some(headline) if headline.chance < MAX_CHANCE => ComparisonVerdict::FirstBetter,
        _ => ComparisonVerdict::NotTold,
    };
    Ok(Comparison {
        reference: one.reference(),
        same_inputs: inputs(first) == inputs(second),
        dimensions,
        vectors: paired(&one.vectors(), &other.vectors()),
        functions: paired(&one.functions(), &other.functions()),
        findings: findings(one, other),
        least_chance,
        verdict,
        runs: runs.map(|run| run.stamp()),
    })
}

/// The rebuilds of one spec in a run.
struct Rebuilds<'a> {
    summary: &'a RunSummary,
    iteration: &'a IterationSummary,
    measured: Vec<&'a Evaluation>,
}

impl<'a> Rebuilds<'a> {
    /// Those of the spec of the best one, or else of the last one that was measured.
    fn of(summary: &'a RunSummary) -> Result<Self, IncomparableError> {
        let best = summary.best_attempt().map(|(iteration, _)| iteration);
        let last = summary.iterations.iter().rev().find(|one| one.evaluations().next().is_some());
        let run = summary.run.as_ref().map(ToString::to_string).unwrap_or_default();
        let iteration = best.or(last).ok_or(IncomparableError::NothingMeasured(run))?;
        let of_spec = summary.iterations.iter().filter(|one| one.spec.hash == iteration.spec.hash);
        let measured = of_spec.flat_map(IterationSummary::evaluations).map(|(_, one)| one).collect();
        Ok(Self { summary, iteration, measured })
    }

    fn checksum(&self) -> Option<&str> {
        Some(self.summary.reference.as_ref()?.checksum.as_str())
    }

    fn reference(&self) -> String {
        let stamp = self.summary.reference.as_ref();
        stamp.map_or_else(String::new, |stamp| {
            format!("{} {} (sha256 {})", stamp.package, stamp.version, stamp.checksum.short())
        })
    }

    fn stamp(&self) -> ComparedRun {
        let target = self.summary.options.as_ref().map_or(1.0, |options| options.target);
        let spec = &self.iteration.spec;
        let agents = self.summary.iterations.iter().filter(|one| one.spec.hash == spec.hash);
        let agents = agents.flat_map(|one| &one.attempts).filter_map(|attempt| attempt.session());
        let agents: BTreeSet<String> = agents.map(|session| session.agent.name.clone()).collect();
        ComparedRun {
            run: self.summary.run.as_ref().map(ToString::to_string).unwrap_or_default(),
            spec: spec.name.clone(),
            version: spec.version.clone(),
            hash: spec.hash.to_string(),
            agents: agents.into_iter().collect(),
            passing: self.measured.iter().fold(Ratio::default(), |sum, one| sum.and(one.passes(target))),
        }
    }

    /// The share of rebuilds that pass each vector. One that the reference fails is not among them.
    fn vectors(&self) -> BTreeMap<String, f64> {
        self.shares(|evaluation| {
            let of = |outcome: &VectorOutcome| match outcome {
                VectorOutcome::Passed => Some(1.0),
                VectorOutcome::Failed(_) => Some(0.0),
                VectorOutcome::Dropped(_) => None,
            };
            let results = evaluation.vectors.iter();
            results.filter_map(|result| Some((result.id.to_string(), of(&result.outcome)?))).collect()
        })
    }

    /// The mean share of inputs on which rebuilds agree with the reference, of each function.
    fn functions(&self) -> BTreeMap<String, f64> {
        self.shares(|evaluation| {
            let functions = evaluation.functions.iter();
            functions.filter_map(|one| Some((one.operation.clone(), one.agreed.share()?))).collect()
        })
    }

    /// The share of rebuilds that have each finding.
    fn findings(&self) -> BTreeMap<String, f64> {
        self.shares(|evaluation| {
            evaluation.findings.iter().map(|one| (format!("{}: {}", one.rule, one.subject), 1.0)).collect()
        })
    }

    /// The mean of each item over all rebuilds; one that lacks it has 0 of it.
    fn shares(&self, items: impl Fn(&Evaluation) -> BTreeMap<String, f64>) -> BTreeMap<String, f64> {
        let of_each: Vec<BTreeMap<String, f64>> = self.measured.iter().map(|one| items(one)).collect();
        let names: BTreeSet<&String> = of_each.iter().flat_map(BTreeMap::keys).collect();
        let share = |name: &String| {
            let values: Vec<f64> =
                of_each.iter().map(|items| items.get(name).copied().unwrap_or(0.0)).collect();
            mean(&values)
        };
        names.into_iter().map(|name| (name.clone(), share(name))).collect()
    }
}

/// Each dimension over the rebuilds, and the headline.
fn dimensions(one: &Rebuilds<'_>, other: &Rebuilds<'_>) -> Vec<DimensionChange> {
    let figures = |evaluation: &Evaluation| -> Vec<(&'static str, f64)> {
        let fidelity = &evaluation.fidelity;
        let parts = fidelity.parts().map(|(name, share)| (name, share.unwrap_or(0.0)));
        parts.into_iter().chain([("headline", fidelity.headline())]).collect()
    };
    let [first, second] =
        [one, other].map(|run| run.measured.iter().map(|one| figures(one)).collect::<Vec<_>>());
    let names: Vec<&str> = first.first().into_iter().flatten().map(|(name, _)| *name).collect();
    let row = |(at, name): (usize, &str)| {
        let column = |run: &[Vec<(&str, f64)>]| -> Vec<f64> { run.iter().map(|row| row[at].1).collect() };
        let (first, second) = (column(&first), column(&second));
        DimensionChange {
            name: name.into(),
            first: mean(&first),
            second: mean(&second),
            change: mean(&second) - mean(&first),
            interval: interval_of_change(&first, &second),
            chance: chance_of_groups(&first, &second),
        }
    };
    names.into_iter().enumerate().map(row).collect()
}

fn paired(first: &BTreeMap<String, f64>, second: &BTreeMap<String, f64>) -> Paired {
    let both: Vec<ItemChange> = first
        .iter()
        .filter_map(|(name, share)| {
            Some(ItemChange { name: name.clone(), first: *share, second: *second.get(name)? })
        })
        .collect();
    let differences: Vec<f64> = both.iter().map(|one| one.second - one.first).collect();
    let only = |these: &BTreeMap<String, f64>, others: &BTreeMap<String, f64>| {
        these.keys().filter(|name| !others.contains_key(*name)).cloned().collect()
    };
    Paired {
        pairs: both.len(),
        change: mean(&differences),
        chance: chance_of_pairs(&differences),
        changed: changed(both),
        only_first: only(first, second),
        only_second: only(second, first),
    }
}

/// Findings that more of one run's rebuilds have than of the other's.
fn findings(one: &Rebuilds<'_>, other: &Rebuilds<'_>) -> Vec<ItemChange> {
    let (first, second) = (one.findings(), other.findings());
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let share = |of: &BTreeMap<String, f64>, name: &String| of.get(name).copied().unwrap_or(0.0);
    let all = names.into_iter().map(|name| ItemChange {
        name: name.clone(),
        first: share(&first, name),
        second: share(&second, name),
    });
    changed(all.collect())
}

/// Those that differ, the largest fall first.
fn changed(mut items: Vec<ItemChange>) -> Vec<ItemChange> {
    let change = |item: &ItemChange| item.second - item.first;
    items.retain(|item| change(item).abs() > f64::EPSILON);
    items.sort_by(|a, b| change(a).total_cmp(&change(b)).then_with(|| a.name.cmp(&b.name)));
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Journal;
    use ghostlib_model::{AttemptSummary, Finding, Priority, Sha256Hex};
    use std::path::Path;
    use std::sync::Arc;

    /// The recorded run of caskbook, with so many rebuilds of its best spec, each a little other than the one before.
    fn run(n: u32, change: impl Fn(&mut Evaluation)) -> RunSummary {
        let journal =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/runs/caskbook/r1/journal.jsonl");
        let mut summary = RunSummary::of(Journal::read(&journal).unwrap());
        let (iteration, best) = summary.best_attempt().unwrap();
        let (mut iteration, best) = (iteration.clone(), best.clone());
        let attempt = |number: u32| {
            let mut attempt = AttemptSummary { attempt: number, ..best.clone() };
            let evaluation = Arc::make_mut(attempt.evaluation.as_mut().unwrap());
            evaluation.fidelity.vectors.all = Ratio::new(900 + number as usize, 1000);
            change(evaluation);
            attempt
        };
        iteration.attempts = (1..=n).map(attempt).collect();
        summary.best = summary.best.map(|best| ghostlib_model::AttemptId { attempt: 1, ..best });
        summary.iterations = vec![iteration];
        summary
    }

    fn with_finding(evaluation: &mut Evaluation) {
        evaluation.fidelity.vectors.all.n -= 50;
        evaluation.findings.push(Finding::new("api-missing", Priority::P1, "Book::x", ""));
    }

    #[test]
    fn four_rebuilds_that_are_all_worse_are_told_apart_and_three_are_not() {
        let compared = compare_runs(&run(4, with_finding), &run(4, |_| {})).unwrap();
        assert_eq!(compared.verdict, ComparisonVerdict::SecondBetter);
        let headline = compared.dimensions.last().unwrap();
        assert!((headline.change - 0.05).abs() < 1e-9 && (headline.chance - 2.0 / 70.0).abs() < 1e-9);
        assert!(headline.interval[0] > 0.04 && headline.interval[1] < 0.06, "{:?}", headline.interval);
        let told = ItemChange { name: "api-missing: Book::x".into(), first: 1.0, second: 0.0 };
        assert_eq!(compared.findings, [told]);
        let verdict =
            |first, second| compare_runs(&run(first, |_| {}), &run(second, with_finding)).unwrap().verdict;
        assert_eq!(verdict(4, 4), ComparisonVerdict::FirstBetter);
        assert_eq!(verdict(3, 3), ComparisonVerdict::TooFew);
        let same = compare_runs(&run(5, |_| {}), &run(5, |_| {})).unwrap();
        assert_eq!(same.verdict, ComparisonVerdict::NotTold);
    }

    #[test]
    fn what_nobody_can_hold_against_each_other_is_refused() {
        let mut other = run(1, |_| {});
        other.reference.as_mut().unwrap().checksum = Sha256Hex::of(b"other");
        let error = compare_runs(&run(1, |_| {}), &other).unwrap_err().to_string();
        assert!(error.contains("of two references: caskbook 0.1.0 (sha256 "), "{error}");
        other.iterations.clear();
        let error = compare_runs(&other, &other).unwrap_err();
        assert_eq!(error, IncomparableError::NothingMeasured("r1".into()));
    }
}
