//! Gates, dimensions and headline.

use super::State;
use super::text::{UNKNOWN, count, list, percent, ratio};
use ghostlib_model::{CodeCoverage, Evaluation, Fidelity, Gate, Ratio};
use serde::Serialize;

/// The minimum of the dimensions.
#[derive(Serialize)]
pub(super) struct Headline {
    pub(super) value: String,
    state: State,
    why: String,
    #[serde(skip)]
    pub(super) share: Option<f64>,
}

/// One gate.
#[derive(Serialize)]
pub(super) struct GateView {
    pub(super) gate: String,
    question: &'static str,
    pub(super) state: State,
    result: String,
}

/// One dimension, or a number that is shown beside them.
#[derive(Serialize)]
pub(super) struct Measure {
    pub(super) name: &'static str,
    asks: &'static str,
    /// Whether the headline takes it into account.
    weighs: bool,
    percent: String,
    pub(super) figures: String,
    /// What the figures count, where the name does not say it.
    note: String,
    /// Length of its bar, from 0 to 100; nothing where it is unknown.
    bar: Option<String>,
    #[serde(skip)]
    pub(super) share: Option<f64>,
}

/// The headline of a candidate. Where one dimension is unknown it is unknown too, although the engine, which
/// must decide, takes the dimension as 0.
pub(super) fn headline(evaluation: Option<&Evaluation>, target: Option<f64>) -> Headline {
    let unknown = |why| Headline { value: UNKNOWN.into(), state: State::Unknown, why, share: None };
    let Some(evaluation) = evaluation else { return unknown("no candidate has been measured".into()) };
    let measures = weighing(evaluation);
    let missing = missing(&measures);
    if !missing.is_empty() {
        return unknown(format!(
            "{} {} unknown, and what is unknown never passes",
            list(&missing),
            is_or_are(&missing)
        ));
    }
    let share = |measure: &Measure| measure.share.unwrap_or(0.0);
    let Some(lowest) = measures.iter().min_by(|a, b| share(a).total_cmp(&share(b))) else {
        return unknown("no dimension is known".into());
    };
    let why = if share(lowest) < 1.0 {
        format!("the lowest is {} ({})", in_sentence(lowest.name), lowest.figures)
    } else {
        "every dimension is complete".into()
    };
    let state = match target {
        None => State::Unknown,
        Some(_) if shortfall(evaluation, target).is_none() => State::Pass,
        Some(_) => State::Fail,
    };
    Headline { value: percent(lowest.share), state, why, share: lowest.share }
}

/// Why a candidate does not pass, or nothing if it does.
pub(super) fn shortfall(evaluation: &Evaluation, target: Option<f64>) -> Option<String> {
    let mut reasons = Vec::new();
    let gates = gates(Some(evaluation));
    for (state, verb) in [(State::Fail, "not held"), (State::Unknown, "unknown")] {
        let names: Vec<_> = gates.iter().filter(|g| g.state == state).map(|g| g.gate.clone()).collect();
        if !names.is_empty() {
            let (noun, be) = if names.len() == 1 { ("gate", "is") } else { ("gates", "are") };
            reasons.push(format!("{noun} {} {be} {verb}", list(&names)));
        }
    }
    let missing = missing(&weighing(evaluation));
    match target {
        _ if !missing.is_empty() => {
            reasons.push(format!("{} {} unknown", list(&missing), is_or_are(&missing)));
        }
        None => reasons.push("the target is unknown".into()),
        Some(target) if evaluation.fidelity.headline() < target => {
            let headline = headline(Some(evaluation), None);
            let (value, why) = (headline.value, headline.why);
            reasons.push(format!(
                "the headline of {value} is below the target of {}: {why}",
                percent(Some(target))
            ));
        }
        Some(_) => {}
    }
    let n_blocking = evaluation.findings.iter().filter(|finding| finding.blocks()).count();
    if reasons.is_empty() && n_blocking > 0 {
        reasons.push({
            let verb = if n_blocking == 1 { "blocks" } else { "block" };
            format!("{} {verb}", count(n_blocking, "finding"))
        });
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// All gates, those without a result as unknown.
pub(super) fn gates(evaluation: Option<&Evaluation>) -> Vec<GateView> {
    let results = evaluation.map_or(&[][..], |evaluation| &evaluation.fidelity.gates);
    let view = |gate: Gate| {
        let found = results.iter().find(|result| result.gate == gate);
        let (state, result) = match found {
            None => (State::Unknown, UNKNOWN.into()),
            Some(result) if result.passed => (State::Pass, "holds".into()),
            Some(result) => (State::Fail, format!("fails: {}", count(result.n_findings, "finding"))),
        };
        GateView { gate: gate.to_string(), question: gate.question(), state, result }
    };
    Gate::ALL.into_iter().map(view).collect()
}

/// Every dimension of a candidate, and what is shown beside them.
pub(super) fn measures(evaluation: &Evaluation) -> Vec<Measure> {
    let mut measures = weighing(evaluation);
    measures.extend(beside(&evaluation.fidelity));
    measures.extend(code(&evaluation.code));
    measures
}

/// The dimensions that the headline is the minimum of.
pub(super) fn weighing(evaluation: &Evaluation) -> Vec<Measure> {
    let fidelity = &evaluation.fidelity;
    let of = |name, asks, ratio| Measure { weighs: true, ..Measure::of_ratio(name, asks, ratio) };
    let api = &fidelity.api;
    vec![
        of("Vectors", "vectors of the spec that pass", fidelity.vectors.all),
        of("API paths", "required items that are there, at their path and of their kind", api.path.recall),
        of("API signatures", "required items whose signature is the same too", api.signature.recall),
        behaviour(evaluation),
        of("Coverage", "required functions that were really exercised", fidelity.coverage),
    ]
}

/// What the headline does not take into account.
fn beside(fidelity: &Fidelity) -> [Measure; 6] {
    let api = &fidelity.api;
    [
        Measure::of_ratio(
            "Hidden vectors",
            "vectors the implementer did not see that pass",
            fidelity.vectors.hidden,
        ),
        Measure::of_ratio(
            "Accepted inputs",
            "generated inputs on which the reference returned ok; agreement on inputs that both reject proves little",
            fidelity.behaviour.accepted,
        ),
        Measure::of_ratio(
            "API trait implementations",
            "required implementations that are there",
            api.trait_impl.recall,
        ),
        Measure::of_ratio("API paths, precision", "items there that are required", api.path.precision),
        Measure::of_ratio(
            "API signatures, precision",
            "items there that are required, same signature",
            api.signature.precision,
        ),
        Measure::of_ratio(
            "API trait implementations, precision",
            "implementations there that are required",
            api.trait_impl.precision,
        ),
    ]
}

/// How much of the reference the agreement rests on, where that was counted.
fn code(code: &CodeCoverage) -> Option<Measure> {
    let CodeCoverage::Counted(code) = code else { return None };
    Some(Measure::of_ratio(
        "Code of the reference",
        "lines with code that the generated inputs ran",
        code.lines,
    ))
}

fn behaviour(evaluation: &Evaluation) -> Measure {
    let share = evaluation.fidelity.behaviour.agreement.filter(|share| share.is_finite());
    let functions = &evaluation.functions;
    let sum = functions.iter().map(|function| function.agreed).sum();
    let note = match functions.len() {
        _ if share.is_none() => String::new(),
        1 => "inputs to 1 function".into(),
        n => format!("inputs; the share is the mean over {n} functions"),
    };
    Measure {
        name: "Behaviour",
        asks: "generated inputs on which candidate and reference agree, as a mean over functions",
        weighs: true,
        percent: percent(share),
        figures: ratio(sum),
        note,
        bar: bar(share),
        share,
    }
}

impl Measure {
    fn of_ratio(name: &'static str, asks: &'static str, of: Ratio) -> Self {
        let share = of.share();
        Self {
            name,
            asks,
            weighs: false,
            percent: percent(share),
            figures: ratio(of),
            note: String::new(),
            bar: bar(share),
            share,
        }
    }
}

fn missing(measures: &[Measure]) -> Vec<String> {
    measures.iter().filter(|m| m.share.is_none()).map(|m| in_sentence(m.name)).collect()
}

/// A dimension's name as it reads within a sentence: `vectors`, `API paths`.
fn in_sentence(name: &str) -> String {
    if name.starts_with("API") { name.into() } else { name.to_lowercase() }
}

fn is_or_are(dimensions: &[String]) -> &'static str {
    match dimensions {
        [only] if !only.ends_with('s') => "is",
        _ => "are",
    }
}

pub(super) fn bar(share: Option<f64>) -> Option<String> {
    share.map(|share| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0))
}
