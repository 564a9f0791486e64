//! Lints that hold the parts of a spec against each other: vectors, tables, examples, signatures, stated errors
//! and numbers in prose.

mod boundaries;
mod call;
mod callee;
mod counts;
mod errors;
mod example;
mod examples;
mod fallible;
mod fence_example;
mod literal;
mod mapping;
mod never;
mod optional;
mod outcome;
mod phrase;
mod quantity;
mod range;
mod signature;
mod template;
mod threshold;
mod vectors;

use super::{Document, Input, Report};
use crate::markdown::{Block, Row, SectionId};
use callee::{Callee, Signature, snake};
use ghostlib_model::{Place, Span, Vector};
use std::collections::{BTreeMap, BTreeSet};

/// Reports where two parts of a spec do not agree.
pub(crate) fn check(input: &Input, report: &mut Report) {
    let facts = Facts::of(input);
    vectors::check(&facts, report);
    let thresholds = threshold::find(&facts);
    boundaries::check(&facts, &thresholds, report);
    let mappings = mapping::find(&facts, &thresholds);
    mapping::check(&facts, &mappings, report);
    never::check(&facts, &thresholds, &mappings, report);
    let examples = example::find(&facts);
    examples::check(&facts, &examples, report);
    signature::check(&facts, report);
    errors::check(&facts, report);
    fallible::check(&facts, &examples, report);
    counts::check(&facts, report);
    optional::check(&facts, report);
}

/// What the lints of this family share.
struct Facts<'a> {
    input: &'a Input<'a>,
    operations: Vec<Callee<'a>>,
    /// Whether headings say which parameters are optional.
    marks_optional: bool,
    /// The operations by their names in snake case.
    by_name: BTreeMap<String, usize>,
    /// The spec's documents, then the companions.
    files: Vec<File<'a>>,
}

/// A Markdown file with what its sections and tables are about.
struct File<'a> {
    document: &'a Document<'a>,
    is_companion: bool,
    /// The operation that each section is about.
    owners: Vec<Option<usize>>,
    tables: Vec<Table<'a>>,
}

/// A table of a file.
struct Table<'a> {
    head: Vec<Cell<'a>>,
    rows: Vec<Vec<Cell<'a>>>,
    section: SectionId,
}

/// A cell with its source.
#[derive(Clone, Copy, Debug)]
struct Cell<'a> {
    source: &'a str,
    span: Span,
}

impl<'a> Facts<'a> {
    fn of(input: &'a Input<'a>) -> Self {
        let operations = operations(input);
        let mut by_name = BTreeMap::new();
        for (i, operation) in operations.iter().enumerate() {
            by_name.entry(key(operation.name)).or_insert(i);
        }
        let headings = operations.iter().flat_map(|operation| &operation.signatures);
        let mut parameters = headings.filter(|heading| heading.language.is_none()).flat_map(|heading| &heading.parameters);
        let marks_optional = parameters.any(|parameter| parameter.is_optional);
        let mut facts = Self { input, operations, marks_optional, by_name, files: Vec::new() };
        let documents = input.documents.iter().map(|document| (document, false));
        let companions = input.companions.iter().map(|document| (document, true));
        for (document, is_companion) in documents.chain(companions) {
            let file = File { document, is_companion, owners: facts.owners(document), tables: tables(document) };
            facts.files.push(file);
        }
        facts
    }

    /// The operation of exactly this name, whatever the case of its parts.
    fn operation(&self, name: &str) -> Option<usize> {
        self.by_name.get(&key(name)).copied()
    }

    /// The operation that a call of `path` calls.
    fn called(&self, path: &str) -> Option<usize> {
        let path = path.replace("::", ".");
        let (module, name) = path.rsplit_once(['.', '#']).unwrap_or(("", &path));
        let found = self.operation(&path).or_else(|| {
            let is_library = key(module) == key(&self.input.spec.front_matter.name);
            (module.is_empty() || is_library).then(|| self.operation(name)).flatten()
        })?;
        let is_type = name.starts_with(char::is_uppercase);
        let own = self.operations[found].name;
        // `Duration(3)` makes a value of a type; `ParseDuration("3 s")` is a function of Go.
        (!is_type || own.starts_with(char::is_uppercase) || own.contains(['_', '.'])).then_some(found)
    }

    /// The operation that each section of a document is about: the heading's own, or that of a heading above.
    fn owners(&self, document: &Document) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<usize>> = Vec::with_capacity(document.markdown.sections.len());
        for section in &document.markdown.sections {
            let title = crate::statements::without_number(&section.title).trim();
            let name = title.split([' ', '(', '<']).next().unwrap_or_default().trim_matches(['`', ':', '*']);
            let is_whole = title.len() == name.len() || title.contains(['(', '`']);
            let own = self.operation(name).filter(|&i| is_whole || self.operations[i].name == name);
            owners.push(own.or_else(|| section.parent.and_then(|parent| owners.get(parent).copied().flatten())));
        }
        owners
    }

    /// The spec's own documents, with their indices.
    fn documents(&self) -> impl Iterator<Item = &File<'a>> {
        self.files.iter().filter(|file| !file.is_companion)
    }
}

impl File<'_> {
    fn owner(&self, section: SectionId) -> Option<usize> {
        self.owners.get(section).copied().flatten()
    }

    fn place(&self, span: Span) -> Place {
        self.document.text.place(span)
    }
}

impl Cell<'_> {
    /// The cell's text without marks of code and emphasis.
    fn plain(&self) -> String {
        self.source.replace(['`', '*'], "").replace("\\|", "|").trim().to_owned()
    }
}

/// `file:line` of a place.
fn line_of(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// `1 vector`, `2 vectors`.
fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn key(name: &str) -> String {
    snake(&name.replace("::", ".").replace('#', "."))
}

fn operations<'a>(input: &'a Input) -> Vec<Callee<'a>> {
    let spec = input.spec;
    let mut signatures: BTreeMap<&str, Vec<Signature>> = BTreeMap::new();
    for operation in &spec.operations {
        let known = signatures.entry(&operation.name).or_default();
        if callee::is_declared(&operation.parameters) {
            let output = operation.output.as_deref().unwrap_or_default().to_lowercase();
            let heading = heading(input, &operation.place);
            known.push(Signature {
                parameters: callee::with_brackets(&operation.parameters, heading),
                place: operation.place.clone(),
                language: None,
                is_fallible: output.contains("error") || output.contains("result<"),
            });
        }
    }
    add_overloads(input, &mut signatures);
    for block in &spec.api_blocks {
        for (name, parameters, is_fallible) in callee::declared(&block.code) {
            let known = signatures.entry(name).or_default();
            if known.iter().all(|signature| signature.language.is_some()) {
                let language = Some(block.language.clone());
                known.push(Signature { parameters, place: block.place.clone(), language, is_fallible });
            }
        }
    }
    let mut vectors: BTreeMap<&str, Vec<&Vector>> = BTreeMap::new();
    for vector in &spec.vectors {
        vectors.entry(&vector.operation).or_default().push(vector);
        signatures.entry(&vector.operation).or_default();
    }
    let callee = |(name, signatures)| Callee::new(name, signatures, vectors.remove(name).unwrap_or_default());
    signatures.into_iter().map(callee).collect()
}

/// Adds what headings declare among other words: "Static method: `Buffer.from(list)`".
fn add_overloads(input: &Input, signatures: &mut BTreeMap<&str, Vec<Signature>>) {
    let declared: BTreeSet<(&str, usize)> =
        input.spec.operations.iter().map(|operation| (operation.place.file.as_str(), operation.place.span.start)).collect();
    for (document, file) in input.documents.iter().zip(input.sources.documents()) {
        for section in document.markdown.sections.iter().filter(|section| section.title.contains('(')) {
            let place = document.text.place(document.text.trimmed(section.span));
            if declared.contains(&(file.path.as_str(), place.span.start)) {
                continue;
            }
            let name = section.title.split('(').next().and_then(|before| before.split([' ', '`']).next_back());
            let Some(known) = name.and_then(|name| signatures.get_mut(name)) else { continue };
            let parameters = callee::in_heading(&section.title);
            if let Some(parameters) = parameters.filter(|parameters| callee::is_declared(parameters)) {
                known.push(Signature { parameters, place, language: None, is_fallible: false });
            }
        }
    }
}

/// The source of a heading.
fn heading<'a>(input: &'a Input, place: &Place) -> &'a str {
    let document = input.sources.documents().position(|file| file.path == place.file);
    document.and_then(|at| input.documents.get(at)).map_or("", |document| document.text.slice(place.span))
}

fn tables<'a>(document: &'a Document<'a>) -> Vec<Table<'a>> {
    let mut tables: Vec<Table> = Vec::new();
    for block in &document.markdown.blocks {
        let Block::Row(row) = block else { continue };
        let cells = cells(document, row);
        if row.is_head {
            tables.push(Table { head: cells, rows: Vec::new(), section: row.section });
        } else if let Some(table) = tables.last_mut() {
            table.rows.push(cells);
        }
    }
    tables
}

fn cells<'a>(document: &'a Document<'a>, row: &Row) -> Vec<Cell<'a>> {
    let cell = |id| {
        let span = document.text.trimmed(document.markdown.prose(id).span);
        Cell { source: document.text.slice(span), span }
    };
    row.cells.clone().map(cell).collect()
}
