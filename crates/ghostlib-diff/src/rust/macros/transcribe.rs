//! Writes the body of a rule.

use super::lex::{Token, TokenKind, TokenTree};
use super::matching::{Binding, Bindings, variables};
use super::rule::Part;
use std::collections::HashMap;

/// The text that `body` makes; nothing where something in it is not known, or where it is longer than `max`
/// bytes.
pub(super) fn transcribe(body: &[Part], bindings: &Bindings, max: usize) -> Option<String> {
    let mut writer = Writer { text: String::new(), max, n_calls: 0 };
    writer.parts(body, &bindings.iter().map(|(name, binding)| (name.as_str(), binding)).collect())?;
    Some(writer.text)
}

/// What variables stand for in one round.
type Round<'a> = HashMap<&'a str, &'a Binding>;

struct Writer {
    text: String,
    max: usize,
    /// Within the arguments of so many macros.
    n_calls: usize,
}

impl Writer {
    fn parts(&mut self, parts: &[Part], bindings: &Round<'_>) -> Option<()> {
        for part in parts {
            match part {
                Part::Tree(tree) => self.tree(tree),
                Part::Group(delimiter, inner) => {
                    let (open, close) = delimiter.marks();
                    let is_call = self.text.trim_end().ends_with('!');
                    self.n_calls += usize::from(is_call);
                    self.text.push(open);
                    self.parts(inner, bindings)?;
                    self.text.push(close);
                    self.n_calls -= usize::from(is_call);
                }
                Part::Variable { name, .. } => self.variable(name, bindings)?,
                Part::Repeat { parts, separator, .. } => self.repeat(parts, separator, bindings)?,
            }
            if self.text.len() > self.max {
                return None;
            }
        }
        Some(())
    }

    fn variable(&mut self, name: &str, bindings: &Round<'_>) -> Option<()> {
        match bindings.get(name) {
            Some(Binding::One(trees)) => {
                self.text.push(' ');
                self.trees(trees);
                self.text.push(' ');
            }
            // A repetition is missing around it.
            Some(Binding::Many(_)) => return None,
            None if name == "crate" => self.text.push_str(" crate"),
            // A variable of a macro that this one makes
            None => self.text.extend([" $", name]),
        }
        Some(())
    }

    fn repeat(&mut self, parts: &[Part], separator: &[TokenTree], bindings: &Round<'_>) -> Option<()> {
        let repeated = variables(parts);
        let rounds = |name: &&str| match bindings.get(name) {
            Some(Binding::Many(rounds)) => Some(rounds.len()),
            _ => None,
        };
        let n_rounds = repeated.iter().filter_map(rounds).max()?;
        for round in 0..n_rounds {
            let mut inner: Round<'_> = bindings.clone();
            for name in &repeated {
                if let Some(Binding::Many(values)) = bindings.get(name) {
                    inner.insert(name, values.get(round)?);
                }
            }
            if round > 0 {
                self.trees(separator);
            }
            self.parts(parts, &inner)?;
        }
        Some(())
    }

    fn trees(&mut self, trees: &[TokenTree]) {
        for tree in trees {
            self.tree(tree);
        }
    }

    fn tree(&mut self, tree: &TokenTree) {
        match tree {
            TokenTree::Token(token) => self.token(token),
            TokenTree::Group(delimiter, inner) => {
                let (open, close) = delimiter.marks();
                self.text.push(open);
                self.trees(inner);
                self.text.push(close);
            }
        }
    }

    fn token(&mut self, token: &Token) {
        // No argument is left in `Type<$($t),*>`.
        if token.text == ">" && self.n_calls == 0 && self.text.trim_end().ends_with('<') {
            self.text.truncate(self.text.trim_end().len() - 1);
            return;
        }
        // Marks stay together as they were, or `->` would be two.
        let is_apart = !token.is_glued || token.kind != TokenKind::Mark;
        let follows_mark =
            self.text.ends_with(|c: char| c.is_ascii_punctuation() && c != '_') && token.is_glued;
        if is_apart && !follows_mark {
            self.text.push(' ');
        }
        self.text.push_str(&token.text);
    }
}
