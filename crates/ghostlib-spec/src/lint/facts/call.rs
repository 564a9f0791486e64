//! Calls of operations as prose and examples write them: `pad("a", width=3)`.

use super::Facts;
use super::literal;
use ghostlib_model::Value;
use std::ops::Range;

/// How long the arguments of a call may be, in bytes.
const MAX_CALL: usize = 2048;

/// How deep brackets in them may be.
const MAX_DEPTH: usize = 16;

/// A call of an operation in some text.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// The index of the operation in [`Facts::operations`].
    pub(super) operation: usize,
    pub(super) arguments: Vec<Argument<'a>>,
    /// Where it stands in the text, its arguments included.
    pub(super) range: Range<usize>,
    /// Whether a receiver stands before it that may be an argument of the operation.
    pub(super) has_receiver: bool,
}

/// What a call hands over.
#[derive(Debug)]
pub(super) struct Argument<'a> {
    pub(super) name: Option<&'a str>,
    /// The value, where it is a literal.
    pub(super) value: Option<Value>,
    pub(super) source: &'a str,
}

/// The calls of known operations in a text; declarations are none.
pub(super) fn find<'a>(facts: &Facts, text: &'a str) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    for open in memchr::memchr_iter(b'(', text.as_bytes()) {
        let path = path_before(&text[..open]);
        if path.is_empty() || is_declaration(&text[..open - path.len()]) {
            continue;
        }
        let Some(operation) = facts.called(path) else { continue };
        if let Some((arguments, end)) = arguments(text, open) {
            let has_receiver = path.contains(['.', ':']);
            calls.push(Call { operation, arguments, range: open - path.len()..end, has_receiver });
        }
    }
    calls
}

/// `Table.new` at the end of a text.
fn path_before(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '#');
    let start = text.char_indices().rev().take(80).take_while(|&(_, c)| is_part(c)).last();
    let path = start.map_or("", |(start, _)| &text[start..]);
    path.trim_start_matches(['.', ':', '#'])
}

/// Whether a declaration follows, or a value of a type is made, which is no call of an operation.
fn is_declaration(before: &str) -> bool {
    const WORDS: [&str; 13] = [
        "fn",
        "def",
        "func",
        "function",
        "fun",
        "procedure",
        "sub",
        "defp",
        "string",
        "int",
        "void",
        "String",
        "new",
    ];
    before.ends_with(char::is_whitespace) && WORDS.contains(&super::phrase::last_word(before))
}

/// The arguments between the bracket at `open` and its partner, and the offset behind that.
fn arguments(text: &str, open: usize) -> Option<(Vec<Argument<'_>>, usize)> {
    let mut n_open = 0_usize;
    let mut quote = None;
    let mut is_escaped = false;
    let mut start = open + 1;
    let mut arguments = Vec::new();
    for (i, c) in text[open..].char_indices() {
        if i > MAX_CALL {
            return None;
        }
        let at = open + i;
        if let Some(mark) = quote {
            if c == mark && !is_escaped {
                quote = None;
            }
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        match c {
            '"' => quote = Some('"'),
            // An apostrophe may also be a lifetime, which nothing closes.
            '\'' if closes_soon(&text[at + 1..]) => quote = Some('\''),
            '“' => quote = Some('”'),
            '(' | '[' | '{' if n_open == MAX_DEPTH => return None,
            '(' | '[' | '{' => n_open += 1,
            ')' | ']' | '}' => {
                n_open = n_open.checked_sub(1)?;
                if n_open == 0 {
                    let last = &text[start..at];
                    if !last.trim().is_empty() {
                        arguments.push(argument(last));
                    }
                    return (c == ')').then_some((arguments, at + 1));
                }
            }
            ',' if n_open == 1 => {
                arguments.push(argument(&text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn closes_soon(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    line.char_indices().take(200).any(|(_, c)| c == '\'')
}

fn argument(source: &str) -> Argument<'_> {
    let source = source.trim();
    let name = literal::identifier(source);
    let behind = source[name.len()..].trim_start();
    let is_named = !name.is_empty()
        && (behind.starts_with('=') && !behind.starts_with("==")
            || behind.starts_with(':') && !behind.starts_with("::"));
    if !is_named {
        return Argument { name: None, value: literal::read_whole(source), source };
    }
    let value = behind[1..].trim_start_matches('>');
    Argument { name: Some(name), value: literal::read_whole(value.trim()), source }
}
