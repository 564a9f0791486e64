//! A crate's text to be respelt, and what a respelling does to it.

use crate::edits::{Edit, apply, children, descendants, parse_all};
use ghostlib_diff::{SourceFile, SourceTree};
use std::ops::Range;
use tree_sitter::{Node, Tree};

/// A source tree with its syntax.
pub(crate) struct Source<'s> {
    pub(crate) tree: &'s SourceTree,
    trees: Vec<Option<Tree>>,
}

/// One piece of the text, written in another way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Respelling {
    pub(crate) edits: Vec<Edit>,
    /// A file that it makes.
    pub(crate) made: Option<SourceFile>,
    /// A file that it takes away, by its index.
    pub(crate) removed: Option<usize>,
}

/// A node with its file.
#[derive(Clone, Copy)]
pub(crate) struct At<'s> {
    pub(crate) file: usize,
    pub(crate) node: Node<'s>,
    pub(crate) text: &'s str,
}

impl<'s> Source<'s> {
    pub(crate) fn new(tree: &'s SourceTree) -> Self {
        Self { tree, trees: parse_all(tree) }
    }

    /// The root of each file of the library.
    pub(crate) fn roots(&self) -> Vec<At<'_>> {
        let roots = self.trees.iter().enumerate().filter_map(|(file, tree)| {
            let is_library = self.tree.files[file].path.starts_with("src/");
            let node = tree.as_ref().filter(|_| is_library)?.root_node();
            Some(At { file, node, text: &self.tree.files[file].text })
        });
        roots.collect()
    }

    /// All nodes of these kinds.
    pub(crate) fn all(&self, kinds: &[&str]) -> Vec<At<'_>> {
        let roots = self.roots().into_iter();
        let nodes =
            roots.flat_map(|root| descendants(root.node).into_iter().map(move |node| At { node, ..root }));
        nodes.filter(|at| kinds.contains(&at.node.kind())).collect()
    }

    /// The tree with those respellings that do not touch what another one touches, and their number.
    pub(crate) fn with(&self, respellings: Vec<Respelling>) -> (SourceTree, usize) {
        let mut kept = Respellings::default();
        for respelling in respellings {
            kept.add(respelling);
        }
        let mut tree = apply(self.tree, &kept.edits);
        kept.removed.sort_unstable();
        for file in kept.removed.iter().rev() {
            tree.files.remove(*file);
        }
        tree.files.extend(kept.made);
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        (tree, kept.n)
    }
}

#[derive(Default)]
struct Respellings {
    edits: Vec<Edit>,
    made: Vec<SourceFile>,
    removed: Vec<usize>,
    n: usize,
}

impl Respellings {
    fn add(&mut self, respelling: Respelling) {
        let touches = |a: &Edit, b: &Edit| {
            a.file == b.file && a.range.start <= b.range.end && b.range.start <= a.range.end
        };
        let is_taken =
            respelling.edits.iter().any(|edit| self.edits.iter().any(|other| touches(edit, other)));
        let is_gone = |file: usize| self.removed.contains(&file);
        let is_edited = |file: usize| self.edits.iter().any(|edit| edit.file == file);
        if is_taken
            || respelling.edits.iter().any(|edit| is_gone(edit.file))
            || respelling.removed.is_some_and(|file| is_edited(file) || is_gone(file))
        {
            return;
        }
        self.n += 1;
        self.edits.extend(respelling.edits);
        self.made.extend(respelling.made);
        self.removed.extend(respelling.removed);
    }
}

impl Respelling {
    pub(crate) fn and(mut self, at: At<'_>, range: Range<usize>, text: impl Into<String>) -> Self {
        self.edits.push(Edit { file: at.file, range, text: text.into() });
        self
    }
}

impl<'s> At<'s> {
    pub(crate) fn field(self, name: &str) -> Option<Self> {
        Some(Self { node: self.node.child_by_field_name(name)?, ..self })
    }

    pub(crate) fn child(self, kind: &str) -> Option<Self> {
        self.children().into_iter().find(|child| child.node.kind() == kind)
    }

    pub(crate) fn children(self) -> Vec<Self> {
        children(self.node).into_iter().map(|node| Self { node, ..self }).collect()
    }

    pub(crate) fn below(self) -> Vec<Self> {
        descendants(self.node).into_iter().map(|node| Self { node, ..self }).collect()
    }

    pub(crate) fn kind(self) -> &'s str {
        self.node.kind()
    }

    pub(crate) fn source(self) -> &'s str {
        &self.text[self.node.byte_range()]
    }

    pub(crate) fn parent(self) -> Option<Self> {
        Some(Self { node: self.node.parent()?, ..self })
    }

    pub(crate) fn replaced(self, text: impl Into<String>) -> Respelling {
        Respelling::default().and(self, self.node.byte_range(), text)
    }

    /// Whether it is a name, where it stands for the thing itself and not for a member of another one.
    pub(crate) fn is_name(self, name: &str) -> bool {
        if !matches!(self.kind(), "identifier" | "type_identifier") || self.source() != name {
            return false;
        }
        let Some(parent) = self.node.parent() else { return false };
        let is_member =
            matches!(parent.kind(), "scoped_identifier" | "scoped_type_identifier" | "type_binding")
                && parent.child_by_field_name("name").is_some_and(|node| node.id() == self.node.id());
        !is_member
    }
}
