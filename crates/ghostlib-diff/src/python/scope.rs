//! The names that the statements of a module or a class bind.

use super::all::All;
use super::reader::Reader;
use super::syntax::{Site, Sources};
use crate::Node;
use std::collections::BTreeMap;

/// What the statements of one module or class bind, in their order.
#[derive(Default)]
pub(super) struct Scope<'t> {
    pub(super) names: BTreeMap<&'t str, Vec<Binding<'t>>>,
    /// `from … import *`
    pub(super) stars: Vec<(Origin<'t>, Site<'t>)>,
    pub(super) all: Option<All<'t>>,
    /// `with name:`, by which a spec's block says that something stands in another module.
    pub(super) inner: Vec<(&'t str, Site<'t>)>,
    /// What binds names that cannot be told.
    pub(super) unseen: Vec<(String, Site<'t>)>,
}

/// One way in which a name is bound.
#[derive(Clone, Debug)]
pub(super) struct Binding<'t> {
    pub(super) what: What<'t>,
    pub(super) site: Site<'t>,
    pub(super) when: When,
}

#[derive(Clone, Debug)]
pub(super) enum What<'t> {
    /// A function and its decorators.
    Function(Vec<Node<'t>>),
    /// A function that only tells types, for the implementation that follows.
    Overload(Vec<Node<'t>>),
    /// The setter or deleter of a property.
    Accessor,
    /// A class and its decorators.
    Class(Vec<Node<'t>>),
    /// A variable.
    Value { annotation: Option<Node<'t>>, value: Option<Node<'t>> },
    /// `type X = …`
    Alias(Node<'t>),
    /// `from … import name`
    From { origin: Origin<'t>, name: &'t str, kept: Kept },
    /// The module that `import` gives a name to.
    Module { path: &'t str, kept: Kept },
}

/// Whether an import says that it is there for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// `import x as x`
    Explicitly,
    ForOwnUse,
}

/// What stands between `from` and `import`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin<'t> {
    /// How many dots.
    pub(super) level: usize,
    pub(super) path: &'t str,
}

/// Under what circumstances a statement is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// In one of several branches.
    Maybe,
    /// For type checkers only.
    Typing,
}

impl<'t> Scope<'t> {
    /// Reads the statements of a module, or of the body of a class or a `with`.
    pub(super) fn read(sources: &'t Sources<'t>, block: Site<'t>) -> Self {
        Reader::new(sources, block.file).read(block.node)
    }

    /// What a name stands for when the code runs.
    pub(super) fn chosen(&self, name: &str) -> Option<&Binding<'t>> {
        let live: Vec<_> =
            self.names.get(name)?.iter().filter(|binding| binding.when != When::Typing).collect();
        let is_whole = |binding: &&Binding<'_>| !matches!(binding.what, What::Accessor | What::Overload(_));
        let last = live.iter().rposition(|binding| binding.when == When::Always && is_whole(binding));
        let mut whole = live[last.unwrap_or(0)..].iter().copied().filter(is_whole);
        let Some(first) = whole.next() else {
            return live.into_iter().find(|binding| matches!(binding.what, What::Overload(_)));
        };
        // A name that is `None` at first gets its value in some branch.
        Some(whole.next().filter(|_| first.is_placeholder()).unwrap_or(first))
    }

    /// What a name stands for in an annotation.
    pub(super) fn chosen_for_types(&self, name: &str) -> Option<&Binding<'t>> {
        let typed = self.names.get(name)?.iter().find(|binding| binding.when == When::Typing);
        typed.or_else(|| self.chosen(name))
    }

    /// Adds what another part of the same module binds.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, bindings) in other.names {
            self.names.entry(name).or_default().extend(bindings);
        }
        self.stars.extend(other.stars);
        self.all = self.all.take().or(other.all);
        self.unseen.extend(other.unseen);
    }

    pub(super) fn has_setter(&self, name: &str) -> bool {
        self.bindings(name).iter().any(|binding| matches!(binding.what, What::Accessor))
    }

    pub(super) fn bindings(&self, name: &str) -> &[Binding<'t>] {
        self.names.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Binding<'_> {
    fn is_placeholder(&self) -> bool {
        matches!(&self.what, What::Value { value: Some(value), .. } if value.kind() == "none")
    }
}
