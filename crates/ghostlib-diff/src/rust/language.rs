//! Rust as a [`Language`].

use super::{extract_block, extract_crate};
use crate::Node;
use crate::documentation::comments_above;
use crate::grammar::{Grammar, Role};
use crate::{Api, ExtractError, FeatureSet, Language, ScopeName, SourceTree};
use ghostlib_model::{Span, Surroundings};
use std::sync::LazyLock;

/// Rust.
#[derive(Clone, Copy, Debug)]
pub struct Rust;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn extension(&self) -> &'static str {
        "rs"
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

    fn looks_for(&self, name: &str) -> Surroundings {
        Surroundings {
            files: matches!(name, "fs" | "File" | "OpenOptions"),
            variables: matches!(name, "env"),
        }
    }

    fn documentation(&self, text: &str, head: Span) -> String {
        comments_above(text, head.start)
    }

    fn grammar(&self) -> &'static Grammar {
        &GRAMMAR
    }

    fn separator(&self) -> &'static str {
        "::"
    }

    fn modules_of<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let path = path.strip_prefix("src/").unwrap_or(path);
        let path = path.strip_suffix(".rs").unwrap_or(path);
        let mut modules: Vec<&str> = path.split('/').collect();
        modules.pop_if(|last| matches!(*last, "mod" | "lib" | "main"));
        modules
    }

    fn scope<'t>(&self, node: Node<'_>, text: &'t str) -> Option<ScopeName<'t>> {
        let field = |name| {
            let child = node.child_by_field_name(name)?;
            text.get(child.byte_range())
        };
        match node.kind() {
            "mod_item" => field("name").map(ScopeName::Module),
            "trait_item" | "enum_item" | "struct_item" => {
                field("name").map(|name| ScopeName::Owner(name.into()))
            }
            "impl_item" => field("type").map(bare).map(|owner| {
                let of_trait = field("trait").map(bare);
                ScopeName::Owner(of_trait.map_or(owner.into(), |name| format!("<{owner} as {name}>").into()))
            }),
            _ => None,
        }
    }
}

/// The name without generics, modules and references.
fn bare(path: &str) -> &str {
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path).trim_start_matches('&').trim()
}

pub(super) static GRAMMAR: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_rust::LANGUAGE.into(), role_of_kind));

fn role_of_kind(kind: &str) -> Role {
    match kind {
        "line_comment" | "block_comment" => Role::COMMENT,
        "function_item" => Role::FUNCTION,
        "function_signature_item" => Role::SIGNATURE,
        "attribute_item" => Role::ATTRIBUTE,
        "string_literal" | "raw_string_literal" | "char_literal" | "integer_literal" | "float_literal" => {
            Role::LITERAL
        }
        _ if kind.ends_with("identifier") => Role::NAME,
        _ => Role::NONE,
    }
}
