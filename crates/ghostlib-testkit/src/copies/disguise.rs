//! A copy of a crate that looks like another one: every name changed, items in another order.

use crate::edits::{Edit, apply, children, descendants, parse_all, with_attributes};
use fastrand::Rng;
use ghostlib_diff::SourceTree;
use std::collections::HashSet;
use tree_sitter::Node;

/// The tree with every name that it declares changed, the same everywhere, and the items of each file in another
/// order.
pub(super) fn disguised(tree: &SourceTree) -> SourceTree {
    reordered(&renamed(tree))
}

/// What declares a name with its field `name`, and with its field `pattern`.
const DECLARE: &[&str] = &[
    "function_item",
    "function_signature_item",
    "struct_item",
    "enum_item",
    "trait_item",
    "type_item",
    "const_item",
    "static_item",
    "enum_variant",
    "field_declaration",
    "type_parameter",
    "let_declaration",
    "parameter",
];

fn renamed(tree: &SourceTree) -> SourceTree {
    let trees = parse_all(tree);
    let text = |file: usize, node: Node<'_>| &tree.files[file].text[node.byte_range()];
    let mut nodes = vec![];
    for (file, tree) in trees.iter().enumerate() {
        let below = tree.as_ref().map(|tree| descendants(tree.root_node())).unwrap_or_default();
        nodes.extend(below.into_iter().map(|node| (file, node)));
    }
    let declared: HashSet<&str> =
        nodes.iter().filter_map(|(file, node)| Some(text(*file, declared_name(*node)?))).collect();
    let is_name = |node: &Node<'_>| node.child_count() == 0 && node.kind().ends_with("identifier");
    let uses = nodes.iter().filter(|(file, node)| is_name(node) && declared.contains(text(*file, *node)));
    let edits: Vec<_> = uses
        .map(|(file, node)| Edit {
            file: *file,
            range: node.byte_range(),
            text: format!("other_{}", text(*file, *node)),
        })
        .collect();
    apply(tree, &edits)
}

fn declared_name(node: Node<'_>) -> Option<Node<'_>> {
    let declares = DECLARE.contains(&node.kind());
    let name = node.child_by_field_name("name").or_else(|| node.child_by_field_name("pattern"));
    name.filter(|name| declares && name.child_count() == 0)
}

fn reordered(tree: &SourceTree) -> SourceTree {
    let trees = parse_all(tree);
    let mut edits = vec![];
    for (file, syntax) in trees.iter().enumerate() {
        let Some(root) = syntax.as_ref().map(tree_sitter::Tree::root_node) else { continue };
        let text = &tree.files[file].text;
        let lists = descendants(root).into_iter().filter(|node| is_list(*node));
        // The innermost lists only: edits of one list must not meet those of another.
        let innermost: Vec<_> =
            lists.filter(|list| !descendants(*list).iter().skip(1).any(|node| is_list(*node))).collect();
        edits.extend(innermost.iter().flat_map(|list| shuffled(*list, file, text)));
    }
    shuffle_roots(&apply(tree, &edits))
}

fn is_list(node: Node<'_>) -> bool {
    node.kind() == "declaration_list"
}

fn shuffle_roots(tree: &SourceTree) -> SourceTree {
    let trees = parse_all(tree);
    let roots = trees.iter().enumerate().filter_map(|(file, tree)| Some((file, tree.as_ref()?.root_node())));
    let edits: Vec<_> = roots.flat_map(|(file, root)| shuffled(root, file, &tree.files[file].text)).collect();
    apply(tree, &edits)
}

/// Puts the items of a list into each other's places.
fn shuffled(list: Node<'_>, file: usize, text: &str) -> Vec<Edit> {
    let items: Vec<_> = children(list)
        .into_iter()
        .filter(|node| node.kind().ends_with("_item") && node.kind() != "attribute_item")
        .collect();
    let ranges: Vec<_> = items.iter().map(|node| with_attributes(*node, text)).collect();
    let mut order: Vec<_> = (0..ranges.len()).collect();
    Rng::with_seed(ranges.len() as u64).shuffle(&mut order);
    let edits = ranges.iter().zip(order);
    edits
        .map(|(range, other)| Edit {
            file,
            range: range.clone(),
            text: text[ranges[other].clone()].to_owned(),
        })
        .collect()
}
