//! Sentences about one value that a table of thresholds treats otherwise.

use super::boundaries::shown;
use super::mapping::{Mapping, Rounding};
use super::phrase::{behind_word, first_word, has_word, last_word};
use super::quantity::{Quantity, Unit, number};
use super::threshold::{Threshold, ThresholdRow, quoted_with_places};
use super::{Facts, File, Report, line_of};
use crate::Code;
use crate::markdown::Prose;
use ghostlib_model::Span;
use std::collections::BTreeMap;

/// How long a sentence may be, in bytes.
const LONGEST: usize = 1000;

/// Reports statements about single values in the sections of the tables' operations.
pub(super) fn check(facts: &Facts, thresholds: &[Threshold], mappings: &[Mapping], report: &mut Report) {
    let mut by_owner: BTreeMap<usize, Vec<(&Threshold, &[Rounding])>> = BTreeMap::new();
    let mut mappings = mappings.iter().peekable();
    for threshold in thresholds {
        // Mappings are in the order of their tables.
        let mapping = mappings.next_if(|mapping| std::ptr::eq(mapping.threshold, threshold));
        let roundings = mapping.map_or(&[][..], |mapping| mapping.roundings.as_slice());
        if let Some(owner) = threshold.owner {
            by_owner.entry(owner).or_default().push((threshold, roundings));
        }
    }
    if by_owner.is_empty() {
        return;
    }
    for file in facts.documents() {
        for prose in file.document.markdown.proses() {
            let owner = file.owner(prose.section);
            for (threshold, roundings) in owner.and_then(|owner| by_owner.get(&owner)).into_iter().flatten() {
                check_prose(file, prose, threshold, roundings, report);
            }
        }
    }
}

/// An output that a sentence speaks of, and a value that it holds or does not hold for.
struct Statement<'a> {
    output: &'a str,
    quantity: Quantity,
    is_never: bool,
}

fn check_prose(
    file: &File,
    prose: Prose,
    threshold: &Threshold,
    roundings: &[Rounding],
    report: &mut Report,
) {
    let source = file.document.text.slice(prose.span);
    if !source.contains(['"', '“']) {
        return;
    }
    for range in crate::statements::sentences(source) {
        let sentence = &source[range.clone()];
        if sentence.len() > LONGEST {
            continue;
        }
        for statement in statements(sentence, threshold) {
            if let Some(row) = contradicted(&statement, threshold, roundings) {
                let start = prose.span.start + range.start;
                let span = file.document.text.trimmed(Span::new(start, prose.span.start + range.end));
                let says = if statement.is_never { "never" } else { "said to be" };
                let message = format!(
                    "\"{}\" is {says} for {}, and `{}` at {} gives {} there",
                    statement.output,
                    shown(&statement.quantity),
                    row.source,
                    line_of(&threshold.file.place(row.span)),
                    row.shown()
                );
                let help = "decide whether the sentence or the table is right, and mend the other";
                report.at(file.document, Code::ExampleContradictsTable, span, message, help);
            }
        }
    }
}

/// The row that a statement contradicts.
fn contradicted<'t>(
    statement: &Statement,
    threshold: &'t Threshold,
    roundings: &[Rounding],
) -> Option<&'t ThresholdRow> {
    let value = statement.quantity.base();
    let mut rows = threshold.rows_at(value);
    let row = rows.next()?;
    if rows.next().is_some() || row.templates.is_empty() {
        return None;
    }
    let gives = gives(row, statement.output, value, roundings);
    let is_contradiction = if statement.is_never { gives == Some(true) } else { gives == Some(false) };
    is_contradiction.then_some(row)
}

/// Whether a row gives an output for a value; `None` if that depends on how it rounds.
fn gives(row: &ThresholdRow, output: &str, value: f64, roundings: &[Rounding]) -> Option<bool> {
    let Some(template) = row.template_for(output) else { return Some(false) };
    if template.is_fixed() {
        return Some(true);
    }
    let (number, unit) = template.measure(output)?;
    let fits = |rounding: &Rounding| super::range::same(rounding.round(value / unit.factor), number);
    let is_clear = roundings.windows(2).all(|pair| fits(&pair[0]) == fits(&pair[1]));
    roundings.first().filter(|_| is_clear).map(fits)
}

fn statements<'a>(sentence: &'a str, threshold: &Threshold) -> Vec<Statement<'a>> {
    let outputs = quoted_with_places(sentence);
    let quantities = quantities(sentence, threshold);
    let is_negated = has_word(sentence, &["never", "not", "no"]) || sentence.contains("n't");
    let is_output = |text: &str| threshold.rows.iter().any(|row| row.template_for(text).is_some());
    let mut statements = Vec::new();
    if is_negated {
        // "47 hours never gives "2 days ago"": one output and one value, so that it is clear what is meant.
        if let ([(_, output)], [(_, quantity)]) = (outputs.as_slice(), quantities.as_slice())
            && is_output(output)
            && has_word(sentence, &["never"])
        {
            statements.push(Statement { output, quantity: quantity.clone(), is_never: true });
        }
        return statements;
    }
    for (at, output) in outputs {
        let stated = quantities.iter().find(|(range, _)| is_stated(sentence, range, at, output));
        if let Some((_, quantity)) = stated.filter(|_| !output.contains(['{', '<'])) {
            statements.push(Statement { output, quantity: quantity.clone(), is_never: false });
        }
    }
    statements
}

/// Whether a value and an output stand side by side: `47 hours → "1 day ago"`.
fn is_stated(sentence: &str, value: &std::ops::Range<usize>, at: usize, output: &str) -> bool {
    let open = sentence[..at].char_indices().next_back().map_or(at, |(open, _)| open);
    let close = at + output.len();
    if value.end <= open {
        let between = sentence[value.end..open].trim();
        let between = behind_word(between, &["ago", "old"]).unwrap_or(between).trim();
        return matches!(
            between,
            "→" | "->" | "=>" | "gives" | "is" | "becomes" | "shows" | "yields" | "returns" | "is shown as"
        );
    }
    let between = sentence.get(close..value.start).unwrap_or_default();
    let between = between.trim_start_matches(['"', '”']).trim();
    between == "for"
}

/// The single values in a sentence that are no ends of ranges, and where they stand.
fn quantities(sentence: &str, threshold: &Threshold) -> Vec<(std::ops::Range<usize>, Quantity)> {
    let Some(end) = threshold.rows.iter().find_map(|row| row.range.ends().next()) else { return Vec::new() };
    let dimension = &end.quantity.unit.dimension;
    let in_quotes = quoted_with_places(sentence);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = sentence[at..].find(|c: char| c.is_ascii_digit()).map(|start| start + at) {
        let Some((value, n_decimals, length)) = number(&sentence[start..]) else { break };
        at = start + length;
        let unit_start =
            at + sentence[at..].len() - sentence[at..].trim_start_matches([' ', '-', '\u{a0}']).len();
        let word = first_word(&sentence[unit_start..]);
        let Some(unit) = Unit::named(word).filter(|unit| unit.dimension == *dimension && unit.is_exact)
        else {
            continue;
        };
        let end = unit_start + word.len();
        let is_quoted = in_quotes.iter().any(|(open, text)| (*open..open + text.len()).contains(&start));
        if !is_quoted && !is_part_of_range(&sentence[..start], &sentence[end..]) {
            found.push((start..end, Quantity { number: value, n_decimals, unit }));
        }
        at = end;
    }
    found
}

fn is_part_of_range(before: &str, behind: &str) -> bool {
    const LIMITS: [&str; 16] = [
        "than", "under", "over", "below", "above", "least", "most", "to", "until", "from", "between",
        "every", "within", "through", "about", "after",
    ];
    let word = last_word(before).to_lowercase();
    let marks = ['-', '–', '—', '−', '<', '>', '=', '≤', '≥', '~', '.', '+'];
    LIMITS.contains(&word.as_str())
        || before.trim_end().ends_with(marks)
        || before.ends_with(char::is_alphanumeric)
        || behind.trim_start().starts_with(['–', '—', '+', '<', '>', '≤', '≥'])
        || behind_word(behind, &["to", "or", "and", "through", "until"]).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    fn spec(sentence: &str) -> String {
        format!(
            "# Ages\n\n## age(hours) → string\n\n| Age | Output |\n|---|---|\n| 0–23 hours | \"today\" |\n| 24+ hours | \"{{n}} days\" |\n\n{sentence}\n"
        )
    }

    /// Vectors that round to the nearest day.
    const VECTORS: &str = "\
age:
  - {name: a, input: {hours: 0}, output: today}
  - {name: b, input: {hours: 23}, output: today}
  - {name: c, input: {hours: 24}, output: 1 days}
  - {name: d, input: {hours: 25}, output: 1 days}
  - {name: e, input: {hours: 36}, output: 2 days}
";

    #[test]
    fn a_sentence_against_its_row_is_found() {
        for sentence in [
            "It feels wrong. \"2 days\" must never stand for something 47 hours old.",
            "23 hours → \"1 days\".",
            "\"today\" for 30 hours is friendly.",
        ] {
            assert_eq!(
                found(&spec(sentence), VECTORS),
                ["example-contradicts-table SPEC.md:10"],
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_sentence_that_agrees_or_speaks_of_something_else_is_not() {
        for sentence in [
            "\"2 days\" must never stand for something 30 hours old.",
            "\"today\" never holds for more than 23 hours.",
            "23 hours → \"today\", and 36 hours → \"2 days\".",
            "The 30-hour \"today\" window is gone.",
            "\"today\" is not for 5 minutes.",
            "Between 20 hours and 30 hours it says \"today\" first.",
        ] {
            assert_eq!(found(&spec(sentence), VECTORS), [""; 0], "{sentence}");
        }
    }
}
