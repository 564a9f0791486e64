//! Matches the arguments of a macro to a pattern.

use super::fragments;
use super::lex::TokenTree;
use super::rule::{Operator, Part};
use std::collections::HashMap;

/// What the variables of a pattern stand for.
pub(super) type Bindings = HashMap<String, Binding>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    One(Vec<TokenTree>),
    /// Once for each round of a repetition.
    Many(Vec<Binding>),
}

/// What the variables stand for where all of `trees` fits `pattern`.
pub(super) fn matched(pattern: &[Part], trees: &[TokenTree]) -> Option<Bindings> {
    let mut bindings = Bindings::new();
    let rest = sequence(pattern, trees, &mut bindings)?;
    rest.is_empty().then_some(bindings)
}

/// Matches from the start of `trees` on and returns what is left of them.
fn sequence<'a>(
    pattern: &[Part],
    mut trees: &'a [TokenTree],
    bindings: &mut Bindings,
) -> Option<&'a [TokenTree]> {
    for part in pattern {
        trees = match part {
            Part::Tree(tree) => one(tree, trees)?,
            Part::Group(delimiter, parts) => match trees.split_first()? {
                (TokenTree::Group(given, inner), rest) if given == delimiter => {
                    bindings.extend(matched(parts, inner)?);
                    rest
                }
                _ => return None,
            },
            Part::Variable { name, fragment } => {
                let (taken, rest) = trees.split_at_checked(fragments::length(fragment, trees)?)?;
                bindings.insert(name.clone(), Binding::One(taken.to_vec()));
                rest
            }
            Part::Repeat { parts, separator, operator } => {
                repeat(parts, separator, *operator, trees, bindings)?
            }
        };
    }
    Some(trees)
}

/// The language sees to it that a repetition goes on wherever it can.
fn repeat<'a>(
    parts: &[Part],
    separator: &[TokenTree],
    operator: Operator,
    mut trees: &'a [TokenTree],
    bindings: &mut Bindings,
) -> Option<&'a [TokenTree]> {
    let mut rounds: Vec<Bindings> = vec![];
    loop {
        let start = if rounds.is_empty() { Some(trees) } else { all(separator, trees) };
        let mut round = Bindings::new();
        let Some(rest) = start.and_then(|start| sequence(parts, start, &mut round)) else { break };
        // What takes nothing would go on for ever.
        if rest.len() == trees.len() {
            break;
        }
        trees = rest;
        rounds.push(round);
        if operator == Operator::Optional {
            break;
        }
    }
    if rounds.is_empty() && operator == Operator::Some {
        return None;
    }
    for name in variables(parts) {
        let values = rounds.iter_mut().filter_map(|round| round.remove(name)).collect();
        bindings.insert(name.to_owned(), Binding::Many(values));
    }
    Some(trees)
}

fn all<'a>(wanted: &[TokenTree], trees: &'a [TokenTree]) -> Option<&'a [TokenTree]> {
    wanted.iter().try_fold(trees, |trees, tree| one(tree, trees))
}

fn one<'a>(wanted: &TokenTree, trees: &'a [TokenTree]) -> Option<&'a [TokenTree]> {
    let (first, rest) = trees.split_first()?;
    match (wanted, first) {
        (TokenTree::Token(wanted), TokenTree::Token(given)) => (wanted.text == given.text).then_some(rest),
        _ => None,
    }
}

/// The variables in `parts`, those in repetitions too.
pub(super) fn variables(parts: &[Part]) -> Vec<&str> {
    let names = parts.iter().flat_map(|part| match part {
        Part::Tree(_) => vec![],
        Part::Variable { name, .. } => vec![name.as_str()],
        Part::Group(_, parts) | Part::Repeat { parts, .. } => variables(parts),
    });
    names.collect()
}
