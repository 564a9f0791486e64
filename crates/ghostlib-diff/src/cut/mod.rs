//! Cutting what API blocks declare to the closure of what somebody needs.
//!
//! Names are followed, not types: what has a name that a kept declaration has in its text is kept. That may be too much,
//! and is never too little.

mod units;

use std::collections::{BTreeMap, HashSet};
use units::{Unit, What, units};

/// Something of an API that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Its path, or the end of it.
    pub path: String,
    /// How much of it.
    pub extent: Extent,
}

/// How much of an item is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// It, and what its declaration names.
    Alone,
    /// Also what is below it: the functions of a type, the items of a module.
    Subtree,
}

/// Blocks without what nobody needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutBlocks {
    /// The text of each block; nothing, where nothing of it is left.
    pub blocks: Vec<Option<String>>,
    /// What they still declare, and why.
    pub kept: Vec<(Declared, Because)>,
    /// What they declare no more.
    pub left_out: Vec<Declared>,
    /// What was asked for and is not declared.
    pub unknown: Vec<String>,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The paths that it declares; none, where it is the implementation of a trait.
    pub paths: Vec<String>,
    /// Its first line, without its body.
    pub head: String,
}

/// Why a declaration is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// It was asked for.
    Asked,
    /// The declaration of this path names it.
    NamedBy(String),
    /// It is an implementation for this type or of this trait.
    ImplementationFor(String),
    /// What is below it is kept.
    Holds(String),
    /// It cannot be read.
    Unread,
}

/// Cuts blocks of Rust. `wanted` may name functions, types, functions of types, variants and fields, and what traits declare.
pub fn cut_blocks(blocks: &[&str], wanted: &[Wanted]) -> CutBlocks {
    let units = units(blocks);
    let mut closure = Closure { kept: BTreeMap::new(), pending: vec![], units: &units };
    let unknown = wanted.iter().filter(|one| !closure.ask(one)).map(|one| one.path.clone()).collect();
    for (at, unit) in units.iter().enumerate() {
        if matches!(unit.what, What::Unread) {
            closure.keep(at, Because::Unread);
        }
    }
    closure.close();
    let kept = closure.kept;
    let declared = |unit: &Unit| Declared { paths: unit.paths.clone(), head: head(unit, blocks) };
    CutBlocks {
        blocks: (0..blocks.len()).map(|block| cut(blocks[block], block, &units, &kept)).collect(),
        left_out: (0..units.len())
            .filter(|at| !kept.contains_key(at) && !units[*at].what.is_container())
            .map(|at| declared(&units[at]))
            .collect(),
        kept: kept
            .into_iter()
            .filter(|(at, _)| !units[*at].what.is_container())
            .map(|(at, because)| (declared(&units[at]), because))
            .collect(),
        unknown,
    }
}

/// Whether one path is the other, or the end of it.
pub fn is_same_path(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long == short || long.strip_suffix(short).is_some_and(|head| head.ends_with("::") && !short.is_empty())
}

/// What is kept so far.
struct Closure<'u> {
    units: &'u [Unit],
    kept: BTreeMap<usize, Because>,
    pending: Vec<usize>,
}

impl Closure<'_> {
    /// Keeps what is asked for; false, if nothing is that.
    fn ask(&mut self, wanted: &Wanted) -> bool {
        if let Some(header) = wanted.path.strip_prefix('<') {
            let header = header.rsplit_once('>').map_or(header, |(header, _)| header);
            let names: Vec<&str> =
                header.split(" as ").map(|name| name.split('<').next().unwrap_or(name)).collect();
            let asked = |path: &&str| Wanted { path: (*path).to_owned(), extent: Extent::Alone };
            return names.iter().map(asked).filter(|one| self.ask(one)).count() > 0;
        }
        let mut found = self.at(&wanted.path);
        if wanted.extent == Extent::Subtree {
            let below = (0..self.units.len()).filter(|at| self.is_below(*at, &wanted.path));
            found.extend(below.collect::<Vec<_>>());
        }
        if found.is_empty() {
            // A variant, a field, or what a trait declares.
            let owner = wanted.path.rsplit_once("::").map(|(owner, _)| self.at(owner));
            let is_item = |at: &usize| matches!(self.units[*at].what, What::Item | What::Import { .. });
            found = owner.unwrap_or_default().into_iter().filter(is_item).collect();
        }
        for at in &found {
            self.keep(*at, Because::Asked);
        }
        !found.is_empty()
    }

    fn at(&self, path: &str) -> Vec<usize> {
        let is_it = |at: &usize| {
            let unit = &self.units[*at];
            !unit.what.is_container() && unit.paths.iter().any(|own| is_same_path(own, path))
        };
        (0..self.units.len()).filter(is_it).collect()
    }

    /// Whether something around a unit has this path.
    fn is_below(&self, at: usize, path: &str) -> bool {
        let mut around = self.units[at].parent;
        while let Some(parent) = around {
            if self.units[parent].paths.iter().any(|own| is_same_path(own, path)) {
                return true;
            }
            around = self.units[parent].parent;
        }
        false
    }

    fn keep(&mut self, at: usize, because: Because) {
        if self.kept.contains_key(&at) {
            return;
        }
        self.kept.insert(at, because);
        self.pending.push(at);
        if let Some(parent) = self.units[at].parent {
            let path = self.units[at].paths.first().cloned().unwrap_or_default();
            self.keep(parent, Because::Holds(path));
        }
    }

    fn close(&mut self) {
        while let Some(at) = self.pending.pop() {
            let unit = &self.units[at];
            let path = unit.paths.first().cloned().unwrap_or_default();
            for other in 0..self.units.len() {
                if self.is_named(unit, other) {
                    self.keep(other, Because::NamedBy(path.clone()));
                }
            }
            for other in 0..self.units.len() {
                if let Some(owner) = self.implements(other) {
                    self.keep(other, Because::ImplementationFor(owner));
                }
            }
        }
    }

    /// Whether a kept unit names another one. Signatures name no functions; what a macro expands to does.
    fn is_named(&self, unit: &Unit, other: usize) -> bool {
        let other = &self.units[other];
        let can_be_named = match other.what {
            What::Item | What::Macro => true,
            What::Function => matches!(unit.what, What::Macro | What::Import { .. }),
            What::Import { is_glob } => !is_glob || matches!(unit.what, What::Macro),
            _ => false,
        };
        can_be_named && other.paths.iter().any(|path| unit.names.contains(last(path)))
    }

    /// The kept type or trait that an implementation is for.
    fn implements(&self, at: usize) -> Option<String> {
        let unit = &self.units[at];
        let What::OfTrait { head, header } = &unit.what else { return None };
        let item_of = |name: &str| {
            let named = |at: &usize| {
                let unit = &self.units[*at];
                unit.what == What::Item && unit.paths.iter().any(|path| last(path) == name)
            };
            (0..self.units.len()).filter(named).collect::<Vec<_>>()
        };
        let is_kept = |name: &str| item_of(name).iter().any(|at| self.kept.contains_key(at));
        if item_of(head).is_empty() {
            // What is implemented for a type from elsewhere serves whoever has all else that it names.
            let mut own = header.iter().filter(|name| !item_of(name).is_empty()).peekable();
            let first = own.peek().map(|name| (*name).clone());
            return first.filter(|_| own.all(|name| is_kept(name)));
        }
        is_kept(head).then(|| head.clone())
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// The first line of a unit.
fn head(unit: &Unit, blocks: &[&str]) -> String {
    let text = blocks[unit.block].get(unit.span.clone()).unwrap_or_default();
    let line = text.lines().find(|line| !line.trim_start().starts_with(['#', '/'])).unwrap_or_default();
    line.split(" {").next().unwrap_or_default().trim().to_owned()
}

/// A block without the units that are not kept; nothing, if it declared something and does not any more.
fn cut(code: &str, block: usize, units: &[Unit], kept: &BTreeMap<usize, Because>) -> Option<String> {
    let is_left = |at: &usize| units[*at].block == block;
    let own: Vec<usize> = (0..units.len()).filter(is_left).collect();
    if !own.is_empty() && own.iter().all(|at| !kept.contains_key(at)) {
        return None;
    }
    let mut left = String::with_capacity(code.len());
    let mut from = 0;
    for at in own.into_iter().filter(|at| !kept.contains_key(at)) {
        let span = &units[at].span;
        // What is within another that is left out has gone with it.
        if span.start >= from {
            left.push_str(&code[from..span.start]);
            from = span.end;
        }
    }
    left.push_str(&code[from..]);
    Some(tidied(code, &left))
}

/// The text without the empty lines and the spaces that cuts leave.
fn tidied(before: &str, text: &str) -> String {
    if before == text {
        return text.to_owned();
    }
    let untouched: HashSet<&str> = before.lines().collect();
    let mut lines: Vec<String> = vec![];
    for line in text.lines() {
        let is_first = lines.last().is_none_or(|last| last.is_empty() || last.ends_with('{'));
        if line.trim().is_empty() {
            let was_empty = untouched.contains(line);
            lines.extend((was_empty && !is_first).then(String::new));
        } else if untouched.contains(line) {
            lines.push(line.to_owned());
        } else {
            let indent = line.len() - line.trim_start().len();
            let words: Vec<&str> = line[indent..].split_whitespace().collect();
            lines.push([&line[..indent], &words.join(" ")].concat());
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let mut tidy = lines.join("\n");
    tidy.push('\n');
    tidy
}
