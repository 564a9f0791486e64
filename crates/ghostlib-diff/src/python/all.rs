//! The names that a module lists in `__all__`.

use super::syntax::Piece;
use super::values::string_value;

/// Sums nested deeper than this are not read.
const MAX_DEPTH: usize = 64;

/// A list of names, in the order in which the code builds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct All<'t> {
    pub(super) parts: Vec<Part<'t>>,
    /// Whether a part is computed in a way that only a run would show.
    pub(super) is_computed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Name(String),
    Removed(String),
    /// `module.__all__`
    Of(Vec<&'t str>),
}

impl<'t> All<'t> {
    pub(super) fn of(value: Piece<'t>) -> Self {
        let mut all = Self::default();
        all.add(value);
        all
    }

    /// `__all__ += value`
    pub(super) fn add(&mut self, value: Piece<'t>) {
        self.add_at(value, 0);
    }

    fn add_at(&mut self, value: Piece<'t>, depth: usize) {
        let kind = value.node.kind();
        match kind {
            _ if depth > MAX_DEPTH => self.is_computed = true,
            "list" | "tuple" | "set" | "expression_list" => {
                value.children().into_iter().for_each(|element| self.element(element, depth + 1));
            }
            "parenthesized_expression" => {
                value.children().into_iter().for_each(|inner| self.add_at(inner, depth + 1));
            }
            "binary_operator" if value.field("operator").is_some_and(|sign| sign.source() == "+") => {
                for side in ["left", "right"] {
                    value.field(side).into_iter().for_each(|side| self.add_at(side, depth + 1));
                }
            }
            "call" => self.sorted(value, depth),
            "attribute" => self.of_module(value),
            _ => self.is_computed = true,
        }
    }

    /// `sorted(…)`, `list(…)`, `tuple(…)`: the same names.
    fn sorted(&mut self, call: Piece<'t>, depth: usize) {
        let function = call.field("function").map(Piece::source);
        let arguments = call.field("arguments").map(Piece::children).unwrap_or_default();
        match (function, &arguments[..]) {
            (Some("sorted" | "list" | "tuple"), [inner]) => self.add_at(*inner, depth + 1),
            _ => self.is_computed = true,
        }
    }

    fn of_module(&mut self, value: Piece<'t>) {
        match value.dotted() {
            Some(mut path) if path.last() == Some(&"__all__") => {
                path.pop();
                self.parts.push(Part::Of(path));
            }
            _ => self.is_computed = true,
        }
    }

    fn element(&mut self, element: Piece<'t>, depth: usize) {
        match element.node.kind() {
            "list_splat" => element.children().into_iter().for_each(|inner| self.add_at(inner, depth + 1)),
            _ => match string_value(element) {
                Some(name) => self.parts.push(Part::Name(name)),
                None => self.is_computed = true,
            },
        }
    }

    /// `__all__.method(arguments)`
    pub(super) fn call(&mut self, method: &str, arguments: &[Piece<'t>]) {
        match (method, arguments) {
            ("extend", [names]) => self.add(*names),
            ("append", [name]) => self.element(*name, 0),
            ("remove", [name]) => match string_value(*name) {
                Some(name) => self.parts.push(Part::Removed(name)),
                None => self.is_computed = true,
            },
            ("sort" | "reverse", _) => {}
            _ => self.is_computed = true,
        }
    }
}
