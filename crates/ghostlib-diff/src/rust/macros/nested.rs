//! Calls of macros among the items that a macro makes.

use super::lex::{Lexer, Token, TokenKind};
use std::ops::Range;

/// A call in the place of an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The path before the `!`.
    pub(super) name: String,
    /// What stands between the brackets, in bytes.
    pub(super) arguments: Range<usize>,
    /// All of it, a semicolon included.
    pub(super) span: Range<usize>,
}

/// Where the reader is.
enum State {
    /// At the start of an item, or in the path that starts it.
    Path { start: usize, name: String },
    /// Behind such a path and a `!`.
    Mark { start: usize, name: String },
    /// In what is no call.
    Item,
    /// Behind the last bracket of a call.
    Behind(Call),
}

/// The first call among some items, if no attribute belongs to it.
pub(super) fn first_call(items: &str) -> Option<Call> {
    let mut lexer = Lexer::new(items);
    let mut state = State::Path { start: 0, name: String::new() };
    loop {
        while lexer.skip_space().is_some() {}
        let start = items.len() - lexer.rest().len();
        let token = lexer.next_token();
        let end = items.len() - lexer.rest().len();
        if let State::Behind(mut call) = state {
            let has_semicolon = token.is_some_and(|token| token.text == ";");
            call.span.end = if has_semicolon { end } else { call.span.end };
            return Some(call);
        }
        let token = token?;
        let is_open = matches!(token.text.as_str(), "(" | "[" | "{");
        let inner_end = if is_open { skip_group(&mut lexer, items)? } else { end };
        let group_end = items.len() - lexer.rest().len();
        state = match (state, token.text.as_str()) {
            (State::Mark { start, name }, _) if is_open => {
                State::Behind(Call { name, arguments: end..inner_end, span: start..group_end })
            }
            (_, ";" | "{") => State::Path { start: group_end, name: String::new() },
            (State::Path { start, name }, "!") if !name.is_empty() => State::Mark { start, name },
            (State::Path { start: first, name }, _) if is_path(&token) => {
                let first = if name.is_empty() { start } else { first };
                State::Path { start: first, name: name + &token.text }
            }
            _ => State::Item,
        };
    }
}

fn is_path(token: &Token) -> bool {
    token.kind == TokenKind::Word || token.text == ":" || token.text == "$"
}

/// Steps behind the bracket that closes what has just been opened; where that bracket starts.
fn skip_group(lexer: &mut Lexer<'_>, text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    loop {
        while lexer.skip_space().is_some() {}
        let start = text.len() - lexer.rest().len();
        match lexer.next_token()?.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_between_items() {
        for (text, expected) in [
            ("m!(a, {b}); struct S;", Some(("m", "a, {b}", "m!(a, {b});"))),
            (
                "struct S { a: u8 } $crate::m ! { x } fn f() {}",
                Some(("$crate::m", " x ", "$crate::m ! { x }")),
            ),
            ("fn f() { m!() } const A: u8 = m!();", None),
            ("#[cfg(x)] m!();", None),
            ("#[cfg(x)] struct S; m![]", Some(("m", "", "m![]"))),
            ("macro_rules! m { () => {} } n!{}", Some(("n", "", "n!{}"))),
            ("impl S { m!(); }", None),
            ("m!(", None),
        ] {
            let call = first_call(text);
            let found = call
                .as_ref()
                .map(|call| (call.name.as_str(), &text[call.arguments.clone()], &text[call.span.clone()]));
            assert_eq!(found, expected, "{text}");
        }
    }
}
