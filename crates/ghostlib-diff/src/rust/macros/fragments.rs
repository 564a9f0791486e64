//! How far a fragment of a pattern reaches: `$x:ty`, `$x:expr`.
//!
//! What may follow a type, an expression or a pattern is restricted by the language, so that their ends can be
//! found without parsing them.

use super::lex::{Delimiter, TokenKind, TokenTree};

/// How many of `trees` a fragment of that name takes; nothing where it does not fit.
pub(super) fn length(fragment: &str, trees: &[TokenTree]) -> Option<usize> {
    let first = trees.first();
    let is_kind = |kind| matches!(first, Some(TokenTree::Token(token)) if token.kind == kind);
    let one = |fits: bool| fits.then_some(1);
    let some = |length: usize| (length > 0).then_some(length);
    match fragment {
        "ident" => one(is_kind(TokenKind::Word) && !first.is_some_and(|first| first.is("_"))),
        "lifetime" => one(is_kind(TokenKind::Lifetime)),
        "tt" => some(operator(trees)),
        "block" => one(matches!(first, Some(TokenTree::Group(Delimiter::Curly, _)))),
        "literal" => match trees {
            [minus, TokenTree::Token(token), ..] if minus.is("-") => {
                (token.kind == TokenKind::Literal).then_some(2)
            }
            _ => one(is_kind(TokenKind::Literal)
                || first.is_some_and(|first| first.is("true") || first.is("false"))),
        },
        "vis" => Some(visibility(trees)),
        "ty" | "path" => some(ty(trees)),
        "meta" => some(until(trees, |rest| rest[0].is(","))),
        "expr" | "expr_2021" => some(expression(trees)),
        "pat" => some(until(trees, ends_pattern)),
        "pat_param" => some(until(trees, |rest| rest[0].is("|") || ends_pattern(rest))),
        "stmt" => some(until(trees, |rest| rest[0].is(";"))),
        "item" => item(trees),
        _ => None,
    }
}

/// Marks that are one token together.
const OPERATORS: &[&str] = &[
    "..=", "...", "<<=", ">>=", "::", "->", "=>", "..", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "+=",
    "-=", "*=", "/=", "%=", "^=", "&=", "|=",
];

/// How many marks the first token has.
fn operator(trees: &[TokenTree]) -> usize {
    let mark = |at: usize| match trees.get(at)? {
        TokenTree::Token(token) if token.kind == TokenKind::Mark && (at == 0 || token.is_glued) => {
            Some(&*token.text)
        }
        _ => None,
    };
    let marks: String = (0..3).map_while(mark).collect();
    let operator = OPERATORS.iter().find(|operator| marks.starts_with(**operator));
    operator.map_or(trees.len().min(1), |operator| operator.len())
}

fn until(trees: &[TokenTree], is_end: impl Fn(&[TokenTree]) -> bool) -> usize {
    (0..trees.len()).find(|at| is_end(&trees[*at..])).unwrap_or(trees.len())
}

fn expression(trees: &[TokenTree]) -> usize {
    let end = until(trees, |rest| rest[0].is(",") || rest[0].is(";") || is_arrow(rest));
    // Two literals in a row are two expressions.
    let is_literal =
        |tree: &TokenTree| matches!(tree, TokenTree::Token(token) if token.kind == TokenKind::Literal);
    let next = trees[..end].windows(2).position(|pair| pair.iter().all(is_literal));
    next.map_or(end, |at| at + 1)
}

fn is_arrow(rest: &[TokenTree]) -> bool {
    matches!(rest, [first, second, ..] if first.is("=") && second.is(">"))
}

fn ends_pattern(rest: &[TokenTree]) -> bool {
    let is_equals = rest[0].is("=") && !rest.get(1).is_some_and(|next| next.is("="));
    rest[0].is(",") || is_equals || rest[0].is("if") || rest[0].is("in")
}

fn visibility(trees: &[TokenTree]) -> usize {
    match trees {
        [first, TokenTree::Group(Delimiter::Round, inner), ..] if first.is("pub") => {
            let restricts = inner.first().and_then(TokenTree::word);
            if matches!(restricts, Some("crate" | "self" | "super" | "in")) { 2 } else { 1 }
        }
        [first, ..] if first.is("pub") => 1,
        _ => 0,
    }
}

fn ty(trees: &[TokenTree]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        let next_is = |text| trees.get(at + 1).is_some_and(|next: &TokenTree| next.is(text));
        let is_arrow = tree.is(">") && at > 0 && trees[at - 1].is("-");
        if depth == 0 && !is_arrow && !(tree.is(":") && next_is(":")) && ends_type(trees, at) {
            break;
        }
        if tree.is(":") && next_is(":") {
            at += 1;
        } else if tree.is("<") {
            depth += 1;
        } else if tree.is(">") && !is_arrow {
            depth -= 1;
        }
        at += 1;
    }
    at.min(trees.len())
}

/// Whether a type that no angle bracket holds together ends before this.
fn ends_type(trees: &[TokenTree], at: usize) -> bool {
    match &trees[at] {
        TokenTree::Group(Delimiter::Curly, _) => true,
        TokenTree::Group(Delimiter::Square, _) => at > 0 && !starts_type(&trees[..at]),
        TokenTree::Group(Delimiter::Round, _) => false,
        // Two types in a row, as in `$($t:ty)*`
        TokenTree::Token(token) if token.kind == TokenKind::Word && at > 0 => {
            is_keyword_end(&token.text) || ends_operand(&trees[at - 1])
        }
        token @ TokenTree::Token(_) => [",", ":", "=", ";", "|", ">"].iter().any(|end| token.is(end)),
    }
}

fn is_keyword_end(word: &str) -> bool {
    matches!(word, "as" | "where")
}

/// Whether a type may end with this, and no word goes on with it.
fn ends_operand(tree: &TokenTree) -> bool {
    let goes_on = ["dyn", "impl", "mut", "const", "fn", "unsafe", "extern", "for"];
    match tree {
        TokenTree::Token(token) => token.kind == TokenKind::Word && !goes_on.contains(&token.text.as_str()),
        TokenTree::Group(delimiter, _) => *delimiter == Delimiter::Square,
    }
}

/// Whether brackets behind this go on with the type: `&'a [u8]`, `Token![,]`.
fn starts_type(before: &[TokenTree]) -> bool {
    let before = match before {
        [before @ .., TokenTree::Token(last)] if last.kind == TokenKind::Lifetime => before,
        before => before,
    };
    let goes_on = ["&", "*", "!", "mut", "const", "dyn", "<"];
    match before {
        [.., first, last] if last.is(">") => first.is("-"),
        [.., last] => goes_on.iter().any(|text| last.is(text)),
        [] => false,
    }
}

fn item(trees: &[TokenTree]) -> Option<usize> {
    let words = trees.iter().filter_map(TokenTree::word);
    let keyword =
        words.skip_while(|word| matches!(*word, "pub" | "unsafe" | "default")).take(2).collect::<Vec<_>>();
    let ends_with_semicolon = match keyword[..] {
        ["const", next] => next != "fn" && next != "unsafe",
        [first, ..] => matches!(first, "static" | "type" | "use"),
        [] => return None,
    };
    let is_end = |tree: &TokenTree| {
        tree.is(";") || (!ends_with_semicolon && matches!(tree, TokenTree::Group(Delimiter::Curly, _)))
    };
    trees.iter().position(is_end).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::lex::lex;
    use super::length;

    #[test]
    fn fragments_end_where_the_language_lets_them_end() {
        for (fragment, text, expected) in [
            ("ty", "Vec<Vec<u8>>, x", Some(7)),
            ("ty", "&'a [u8] { }", Some(3)),
            ("ty", "fn(u8) -> Option<u8> => x", Some(8)),
            ("expr", "1 2 3", Some(1)),
            ("ty", "[u8; 4] [x]", Some(1)),
            ("ty", "impl A + 'a [x]", Some(4)),
            ("ty", "A<u8> [x]", Some(4)),
            ("ty", "fn() -> [u8] [x]", Some(5)),
            ("ty", "a::b<T> = 3", Some(7)),
            ("ty", ", x", None),
            ("ty", "u8 u16", Some(1)),
            ("ty", "&'a mut dyn A u16", Some(5)),
            ("expr", "1 + f(a, b), 2", Some(4)),
            ("expr", "x => y", Some(1)),
            ("vis", "pub(crate) struct", Some(2)),
            ("vis", "pub (u8)", Some(1)),
            ("vis", "struct", Some(0)),
            ("literal", "-1", Some(2)),
            ("tt", "-> u8", Some(2)),
            ("tt", "- > u8", Some(1)),
            ("tt", "(a, b) c", Some(1)),
            ("ident", "_", None),
            ("meta", "doc = \"x\"", Some(3)),
            ("item", "#[a] pub fn f() -> u8 { 1 } fn", Some(10)),
            ("item", "pub const A: [u8; 1] = { [1] }; x", Some(8)),
            ("other", "x", None),
        ] {
            assert_eq!(length(fragment, &lex(text).unwrap()), expected, "{fragment} {text}");
        }
    }
}
