//! What is kept of a file. Its syntax tree takes fifty times as much memory as its text, and goes once it has been
//! walked over.

use crate::copy::{TokenReader, Tokens};
use crate::grammar::{Role, walk};
use crate::structure::{Function, functions};
use crate::{Language, SourceFile};
use std::ops::Range;
use tree_sitter::{Node, Tree};

/// A file without its syntax tree.
pub(crate) struct Digest {
    /// Its tokens, signatures left out.
    pub(crate) tokens: Tokens,
    /// Its functions and its messages.
    pub(crate) functions: Vec<Function>,
    /// The insides of functions that say nothing about the API, in bytes.
    bodies: Vec<Range<usize>>,
}

impl Digest {
    pub(crate) fn read(file: &SourceFile, language: &'static dyn Language, tree: &Tree) -> Self {
        let (root, grammar) = (tree.root_node(), language.grammar());
        let mut tokens = TokenReader::without_signatures(&file.text, grammar);
        let mut bodies = vec![];
        // Around an error, what a body holds may change how the rest is read.
        let has_outline = !root.has_error();
        walk(root, &mut |node| {
            if has_outline && grammar.role(node).is(Role::FUNCTION) {
                bodies.extend(unread_body(node, &file.text, language, &bodies));
            }
            tokens.visit(node)
        });
        Self { tokens: tokens.finish(), functions: functions(file, language, root), bodies }
    }

    /// The text with spaces in the place of what says nothing about the API; nothing if there is none of it.
    pub(crate) fn outline(&self, text: &str) -> Option<String> {
        if self.bodies.is_empty() {
            return None;
        }
        let mut outline = String::with_capacity(text.len());
        for body in &self.bodies {
            outline.push_str(&text[outline.len()..body.start]);
            outline.extend(std::iter::repeat_n(' ', body.len()));
        }
        outline.push_str(&text[outline.len()..]);
        Some(outline)
    }
}

/// What stands between the braces of a function, unless it is within one of the `bodies` that are known already, or
/// the language looks into it.
fn unread_body(
    function: Node<'_>,
    text: &str,
    language: &dyn Language,
    bodies: &[Range<usize>],
) -> Option<Range<usize>> {
    let body = function.child_by_field_name("body")?;
    let (first, last) =
        (body.child(0)?, body.child(u32::try_from(body.child_count()).ok()?.checked_sub(1)?)?);
    let inside = first.end_byte()..last.start_byte();
    let is_new = bodies.last().is_none_or(|known| known.end <= inside.start);
    let is_unread = is_new && !inside.is_empty() && !language.reads_body(text.get(inside.clone())?);
    is_unread.then_some(inside)
}
