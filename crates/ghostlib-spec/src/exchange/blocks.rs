//! Where each requirement of another format gets its id.

use super::applied;
use super::native::{Added, Restated};
use crate::edit::{indent_of, newline};
use crate::markdown::{Block, Fence, Markdown, Prose, Row};
use crate::text::{Text, on_one_line};
use ghostlib_model::{IdSource, Level, LevelSource, Requirement, Span};
use std::ops::Range;

/// A requirement, with the id that it gets.
pub(super) struct Marked<'a> {
    pub(super) requirement: &'a Requirement,
    pub(super) id: &'a str,
    /// Whether an id where it stands does not make it what it was.
    pub(super) is_stated_again: bool,
}

/// A document with ids.
pub(super) struct Edited {
    pub(super) text: String,
    pub(super) added: Vec<Added>,
    pub(super) restated: Vec<Restated>,
}

/// Writes the ids of these requirements, which all stand in this document.
pub(super) fn edit<'a>(
    document: &'a str,
    text: &'a Text<'a>,
    markdown: &'a Markdown,
    marked: &'a [Marked<'a>],
) -> Edited {
    let newline = newline(document);
    let editor =
        Editor { document, text, newline, changes: Vec::new(), added: Vec::new(), restated: Vec::new() };
    let mut walk = Walk {
        editor,
        markdown,
        marked,
        rest: marked,
        n_quotes: 0,
        quoted: Vec::new(),
        quote_end: 0,
        named: None,
        rows: Vec::new(),
    };
    for block in &markdown.blocks {
        walk.step(block);
    }
    let Editor { changes, added, restated, .. } = walk.editor;
    Edited { text: applied(document, changes), added, restated }
}

/// A walk over the blocks of a document.
struct Walk<'a> {
    editor: Editor<'a>,
    markdown: &'a Markdown,
    marked: &'a [Marked<'a>],
    /// Those that stand behind what has been walked over.
    rest: &'a [Marked<'a>],
    n_quotes: usize,
    quoted: Vec<&'a Marked<'a>>,
    quote_end: usize,
    /// The id of a paragraph that is nothing else.
    named: Option<String>,
    /// The rows of the table that is open.
    rows: Vec<(&'a Row, &'a [Marked<'a>])>,
}

impl<'a> Walk<'a> {
    fn step(&mut self, block: &'a Block) {
        match block {
            Block::QuoteStart => self.n_quotes += 1,
            Block::QuoteEnd => {
                self.n_quotes = self.n_quotes.saturating_sub(1);
                if self.n_quotes == 0 {
                    let quoted = std::mem::take(&mut self.quoted);
                    self.editor.state_again(self.quote_end, &quoted);
                }
            }
            Block::Prose(id) => self.prose(&self.markdown.prose(*id)),
            Block::Row(row) => {
                let inside = self.take(row.span.end);
                self.rows.push((row, inside));
            }
            Block::TableEnd => {
                let rows = std::mem::take(&mut self.rows);
                self.editor.table(self.markdown, &rows);
            }
            Block::Fence(at) => {
                let fence = &self.markdown.fences[*at];
                let inside = self.take(fence.span.end);
                self.editor.steps(fence, inside);
            }
            _ => {}
        }
    }

    fn prose(&mut self, prose: &Prose) {
        let inside = self.take(prose.span.end);
        if self.n_quotes > 0 {
            self.quoted.extend(inside);
            self.quote_end = prose.span.end;
        } else if inside.is_empty() {
            self.named = self.editor.lone_id(prose, self.marked);
        } else {
            self.editor.prose(prose, inside, self.named.take().as_deref());
        }
    }

    /// The requirements that start before an offset and have not been taken.
    fn take(&mut self, end: usize) -> &'a [Marked<'a>] {
        let starts_before = |one: &&Marked| one.requirement.place.span.start < end;
        let (inside, after) = self.rest.split_at(self.rest.iter().take_while(starts_before).count());
        self.rest = after;
        inside
    }
}

struct Editor<'a> {
    document: &'a str,
    text: &'a Text<'a>,
    newline: &'static str,
    changes: Vec<(Range<usize>, String)>,
    added: Vec<Added>,
    restated: Vec<Restated>,
}

impl Editor<'_> {
    fn change(&mut self, range: Range<usize>, with: String) {
        self.changes.push((range, with));
    }

    /// Puts an id before each statement of some prose, and divides it between them.
    fn prose(&mut self, prose: &Prose, inside: &[Marked], named: Option<&str>) {
        let block = self.text.trimmed(prose.span);
        let indent = indent_of(self.document, prose.span.start);
        let gap = [self.newline, self.newline, &indent].concat();
        let (again, here): (Vec<_>, Vec<_>) = inside.iter().partition(|one| one.is_stated_again);
        let mut behind_last: Option<Range<usize>> = None;
        for Marked { requirement, id, .. } in here {
            let span = requirement.place.span;
            let lead = &self.document[block.start..span.start.max(block.start)];
            let is_marked = lead.contains(&format!("r[{id}]")) || named == Some(*id);
            // What reaches over several blocks has its id where it is restated.
            if is_marked || span.end > prose.span.end || span.start < block.start {
                continue;
            }
            let line = format!("r[{id}]{}{indent}", self.newline);
            let is_tagged = requirement.id_source == IdSource::Written;
            let before = block.start + lead.trim_end().len()..span.start;
            if behind_last.take_if(|range| *range == before).is_some() {
                self.changes.pop();
            }
            if is_tagged || before.start == block.start {
                self.change(block.start..span.start, line);
            } else {
                self.change(before, format!("{gap}{line}"));
            }
            if span.end < block.end {
                let after = span.end..self.text.trimmed(Span::new(span.end, block.end)).start;
                self.change(after.clone(), gap.clone());
                behind_last = Some(after);
            }
        }
        self.state_again(block.end, &again);
    }

    /// Turns a paragraph that is nothing but an id of another format into one of ours.
    fn lone_id(&mut self, prose: &Prose, marked: &[Marked]) -> Option<String> {
        let span = self.text.trimmed(prose.span);
        let source = self.text.slice(span).trim_matches(['*', '`', '[', ']', '_']);
        let is_it = |one: &&Marked| {
            one.requirement.id_source == IdSource::Written && one.requirement.id.as_str() == source
        };
        let one = marked.iter().find(is_it)?;
        self.change(span.start..span.end, format!("r[{}]", one.id));
        Some(one.id.to_owned())
    }

    /// Lets the rows of a table bind: by a sentence before it where they are all of one level, else as a list.
    fn table(&mut self, markdown: &Markdown, rows: &[(&Row, &[Marked])]) {
        let inside: Vec<&Marked> = rows.iter().flat_map(|(_, inside)| *inside).collect();
        let (Some((head, _)), false) = (rows.first(), inside.is_empty()) else { return };
        let governs = |one: &&&Marked| one.requirement.level_source != LevelSource::Keyword;
        let levels: Vec<Level> = inside.iter().filter(governs).map(|one| one.requirement.level).collect();
        let level = levels.first().copied().unwrap_or(Level::Must);
        let is_bound_already = inside.iter().any(|one| one.requirement.level_source == LevelSource::LeadIn);
        let n_rows = rows.iter().filter(|(row, _)| !row.is_head).count();
        let is_whole = rows.iter().all(|(_, inside)| inside.len() < 2) && n_rows == inside.len();
        let is_led_in = is_whole
            && levels.iter().all(|one| *one == level)
            && inside
                .iter()
                .all(|one| one.requirement.id_source != IdSource::Written && !one.is_stated_again);
        if is_bound_already && is_whole {
            return;
        }
        let start = self.text.trimmed(head.span).start;
        let indent = indent_of(self.document, start);
        let is_apart = self.document[..start].trim_end_matches([' ', '\t']).ends_with("\n\n") || start == 0;
        let gap = if is_apart { String::new() } else { [self.newline, &indent].concat() };
        if is_led_in {
            let sentence = format!("Each row of this table {level} hold:");
            self.change(start..start, [&gap, &sentence, self.newline, self.newline, &indent].concat());
            self.added.push(Added { place: self.text.place(head.span), text: sentence });
        } else {
            let list = self.list_of(markdown, rows, &indent);
            let end = rows.last().map_or(start, |(row, _)| self.text.trimmed(row.span).end);
            self.change(start..end, gap + &list);
        }
    }

    /// A table as a list, with an id for each of its statements.
    fn list_of(&self, markdown: &Markdown, rows: &[(&Row, &[Marked])], indent: &str) -> String {
        let cells = |row: &Row| {
            let cells = row.cells.clone().map(|id| on_one_line(self.text.slice(markdown.prose(id).span)));
            cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" | ")
        };
        let mut list = String::new();
        for (row, inside) in rows {
            let line = |text: &str| [text, self.newline, indent].concat();
            if row.is_head {
                list += &line(&format!("{}:", cells(row)));
                list += &line("");
            } else if inside.is_empty() {
                list += &line(&format!("- {}", cells(row)));
            }
            for Marked { requirement, id, .. } in *inside {
                list += &line(&format!("- r[{id}]"));
                list += &line(&format!("  {}", requirement.text));
            }
        }
        list.trim_end().to_owned()
    }

    /// A block of Gherkin as a list of its steps.
    fn steps(&mut self, fence: &Fence, inside: &[Marked]) {
        if inside.is_empty() {
            return;
        }
        let span = self.text.trimmed(fence.span);
        let indent = indent_of(self.document, span.start);
        let mut list = String::new();
        let mut rest = inside.iter().peekable();
        for line in fence.code.as_str().lines().map(str::trim).filter(|line| !line.is_empty()) {
            let stated = rest.next_if(|one| one.requirement.text == on_one_line(line));
            let id = stated.map_or(String::new(), |one| format!("r[{}]{}{indent}  ", one.id, self.newline));
            list += &["- ", &id, line, self.newline, &indent].concat();
        }
        self.change(span.start..span.end, list.trim_end().to_owned());
    }

    /// Writes requirements once more, behind what they stand in.
    fn state_again(&mut self, end: usize, again: &[&Marked]) {
        let Some(end) = (!again.is_empty()).then(|| self.text.line_end(end.saturating_sub(1))) else {
            return;
        };
        let line_start = self.document[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = &self.document[line_start..end];
        let indent = " ".repeat(line.len() - line.trim_start_matches(' ').len());
        let start = [self.newline, self.newline, &indent].concat();
        let mut said = String::new();
        for Marked { requirement, id, .. } in again {
            let level = requirement.level;
            if requirement.level_source != LevelSource::Keyword && level != Level::Must {
                let gap = [self.newline, &indent, "  "].concat();
                said.extend([
                    &start,
                    "The following ",
                    level.keyword(),
                    " hold:",
                    &start,
                    "- r[",
                    id,
                    "]",
                    &gap,
                ]);
            } else {
                said.extend([&start, "r[", id, "]", self.newline, &indent]);
            }
            said += &requirement.text;
            self.restated.push(Restated { place: requirement.place.clone(), id: (*id).to_owned() });
        }
        // Before a table or a list an empty line has to follow.
        self.change(end..end, said + self.newline);
    }
}
