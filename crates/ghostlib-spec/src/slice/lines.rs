//! Taking lines out of a document.

use crate::edit::newline;
use std::collections::BTreeMap;
use std::ops::Range;

/// The lines of a text, some of which go.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Where each line starts.
    starts: Vec<usize>,
    goes: Vec<bool>,
    /// What stands before a line, in the place of others.
    instead: BTreeMap<usize, String>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut at = 0;
        let starts: Vec<usize> = text
            .split_inclusive('\n')
            .map(|line| {
                at += line.len();
                at - line.len()
            })
            .collect();
        Self { text, goes: vec![false; starts.len()], starts, instead: BTreeMap::new() }
    }

    fn at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn all_of(&self, span: &Range<usize>) -> Range<usize> {
        let covered = self.text.get(span.clone()).unwrap_or_default();
        let end = span.start + covered.trim_end().len();
        self.at(span.start)..self.at(end.max(span.start + 1) - 1) + 1
    }

    pub(super) fn remove(&mut self, span: &Range<usize>) {
        for line in self.all_of(span) {
            self.goes[line] = true;
        }
    }

    /// Removes the line of an id before what it names.
    pub(super) fn remove_mark(&mut self, id: &str, before: usize) {
        let mark = format!("r[{id}]");
        for line in (0..=self.at(before)).rev().take(3) {
            let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
            if self.text[self.starts[line]..end].trim() == mark {
                self.goes[line] = true;
            }
        }
    }

    pub(super) fn replace(&mut self, span: &Range<usize>, with: &str, indent: &str) {
        let newline = newline(self.text);
        let lines = self.all_of(span);
        let code: String = with
            .lines()
            .map(|line| [if line.is_empty() { "" } else { indent }, line, newline].concat())
            .collect();
        self.instead.insert(lines.start, code);
        self.remove(span);
    }

    /// The text that is left, without the empty lines that cuts leave.
    pub(super) fn text(&self) -> String {
        let mut left = String::with_capacity(self.text.len());
        let mut is_cut = false;
        for (line, start) in self.starts.iter().enumerate() {
            if let Some(instead) = self.instead.get(&line) {
                left.push_str(instead);
            } else if self.goes[line] {
                is_cut = true;
            }
            if self.goes[line] {
                continue;
            }
            let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
            let content = &self.text[*start..end];
            let is_empty = content.trim().is_empty();
            let follows_empty = left.ends_with("\n\n") || left.ends_with("\n\r\n");
            if !(is_cut && is_empty && follows_empty) {
                left.push_str(content);
            }
            is_cut = is_cut && is_empty;
        }
        let trimmed = left.trim_end().len();
        if left[trimmed..].matches('\n').count() > 1 {
            left.truncate(trimmed);
            left.push_str(newline(self.text));
        }
        left
    }
}
