//! The exceptions that a function's body names in `raise`, and those of the library's functions that it calls.

use super::function::Surroundings;
use super::package::{Entity, ModuleId, View};
use super::scope::What;
use super::syntax::{Piece, Site, named};
use super::types::{Renderer, Style};
use crate::Node;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Functions that call each other are followed to this number.
const MAX_FUNCTIONS: usize = 32;
/// Statements nested deeper than this are not read.
const MAX_DEPTH: usize = 40;

/// The bodies that were read, by file and offset.
#[derive(Default)]
pub(super) struct Bodies<'t> {
    known: RefCell<HashMap<(usize, usize), Rc<Body<'t>>>>,
}

/// What a body raises itself, and what it calls.
#[derive(Default)]
struct Body<'t> {
    raised: Vec<Inside<String>>,
    calls: Vec<Inside<Called<'t>>>,
}

/// Something that stands inside of some `try`s.
struct Inside<T> {
    what: T,
    handlers: Vec<Rc<Handlers>>,
}

/// What the handlers of a `try` catch; everything where there is no name.
type Handlers = Vec<String>;

#[derive(Clone, Copy)]
enum Called<'t> {
    /// A method of the same class.
    Method(&'t str),
    Item(ModuleId, &'t str),
}

/// The public names of the exceptions that a function is seen to raise, sorted.
pub(super) fn raises<'t>(place: &Surroundings<'_, 't>, function: Site<'t>) -> Vec<String> {
    let mut found = BTreeSet::new();
    follow(place, function, &mut BTreeSet::new(), &mut |name| {
        found.insert(name.to_owned());
    });
    let package = place.world.package;
    if package.is_block {
        found.extend(declared(&package.sources.file(function.file).text, function));
    }
    found.into_iter().collect()
}

fn follow<'t>(
    place: &Surroundings<'_, 't>,
    function: Site<'t>,
    seen: &mut BTreeSet<(usize, usize)>,
    report: &mut dyn FnMut(&str),
) {
    if seen.len() >= MAX_FUNCTIONS || !seen.insert((function.file, function.node.start_byte())) {
        return;
    }
    let body = body(place, function);
    for Inside { what, handlers } in &body.raised {
        if !is_caught(what, handlers) {
            report(what);
        }
    }
    for Inside { what, handlers } in &body.calls {
        let mut uncaught = |name: &str| {
            if !is_caught(name, handlers) {
                report(name);
            }
        };
        match *what {
            Called::Method(name) => {
                if let Some(method) = method(place, name) {
                    follow(place, method, seen, &mut uncaught);
                }
            }
            Called::Item(module, name) => {
                let scope = &place.world.package.module(module).scope;
                let binding = scope.chosen(name).filter(|binding| matches!(binding.what, What::Function(_)));
                if let Some(binding) = binding {
                    let place = Surroundings { world: place.world, module, scope, class: None };
                    follow(&place, binding.site, seen, &mut uncaught);
                }
            }
        }
    }
}

fn method<'t>(place: &Surroundings<'_, 't>, name: &str) -> Option<Site<'t>> {
    let binding = place.class.and_then(|_| place.scope.chosen(name))?;
    matches!(binding.what, What::Function(_)).then_some(binding.site)
}

fn is_caught(name: &str, handlers: &[Rc<Handlers>]) -> bool {
    handlers.iter().any(|names| {
        names.is_empty()
            || names
                .iter()
                .any(|caught| caught == name || matches!(caught.as_str(), "Exception" | "BaseException"))
    })
}

fn body<'t>(place: &Surroundings<'_, 't>, function: Site<'t>) -> Rc<Body<'t>> {
    let key = (function.file, function.node.start_byte());
    let bodies = place.world.bodies;
    if let Some(known) = bodies.known.borrow().get(&key) {
        return Rc::clone(known);
    }
    let mut reading =
        Reading { place, renderer: place.renderer(Style::Normal), handlers: vec![], body: Body::default() };
    if let Some(block) = function.node.child_by_field_name("body") {
        reading.node(function.at(block), 0);
    }
    let body = Rc::new(reading.body);
    bodies.known.borrow_mut().insert(key, Rc::clone(&body));
    body
}

struct Reading<'s, 'k, 't> {
    place: &'s Surroundings<'k, 't>,
    renderer: Renderer<'k, 't>,
    handlers: Vec<Rc<Handlers>>,
    body: Body<'t>,
}

impl<'t> Reading<'_, '_, 't> {
    fn node(&mut self, site: Site<'t>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let piece = self.place.piece(site);
        match site.node.kind() {
            "function_definition" | "class_definition" | "lambda" => return,
            "raise_statement" => {
                let raised = piece.children().into_iter().next().filter(|_| !has_only_cause(piece));
                if let Some(what) = raised.and_then(|raised| exception(raised, &self.renderer)) {
                    self.body.raised.push(Inside { what, handlers: self.handlers.clone() });
                }
            }
            "try_statement" => return self.attempt(site, depth),
            "call" => {
                if let Some(what) = piece.field("function").and_then(|function| self.called(function)) {
                    self.body.calls.push(Inside { what, handlers: self.handlers.clone() });
                }
            }
            _ => {}
        }
        for child in named(site.node) {
            self.node(site.at(child), depth + 1);
        }
    }

    /// What a handler catches does not leave the `try`; what stands in the handler does.
    fn attempt(&mut self, site: Site<'t>, depth: usize) {
        let children = named(site.node);
        let handlers: Vec<_> = children.iter().filter(|child| child.kind().starts_with("except")).collect();
        let mut caught: Vec<Handlers> = vec![];
        for handler in &handlers {
            caught.push(handler_names(self.place.piece(site.at(**handler)), &self.renderer));
        }
        let catches_all = caught.iter().any(Vec::is_empty);
        let caught = if catches_all { vec![] } else { caught.concat() };
        for child in &children {
            let is_guarded = child.kind() == "block" && !handlers.is_empty();
            if is_guarded {
                self.handlers.push(Rc::new(caught.clone()));
            }
            self.node(site.at(*child), depth + 1);
            if is_guarded {
                self.handlers.pop();
            }
        }
    }

    fn called(&self, function: Piece<'t>) -> Option<Called<'t>> {
        let dotted = function.dotted()?;
        if let ["self" | "cls", method] = dotted[..] {
            return Some(Called::Method(method));
        }
        let package = self.place.world.package;
        match package.resolve_dotted(self.place.module, &dotted, View::Runtime) {
            (Entity::Item(module, name), []) => Some(Called::Item(module, name)),
            _ => None,
        }
    }
}

/// `raise from x` has no exception of its own.
fn has_only_cause(piece: Piece<'_>) -> bool {
    let cause = piece.field("cause");
    cause
        .is_some_and(|cause| piece.children().first().is_some_and(|first| first.node.id() == cause.node.id()))
}

/// The class of an exception that is raised, if it has a public name.
fn exception(raised: Piece<'_>, renderer: &Renderer<'_, '_>) -> Option<String> {
    let class = if raised.node.kind() == "call" { raised.field("function")? } else { raised };
    let name = renderer.runtime_name(&class.dotted()?)?;
    // A variable that holds an exception tells nothing.
    let is_class = name.rsplit('.').next()?.starts_with(|c: char| c.is_uppercase());
    is_class.then_some(name)
}

fn handler_names(handler: Piece<'_>, renderer: &Renderer<'_, '_>) -> Handlers {
    let value = handler.field("value").or_else(|| handler.children().into_iter().next());
    let mut waiting: Vec<_> = value.into_iter().filter(|value| value.node.kind() != "block").collect();
    let mut names = vec![];
    while let Some(piece) = waiting.pop() {
        match piece.node.kind() {
            "as_pattern" => waiting.extend(piece.children().into_iter().next()),
            "tuple" | "parenthesized_expression" => waiting.extend(piece.children()),
            // A name that no one can use catches what nothing else has as its name.
            _ => names
                .push(piece.dotted().and_then(|dotted| renderer.runtime_name(&dotted)).unwrap_or_default()),
        }
    }
    names
}

/// What a block says behind a function: `# raises ValueError, KeyError`.
fn declared(text: &str, function: Site<'_>) -> Vec<String> {
    // The comment may count as a part of the body.
    let body = function.node.child_by_field_name("body").and_then(|body| named(body).pop());
    let end = body.map_or(function.node.end_byte(), Node::end_byte);
    let rest = text.get(end..).unwrap_or_default();
    let names = rest.lines().next().and_then(|line| line.trim().strip_prefix("# raises "));
    names.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect()).unwrap_or_default()
}
