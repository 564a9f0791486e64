//! Which named lifetimes of a function could as well be left out.

use super::generics::Generics;
use super::source::child_of_kind;
use super::types::Renderer;
use crate::Node;
use crate::node::walk;
use std::collections::HashSet;

/// The lifetimes of a function.
pub(super) struct Elision<'t> {
    /// Those that mean the same when they are left out.
    pub(super) elidable: HashSet<&'t str>,
    /// What an elided lifetime in the return type is.
    pub(super) output: Option<&'t str>,
}

/// The lifetimes in a type, in order; nothing for each that is not named.
#[derive(Default)]
struct Used<'t> {
    names: Vec<Option<&'t str>>,
    /// Those in bounds, and in the types of functions, which have rules of their own.
    pinned: HashSet<&'t str>,
}

impl<'t> Elision<'t> {
    /// `inputs` are the types of the parameters, `receiver` the one of `self`, where it is a reference.
    pub(super) fn new(
        renderer: &Renderer<'_, 't>,
        generics: &Generics<'t>,
        receiver: Option<Node<'t>>,
        inputs: &[Node<'t>],
        output: Option<Node<'t>>,
    ) -> Self {
        let used_in = |nodes: &[Node<'t>]| {
            let mut used = Used::default();
            for node in nodes {
                used.add(renderer, *node);
            }
            used
        };
        let of_receiver = receiver.map(|node| {
            child_of_kind(node, "lifetime")
                .map(|lifetime| renderer.text(lifetime))
                .filter(|name| *name != "'_")
        });
        let mut given = used_in(inputs);
        given.names.extend(of_receiver);
        let returned = used_in(output.as_slice());
        let rule = of_receiver.unwrap_or_else(|| match given.distinct()[..] {
            [only] => only,
            _ => None,
        });
        let mut bounded = Used::default();
        for node in generics.types.iter().filter_map(|parameter| parameter.bounds) {
            bounded.add(renderer, node);
        }
        for (left, right) in &generics.predicates {
            bounded.add(renderer, *left);
            bounded.add(renderer, *right);
        }
        let is_elidable = |name: &&'t str| {
            given.count(name) == 1
                && (returned.count(name) == 0 || rule == Some(*name))
                && bounded.count(name) == 0
                && ![&given, &returned, &bounded].iter().any(|used| used.pinned.contains(*name))
        };
        let unbounded = generics.lifetimes.iter().filter(|lifetime| lifetime.bounds.is_none());
        let elidable: HashSet<_> = unbounded.map(|lifetime| lifetime.name).filter(is_elidable).collect();
        let output = rule.filter(|name| !elidable.contains(name));
        Self { elidable, output }
    }
}

impl<'t> Used<'t> {
    fn add(&mut self, renderer: &Renderer<'_, 't>, node: Node<'t>) {
        let mut function_until = 0;
        walk(node, |node| {
            let in_function = node.start_byte() < function_until;
            match node.kind() {
                "function_type" => function_until = function_until.max(node.end_byte()),
                "reference_type" if !in_function && child_of_kind(node, "lifetime").is_none() => {
                    self.names.push(None);
                }
                "lifetime" => {
                    let name = renderer.text(node);
                    if in_function {
                        self.pinned.insert(name);
                    } else {
                        self.names.push(Some(name).filter(|name| *name != "'_"));
                    }
                    return false;
                }
                _ => {}
            }
            true
        });
    }

    fn count(&self, name: &str) -> usize {
        self.names.iter().filter(|used| **used == Some(name)).count()
    }

    /// Each name once, and each lifetime without a name.
    fn distinct(&self) -> Vec<Option<&'t str>> {
        let mut seen = HashSet::new();
        self.names.iter().copied().filter(|name| name.is_none_or(|name| seen.insert(name))).collect()
    }
}
