//! Vectors against the conditions under which the spec says that an operation fails.

use super::callee::{Callee, Inputs};
use super::phrase::has_word;
use super::{Facts, File, Report, Table, line_of, range, vectors};
use crate::Code;
use crate::markdown::{Block, Markdown};
use ghostlib_model::{Expected, Place, RequirementKind, Span, Value, Vector};
use std::collections::{BTreeMap, BTreeSet};

/// How far a list of conditions is read.
const MAX_BLOCKS: usize = 500;

/// A stated condition under which an operation fails.
pub(super) struct Condition {
    text: String,
    test: Test,
    place: Place,
}

/// What an input must be for a condition to hold.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// The input, or this parameter, is an empty text.
    Empty(Option<String>),
    Negative(Option<String>),
    Zero(Option<String>),
    Null,
    /// A parameter lies in a range.
    In(String, range::Range),
    /// JSON has no such value.
    Impossible,
    /// It cannot be told from the words.
    Open,
}

pub(super) fn check(facts: &Facts, report: &mut Report) {
    let conditions = conditions(facts);
    let stated = if conditions.is_empty() { BTreeMap::new() } else { stated_errors(facts) };
    for (operation, conditions) in conditions {
        let callee = &facts.operations[operation];
        let is_listed = |place: &&Place| {
            let is_it = |listed: &Place| listed.file == place.file && listed.line == place.line;
            conditions.iter().any(|condition| is_it(&condition.place))
        };
        let is_closed = conditions.iter().all(|condition| condition.test != Test::Open)
            && stated.get(&operation).is_none_or(|places| places.iter().all(is_listed));
        // What calls before did may be what fails.
        for vector in callee.vectors.iter().filter(|vector| vector.before.is_empty()) {
            check_vector(callee, vector, &conditions, is_closed, report);
        }
    }
}

fn check_vector(
    callee: &Callee,
    vector: &Vector,
    conditions: &[Condition],
    is_closed: bool,
    report: &mut Report,
) {
    let inputs = callee.inputs(&vector.input);
    let mut tests = conditions.iter().map(|condition| (condition, condition.test.holds(&inputs)));
    if let Expected::Output(_) = vector.expected {
        let Some((condition, _)) = tests.find(|(_, holds)| *holds == Some(true)) else { return };
        let message = format!(
            "`{}` expects {} for {}, which is an error by {}: {}",
            vector.name,
            vectors::shown(&vector.expected),
            vectors::shown_value(&vector.input),
            line_of(&condition.place),
            condition.text
        );
        let help = "decide whether this is an error, and mend the vector or the condition";
        report.add(Code::VectorContradictsErrors.at(vector.place.clone(), message).help(help).into());
    } else if is_closed && !conditions.is_empty() && tests.all(|(_, holds)| holds == Some(false)) {
        let stated: Vec<_> = conditions.iter().map(|condition| condition.text.as_str()).collect();
        let message = format!(
            "`{}` expects an error for {}, and none of the stated conditions holds: {} ({})",
            vector.name,
            vectors::shown_value(&vector.input),
            stated.join(", "),
            line_of(&conditions[0].place)
        );
        let help = "state the condition under which this is an error, or mend the vector";
        report.add(Code::VectorContradictsErrors.at(vector.place.clone(), message).help(help).into());
    }
}

/// Where the spec speaks of errors, by the operation that the section or the statement itself names.
fn stated_errors<'a>(facts: &'a Facts) -> BTreeMap<usize, Vec<&'a Place>> {
    let mut places: BTreeMap<usize, Vec<&Place>> = BTreeMap::new();
    let requirements = facts.input.spec.requirements.iter();
    for requirement in requirements.filter(|requirement| requirement.kind == RequirementKind::Error) {
        let titles = requirement.section.iter().filter_map(|title| title.split('(').next());
        let words = requirement.text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let named: BTreeSet<usize> = titles.chain(words).filter_map(|name| facts.operation(name)).collect();
        for operation in named {
            places.entry(operation).or_default().push(&requirement.place);
        }
    }
    places
}

impl Test {
    /// Whether the condition holds; `None` if that cannot be told.
    fn holds(&self, inputs: &Inputs) -> Option<bool> {
        match self {
            Self::Empty(name) => text(inputs, name.as_deref()).map(str::is_empty),
            Self::Negative(name) => number(inputs, name.as_deref()).map(|number| number < 0.0),
            Self::Zero(name) => number(inputs, name.as_deref()).map(|number| number == 0.0),
            Self::Null => Some(inputs.len() == 1 && inputs.values().all(Value::is_null)),
            Self::In(name, range) => number(inputs, Some(name)).map(|number| range.contains(number)),
            Self::Impossible => Some(false),
            Self::Open => None,
        }
    }
}

/// The text of a parameter, or the only text there is.
fn text<'a>(inputs: &'a Inputs, name: Option<&str>) -> Option<&'a str> {
    if let Some(name) = name {
        return inputs.get(name)?.as_str();
    }
    let mut texts = inputs.values().filter_map(Value::as_str);
    let first = texts.next()?;
    texts.next().is_none().then_some(first)
}

/// The number of a parameter, or the only number there is.
fn number(inputs: &Inputs, name: Option<&str>) -> Option<f64> {
    if let Some(name) = name {
        return inputs.get(name)?.as_f64();
    }
    let mut numbers = inputs.values().filter_map(Value::as_f64);
    let first = numbers.next()?;
    (numbers.next().is_none() && inputs.values().all(|value| !value.is_string())).then_some(first)
}

/// The stated conditions by operation.
pub(super) fn conditions(facts: &Facts) -> BTreeMap<usize, Vec<Condition>> {
    let mut conditions: BTreeMap<usize, Vec<Condition>> = BTreeMap::new();
    for file in facts.documents() {
        for table in &file.tables {
            in_table(facts, file, table, &mut conditions);
        }
        in_lists(facts, file, &mut conditions);
    }
    conditions
}

/// `| Function | Error when |`.
fn in_table(facts: &Facts, file: &File, table: &Table, conditions: &mut BTreeMap<usize, Vec<Condition>>) {
    let is_condition = |title: &str| {
        let title = title.to_lowercase();
        [
            "error when",
            "errors when",
            "error if",
            "fails when",
            "fails if",
            "error condition",
            "error conditions",
            "throws when",
            "raises when",
        ]
        .contains(&title.as_str())
    };
    let Some(column) = table.head.iter().position(|cell| is_condition(&cell.plain())) else { return };
    for row in &table.rows {
        let operation = row.iter().find_map(|cell| facts.operation(cell.plain().split('(').next()?.trim()));
        let (Some(operation), Some(cell)) = (operation, row.get(column)) else { continue };
        let list = conditions.entry(operation).or_default();
        for text in cell.plain().split([',', ';']).flat_map(|part| part.split(" or ")) {
            add(facts, operation, text, file.place(cell.span), list);
        }
    }
}

/// The items under "Error conditions:" in an operation's section.
fn in_lists(facts: &Facts, file: &File, conditions: &mut BTreeMap<usize, Vec<Condition>>) {
    let markdown = &file.document.markdown;
    for (at, block) in markdown.blocks.iter().enumerate() {
        if !matches!(block, Block::ListStart(_)) || at == 0 || !leads_in(markdown, &markdown.blocks[at - 1]) {
            continue;
        }
        let mut n_open = 0;
        for block in markdown.blocks[at..].iter().take(MAX_BLOCKS) {
            match block {
                Block::ListStart(_) => n_open += 1,
                Block::ListEnd if n_open == 1 => break,
                Block::ListEnd => n_open -= 1,
                Block::Prose(id) if n_open == 1 => {
                    let prose = markdown.prose(*id);
                    let Some(operation) = file.owner(prose.section) else { continue };
                    let span = file.document.text.trimmed(prose.span);
                    let list = conditions.entry(operation).or_default();
                    add(facts, operation, &item(file, span), file.place(span), list);
                }
                _ => {}
            }
        }
    }
}

fn item(file: &File, span: Span) -> String {
    file.document.text.slice(span).replace(['`', '*'], "")
}

fn leads_in(markdown: &Markdown, block: &Block) -> bool {
    const TITLES: [&str; 10] = [
        "error conditions",
        "errors",
        "error cases",
        "error when",
        "errors when",
        "raises",
        "throws",
        "fails when",
        "fails if",
        "error if",
    ];
    let words = match block {
        Block::Prose(id) => markdown.prose(*id).words,
        Block::Heading(section) => &markdown.sections[*section].title,
        _ => return false,
    };
    TITLES.contains(&words.trim().trim_end_matches(':').to_lowercase().as_str())
}

fn add(facts: &Facts, operation: usize, text: &str, place: Place, known: &mut Vec<Condition>) {
    let text = crate::text::on_one_line(text);
    if !text.is_empty() {
        known.push(Condition { test: test_of(&facts.operations[operation], &text), text, place });
    }
}

/// What a condition's words ask of the input.
fn test_of(callee: &Callee, text: &str) -> Test {
    const FILLERS: [&str; 20] = [
        "a",
        "an",
        "the",
        "is",
        "are",
        "input",
        "inputs",
        "value",
        "values",
        "argument",
        "if",
        "when",
        "number",
        "numbers",
        "string",
        "text",
        "given",
        "passed",
        "parameter",
        "amount",
    ];
    let lower = text.trim_end_matches('.').to_lowercase();
    if let Some(range) = range::read(&lower)
        && let Some(name) = range.variable.as_deref().and_then(|name| callee.parameter_named(name))
    {
        return Test::In(name, range);
    }
    let words: Vec<&str> =
        lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    let mut named = None;
    let mut said = Vec::new();
    for word in words {
        match callee.parameter_named(word) {
            Some(name)
                if !matches!(word, "string" | "text" | "value" | "input" | "number")
                    || callee.only_required() != Some(word) =>
            {
                named = Some(name);
            }
            _ if FILLERS.contains(&word) => {}
            _ => said.push(word),
        }
    }
    let names_text = has_word(&lower, &["string", "text", "input"]) || named.is_some();
    match said.as_slice() {
        ["empty"] if names_text || lower == "empty" => Test::Empty(named),
        ["negative"] => Test::Negative(named),
        ["zero"] => Test::Zero(named),
        ["null" | "none" | "nil" | "undefined"] => Test::Null,
        ["nan" | "infinite" | "infinity"] | ["not", "a"] | ["nan", "infinity"] => Test::Impossible,
        _ => Test::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn reports(conditions: &str, vector: &str) -> Vec<String> {
        let spec =
            format!("# Pads\n\n## pad(text, width) → string\n\n**Error conditions:**\n\n{conditions}\n");
        found(&spec, &format!("pad:\n  - {{name: a, input: {vector}}}\n"))
    }

    #[test]
    fn a_value_where_an_error_is_stated_is_found() {
        for (conditions, vector) in [
            ("- Empty string", "{text: '', width: 1}, output: x"),
            ("- Negative `width`", "{text: a, width: -1}, output: x"),
            ("- `width` > 80", "{text: a, width: 81}, output: x"),
            ("- Width is zero", "{text: a, width: 0}, output: x"),
        ] {
            assert_eq!(
                reports(conditions, vector),
                ["vector-contradicts-errors tests.yaml:2"],
                "{conditions}"
            );
        }
        let table = "# Pads\n\n## Errors\n\n| Function | Error when |\n|---|---|\n| `pad` | Empty string, NaN |\n\n## pad(text) → string\n";
        let reports = found(table, "pad:\n  - {name: a, input: '', output: x}\n");
        assert_eq!(reports, ["vector-contradicts-errors tests.yaml:2"]);
    }

    #[test]
    fn an_error_that_no_condition_covers_is_found_only_where_all_can_be_told() {
        assert_eq!(reports("- Empty string", "{text: a, width: 1}, error: true").len(), 1);
        for conditions in ["- Empty string\n- Unknown characters", "- Empty string\n- `width` out of range"] {
            assert_eq!(reports(conditions, "{text: a, width: 1}, error: true"), [""; 0], "{conditions}");
        }
        let more = "- Empty string\n\nA text with a NUL is an error.";
        assert_eq!(reports(more, "{text: a, width: 1}, error: true"), [""; 0]);
    }

    #[test]
    fn conditions_that_do_not_hold_or_cannot_be_told_are_left_alone() {
        for (conditions, vector) in [
            ("- Empty string", "{text: ' ', width: 1}, output: x"),
            ("- Empty `list`", "{text: '', width: 1}, output: x"),
            ("- Negative result", "{text: '', width: -1}, output: x"),
            ("- Empty string after trimming", "{text: '', width: 1}, output: x"),
            ("- Negative `width`", "{text: '', width: -1}, error: true"),
        ] {
            assert_eq!(reports(conditions, vector), [""; 0], "{conditions}");
        }
    }
}
