//! Edits of source trees by spans of their syntax trees.

use ghostlib_diff::SourceTree;
use std::ops::Range;
use std::path::Path;
use tree_sitter::{Node, Parser, Tree};

/// Other text for a range of bytes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The index of the file in its tree.
    pub(crate) file: usize,
    /// In bytes of the unedited text.
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// The tree with all of the edits. Those that overlap an earlier one are left out.
pub(crate) fn apply(tree: &SourceTree, edits: &[Edit]) -> SourceTree {
    let mut edited = tree.clone();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.file, edit.range.start, edit.range.end));
    let mut kept: Vec<&Edit> = vec![];
    for edit in edits {
        if kept.last().is_none_or(|last| last.file != edit.file || last.range.end <= edit.range.start) {
            kept.push(edit);
        }
    }
    for edit in kept.iter().rev() {
        edited.files[edit.file].text.replace_range(edit.range.clone(), &edit.text);
    }
    edited
}

/// The syntax trees of the Rust files of a source tree, by the index of the file; nothing for other files.
pub(crate) fn parse_all(tree: &SourceTree) -> Vec<Option<Tree>> {
    let is_rust = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "rs");
    tree.files.iter().map(|file| if is_rust(&file.path) { parse(&file.text) } else { None }).collect()
}

pub(crate) fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok()?;
    parser.parse(text, None)
}

/// The children of a node, comments left out.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| !is_comment(*child)).collect()
}

pub(crate) fn child_of_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    children(node).into_iter().find(|child| child.kind() == kind)
}

/// The node and all below it, in the order of the text.
pub(crate) fn descendants(node: Node<'_>) -> Vec<Node<'_>> {
    let mut all = vec![];
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        all.push(node);
        pending.extend(children(node).into_iter().rev());
    }
    all
}

pub(crate) fn is_comment(node: Node<'_>) -> bool {
    matches!(node.kind(), "line_comment" | "block_comment")
}

/// Whether an item is `pub` and no less.
pub(crate) fn is_public(node: Node<'_>) -> bool {
    child_of_kind(node, "visibility_modifier").is_some_and(|visibility| visibility.child_count() == 1)
}

/// The attributes of an item, which stand before it.
pub(crate) fn attributes(node: Node<'_>) -> Vec<Node<'_>> {
    let before = std::iter::successors(node.prev_sibling(), Node::prev_sibling);
    before
        .take_while(|node| is_comment(*node) || node.kind() == "attribute_item")
        .filter(|node| !is_comment(*node))
        .collect()
}

/// The item with its attributes and its own documentation.
pub(crate) fn with_attributes(node: Node<'_>, text: &str) -> Range<usize> {
    let mut start = node.start_byte();
    let before = std::iter::successors(node.prev_sibling(), Node::prev_sibling);
    for sibling in before {
        let own = &text[sibling.byte_range()];
        let is_doc = own.starts_with("///") || own.starts_with("/**");
        if sibling.kind() != "attribute_item" && !(is_comment(sibling) && is_doc) {
            break;
        }
        start = sibling.start_byte();
    }
    start..node.end_byte()
}

/// As many ends of lines as `text` has, so that what follows stays on its line.
pub(crate) fn only_newlines(text: &str) -> String {
    "\n".repeat(text.matches('\n').count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_diff::SourceFile;

    #[test]
    fn edits_are_applied_together_and_overlapping_ones_are_left_out() {
        let tree =
            SourceTree { files: vec![SourceFile::new("a.rs", "abcdef"), SourceFile::new("b.rs", "xyz")] };
        let edit = |file, range, text: &str| Edit { file, range, text: text.to_owned() };
        let edits = [edit(1, 3..3, "!"), edit(0, 4..5, "E"), edit(0, 0..2, "ABAB"), edit(0, 1..3, "lost")];
        let edited = apply(&tree, &edits);
        assert_eq!((edited.files[0].text.as_str(), edited.files[1].text.as_str()), ("ABABcdEf", "xyz!"));
    }

    #[test]
    fn an_item_goes_with_its_attributes_and_documentation() {
        let text = "// Apart.\n/// Own.\n#[inline]\n#[must_use]\nfn f() {}\n";
        let tree = parse(text).unwrap();
        let function = child_of_kind(tree.root_node(), "function_item").unwrap();
        assert_eq!(text[with_attributes(function, text)].lines().next(), Some("/// Own."));
        assert_eq!(attributes(function).len(), 2);
    }
}
