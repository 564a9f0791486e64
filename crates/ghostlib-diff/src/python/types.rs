//! Annotations, told in one way however they are written.

use super::language::GRAMMAR;
use super::package::{Entity, ModuleId, Package, View};
use super::raises::Bodies;
use super::reach::Reached;
use super::scope::What;
use super::std_names::std_name;
use super::strings::{Literal, decode};
use super::syntax::{Piece, named};
use super::values::{MAX_DEPTH, Names, UNKNOWN, value_text};
use std::cell::{Cell, RefCell};

/// What stands for something that a user cannot name.
const PRIVATE: &str = "_";
/// Aliases are expanded so often within one annotation.
const MAX_EXPANSIONS: usize = 64;

/// A library, and what can be reached of it.
#[derive(Clone, Copy)]
pub(super) struct World<'k, 't> {
    pub(super) package: &'k Package<'t>,
    pub(super) reached: &'k Reached<'t>,
    pub(super) bodies: &'k Bodies<'t>,
}

/// For whom something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// For comparing: type variables are numbers.
    Normal,
    /// For reading.
    Declared,
}

/// Tells what is written in one module.
pub(super) struct Renderer<'k, 't> {
    pub(super) world: World<'k, 't>,
    module: ModuleId,
    pub(super) style: Style,
    /// The type parameters of what is told, with their bounds: `[T: int]`.
    parameters: Vec<(String, String)>,
    /// The type variables in the order in which they are met, each with its bounds.
    variables: RefCell<Vec<(String, String)>>,
    n_expansions: Cell<usize>,
}

impl<'k, 't> Renderer<'k, 't> {
    pub(super) fn new(world: World<'k, 't>, module: ModuleId, style: Style) -> Self {
        let (variables, n_expansions) = (RefCell::new(vec![]), Cell::new(0));
        Self { world, module, style, parameters: vec![], variables, n_expansions }
    }

    /// Adds the type parameters of a definition, if it has any.
    pub(super) fn with_parameters(mut self, definition: Piece<'_>) -> Self {
        let list = definition.field("type_parameters").map(Piece::children).unwrap_or_default();
        for parameter in list {
            let inner = parameter.children().into_iter().next().unwrap_or(parameter);
            let parts = if inner.node.kind() == "constrained_type" { inner.children() } else { vec![inner] };
            let name = parts.first().map_or("", |name| name.source()).trim_start_matches('*');
            let bound = parts.get(1).map_or_else(String::new, |bound| self.ty(*bound));
            self.parameters.push((name.to_owned(), bound));
        }
        self
    }

    /// Counts all type parameters as met.
    pub(super) fn meet_parameters(&self) {
        for (name, bound) in &self.parameters {
            self.variable(name, bound);
        }
    }

    /// The type variables that were met, as they are declared: `[T, S: int]`.
    pub(super) fn declared_variables(&self) -> String {
        let told = self.variables.borrow();
        let told: Vec<_> = told
            .iter()
            .enumerate()
            .map(|(number, (name, bound))| {
                let name = if self.style == Style::Normal { format!("${number}") } else { name.clone() };
                if bound.is_empty() { name } else { format!("{name}: {bound}") }
            })
            .collect();
        if told.is_empty() { String::new() } else { format!("[{}]", told.join(", ")) }
    }

    /// An annotation.
    pub(super) fn ty(&self, piece: Piece<'_>) -> String {
        joined(self.members(piece, 0))
    }

    /// The value of an expression.
    pub(super) fn value(&self, piece: Piece<'_>) -> String {
        value_text(piece, self)
    }

    /// The alternatives that an annotation is a union of.
    fn members(&self, piece: Piece<'_>, depth: usize) -> Vec<String> {
        if depth > MAX_DEPTH {
            return vec![UNKNOWN.to_owned()];
        }
        let children = || piece.children();
        let only = |piece: Option<Piece<'_>>| piece.map_or(vec![], |piece| self.members(piece, depth + 1));
        match piece.node.kind() {
            "type" | "parenthesized_expression" => only(children().first().copied()),
            "none" => vec!["None".to_owned()],
            "string" => self.quoted(piece, depth),
            "binary_operator" if piece.field("operator").is_some_and(|sign| sign.source() == "|") => {
                [only(piece.field("left")), only(piece.field("right"))].concat()
            }
            "union_type" => children().into_iter().flat_map(|part| self.members(part, depth + 1)).collect(),
            "identifier" | "attribute" | "member_type" => match piece.dotted() {
                Some(dotted) => self.name(&dotted, depth),
                None => vec![piece.source().to_owned()],
            },
            "subscript" | "generic_type" => self.generic(piece, depth),
            "list" => vec![format!("[{}]", self.list(&children(), depth).join(", "))],
            "list_splat" | "splat_type" => {
                vec![format!("*{}", joined(only(children().first().copied())))]
            }
            _ => vec![self.value(piece)],
        }
    }

    fn list(&self, pieces: &[Piece<'_>], depth: usize) -> Vec<String> {
        pieces.iter().map(|piece| joined(self.members(*piece, depth + 1))).collect()
    }

    /// An annotation in a string.
    fn quoted(&self, piece: Piece<'_>, depth: usize) -> Vec<String> {
        let Some(Literal::Text(text)) = decode(piece.source()) else { return vec![UNKNOWN.to_owned()] };
        let text = format!("({text})");
        let Some(tree) = GRAMMAR.parse(&text).filter(|tree| !tree.root().has_error()) else {
            return vec![UNKNOWN.to_owned()];
        };
        let inner =
            named(tree.root()).into_iter().next().and_then(|statement| named(statement).into_iter().next());
        inner.map_or_else(Vec::new, |node| self.members(Piece { text: &text, node }, depth + 1))
    }

    fn generic(&self, piece: Piece<'_>, depth: usize) -> Vec<String> {
        let mut parts = piece.children();
        if parts.is_empty() {
            return vec![];
        }
        let head = parts.remove(0);
        // `a[b, c]` has its arguments in one node or in several, by where it stands.
        let arguments: Vec<_> = parts
            .into_iter()
            .flat_map(|part| if part.node.kind() == "type_parameter" { part.children() } else { vec![part] })
            .flat_map(|part| if part.node.kind() == "tuple" { part.children() } else { vec![part] })
            .collect();
        let head = joined(self.members(head, depth + 1));
        let first = || arguments.first().map_or(vec![], |first| self.members(*first, depth + 1));
        match head.as_str() {
            "Optional" => [first(), vec!["None".to_owned()]].concat(),
            "Union" => arguments.iter().flat_map(|part| self.members(*part, depth + 1)).collect(),
            "Annotated" | "Final" | "ClassVar" | "ReadOnly" | "Required" | "dataclasses.InitVar" => first(),
            "Literal" => {
                let mut values: Vec<_> =
                    arguments.iter().map(|value| self.value(unwrapped(*value))).collect();
                values.sort();
                values.dedup();
                vec![format!("Literal[{}]", values.join(", "))]
            }
            _ => {
                let arguments = self.list(&arguments, depth);
                let says_nothing =
                    arguments.iter().all(|argument| matches!(argument.as_str(), "Any" | "..."));
                vec![if says_nothing { head } else { format!("{head}[{}]", arguments.join(", ")) }]
            }
        }
    }

    fn name(&self, dotted: &[&str], depth: usize) -> Vec<String> {
        if let [name] = dotted
            && let Some((_, bound)) = self.parameters.iter().find(|(known, _)| known == name)
        {
            return vec![self.variable(name, bound)];
        }
        let (entity, rest) = self.world.package.resolve_dotted(self.module, dotted, View::Types);
        match entity {
            Entity::Item(module, name) if rest.is_empty() => self.item(module, name, depth),
            Entity::Item(..) | Entity::Module(_) => {
                vec![self.path(&entity, rest).unwrap_or(PRIVATE.to_owned())]
            }
            Entity::External(name) => vec![std_name(&name)],
            Entity::Unknown => vec![std_name(&dotted.join("."))],
        }
    }

    /// What is defined here, at a type's place.
    fn item(&self, module: ModuleId, name: &'t str, depth: usize) -> Vec<String> {
        let package = self.world.package;
        let scope = &package.module(module).scope;
        let path = || self.world.reached.canonical(module, name).unwrap_or(PRIVATE).to_owned();
        let Some(binding) = scope.chosen_for_types(name) else { return vec![path()] };
        let value = match &binding.what {
            What::Value { value: Some(value), .. } | What::Alias(value) => *value,
            _ => return vec![path()],
        };
        let value = package.sources.piece(binding.site.at(value));
        let renderer = Self::new(self.world, module, self.style);
        if let Some(bound) = type_variable(value, &renderer) {
            return vec![self.variable(name, &bound)];
        }
        let is_alias = is_type_expression(value) && self.may_expand();
        if !is_alias {
            return vec![path()];
        }
        renderer.n_expansions.set(self.n_expansions.get());
        renderer.variables.swap(&self.variables);
        let members = renderer.members(value, depth + 1);
        renderer.variables.swap(&self.variables);
        self.n_expansions.set(renderer.n_expansions.get());
        members
    }

    fn may_expand(&self) -> bool {
        self.n_expansions.set(self.n_expansions.get() + 1);
        self.n_expansions.get() <= MAX_EXPANSIONS
    }

    fn variable(&self, name: &str, bound: &str) -> String {
        let mut variables = self.variables.borrow_mut();
        let number = variables.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            variables.push((name.to_owned(), bound.to_owned()));
            variables.len() - 1
        });
        match self.style {
            Style::Declared => name.to_owned(),
            Style::Normal if bound.is_empty() => format!("${number}"),
            Style::Normal => format!("${number}: {bound}"),
        }
    }

    /// The public path of something; nothing where it has none.
    fn path(&self, entity: &Entity<'t>, rest: &[&str]) -> Option<String> {
        let path = match entity {
            Entity::Item(module, name) => self.world.reached.canonical(*module, name)?.to_owned(),
            Entity::Module(module) => {
                let path = &self.world.package.module(*module).path;
                path.split('.').all(|part| !part.starts_with('_')).then(|| path.clone())?
            }
            Entity::External(name) => return Some(std_name(&join(name, rest))),
            Entity::Unknown => return None,
        };
        Some(join(&path, rest))
    }

    /// Whether a decorator, defined here, says of what it makes that it looks like what it was made of.
    pub(super) fn keeps_signature(&self, decorator: &[&str]) -> bool {
        let package = self.world.package;
        let (Entity::Item(module, name), []) = package.resolve_dotted(self.module, decorator, View::Runtime)
        else {
            return false;
        };
        let binding = package.binding(module, name);
        let function = binding.filter(|binding| matches!(binding.what, What::Function(_)));
        function.is_some_and(|function| package.sources.text(function.site).contains("wraps("))
    }

    /// The path of what a name stands for when the code runs, as an exception or a base is told.
    pub(super) fn runtime_name(&self, dotted: &[&str]) -> Option<String> {
        let (entity, rest) = self.world.package.resolve_dotted(self.module, dotted, View::Runtime);
        match entity {
            Entity::Unknown => Some(std_name(&dotted.join("."))),
            entity => self.path(&entity, rest),
        }
    }
}

impl Names for Renderer<'_, '_> {
    fn told(&self, dotted: &[&str]) -> Option<String> {
        let (entity, rest) = self.world.package.resolve_dotted(self.module, dotted, View::Runtime);
        if let (Entity::Item(module, name), []) = (&entity, rest)
            && let Some(literal) = literal_of(self.world.package, *module, name)
        {
            return Some(literal);
        }
        match entity {
            Entity::Unknown if dotted[0].starts_with('_') => None,
            Entity::Unknown => Some(std_name(&dotted.join("."))),
            entity => self.path(&entity, rest),
        }
    }
}

/// For values that have to tell themselves.
struct NoNames;

impl Names for NoNames {
    fn told(&self, _: &[&str]) -> Option<String> {
        None
    }
}

/// The value of a constant that is a number or a string: whoever names it means the value.
fn literal_of(package: &Package<'_>, module: ModuleId, name: &str) -> Option<String> {
    let binding = package.module(module).scope.chosen(name)?;
    let What::Value { value: Some(value), .. } = &binding.what else { return None };
    let value = value_text(package.sources.piece(binding.site.at(*value)), &NoNames);
    (value != UNKNOWN).then_some(value)
}

/// The bounds of `TypeVar("T", …)`, if a value is that.
pub(super) fn type_variable(value: Piece<'_>, renderer: &Renderer<'_, '_>) -> Option<String> {
    let function = value.field("function").filter(|_| value.node.kind() == "call")?;
    let name = renderer.runtime_name(&function.dotted()?)?;
    if !matches!(name.as_str(), "TypeVar" | "ParamSpec" | "TypeVarTuple") {
        return None;
    }
    let arguments = value.field("arguments")?.children();
    let mut bounds = vec![];
    for argument in arguments.iter().skip(1) {
        match argument.field("name").map(Piece::source) {
            Some("bound") => bounds.extend(argument.field("value").map(|bound| renderer.ty(bound))),
            Some(_) => {}
            None => bounds.push(renderer.ty(*argument)),
        }
    }
    Some(if bounds.len() > 1 { format!("({})", bounds.join(", ")) } else { bounds.concat() })
}

/// Whether a value can be meant as a type: the right side of an alias.
pub(super) fn is_type_expression(value: Piece<'_>) -> bool {
    match value.node.kind() {
        "type" | "subscript" | "generic_type" | "union_type" | "identifier" | "attribute" | "none" => true,
        "binary_operator" => value.field("operator").is_some_and(|sign| sign.source() == "|"),
        _ => false,
    }
}

fn unwrapped(piece: Piece<'_>) -> Piece<'_> {
    match piece.node.kind() {
        "type" => piece.children().into_iter().next().unwrap_or(piece),
        _ => piece,
    }
}

fn join(path: &str, rest: &[&str]) -> String {
    let parts: Vec<&str> =
        std::iter::once(path).filter(|path| !path.is_empty()).chain(rest.iter().copied()).collect();
    parts.join(".")
}

/// Alternatives in one order, each once, `None` last.
fn joined(mut members: Vec<String>) -> String {
    members.sort_by(|a, b| (a == "None", a).cmp(&(b == "None", b)));
    members.dedup();
    members.join(" | ")
}
