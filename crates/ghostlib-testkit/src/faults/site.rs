//! Where a fault can be put: the public items of a crate, with their syntax.

use super::change::Change;
use crate::edits::{attributes, child_of_kind, children, descendants, parse_all};
use ghostlib_diff::{Api, ExtractError, FeatureSet, SourceTree, extract_crate};
use ghostlib_model::{ApiItem, ApiKind};
use std::collections::BTreeMap;
use std::ops::Range;
use tree_sitter::{Node, Tree};

/// One crate, read and parsed.
pub(crate) struct Sample {
    pub(crate) tree: SourceTree,
    pub(crate) trees: Vec<Option<Tree>>,
    pub(crate) api: Api,
}

impl Sample {
    pub(crate) fn read(tree: SourceTree) -> Result<Self, ExtractError> {
        let api = extract_crate(&tree, &FeatureSet::Default)?;
        Ok(Self { trees: parse_all(&tree), tree, api })
    }

    /// The places of its public items, each once however many paths lead there; its inherent `impl` blocks; and
    /// its public re-exports.
    pub(super) fn sites(&self) -> Vec<Site<'_>> {
        let mut sites = self.item_sites();
        sites.extend(self.block_sites());
        sites.extend(super::reexports::sites(self));
        sites
    }

    fn item_sites(&self) -> Vec<Site<'_>> {
        let mut by_place: BTreeMap<_, Vec<&ApiItem>> = BTreeMap::new();
        for item in &self.api.items {
            by_place.entry((&item.place, item.kind)).or_default().push(item);
        }
        let sites = by_place.into_iter().filter_map(|((place, kind), items)| {
            let file = self.tree.files.iter().position(|file| *file.path == *place.file)?;
            // What a macro makes has the place of its call, where no attribute or bound can be put.
            let node = self.node(file, place.span.start).filter(|node| !is_call(*node))?;
            Some(Site { sample: self, file, node, what: What::Item(kind), items })
        });
        sites.collect()
    }

    fn block_sites(&self) -> Vec<Site<'_>> {
        let roots = self.trees.iter().enumerate().filter_map(|(file, tree)| Some((file, tree.as_ref()?)));
        let blocks = roots.flat_map(|(file, tree)| {
            let blocks = descendants(tree.root_node()).into_iter().filter(|node| is_inherent(*node));
            blocks.map(move |node| {
                let items = self.items_inside(file, node.byte_range());
                Site { sample: self, file, node, what: What::InherentImpl, items }
            })
        });
        blocks.filter(|site| !site.items.is_empty()).collect()
    }

    /// The items that stand in a range of a file.
    pub(super) fn items_inside(&self, file: usize, range: Range<usize>) -> Vec<&ApiItem> {
        let path = &self.tree.files[file].path;
        let is_inside = |item: &&ApiItem| {
            let span = item.place.span;
            *item.place.file == **path && span.start >= range.start && span.end <= range.end
        };
        self.api.items.iter().filter(is_inside).collect()
    }

    /// The outermost node that starts at this byte; a place may end before the body of its item.
    fn node(&self, file: usize, start: usize) -> Option<Node<'_>> {
        let root = self.trees[file].as_ref()?.root_node();
        let mut node = root.descendant_for_byte_range(start, start + 1)?;
        while let Some(parent) = node.parent() {
            if parent.start_byte() != start || parent.id() == root.id() {
                break;
            }
            node = parent;
        }
        (node.start_byte() == start).then_some(node)
    }
}

fn is_call(node: Node<'_>) -> bool {
    let call = if node.kind() == "expression_statement" { node.named_child(0) } else { Some(node) };
    call.is_some_and(|node| node.kind() == "macro_invocation")
}

fn is_inherent(node: Node<'_>) -> bool {
    node.kind() == "impl_item" && node.child_by_field_name("trait").is_none()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Item(ApiKind),
    InherentImpl,
    ReExport,
}

/// One place of a crate, with the public items that it makes.
pub(super) struct Site<'s> {
    pub(super) sample: &'s Sample,
    pub(super) file: usize,
    pub(super) node: Node<'s>,
    pub(super) what: What,
    /// Several where several paths lead to it, and for blocks and re-exports.
    pub(super) items: Vec<&'s ApiItem>,
}

impl<'s> Site<'s> {
    pub(super) fn source(&self) -> &'s str {
        &self.sample.tree.files[self.file].text
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'s str {
        &self.source()[node.byte_range()]
    }

    pub(super) fn field(&self, name: &str) -> Option<Node<'s>> {
        self.node.child_by_field_name(name)
    }

    pub(super) fn child(&self, kind: &str) -> Option<Node<'s>> {
        child_of_kind(self.node, kind)
    }

    pub(super) fn is(&self, kinds: &[ApiKind]) -> bool {
        matches!(self.what, What::Item(kind) if kinds.contains(&kind))
    }

    /// A free function, or a method of an inherent `impl` or a trait.
    pub(super) fn is_function(&self) -> bool {
        self.is(&[ApiKind::Function, ApiKind::Method])
            && matches!(self.node.kind(), "function_item" | "function_signature_item")
    }

    pub(super) fn is_in_trait(&self) -> bool {
        self.container().is_some_and(|node| node.kind() == "trait_item")
    }

    /// The item in whose body this one stands.
    pub(super) fn container(&self) -> Option<Node<'s>> {
        self.node.parent()?.parent()
    }

    /// The paths of the items that this one belongs to: a field's struct, a variant's enum.
    pub(super) fn parents(&self) -> Vec<String> {
        let parents = self.items.iter().filter_map(|item| item.path.rsplit_once("::"));
        parents.map(|(parent, _)| parent.to_owned()).collect()
    }

    /// The attributes `name` and `name(…)`.
    pub(super) fn attributes(&self, name: &str) -> Vec<Node<'s>> {
        let named = |node: &Node<'s>| {
            let inner = self.text(*node).trim_start_matches("#[").trim_start();
            inner.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['(', ']', '=']))
        };
        attributes(self.node).into_iter().filter(named).collect()
    }

    /// The parameters of a function, without `self`.
    pub(super) fn parameters(&self) -> Vec<Node<'s>> {
        let all = self.field("parameters").map(children).unwrap_or_default();
        all.into_iter().filter(|node| node.kind() == "parameter").collect()
    }

    pub(super) fn replaced(&self, node: Node<'_>, text: impl Into<String>) -> Change {
        Change::default().and(self, node.byte_range(), text)
    }

    pub(super) fn inserted(&self, at: usize, text: impl Into<String>) -> Change {
        Change::default().and(self, at..at, text)
    }

    pub(super) fn removed(&self, range: Range<usize>) -> Change {
        Change::default().and(self, range, "")
    }
}
