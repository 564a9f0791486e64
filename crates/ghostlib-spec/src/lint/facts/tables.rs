//! The tables of a document, with the source of their cells.

use crate::lint::Document;
use crate::markdown::{Block, Row, SectionId};
use ghostlib_model::Span;

/// A table of a file.
pub(super) struct Table<'a> {
    pub(super) head: Vec<Cell<'a>>,
    pub(super) rows: Vec<Vec<Cell<'a>>>,
    pub(super) section: SectionId,
}

/// A cell with its source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) source: &'a str,
    pub(super) span: Span,
}

impl Cell<'_> {
    /// The cell's text without marks of code and emphasis.
    pub(super) fn plain(&self) -> String {
        self.source.replace(['`', '*'], "").replace("\\|", "|").trim().to_owned()
    }
}

/// The tables of a document, in the order of its text.
pub(super) fn read<'a>(document: &'a Document<'a>) -> Vec<Table<'a>> {
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
