//! Calls on which the candidates of one spec do not agree with each other.

use super::Limits;
use super::attempt::named;
use super::text::{count, plain, thousands};
use super::workbench::Anchors;
use ghostlib_model::{Answer, AttemptId, Attribution, Case, Probe, RunSummary};
use serde::Serialize;
use std::collections::HashMap;

/// The most rows of an iteration that are shown; the list of findings has all.
const MOST_ROWS: usize = 100;

/// The disagreements after one iteration.
#[derive(Serialize)]
pub(crate) struct Apart {
    iteration: u32,
    candidates: Vec<String>,
    gist: String,
    rows: Vec<Row>,
    n_left_out: Option<String>,
}

/// Calls of one operation to which the candidates split alike.
#[derive(Serialize)]
struct Row {
    operation: String,
    /// That of the first call.
    input: String,
    anchor: Option<String>,
    n_calls: String,
    /// One a candidate: the letter of its answer, where `R` is the reference's.
    answers: Vec<Letter>,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
struct Letter {
    letter: String,
    class: &'static str,
}

/// What the candidates of each iteration disagree on, where several were held against each other.
pub(crate) fn apart(summary: &RunSummary, anchors: &Anchors, limits: Limits) -> Vec<Apart> {
    let of = |it: &ghostlib_model::IterationSummary| {
        let attribution = it.attribution.as_ref().filter(|one| one.candidates.len() > 1)?;
        Some(Apart::of(it.iteration, attribution, anchors, limits))
    };
    summary.iterations.iter().filter_map(of).collect()
}

impl Apart {
    fn of(iteration: u32, attribution: &Attribution, anchors: &Anchors, limits: Limits) -> Self {
        let asked = attribution.cases.iter().filter_map(|case| Some((case, case.probe.as_ref()?)));
        let all: Vec<_> =
            asked.map(|(case, probe)| (case, probe, letters(attribution, case, probe))).collect();
        let n_asked = all.len();
        let differing: Vec<_> = all.into_iter().filter(|(.., letters)| n_kinds(letters) > 1).collect();
        let mut rows: Vec<(&Case, &Probe, &Vec<Letter>, usize)> = Vec::new();
        let mut places = HashMap::new();
        for (case, probe, letters) in &differing {
            let place = *places.entry((&probe.operation, letters)).or_insert(rows.len());
            if place == rows.len() {
                rows.push((case, probe, letters, 0));
            }
            rows[place].3 += 1;
        }
        let n_left_out = rows.len().saturating_sub(MOST_ROWS);
        let row = |&(case, probe, answers, n): &(&Case, &Probe, &Vec<Letter>, usize)| Row {
            operation: plain(&probe.operation, limits.chars),
            input: plain(&probe.input.to_string(), 160),
            anchor: anchors.of(iteration, &case.finding),
            n_calls: if n > 1 { format!("and {} like it", count(n - 1, "call")) } else { String::new() },
            answers: answers.clone(),
        };
        Self {
            iteration,
            candidates: attribution.candidates.iter().map(ToString::to_string).collect(),
            gist: format!(
                "{} on which at least one of {} differs from the reference: on {} of them the candidates disagree with \
                 each other, on {} all answer alike",
                count(n_asked, "call"),
                named(&attribution.candidates),
                thousands(differing.len()),
                thousands(n_asked - differing.len()),
            ),
            rows: rows.iter().take(MOST_ROWS).map(row).collect(),
            n_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

/// The answers of all candidates to one call: `R` for that of the reference, `A`, `B` for others, `?` where it is not
/// known.
fn letters(attribution: &Attribution, case: &Case, probe: &Probe) -> Vec<Letter> {
    let mut kinds: Vec<&Answer> = Vec::new();
    let all_could = case.recurrence.of == attribution.candidates.len();
    let mut letter = |id: &AttemptId| {
        let Some((_, answer)) = probe.answers.iter().find(|(of, _)| of == id) else {
            let (letter, class) = if all_could { ("R", "pass") } else { ("?", "other") };
            return Letter { letter: letter.into(), class };
        };
        let at = kinds.iter().position(|known| *known == answer).unwrap_or_else(|| {
            kinds.push(answer);
            kinds.len() - 1
        });
        Letter { letter: char::from(b'A' + u8::try_from(at.min(16)).unwrap_or(16)).into(), class: "fail" }
    };
    attribution.candidates.iter().map(&mut letter).collect()
}

/// How many different answers are known.
fn n_kinds(letters: &[Letter]) -> usize {
    let mut kinds: Vec<_> = letters.iter().map(|one| &one.letter).filter(|letter| *letter != "?").collect();
    kinds.sort();
    kinds.dedup();
    kinds.len()
}
