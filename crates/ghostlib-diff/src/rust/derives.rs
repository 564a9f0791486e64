//! What `#[derive]` implements.

use super::function::bind;
use super::generics::{Generics, LifetimeParameter, RenderedGenerics};
use super::impls::trait_impl_path;
use super::krate::{DefId, Inner, Member, Site};
use super::types::{Bindings, Renderer, Style, World};
use crate::Node;
use crate::Unseen;
use crate::node::walk;
use ghostlib_model::{ApiAttributes, ApiItem, ApiKind};

/// Derives that implement the trait of their name, for bounded parameters, and nothing else.
const PLAIN: &[&str] = &[
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Serialize",
    "Deserialize",
];

/// The implementations that an item derives. Derives that are not known go to `unseen`.
pub(super) fn derives(world: World<'_, '_>, id: DefId, unseen: &mut Vec<Unseen>) -> Vec<ApiItem> {
    let def = world.krate.def(id);
    let Some(path) = world.reached.canonical(id) else { return vec![] };
    let mut items = vec![];
    for derive in def.attributes.derives() {
        let name = derive.rsplit("::").next().unwrap_or_default();
        if PLAIN.contains(&name) {
            items.push(derived(world, id, path, name));
        } else {
            let place = world.krate.place(def.site);
            unseen.push(Unseen { what: format!("what `#[derive({derive})]` makes of `{path}`"), place });
        }
    }
    items
}

fn derived<'t>(world: World<'_, 't>, id: DefId, path: &str, name: &str) -> ApiItem {
    let def = world.krate.def(id);
    let generics = Generics::read(world.krate, def.site);
    let (parameter, trait_name) =
        if name == "Deserialize" { ("'de", "Deserialize<'de>") } else { ("", name) };
    let renderer = |style, bindings| Renderer::new(world, def.module, def.site.file, style, bindings);
    let projections = projections(world, id, &generics);
    let bounded = |renderer: &Renderer<'_, 't>| bounded(renderer, &generics, &projections, name);
    let mut bindings = Bindings::default();
    bind(&mut bindings, &generics, |lifetime| !is_bound(world, def.site, lifetime));
    let normal = bounded(&renderer(Style::Normal, bindings)).sorted();
    let declared = bounded(&renderer(Style::AtRoot, Bindings::default()));
    let normal_self = format!("{path}{}", names(&normal));
    let declared_path = if path.contains("::") { format!("crate::{path}") } else { path.to_owned() };
    let declared_self = format!("{declared_path}{}", names(&declared));
    let normal_trait = trait_name.replace("<'de>", "");
    let mut head = declared.angled();
    if !parameter.is_empty() {
        head = if head.is_empty() {
            format!("<{parameter}>")
        } else {
            head.replacen('<', &format!("<{parameter}, "), 1)
        };
    }
    ApiItem {
        path: trait_impl_path(&normal_self, &normal_trait),
        kind: ApiKind::TraitImpl,
        signature: format!(
            "impl{} {normal_trait} for {normal_self}{}",
            super::impls::shown_generics(&normal),
            normal.clause()
        ),
        declaration: format!("impl{head} {trait_name} for {declared_self}{} {{}}", declared.clause()),
        function: None,
        attributes: ApiAttributes::default(),
        place: world.krate.place(def.site),
    }
}

/// Whether a lifetime stands in a bound of the item's parameters, or has one.
fn is_bound<'t>(world: World<'_, 't>, site: Site<'t>, lifetime: &str) -> bool {
    let generics = Generics::read(world.krate, site);
    let bounds = generics.types.iter().filter_map(|parameter| parameter.bounds);
    let of_lifetimes = generics.lifetimes.iter().filter_map(|parameter| parameter.bounds);
    let predicates = generics.predicates.iter().flat_map(|(left, right)| [*left, *right]);
    let mut all = bounds.chain(of_lifetimes).chain(predicates).map(|node| world.krate.text(site.at(node)));
    let has_bounds =
        |parameter: &LifetimeParameter<'_>| parameter.name == lifetime && parameter.bounds.is_some();
    all.any(|text| text.contains(lifetime)) || generics.lifetimes.iter().any(has_bounds)
}

/// The types of fields, and in them, that belong to a type parameter: `T::Item`.
fn projections<'t>(world: World<'_, 't>, id: DefId, generics: &Generics<'t>) -> Vec<Node<'t>> {
    let def = world.krate.def(id);
    let mut members: Vec<&Member<'t>> = def.members.iter().collect();
    if let Inner::Variants(variants) = &def.inner {
        members.extend(variants.iter().flat_map(|variant| &world.krate.def(*variant).members));
    }
    let is_parameter = |name: &str| generics.types.iter().any(|parameter| parameter.name == name);
    let mut found = vec![];
    for member in members {
        walk(member.site.node, |node| {
            let owner =
                world.krate.text(member.site.at(node)).split_once("::").map(|(owner, _)| owner.trim());
            let is_projection = node.kind() == "scoped_type_identifier" && owner.is_some_and(is_parameter);
            if is_projection {
                found.push(node);
            }
            !is_projection
        });
    }
    found
}

/// A derive asks its own trait of each type parameter, and of what belongs to one and is in a field.
fn bounded<'t>(
    renderer: &Renderer<'_, 't>,
    generics: &Generics<'t>,
    projections: &[Node<'t>],
    name: &str,
) -> RenderedGenerics {
    let mut generics = RenderedGenerics::new(renderer, generics);
    generics.predicates.extend(projections.iter().map(|node| format!("{}: {name}", renderer.ty(*node))));
    for parameter in &mut generics.types {
        parameter.default = None;
        if parameter.const_type.is_none() {
            parameter.bounds.push(name.to_owned());
        }
    }
    generics
}

/// The parameters as arguments.
fn names(generics: &RenderedGenerics) -> String {
    let all: Vec<_> =
        generics.lifetimes.iter().chain(&generics.types).map(|parameter| parameter.name.as_str()).collect();
    if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
}
