//! Types as text, either so that equal means equal to a user, or so that they stand in a declaration.

use super::constant;
use super::generics::Generics;
use super::imports::segments;
use super::krate::{DefId, Import, Krate, ModuleId, ROOT, Site};
use super::reach::Reached;
use super::resolve::Target;
use super::source::{child_of_kind, children, has_token};
use super::std_names;
use super::text::{append, glued};
use crate::Node;
use ghostlib_model::ApiKind;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

/// Deeper types than this are cut off.
const MAX_DEPTH: usize = 64;
const MAX_ALIASES: usize = 256;
const MAX_ALIAS_DEPTH: usize = 8;

/// A crate and what of it can be reached.
#[derive(Clone, Copy)]
pub(super) struct World<'k, 't> {
    pub(super) krate: &'k Krate<'t>,
    pub(super) reached: &'k Reached,
}

/// What types are rendered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// For comparing: parameters renamed, bounds sorted, what can be elided elided.
    Normal,
    /// For an item at the crate's root: names as they are, paths that stand for themselves.
    AtRoot,
    /// The same within a module.
    InModule,
}

/// What the names in a type stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings {
    /// Type and const parameters.
    pub(super) types: HashMap<String, String>,
    /// Lifetime parameters; elided where there is no text.
    pub(super) lifetimes: HashMap<String, Option<String>>,
    pub(super) self_type: Option<String>,
    /// The trait that is implemented; `Self::Name` is of it.
    pub(super) own_trait: Option<String>,
    /// What an elided lifetime is.
    pub(super) elided: Elided,
}

/// What to write for a lifetime that is not named.
#[derive(Clone, Debug, Default)]
pub(super) enum Elided {
    #[default]
    Nothing,
    Name(String),
    /// A new name each time, counted from here.
    Fresh(Cell<usize>),
}

/// Renders types of one place.
pub(super) struct Renderer<'k, 't> {
    pub(super) world: World<'k, 't>,
    pub(super) module: ModuleId,
    pub(super) file: usize,
    pub(super) style: Style,
    pub(super) bindings: Bindings,
    /// Set when something was named that a user cannot reach.
    pub(super) saw_private: Rc<Cell<bool>>,
    /// How many more aliases may be expanded: aliases of aliases multiply, and may go in circles.
    aliases_left: Rc<Cell<usize>>,
    alias_depth: usize,
}

impl<'k, 't> Renderer<'k, 't> {
    pub(super) fn new(
        world: World<'k, 't>,
        module: ModuleId,
        file: usize,
        style: Style,
        bindings: Bindings,
    ) -> Self {
        let (saw_private, aliases_left) = (Rc::default(), Rc::new(Cell::new(MAX_ALIASES)));
        Self { world, module, file, style, bindings, saw_private, aliases_left, alias_depth: 0 }
    }

    /// The same with other bindings.
    pub(super) fn with(&self, bindings: Bindings) -> Self {
        let (saw_private, aliases_left) = (Rc::clone(&self.saw_private), Rc::clone(&self.aliases_left));
        Self { bindings, saw_private, aliases_left, ..*self }
    }

    /// The same for what stands in another file, as what a macro makes does.
    pub(super) fn in_file(&self, file: usize) -> Self {
        Self { file, ..self.with(self.bindings.clone()) }
    }

    pub(super) fn ty(&self, node: Node<'t>) -> String {
        self.node(node, 0)
    }

    /// The bounds `A + B` of a parameter, sorted if they are for comparing.
    pub(super) fn bounds(&self, node: Node<'t>) -> Vec<String> {
        self.bounds_at(node, 0)
    }

    pub(super) fn text(&self, node: Node<'t>) -> &'t str {
        self.world.krate.text(Site { file: self.file, node })
    }

    pub(super) fn is_normal(&self) -> bool {
        self.style == Style::Normal
    }

    fn node(&self, node: Node<'t>, depth: usize) -> String {
        if depth > MAX_DEPTH {
            return "…".to_owned();
        }
        match node.kind() {
            "type_identifier" | "identifier" => self.path(&[self.text(node)], &[]),
            "scoped_type_identifier" | "scoped_identifier" => self.scoped(node, &[], depth),
            "generic_type" | "generic_type_with_turbofish" => self.generic(node, depth),
            "type_arguments" => angled(&self.arguments(node, depth)),
            "reference_type" => self.reference(node, depth),
            "lifetime" => self.lifetime(node).unwrap_or_else(|| "'_".to_owned()),
            "bounded_type" => self.bounded(node, depth),
            "tuple_type" => self.tuple(node, depth),
            "array_type" => self.array(node, depth),
            "parameters" => format!("({})", self.parameters(node, depth).join(", ")),
            "function_type" => self.function(node, depth),
            _ if node.is_leaf() => self.text(node).to_owned(),
            "string_literal" | "char_literal" => self.text(node).to_owned(),
            _ => glued(children(node).into_iter().map(|child| self.node(child, depth + 1))),
        }
    }

    fn scoped(&self, node: Node<'t>, arguments: &[String], depth: usize) -> String {
        let is_plain = !self.text(node).contains(['<', '/']);
        if is_plain {
            return self.path(&segments(self.text(node)), arguments);
        }
        let path = node.child_by_field_name("path");
        let qualifier =
            path.map(|path| self.qualified(path, depth).unwrap_or_else(|| self.node(path, depth + 1)));
        let name = node.child_by_field_name("name").map_or("", |name| self.text(name));
        format!("{}::{name}{}", qualifier.unwrap_or_default(), angled(arguments))
    }

    /// `<Type as Trait>`, for comparing the type alone where it is a parameter, or what belongs to one: the bounds say
    /// the trait.
    fn qualified(&self, node: Node<'t>, depth: usize) -> Option<String> {
        let qualified = child_of_kind(node, "qualified_type")?;
        let (ty, of) = (qualified.child_by_field_name("type")?, qualified.child_by_field_name("alias")?);
        let ty = self.node(ty, depth + 1);
        let is_told = self.is_normal() && is_projection(&ty);
        Some(if is_told { ty } else { format!("<{ty} as {}>", self.node(of, depth + 1)) })
    }

    fn generic(&self, node: Node<'t>, depth: usize) -> String {
        let arguments = node
            .child_by_field_name("type_arguments")
            .map(|arguments| self.arguments(arguments, depth + 1))
            .unwrap_or_default();
        match node.child_by_field_name("type") {
            Some(name) if name.kind() == "scoped_type_identifier" => self.scoped(name, &arguments, depth + 1),
            Some(name) => self.path(&[self.text(name)], &arguments),
            None => String::new(),
        }
    }

    /// Generic arguments; for comparing, without lifetimes that can be elided.
    fn arguments(&self, node: Node<'t>, depth: usize) -> Vec<String> {
        let mut arguments: Vec<String> = vec![];
        let mut before = "";
        for child in children(node).into_iter().filter(|child| child.is_named()) {
            match child.kind() {
                "lifetime" => arguments.extend(self.lifetime(child)),
                "type_binding" => arguments.push(self.binding(child, depth + 1)),
                // `Name: Bound`, where the name stands before it as if it were a type
                "trait_bounds" => {
                    arguments.pop();
                    arguments.push(format!("{before}: {}", self.bounds_at(child, depth + 1).join(" + ")));
                }
                _ => arguments.push(self.node(child, depth + 1)),
            }
            before = self.text(child);
        }
        arguments
    }

    /// `Name = Type`, where the name means nothing but what the trait declares.
    fn binding(&self, node: Node<'t>, depth: usize) -> String {
        let text =
            |field| node.child_by_field_name(field).map(|child| self.node(child, depth)).unwrap_or_default();
        let name = node.child_by_field_name("name").map_or("", |name| self.text(name));
        format!("{name}{} = {}", text("type_arguments"), text("type"))
    }

    fn reference(&self, node: Node<'t>, depth: usize) -> String {
        let children = children(node);
        let lifetime = match children.iter().find(|child| child.kind() == "lifetime") {
            Some(lifetime) => self.lifetime(*lifetime).filter(|name| name != "'_"),
            None => self.elided(),
        };
        let mutable = has_token(node, "mutable_specifier").then(|| "mut".to_owned());
        let target = node.child_by_field_name("type").map(|target| self.node(target, depth + 1));
        glued(["&".to_owned()].into_iter().chain(lifetime).chain(mutable).chain(target))
    }

    /// A lifetime, or nothing where it is elided.
    fn lifetime(&self, node: Node<'t>) -> Option<String> {
        let name = self.text(node);
        match self.bindings.lifetimes.get(name) {
            Some(binding) => binding.clone(),
            None if name == "'_" && self.is_normal() => self.elided(),
            None => Some(name.to_owned()),
        }
    }

    fn elided(&self) -> Option<String> {
        match &self.bindings.elided {
            Elided::Nothing => None,
            Elided::Name(name) => Some(name.clone()),
            Elided::Fresh(next) => Some(format!("'{}", next.replace(next.get() + 1))),
        }
    }

    fn bounded(&self, node: Node<'t>, depth: usize) -> String {
        let bounds = self.bounds_at(node, depth);
        let prefix =
            ["dyn ", "impl "].into_iter().find(|prefix| bounds.iter().any(|bound| bound.starts_with(prefix)));
        let Some(prefix) = prefix else { return bounds.join(" + ") };
        let mut bare: Vec<_> =
            bounds.iter().map(|bound| bound.strip_prefix(prefix).unwrap_or(bound).to_owned()).collect();
        self.sort(&mut bare);
        if prefix == "dyn " && self.is_normal() && !is_referred_to(node) {
            // It is so where nothing is said.
            bare.retain(|bound| bound != "'static");
        }
        format!("{prefix}{}", bare.join(" + "))
    }

    fn bounds_at(&self, node: Node<'t>, depth: usize) -> Vec<String> {
        if depth > MAX_DEPTH {
            return vec!["…".to_owned()];
        }
        let mut bounds = vec![];
        for child in children(node).into_iter().filter(|child| child.is_named()) {
            match child.kind() {
                "bounded_type" => bounds.extend(self.bounds_at(child, depth + 1)),
                _ => bounds.push(self.node(child, depth + 1)),
            }
        }
        self.sort(&mut bounds);
        bounds
    }

    fn sort(&self, bounds: &mut Vec<String>) {
        if self.is_normal() {
            bounds.sort();
            bounds.dedup();
        }
    }

    fn tuple(&self, node: Node<'t>, depth: usize) -> String {
        let types: Vec<_> = children(node).into_iter().filter(|child| child.is_named()).collect();
        let rendered: Vec<_> = types.iter().map(|child| self.node(*child, depth + 1)).collect();
        match (&types[..], &rendered[..]) {
            ([_], [text]) if has_token(node, ",") => format!("({text},)"),
            // Brackets around one type mean something only around a sum of bounds.
            ([only], [text]) if only.kind() != "bounded_type" => text.clone(),
            _ => format!("({})", rendered.join(", ")),
        }
    }

    /// A slice, or an array with a length, which is told as a number if it is one.
    fn array(&self, node: Node<'t>, depth: usize) -> String {
        let element = node.child_by_field_name("element").map(|element| self.node(element, depth + 1));
        let length = node.child_by_field_name("length").map(|length| {
            let number = constant::number(self.world.krate, self.module, self.file, length);
            // A parameter of that name goes before a constant.
            let is_bound = self.bindings.types.contains_key(self.text(length));
            let number = number.filter(|_| self.is_normal() && !is_bound);
            format!("; {}", number.map_or_else(|| self.node(length, depth + 1), |number| number.to_string()))
        });
        format!("[{}{}]", element.unwrap_or_default(), length.unwrap_or_default())
    }

    /// The types of parameters, without their names.
    fn parameters(&self, node: Node<'t>, depth: usize) -> Vec<String> {
        let named =
            children(node).into_iter().filter(|child| child.is_named() && child.kind() != "attribute_item");
        let types = named.map(|child| {
            child.child_by_field_name("type").filter(|_| child.kind() == "parameter").unwrap_or(child)
        });
        types.map(|ty| self.node(ty, depth + 1)).collect()
    }

    fn function(&self, node: Node<'t>, depth: usize) -> String {
        let mut out = String::new();
        for child in children(node) {
            let is_unit =
                child.kind() == "unit_type" && node.child_by_field_name("return_type") == Some(child);
            if is_unit {
                out.truncate(out.trim_end_matches("->").trim_end().len());
            } else {
                // Within `fn(&str)` an elided lifetime is another than outside.
                let inner = self.with(Bindings { elided: Elided::Nothing, ..self.bindings.clone() });
                append(&mut out, &inner.node(child, depth + 1));
            }
        }
        out
    }

    /// A path without arguments in the middle, and the arguments at its end.
    fn path(&self, path: &[&'t str], arguments: &[String]) -> String {
        let bound = match path {
            ["Self", ..] => self.bindings.self_type.as_ref(),
            [first, ..] => self.bindings.types.get(*first),
            [] => None,
        };
        if let (Some(of), Some(bound), ["Self", name]) = (&self.bindings.own_trait, bound, path)
            && !is_projection(bound)
        {
            return format!("<{bound} as {of}>::{name}{}", angled(arguments));
        }
        if let (Some(bound), [_, rest @ ..]) = (bound, path) {
            return [&[bound.as_str()], rest].concat().join("::") + &angled(arguments);
        }
        if matches!(path, ["Self", ..] | ["_"]) {
            return path.join("::") + &angled(arguments);
        }
        self.resolved(path, arguments)
    }

    fn resolved(&self, path: &[&'t str], arguments: &[String]) -> String {
        let krate = self.world.krate;
        for target in krate.resolve(self.module, path) {
            match target {
                Target::Def(id) if krate.def(id).kind == ApiKind::TypeAlias => {
                    return self.alias(id, arguments).unwrap_or_else(|| self.local(id) + &angled(arguments));
                }
                Target::Def(id) if is_type(krate.def(id).kind) => {
                    return self.local(id) + &angled(self.without_defaults(id, arguments));
                }
                Target::Outside(path) => return self.outside(&path, arguments),
                Target::Def(_) | Target::Module(_) => {}
            }
        }
        // `Type::Associated`
        if let [owner @ .., last] = path
            && let [Target::Def(id), ..] = krate.resolve(self.module, owner)[..]
            && is_type(krate.def(id).kind)
        {
            return format!("{}::{last}{}", self.local(id), angled(arguments));
        }
        if self.is_normal() {
            return std_names::unaliased(std_names::unresolved(path), arguments);
        }
        path.join("::") + &angled(arguments)
    }

    fn outside(&self, path: &[&str], arguments: &[String]) -> String {
        if self.is_normal() {
            return std_names::unaliased(std_names::normal(path), arguments);
        }
        let short = std_names::declared(path);
        let name = if self.is_taken(&short) { std_names::whole(path) } else { short };
        name + &angled(arguments)
    }

    /// Whether a name alone is that of something else, here or at the crate's root.
    fn is_taken(&self, name: &str) -> bool {
        [ROOT, self.module].into_iter().any(|module| {
            let module = self.world.krate.module(module);
            let is_imported = |import: &Import<'_>| import.is_public && import.name == Some(name);
            module.names.contains_key(name) || module.imports.iter().any(is_imported)
        })
    }

    /// An item of this crate: by its public path, or by its name if it has none.
    fn local(&self, id: DefId) -> String {
        let Some(path) = self.world.reached.canonical(id) else {
            self.saw_private.set(true);
            return self.world.krate.def(id).name.to_owned();
        };
        let stands_alone = self.is_normal() || (self.style == Style::AtRoot && !path.contains("::"));
        if stands_alone { path.to_owned() } else { format!("crate::{path}") }
    }

    /// For what stands elsewhere and belongs to a type that is named here; nothing if that goes too far.
    pub(super) fn within(&self, module: ModuleId, file: usize, bindings: Bindings) -> Option<Self> {
        self.aliases_left.set(self.aliases_left.get().checked_sub(1)?);
        let alias_depth = self.alias_depth + 1;
        (alias_depth <= MAX_ALIAS_DEPTH).then(|| Self { module, file, alias_depth, ..self.with(bindings) })
    }

    /// What an alias stands for: a user cannot tell them apart.
    fn alias(&self, id: DefId, arguments: &[String]) -> Option<String> {
        let def = self.world.krate.def(id);
        let target = def.site.node.child_by_field_name("type")?;
        let bindings = Bindings { elided: self.bindings.elided.clone(), ..Bindings::default() };
        let mut renderer = self.within(def.module, def.site.file, bindings)?;
        let generics = Generics::read(self.world.krate, def.site);
        let (lifetimes, types): (Vec<_>, Vec<_>) =
            arguments.iter().cloned().partition(|argument| argument.starts_with('\''));
        let mut lifetimes = lifetimes.into_iter();
        for parameter in &generics.lifetimes {
            renderer.bindings.lifetimes.insert(parameter.name.to_owned(), lifetimes.next());
        }
        let mut types = types.into_iter();
        for parameter in &generics.types {
            let argument = match types.next() {
                Some(argument) => argument,
                None => renderer.ty(parameter.default?),
            };
            renderer.bindings.types.insert(parameter.name.to_owned(), argument);
        }
        Some(renderer.ty(target))
    }
}

pub(super) fn angled(arguments: &[String]) -> String {
    if arguments.is_empty() { String::new() } else { format!("<{}>", arguments.join(", ")) }
}

/// Whether a type stands behind a reference, brackets or not.
fn is_referred_to(node: Node<'_>) -> bool {
    let mut parent = node.parent();
    while let Some(outer) = parent.filter(|outer| outer.kind() == "tuple_type") {
        parent = outer.parent();
    }
    parent.is_some_and(|outer| outer.kind() == "reference_type")
}

/// Whether a type is a parameter, `Self`, or a type that belongs to one: `$0`, `Self::Item`.
fn is_projection(ty: &str) -> bool {
    ty.split("::").next().is_some_and(|first| first == "Self" || first.starts_with('$'))
        && ty.chars().all(|c| c.is_alphanumeric() || matches!(c, '$' | ':' | '_'))
}

fn is_type(kind: ApiKind) -> bool {
    matches!(kind, ApiKind::Struct | ApiKind::Enum | ApiKind::Union | ApiKind::Trait | ApiKind::Const)
}
