use crate::console::{BOLD, DIM, counted, say, say_json, styled, visible, warn};
use crate::environment::current_dir;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_model::{
    ComparedRun, Comparison, ComparisonVerdict, DimensionChange, ItemChange, Paired, RunSummary,
};
use ghostlib_run::compare_runs;
use ghostlib_run::store::{Journal, Project};

/// Hold two runs of one reference against each other: what changed, and whether chance explains it.
///
/// Compared are the rebuilds of one spec of each run: that of its best rebuild, or else the last one that was measured. Each
/// run's figures are means over its rebuilds. Runs of another project come with `ghostlib import`.
#[derive(Args)]
pub(crate) struct CompareArgs {
    /// The run that is compared with, such as `r1`.
    first: String,
    /// The run that is compared.
    second: String,
}

/// The most vectors, functions or findings that are told one by one.
const MAX_TOLD: usize = 10;

pub(crate) fn compare(args: &CompareArgs, json: bool) -> Result<Verdict, CliError> {
    let project = Project::at(current_dir()?);
    let summary = |run: &str| -> Result<RunSummary, CliError> {
        let run = project.find_run(Some(run))?;
        Ok(RunSummary::of(Journal::read(&project.journal(&run))?))
    };
    let comparison = compare_runs(&summary(&args.first)?, &summary(&args.second)?)?;
    if json {
        say_json(&comparison);
    } else {
        print(&comparison);
    }
    Ok(Verdict::Passed)
}

fn print(comparison: &Comparison) {
    let [first, second] = &comparison.runs;
    say(format!("{} {}", styled(BOLD, "reference"), visible(&comparison.reference)));
    print_run(first);
    print_run(second);
    if !comparison.same_inputs {
        warn("they tried other generated inputs: behaviour and coverage are compared over different ones");
    }
    say("");
    let (a, b) = (&first.run, &second.run);
    say(styled(DIM, format!("{:<15}{a:>9}{b:>9}   change  95 % interval     chance", "")));
    comparison.dimensions.iter().for_each(print_dimension);
    print_paired("vectors", &comparison.vectors, [a, b]);
    print_paired("functions", &comparison.functions, [a, b]);
    print_items("findings that more rebuilds of one run have", &comparison.findings);
    say("");
    say(styled(BOLD, verdict(comparison)));
}

fn print_run(run: &ComparedRun) {
    say(format!(
        "{:<9} spec {} {} {}, by {}: {}, {} pass",
        styled(BOLD, &run.run),
        visible(&run.spec),
        visible(&run.version),
        run.hash.get(..12).unwrap_or(&run.hash),
        visible(&run.agents.join(", ")),
        counted(run.passing.of, "rebuild"),
        run.passing.n
    ));
}

fn print_dimension(one: &DimensionChange) {
    let [low, high] = one.interval.map(points);
    let interval = format!("{low} to {high}");
    say(format!(
        "{:<15}{:>9}{:>9} {:>8}  {interval:<16}{:>8}",
        one.name,
        percent(one.first),
        percent(one.second),
        points(one.change),
        percent(one.chance)
    ));
}

fn print_paired(what: &str, paired: &Paired, [first, second]: [&str; 2]) {
    let n_worse = paired.changed.iter().filter(|one| one.second < one.first).count();
    let n_better = paired.changed.len() - n_worse;
    let chance = paired
        .chance
        .map_or_else(String::new, |chance| format!("; chance gives so much in {}", percent(chance)));
    say("");
    say(format!(
        "{} of {}: {n_better} better, {n_worse} worse, {} the same, by {} on average{chance}",
        styled(BOLD, what),
        counted(paired.pairs, "pair"),
        paired.pairs - paired.changed.len(),
        points(paired.change)
    ));
    list(&paired.changed);
    for (run, names) in [(first, &paired.only_first), (second, &paired.only_second)] {
        if !names.is_empty() {
            say(styled(DIM, format!("  {} in {run} alone", names.len())));
        }
    }
}

fn print_items(what: &str, items: &[ItemChange]) {
    if !items.is_empty() {
        say("");
        say(format!("{}: {}", styled(BOLD, what), items.len()));
        list(items);
    }
}

/// The changes that are largest, to either side.
fn list(items: &[ItemChange]) {
    let mut items: Vec<&ItemChange> = items.iter().collect();
    items.sort_by(|a, b| (b.second - b.first).abs().total_cmp(&(a.second - a.first).abs()));
    for one in items.iter().take(MAX_TOLD) {
        let name: String = visible(&one.name).chars().take(100).collect();
        say(format!("  {:>7} → {:>7}  {name}", percent(one.first), percent(one.second)));
    }
    if items.len() > MAX_TOLD {
        say(styled(DIM, format!("  and {} more: `--json` has all", items.len() - MAX_TOLD)));
    }
}

fn verdict(comparison: &Comparison) -> String {
    let [first, second] = &comparison.runs;
    let (a, b, n, m) = (&first.run, &second.run, first.passing.of, second.passing.of);
    let headline = comparison.dimensions.last();
    let chance = headline.map_or_else(String::new, |headline| percent(headline.chance));
    match comparison.verdict {
        ComparisonVerdict::FirstBetter => {
            format!(
                "{a} is better than {b} with {n} and {m} rebuilds: chance gives such headlines in {chance}"
            )
        }
        ComparisonVerdict::SecondBetter => {
            format!(
                "{b} is better than {a} with {n} and {m} rebuilds: chance gives such headlines in {chance}"
            )
        }
        ComparisonVerdict::NotTold => format!(
            "{a} and {b} cannot be told apart with {n} and {m} rebuilds: chance gives such headlines in {chance}"
        ),
        ComparisonVerdict::TooFew => format!(
            "{a} and {b} cannot be told apart with {n} and {m} rebuilds, whatever their figures are: chance gives the \
             largest difference in {}. Four of each can be",
            percent(comparison.least_chance)
        ),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A change in percentage points.
fn points(change: f64) -> String {
    format!("{:+.1}", change * 100.0)
}
