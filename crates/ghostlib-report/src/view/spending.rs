//! Where the time of a run went, and what it used of its models and of its budget.

use super::sessions::{used, worked};
use super::text::{count, duration, plain, thousands};
use ghostlib_model::{IterationSummary, RunSummary};
use serde::Serialize;

/// What was spent.
#[derive(Serialize)]
pub(crate) struct Spending {
    total: String,
    used: String,
    kinds: Vec<Kind>,
    iterations: Vec<Spent>,
    budget: Vec<BudgetLine>,
}

/// A kind of work, and its share of the time.
#[derive(Serialize)]
struct Kind {
    name: &'static str,
    class: &'static str,
    time: String,
    /// Where its part of the bar begins and how long it is, from 0 to 100.
    x: String,
    width: String,
}

#[derive(Serialize)]
struct Spent {
    n: u32,
    time: String,
    rows: Vec<SpentRow>,
}

#[derive(Serialize)]
struct SpentRow {
    what: String,
    note: String,
    class: &'static str,
    time: String,
    width: String,
    used: String,
}

#[derive(Serialize)]
struct BudgetLine {
    what: &'static str,
    used: String,
    limit: String,
}

/// A step of the run that takes time.
struct Step {
    kind: usize,
    what: String,
    note: String,
    seconds: f64,
    used: String,
}

const KINDS: [(&str, &str); 4] =
    [("Implementers", "work"), ("Evaluation", "judge"), ("Attribution", "blame"), ("Revisers", "mend")];

/// Nothing, before an iteration has begun.
pub(crate) fn spending(summary: &RunSummary) -> Option<Spending> {
    let steps: Vec<(&IterationSummary, Vec<Step>)> =
        summary.iterations.iter().map(|it| (it, steps(it))).collect();
    let all = || steps.iter().flat_map(|(_, steps)| steps);
    let longest = all().map(|step| step.seconds).fold(1e-9, f64::max);
    let total: f64 = all().map(|step| step.seconds).sum();
    let mut x = 0.0;
    let kind = |(i, (name, class)): (usize, (&'static str, &'static str))| {
        let seconds: f64 = all().filter(|step| step.kind == i).map(|step| step.seconds).sum();
        let width = seconds / total.max(1e-9) * 100.0;
        let begins = x;
        x += width;
        Kind { name, class, time: duration(seconds), x: number(begins), width: number(width) }
    };
    let spent = |(it, steps): &(&IterationSummary, Vec<Step>)| Spent {
        n: it.iteration,
        time: duration(steps.iter().map(|step| step.seconds).sum()),
        rows: steps.iter().map(|step| SpentRow::of(step, longest)).collect(),
    };
    let usage = summary.usage();
    (!steps.is_empty()).then(|| Spending {
        total: duration(total),
        used: if usage.tokens() == 0 { "unknown".into() } else { used(Some(&usage)) },
        kinds: KINDS.into_iter().enumerate().map(kind).collect(),
        iterations: steps.iter().map(spent).collect(),
        budget: budget(summary, total),
    })
}

fn steps(it: &IterationSummary) -> Vec<Step> {
    let mut steps = Vec::new();
    for session in worked(it) {
        steps.push(Step {
            kind: if session.what.starts_with("Reviser") { 3 } else { 0 },
            note: format!("session {}", plain(session.id.as_str(), 120)),
            what: session.what,
            seconds: session.seconds,
            used: used(session.usage.as_ref()),
        });
    }
    for attempt in it.attempts.iter().filter(|attempt| attempt.evaluation.is_some()) {
        let times = attempt.evaluation.iter().flat_map(|evaluation| &evaluation.times);
        let phases = times.map(|time| format!("{} {}", plain(&time.phase, 60), duration(time.seconds)));
        steps.push(Step {
            kind: 1,
            what: format!("Evaluation of attempt {}.{}", it.iteration, attempt.attempt),
            note: phases.collect::<Vec<_>>().join(", "),
            seconds: attempt.evaluation_seconds,
            used: String::new(),
        });
    }
    if let Some(attribution) = &it.attribution {
        let note = count(attribution.cases.len(), "case");
        let what = "Attribution: who must change".into();
        steps.push(Step { kind: 2, what, note, seconds: it.attribution_seconds, used: String::new() });
    }
    steps.iter_mut().filter(|step| !step.seconds.is_finite()).for_each(|step| step.seconds = 0.0);
    steps.sort_by_key(|step| step.kind);
    steps
}

impl SpentRow {
    fn of(step: &Step, longest: f64) -> Self {
        Self {
            what: step.what.clone(),
            note: step.note.clone(),
            class: KINDS[step.kind].1,
            time: duration(step.seconds),
            width: number(step.seconds / longest * 100.0),
            used: step.used.clone(),
        }
    }
}

/// What was used of each limit that the run has.
fn budget(summary: &RunSummary, total: f64) -> Vec<BudgetLine> {
    let Some(options) = &summary.options else { return Vec::new() };
    let (budget, usage) = (options.budget, summary.usage());
    let number = |n: u64| thousands(usize::try_from(n).unwrap_or(usize::MAX));
    #[expect(clippy::cast_precision_loss, reason = "a budget is shorter than 2^52 seconds")]
    let time = |seconds: u64| duration(seconds as f64);
    let money = |usd: f64| format!("{usd:.2} US dollars");
    let lines = [
        budget.seconds.map(|limit| ("Time", duration(total), time(limit))),
        budget.tokens.map(|limit| ("Tokens", number(usage.tokens()), number(limit))),
        budget.usd.map(|limit| ("Money", usage.usd.map_or_else(|| "unknown".into(), money), money(limit))),
    ];
    lines.into_iter().flatten().map(|(what, used, limit)| BudgetLine { what, used, limit }).collect()
}

fn number(share: f64) -> String {
    format!("{share:.2}")
}
