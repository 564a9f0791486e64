//! Python as a [`Language`].

use super::{extract_block, extract_tree, layout, manifest};
use crate::Node;
use crate::documentation::text_within;
use crate::grammar::{Grammar, Role};
use crate::{Api, ExtractError, FeatureSet, Language, ScopeName, SourceTree};
use ghostlib_model::{Span, Surroundings};
use std::sync::LazyLock;

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

    fn extension(&self) -> &'static str {
        "py"
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

    fn looks_for(&self, name: &str) -> Surroundings {
        Surroundings {
            files: matches!(name, "open" | "pathlib" | "exists" | "isfile" | "listdir" | "scandir"),
            variables: matches!(name, "environ" | "getenv" | "expandvars"),
        }
    }

    fn documentation(&self, text: &str, head: Span) -> String {
        text_within(text, head.end)
    }

    fn grammar(&self) -> &'static Grammar {
        &GRAMMAR
    }

    fn separator(&self) -> &'static str {
        "."
    }

    fn modules_of<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let path = path.strip_prefix("src/").unwrap_or(path);
        let path = path.strip_suffix(".py").unwrap_or(path);
        let mut modules: Vec<&str> = path.split('/').collect();
        modules.pop_if(|last| *last == "__init__");
        // The main package stands for the library.
        modules.drain(..modules.len().min(1));
        modules
    }

    fn scope<'t>(&self, node: Node<'_>, text: &'t str) -> Option<ScopeName<'t>> {
        let name = node.child_by_field_name("name").filter(|_| node.kind() == "class_definition")?;
        text.get(name.byte_range()).map(|name| ScopeName::Owner(name.into()))
    }
}

pub(super) static GRAMMAR: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_python::LANGUAGE.into(), role_of_kind));

fn role_of_kind(kind: &str) -> Role {
    match kind {
        "comment" => Role::COMMENT,
        "function_definition" => Role::FUNCTION,
        "string" | "integer" | "float" => Role::LITERAL,
        "expression_statement" => Role::STATEMENT,
        "identifier" => Role::NAME,
        _ => Role::NONE,
    }
}
