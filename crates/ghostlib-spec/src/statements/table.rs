//! Tables: a row says something, and a box in a cell is something to be done.

use super::list::LeadIn;
use super::{Reader, Statement, StatementId, describe, keyword, words};
use crate::markdown::Row;
use crate::text::on_one_line;
use describe::Clause;
use std::sync::Arc;

/// The head of the table being read.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) lead: Option<LeadIn>,
    names: Vec<String>,
}

impl Columns {
    pub(super) fn led_in_by(lead: Option<LeadIn>) -> Self {
        Self { lead, names: Vec::new() }
    }

    /// Whether the first column says when the others hold.
    fn starts_with_condition(&self) -> bool {
        const CONDITIONS: [&str; 12] = [
            "case",
            "condition",
            "event",
            "given",
            "if",
            "input",
            "range",
            "scenario",
            "situation",
            "state",
            "trigger",
            "when",
        ];
        let first = self.names.first().map(|name| name.to_lowercase()).unwrap_or_default();
        CONDITIONS.iter().any(|name| first == *name || first.starts_with(&format!("{name} ")))
    }
}

impl Reader<'_> {
    pub(super) fn row(&mut self, row: &Row) {
        if row.is_head {
            let cells = row.cells.clone().map(|id| self.markdown.prose(id));
            self.table.names = cells.map(|cell| on_one_line(self.text.slice(cell.span))).collect();
            return;
        }
        let boxes = self.boxes(row);
        if !boxes.is_empty() {
            return self.state_boxes(row, &boxes);
        }
        let cells: Vec<String> =
            row.cells.clone().map(|id| on_one_line(self.text.slice(self.markdown.prose(id).span))).collect();
        let said: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let (mut row_words, mut row_keywords) = (Vec::new(), Vec::new());
        let prose: String = self.cell_words(row);
        words::find(&prose, &mut row_words);
        keyword::find(&prose, &row_words, self.more, &mut row_keywords);
        let clause =
            Clause { prose: &prose, start: 0, end: prose.len(), words: &row_words, keywords: &row_keywords };
        let is_informative = self.roles[row.section].is_informative
            || self.table.lead.as_ref().is_some_and(|lead| lead.is_informative);
        let binds = !row_keywords.is_empty()
            || self.table.lead.as_ref().is_some_and(|lead| lead.level.is_some())
            || (self.rules.reads_unmarked && !is_informative && said.len() > 1);
        if !binds {
            return;
        }
        self.found.n_keywords += row_keywords.len();
        let (level, level_source) = self.level(&clause, row.section);
        let kind = describe::kind(&clause, false);
        let condition = cells.first().filter(|_| self.table.starts_with_condition() && cells.len() > 1);
        let id = self.row_tag(row).unwrap_or(StatementId::Made);
        let statement = Statement {
            id,
            level,
            level_source,
            text: said.join(" | "),
            lead_in: self.table.lead.as_ref().map(|lead| Arc::clone(&lead.text)),
            kind,
            untestable: describe::untestable(&clause, (level, level_source), kind),
            actor: None,
            condition: condition.cloned(),
            span: self.text.trimmed(row.span),
            section: row.section,
        };
        self.found.state(self.text, self.markdown, statement);
    }

    fn cell_words(&self, row: &Row) -> String {
        let cells = row.cells.clone().map(|id| self.markdown.prose(id).words);
        cells.collect::<Vec<_>>().join(" | ")
    }

    /// The id in the first cell.
    fn row_tag(&self, row: &Row) -> Option<StatementId> {
        let cell = self.markdown.prose(row.cells.clone().next()?);
        let tag = self.rules.reads_tags.then(|| super::tag::find_alone(self.text, &cell))??;
        // A table that sums up sections does not define their ids again.
        let is_heading =
            self.roles.iter().any(|role| role.id.as_ref().is_some_and(|id| id.as_str() == tag.id));
        (!is_heading).then_some(StatementId::Written(tag))
    }

    /// The columns whose cells are checkboxes.
    fn boxes(&self, row: &Row) -> Vec<usize> {
        let is_box = |id| {
            let words = self.markdown.prose(id).words.trim();
            matches!(words, "[ ]" | "[x]" | "[X]" | "☐" | "☑" | "✅" | "⬜")
        };
        row.cells.clone().enumerate().filter(|(_, id)| is_box(*id)).map(|(column, _)| column).collect()
    }

    /// Each box is a case and a column that must hold for it.
    fn state_boxes(&mut self, row: &Row, boxes: &[usize]) {
        if !self.rules.reads_unmarked {
            return;
        }
        let first = row.cells.clone().next().map(|id| self.markdown.prose(id));
        let Some(case) = first.map(|cell| on_one_line(self.text.slice(cell.span))) else { return };
        for &column in boxes {
            self.n_boxes[row.section] += 1;
            let name = self.table.names.get(column).filter(|name| !name.is_empty() && column > 0);
            let text = name.map_or_else(|| case.clone(), |name| format!("{case} | {name}"));
            let (mut words, keywords) = (Vec::new(), Vec::new());
            words::find(&text, &mut words);
            let clause =
                Clause { prose: &text, start: 0, end: text.len(), words: &words, keywords: &keywords };
            let (level, level_source) = self.level(&clause, row.section);
            let kind = describe::kind(&clause, false);
            let untestable = describe::untestable(&clause, (level, level_source), kind);
            let statement = Statement {
                id: StatementId::Checkbox(self.n_boxes[row.section]),
                level,
                level_source,
                lead_in: self.table.lead.as_ref().map(|lead| Arc::clone(&lead.text)),
                kind,
                untestable,
                actor: None,
                condition: None,
                span: self.text.trimmed(row.span),
                section: row.section,
                text,
            };
            self.found.state(self.text, self.markdown, statement);
        }
    }
}
