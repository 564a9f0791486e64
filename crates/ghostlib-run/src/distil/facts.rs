//! Statements that follow from what the reference answered.

use super::templates::{Statement, Topic};
use ghostlib_diff::Api;
use ghostlib_model::{Answer, ApiItem, ApiKind, Failure, Value};
use ghostlib_verify::{Observed, Operation, plain};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer cases than that prove no rule.
const MIN_CASES: usize = 2;
const MIN_ROUND_TRIPS: usize = 8;

/// What follows from answers, of one operation after the other.
pub(super) struct Facts<'a> {
    api: &'a Api,
    /// What was told already, and need not be told of a trait's implementation again.
    told: BTreeSet<String>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        Self { api, told: BTreeSet::new() }
    }

    /// What the answers to all calls of an operation have in common.
    pub(super) fn of(&mut self, operation: &Operation, kind: ApiKind, observed: &Observed) -> Vec<Statement> {
        let told = self.errors(operation, observed).into_iter().chain(round_trip(operation, observed));
        let told: Vec<(String, Statement)> = told.collect();
        let is_told = |what: &String| kind == ApiKind::TraitImpl && self.told.contains(what);
        let mut statements: Vec<Statement> =
            told.iter().filter(|(what, _)| !is_told(what)).map(|(_, statement)| statement.clone()).collect();
        self.told.extend(told.into_iter().map(|(what, _)| what));
        statements.extend(constant(operation, kind, observed));
        statements
    }

    /// The texts of errors that are the same whatever the input.
    fn errors(&self, operation: &Operation, observed: &Observed) -> Vec<(String, Statement)> {
        let mut texts: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for failure in observed.all.iter().filter_map(|one| failure(&one.answer)) {
            texts.entry(failure.class.as_deref()).or_default().push(&failure.text);
        }
        let is_only = texts.len() == 1;
        let name = &operation.name;
        let statement = |(class, texts): (Option<&str>, Vec<&str>)| {
            let different: BTreeSet<&str> = texts.iter().copied().collect();
            let text = different.first().filter(|text| different.len() == 1 && !text.is_empty())?;
            if texts.len() < self.needed(class, text)? {
                return None;
            }
            let what =
                class.filter(|_| !is_only).map_or_else(String::new, |class| format!(" with `{class}`"));
            let sentence =
                format!("If `{name}` fails{what}, the text of the error MUST be {}.", quoted(text));
            Some((format!("{class:?} {text}"), Statement { topic: Topic::Error, text: sentence }))
        };
        texts.into_iter().filter_map(statement).collect()
    }

    /// How many cases show that an error always has this text: one, if its variant holds nothing that could stand in it. None
    /// do, where something could: a variant holds something, or the text has numbers or quotes.
    fn needed(&self, class: Option<&str>, text: &str) -> Option<usize> {
        let tail = class.map(|class| format!("::{class}"));
        let is_it = |item: &&ApiItem| {
            tail.as_ref().is_some_and(|tail| item.kind == ApiKind::Variant && item.path.ends_with(&**tail))
        };
        let mut variants = self.api.items.iter().filter(is_it).peekable();
        if variants.peek().is_some() {
            return variants.all(|item| !item.signature.contains(['(', '{'])).then_some(1);
        }
        let is_varied = text.contains(|c: char| c.is_ascii_digit() || matches!(c, '`' | '"' | '\''));
        (!is_varied).then_some(MIN_CASES)
    }
}

fn failure(answer: &Answer) -> Option<&Failure> {
    match answer {
        Answer::Error(failure) => Some(failure),
        _ => None,
    }
}

/// The value of a constant, or the default of a type.
fn constant(operation: &Operation, kind: ApiKind, observed: &Observed) -> Option<Statement> {
    let owner = operation.item.strip_prefix('<').and_then(|item| item.strip_suffix(" as Default>"));
    let is_constant = matches!(kind, ApiKind::Const | ApiKind::Static);
    if !operation.params.is_empty() || !(is_constant || owner.is_some()) {
        return None;
    }
    let Answer::Ok(value) = &observed.all.first()?.answer else { return None };
    let value = match plain(value) {
        Value::Object(_) | Value::Array(_) => return None,
        Value::String(text) => quoted(text),
        value => format!("`{value}`"),
    };
    let text = match owner {
        Some(owner) => format!("The default of `{owner}` MUST be {value}."),
        None => format!("`{}` MUST be {value}.", operation.item),
    };
    Some(Statement { topic: Topic::Result, text })
}

/// A value that is shown as the text that it was read from.
fn round_trip(operation: &Operation, observed: &Observed) -> Option<(String, Statement)> {
    let kept = operation.keeps.as_ref()?;
    let [param] = &operation.params[..] else { return None };
    let cases: Vec<(&str, &str)> = observed
        .all
        .iter()
        .filter_map(|one| {
            let Answer::Ok(value) = &one.answer else { return None };
            let input = one.sequence.calls.last()?.input.get(&param.name)?.as_str()?;
            Some((input, value.get("display")?.as_str()?))
        })
        .collect();
    let is_same = cases.len() >= MIN_ROUND_TRIPS && cases.iter().all(|(input, shown)| input == shown);
    let text = format!(
        "A `{kept}` that `{}` gives MUST be displayed as the text that it was read from.",
        operation.name
    );
    is_same.then(|| (format!("round trip of {kept}"), Statement { topic: Topic::Result, text }))
}

/// A text as a statement quotes it.
fn quoted(text: &str) -> String {
    if text.contains('`') || text.trim() != text || text.is_empty() {
        format!("{text:?}")
    } else {
        format!("`{text}`")
    }
}
