//! One rule of a `macro_rules!`.

use super::lex::{Delimiter, TokenTree};

/// A pattern and what it makes.
pub(super) struct Rule {
    pub(super) pattern: Vec<Part>,
    pub(super) body: Vec<Part>,
}

/// A part of a pattern or of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Tree(TokenTree),
    Group(Delimiter, Vec<Part>),
    /// `$name:fragment`; in a body, without a fragment.
    Variable {
        name: String,
        fragment: String,
    },
    /// `$( … ) separator operator`
    Repeat {
        parts: Vec<Part>,
        separator: Vec<TokenTree>,
        operator: Operator,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Any,
    Some,
    Optional,
}

impl Rule {
    /// Nothing where something in it is not known.
    pub(super) fn new(pattern: &[TokenTree], body: &[TokenTree]) -> Option<Self> {
        Some(Self { pattern: parts(pattern, Side::Pattern)?, body: parts(body, Side::Body)? })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Pattern,
    Body,
}

fn parts(mut trees: &[TokenTree], side: Side) -> Option<Vec<Part>> {
    let mut all = vec![];
    while let Some((first, rest)) = trees.split_first() {
        trees = rest;
        let part = match first {
            TokenTree::Group(delimiter, inner) => Part::Group(*delimiter, parts(inner, side)?),
            TokenTree::Token(token) if token.text == "$" => {
                let (part, rest) = after_dollar(rest, side)?;
                trees = rest;
                part
            }
            token @ TokenTree::Token(_) => Part::Tree(token.clone()),
        };
        all.push(part);
    }
    Some(all)
}

fn after_dollar(trees: &[TokenTree], side: Side) -> Option<(Part, &[TokenTree])> {
    match trees {
        [TokenTree::Group(Delimiter::Round, inner), rest @ ..] => repeat(parts(inner, side)?, rest),
        [name, colon, fragment, rest @ ..] if side == Side::Pattern && colon.is(":") => {
            let (name, fragment) = (name.word()?.to_owned(), fragment.word()?.to_owned());
            Some((Part::Variable { name, fragment }, rest))
        }
        [name, rest @ ..] if side == Side::Body => {
            let name = name.word()?.to_owned();
            Some((Part::Variable { name, fragment: String::new() }, rest))
        }
        _ => None,
    }
}

fn repeat(parts: Vec<Part>, trees: &[TokenTree]) -> Option<(Part, &[TokenTree])> {
    // A separator is one token, which may be of several marks: `=>`.
    for length in 0..=3 {
        let (separator, rest) = trees.split_at_checked(length)?;
        let (operator, rest) = rest.split_first()?;
        let operator = match operator {
            token if token.is("*") => Operator::Any,
            token if token.is("+") => Operator::Some,
            token if token.is("?") => Operator::Optional,
            _ => continue,
        };
        return Some((Part::Repeat { parts, separator: separator.to_vec(), operator }, rest));
    }
    None
}
