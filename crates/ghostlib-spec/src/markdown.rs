//! One walk over the Markdown: headings, the blocks that may hold statements, and fenced blocks.

use crate::text::{Excerpt, Text, on_one_line};
use ghostlib_model::Span;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use std::rc::Rc;

/// Stands in a block's prose for a code span, whose words are not prose.
pub(crate) const CODE: &str = "\u{fffc}";

/// What a document is made of.
#[derive(Debug, Default)]
pub(crate) struct Markdown {
    /// The first heading of level 1.
    pub(crate) title: Option<String>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) fences: Vec<Fence>,
}

/// One step of the walk, as far as statements and their ids are concerned.
#[derive(Debug)]
pub(crate) enum Block {
    /// A paragraph, or the first text of a list item.
    Prose(Prose),
    ListStart,
    ListEnd,
    ItemEnd,
    /// Anything else that an id cannot name: a heading, a table, a fence, a quote, a rule.
    Other,
}

/// Running text.
#[derive(Debug)]
pub(crate) struct Prose {
    /// Its words, without markup, with `\n` between lines and [`CODE`] for each code span.
    pub(crate) words: Excerpt,
    /// Where its source stands, list marker left out.
    pub(crate) span: Span,
    /// Where its outermost emphases and links stand, in order.
    pub(crate) markup: Vec<Span>,
    /// The headings above it, outermost first.
    pub(crate) section: Rc<[String]>,
    /// Whether it is the first text of a list item.
    pub(crate) starts_item: bool,
}

impl Prose {
    /// Whether an offset lies between the ends of an emphasis or a link.
    pub(crate) fn is_in_markup(&self, offset: usize) -> bool {
        let i = self.markup.partition_point(|markup| markup.end <= offset);
        self.markup.get(i).is_some_and(|markup| markup.start < offset)
    }
}

/// A fenced block with two words or more behind its fence.
#[derive(Debug)]
pub(crate) struct Fence {
    /// The words behind the fence.
    pub(crate) words: Vec<String>,
    pub(crate) code: Excerpt,
    /// Where the whole block stands.
    pub(crate) span: Span,
}

impl Fence {
    /// Whether the words are `language` and `kind`. `yml` is `yaml`.
    pub(crate) fn is(&self, language: &str, kind: &str) -> bool {
        match self.words.as_slice() {
            [first, second] => {
                second == kind && (first == language || (first == "yml" && language == "yaml"))
            }
            _ => false,
        }
    }

    /// Where the code stands.
    pub(crate) fn code_span(&self) -> Span {
        if self.code.as_str().is_empty() {
            return self.span;
        }
        self.code.span_in_document(Span::new(0, self.code.as_str().len()))
    }
}

/// Walks over the part of `text` that starts at `body`. Nothing inside a block quote counts.
pub(crate) fn read(text: &Text, body: usize) -> Markdown {
    let mut walk = Walk::default();
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(&text.as_str()[body..], options).into_offset_iter() {
        walk.step(event, range.start + body..range.end + body);
    }
    walk.flush();
    walk.markdown
}

#[derive(Default)]
struct Walk {
    markdown: Markdown,
    headings: Vec<(HeadingLevel, String)>,
    section: Rc<[String]>,
    /// The running text that is open.
    open: Option<Prose>,
    /// Whether the next running text starts a list item.
    starts_item: bool,
    heading: Option<(HeadingLevel, String)>,
    fence: Option<Fence>,
    /// How many block quotes and tables are open.
    n_ignored: usize,
}

impl Walk {
    fn step(&mut self, event: Event, range: Range<usize>) {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::Table(_)) => {
                self.other();
                self.n_ignored += 1;
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Table) => {
                self.flush();
                self.n_ignored = self.n_ignored.saturating_sub(1);
            }
            _ if self.n_ignored > 0 => {}
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => self.words(&words, range),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                let words = if self.heading.is_some() { &*code } else { CODE };
                self.words(words, range);
            }
            Event::SoftBreak | Event::HardBreak => self.words("\n", range),
            // A task's box, like a list marker, is no part of the text.
            Event::TaskListMarker(_) => {}
            Event::InlineHtml(_) | Event::FootnoteReference(_) => self.widen(range),
            Event::Html(_) => self.flush(),
            Event::Rule => self.other(),
        }
    }

    fn start(&mut self, tag: Tag, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.flush(),
            Tag::Heading { level, .. } => {
                self.other();
                self.heading = Some((level, String::new()));
            }
            Tag::CodeBlock(kind) => {
                self.other();
                let info = if let CodeBlockKind::Fenced(info) = kind { info } else { "".into() };
                let words = info.split_whitespace().map(str::to_lowercase).collect();
                self.fence = Some(Fence { words, code: Excerpt::default(), span: range.into() });
            }
            Tag::List(_) => {
                self.flush();
                self.markdown.blocks.push(Block::ListStart);
            }
            Tag::Item => {
                self.flush();
                self.starts_item = true;
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } => {
                self.markup(range);
            }
            _ => self.other(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some((level, title)) = self.heading.take() {
                    self.enter_section(level, shortened(&on_one_line(&title)));
                }
            }
            TagEnd::CodeBlock => {
                if let Some(fence) = self.fence.take().filter(|fence| fence.words.len() >= 2) {
                    self.markdown.fences.push(fence);
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.markdown.blocks.push(Block::ListEnd);
            }
            TagEnd::Item => {
                self.flush();
                self.starts_item = false;
                self.markdown.blocks.push(Block::ItemEnd);
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {}
            _ => self.flush(),
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        if let Some((_, title)) = &mut self.heading {
            title.push_str(words);
        } else if let Some(fence) = &mut self.fence {
            fence.code.push(words, range.start);
        } else {
            let offset = range.start;
            self.widen(range);
            if let Some(prose) = &mut self.open {
                prose.words.push(words, offset);
            }
        }
    }

    fn markup(&mut self, range: Range<usize>) {
        self.widen(range.clone());
        if let Some(prose) = &mut self.open
            && prose.markup.last().is_none_or(|last| last.end <= range.start)
        {
            prose.markup.push(range.into());
        }
    }

    /// Makes the open running text reach over `range`; opens one if none is.
    fn widen(&mut self, range: Range<usize>) {
        if self.heading.is_some() || self.fence.is_some() {
            return;
        }
        let open = || Prose {
            words: Excerpt::default(),
            span: range.clone().into(),
            markup: Vec::new(),
            section: Rc::clone(&self.section),
            starts_item: std::mem::take(&mut self.starts_item),
        };
        let prose = self.open.get_or_insert_with(open);
        prose.span.end = prose.span.end.max(range.end);
    }

    fn flush(&mut self) {
        self.markdown.blocks.extend(self.open.take().map(Block::Prose));
    }

    fn other(&mut self) {
        self.flush();
        self.starts_item = false;
        self.markdown.blocks.push(Block::Other);
    }

    fn enter_section(&mut self, level: HeadingLevel, title: String) {
        if level == HeadingLevel::H1 && self.markdown.title.is_none() {
            self.markdown.title = Some(title.clone());
        }
        self.headings.retain(|(above, _)| *above < level);
        self.headings.push((level, title));
        self.section = self.headings.iter().map(|(_, title)| title.clone()).collect();
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
