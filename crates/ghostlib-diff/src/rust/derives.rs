//! What `#[derive]` implements.

use super::function::bind;
use super::generics::{Generics, RenderedGenerics};
use super::impls::trait_impl_path;
use super::krate::DefId;
use super::types::{Bindings, Renderer, Style, World};
use crate::Unseen;
use ghostlib_model::{ApiItem, ApiKind};

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

fn derived(world: World<'_, '_>, id: DefId, path: &str, name: &str) -> ApiItem {
    let def = world.krate.def(id);
    let generics = Generics::read(world.krate, def.site);
    let (parameter, trait_name) =
        if name == "Deserialize" { ("'de", "Deserialize<'de>") } else { ("", name) };
    let renderer = |style, bindings| Renderer::new(world, def.module, def.site.file, style, bindings);
    let mut bindings = Bindings::default();
    bind(&mut bindings, &generics, |_| true);
    let normal = bounded(RenderedGenerics::new(&renderer(Style::Normal, bindings), &generics), name).sorted();
    let declared =
        bounded(RenderedGenerics::new(&renderer(Style::AtRoot, Bindings::default()), &generics), name);
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
        place: world.krate.place(def.site),
    }
}

/// A derive asks its own trait of each type parameter.
fn bounded(mut generics: RenderedGenerics, name: &str) -> RenderedGenerics {
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
