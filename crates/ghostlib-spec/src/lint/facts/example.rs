//! Examples: calls with what comes out of them, in prose, tables and code.

use super::call::{self, Call};
use super::callee::Inputs;
use super::outcome::Outcome;
use super::phrase::{behind_word, behind_words, first_word, has_word, head, tail};
use super::{Cell, Facts, File, Table, fence_example, literal};
use ghostlib_model::{Place, Span};

/// A call with what comes out of it.
#[derive(Debug)]
pub(super) struct Example {
    /// The index of the operation in [`Facts::operations`].
    pub(super) operation: usize,
    /// What goes in, where that is all literals.
    pub(super) inputs: Option<Inputs>,
    pub(super) outcome: Outcome,
    /// The call, on one line.
    pub(super) source: String,
    pub(super) place: Place,
    pub(super) is_companion: bool,
    /// Of an example in code: how it takes the result.
    pub(super) usage: Option<Usage>,
}

/// How code takes the result of a call.
#[derive(Debug)]
pub(super) struct Usage {
    /// The language of the fence, in lower case.
    pub(super) language: String,
    /// Whether it compares the result as if the call could not fail.
    pub(super) is_direct: bool,
}

/// The examples of all files, in the order of their text.
pub(super) fn find(facts: &Facts) -> Vec<Example> {
    let mut examples = Vec::new();
    for file in &facts.files {
        for prose in file.document.markdown.proses() {
            let source = file.document.text.slice(prose.span);
            let is_heading = source.starts_with('#');
            if source.contains('(') && !is_heading {
                in_prose(facts, file, source, prose.span.start, &mut examples);
            }
        }
        for table in &file.tables {
            in_table(facts, file, table, &mut examples);
        }
        for fence in &file.document.markdown.fences {
            fence_example::find(facts, file, fence, &mut examples);
        }
    }
    examples
}

/// Puts a call and its outcome down.
pub(super) fn add(
    facts: &Facts,
    file: &File,
    call: &Call,
    outcome: Outcome,
    span: Span,
    examples: &mut Vec<Example>,
) {
    examples.push(Example {
        operation: call.operation,
        inputs: facts.operations[call.operation].inputs_of_call(&call.arguments),
        outcome,
        source: String::new(),
        place: file.place(span),
        is_companion: file.is_companion,
        usage: None,
    });
    if let Some(example) = examples.last_mut() {
        example.source = crate::text::on_one_line(file.document.text.slice(span));
    }
}

fn in_prose(facts: &Facts, file: &File, source: &str, base: usize, examples: &mut Vec<Example>) {
    for call in call::find(facts, source) {
        let before = tail(&source[..call.range.start]);
        let after = head(&source[call.range.end..]).trim_start_matches(['`', '*']);
        if is_hedged(before) {
            continue;
        }
        let Some((outcome, rest)) = stated(after) else { continue };
        if is_conditional(rest) {
            continue;
        }
        let span = Span::new(base + call.range.start, base + call.range.end);
        add(facts, file, &call, outcome, span, examples);
    }
}

/// Whether the sentence says that the example is wrong, or holds only sometimes.
fn is_hedged(before: &str) -> bool {
    const HEDGES: [&str; 22] = [
        "if",
        "when",
        "unless",
        "with",
        "without",
        "under",
        "using",
        "instead",
        "not",
        "never",
        "wrong",
        "incorrect",
        "rather",
        "otherwise",
        "example",
        "where",
        "given",
        "in",
        "for",
        "after",
        "before",
        "while",
    ];
    let start = before.rfind(['\n', '.', ';']).map_or(0, |at| at + 1);
    let sentence = &before[start..];
    let is_label = sentence.trim_end().ends_with(':');
    let words = if is_label { &HEDGES[..14] } else { &HEDGES[..] };
    has_word(sentence, words) && !has_word(sentence, &["e.g", "instance"]) && !is_plain_example(sentence)
}

/// `For example, …`
fn is_plain_example(sentence: &str) -> bool {
    let rest = behind_words(sentence, "for example").or_else(|| behind_words(sentence, "for instance"));
    rest.or_else(|| behind_word(sentence, &["example", "examples"]))
        .is_some_and(|rest| first_word(rest.trim_start_matches([',', ':', '`', ' ', '('])).is_empty())
}

/// Whether what follows an outcome limits it.
fn is_conditional(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['`', '*', ',', ' ', '(']);
    let limits =
        ["if", "when", "unless", "with", "where", "in", "using", "under", "without", "only", "or", "plus"];
    behind_word(rest, &limits).is_some()
}

/// The outcome that the text behind a call states, and what follows it.
fn stated(after: &str) -> Option<(Outcome, &str)> {
    const ERROR_VERBS: [&str; 10] =
        ["throws", "raises", "errors", "fails", "panics", "throw", "raise", "error", "fail", "panic"];
    let after = after.trim_start();
    for arrow in ["→", "⇒", "⟶", "↦", "=>", "->", "===", "==", "≡", "="] {
        if let Some(rest) = after.strip_prefix(arrow) {
            return outcome(rest);
        }
    }
    let rest = behind_word(after, &["must", "should", "shall", "will", "always", "would"]).unwrap_or(after);
    if let Some(rest) = behind_word(rest, &ERROR_VERBS) {
        return Some((Outcome::Error, rest));
    }
    let verbs = [
        "returns", "return", "gives", "give", "yields", "yield", "produces", "produce", "equals", "equal",
        "outputs", "output", "becomes", "become", "is", "be",
    ];
    let rest = behind_words(rest, "evaluates to").or_else(|| behind_word(rest, &verbs))?;
    let fillers = ["the", "string", "number", "value", "exactly", "text", "list", "a", "just"];
    let mut rest = rest;
    while let Some(behind) = behind_word(rest, &fillers) {
        rest = behind;
    }
    outcome(rest.trim_start_matches(':'))
}

/// The outcome that a text starts with, and what follows it.
pub(super) fn outcome(text: &str) -> Option<(Outcome, &str)> {
    let text = text.trim_start();
    if text.starts_with('`') {
        let n_ticks = text.len() - text.trim_start_matches('`').len();
        let (code, rest) = text[n_ticks..].split_once(&text[..n_ticks])?;
        return Some((in_code(code.trim()), rest));
    }
    let word = first_word(behind_word(text, &["an", "a", "the"]).unwrap_or(text));
    if matches!(word.to_lowercase().as_str(), "error" | "err" | "throws" | "raises" | "fails")
        || word.ends_with("Error")
    {
        return Some((Outcome::Error, &text[text.find(word).unwrap_or(0) + word.len()..]));
    }
    let (value, length) = literal::read(text)?;
    let rest = &text[length..];
    // In prose a backslash may be Markdown's.
    let is_plain = !text[..length].contains('\\');
    let ends = rest.chars().next().is_none_or(|c| c.is_whitespace() || ".,;:)]*_\"'`".contains(c));
    // `is 5 times faster`
    let is_measure =
        value.is_number() && first_word(rest).starts_with(char::is_alphabetic) && rest.starts_with(' ');
    (is_plain && ends && !is_measure).then_some((Outcome::Value(value), rest))
}

/// The outcome that some code is as a whole.
pub(super) fn in_code(code: &str) -> Outcome {
    const ERRORS: [&str; 8] = ["Err(", "Err ", "throw", "raise", "error", "Error", "panic", "Left("];
    let is_error =
        ERRORS.iter().any(|start| code.starts_with(start)) || code.ends_with("Error") || code == "Err";
    if is_error {
        return Outcome::Error;
    }
    literal::read_whole(code).map_or_else(|| Outcome::Text(code.to_owned()), Outcome::Value)
}

/// Tables of calls or inputs with their outputs.
fn in_table(facts: &Facts, file: &File, table: &Table, examples: &mut Vec<Example>) {
    let titles: Vec<String> = table.head.iter().map(|cell| cell.plain().to_lowercase()).collect();
    let outputs = ["output", "result", "returns", "expected", "expected output", "return value", "value"];
    let Some(output) = titles.iter().position(|title| outputs.contains(&title.as_str())) else { return };
    if output == 0 || titles.len() > 3 {
        return;
    }
    let owner = file.owner(table.section);
    for row in &table.rows {
        let (Some(first), Some(result)) = (row.first(), row.get(output)) else { continue };
        let Some((outcome, rest)) = outcome(result.source) else { continue };
        if !rest.trim().is_empty() {
            continue;
        }
        if let Some((call, start)) = whole_call(facts, first) {
            let span = Span::new(start + call.range.start, start + call.range.end);
            add(facts, file, &call, outcome, span, examples);
        } else if let Some(inputs) = owner.and_then(|owner| input(facts, owner, &titles[0], first)) {
            examples.push(Example {
                operation: owner.unwrap_or_default(),
                inputs: Some(inputs),
                outcome,
                source: first.plain(),
                place: file.place(first.span),
                is_companion: file.is_companion,
                usage: None,
            });
        }
    }
}

fn whole_call<'a>(facts: &Facts, first: &Cell<'a>) -> Option<(Call<'a>, usize)> {
    let code = first.source.strip_prefix('`')?.strip_suffix('`')?;
    let call = call::find(facts, code).into_iter().next()?;
    (call.range == (0..code.len())).then_some((call, first.span.start + 1))
}

/// The input that a cell is for an operation with one parameter.
fn input(facts: &Facts, owner: usize, title: &str, cell: &Cell) -> Option<Inputs> {
    let operation = &facts.operations[owner];
    let parameter = operation.only_required()?;
    if !(matches!(title, "input" | "example" | "given" | "in") || title == parameter.to_lowercase()) {
        return None;
    }
    let code = cell.source.strip_prefix('`').and_then(|code| code.strip_suffix('`')).unwrap_or(cell.source);
    let is_marked = code.len() < cell.source.len() || code.starts_with('"');
    let value = literal::read_whole(code)?;
    if !is_marked || code.contains('\\') {
        return None;
    }
    let named = serde_json::Map::from_iter([(parameter.to_owned(), value)]);
    Some(operation.inputs(&named.into()))
}
