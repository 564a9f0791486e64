//! From Markdown to statements: what binds, how strongly, and of whom.

mod clause;
mod describe;
mod keyword;
mod lexicon;
mod list;
mod marker;
mod normative;
mod profile;
mod section;
mod sentence;
mod steps;
mod table;
mod tag;
mod words;

pub use keyword::Keywords;
pub(crate) use marker::is_id;
pub(crate) use section::without_number;
pub use sentence::split as sentences;

use crate::dialect::Rules;
use crate::markdown::{Block, Markdown, Prose, ProseId, SectionId};
use crate::spec::DeltaChange;
use crate::text::{Text, on_one_line};
use clause::Divide;
use describe::Clause;
use ghostlib_model::{
    Diagnostic, IdSource, Level, LevelSource, Requirement, RequirementId, RequirementKind, Span, Untestable,
};
use keyword::Keyword;
use list::{LeadIn, List, NamedList};
use marker::{Marker, Part};
use profile::Profiles;
use section::SectionRole;
use std::ops::Range;
use std::sync::Arc;
use steps::Steps;
use words::{Word, within};

/// Reads the statements of a document, in their order.
pub(crate) fn read(
    text: &Text,
    markdown: &Markdown,
    rules: Rules,
    more: &Keywords,
    diagnostics: &mut Vec<Diagnostic>,
) -> Found {
    let (mut section_roles, n_heading_keywords) = section::roles(markdown, more);
    let profiles = Profiles::of(text, markdown, more);
    profiles.give_levels(markdown, &mut section_roles);
    let mut reader = Reader {
        text,
        markdown,
        rules,
        more,
        diagnostics,
        roles: section_roles,
        profiles,
        pending: None,
        named: None,
        lists: Vec::new(),
        last: None,
        n_quotes: 0,
        n_boxes: vec![0; markdown.sections.len()],
        table: table::Columns::default(),
        steps: Steps::default(),
        scenario_level: None,
        is_aside: false,
        found: Found { n_heading_keywords, ..Found::default() },
        words: Vec::new(),
        keywords: Vec::new(),
        clauses: Vec::new(),
        is_boilerplate_likely: markdown.words().contains("nterpreted"),
        has_markers: text.as_str().contains("r["),
    };
    let mut at = 0;
    while let Some(block) = markdown.blocks.get(at) {
        at = reader.step(at, block);
    }
    reader.drop_pending();
    reader.found
}

/// What reading a document gave.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// What binds, without ids yet: they depend on what the other documents say.
    pub(crate) requirements: Vec<Requirement>,
    /// What is known about the id of each requirement, and the section that it stands in.
    pub(crate) ids: Vec<(StatementId, SectionId)>,
    /// Where the lead-ins of lists stand, which bind by their items.
    pub(crate) lead_ins: Vec<Span>,
    /// How many keywords the lead-ins have.
    pub(crate) n_lead_in_keywords: usize,
    /// How many keywords the statements have.
    pub(crate) n_keywords: usize,
    /// How many keywords the headings have.
    pub(crate) n_heading_keywords: usize,
    /// How many keywords stand in sentences that only say how keywords are read.
    pub(crate) n_defining_keywords: usize,
    /// What a delta does, by the names of its requirements.
    pub(crate) changes: Vec<(DeltaChange, SectionId)>,
}

impl Found {
    fn state(&mut self, text: &Text, markdown: &Markdown, statement: Statement) {
        self.requirements.push(Requirement {
            id: RequirementId::new(String::new()),
            id_source: IdSource::Made,
            aliases: Vec::new(),
            level: statement.level,
            level_source: statement.level_source,
            text: statement.text,
            lead_in: statement.lead_in,
            section: Arc::clone(&markdown.sections[statement.section].path),
            kind: statement.kind,
            untestable: statement.untestable,
            actor: statement.actor,
            condition: statement.condition,
            place: text.place(statement.span),
        });
        self.ids.push((statement.id, statement.section));
    }
}

/// What binds.
struct Statement {
    id: StatementId,
    level: Level,
    level_source: LevelSource,
    text: String,
    lead_in: Option<Arc<str>>,
    kind: RequirementKind,
    untestable: Option<Untestable>,
    actor: Option<String>,
    condition: Option<String>,
    span: Span,
    section: SectionId,
}

/// What the document says about a statement's id.
#[derive(Clone, Debug)]
pub(crate) enum StatementId {
    /// It is written there.
    Written(Marker),
    /// The heading gives it, to the first of its statements.
    Heading(String),
    /// The section's checkbox of this number, counted from 1.
    Checkbox(usize),
    Made,
}

struct Reader<'a> {
    text: &'a Text<'a>,
    markdown: &'a Markdown,
    rules: Rules,
    more: &'a Keywords,
    diagnostics: &'a mut Vec<Diagnostic>,
    roles: Vec<SectionRole>,
    profiles: Profiles,
    /// A written id that waits for what it names.
    pending: Option<Marker>,
    /// The list that a written id names.
    named: Option<NamedList>,
    /// The lists that are open.
    lists: Vec<List>,
    /// The lead-in that has just been read.
    last: Option<LeadIn>,
    n_quotes: usize,
    /// How many checkboxes each section has had.
    n_boxes: Vec<usize>,
    table: table::Columns,
    steps: Steps,
    /// The level of the requirement whose scenarios follow.
    scenario_level: Option<Level>,
    /// Whether a label such as "Rationale:" stands above.
    is_aside: bool,
    found: Found,
    /// The words and the keywords of the prose being read; kept to save allocations.
    words: Vec<Word>,
    keywords: Vec<Keyword>,
    clauses: Vec<Range<usize>>,
    is_boilerplate_likely: bool,
    has_markers: bool,
}

/// The prose being read, with its words.
#[derive(Clone, Copy)]
struct Passage<'a> {
    prose: Prose<'a>,
    words: &'a [Word],
    keywords: &'a [Keyword],
    /// Its index among the blocks.
    at: usize,
}

impl<'a> Passage<'a> {
    fn clause(&self, range: &Range<usize>) -> Clause<'a> {
        let first = self.keywords.partition_point(|keyword| keyword.range.start < range.start);
        let last = self.keywords.partition_point(|keyword| keyword.range.start < range.end);
        Clause {
            prose: self.prose.words,
            start: range.start,
            end: range.end,
            words: within(self.words, range),
            keywords: &self.keywords[first..last.max(first)],
        }
    }
}

impl Reader<'_> {
    /// Reads a block; gives the index of the next one to read.
    fn step(&mut self, at: usize, block: &Block) -> usize {
        match block {
            Block::QuoteStart => self.n_quotes += 1,
            Block::QuoteEnd => self.n_quotes = self.n_quotes.saturating_sub(1),
            _ if self.n_quotes > 0 && !self.rules.reads_quotes => return at + 1,
            Block::Prose(prose) => {
                self.prose(at, *prose);
                return at + 1;
            }
            Block::ListStart(first) => return self.start_list(at, *first),
            Block::ListEnd => self.end_list(),
            Block::ItemStart => {
                self.start_item();
                return at + 1;
            }
            Block::Html(_) => return at + 1,
            Block::TableStart => self.table = table::Columns::led_in_by(self.last.take()),
            Block::Row(row) => self.row(row),
            Block::Heading(section) => self.start_section(*section),
            Block::TableEnd => self.table = table::Columns::default(),
            Block::Fence(fence) => self.gherkin(&self.markdown.fences[*fence]),
            Block::ItemEnd | Block::Other => {}
        }
        self.drop_pending();
        self.last = None;
        at + 1
    }

    fn start_section(&mut self, section: SectionId) {
        self.steps = Steps::default();
        self.is_aside = false;
        if !self.roles[section].is_scenario {
            self.scenario_level = None;
        }
        let is_named = self.markdown.sections[section].title.contains(':');
        if let Some(change) = self.roles[section].change.filter(|_| is_named) {
            self.found.changes.push((change, section));
        }
    }

    fn prose(&mut self, at: usize, id: ProseId) {
        let prose = self.markdown.prose(id);
        let (mut words, mut keywords) = (std::mem::take(&mut self.words), std::mem::take(&mut self.keywords));
        words::find(prose.words, &mut words);
        keyword::find(prose.words, &words, self.more, &mut keywords);
        let passage = Passage { prose, words: &words, keywords: &keywords, at };
        self.last = None;
        if self.rules.reads_tags && self.names_next(&passage) {
            (self.words, self.keywords) = (words, keywords);
            return;
        }
        if self.has_markers {
            for part in marker::parts(self.text, &prose, self.diagnostics) {
                self.part(&passage, part);
            }
        } else {
            self.part(&passage, Part { marker: None, words: 0..prose.words.len() });
        }
        (self.words, self.keywords) = (words, keywords);
    }

    /// Takes a paragraph that is nothing but an id, which names the next, or nothing but a label such as
    /// "Rationale:", which makes what follows an aside up to the next heading or id.
    fn names_next(&mut self, passage: &Passage) -> bool {
        let prose = &passage.prose;
        if prose.starts_item || passage.words.len() > 2 {
            return false;
        }
        if let Some(tag) = tag::find_alone(self.text, prose) {
            self.pending = Some(tag);
            self.is_aside = false;
            return true;
        }
        let follows = self.markdown.blocks.get(passage.at + 1);
        let clause = passage.clause(&(0..prose.words.len()));
        let is_label = prose.words.trim_end().ends_with(':') && !matches!(follows, Some(Block::ListStart(_)));
        if is_label {
            self.is_aside = normative::is_labelled_aside(&clause);
        }
        is_label && self.is_aside
    }

    fn part(&mut self, passage: &Passage, part: Part) {
        if part.marker.is_some() {
            self.drop_pending();
            self.pending = part.marker;
        }
        let range = part.words;
        if passage.prose.words[range.clone()].trim().is_empty() {
            return;
        }
        if let Some(marker) = self.pending.take() {
            self.whole(passage, &range, StatementId::Written(marker));
        } else if self.named.is_some() {
            self.add_to_list(passage, &range);
        } else if let Some((tag, behind)) = self.tag(passage, &range) {
            self.whole(passage, &(behind..range.end), StatementId::Written(tag));
        } else {
            self.sentences(passage, &range);
        }
    }

    fn tag(&self, passage: &Passage, range: &Range<usize>) -> Option<(Marker, usize)> {
        if !self.rules.reads_tags || range.start > 0 {
            return None;
        }
        tag::find(self.text, &passage.prose)
    }

    /// A part as one statement, whatever it says.
    fn whole(&mut self, passage: &Passage, range: &Range<usize>, id: StatementId) {
        let clause = passage.clause(range);
        self.found.n_keywords += clause.keywords.len();
        self.state(passage, &clause, id);
    }

    fn sentences(&mut self, passage: &Passage, range: &Range<usize>) {
        let mut sentences = sentence::split(&passage.prose.words[range.clone()]);
        if self.rules.reads_unmarked {
            sentences = steps::split(&passage.prose.words[range.clone()], sentences);
        }
        let n_sentences = sentences.len();
        let mut is_aside = false;
        for (i, sentence) in sentences.into_iter().enumerate() {
            let sentence = sentence.start + range.start..sentence.end + range.start;
            let clause = passage.clause(&sentence);
            if i == 0 && self.rules.reads_unmarked {
                is_aside = normative::is_labelled_aside(&clause);
                let has_more = n_sentences > 1;
                if has_more && normative::is_title(&clause, &passage.prose) {
                    continue;
                }
            }
            if i + 1 == n_sentences && self.leads_in(passage, &clause) {
                continue;
            }
            if self.is_boilerplate(&clause) {
                self.found.n_defining_keywords += clause.keywords.len();
                continue;
            }
            if is_aside && clause.keywords.is_empty() {
                continue;
            }
            let mut clauses = std::mem::take(&mut self.clauses);
            let divide = match (self.rules.reads_unmarked, passage.prose.starts_item) {
                (false, _) => Divide::AtKeywords,
                (true, false) => Divide::Prose,
                (true, true) => Divide::Items,
            };
            clause::split(clause.prose, sentence, clause.words, clause.keywords, divide, &mut clauses);
            for range in clauses.drain(..) {
                self.consider(passage, &clause, &passage.clause(&range));
            }
            self.clauses = clauses;
        }
    }

    fn is_boilerplate(&self, clause: &Clause) -> bool {
        self.is_boilerplate_likely && keyword::is_boilerplate(clause.text())
    }

    /// States a clause if it binds. Without a keyword it does if its sentence does.
    fn consider(&mut self, passage: &Passage, sentence: &Clause, clause: &Clause) {
        let section = passage.prose.section;
        if self.rules.reads_unmarked && self.steps.take(clause, passage, self.text) {
            return;
        }
        let binds = !clause.keywords.is_empty()
            || (self.rules.reads_unmarked && !sentence.keywords.is_empty())
            || self.lead().is_some_and(|lead| lead.level.is_some())
            || (self.rules.reads_unmarked && self.is_normative(passage, sentence));
        if !binds || self.is_removed(section) {
            return;
        }
        self.found.n_keywords += clause.keywords.len();
        if let Some((criterion, start)) = self.criterion(clause, section) {
            return self.state(
                passage,
                &passage.clause(&(start..clause.end)),
                StatementId::Heading(criterion),
            );
        }
        let id = self.id(passage);
        self.state(passage, clause, id);
    }

    fn is_removed(&self, section: SectionId) -> bool {
        matches!(self.roles[section].change, Some(DeltaChange::Removed | DeltaChange::Renamed))
    }

    /// The number that a clause starts with, in a section whose criteria have numbers, and where it goes on.
    fn criterion(&self, clause: &Clause, section: SectionId) -> Option<(String, usize)> {
        self.roles[section].number.as_ref()?;
        let text = clause.text().trim_start();
        let first = text.split(char::is_whitespace).next()?;
        let start = clause.end - text.len() + first.len();
        tag::is_criterion(first).then(|| (first.trim_end_matches(['.', ')']).to_owned(), start))
    }

    fn id(&mut self, passage: &Passage) -> StatementId {
        let section = passage.prose.section;
        if passage.prose.checkbox.is_some() && self.rules.reads_unmarked {
            self.n_boxes[section] += 1;
            return StatementId::Checkbox(self.n_boxes[section]);
        }
        let role = &self.roles[section];
        let ordinal = self.lists.last().and_then(|list| list.number);
        match (&role.number, ordinal) {
            (Some(number), Some(ordinal)) => StatementId::Heading(format!("{number}.{ordinal}")),
            _ => role.id.as_ref().map_or(StatementId::Made, |id| StatementId::Heading(id.to_string())),
        }
    }

    fn state(&mut self, passage: &Passage, clause: &Clause, id: StatementId) {
        let prose = &passage.prose;
        let span = self.text.trimmed(prose.span_of(&clause.range()));
        let (level, level_source) = self.level(clause, prose.section);
        let is_record = normative::is_record(clause, prose, self.text);
        let kind = describe::kind(clause, is_record);
        let lead = self.lead();
        let own_condition = clause.condition_range().map(|range| self.source_of(prose, &range));
        let statement = Statement {
            id,
            level,
            level_source,
            text: on_one_line(self.text.slice(span)),
            lead_in: lead.map(|lead| Arc::clone(&lead.text)),
            kind,
            untestable: describe::untestable(clause, (level, level_source), kind),
            actor: clause.actor(),
            condition: self.steps.condition().or(own_condition).or_else(|| lead?.condition.clone()),
            span,
            section: prose.section,
        };
        if level_source == LevelSource::Keyword && !self.roles[prose.section].is_scenario {
            // A scenario shows what must happen, even where it must not happen otherwise.
            self.scenario_level.get_or_insert(match level {
                Level::MustNot => Level::Must,
                Level::ShouldNot => Level::Should,
                other => other,
            });
        }
        self.found.state(self.text, self.markdown, statement);
    }

    /// How strongly a clause binds, and what says so.
    fn level(&self, clause: &Clause, section: SectionId) -> (Level, LevelSource) {
        if let Some(level) = keyword::strongest(clause.keywords) {
            return (level, LevelSource::Keyword);
        }
        let lead = self.lead();
        let own_weak = keyword::weak_level(clause.prose, clause.words);
        if let Some(level) = lead.and_then(|lead| lead.level) {
            // "You MAY do more, but: a must not …" says it of the item itself.
            return own_weak.map_or((level, LevelSource::LeadIn), |level| (level, LevelSource::Weak));
        }
        if let Some(level) = self.scenario_level.filter(|_| self.roles[section].is_scenario) {
            return (level, LevelSource::Inherited);
        }
        if let Some(level) = self.profiles.level_of(clause.text()).or(self.roles[section].level) {
            return (level, LevelSource::Inherited);
        }
        let weak = own_weak.or_else(|| lead?.weak_level);
        weak.map_or((Level::Must, LevelSource::Default), |level| (level, LevelSource::Weak))
    }

    /// The source of a range of words, on one line and without a mark at its end.
    fn source_of(&self, prose: &Prose, range: &Range<usize>) -> String {
        let source = on_one_line(self.text.slice(prose.span_of(range)));
        source.trim_end_matches(['.', ',', ';', ':']).to_owned()
    }
}
