//! Empties the bodies of functions, and brackets with nothing in them, which say nothing about an API.
//!
//! What rustc prints of expanded code is not always what the grammar knows, and nearly all of that stands there.

use super::macros::{Lexer, TokenKind};

/// The text with spaces in the place of each function's body and of `<>`; its lines stay where they are.
pub(super) fn without_bodies(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, end) in bodies(text) {
        out.push_str(&text[copied..start]);
        out.extend(text[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        copied = end;
    }
    out + &text[copied..]
}

/// Where the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// Behind `fn`.
    Keyword,
    /// Behind the name, within so many brackets.
    Head(usize),
    /// In the body that starts there, within so many braces.
    Body {
        start: usize,
        depth: usize,
    },
}

/// What stands between the braces of functions, and `<>`, in bytes.
fn bodies(text: &str) -> Vec<(usize, usize)> {
    let mut lexer = Lexer::new(text);
    let mut state = State::Outside;
    let mut bodies = vec![];
    let mut opened = None;
    loop {
        while lexer.skip_space().is_some() {}
        let Some(token) = lexer.next_token() else { return bodies };
        let at = text.len() - lexer.rest().len();
        match (opened, token.text.as_str(), state) {
            (Some(start), ">", State::Outside | State::Head(_)) if start + 2 == at => {
                bodies.push((start, at));
            }
            _ => opened = (token.text == "<").then(|| at - 1),
        }
        state = match (state, token.text.as_str()) {
            (State::Outside, "fn") => State::Keyword,
            (State::Keyword, _) if token.kind == TokenKind::Word => State::Head(0),
            // The type of a function, or one that is only declared
            (State::Keyword, _) | (State::Head(0), ";") => State::Outside,
            (State::Head(0), "{") => State::Body { start: at, depth: 0 },
            (State::Head(depth), "(" | "[" | "{") => State::Head(depth + 1),
            (State::Head(depth), ")" | "]" | "}") => State::Head(depth.saturating_sub(1)),
            (State::Body { start, depth }, "{") => State::Body { start, depth: depth + 1 },
            (State::Body { start, depth: 0 }, "}") => {
                bodies.push((start, at - 1));
                State::Outside
            }
            (State::Body { start, depth }, "}") => State::Body { start, depth: depth - 1 },
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::without_bodies;

    #[test]
    fn only_bodies_are_emptied() {
        for (text, expected) in [
            ("fn f() { '}' }\nfn g();", "fn f() {     }\nfn g();"),
            (
                "struct S { f: fn(u8) } impl S { fn f<T>(x: [u8; { 1 }]) -> T where T: A { a{\n} } const B: u8 = { 1 }; }",
                "struct S { f: fn(u8) } impl S { fn f<T>(x: [u8; { 1 }]) -> T where T: A {   \n  } const B: u8 = { 1 }; }",
            ),
            (
                "impl <> A for S<> { fn f<>(x: B<>) { a::<>() } }",
                "impl    A for S   { fn f  (x: B  ) {         } }",
            ),
            ("const S: &str = \"<>\";", "const S: &str = \"<>\";"),
            ("fn f() {", "fn f() {"),
        ] {
            assert_eq!(without_bodies(text), expected);
        }
    }
}
