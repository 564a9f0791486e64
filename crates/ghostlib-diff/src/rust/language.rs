//! Rust as a [`Language`].

use super::{extract_block, extract_crate, is_comment};
use crate::{Api, ExtractError, FeatureSet, Language, SourceTree};
use tree_sitter::Node;

/// Rust.
#[derive(Clone, Copy, Debug)]
pub struct Rust;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn recognises(&self, tree: &SourceTree) -> bool {
        tree.find("Cargo.toml").is_some()
    }

    fn extract(&self, tree: &SourceTree, features: &FeatureSet) -> Result<Api, ExtractError> {
        extract_crate(tree, features)
    }

    fn extract_block(&self, code: &str, file: &str, offset: usize, document: &str) -> Api {
        extract_block(code, file, offset, document)
    }

    fn is_library(&self, path: &str) -> bool {
        let folder = path.split('/').next().unwrap_or_default();
        let is_rust = path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs");
        is_rust && !matches!(folder, "tests" | "benches" | "examples")
    }

    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_rust::LANGUAGE.into()
    }

    fn is_comment(&self, node: Node<'_>) -> bool {
        is_comment(node)
    }

    fn signature_end(&self, node: Node<'_>) -> Option<usize> {
        let is_function = matches!(node.kind(), "function_item" | "function_signature_item");
        let end = || node.child_by_field_name("body").map_or(node.end_byte(), |body| body.start_byte());
        is_function.then(end)
    }
}
