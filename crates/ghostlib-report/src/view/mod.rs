//! The run as both formats show it: text that is ready to be escaped, in the order of the page.

mod about;
pub(crate) mod apart;
mod attempt;
mod attribution;
pub(crate) mod chart;
mod fidelity;
mod findings;
mod iteration;
pub(crate) mod matrix;
mod measured;
mod rebuilds;
mod revision;
pub(crate) mod sessions;
mod source;
pub(crate) mod spending;
pub(crate) mod text;
mod trend;
mod verdict;
pub(crate) mod workbench;

use about::{AgentView, ReferenceView, SandboxView, SpecView};
use fidelity::{GateView, Headline, Measure};
use ghostlib_model::{AttemptId, Evaluation, IterationSummary, RunOptions, RunSummary};
use iteration::IterationView;
use serde::Serialize;
use text::{UNKNOWN, count, percent, plain};
use trend::Trend;
use verdict::Verdict;

/// How much of what is long is shown.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Characters of one text.
    pub(crate) chars: usize,
    /// Vectors of one outcome, and push-backs of one case.
    pub(crate) findings: usize,
    /// Findings of one priority with an attempt, and cases of one attribution with an iteration.
    pub(crate) listed: usize,
    /// Lines of one diff.
    pub(crate) diff_lines: usize,
}

/// Whether something holds, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Pass,
    Fail,
    Unknown,
}

/// A run.
#[derive(Serialize)]
pub(crate) struct Report {
    title: String,
    run: String,
    verdict: Verdict,
    headline: Headline,
    /// Which candidate `headline`, `gates` and `measures` are about.
    about: String,
    gates: Vec<GateView>,
    measures: Vec<Measure>,
    trend: Option<Trend>,
    /// Why the figures say little of how often they would come again, if they do.
    smoke: Option<String>,
    iterations: Vec<IterationView>,
    reference: Option<ReferenceView>,
    spec: Option<SpecView>,
    spec_path: String,
    agents: Vec<AgentView>,
    sandbox: Option<SandboxView>,
    options: Option<OptionsView>,
}

/// What was asked of the run.
#[derive(Serialize)]
struct OptionsView {
    target: String,
    max_iterations: u32,
    attempts: String,
    confirm: String,
    reviser: Option<String>,
    growth: String,
    cases: String,
    seed: u64,
}

/// The attempt that the top of the page is about: the best one, or the last that was measured.
#[derive(Clone, Copy)]
struct Featured<'a> {
    id: AttemptId,
    iteration: &'a IterationSummary,
    evaluation: &'a Evaluation,
    is_best: bool,
}

impl Report {
    pub(crate) fn of(summary: &RunSummary, limits: Limits) -> Self {
        let featured = Featured::of(summary);
        let evaluation = featured.map(|featured| featured.evaluation);
        let target = summary.options.as_ref().map(|options| options.target);
        let open = featured.map(|featured| featured.id);
        let iteration = |it| IterationView::of(it, summary, open, limits);
        Self {
            title: title(summary),
            run: summary.run.as_ref().map_or_else(|| UNKNOWN.into(), |run| plain(run.as_str(), 200)),
            verdict: Verdict::of(summary, limits),
            headline: fidelity::headline(evaluation, target),
            about: featured.map_or_else(String::new, |featured| featured.told()),
            gates: fidelity::gates(evaluation),
            measures: evaluation.map_or_else(Vec::new, fidelity::measures),
            trend: trend::trend(&summary.iterations),
            smoke: featured.and_then(|featured| rebuilds::smoke(summary, featured.iteration)),
            iterations: summary.iterations.iter().map(iteration).collect(),
            reference: summary.reference.as_ref().map(ReferenceView::of),
            spec: summary.spec.as_ref().map(SpecView::of),
            spec_path: or_unknown(&summary.spec_path),
            agents: summary.agents.iter().map(AgentView::of).collect(),
            sandbox: summary.sandbox.as_ref().map(SandboxView::of),
            options: summary.options.as_ref().map(OptionsView::of),
        }
    }
}

impl OptionsView {
    fn of(options: &RunOptions) -> Self {
        let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        Self {
            target: percent(Some(options.target)),
            max_iterations: options.max_iterations,
            attempts: count(number(options.samples), "attempt"),
            confirm: match options.confirm {
                0 => "no fresh rebuilds confirm a pass".into(),
                n => format!("{} must confirm a pass", count(number(n), "fresh rebuild")),
            },
            reviser: options.reviser.as_ref().map(|reviser| plain(reviser, 300)),
            growth: count(number(options.growth), "line"),
            cases: text::thousands(options.cases),
            seed: options.seed,
        }
    }
}

impl<'a> Featured<'a> {
    fn of(summary: &'a RunSummary) -> Option<Self> {
        let all = summary.iterations.iter().flat_map(|iteration| {
            let of =
                move |(id, evaluation)| Self { id, iteration, evaluation, is_best: summary.best == Some(id) };
            iteration.evaluations().map(of)
        });
        all.reduce(|one, next| if one.is_best { one } else { next })
    }

    fn told(&self) -> String {
        let which = if self.is_best { "the best candidate" } else { "the candidate measured last" };
        format!("These figures are about {which}, that of attempt {}.", self.id)
    }
}

fn title(summary: &RunSummary) -> String {
    match &summary.spec {
        Some(spec) if !spec.name.is_empty() => plain(&spec.name, 120),
        _ => or_unknown(&summary.spec_path),
    }
}

fn or_unknown(raw: &str) -> String {
    if raw.trim().is_empty() { UNKNOWN.into() } else { plain(raw, 300) }
}
