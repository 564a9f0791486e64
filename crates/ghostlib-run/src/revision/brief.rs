//! What a reviser is told: where rebuilds went wrong, how often, and what the library does there.

use ghostlib_model::{Answer, Case, CaseVerdict, Probe, SpecStand};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The most operations and items that one reviser is told of, the most costly first.
const MAX_GROUPS: usize = 20;
/// The most cases of one of them.
const MAX_CASES: usize = 8;
/// Answers are cut here, in characters.
const MAX_ANSWER: usize = 400;

/// The findings for which the spec is blamed, as Markdown. `withheld` says of a vector whether readers do not see it:
/// then its case is not told. `refused` are the reasons for which the last revision did not go into the spec.
pub(crate) fn brief(cases: &[&Case], withheld: &dyn Fn(&str) -> bool, refused: &[String]) -> String {
    let mut text = String::from("# Where rebuilds differ from the library\n");
    if !refused.is_empty() {
        text.push_str("\nThe last revision was refused, and the spec is as it was before:\n\n");
        for reason in refused {
            line(&mut text, &format!("- {reason}"));
        }
    }
    for (about, cases) in groups(cases).into_iter().take(MAX_GROUPS) {
        line(&mut text, &format!("\n## `{about}`\n"));
        for case in cases.iter().take(MAX_CASES) {
            one_case(&mut text, case, withheld(&case.subject));
        }
        if cases.len() > MAX_CASES {
            line(&mut text, &format!("- and {} more of its kind", cases.len() - MAX_CASES));
        }
    }
    text
}

/// Cases by what they belong to: what blocks most and recurs most often first.
fn groups<'a>(cases: &[&'a Case]) -> Vec<(&'a str, Vec<&'a Case>)> {
    let mut groups: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        groups.entry(&case.about).or_default().push(case);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    let cost = |cases: &[&Case]| {
        let worst = cases.iter().map(|case| case.priority).min();
        let n: usize = cases.iter().map(|case| case.recurrence.n).sum();
        (worst, std::cmp::Reverse(n))
    };
    groups.sort_by_key(|(about, cases)| (cost(cases), *about));
    groups
}

fn one_case(text: &mut String, case: &Case, is_withheld: bool) {
    let stated = match &case.spec {
        SpecStand::Speaks(ids) => format!("stated by {}", ids.join(", ")),
        SpecStand::Contradicts(ids) => format!("contradicted by {}", ids.join(", ")),
        SpecStand::Silent => "not stated".into(),
    };
    let recurs = match (&case.verdict, case.recurrence.of) {
        (CaseVerdict::SpecWrong, 0) => String::new(),
        _ => format!(", in {} rebuilds", case.recurrence),
    };
    line(text, &format!("- {} ({}, {stated}{recurs})", case.rule, case.priority));
    match &case.probe {
        Some(_) if is_withheld => line(text, "  - it fails a vector that readers do not see"),
        Some(probe) => one_call(text, probe),
        None => line(text, &format!("  - {}", case.subject)),
    }
    for push_back in &case.push_backs {
        line(text, &format!("  - a rebuilder objects: {}", push_back.text));
    }
}

fn one_call(text: &mut String, probe: &Probe) {
    for (at, call) in probe.before.iter().enumerate() {
        line(text, &format!("  - {at}: `{}` of `{}`, and then", call.operation, call.input));
    }
    let input = probe.input.to_string();
    line(text, &format!("  - `{}` of `{}`", probe.operation, short(&input)));
    line(text, &format!("  - the library gives: {}", short(&probe.reference.to_string())));
    let mut told: Vec<&Answer> = Vec::new();
    for (_, answer) in &probe.answers {
        if told.iter().all(|known| !known.agrees_with(answer)) {
            line(text, &format!("  - a rebuild gives: {}", short(&answer.to_string())));
            told.push(answer);
        }
    }
}

fn line(text: &mut String, line: &str) {
    let _always_fits = writeln!(text, "{line}");
}

fn short(text: &str) -> String {
    text.chars().take(MAX_ANSWER).collect()
}
