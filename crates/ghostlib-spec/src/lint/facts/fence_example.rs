//! Examples in code: assertions, comments with the result, sessions of an interpreter.

use super::call::{self, Call};
use super::example::{self, Example, Usage};
use super::outcome::Outcome;
use super::phrase::{has_word, head, tail};
use super::{Facts, File, literal};
use crate::markdown::Fence;
use ghostlib_model::Span;

/// Languages of fences that hold no code.
const NO_CODE: [&str; 17] = [
    "yaml", "yml", "json", "toml", "markdown", "md", "diff", "ebnf", "xml", "html", "csv", "mermaid", "sh",
    "bash", "shell", "console", "sql",
];

/// Whether a fence holds code in which calls are calls.
pub(super) fn has_calls(fence: &Fence) -> bool {
    let language = fence.words.first().map_or("", String::as_str);
    fence.words.get(1).is_none_or(|kind| kind != crate::api::API) && !NO_CODE.contains(&language)
}

/// The examples of a fence.
pub(super) fn find(facts: &Facts, file: &File, fence: &Fence, examples: &mut Vec<Example>) {
    if !has_calls(fence) {
        return;
    }
    let code = fence.code.as_str();
    for call in call::find(facts, code) {
        let Some((outcome, is_direct)) = stated(code, &call) else { continue };
        let span = fence.code.span_in_document(Span::new(call.range.start, call.range.end));
        example::add(facts, file, &call, outcome, span, examples);
        if let Some(example) = examples.last_mut() {
            let language = fence.words.first().cloned().unwrap_or_default();
            example.usage = Some(Usage { language, is_direct });
        }
    }
}

/// The outcome that the code around a call states, and whether it compares the result as if the call could not
/// fail.
fn stated(code: &str, call: &Call) -> Option<(Outcome, bool)> {
    let before = tail(&code[..call.range.start]);
    let before = before[before.rfind('\n').map_or(0, |at| at + 1)..].trim();
    let (after, is_unwrapped) = unwrapped(head(&code[call.range.end..]));
    let line_length = after.find('\n').unwrap_or(after.len());
    let (line, next) = after.split_at(line_length);
    if is_negated(before) || is_negated(line) {
        return None;
    }
    let compared = asserted(before, after).or_else(|| assigned(before, line, next));
    let source = compared
        .or_else(|| behind_arrow(line))
        .or_else(|| in_comment(line))
        .or_else(|| answered(before, line, next))?
        .trim();
    let is_compared = compared.is_some() || line.trim_start().starts_with("==");
    let is_result = source.starts_with("Ok(") || source.starts_with("Err(");
    let outcome = literal_or_error(source)?;
    Some((outcome, is_compared && !is_unwrapped && !is_result))
}

fn is_negated(line: &str) -> bool {
    let words = ["not", "wrong", "bad", "never", "ne", "assert_ne", "incorrect"];
    has_word(line, &words) || line.contains("!=") || line.contains('❌')
}

/// What follows the ways to get at a result that may be an error.
fn unwrapped(after: &str) -> (&str, bool) {
    let mut rest = after;
    loop {
        let next = [".unwrap()", "?", ".await", "!", ".get()"].iter().find_map(|way| rest.strip_prefix(way));
        let next =
            next.or_else(|| rest.strip_prefix(".expect(").and_then(|rest| Some(rest.split_once(')')?.1)));
        match next {
            Some(next) => rest = next,
            None => return (rest, rest.len() < after.len()),
        }
    }
}

/// `assert_eq!(f(x), y)`, `expect(f(x)).toBe(y)`.
fn asserted<'a>(before: &str, after: &'a str) -> Option<&'a str> {
    const EQUALS: [&str; 10] = [
        "assert_eq!(",
        "assertEqual(",
        "assertEquals(",
        "assert.equal(",
        "assert.strictEqual(",
        "assert.deepEqual(",
        "assert_equal(",
        "is(",
        "eq(",
        "assert.Equal(t, ",
    ];
    const MATCHERS: [&str; 7] =
        [").toBe(", ").toEqual(", ").toStrictEqual(", ").to.equal(", ").to.eq(", ").to.eql(", ").to eq("];
    let rest = if EQUALS.iter().any(|start| before.ends_with(start.trim_end())) {
        after.trim_start().strip_prefix(',')?
    } else {
        MATCHERS.iter().find_map(|matcher| after.strip_prefix(matcher))?
    };
    let (_, length) = literal::read(rest)?;
    matches!(rest[length..].trim_start().chars().next(), Some(')' | ',')).then(|| &rest[..length])
}

/// `f(x) → y`, `f(x) == y`.
fn behind_arrow(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let arrows = ["→", "⇒", "⟶", "↦", "=>", "->", "===", "=="];
    let rest = arrows.iter().find_map(|arrow| line.strip_prefix(arrow))?;
    let rest = rest.split(" // ").next()?.split(" # ").next()?.split("  (").next()?;
    Some(rest.trim_end().trim_end_matches([';', ',']))
}

/// `f(x)  // y`, `f(x); # => y`.
fn in_comment(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches([';', ')']).trim_start();
    let rest = ["//", "#", "--", ";;"].iter().find_map(|mark| line.strip_prefix(mark))?.trim_start();
    let marks = ["=>", "->", "→", "==", "=", "returns", "Returns", "outputs"];
    let rest = marks.iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
    Some(rest.trim().trim_end_matches('.'))
}

/// `>>> f(x)` with the answer on the next line.
fn answered<'a>(before: &str, line: &str, next: &'a str) -> Option<&'a str> {
    let is_prompt = matches!(before, ">>>" | ">" | "iex>" | "irb>" | "In [1]:");
    (is_prompt && line.trim().is_empty()).then(|| next.trim_start_matches('\n').lines().next())?
}

/// `r = f(x)`, and an assertion about `r` within the next lines.
fn assigned<'a>(before: &str, line: &str, next: &'a str) -> Option<&'a str> {
    if !line.trim().trim_end_matches(';').is_empty() {
        return None;
    }
    let target = before.strip_suffix('=')?.trim_end_matches(':').trim_end();
    let name = target.rsplit(char::is_whitespace).next().filter(|name| literal::identifier(name) == *name)?;
    if target.contains(',') || name.is_empty() {
        return None;
    }
    for line in next.lines().skip(1).take(3) {
        let Some((start, rest)) = around_word(line, name) else { continue };
        if is_negated(line) {
            return None;
        }
        let is_comparison = start.trim() == "assert" || start.trim() == "assert!(";
        if is_comparison && let Some(rest) = rest.trim_start().strip_prefix("==") {
            return Some(rest.trim().trim_end_matches([';', ')']));
        }
        return asserted(start.trim(), rest);
    }
    None
}

/// What stands before and behind a word.
fn around_word<'a>(line: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut parts = line.match_indices(word).map(|(at, _)| (&line[..at], &line[at + word.len()..]));
    parts.find(|(before, behind)| !before.ends_with(is_part) && !behind.starts_with(is_part))
}

fn literal_or_error(source: &str) -> Option<Outcome> {
    match example::in_code(source) {
        Outcome::Text(_) => None,
        outcome => Some(outcome),
    }
}
