//! Which input a table of thresholds is about, as the vectors show, and the vectors that it contradicts.

use super::boundaries::shown;
use super::quantity::{Dimension, Quantity, Unit};
use super::threshold::{Threshold, ThresholdRow};
use super::{Facts, Report, line_of, vectors};
use crate::Code;
use ghostlib_model::{Expected, Value, Vector};
use std::collections::{BTreeMap, BTreeSet};

/// How many numeric inputs are tried.
const MAX_INPUTS: usize = 6;
/// How many vectors are looked at to find the quantity.
const MAX_VECTORS: usize = 200;
/// How many vectors a mapping must explain.
const MIN_EXPLAINED: usize = 5;

/// How vectors feed a table.
pub(super) struct Mapping<'a> {
    pub(super) threshold: &'a Threshold<'a>,
    pub(super) operation: usize,
    source: Source,
    /// What one of the input's own unit is in the base unit.
    factor: f64,
    /// How the number in an output may come from the quantity; more than one way where the vectors leave it open.
    pub(super) roundings: Vec<Rounding>,
    /// What the inputs beside the quantity are in the vectors that the table explains.
    others: BTreeSet<String>,
}

/// The quantity: an input, or what lies between two.
#[derive(Clone, Debug)]
enum Source {
    Input(String),
    Difference(String, String),
}

/// How a whole number is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    Nearest,
    Down,
    Up,
}

impl Rounding {
    const ALL: [Self; 3] = [Self::Nearest, Self::Down, Self::Up];

    pub(super) fn round(self, value: f64) -> f64 {
        match self {
            Self::Nearest => (value + 0.5).floor(),
            Self::Down => value.floor(),
            Self::Up => value.ceil(),
        }
    }
}

impl Source {
    fn of(&self, inputs: &BTreeMap<&str, f64>) -> Option<f64> {
        match self {
            Self::Input(name) => inputs.get(name.as_str()).copied(),
            Self::Difference(from, to) => Some(inputs.get(to.as_str())? - inputs.get(from.as_str())?),
        }
    }

    fn has(&self, input: &str) -> bool {
        match self {
            Self::Input(name) => name == input,
            Self::Difference(from, to) => from == input || to == input,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Input(name) if name.is_empty() => "the input".to_owned(),
            Self::Input(name) => format!("`{name}`"),
            Self::Difference(from, to) => format!("`{to}` − `{from}`"),
        }
    }
}

/// The parts of a vector that a table may speak of.
struct Case<'a> {
    numbers: BTreeMap<&'a str, f64>,
    output: String,
}

impl<'a> Case<'a> {
    fn of(vector: &'a Vector) -> Option<Self> {
        Some(Self { numbers: numbers(vector), output: output(vector)? })
    }
}

/// The mappings that the vectors bear out.
pub(super) fn find<'a>(facts: &Facts, thresholds: &'a [Threshold<'a>]) -> Vec<Mapping<'a>> {
    thresholds.iter().filter_map(|threshold| best(facts, threshold)).collect()
}

/// Reports the vectors that a table explains otherwise.
pub(super) fn check(facts: &Facts, mappings: &[Mapping], report: &mut Report) {
    for mapping in mappings {
        for vector in &facts.operations[mapping.operation].vectors {
            if let Some(value) = mapping.value(vector)
                && mapping.others.contains(&others(vector, &mapping.source))
                && let Some(output) = output(vector)
                && let Some(row) = contradicted(mapping.threshold, value, &output)
            {
                report_vector(mapping, vector, value, row, report);
            }
        }
    }
}

fn report_vector(mapping: &Mapping, vector: &Vector, value: f64, row: &ThresholdRow, report: &mut Report) {
    let place = mapping.threshold.file.place(row.span);
    let message = format!(
        "`{}` expects {} where {} is {}; `{}` at {} gives {}",
        vector.name,
        vectors::shown(&vector.expected),
        mapping.source.shown(),
        shown(&in_unit_of(row, value)),
        row.source,
        line_of(&place),
        row.shown()
    );
    let help = "decide whether the table or the vector is right, and mend the other";
    report.add(Code::VectorContradictsTable.at(vector.place.clone(), message).help(help).into());
}

/// A value in the unit of a row, or the next finer one in which it is whole.
fn in_unit_of(row: &ThresholdRow, value: f64) -> Quantity {
    let units = row.range.ends().map(|end| end.quantity.unit.clone());
    let base = Unit::named("seconds")
        .filter(|unit| row.range.ends().any(|end| end.quantity.unit.dimension == unit.dimension));
    let mut units: Vec<Unit> = units.chain(base).collect();
    units.sort_by(|a, b| b.factor.total_cmp(&a.factor));
    let is_whole = |unit: &&Unit| super::range::same((value / unit.factor).fract(), 0.0);
    let unit = units.iter().find(is_whole).or(units.last()).cloned().unwrap_or_else(Unit::none);
    let number = value / unit.factor;
    let n_decimals = if number.fract() == 0.0 { 0 } else { 3 };
    Quantity { number, n_decimals, unit }
}

/// The first of the rows that claim a value, if none of them gives the output.
fn contradicted<'t>(threshold: &'t Threshold, value: f64, output: &str) -> Option<&'t ThresholdRow> {
    let mut rows = threshold.rows_at(value).peekable();
    let first = *rows.peek()?;
    (!first.templates.is_empty() && rows.all(|row| row.template_for(output).is_none())).then_some(first)
}

impl Mapping<'_> {
    fn value(&self, vector: &Vector) -> Option<f64> {
        Some(self.source.of(&numbers(vector))? * self.factor)
    }
}

fn best<'a>(facts: &Facts, threshold: &'a Threshold<'a>) -> Option<Mapping<'a>> {
    if threshold.rows.iter().all(|row| row.templates.is_empty()) {
        return None;
    }
    let operation = threshold.owner?;
    let vectors = &facts.operations[operation].vectors;
    let cases: Vec<Case> = vectors.iter().take(MAX_VECTORS).filter_map(|vector| Case::of(vector)).collect();
    let mut best: Option<(usize, Source, f64)> = None;
    for source in sources(&cases) {
        for factor in factors(threshold) {
            let n_explained = n_explained(threshold, &cases, &source, factor);
            if n_explained > best.as_ref().map_or(0, |(n_best, ..)| *n_best) {
                best = Some((n_explained, source.clone(), factor));
            }
        }
    }
    let (_, source, factor) = best?;
    let mut mapping =
        Mapping { threshold, operation, source, factor, roundings: Vec::new(), others: BTreeSet::new() };
    mapping.roundings = roundings(&mapping, vectors);
    for vector in vectors {
        let is_explained = mapping.value(vector).zip(output(vector)).is_some_and(|(value, output)| {
            threshold.rows_at(value).any(|row| row.template_for(&output).is_some())
        });
        if is_explained {
            mapping.others.insert(others(vector, &mapping.source));
        }
    }
    Some(mapping)
}

/// How many vectors a mapping explains; none if that are too few, or of one row only.
fn n_explained(threshold: &Threshold, cases: &[Case], source: &Source, factor: f64) -> usize {
    let (mut n_covered, mut n_explained) = (0, 0);
    let mut rows = BTreeSet::new();
    for case in cases {
        let Some(value) = source.of(&case.numbers).map(|value| value * factor) else { continue };
        let mut claims = threshold.rows_at(value).peekable();
        n_covered += usize::from(claims.peek().is_some());
        if let Some(row) = claims.find(|row| row.template_for(&case.output).is_some()) {
            n_explained += 1;
            rows.insert(row.span);
        }
    }
    let is_enough = n_explained >= MIN_EXPLAINED && n_explained * 10 >= n_covered * 8 && rows.len() >= 2;
    if is_enough { n_explained } else { 0 }
}

fn sources(cases: &[Case]) -> Vec<Source> {
    let mut names: Vec<&str> = Vec::new();
    for &name in cases.iter().flat_map(|case| case.numbers.keys()) {
        if names.len() < MAX_INPUTS && !names.contains(&name) {
            names.push(name);
        }
    }
    let single = names.iter().map(|name| Source::Input((*name).to_owned()));
    let pairs =
        names.iter().flat_map(|from| names.iter().filter(move |to| *to != from).map(move |to| (from, to)));
    let differences = pairs.map(|(from, to)| Source::Difference((*from).to_owned(), (*to).to_owned()));
    single.chain(differences).collect()
}

/// What the inputs may be counted in: the base unit, its thousandth, or a unit of the table.
fn factors(threshold: &Threshold) -> Vec<f64> {
    let units = threshold.rows.iter().flat_map(|row| row.range.ends()).map(|end| &end.quantity.unit);
    let mut factors = vec![1.0];
    for unit in units {
        let more =
            if unit.dimension == Dimension::Time { vec![unit.factor, 1e-3] } else { vec![unit.factor] };
        for factor in more {
            if factors.len() < 6 && !factors.iter().any(|known| super::range::same(*known, factor)) {
                factors.push(factor);
            }
        }
    }
    factors
}

/// The ways of rounding that explain all vectors; none if too few of them tell.
fn roundings(mapping: &Mapping, vectors: &[&Vector]) -> Vec<Rounding> {
    let mut fitting = Rounding::ALL.to_vec();
    let (mut n_measures, mut n_rounded) = (0, 0);
    for vector in vectors {
        let Some((value, output)) = mapping.value(vector).zip(output(vector)) else { continue };
        let Some(row) = mapping.threshold.rows_at(value).next() else { continue };
        let Some((number, unit)) = row.template_for(&output).and_then(|template| template.measure(&output))
        else {
            continue;
        };
        if row.range.ends().all(|end| end.quantity.unit.dimension == unit.dimension) && unit.is_exact {
            n_measures += 1;
            n_rounded += usize::from(!super::range::same((value / unit.factor).fract(), 0.0));
            fitting.retain(|rounding| super::range::same(rounding.round(value / unit.factor), number));
        }
    }
    if n_measures >= 3 && n_rounded > 0 { fitting } else { Vec::new() }
}

/// The numeric inputs of a vector by their names.
fn numbers(vector: &Vector) -> BTreeMap<&str, f64> {
    match &vector.input {
        Value::Object(map) => {
            map.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?))).collect()
        }
        value => value.as_f64().map(|number| ("", number)).into_iter().collect(),
    }
}

/// The inputs beside the quantity, as text.
fn others(vector: &Vector, source: &Source) -> String {
    let Value::Object(map) = &vector.input else { return String::new() };
    let mut others: Vec<String> = map
        .iter()
        .filter(|(name, _)| !source.has(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    others.sort();
    others.join(";")
}

/// The output of a vector as text.
fn output(vector: &Vector) -> Option<String> {
    let Expected::Output(output) = &vector.expected else { return None };
    match &output.value {
        Value::String(text) => Some(text.clone()),
        value @ (Value::Number(_) | Value::Bool(_)) if output.is_exact() => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    const TABLE: &str = "\
# Ages

## age(from, to, style?) → string

| Age | Output |
|---|---|
| 0–59 seconds | \"now\" |
| 60 seconds – 119 seconds | \"a minute\" |
| 120+ seconds | \"{n} minutes\" |
";

    fn vectors(last: &str) -> String {
        let cases = [
            (100, 100, "now"),
            (100, 159, "now"),
            (100, 160, "a minute"),
            (5, 125, "2 minutes"),
            (0, 600, "10 minutes"),
        ];
        let cases = cases.iter().map(|(from, to, output)| {
            format!("  - {{name: {from} {to}, input: {{from: {from}, to: {to}}}, output: {output}}}\n")
        });
        format!("age:\n{}{last}", cases.collect::<String>())
    }

    #[test]
    fn a_vector_in_the_row_of_another_output_is_found() {
        let last = "  - {name: odd, input: {from: 0, to: 59}, output: a minute}\n";
        assert_eq!(found(TABLE, &vectors(last)), ["vector-contradicts-table tests.yaml:7"]);
    }

    #[test]
    fn other_options_negative_values_and_too_few_vectors_tell_nothing() {
        for last in [
            "  - {name: short, input: {from: 0, to: 59, style: short}, output: 59 s}\n",
            "  - {name: future, input: {from: 60, to: 0}, output: in a minute}\n",
            "  - {name: bad, input: {from: 0, to: 59}, error: true}\n",
        ] {
            assert_eq!(found(TABLE, &vectors(last)), [""; 0], "{last}");
        }
        let few = "age:\n  - {name: a, input: {from: 0, to: 5}, output: now}\n  - {name: b, input: {from: 0, to: 59}, output: x}\n";
        assert_eq!(found(TABLE, few), [""; 0]);
    }

    #[test]
    fn of_rows_in_order_the_first_counts() {
        let table = "# Marks\n\n## mark(score) → string\n\n| Score | Output |\n|---|---|\n| < 3 | low |\n| < 7 | mid |\n| otherwise | high |\n";
        let case = |score: u8, output: &str| {
            format!("  - {{name: s{score}, input: {{score: {score}}}, output: {output}}}\n")
        };
        let right: String =
            [(0, "low"), (2, "low"), (3, "mid"), (4, "mid"), (6, "mid")].map(|(s, o)| case(s, o)).concat();
        let reports = found(table, &format!("mark:\n{right}{}", case(1, "mid")));
        assert_eq!(reports, ["vector-contradicts-table tests.yaml:7"]);
    }
}
