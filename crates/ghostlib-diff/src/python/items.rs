//! The items of a library at each of their public paths.

use super::class::Class;
use super::fields::variable;
use super::function::Surroundings;
use super::members::{MemberCache, class_item, indented, is_upper, within_class};
use super::package::ModuleId;
use super::scope::{Binding, What};
use super::syntax::Piece;
use super::types::{Renderer, Style, World, type_variable};
use ghostlib_model::{ApiAttributes, ApiItem, ApiKind};

/// An item at all of its paths, the shortest first; what belongs to it only below that.
pub(super) fn items<'t>(
    world: World<'_, 't>,
    cache: &MemberCache<'t>,
    (module, name): (ModuleId, &'t str),
    paths: &[String],
) -> Vec<ApiItem> {
    let Some(binding) = world.package.binding(module, name) else { return vec![] };
    if let What::Class(_) = &binding.what {
        return class_items(world, cache, (module, name), paths);
    }
    let at = Surroundings { world, module, scope: &world.package.module(module).scope, class: None };
    paths.iter().filter_map(|path| one(&at, name, binding, path)).collect()
}

/// A module at one of its paths.
pub(super) fn module_item(world: World<'_, '_>, path: &str, id: ModuleId) -> Option<ApiItem> {
    let root = world.package.sources.root(world.package.module(id).file)?;
    let mut place = world.package.sources.place(root);
    place.end_line = place.line;
    Some(ApiItem {
        path: path.to_owned(),
        kind: ApiKind::Module,
        signature: "module".to_owned(),
        declaration: within_modules(path, "..."),
        function: None,
        attributes: ApiAttributes::default(),
        place,
    })
}

fn class_items<'t>(
    world: World<'_, 't>,
    cache: &MemberCache<'t>,
    (module, name): (ModuleId, &'t str),
    paths: &[String],
) -> Vec<ApiItem> {
    let Some(class) = Class::find(world, module, name) else { return vec![] };
    let mut items = vec![];
    if !class.is_fragment() {
        items.extend(paths.iter().map(|path| placed(class_item(&class, last(path)), path)));
    }
    if let Some(path) = paths.first() {
        let own_name = last(path);
        for (inner, mut item) in cache.own(&class) {
            item.declaration = within_class(&class, own_name, &item.declaration);
            let mut item = placed(item, path);
            item.path = format!("{path}.{inner}");
            items.push(item);
        }
    }
    items
}

fn one<'t>(at: &Surroundings<'_, 't>, name: &str, binding: &Binding<'t>, path: &str) -> Option<ApiItem> {
    let sources = at.world.package.sources;
    let own_name = last(path);
    let piece = |node| sources.piece(binding.site.at(node));
    let (kind, signature, declaration, function) = match &binding.what {
        What::Function(_) | What::Overload(_) => {
            let told = at.told(name, binding);
            // At another path it has another name.
            let declaration = told.declaration.replace(&format!("def {name}"), &format!("def {own_name}"));
            (ApiKind::Function, told.signature, declaration, Some(told.parts))
        }
        What::Alias(value) => {
            let ty = |style| at.renderer(style).ty(piece(*value));
            alias(own_name, &ty(Style::Normal), &ty(Style::Declared))
        }
        What::Value { annotation, value } => {
            let (annotation, value) = (annotation.map(piece), value.map(piece));
            let renderer = at.renderer(Style::Normal);
            if value.is_some_and(|value| type_variable(value, &renderer).is_some()) {
                return None;
            }
            if let Some(value) = value.filter(|value| is_alias(annotation, *value, &renderer)) {
                alias(own_name, &renderer.ty(value), &at.renderer(Style::Declared).ty(value))
            } else {
                let told = |style| variable(annotation, value, &at.renderer(style));
                let kind = if is_upper(name) { ApiKind::Const } else { ApiKind::Variable };
                (kind, told(Style::Normal), format!("{own_name}{}", told(Style::Declared)), None)
            }
        }
        _ => return None,
    };
    let place = sources.place(binding.site);
    let attributes = ApiAttributes::default();
    let item = ApiItem { path: path.to_owned(), kind, signature, declaration, function, attributes, place };
    Some(placed(item, path))
}

type Parts = (ApiKind, String, String, Option<ghostlib_model::FnSignature>);

fn alias(name: &str, normal: &str, declared: &str) -> Parts {
    (ApiKind::TypeAlias, normal.to_owned(), format!("type {name} = {declared}"), None)
}

/// Whether a variable gives a type another name.
fn is_alias(annotation: Option<Piece<'_>>, value: Piece<'_>, renderer: &Renderer<'_, '_>) -> bool {
    match annotation {
        Some(annotation) => renderer.ty(annotation) == "TypeAlias",
        None => is_type(value, 0),
    }
}

/// Whether an expression can only be meant as a type.
fn is_type(value: Piece<'_>, depth: usize) -> bool {
    let names_type = |piece: Piece<'_>| {
        let name = piece.dotted().and_then(|dotted| dotted.last().copied()).unwrap_or_default();
        let is_camel = name.starts_with(char::is_uppercase) && !is_upper(name);
        is_camel
            || matches!(
                name,
                "list"
                    | "dict"
                    | "tuple"
                    | "set"
                    | "frozenset"
                    | "type"
                    | "str"
                    | "int"
                    | "bytes"
                    | "float"
                    | "bool"
            )
    };
    match value.node.kind() {
        "subscript" => value.field("value").is_some_and(names_type),
        "binary_operator"
            if depth < 32 && value.field("operator").is_some_and(|sign| sign.source() == "|") =>
        {
            ["left", "right"].iter().all(|side| {
                value.field(side).is_some_and(|side| {
                    matches!(side.node.kind(), "none" | "string")
                        || names_type(side)
                        || is_type(side, depth + 1)
                })
            })
        }
        _ => false,
    }
}

/// The item with its whole path, declared in the modules of that path.
fn placed(mut item: ApiItem, path: &str) -> ApiItem {
    if let Some((modules, _)) = path.rsplit_once('.') {
        item.declaration = within_modules(modules, &item.declaration);
    }
    path.clone_into(&mut item.path);
    item
}

fn within_modules(path: &str, declaration: &str) -> String {
    let modules = path.rsplit('.');
    modules.fold(declaration.to_owned(), |inner, module| format!("with {module}:\n{}", indented(&inner)))
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
