//! The dimensions over the iterations, drawn: a small panel for each.

use super::fidelity::{headline, weighing};
use super::text::percent;
use ghostlib_model::RunSummary;
use serde::Serialize;

/// Where the field of a panel lies in it.
const LEFT: f64 = 34.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 70.0;

/// One dimension.
#[derive(Serialize)]
pub(crate) struct Panel {
    name: &'static str,
    /// What the last iteration that was measured has.
    last: String,
    /// The same as the picture, in words.
    words: String,
    /// The share at the lower edge.
    floor: String,
    /// The means of the iterations, as the points of a line.
    line: String,
    dots: Vec<Dot>,
    ticks: Vec<Tick>,
    /// The height of the target.
    target: Option<String>,
}

#[derive(Serialize)]
struct Dot {
    x: String,
    y: String,
}

#[derive(Serialize)]
struct Tick {
    x: String,
    n: u32,
}

/// A dimension and its shares: for each iteration, those of its attempts that are known.
struct Series {
    name: &'static str,
    shares: Vec<Vec<f64>>,
}

/// A panel a dimension and one for the headline, once there is something to compare.
pub(crate) fn panels(summary: &RunSummary) -> Vec<Panel> {
    let evaluations =
        || summary.iterations.iter().map(|it| it.evaluations().map(|(_, evaluation)| evaluation));
    let Some(first) = evaluations().flatten().next().filter(|_| evaluations().flatten().count() > 1) else {
        return Vec::new();
    };
    let known = |share: Option<f64>| share.filter(|share| share.is_finite());
    let dimension = |(i, name): (usize, &'static str)| Series {
        name,
        shares: evaluations()
            .map(|all| all.filter_map(|one| known(weighing(one)[i].share)).collect())
            .collect(),
    };
    let names = weighing(first).into_iter().map(|measure| measure.name);
    let mut all: Vec<_> = names.enumerate().map(dimension).collect();
    let headlines =
        evaluations().map(|all| all.filter_map(|one| known(headline(Some(one), None).share)).collect());
    all.insert(0, Series { name: "Headline", shares: headlines.collect() });
    let lowest = all.iter().flat_map(|one| one.shares.iter().flatten()).copied().fold(1.0, f64::min);
    let floor = [0.9, 0.5].into_iter().find(|floor| lowest >= *floor).unwrap_or(0.0);
    let ns: Vec<u32> = summary.iterations.iter().map(|it| it.iteration).collect();
    let target = summary.options.as_ref().map(|options| options.target);
    all.iter().enumerate().map(|(i, one)| one.panel(&ns, floor, target.filter(|_| i == 0))).collect()
}

impl Series {
    fn panel(&self, ns: &[u32], floor: f64, target: Option<f64>) -> Panel {
        let x = |i: usize| number(LEFT + (RIGHT - LEFT) * (as_number(i) + 0.5) / as_number(ns.len().max(1)));
        let y =
            |share: f64| number(BOTTOM - (BOTTOM - TOP) * ((share - floor) / (1.0 - floor)).clamp(0.0, 1.0));
        let means: Vec<_> = self.shares.iter().map(|shares| mean(shares)).collect();
        let points =
            means.iter().enumerate().filter_map(|(i, mean)| Some(format!("{},{}", x(i), y((*mean)?))));
        let dots = self.shares.iter().enumerate();
        let dots = dots.flat_map(|(i, shares)| shares.iter().map(move |share| (i, *share)));
        let told = |(n, mean): (&u32, &Option<f64>)| format!("iteration {n} {}", percent(*mean));
        Panel {
            name: self.name,
            last: percent(means.iter().rev().find_map(|mean| *mean)),
            words: ns.iter().zip(&means).map(told).collect::<Vec<_>>().join(", "),
            floor: percent(Some(floor)),
            line: points.collect::<Vec<_>>().join(" "),
            dots: dots.map(|(i, share)| Dot { x: x(i), y: y(share) }).collect(),
            ticks: ns.iter().enumerate().map(|(i, n)| Tick { x: x(i), n: *n }).collect(),
            target: target.filter(|target| target.is_finite()).map(y),
        }
    }
}

fn mean(shares: &[f64]) -> Option<f64> {
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / as_number(shares.len()))
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn as_number(n: usize) -> f64 {
    n as f64
}
