//! Signatures of functions and methods.

use super::elision::Elision;
use super::generics::{Generics, RenderedGenerics};
use super::krate::{ModuleId, Site};
use super::receiver;
use super::source::{child_of_kind, children};
use super::types::{Bindings, Elided, Renderer, Style, World};
use crate::Node;
use ghostlib_model::{FnSignature, Param};

/// A function as it is written.
pub(super) struct Function<'t> {
    site: Site<'t>,
    module: ModuleId,
    generics: Generics<'t>,
    receiver: Option<Node<'t>>,
    parameters: Vec<Node<'t>>,
    output: Option<Node<'t>>,
}

/// What surrounds a function: the parameters and `Self` of its trait or `impl`.
#[derive(Clone, Default)]
pub(super) struct Surroundings {
    /// For comparing.
    pub(super) normal: Bindings,
    /// For calling.
    pub(super) declared: Bindings,
    /// The bounds of the `impl`, for callers.
    pub(super) generics: Vec<(String, String)>,
}

impl<'t> Function<'t> {
    pub(super) fn read(world: World<'_, 't>, module: ModuleId, site: Site<'t>) -> Self {
        let list = site.node.child_by_field_name("parameters");
        let mut parameters: Vec<_> = list.map(children).into_iter().flatten().collect();
        parameters.retain(|node| {
            matches!(node.kind(), "self_parameter" | "parameter" | "variadic_parameter")
                || is_bare_type(*node)
        });
        let is_receiver = |node: &Node<'t>| {
            let pattern = node.child_by_field_name("pattern");
            node.kind() == "self_parameter" || pattern.is_some_and(|pattern| pattern.kind() == "self")
        };
        let receiver = parameters.first().copied().filter(is_receiver);
        if receiver.is_some() {
            parameters.remove(0);
        }
        let output = site.node.child_by_field_name("return_type").filter(|node| node.kind() != "unit_type");
        Self { site, module, generics: Generics::read(world.krate, site), receiver, parameters, output }
    }

    /// The signature for comparing.
    pub(super) fn normal(&self, world: World<'_, 't>, surroundings: &Surroundings) -> String {
        let mut bindings = surroundings.normal.clone();
        let plain = self.renderer(world, Style::Normal, &bindings);
        let receiver = self.receiver.and_then(|node| receiver::reference(&plain, node));
        let types: Vec<_> = self.parameters.iter().map(|node| type_of(*node)).collect();
        let elision = Elision::new(&plain, &self.generics, receiver, &types, self.output);
        bind(&mut bindings, &self.generics, |name| elision.elidable.contains(name));
        let elided = elision.output.and_then(|name| bindings.lifetimes.get(name).cloned().flatten());
        let inputs = self.renderer(world, Style::Normal, &bindings);
        bindings.elided = elided.map_or(Elided::Nothing, Elided::Name);
        let outputs = self.renderer(world, Style::Normal, &bindings);

        let mut generics = RenderedGenerics::new(&inputs, &self.generics).sorted();
        // A lifetime that bounds nothing is told by where it is used.
        generics.lifetimes.retain(|lifetime| !lifetime.bounds.is_empty());
        let receiver = self.receiver.map(|node| receiver::text(&inputs, node));
        let parameters = receiver.into_iter().chain(types.iter().map(|node| inputs.ty(*node)));
        let output = self.output.map(|node| format!(" -> {}", outputs.ty(node))).unwrap_or_default();
        let parameters: Vec<_> = parameters.collect();
        let (qualifiers, clause) = (self.qualifiers(&plain), generics.clause());
        format!("{qualifiers}fn{}({}){output}{clause}", generics.angled(), parameters.join(", "))
    }

    /// The head of its declaration, without visibility and without what ends it.
    pub(super) fn declared(&self, world: World<'_, 't>, style: Style, name: &str) -> String {
        let renderer = self.renderer(world, style, &Bindings::default());
        let generics = RenderedGenerics::new(&renderer, &self.generics);
        let receiver = self.receiver.map(|node| receiver::text(&renderer, node));
        let named = self.parameters.iter().map(|node| match parameter_name(&renderer, *node) {
            Some(name) => format!("{name}: {}", renderer.ty(type_of(*node))),
            None => renderer.ty(type_of(*node)),
        });
        let parameters: Vec<_> = receiver.into_iter().chain(named).collect();
        let output = self.output.map(|node| format!(" -> {}", renderer.ty(node))).unwrap_or_default();
        let (qualifiers, clause) = (self.qualifiers(&renderer), generics.clause());
        format!("{qualifiers}fn {name}{}({}){output}{clause}", generics.angled(), parameters.join(", "))
    }

    /// Its parts, for whoever calls it.
    pub(super) fn parts(&self, world: World<'_, 't>, surroundings: &Surroundings) -> FnSignature {
        let renderer = self.renderer(world, Style::AtRoot, &surroundings.declared);
        let generics = RenderedGenerics::new(&renderer, &self.generics);
        let own = generics.types.into_iter().filter(|parameter| parameter.const_type.is_none());
        let own = own.map(|parameter| (parameter.name, parameter.bounds.join(" + ")));
        let params = self.parameters.iter().map(|node| Param {
            name: parameter_name(&renderer, *node).unwrap_or_else(|| "_".to_owned()),
            ty: renderer.ty(type_of(*node)),
            ..Param::default()
        });
        let qualifiers = self.qualifiers(&renderer);
        FnSignature {
            receiver: self.receiver.map(|node| receiver::kind(&receiver::text(&renderer, node))),
            params: params.collect(),
            output: self.output.map(|node| renderer.ty(node)).unwrap_or_default(),
            generics: surroundings.generics.iter().cloned().chain(own).collect(),
            is_unsafe: qualifiers.split(' ').any(|word| word == "unsafe"),
            is_async: qualifiers.split(' ').any(|word| word == "async"),
            raises: vec![],
        }
    }

    /// `const unsafe extern "C" `, always in this order.
    fn qualifiers(&self, renderer: &Renderer<'_, 't>) -> String {
        let modifiers = child_of_kind(self.site.node, "function_modifiers");
        let mut words: Vec<_> =
            modifiers.map(children).into_iter().flatten().map(|node| renderer.ty(node)).collect();
        let order =
            |word: &String| ["const", "async", "unsafe"].iter().position(|known| known == word).unwrap_or(3);
        words.retain(|word| word != "default");
        words.sort_by_key(order);
        for word in words.iter_mut().filter(|word| *word == "extern") {
            word.push_str(" \"C\"");
        }
        words.push(String::new());
        words.join(" ")
    }

    fn renderer<'k>(&self, world: World<'k, 't>, style: Style, bindings: &Bindings) -> Renderer<'k, 't> {
        Renderer::new(world, self.module, self.site.file, style, bindings.clone())
    }
}

/// Gives the parameters of `generics` their names for comparing: `$0`, `'0`, and so on after those that are
/// bound already.
pub(super) fn bind(bindings: &mut Bindings, generics: &Generics<'_>, is_elided: impl Fn(&str) -> bool) {
    let mut next = bindings.lifetimes.values().flatten().count();
    for lifetime in &generics.lifetimes {
        let name = (!is_elided(lifetime.name)).then(|| format!("'{next}"));
        next += usize::from(name.is_some());
        bindings.lifetimes.insert(lifetime.name.to_owned(), name);
    }
    for parameter in &generics.types {
        let name = format!("${}", bindings.types.len());
        bindings.types.insert(parameter.name.to_owned(), name);
    }
}

fn is_bare_type(node: Node<'_>) -> bool {
    node.kind().ends_with("_type") || node.kind().ends_with("type_identifier")
}

pub(super) fn type_of(parameter: Node<'_>) -> Node<'_> {
    match parameter.kind() {
        "parameter" => parameter.child_by_field_name("type").unwrap_or(parameter),
        _ => parameter,
    }
}

/// The name of a parameter; nothing where it has none, `_` where it is a pattern.
fn parameter_name(renderer: &Renderer<'_, '_>, parameter: Node<'_>) -> Option<String> {
    if parameter.kind() != "parameter" {
        return None;
    }
    let pattern = parameter.child_by_field_name("pattern")?;
    let text = renderer.world.krate.sources.file(renderer.file).text.get(pattern.byte_range())?;
    Some(if pattern.kind() == "identifier" { text.to_owned() } else { "_".to_owned() })
}
