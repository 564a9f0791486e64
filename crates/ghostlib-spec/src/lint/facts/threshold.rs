//! Tables whose rows say what comes out for which range of a quantity.

use super::range::{self, End, Range};
use super::template::Template;
use super::{Cell, Facts, File, Table};
use ghostlib_model::Span;

/// How many tables are looked at for one operation, and how many rows of each.
const MAX_TABLES: usize = 8;
const MAX_ROWS: usize = 64;

/// A table of thresholds.
pub(super) struct Threshold<'a> {
    pub(super) file: &'a File<'a>,
    /// The operation whose section it stands in.
    pub(super) owner: Option<usize>,
    pub(super) rows: Vec<ThresholdRow>,
    /// Whether a row takes all that the others leave: "otherwise".
    pub(super) has_rest: bool,
    pub(super) section: usize,
}

/// A row of a [`Threshold`].
pub(super) struct ThresholdRow {
    pub(super) range: Range,
    /// The range as written.
    pub(super) source: String,
    pub(super) templates: Vec<Template>,
    pub(super) span: Span,
}

impl Threshold<'_> {
    /// The rows that claim a value, in the base unit.
    pub(super) fn rows_at(&self, value: f64) -> impl Iterator<Item = &ThresholdRow> {
        self.rows.iter().filter(move |row| row.range.contains(value))
    }
}

impl ThresholdRow {
    /// The template that can give an output.
    pub(super) fn template_for(&self, output: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.gives(output))
    }

    /// Its first template as written, in quotes.
    pub(super) fn shown(&self) -> String {
        self.templates
            .first()
            .map_or_else(|| "another output".to_owned(), |template| format!("\"{}\"", template.as_str()))
    }
}

/// The tables of thresholds in the spec's documents.
pub(super) fn find<'a>(facts: &'a Facts<'a>) -> Vec<Threshold<'a>> {
    let mut thresholds: Vec<Threshold> = Vec::new();
    let mut n_by_owner = vec![0; facts.operations.len() + 1];
    for file in facts.documents() {
        for table in &file.tables {
            let owner = file.owner(table.section);
            let n_tables = &mut n_by_owner[owner.map_or(0, |owner| owner + 1)];
            if owner.is_some() && *n_tables >= MAX_TABLES {
                continue;
            }
            if let Some(threshold) = read(file, owner, table) {
                *n_tables += 1;
                thresholds.push(threshold);
            }
        }
    }
    thresholds
}

fn read<'a>(file: &'a File<'a>, owner: Option<usize>, table: &Table) -> Option<Threshold<'a>> {
    if !(2..=MAX_ROWS).contains(&table.rows.len()) || table.head.len() < 2 {
        return None;
    }
    let output = output_column(&table.head);
    let mut rows = Vec::new();
    let mut has_rest = false;
    for cells in &table.rows {
        let first = cells.first()?;
        let source = first.plain();
        match range::read(&source) {
            Some(range) => {
                let templates = cells.get(output).map(templates).unwrap_or_default();
                rows.push(ThresholdRow { range, source, templates, span: first.span });
            }
            None if is_rest(&source) => has_rest = true,
            None => return None,
        }
    }
    take_in_order(&mut rows);
    let n_ranges = rows.iter().filter(|row| !row.range.is_point()).count();
    (n_ranges >= 2 && is_of_one_dimension(&rows)).then_some(Threshold {
        file,
        owner,
        rows,
        has_rest,
        section: table.section,
    })
}

/// Gives rows such as `< 3`, `< 7` or `≥ 90`, `≥ 80` the end that the row above leaves them.
fn take_in_order(rows: &mut [ThresholdRow]) {
    for i in (1..rows.len()).rev() {
        let (above, below) = rows.split_at_mut(i);
        let (Some(above), Some(below)) = (above.last().map(|row| &row.range), below.first_mut()) else {
            continue;
        };
        let below = &mut below.range;
        let turned =
            |end: &End| Some(End { quantity: end.quantity.clone(), is_inclusive: !end.is_inclusive });
        match (&above.low, &above.high, &below.low, &below.high) {
            (None, Some(end), None, Some(last)) if end.quantity.base() < last.quantity.base() => {
                below.low = turned(end);
            }
            (Some(end), None, Some(last), None) if end.quantity.base() > last.quantity.base() => {
                below.high = turned(end);
            }
            _ => {}
        }
    }
}

fn is_rest(source: &str) -> bool {
    let words = ["otherwise", "else", "other", "others", "anything", "default", "rest", "any", "all"];
    super::phrase::behind_word(source, &words).is_some()
}

fn is_of_one_dimension(rows: &[ThresholdRow]) -> bool {
    let mut ends = rows.iter().flat_map(|row| row.range.ends());
    let Some(first) = ends.next() else { return false };
    let variable = &rows[0].range.variable;
    ends.all(|end| end.quantity.unit.dimension == first.quantity.unit.dimension)
        && rows.iter().all(|row| row.range.variable == *variable)
}

fn output_column(head: &[Cell]) -> usize {
    const TITLES: [&str; 9] =
        ["output", "result", "returns", "display", "text", "format", "label", "grade", "shown"];
    let is_output = |cell: &Cell| {
        let title = cell.plain().to_lowercase();
        TITLES.iter().any(|word| title.starts_with(word))
    };
    head.iter().skip(1).position(is_output).map_or(1, |at| at + 1)
}

/// The output templates of a cell: its quoted texts, else its code, else all of it.
fn templates(cell: &Cell) -> Vec<Template> {
    let quoted = quoted(cell.source);
    let sources =
        if quoted.is_empty() { vec![cell.plain()] } else { quoted.into_iter().map(str::to_owned).collect() };
    let templates = sources.into_iter().filter(|source| !source.is_empty() && source.len() <= 80);
    templates
        .map(|source| Template::new(&source))
        .filter(|template| template.has_text() || !template.is_fixed())
        .collect()
}

/// The texts in quotation marks.
pub(super) fn quoted(source: &str) -> Vec<&str> {
    quoted_with_places(source).into_iter().map(|(_, text)| text).collect()
}

/// The texts in quotation marks, and where each starts, its mark left out.
pub(super) fn quoted_with_places(source: &str) -> Vec<(usize, &str)> {
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(open) = source[at..].find(['"', '“']).map(|open| open + at) {
        let mark = if source[open..].starts_with('"') { '"' } else { '”' };
        let start = open + if mark == '"' { 1 } else { '“'.len_utf8() };
        let Some(length) = source[start..].find(mark) else { break };
        texts.push((start, &source[start..start + length]));
        at = start + length + mark.len_utf8();
    }
    texts
}
