//! What API blocks declare, taken apart by nothing but indentation and brackets, so that it serves any language.

use super::{Change, by_key};
use crate::spec::ApiBlock;
use crate::text::on_one_line;
use ghostlib_model::Place;
use serde::Serialize;

/// One declaration of an API block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declaration {
    /// The language of its block.
    pub language: String,
    /// All of it on one line.
    pub text: String,
    /// Where its block stands.
    pub place: Place,
}

pub(super) fn changes(old: &[ApiBlock], new: &[ApiBlock]) -> Vec<Change<Declaration>> {
    let (old, new) = (declarations(old), declarations(new));
    let key = |declaration: &Declaration| (declaration.language.clone(), head(&declaration.text).to_owned());
    let changes = by_key(&old, &new, key, |old, new| old.text == new.text);
    let owned = |change| match change {
        Change::Added(new) => Change::Added(Declaration::clone(new)),
        Change::Removed(old) => Change::Removed(Declaration::clone(old)),
        Change::Changed { old, new, how } => {
            Change::Changed { old: Declaration::clone(old), new: Declaration::clone(new), how }
        }
    };
    changes.into_iter().map(owned).collect()
}

/// What a declaration declares: its words up to the first bracket or sign.
fn head(text: &str) -> &str {
    let without_attributes = match text.starts_with("#[") || text.starts_with('@') {
        true => text.find(['\n', ' ']).map_or(text, |at| &text[at + 1..]),
        false => text,
    };
    let end = without_attributes.find(['(', '{', '=', ';', '<']).unwrap_or(without_attributes.len());
    without_attributes[..end].trim_end_matches([' ', ':'])
}

fn declarations(blocks: &[ApiBlock]) -> Vec<Declaration> {
    let of_block = |block: &ApiBlock| {
        let declaration =
            |text| Declaration { language: block.language.clone(), text, place: block.place.clone() };
        split(&block.code).into_iter().map(declaration).collect::<Vec<_>>()
    };
    blocks.iter().flat_map(of_block).collect()
}

/// The declarations of a block, each on one line. One begins at a line that is not indented, outside of all
/// brackets, and does not close one; lines of comments and attributes belong to what follows them.
fn split(code: &str) -> Vec<String> {
    let mut declarations = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut depth = 0_usize;
    for line in code.lines().filter(|line| !line.trim().is_empty()) {
        let is_start = depth == 0 && !line.starts_with([' ', '\t', '}', ')', ']']);
        if is_start && lines.last().is_some_and(|last| !is_prefix(last)) {
            declarations.push(on_one_line(&lines.join(" ")));
            lines.clear();
        }
        lines.push(line);
        for c in line.chars() {
            match c {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    if !lines.is_empty() {
        declarations.push(on_one_line(&lines.join(" ")));
    }
    declarations
}

/// Whether a line belongs to the declaration below it.
fn is_prefix(line: &str) -> bool {
    ["//", "#", "@", "/*", "*"].iter().any(|start| line.trim_start().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_told_apart_by_indentation_and_brackets() {
        let code = "/// Counts.\n#[must_use]\npub fn count(\n    text: &str,\n) -> usize;\n\npub struct T {\n    a: u8,\n}\nimpl T {\n    fn b();\n}\n";
        assert_eq!(
            split(code),
            [
                "/// Counts. #[must_use] pub fn count( text: &str, ) -> usize;",
                "pub struct T { a: u8, }",
                "impl T { fn b(); }"
            ]
        );
        assert_eq!(split("class A:\n    def f(self): ...\n\ndef g(): ...\n"), ["class A: def f(self): ...", "def g(): ..."]);
        assert_eq!(split("}}\n\n"), ["}}"]);
    }

    #[test]
    fn a_declaration_is_found_again_by_what_it_declares() {
        let block = |code: &str| {
            [ApiBlock { language: "rust".into(), code: code.into(), place: Place::start_of("SPEC.md") }]
        };
        let old = block("pub fn f(a: u8);\npub fn g();\npub struct T;\n");
        let new = block("pub struct T;\npub fn f(a: u16);\npub fn h();\n");
        let found: Vec<_> = changes(&old, &new)
            .into_iter()
            .map(|change| match change {
                Change::Added(new) => format!("+ {}", new.text),
                Change::Removed(old) => format!("- {}", old.text),
                Change::Changed { old, new, .. } => format!("{} > {}", old.text, new.text),
            })
            .collect();
        assert_eq!(found, ["pub fn f(a: u8); > pub fn f(a: u16);", "+ pub fn h();", "- pub fn g();"]);
    }
}
