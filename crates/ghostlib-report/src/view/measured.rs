//! What was measured about one candidate.

use super::fidelity::{GateView, Measure, gates, measures};
use super::findings::{CallView, PriorityGroup, answer, groups};
use super::text::{count, duration, percent, place, plain, ratio, thousands};
use super::{Limits, or_unknown};
use ghostlib_model::{
    Alarm, Evaluation, FunctionAgreement, IterationSummary, PhaseTime, VectorOutcome, VectorResult, WaiverUse,
};
use serde::Serialize;
use std::collections::HashSet;

/// An evaluation.
#[derive(Serialize)]
pub(super) struct Measured {
    gates: Vec<GateView>,
    measures: Vec<Measure>,
    groups: Vec<PriorityGroup>,
    vectors: VectorsView,
    functions: Vec<FunctionView>,
    /// The functions on which the two sides differ.
    differences: Vec<CallView>,
    waivers: Vec<WaiverView>,
    alarms: Vec<AlarmView>,
    times: Vec<TimeView>,
}

#[derive(Serialize)]
struct VectorsView {
    gist: String,
    failed: Vec<VectorView>,
    passed: Vec<VectorView>,
    n_passed: String,
    n_failed_left_out: Option<String>,
}

/// One vector and what came instead of its expected answer.
#[derive(Serialize)]
pub(super) struct VectorView {
    id: String,
    operation: String,
    answer: String,
}

#[derive(Serialize)]
struct FunctionView {
    operation: String,
    tried: String,
    agreed: String,
    agreed_percent: String,
    accepted: String,
    error_text: String,
}

#[derive(Serialize)]
struct AlarmView {
    kind: String,
    message: String,
    places: Vec<String>,
}

/// What the author of the spec does not want of the reference.
#[derive(Serialize)]
struct WaiverView {
    what: String,
    reason: String,
    n: String,
}

#[derive(Serialize)]
struct TimeView {
    phase: String,
    time: String,
}

impl Measured {
    pub(super) fn of(evaluation: &Evaluation, limits: Limits) -> Self {
        let with_difference = evaluation.functions.iter().filter_map(|function| {
            let difference = function.smallest.as_ref()?;
            Some(CallView::of_difference(&function.operation, difference, limits))
        });
        Self {
            gates: gates(Some(evaluation)),
            measures: measures(evaluation),
            groups: groups(&evaluation.findings, limits),
            vectors: VectorsView::of(evaluation, limits),
            functions: evaluation
                .functions
                .iter()
                .map(|function| FunctionView::of(function, limits))
                .collect(),
            differences: with_difference.collect(),
            waivers: evaluation.waivers.iter().map(|one| WaiverView::of(one, limits)).collect(),
            alarms: evaluation.alarms.iter().map(|alarm| AlarmView::of(alarm, limits)).collect(),
            times: evaluation.times.iter().map(TimeView::of).collect(),
        }
    }
}

impl WaiverView {
    fn of(waiver: &WaiverUse, limits: Limits) -> Self {
        Self {
            what: plain(&waiver.what, limits.chars),
            reason: plain(&waiver.reason, limits.chars),
            n: count(waiver.n_findings, "finding"),
        }
    }
}

impl VectorsView {
    fn of(evaluation: &Evaluation, limits: Limits) -> Self {
        let with = |wanted: fn(&VectorOutcome) -> bool| {
            evaluation.vectors.iter().filter(move |vector| wanted(&vector.outcome))
        };
        let failed: Vec<_> = with(|outcome| matches!(outcome, VectorOutcome::Failed(_))).collect();
        let passed: Vec<_> = with(|outcome| matches!(outcome, VectorOutcome::Passed)).collect();
        let n_left_out = failed.len().saturating_sub(limits.findings);
        let shown = |vectors: &[&VectorResult]| {
            vectors.iter().take(limits.findings).map(|vector| VectorView::of(vector, limits)).collect()
        };
        Self {
            gist: if evaluation.vectors.is_empty() {
                "Unknown: no vector was run".into()
            } else {
                format!("{} failed, {} passed", thousands(failed.len()), thousands(passed.len()))
            },
            failed: shown(&failed),
            passed: shown(&passed),
            n_passed: count(passed.len(), "vector"),
            n_failed_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

/// Vectors that the reference itself fails, as the iteration or its evaluations tell, each once.
pub(super) fn dropped(it: &IterationSummary, limits: Limits) -> Vec<VectorView> {
    let evaluated = it.evaluations().flat_map(|(_, evaluation)| &evaluation.vectors);
    let evaluated = evaluated.filter(|vector| matches!(vector.outcome, VectorOutcome::Dropped(_)));
    let mut seen = HashSet::new();
    let all = it.dropped.iter().chain(evaluated).filter(|vector| seen.insert(&vector.id));
    all.map(|vector| VectorView::of(vector, limits)).collect()
}

impl VectorView {
    fn of(vector: &VectorResult, limits: Limits) -> Self {
        Self {
            id: plain(vector.id.as_str(), limits.chars),
            operation: plain(&vector.operation, limits.chars),
            answer: match &vector.outcome {
                VectorOutcome::Passed => "the expected one".into(),
                VectorOutcome::Failed(it) | VectorOutcome::Dropped(it) => answer(it, limits),
            },
        }
    }
}

impl FunctionView {
    fn of(function: &FunctionAgreement, limits: Limits) -> Self {
        Self {
            operation: plain(&function.operation, limits.chars),
            tried: thousands(function.tried),
            agreed: ratio(function.agreed),
            agreed_percent: percent(function.agreed.share()),
            accepted: ratio(function.accepted),
            error_text: if function.error_text.of == 0 {
                "no errors".into()
            } else {
                ratio(function.error_text)
            },
        }
    }
}

impl AlarmView {
    fn of(alarm: &Alarm, limits: Limits) -> Self {
        Self {
            kind: plain(&alarm.kind, limits.chars),
            message: plain(&alarm.message, limits.chars),
            places: alarm.places.iter().map(place).collect(),
        }
    }
}

impl TimeView {
    fn of(time: &PhaseTime) -> Self {
        Self { phase: or_unknown(&time.phase), time: duration(time.seconds) }
    }
}
