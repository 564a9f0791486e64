//! Lists: their lead-ins, and the ids that name a whole list.

use super::describe::Clause;
use super::marker::Marker;
use super::{Passage, Reader, Statement, StatementId, keyword, normative};
use crate::code::Code;
use crate::markdown::Block;
use crate::text::on_one_line;
use ghostlib_model::{Level, Span};
use std::ops::Range;
use std::sync::Arc;

/// What leads into a list or a table and governs each of its items: "It is valid only if:".
#[derive(Clone, Debug)]
pub(super) struct LeadIn {
    pub(super) text: Arc<str>,
    /// The level of its keywords, or of those of the lead-in around it.
    pub(super) level: Option<Level>,
    pub(super) weak_level: Option<Level>,
    pub(super) condition: Option<String>,
    /// Whether it leads to examples or reasons.
    pub(super) is_informative: bool,
    pub(super) span: Span,
}

/// A list that is open.
#[derive(Debug)]
pub(super) struct List {
    lead: Option<LeadIn>,
    /// The number of the current item.
    pub(super) number: Option<u64>,
    n_items: u64,
    first: Option<u64>,
}

/// A list that a written id names as one requirement.
#[derive(Debug)]
pub(super) struct NamedList {
    /// How many lists were open around it.
    depth: usize,
    marker: Marker,
    text: String,
    level: Option<Level>,
    span: Option<Span>,
    section: usize,
}

impl Reader<'_> {
    /// What governs the text being read.
    pub(super) fn lead(&self) -> Option<&LeadIn> {
        self.lists.last().map_or(self.table.lead.as_ref(), |list| list.lead.as_ref())
    }

    /// Whether a clause leads into what follows, rather than saying something itself.
    pub(super) fn leads_in(&mut self, passage: &Passage, clause: &Clause) -> bool {
        let follows = self.markdown.blocks.get(passage.at + 1);
        let is_before_list = matches!(follows, Some(Block::ListStart(_)));
        let is_before_block = matches!(follows, Some(Block::TableStart | Block::Fence(_)));
        if !is_before_list && !is_before_block {
            return false;
        }
        let has_colon = clause.text().trim_end().ends_with([':', '：']);
        let is_label =
            is_before_list && clause.keywords.is_empty() && normative::is_label(clause, &passage.prose);
        let mut lead = self.lead_in(passage, clause);
        if is_label && !has_colon {
            // What follows says something about it, whatever stands around it.
            lead.condition = self.lead().and_then(|around| around.condition.clone());
        }
        let stands_alone = normative::stands_alone(clause);
        if stands_alone {
            lead.level = None;
        }
        if has_colon && self.rules.reads_unmarked && self.shows_calls(passage.at + 1) {
            // Calls and what they give bind; what leads to them is a rule of its own if it says something.
            lead.is_informative = false;
            self.last = Some(lead);
            return !clause.is_finite() && !clause.is_imperative();
        }
        let governs = has_colon && !lead.is_informative && !stands_alone;
        self.last = Some(lead).filter(|_| has_colon || is_label);
        if !(governs || is_label) || (is_before_block && !clause.keywords.is_empty()) {
            return false;
        }
        // A name that a keyword asks for, and that the list below explains.
        let is_asked_for = is_label && !has_colon && self.lead().is_some_and(|around| around.level.is_some());
        if !is_asked_for || !self.rules.reads_unmarked {
            self.found.n_lead_in_keywords += clause.keywords.len();
            self.found.lead_ins.push(self.text.trimmed(passage.prose.span_of(&clause.range())));
            return true;
        }
        false
    }

    /// Whether the list at `at` shows calls and what they give: "`f(1)` → 2".
    fn shows_calls(&self, at: usize) -> bool {
        let [Some(Block::ListStart(_)), _, Some(Block::Prose(first))] =
            [at, at + 1, at + 2].map(|at| self.markdown.blocks.get(at))
        else {
            return false;
        };
        let prose = self.markdown.prose(*first);
        let starts_with_call = prose.code_spans.first().is_some_and(|code| {
            code.start == prose.span.start && self.text.slice(*code).trim_end_matches('`').ends_with(')')
        });
        starts_with_call && ["→", "->", "=>", "=="].iter().any(|arrow| prose.words.contains(arrow))
    }

    fn lead_in(&self, passage: &Passage, clause: &Clause) -> LeadIn {
        let around = self.lead();
        let span = self.text.trimmed(passage.prose.span_of(&clause.range()));
        let own_level = keyword::strongest(clause.keywords);
        let own_condition = clause
            .condition_range()
            .filter(|range| range.start <= clause.start + 4 || !clause.is_finite())
            .map(|range| self.source_of(&passage.prose, &range));
        LeadIn {
            text: on_one_line(self.text.slice(span)).into(),
            level: own_level.or_else(|| around?.level),
            weak_level: keyword::weak_level(clause.prose, clause.words).or_else(|| around?.weak_level),
            condition: own_condition.or_else(|| around?.condition.clone()),
            is_informative: normative::leads_to_examples(clause)
                || around.is_some_and(|lead| lead.is_informative),
            span,
        }
    }

    /// Opens a list; gives the index of the next block to read.
    pub(super) fn start_list(&mut self, at: usize, first: Option<u64>) -> usize {
        let lead = self.last.take();
        if let Some(marker) = self.pending.take() {
            if self.named.is_some() {
                self.dangling(&marker);
            } else {
                let depth = self.lists.len();
                self.named = Some(NamedList {
                    depth,
                    marker,
                    text: String::new(),
                    level: None,
                    span: None,
                    section: 0,
                });
            }
        } else if let Some(lead) = lead.as_ref().filter(|lead| !lead.is_informative)
            && (self.rules.reads_unmarked || lead.level.is_some())
            && let Some((end, last)) = self.alternatives(at)
        {
            self.merge(lead, last);
            return end + 1;
        }
        let lead = lead.or_else(|| self.lead().cloned());
        self.lists.push(List { lead, number: None, n_items: 0, first });
        at + 1
    }

    pub(super) fn start_item(&mut self) {
        if let Some(list) = self.lists.last_mut() {
            list.number = list.first.map(|first| first.saturating_add(list.n_items));
            list.n_items += 1;
        }
    }

    /// Where the list at `at` ends, and where its last text stands, if its items are alternatives of one
    /// sentence: one of them ends with "or" or "else".
    fn alternatives(&self, at: usize) -> Option<(usize, Span)> {
        // Sentences with more alternatives are lists in their own right.
        const MAX_BLOCKS: usize = 40;
        let mut last = None;
        let mut goes_on = false;
        for (end, block) in self.markdown.blocks.iter().enumerate().skip(at + 1).take(MAX_BLOCKS) {
            match block {
                Block::ItemStart | Block::ItemEnd => {}
                Block::Prose(id) => {
                    let prose = self.markdown.prose(*id);
                    goes_on |= ends_with_or(prose.words);
                    last = Some(prose.span);
                }
                Block::ListEnd => return last.filter(|_| goes_on).map(|last| (end, last)),
                _ => return None,
            }
        }
        None
    }

    /// A lead-in and its alternatives as one statement.
    fn merge(&mut self, lead: &LeadIn, last: Span) {
        let span = self.text.trimmed(Span::new(lead.span.start, last.end));
        let mut text = lead.text.to_string();
        let lines = self.text.slice(Span::new(lead.span.end, span.end)).lines();
        for line in lines {
            let line = line.trim_start().trim_start_matches(['-', '*', '+']);
            text.push(' ');
            text.push_str(line.trim());
        }
        self.found.lead_ins.retain(|lead_in| *lead_in != lead.span);
        let statement = self.statement_of(&on_one_line(&text), span);
        self.found.state(self.text, self.markdown, statement);
    }

    /// The statement of a text that does not stand in the document as one piece.
    pub(super) fn statement_of(&self, text: &str, span: Span) -> Statement {
        let (mut words, mut keywords) = (Vec::new(), Vec::new());
        super::words::find(text, &mut words);
        keyword::find(text, &words, self.more, &mut keywords);
        let clause = Clause { prose: text, start: 0, end: text.len(), words: &words, keywords: &keywords };
        let section = self.section_at(span.start);
        let (level, level_source) = self.level(&clause, section);
        let kind = super::describe::kind(&clause, false);
        Statement {
            id: StatementId::Made,
            level,
            level_source,
            text: text.to_owned(),
            lead_in: self.lead().map(|lead| Arc::clone(&lead.text)),
            kind,
            untestable: super::describe::untestable(&clause, (level, level_source), kind),
            actor: clause.actor(),
            condition: clause.condition_range().map(|range| text[range].trim().to_owned()),
            span,
            section,
        }
    }

    fn section_at(&self, offset: usize) -> usize {
        self.markdown.sections.partition_point(|section| section.span.start <= offset).saturating_sub(1)
    }

    pub(super) fn end_list(&mut self) {
        self.drop_pending();
        self.lists.pop();
        let depth = self.lists.len();
        let Some(list) = self.named.take_if(|list| list.depth == depth) else { return };
        let Some(span) = list.span else { return self.dangling(&list.marker) };
        let statement = self.statement_of(&list.text, span);
        let level = list.level.map_or(Level::Must, |_| statement.level);
        let (id, section) = (StatementId::Written(list.marker), list.section);
        self.found.state(self.text, self.markdown, Statement { id, level, section, ..statement });
    }

    pub(super) fn add_to_list(&mut self, passage: &Passage, range: &Range<usize>) {
        let span = self.text.trimmed(passage.prose.span_of(range));
        let clause = passage.clause(range);
        let Some(list) = &mut self.named else { return };
        let whole = list.span.get_or_insert(span);
        whole.end = span.end;
        if list.text.is_empty() {
            list.section = passage.prose.section;
        } else {
            list.text.push(' ');
        }
        list.text.push_str(&on_one_line(self.text.slice(span)));
        list.level = keyword::stronger(list.level, keyword::strongest(clause.keywords));
        self.found.n_keywords += clause.keywords.len();
    }

    pub(super) fn drop_pending(&mut self) {
        if let Some(marker) = self.pending.take() {
            self.dangling(&marker);
        }
    }

    fn dangling(&mut self, marker: &Marker) {
        // Other formats also name sections, which state nothing themselves.
        if self.rules.reads_tags {
            return;
        }
        let message = format!("the requirement id `{}` names nothing", marker.id);
        let draft = Code::RequirementIdDangling.at(self.text.place(marker.span), message);
        self.diagnostics.push(draft.help("put it on the line before a paragraph or a list").into());
    }
}

fn ends_with_or(words: &str) -> bool {
    let words = words.trim_end().trim_end_matches([',', ';']);
    let last = words.rsplit(|c: char| c.is_whitespace() || c == ',' || c == ';').next().unwrap_or_default();
    last.eq_ignore_ascii_case("or") || last.eq_ignore_ascii_case("else")
}
