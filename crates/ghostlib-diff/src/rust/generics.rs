//! The generic parameters of an item, with inline bounds and `where` clauses merged.

use super::attributes::Attributes;
use super::krate::{Krate, Site};
use super::meta::Meta;
use super::source::{child_of_kind, children};
use super::types::Renderer;
use crate::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters and predicates as they are written.
#[derive(Default)]
pub(super) struct Generics<'t> {
    pub(super) lifetimes: Vec<LifetimeParameter<'t>>,
    pub(super) types: Vec<TypeParameter<'t>>,
    /// `left: bounds` of the `where` clause.
    pub(super) predicates: Vec<(Node<'t>, Node<'t>)>,
}

pub(super) struct LifetimeParameter<'t> {
    pub(super) name: &'t str,
    pub(super) bounds: Option<Node<'t>>,
}

/// A type parameter, or a const parameter.
pub(super) struct TypeParameter<'t> {
    pub(super) name: &'t str,
    pub(super) const_type: Option<Node<'t>>,
    pub(super) bounds: Option<Node<'t>>,
    pub(super) default: Option<Node<'t>>,
}

impl<'t> Generics<'t> {
    pub(super) fn read(krate: &Krate<'t>, site: Site<'t>) -> Self {
        let mut generics = Self::default();
        let parameters = site.node.child_by_field_name("type_parameters");
        for node in parameters.map(|node| switched_on(krate, site.at(node))).into_iter().flatten() {
            let Some(name) = node.child_by_field_name("name").map(|name| krate.text(site.at(name))) else {
                continue;
            };
            let bounds = node.child_by_field_name("bounds");
            match node.kind() {
                "lifetime_parameter" => generics.lifetimes.push(LifetimeParameter { name, bounds }),
                "type_parameter" => {
                    let default = node.child_by_field_name("default_type");
                    generics.types.push(TypeParameter { name, const_type: None, bounds, default });
                }
                "const_parameter" => {
                    let const_type = node.child_by_field_name("type");
                    let default = node.child_by_field_name("value");
                    generics.types.push(TypeParameter { name, const_type, bounds: None, default });
                }
                _ => {}
            }
        }
        let clause = child_of_kind(site.node, "where_clause");
        for node in clause.map(children).into_iter().flatten() {
            let (left, bounds) = (node.child_by_field_name("left"), node.child_by_field_name("bounds"));
            generics.predicates.extend(left.zip(bounds));
        }
        generics
    }
}

/// The parameters of a list but those that a `cfg` before them leaves out.
fn switched_on<'t>(krate: &Krate<'t>, list: Site<'t>) -> Vec<Node<'t>> {
    let mut attributes = Attributes::default();
    let mut parameters = vec![];
    for node in children(list.node) {
        if node.kind() == "attribute_item" {
            let meta = child_of_kind(node, "attribute").map(|node| Meta::parse(krate.text(list.at(node))));
            if let Some(meta) = meta {
                attributes.add(meta, &krate.configuration, &mut |_: &str| ());
            }
        } else if node.is_named() && !std::mem::take(&mut attributes).is_off() {
            parameters.push(node);
        }
    }
    parameters
}

/// Parameters and predicates as text.
#[derive(Debug, Default)]
pub(super) struct RenderedGenerics {
    pub(super) lifetimes: Vec<RenderedParameter>,
    pub(super) types: Vec<RenderedParameter>,
    /// Predicates about anything else than a parameter.
    pub(super) predicates: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct RenderedParameter {
    pub(super) name: String,
    pub(super) bounds: Vec<String>,
    pub(super) const_type: Option<String>,
    pub(super) default: Option<String>,
}

impl RenderedGenerics {
    /// Renders `generics`; what `renderer` elides is left out.
    pub(super) fn new<'t>(renderer: &Renderer<'_, 't>, generics: &Generics<'t>) -> Self {
        let mut all = Self::default();
        let bounds = |node: Option<Node<'t>>| node.map(|node| renderer.bounds(node)).unwrap_or_default();
        for lifetime in &generics.lifetimes {
            let name = match renderer.bindings.lifetimes.get(lifetime.name) {
                Some(binding) => binding.clone(),
                None => Some(lifetime.name.to_owned()),
            };
            if let Some(name) = name {
                let bounds = bounds(lifetime.bounds);
                all.lifetimes.push(RenderedParameter { name, bounds, ..RenderedParameter::default() });
            }
        }
        for parameter in &generics.types {
            let bound = renderer.bindings.types.get(parameter.name);
            all.types.push(RenderedParameter {
                name: bound.cloned().unwrap_or_else(|| parameter.name.to_owned()),
                bounds: bounds(parameter.bounds),
                const_type: parameter.const_type.map(|node| renderer.ty(node)),
                default: parameter.default.map(|node| renderer.ty(node)),
            });
        }
        for (left, right) in &generics.predicates {
            all.predicate(&renderer.ty(*left), renderer.bounds(*right));
        }
        all
    }

    fn predicate(&mut self, left: &str, bounds: Vec<String>) {
        let mut parameters = self.lifetimes.iter_mut().chain(&mut self.types);
        match parameters.find(|parameter| parameter.name == left) {
            Some(parameter) => parameter.bounds.extend(bounds),
            None => self.predicates.push(format!("{left}: {}", bounds.join(" + "))),
        }
    }

    /// Puts bounds and predicates in order, each once.
    pub(super) fn sorted(mut self) -> Self {
        for parameter in self.lifetimes.iter_mut().chain(&mut self.types) {
            parameter.bounds.sort();
            parameter.bounds.dedup();
        }
        self.predicates = merged(std::mem::take(&mut self.predicates));
        self
    }

    /// `<'a, T: Bound>`, or nothing.
    pub(super) fn angled(&self) -> String {
        let all: Vec<_> = self.lifetimes.iter().chain(&self.types).map(RenderedParameter::text).collect();
        if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
    }

    /// ` where …`, or nothing.
    pub(super) fn clause(&self) -> String {
        if self.predicates.is_empty() {
            String::new()
        } else {
            format!(" where {}", self.predicates.join(", "))
        }
    }

    /// Whether any parameter or predicate bounds anything.
    pub(super) fn bounds_anything(&self) -> bool {
        let mut parameters = self.lifetimes.iter().chain(&self.types);
        !self.predicates.is_empty() || parameters.any(|parameter| !parameter.bounds.is_empty())
    }
}

/// Predicates in order, those about the same type as one.
fn merged(predicates: Vec<String>) -> Vec<String> {
    let mut bounds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for predicate in predicates {
        let (left, right) = predicate.split_once(": ").unwrap_or((&predicate, ""));
        bounds.entry(left.to_owned()).or_default().extend(outer_bounds(right).map(str::to_owned));
    }
    let merged = bounds.into_iter().map(|(left, bounds)| {
        let bounds: Vec<_> = bounds.into_iter().collect();
        format!("{left}: {}", bounds.join(" + "))
    });
    merged.collect()
}

/// `A<B + C> + D` is `A<B + C>` and `D`.
fn outer_bounds(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let mut before = ' ';
    let bounds = text.split(move |c: char| {
        depth += i32::from(matches!(c, '<' | '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        depth -= i32::from(c == '>' && before != '-');
        before = c;
        c == '+' && depth == 0
    });
    bounds.map(str::trim)
}

impl RenderedParameter {
    pub(super) fn text(&self) -> String {
        let prefix = if self.const_type.is_some() { "const " } else { "" };
        let bounds = match &self.const_type {
            Some(ty) => format!(": {ty}"),
            None if self.bounds.is_empty() => String::new(),
            None => format!(": {}", self.bounds.join(" + ")),
        };
        let default = self.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
        format!("{prefix}{}{bounds}{default}", self.name)
    }
}
