//! Where the requirements of a document stand, as far as they can be taken out.

use super::names::Names;
use crate::bindings::BINDINGS;
use crate::markdown::{self, Block, Markdown, Section};
use crate::source::SourceFile;
use crate::text::Text;
use crate::vectors::VECTORS;
use crate::{Spec, api, front_matter};
use std::ops::Range;

/// A document as pieces that stay or go.
pub(super) struct Layout {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) markdown: Markdown,
    pub(super) leaves: Vec<Leaf>,
    /// The item around each item.
    pub(super) items: Vec<Option<usize>>,
    /// The paragraph that leads in each outermost list or table, and its pieces.
    pub(super) lists: Vec<(Option<usize>, Vec<usize>)>,
}

/// A paragraph, a table, a fence.
pub(super) struct Leaf {
    pub(super) span: Range<usize>,
    pub(super) section: usize,
    /// The innermost item around it.
    pub(super) item: Option<usize>,
    pub(super) kind: Kind,
    /// The requirements that stand in it, by their order in the spec.
    pub(super) requirements: Vec<usize>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    /// A block of vectors, API or bindings, by its place among the fences.
    Own(usize),
    Other,
}

impl Layout {
    pub(super) fn of(file: &SourceFile, spec: &Spec) -> Self {
        let (content, _) = file.decode();
        let text = Text::new(&file.path, &content);
        let markdown = markdown::read(&text, front_matter::divide(&content).body);
        let mut reader = Reader {
            markdown: &markdown,
            leaves: vec![],
            items: vec![],
            lists: vec![],
            open: vec![],
            depth: 0,
            table: None,
        };
        for block in &markdown.blocks {
            reader.block(block);
        }
        let Reader { mut leaves, items, lists, .. } = reader;
        for leaf in leaves.iter_mut().filter(|leaf| leaf.kind == Kind::Words) {
            let stands_here = |(_, one): &(usize, &ghostlib_model::Requirement)| {
                let span = one.place.span;
                *one.place.file == *file.path && span.start < leaf.span.end && leaf.span.start < span.end
            };
            let here = spec.requirements.iter().enumerate().filter(stands_here);
            leaf.requirements = here.map(|(at, _)| at).collect();
        }
        Self { path: file.path.clone(), text: content.into_owned(), leaves, items, lists, markdown }
    }

    /// Whether an item is another one, or within it.
    pub(super) fn is_within(&self, item: usize, around: usize) -> bool {
        let mut at = Some(item);
        while let Some(item) = at {
            if item == around {
                return true;
            }
            at = self.items[item];
        }
        false
    }

    /// The pieces within an item.
    pub(super) fn of_item(&self, item: usize) -> impl Iterator<Item = usize> {
        let is_in = move |at: &usize| self.leaves[*at].item.is_some_and(|one| self.is_within(one, item));
        (0..self.leaves.len()).filter(is_in)
    }

    /// The section and those around it, from the innermost on.
    pub(super) fn sections_around(&self, section: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(section), |at| self.markdown.sections[*at].parent)
    }

    /// What a section is about by its heading. The title of the document is the name of the library.
    pub(super) fn about(&self, section: usize, names: &Names) -> Vec<usize> {
        let Section { title, span, level, .. } = &self.markdown.sections[section];
        if *level <= 1 {
            return vec![];
        }
        names.of_heading(title, self.text.get(span.start..span.end).unwrap_or_default())
    }
}

struct Reader<'m> {
    markdown: &'m Markdown,
    leaves: Vec<Leaf>,
    items: Vec<Option<usize>>,
    lists: Vec<(Option<usize>, Vec<usize>)>,
    /// The items that are open.
    open: Vec<usize>,
    /// How many lists are open.
    depth: usize,
    /// Where the open table starts, and its section.
    table: Option<(Range<usize>, usize)>,
}

impl Reader<'_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Prose(id) => {
                let prose = self.markdown.prose(*id);
                self.leaf(prose.span.start..prose.span.end, prose.section, Kind::Words);
            }
            Block::ListStart(_) => {
                if self.depth == 0 {
                    self.lead_in();
                }
                self.depth += 1;
            }
            Block::ListEnd => self.depth = self.depth.saturating_sub(1),
            Block::ItemStart => {
                self.items.push(self.open.last().copied());
                self.open.push(self.items.len() - 1);
            }
            Block::ItemEnd => drop(self.open.pop()),
            Block::Row(row) => {
                let (start, _) = self.table.take().unwrap_or((row.span.start..row.span.end, row.section));
                self.table = Some((start.start..row.span.end, row.section));
            }
            Block::TableEnd => {
                if self.depth == 0 {
                    self.lead_in();
                }
                if let Some((span, section)) = self.table.take() {
                    self.depth += 1;
                    self.leaf(span, section, Kind::Words);
                    self.depth -= 1;
                }
            }
            Block::Fence(at) => {
                let fence = &self.markdown.fences[*at];
                let is_own = matches!(fence.words.as_slice(), [_, kind] if [api::API, VECTORS, BINDINGS].contains(&kind.as_str()));
                let kind = if is_own { Kind::Own(*at) } else { Kind::Other };
                self.leaf(fence.span.start..fence.span.end, fence.section, kind);
            }
            Block::Html(span) => {
                let section = self.leaves.last().map_or(0, |leaf| leaf.section);
                self.leaf(span.start..span.end, section, Kind::Other);
            }
            Block::Heading(_) | Block::TableStart | Block::QuoteStart | Block::QuoteEnd | Block::Other => {}
        }
    }

    /// A list or a table starts: what stands before it may lead it in.
    fn lead_in(&mut self) {
        let before = self.leaves.len().checked_sub(1).filter(|at| self.leaves[*at].item.is_none());
        self.lists.push((before, vec![]));
    }

    fn leaf(&mut self, span: Range<usize>, section: usize, kind: Kind) {
        if self.depth > 0
            && let Some((_, pieces)) = self.lists.last_mut()
        {
            pieces.push(self.leaves.len());
        }
        self.leaves.push(Leaf { span, section, item: self.open.last().copied(), kind, requirements: vec![] });
    }
}
