use super::{Block, CODE, Fence, Link, Markdown, ProseId, ProseRanges, Row, Section, SectionId};
use crate::text::{Excerpt, Text, on_one_line};
use ghostlib_model::Span;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use std::sync::Arc;

/// Walks over the part of `text` that starts at `body`.
pub(crate) fn read(text: &Text, body: usize) -> Markdown {
    let mut walk = Walk::over(text.as_str().len() - body);
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(&text.as_str()[body..], options).into_offset_iter() {
        walk.step(event, range.start + body..range.end + body);
    }
    walk.flush();
    walk.markdown
}

struct Walk {
    markdown: Markdown,
    section: SectionId,
    /// The running text that is open.
    open: Option<ProseRanges>,
    /// Whether the next running text starts a list item.
    starts_item: bool,
    checkbox: Option<bool>,
    /// The level and the title of the open heading.
    heading: Option<(u8, String)>,
    row: Option<Row>,
    is_in_fence: bool,
}

impl Walk {
    fn over(n_bytes: usize) -> Self {
        let before = Section {
            title: String::new(),
            level: 0,
            parent: None,
            path: Arc::default(),
            span: Span::default(),
            prose: None,
        };
        let markdown =
            Markdown { sections: vec![before], words: String::with_capacity(n_bytes), ..Markdown::default() };
        Self {
            markdown,
            section: 0,
            open: None,
            starts_item: false,
            checkbox: None,
            heading: None,
            row: None,
            is_in_fence: false,
        }
    }

    fn step(&mut self, event: Event, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => self.words(&words, range),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => self.code(&code, range),
            Event::SoftBreak | Event::HardBreak => self.words("\n", range),
            // A task's box, like a list marker, is no part of the text.
            Event::TaskListMarker(is_ticked) => self.checkbox = Some(is_ticked),
            Event::InlineHtml(_) | Event::FootnoteReference(_) => self.widen(range),
            Event::Html(_) => {
                self.flush();
                self.markdown.blocks.push(Block::Html(range.into()));
            }
            Event::Rule => self.other(),
        }
    }

    fn start(&mut self, tag: Tag, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.flush(),
            Tag::Heading { level, .. } => {
                self.flush();
                self.starts_item = false;
                self.start_heading(level as u8, range.into());
            }
            Tag::CodeBlock(kind) => self.start_fence(&kind, range.into()),
            Tag::List(first) => self.block(Block::ListStart(first)),
            Tag::Item => {
                self.block(Block::ItemStart);
                self.starts_item = true;
                self.checkbox = None;
            }
            Tag::BlockQuote(_) => {
                self.starts_item = false;
                self.block(Block::QuoteStart);
            }
            Tag::Table(_) => {
                self.starts_item = false;
                self.block(Block::TableStart);
            }
            Tag::TableHead | Tag::TableRow => {
                let first = self.markdown.proses.len();
                let is_head = matches!(tag, Tag::TableHead);
                let span = range.into();
                self.row = Some(Row { is_head, cells: first..first, span, section: self.section });
            }
            Tag::TableCell => self.open_prose(range.start..range.start),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.markdown.links.push(Link { target: dest_url.into_string(), span: range.clone().into() });
                self.markup(range);
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.markup(range),
            _ => self.other(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::CodeBlock => self.is_in_fence = false,
            TagEnd::List(_) => self.block(Block::ListEnd),
            TagEnd::Item => {
                self.flush();
                self.starts_item = false;
                self.markdown.blocks.push(Block::ItemEnd);
            }
            TagEnd::BlockQuote(_) => self.block(Block::QuoteEnd),
            TagEnd::Table => self.block(Block::TableEnd),
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(row) = self.row.take() {
                    self.markdown.blocks.push(Block::Row(row));
                }
            }
            TagEnd::TableCell => {
                let cell = self.close_prose();
                if let Some((row, cell)) = self.row.as_mut().zip(cell) {
                    row.cells.end = cell + 1;
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {}
            _ => self.flush(),
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        if self.is_in_fence {
            if let Some(fence) = self.markdown.fences.last_mut() {
                fence.code.push(words, range.start);
            }
            return;
        }
        if let Some((_, title)) = &mut self.heading {
            title.push_str(words);
        }
        let start = range.start;
        self.widen(range);
        self.push(words, start);
    }

    fn code(&mut self, code: &str, range: Range<usize>) {
        if let Some((_, title)) = &mut self.heading {
            title.push_str(code);
        }
        let start = range.start;
        self.widen(range.clone());
        self.markdown.code_spans.push(range.into());
        self.push(CODE, start);
    }

    fn push(&mut self, words: &str, start: usize) {
        self.markdown.pieces.push((self.markdown.words.len(), start));
        self.markdown.words.push_str(words);
    }

    fn markup(&mut self, range: Range<usize>) {
        self.widen(range.clone());
        let first = self.open.as_ref().map_or(usize::MAX, |prose| prose.markup.start);
        let markup = &mut self.markdown.markup;
        if markup.len() == first || markup.last().is_none_or(|last| last.end <= range.start) {
            markup.push(range.into());
        }
    }

    /// Makes the open running text reach over `range`; opens one if none is.
    fn widen(&mut self, range: Range<usize>) {
        match &mut self.open {
            Some(prose) => {
                if prose.words.start == self.markdown.words.len() && prose.span.start == prose.span.end {
                    prose.span.start = range.start;
                }
                prose.span.end = prose.span.end.max(range.end);
            }
            None => self.open_prose(range),
        }
    }

    fn open_prose(&mut self, range: Range<usize>) {
        let markdown = &self.markdown;
        let (words, pieces) = (markdown.words.len(), markdown.pieces.len());
        let (markup, code_spans) = (markdown.markup.len(), markdown.code_spans.len());
        self.open = Some(ProseRanges {
            words: words..words,
            pieces: pieces..pieces,
            markup: markup..markup,
            code_spans: code_spans..code_spans,
            span: range.into(),
            section: self.section,
            starts_item: std::mem::take(&mut self.starts_item),
            checkbox: self.checkbox.take(),
        });
    }

    fn close_prose(&mut self) -> Option<ProseId> {
        let mut prose = self.open.take()?;
        prose.words.end = self.markdown.words.len();
        prose.pieces.end = self.markdown.pieces.len();
        prose.markup.end = self.markdown.markup.len();
        prose.code_spans.end = self.markdown.code_spans.len();
        self.markdown.proses.push(prose);
        Some(self.markdown.proses.len() - 1)
    }

    fn flush(&mut self) {
        if let Some(prose) = self.close_prose() {
            self.markdown.blocks.push(Block::Prose(prose));
        }
    }

    fn block(&mut self, block: Block) {
        self.flush();
        self.markdown.blocks.push(block);
    }

    fn other(&mut self) {
        self.starts_item = false;
        self.block(Block::Other);
    }

    fn start_fence(&mut self, kind: &CodeBlockKind, span: Span) {
        self.flush();
        self.starts_item = false;
        let words = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().map(str::to_lowercase).collect(),
            CodeBlockKind::Indented => Vec::new(),
        };
        self.markdown.blocks.push(Block::Fence(self.markdown.fences.len()));
        let section = self.section;
        self.markdown.fences.push(Fence { words, code: Excerpt::default(), span, section });
        self.is_in_fence = true;
    }

    fn start_heading(&mut self, level: u8, span: Span) {
        let mut parent = Some(self.section);
        while let Some(above) = parent.filter(|&above| self.markdown.sections[above].level >= level) {
            parent = self.markdown.sections[above].parent;
        }
        self.section = self.markdown.sections.len();
        let section =
            Section { title: String::new(), level, parent, path: Arc::default(), span, prose: None };
        self.markdown.sections.push(section);
        self.heading = Some((level, String::new()));
    }

    fn end_heading(&mut self) {
        let prose = self.close_prose();
        let Some((level, title)) = self.heading.take() else { return };
        let title = shortened(&on_one_line(&title));
        if level == 1 && self.markdown.title.is_none() {
            self.markdown.title = Some(title.clone());
        }
        let parent = self.markdown.sections[self.section].parent;
        let above = parent.map_or(&[][..], |parent| &self.markdown.sections[parent].path);
        let path = above.iter().cloned().chain([title.clone()]).collect();
        let section = &mut self.markdown.sections[self.section];
        (section.title, section.path, section.prose) = (title, path, prose);
        self.markdown.blocks.push(Block::Heading(self.section));
    }
}

/// Every requirement carries the headings above it, so that an endless heading would cost its length each time.
fn shortened(title: &str) -> String {
    const MAX_CHARS: usize = 200;
    match title.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &title[..end]),
        None => title.to_owned(),
    }
}
