//! What macros make, as text that is read like any other.
//!
//! Macros that the crate defines with `macro_rules!` are expanded: [`lex`] cuts text into token trees, [`rule`]
//! reads a rule, [`fragments`] and [`matching`] match arguments to its pattern, [`transcribe`] writes its body.
//! Of the macros of other crates only the arguments are at hand; where they are items themselves, they are
//! taken for what the macro makes, and the place stays listed as unseen.

mod arguments;
mod fragments;
mod lex;
mod matching;
mod nested;
mod rule;
mod transcribe;

use super::cfg::Configuration;
use super::krate::{Def, Krate, ModuleId, Site};
use super::source::{Made, Piece, children};
use ghostlib_model::{ApiKind, Span};
use lex::{Delimiter, TokenTree};
pub(super) use lex::{Lexer, TokenKind};
use rule::Rule;
use std::collections::{HashMap, HashSet};

/// More text than this is not made by one macro, in bytes.
const MAX_TEXT: usize = 1 << 18;
/// More text than this is not made in one round, in bytes.
const MAX_ROUND: usize = 1 << 23;
/// Macros within macros are not followed deeper than this.
const MAX_ROUNDS: usize = 64;
/// More calls of macros than this are not expanded.
const MAX_PIECES: usize = 4_000;
/// A macro does not call others in its place more often than this.
const MAX_CALLS: usize = 512;
/// Of the calls among the items that one macro makes, no more than this are expanded at once.
const MAX_NESTED_CALLS: usize = 64;

/// A macro that is invoked where items may stand.
#[derive(Clone, Copy)]
pub(super) struct Invocation<'t> {
    pub(super) module: ModuleId,
    pub(super) site: Site<'t>,
    pub(super) position: Position,
}

/// What a macro is to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Items of a module.
    Items,
    /// Members of a trait or an `impl`.
    Members,
}

/// Expands macros, and the macros in what they make, round by round.
#[derive(Default)]
pub(super) struct Expansion {
    n_rounds: usize,
    n_pieces: usize,
    /// The invocations that never end, by file and first byte.
    never_end: HashSet<(usize, usize)>,
    /// Those whose arguments are no items.
    are_no_items: HashSet<(usize, usize)>,
}

impl Expansion {
    /// The text that each invocation stands for, as far as that can be told; nothing after too many rounds, or where
    /// it is too much.
    pub(super) fn expand<'t>(
        &mut self,
        krate: &Krate<'t>,
        invocations: &[Invocation<'t>],
        configuration: &Configuration,
    ) -> Vec<Piece> {
        if self.n_rounds == MAX_ROUNDS {
            return vec![];
        }
        let mut macros = Macros::of(krate, MAX_PIECES - self.n_pieces);
        let mut n_bytes = 0;
        let mut pieces = vec![];
        for invocation in invocations {
            if n_bytes > MAX_ROUND {
                break;
            }
            let Some(made) = self.made(&mut macros, invocation, configuration) else { continue };
            let span = Span::from(invocation.site.node.byte_range());
            n_bytes += if let Made::Text(text) = &made { text.len() } else { 0 };
            pieces.push(Piece::new(invocation.site.file, span, made, invocation.position));
        }
        self.n_rounds += 1;
        let Some(n_left) = macros.n_left.checked_sub(pieces.len()) else { return vec![] };
        self.n_pieces = MAX_PIECES - n_left;
        pieces
    }

    fn made<'t>(
        &mut self,
        macros: &mut Macros<'_, 't>,
        invocation: &Invocation<'t>,
        configuration: &Configuration,
    ) -> Option<Made> {
        let at = (invocation.site.file, invocation.site.node.start_byte());
        if self.never_end.contains(&at) {
            return None;
        }
        let krate = macros.krate;
        let expanded =
            arguments::cfg_if(krate, invocation, configuration).or_else(|| macros.expanded(invocation));
        if expanded.is_some() || self.are_no_items.contains(&at) {
            return expanded;
        }
        let made = arguments::as_items(krate, invocation);
        if made.is_none() {
            let tried = if macros.never_ends { &mut self.never_end } else { &mut self.are_no_items };
            tried.insert(at);
        }
        made
    }
}

/// The macros that a crate defines.
struct Macros<'k, 't> {
    krate: &'k Krate<'t>,
    named: HashMap<&'t str, Vec<usize>>,
    rules: HashMap<usize, Vec<Rule>>,
    /// Whether the last call made nothing but calls, more than are followed.
    never_ends: bool,
    /// How many calls may still be expanded.
    n_left: usize,
}

impl<'k, 't> Macros<'k, 't> {
    fn of(krate: &'k Krate<'t>, n_left: usize) -> Self {
        let mut named: HashMap<_, Vec<_>> = HashMap::new();
        for (index, def) in krate.defs.iter().enumerate().filter(|(_, def)| def.kind == ApiKind::Macro) {
            named.entry(def.name).or_default().push(index);
        }
        Self { krate, named, rules: HashMap::new(), never_ends: false, n_left }
    }

    fn expanded(&mut self, invocation: &Invocation<'t>) -> Option<Made> {
        self.never_ends = false;
        let (_, arguments) = arguments::inner(self.krate, invocation.site)?;
        let name = arguments::macro_name(self.krate, invocation.site);
        let mut text = self.once(invocation, name, &lex::lex(arguments)?)?;
        // Macros that eat their arguments piece by piece make nothing but the next call.
        for _ in 0..MAX_CALLS {
            let Some((name, arguments)) = lex::lex(&text).and_then(only_call) else {
                return Some(Made::Text(self.with_calls_expanded(invocation, text)));
            };
            match self.once(invocation, &name, &arguments) {
                Some(next) => text = next,
                None if text.len() < MAX_TEXT / 4 => return Some(Made::Text(text)),
                None => break,
            }
        }
        self.never_ends = true;
        None
    }

    /// What the macros make that are called among `items`. It would be read in the rounds that follow; macros that
    /// make one item and call themselves for the rest need too many of them.
    fn with_calls_expanded(&mut self, invocation: &Invocation<'t>, items: String) -> String {
        let defines_macros = |text: &str| text.contains("macro_rules");
        let (mut done, mut rest) = (String::new(), items);
        for _ in 0..MAX_NESTED_CALLS {
            if self.n_left == 0 || defines_macros(&rest) || done.len() + rest.len() > MAX_TEXT {
                break;
            }
            let Some(call) = nested::first_call(&rest) else { break };
            let made = lex::lex(&rest[call.arguments])
                .and_then(|arguments| self.once(invocation, &call.name, &arguments));
            if let Some(made) = made.filter(|made| !defines_macros(made)) {
                self.n_left -= 1;
                done.push_str(&rest[..call.span.start]);
                rest = [&made, " ", &rest[call.span.end..]].concat();
            } else {
                done.push_str(&rest[..call.span.end]);
                rest.drain(..call.span.end);
            }
        }
        done + &rest
    }

    /// One call, by the macro's name with these arguments.
    fn once(&mut self, invocation: &Invocation<'t>, name: &str, arguments: &[TokenTree]) -> Option<String> {
        let index = self.definition(invocation, name)?;
        let krate = self.krate;
        let rules = self.rules.entry(index).or_insert_with(|| rules(krate, &krate.defs[index]));
        let fits = |rule: &'_ Rule| matching::matched(&rule.pattern, arguments);
        let (bindings, rule) = rules.iter().find_map(|rule| Some((fits(rule)?, rule)))?;
        transcribe::transcribe(&rule.body, &bindings, MAX_TEXT)
    }

    /// Of several macros of that name, the last one before the invocation in its file, or the one of the nearest
    /// module around it, or any.
    fn definition(&self, invocation: &Invocation<'t>, name: &str) -> Option<usize> {
        let (path, name) = name.rsplit_once("::").unwrap_or(("", name));
        if !matches!(path.split("::").next(), Some("" | "crate" | "$crate" | "self" | "super")) {
            return None;
        }
        let candidates = self.named.get(name.trim())?;
        let file = invocation.site.file;
        let start = invocation.site.node.start_byte();
        let site = |index: &&usize| self.krate.defs[**index].site;
        let before = candidates
            .iter()
            .filter(|index| site(index).file == file && site(index).node.start_byte() < start);
        if let Some(index) = before.max_by_key(|index| site(index).node.start_byte()) {
            return Some(*index);
        }
        let mut module = Some(invocation.module);
        while let Some(id) = module {
            let here = candidates.iter().rfind(|index| self.krate.defs[**index].module == id);
            if here.is_some() {
                return here.copied();
            }
            module = self.krate.module(id).parent;
        }
        candidates.last().copied()
    }
}

fn rules<'t>(krate: &Krate<'t>, def: &Def<'t>) -> Vec<Rule> {
    let text = |node| lex::lex(krate.text(def.site.at(node)));
    let rules = children(def.site.node).into_iter().filter(|node| node.kind() == "macro_rule");
    let rules = rules.filter_map(|rule| {
        let pattern = text(rule.child_by_field_name("left")?)?;
        let body = text(rule.child_by_field_name("right")?)?;
        Rule::new(only_group(&pattern)?, only_group(&body)?)
    });
    rules.collect()
}

/// The name and the arguments of the one call that is all there is.
fn only_call(mut trees: Vec<TokenTree>) -> Option<(String, Vec<TokenTree>)> {
    trees.pop_if(|last| last.is(";"));
    let Some(TokenTree::Group(_, arguments)) = trees.pop() else { return None };
    trees.pop_if(|last| last.is("!"))?;
    let is_path = |tree: &TokenTree| tree.word().is_some() || tree.is(":");
    let name = trees.iter().map(|tree| tree.word().unwrap_or(":")).collect::<String>();
    (!trees.is_empty() && trees.iter().all(is_path)).then_some((name, arguments))
}

fn only_group(trees: &[TokenTree]) -> Option<&[TokenTree]> {
    match trees {
        [TokenTree::Group(Delimiter::Round | Delimiter::Square | Delimiter::Curly, inner)] => Some(inner),
        _ => None,
    }
}
