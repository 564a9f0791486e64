//! Who must change, the spec or the agents.

use super::Limits;
use super::attempt::named;
use super::findings::{CallView, stand};
use super::text::{plain, ratio, thousands};
use ghostlib_model::{Attribution, Case, CaseVerdict, PushBack};
use serde::Serialize;

/// An attribution.
#[derive(Serialize)]
pub(super) struct WhoMustChange {
    /// Whose candidates were held against each other.
    compared: String,
    /// On how many calls they agree.
    alike: Option<String>,
    verdicts: Vec<VerdictCount>,
    groups: Vec<Group>,
    /// How many cases are not shown, if some are not.
    n_left_out: Option<String>,
}

#[derive(Serialize)]
struct VerdictCount {
    n: String,
    verdict: VerdictName,
}

/// A verdict and what it means.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
struct VerdictName {
    word: &'static str,
    meaning: &'static str,
    blames_spec: bool,
}

/// The cases about one operation or API item.
#[derive(Serialize)]
struct Group {
    about: String,
    gist: String,
    cases: Vec<CaseView>,
}

/// A case in words.
#[derive(Serialize)]
pub(super) struct CaseView {
    verdict: VerdictName,
    /// The reason of a waiver.
    waiver: Option<String>,
    priority: String,
    rule: String,
    subject: String,
    recurrence: String,
    spec: String,
    why: String,
    call: Option<CallView>,
    push_backs: Vec<PushBackView>,
    n_push_backs_left_out: Option<String>,
}

#[derive(Serialize)]
struct PushBackView {
    who: String,
    text: String,
}

impl WhoMustChange {
    pub(super) fn of(attribution: &Attribution, limits: Limits) -> Self {
        let Attribution { candidates, cases, alike } = attribution;
        let shown = &cases[..cases.len().min(limits.listed)];
        let mut groups: Vec<(&str, Vec<&Case>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for case in shown {
            let place = *places.entry(case.about.as_str()).or_insert(groups.len());
            if place == groups.len() {
                groups.push((&case.about, Vec::new()));
            }
            groups[place].1.push(case);
        }
        let n_left_out = cases.len() - shown.len();
        Self {
            compared: match candidates.as_slice() {
                [] => "no candidate was compared".into(),
                [_] => {
                    format!("decided from {} alone, without another candidate of the spec", named(candidates))
                }
                _ => format!("decided from the candidates of {}, held against each other", named(candidates)),
            },
            alike: (alike.of > 0).then(|| ratio(*alike)),
            verdicts: counts(cases.iter()),
            groups: groups.into_iter().map(|(about, cases)| Group::of(about, &cases, limits)).collect(),
            n_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

impl Group {
    fn of(about: &str, cases: &[&Case], limits: Limits) -> Self {
        let verdicts = counts(cases.iter().copied());
        let verdicts: Vec<_> = verdicts.iter().map(|one| format!("{} {}", one.n, one.verdict.word)).collect();
        Self {
            about: plain(about, limits.chars),
            gist: verdicts.join(", "),
            cases: cases.iter().map(|case| CaseView::of(case, limits)).collect(),
        }
    }
}

impl CaseView {
    pub(super) fn of(case: &Case, limits: Limits) -> Self {
        let n_left_out = case.push_backs.len().saturating_sub(limits.findings);
        let push_back = |one: &PushBack| PushBackView {
            who: named(&[one.attempt]),
            text: plain(&one.text, limits.chars),
        };
        Self {
            verdict: name(&case.verdict),
            waiver: match &case.verdict {
                CaseVerdict::Waived(reason) => Some(plain(reason, limits.chars)),
                _ => None,
            },
            priority: case.priority.to_string(),
            rule: plain(&case.rule, limits.chars),
            subject: plain(&case.subject, limits.chars),
            recurrence: recurrence(case),
            spec: stand(&case.spec, limits),
            why: plain(&case.why, limits.chars),
            call: case.probe.as_ref().map(|probe| CallView::of_probe(probe, limits)),
            push_backs: case.push_backs.iter().take(limits.findings).map(push_back).collect(),
            n_push_backs_left_out: (n_left_out > 0).then(|| thousands(n_left_out)),
        }
    }
}

fn recurrence(case: &Case) -> String {
    match case.recurrence.of {
        0 => "no candidate says anything of it".into(),
        _ if case.candidates.is_empty() => format!("{} candidates", case.recurrence),
        _ => format!("{} candidates: {}", case.recurrence, named(&case.candidates)),
    }
}

/// How often each verdict was given, those that were.
fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> Vec<VerdictCount> {
    let mut counts: Vec<(VerdictName, usize)> = Vec::new();
    for verdict in cases.map(|case| name(&case.verdict)) {
        match counts.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, n)) => *n += 1,
            None => counts.push((verdict, 1)),
        }
    }
    counts.sort_by_key(|(verdict, n)| (!verdict.blames_spec, std::cmp::Reverse(*n), verdict.word));
    counts.into_iter().map(|(verdict, n)| VerdictCount { n: thousands(n), verdict }).collect()
}

/// A verdict in a word or two, and whether the spec is to change.
pub(super) fn verdict_word(verdict: &CaseVerdict) -> (&'static str, bool) {
    let VerdictName { word, blames_spec, .. } = name(verdict);
    (word, blames_spec)
}

fn name(verdict: &CaseVerdict) -> VerdictName {
    let (word, meaning) = match verdict {
        CaseVerdict::SpecGap => ("spec gap", "the spec does not say it, or not so that it is understood"),
        CaseVerdict::SpecWrong => ("spec wrong", "the spec says something else than the reference does"),
        CaseVerdict::AgentSlip => ("agent slip", "the spec is enough, and an agent did not do it"),
        CaseVerdict::OverDelivery => ("over-delivery", "a candidate has more than it was asked for"),
        CaseVerdict::Waived(_) => ("waived", "the author does not want what the reference does"),
        CaseVerdict::Unmeasured => ("not measured", "it could not be measured, and says nothing of either"),
        CaseVerdict::Unshown => ("not shown", "no vector of the spec shows it, which is no difference"),
    };
    VerdictName { word, meaning, blames_spec: verdict.blames_spec() }
}
