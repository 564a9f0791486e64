//! The run as both formats show it: text that is ready to be escaped, in the order of the page.

mod about;
mod fidelity;
mod findings;
mod iteration;
mod measured;
mod revision;
mod text;
mod verdict;

use about::{ReferenceView, SandboxView, SpecView};
use fidelity::{GateView, Headline, Measure, Trend};
use ghostlib_model::{IterationSummary, RunSummary};
use iteration::IterationView;
use serde::Serialize;
use text::{UNKNOWN, percent, plain};
use verdict::Verdict;

/// How much of what is long is shown.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Characters of one text.
    pub(crate) chars: usize,
    /// Findings of one priority, and vectors of one outcome.
    pub(crate) findings: usize,
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
    n_candidates: String,
    is_smoke: bool,
    iterations: Vec<IterationView>,
    reference: Option<ReferenceView>,
    spec: Option<SpecView>,
    spec_path: String,
    agent: Option<String>,
    sandbox: Option<SandboxView>,
    options: Option<OptionsView>,
}

/// What was asked of the run.
#[derive(Serialize)]
struct OptionsView {
    target: String,
    max_iterations: u32,
    cases: String,
    seed: u64,
}

impl Report {
    pub(crate) fn of(summary: &RunSummary, limits: Limits) -> Self {
        let featured = featured(summary);
        let evaluation = featured.and_then(|it| it.evaluation.as_ref());
        let target = summary.options.as_ref().map(|options| options.target);
        let n_candidates = summary.iterations.iter().filter(|it| has_candidate(it)).count();
        let open = featured.or(summary.iterations.last()).map(|it| it.iteration);
        let iteration =
            |it| IterationView::of(it, target, open == Some(it.iteration), summary.end.is_some(), limits);
        Self {
            title: title(summary),
            run: summary.run.as_ref().map_or_else(|| UNKNOWN.into(), |run| plain(run.as_str(), 200)),
            verdict: Verdict::of(summary, limits),
            headline: fidelity::headline(evaluation, target),
            about: about_whom(summary, featured),
            gates: fidelity::gates(evaluation),
            measures: evaluation.map_or_else(Vec::new, fidelity::measures),
            trend: fidelity::trend(&summary.iterations),
            n_candidates: text::count(n_candidates, "candidate"),
            is_smoke: n_candidates > 0,
            iterations: summary.iterations.iter().map(iteration).collect(),
            reference: summary.reference.as_ref().map(ReferenceView::of),
            spec: summary.spec.as_ref().map(SpecView::of),
            spec_path: or_unknown(&summary.spec_path),
            agent: summary.agent.as_ref().map(about::agent),
            sandbox: summary.sandbox.as_ref().map(SandboxView::of),
            options: summary.options.as_ref().map(|options| OptionsView {
                target: percent(Some(options.target)),
                max_iterations: options.max_iterations,
                cases: text::thousands(options.cases),
                seed: options.seed,
            }),
        }
    }
}

/// The iteration that the top of the page is about: the best one, or the last that was measured.
fn featured(summary: &RunSummary) -> Option<&IterationSummary> {
    let measured = |it: &&IterationSummary| it.evaluation.is_some();
    summary.best_iteration().filter(measured).or_else(|| summary.iterations.iter().rev().find(measured))
}

fn about_whom(summary: &RunSummary, featured: Option<&IterationSummary>) -> String {
    match featured {
        None => String::new(),
        Some(it) if Some(it.iteration) == summary.best => {
            format!("These figures are about the best candidate, that of iteration {}.", it.iteration)
        }
        Some(it) => {
            format!(
                "These figures are about the candidate measured last, that of iteration {}.",
                it.iteration
            )
        }
    }
}

fn has_candidate(iteration: &IterationSummary) -> bool {
    iteration.session.as_ref().is_some_and(|session| session.candidate.is_some())
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
