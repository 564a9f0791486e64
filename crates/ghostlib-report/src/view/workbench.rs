//! Findings as the page lists them: each once an iteration, with who has it and who must change.

use super::Limits;
use super::attempt::named;
use super::attribution::{CaseView, verdict_word};
use super::findings::{CallView, FindingView, Known, meaning};
use super::source::{SourceView, sources};
use super::text::{plain, thousands};
use crate::Beside;
use ghostlib_model::{
    AttemptId, Case, Finding, FindingId, IterationSummary, Priority, RunSummary, SpecStand,
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most characters of what stands in the line of a finding that is not unfolded.
const MOST_IN_LINE: usize = 140;
/// The word for findings about which nothing was decided.
const UNDECIDED: &str = "undecided";

/// All findings, and what they can be chosen by.
#[derive(Serialize)]
pub(crate) struct Workbench {
    n: String,
    priorities: Vec<Choice>,
    verdicts: Vec<Choice>,
    requirements: Vec<Choice>,
    attempts: Vec<Choice>,
    findings: Vec<Item>,
}

/// One value by which findings can be chosen.
#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
    n: String,
}

/// A finding, as all candidates of an iteration have it.
#[derive(Serialize)]
struct Item {
    anchor: String,
    priority: String,
    class: String,
    word: &'static str,
    token: String,
    blames_spec: bool,
    /// What the line says: the operation and its input, or the subject and the message.
    about: String,
    input: Option<String>,
    gist: Option<String>,
    /// The message, where the line does not have all of it.
    whole: Option<String>,
    iteration: u32,
    attempts: String,
    who: String,
    requirements: String,
    finding: Option<FindingView>,
    case: Option<CaseView>,
    call: Option<CallView>,
    sources: Vec<SourceView>,
}

/// Where the findings of each iteration stand.
pub(crate) struct Anchors(HashMap<(u32, FindingId), String>);

impl Anchors {
    pub(super) fn of(&self, iteration: u32, finding: &FindingId) -> Option<String> {
        self.0.get(&(iteration, finding.clone())).cloned()
    }
}

/// A finding of an iteration, before it is put into words.
struct Found<'a> {
    iteration: u32,
    id: &'a FindingId,
    anchor: String,
    finding: Option<&'a Finding>,
    case: Option<&'a Case>,
    have: Vec<(AttemptId, &'a Finding)>,
}

impl Workbench {
    pub(crate) fn of(summary: &RunSummary, beside: &Beside, limits: Limits) -> (Self, Anchors) {
        let mut all: Vec<_> = summary.iterations.iter().flat_map(found).collect();
        all.sort_by_key(|one| (one.priority(), std::cmp::Reverse(one.iteration)));
        let stated = requirement_ids(beside);
        let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
        for id in all.iter().flat_map(|one| one.requirements(&stated)) {
            indices.insert(id, 0);
        }
        indices.values_mut().enumerate().for_each(|(i, index)| *index = i);
        let items: Vec<_> = all.iter().map(|one| one.item(&stated, &indices, beside, limits)).collect();
        let requirement = |(id, i): (&&str, &usize)| {
            let token = i.to_string();
            let n = items.iter().filter(|item| item.requirements.split(' ').any(|one| one == token)).count();
            Choice { value: token, label: plain(id, 200), n: thousands(n) }
        };
        let workbench = Self {
            n: thousands(items.len()),
            priorities: priorities(&items),
            verdicts: choices(items.iter().map(|item| (item.token.clone(), item.word.to_owned()))),
            requirements: indices.iter().map(requirement).collect(),
            attempts: choices(items.iter().flat_map(|item| {
                item.attempts.split_whitespace().map(|id| (id.to_owned(), format!("attempt {id}")))
            })),
            findings: items,
        };
        let anchors = all.into_iter().map(|one| ((one.iteration, one.id.clone()), one.anchor));
        (workbench, Anchors(anchors.collect()))
    }
}

/// The findings of an iteration, each with its case.
fn found(it: &IterationSummary) -> Vec<Found<'_>> {
    let known = Known::of(it);
    let mut have: HashMap<&FindingId, Vec<(AttemptId, &Finding)>> = HashMap::new();
    let mut order = Vec::new();
    for (id, evaluation) in it.evaluations() {
        for finding in &evaluation.findings {
            let attempts = have.entry(&finding.id).or_insert_with(|| {
                order.push(&finding.id);
                Vec::new()
            });
            attempts.push((id, finding));
        }
    }
    let cases = it.attribution.iter().flat_map(|one| &one.cases);
    let mut cases: HashMap<&FindingId, &Case> = cases.map(|case| (&case.finding, case)).collect();
    let of_attempts = order.into_iter().map(|id| {
        let (anchor, finding) = known.get(id).map_or((String::new(), None), |(a, f)| (a.to_owned(), Some(f)));
        let have = have.remove(id).unwrap_or_default();
        Found { iteration: it.iteration, id, anchor, finding, case: cases.remove(id), have }
    });
    let mut all: Vec<_> = of_attempts.collect();
    let alone = it.attribution.iter().flat_map(|one| &one.cases);
    let alone = alone.filter(|case| cases.remove(&case.finding).is_some()).enumerate();
    all.extend(alone.map(|(i, case)| Found {
        iteration: it.iteration,
        id: &case.finding,
        anchor: format!("i{}-c{}", it.iteration, i + 1),
        finding: None,
        case: Some(case),
        have: Vec::new(),
    }));
    all
}

impl Found<'_> {
    fn priority(&self) -> Priority {
        let of_case = self.case.map_or(Priority::P3, |case| case.priority);
        self.finding.map_or(of_case, |finding| finding.priority)
    }

    /// The requirements that state it, or something else.
    fn requirements<'a>(&'a self, stated: &HashSet<&str>) -> Vec<&'a str> {
        let stands = self.finding.map(|it| &it.spec).into_iter().chain(self.case.map(|it| &it.spec));
        let items = stands.flat_map(|stand| match stand {
            SpecStand::Silent => &[][..],
            SpecStand::Speaks(items) | SpecStand::Contradicts(items) => items,
        });
        let mut seen = HashSet::new();
        items
            .map(String::as_str)
            .filter(|id| if stated.is_empty() { is_like_an_id(id) } else { stated.contains(id) })
            .filter(|id| seen.insert(*id))
            .collect()
    }

    fn item(
        &self,
        stated: &HashSet<&str>,
        indices: &BTreeMap<&str, usize>,
        beside: &Beside,
        limits: Limits,
    ) -> Item {
        let view = self.finding.map(|finding| FindingView::of(finding, limits));
        let case = self.case.map(|case| CaseView::of(case, limits));
        let probe = self.case.and_then(|case| Some(CallView::of_probe(case.probe.as_ref()?, limits)));
        let evidence = self.finding.and_then(|finding| finding.evidence.as_ref());
        let call = probe.or_else(|| evidence.map(|evidence| CallView::of_evidence(evidence, limits)));
        let (about, input, gist) = self.line();
        let (word, blames_spec) = self.case.map_or((UNDECIDED, false), |case| verdict_word(&case.verdict));
        let ids = self.requirements(stated).into_iter().filter_map(|id| Some(indices.get(id)?.to_string()));
        Item {
            anchor: self.anchor.clone(),
            priority: self.priority().to_string(),
            class: self.priority().to_string().to_lowercase(),
            word,
            token: word.replace(' ', "-"),
            blames_spec,
            about: plain(about, MOST_IN_LINE),
            input: input.map(|input| plain(&input, MOST_IN_LINE)),
            gist,
            whole: self.whole(limits),
            iteration: self.iteration,
            attempts: self.ids().iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            who: if self.ids().is_empty() { "the spec alone".into() } else { named(&self.ids()) },
            requirements: ids.collect::<Vec<_>>().join(" "),
            sources: sources(&self.have, beside),
            finding: view,
            case,
            call,
        }
    }

    /// Who has it: the candidates that were held against each other, where that was done.
    fn ids(&self) -> Vec<AttemptId> {
        let of_case = self.case.map_or(&[][..], |case| &case.candidates);
        if of_case.is_empty() { self.have.iter().map(|(id, _)| *id).collect() } else { of_case.to_vec() }
    }

    fn whole(&self, limits: Limits) -> Option<String> {
        let message = self.finding?.message.trim().lines().next()?;
        (message.chars().count() > MOST_IN_LINE).then(|| plain(message, limits.chars))
    }

    fn line(&self) -> (&str, Option<String>, Option<String>) {
        let evidence = self.finding.and_then(|finding| finding.evidence.as_ref());
        let probe = self.case.and_then(|case| case.probe.as_ref());
        let of_probe = probe.map(|probe| (probe.operation.as_str(), &probe.input));
        let call = of_probe.or_else(|| evidence.map(|it| (it.operation.as_str(), &it.input)));
        if let Some((operation, input)) = call {
            return (operation, Some(input.to_string()), None);
        }
        let of_case = self.case.map_or(("", ""), |case| (case.subject.as_str(), case.why.as_str()));
        let (subject, message) =
            self.finding.map_or(of_case, |finding| (finding.subject.as_str(), finding.message.trim()));
        let message = message.lines().next().unwrap_or_default();
        // Most messages name their subject themselves.
        let subject = if message.contains(&format!("`{subject}`")) { "" } else { subject };
        (subject, None, Some(in_line(message)))
    }
}

/// The beginning of a message, with code that is cut closed again.
fn in_line(message: &str) -> String {
    let Some((at, _)) = message.char_indices().nth(MOST_IN_LINE) else { return plain(message, MOST_IN_LINE) };
    let cut = plain(&message[..at], MOST_IN_LINE);
    let close = if cut.matches('`').count() % 2 == 1 { "`" } else { "" };
    format!("{}{close}…", cut.trim_end())
}

fn priorities(items: &[Item]) -> Vec<Choice> {
    let of = |priority: Priority| {
        let value = priority.to_string();
        let n = items.iter().filter(|item| item.priority == value).count();
        Choice { value, label: meaning(priority).into(), n: thousands(n) }
    };
    [Priority::P0, Priority::P1, Priority::P2, Priority::P3].map(of).into()
}

/// Values with their labels, sorted, each with how often it comes.
fn choices(values: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().map(|((value, label), n)| Choice { value, label, n: thousands(n) }).collect()
}

fn requirement_ids(beside: &Beside) -> HashSet<&str> {
    beside
        .specs
        .iter()
        .flat_map(|spec| &spec.requirements)
        .map(|requirement| requirement.id.as_str())
        .collect()
}

/// Whether something that states a behaviour reads like the id of a requirement, and not like that of a vector or a place.
fn is_like_an_id(item: &str) -> bool {
    !item.is_empty() && item.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}
