//! The syntax trees of files, for as long as an API is read from them.

use crate::SourceFile;
use crate::parallel::in_parallel;
use std::sync::OnceLock;
use tree_sitter::{Node, Tree};

/// Files, and the syntax tree of each.
pub(crate) struct Trees<'t> {
    pub(crate) files: &'t [SourceFile],
    parse: fn(&SourceFile) -> Option<Tree>,
    trees: Vec<OnceLock<Option<Tree>>>,
}

impl<'t> Trees<'t> {
    /// The outlines of files. Those of the library are made on as many cores as there are, others when they are asked
    /// for.
    pub(crate) fn outlines(files: &'t [SourceFile]) -> Self {
        let outline = |i: usize| files[i].is_library().then(|| files[i].outline());
        let trees = in_parallel(files.len(), outline);
        let trees = trees.into_iter().map(|tree| tree.map_or_else(OnceLock::new, OnceLock::from)).collect();
        Self { files, parse: SourceFile::outline, trees }
    }

    /// The whole tree of one text.
    pub(crate) fn of_block(block: &'t SourceFile) -> Self {
        Self { files: std::slice::from_ref(block), parse: SourceFile::parse, trees: vec![OnceLock::new()] }
    }

    /// The root of a file's tree.
    pub(crate) fn root(&self, index: usize) -> Option<Node<'_>> {
        let tree = self.trees[index].get_or_init(|| (self.parse)(&self.files[index]));
        tree.as_ref().map(Tree::root_node)
    }
}
