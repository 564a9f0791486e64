//! Python as a [`Language`].

use super::{extract_block, extract_tree, layout, manifest};
use crate::{Api, ExtractError, FeatureSet, Language, SourceTree};
use tree_sitter::Node;

/// Python 3.
///
/// Paths have dots between their parts, and start below the main package: `core.Table.rows`. A block is a stub
/// file: definitions with `...` for their bodies; `with colour:` around what stands in the module `colour`,
/// `class Table(...):` around members of a class whose head is told elsewhere, and `# raises ValueError` behind a
/// function.
#[derive(Clone, Copy, Debug)]
pub struct Python;

impl Language for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn recognises(&self, tree: &SourceTree) -> bool {
        let mut paths = tree.files.iter().map(|file| file.path.as_str());
        paths.clone().any(manifest::is_manifest) || paths.any(layout::is_library)
    }

    fn extract(&self, tree: &SourceTree, _features: &FeatureSet) -> Result<Api, ExtractError> {
        extract_tree(tree)
    }

    fn extract_block(&self, code: &str, file: &str, offset: usize, document: &str) -> Api {
        extract_block(code, file, offset, document)
    }

    fn is_library(&self, path: &str) -> bool {
        layout::is_library(path)
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_python::LANGUAGE.into()
    }

    fn is_comment(&self, node: Node<'_>) -> bool {
        // A string that is a statement of its own does nothing, as in the documentation of a function.
        let is_alone = || {
            node.parent().is_some_and(|parent| {
                parent.kind() == "expression_statement" && parent.named_child_count() == 1
            })
        };
        node.kind() == "comment" || (node.kind() == "string" && is_alone())
    }

    fn signature_end(&self, node: Node<'_>) -> Option<usize> {
        let body = node.child_by_field_name("body").filter(|_| node.kind() == "function_definition");
        body.map(|body| body.start_byte())
    }
}
