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
    let changes = by_key(
        &old,
        &new,
        |(head, declaration)| (head, &declaration.language),
        |(_, old), (_, new)| old.text == new.text,
    );
    let owned = |change: Change<&(String, Declaration)>| match change {
        Change::Added((_, new)) => Change::Added(new.clone()),
        Change::Removed((_, old)) => Change::Removed(old.clone()),
        Change::Changed { old: (_, old), new: (_, new), how } => {
            Change::Changed { old: old.clone(), new: new.clone(), how }
        }
    };
    changes.into_iter().map(owned).collect()
}

/// The declarations of some blocks, each with its head.
fn declarations(blocks: &[ApiBlock]) -> Vec<(String, Declaration)> {
    let of_block = |block: &ApiBlock| {
        let declaration = |lines: Vec<&str>| {
            let text = on_one_line(&lines.join(" "));
            let declaration =
                Declaration { language: block.language.clone(), text, place: block.place.clone() };
            (head(&lines), declaration)
        };
        split(&block.code).into_iter().map(declaration).collect::<Vec<_>>()
    };
    blocks.iter().flat_map(of_block).collect()
}

/// What a declaration declares: its words up to the first bracket or sign, comments and attributes left out.
fn head(lines: &[&str]) -> String {
    let line = lines.iter().find(|line| !is_prefix(line)).or(lines.first()).copied().unwrap_or_default();
    // An implementation is known by all of its types.
    let ends: &[char] = if line.starts_with("impl") { &['{', ';'] } else { &['(', '{', '=', ';', '<'] };
    let end = line.find(ends).unwrap_or(line.len());
    on_one_line(line[..end].trim_end_matches([' ', ':']))
}

/// The lines of each declaration of a block. One begins at a line that is not indented, outside of all brackets,
/// and does not close one; lines of comments and attributes belong to what follows them.
fn split(code: &str) -> Vec<Vec<&str>> {
    let mut declarations = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut depth = 0_usize;
    for line in code.lines().filter(|line| !line.trim().is_empty()) {
        let is_start = depth == 0 && !line.starts_with([' ', '\t', '}', ')', ']']);
        if is_start && lines.last().is_some_and(|last| !is_prefix(last)) {
            declarations.push(std::mem::take(&mut lines));
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
        declarations.push(lines);
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
        let texts = |code: &str| {
            split(code).into_iter().map(|lines| on_one_line(&lines.join(" "))).collect::<Vec<_>>()
        };
        assert_eq!(
            texts(code),
            [
                "/// Counts. #[must_use] pub fn count( text: &str, ) -> usize;",
                "pub struct T { a: u8, }",
                "impl T { fn b(); }"
            ]
        );
        assert_eq!(
            texts("class A:\n    def f(self): ...\n\ndef g(): ...\n"),
            ["class A: def f(self): ...", "def g(): ..."]
        );
        assert_eq!(texts("}}\n\n"), ["}}"]);
    }

    #[test]
    fn a_declaration_is_found_again_by_what_it_declares() {
        let block = |code: &str| {
            [ApiBlock { language: "rust".into(), code: code.into(), place: Place::start_of("SPEC.md") }]
        };
        let old = block("/// Old.\n#[must_use]\npub fn f(a: u8);\npub fn g();\npub struct T;\n");
        let new = block("pub struct T;\npub fn f(a: u16);\npub fn h();\n");
        let found: Vec<_> = changes(&old, &new)
            .into_iter()
            .map(|change| match change {
                Change::Added(new) => format!("+ {}", new.text),
                Change::Removed(old) => format!("- {}", old.text),
                Change::Changed { old, new, .. } => format!("{} > {}", old.text, new.text),
            })
            .collect();
        assert_eq!(
            found,
            ["/// Old. #[must_use] pub fn f(a: u8); > pub fn f(a: u16);", "+ pub fn h();", "- pub fn g();"]
        );
    }
}
