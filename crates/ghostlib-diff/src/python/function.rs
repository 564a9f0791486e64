//! Functions and methods.

use super::decorators::{Decorations, MethodKind, decorations};
use super::package::ModuleId;
use super::parameters::{Parameter, listed, parameters};
use super::raises::raises;
use super::scope::{Binding, Scope, What};
use super::syntax::{Piece, Site, has_token};
use super::types::{Renderer, Style, World};
use ghostlib_model::{FnSignature, Passing, Receiver};

/// A function as it is told.
pub(super) struct Told {
    pub(super) signature: String,
    pub(super) declaration: String,
    pub(super) parts: FnSignature,
}

/// Where functions are defined: a module, or a class of one.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'k, 't> {
    pub(super) world: World<'k, 't>,
    pub(super) module: ModuleId,
    pub(super) scope: &'k Scope<'t>,
    /// The class, if that is where.
    pub(super) class: Option<Site<'t>>,
}

impl<'k, 't> Surroundings<'k, 't> {
    pub(super) fn renderer(&self, style: Style) -> Renderer<'k, 't> {
        let renderer = Renderer::new(self.world, self.module, style);
        match self.class {
            Some(class) => renderer.with_parameters(self.piece(class)),
            None => renderer,
        }
    }

    pub(super) fn piece(&self, site: Site<'t>) -> Piece<'t> {
        self.world.package.sources.piece(site)
    }

    pub(super) fn decorations(&self, binding: &Binding<'t>) -> Decorations {
        let (What::Function(decorators) | What::Overload(decorators)) = &binding.what else {
            return Decorations::default();
        };
        let piece = self.piece(binding.site);
        let mut decorations = decorations(decorators, piece, &self.renderer(Style::Normal));
        let name = piece.field("name").map_or("", Piece::source);
        if decorations.kind == MethodKind::Property && self.scope.has_setter(name) {
            decorations.kind = MethodKind::Attribute;
        }
        if self.class.is_some() && matches!(name, "__new__" | "__init_subclass__") {
            decorations.kind = MethodKind::Class;
        }
        decorations
    }

    /// Tells of what is bound to a name: the function, and the overloads that only tell its types.
    pub(super) fn told(&self, name: &str, binding: &Binding<'t>) -> Told {
        let overloads = self.scope.bindings(name).iter().filter(|other| {
            matches!(other.what, What::Overload(_)) && other.site.node.id() != binding.site.node.id()
        });
        let overloads: Vec<_> = overloads.collect();
        let all = |style| {
            let overloads = overloads.iter().map(move |other| self.one(name, other, style));
            overloads.chain([self.one(name, binding, style)]).collect::<Vec<_>>()
        };
        let declared: Vec<_> = all(Style::Declared);
        let n_overloads = declared.len() - 1;
        let lines = declared
            .iter()
            .enumerate()
            .map(|(n, line)| if n < n_overloads { format!("@overload\n{line}") } else { line.clone() });
        let parts = self.parts(binding);
        let raises = if parts.raises.is_empty() {
            String::new()
        } else {
            format!("  # raises {}", parts.raises.join(", "))
        };
        Told {
            signature: all(Style::Normal).join(" | "),
            declaration: lines.collect::<Vec<_>>().join("\n") + &raises,
            parts,
        }
    }

    /// One `def`.
    fn one(&self, name: &str, binding: &Binding<'t>, style: Style) -> String {
        let definition = self.piece(binding.site);
        let renderer = self.renderer(style).with_parameters(definition);
        let decorations = self.decorations(binding);
        let parameters = self.parameters(definition, &decorations, &renderer);
        let output = self.output(definition, &decorations, &renderer);
        let is_async = has_token(definition.node, "async") && !decorations.is_context_manager;
        let list = listed(&parameters, style);
        let arrow = if output.is_empty() { String::new() } else { format!(" -> {output}") };
        let keyword = if is_async { "async def" } else { "def" };
        let (is_static, is_abstract) = (self.is_static(&decorations), decorations.is_abstract);
        if style == Style::Normal {
            let words = [(is_abstract, "abstract "), (is_static, "static ")];
            let words: String = words.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| *word).collect();
            return format!("{words}{keyword}({list}){arrow}");
        }
        let receiver = if self.class.is_some() && !is_static { "self" } else { "" };
        let comma = if receiver.is_empty() || list.is_empty() { "" } else { ", " };
        let lines = [(is_static, "@staticmethod\n"), (is_abstract, "@abstractmethod\n")];
        let lines: String = lines.iter().filter(|(is_so, _)| *is_so).map(|(_, line)| *line).collect();
        let variables = renderer.declared_variables();
        format!("{lines}{keyword} {name}{variables}({receiver}{comma}{list}){arrow}: ...")
    }

    /// The parameters that a caller passes.
    pub(super) fn parameters(
        &self,
        definition: Piece<'t>,
        decorations: &Decorations,
        renderer: &Renderer<'_, '_>,
    ) -> Vec<Parameter> {
        let list = definition.field("parameters");
        let mut parameters = list.map_or_else(Vec::new, |list| parameters(list, renderer));
        let takes_first = self.class.is_some() && decorations.kind != MethodKind::Static;
        let is_first = |first: &Parameter| matches!(first.passing, Passing::Either | Passing::Positional);
        if takes_first && parameters.first().is_some_and(is_first) {
            parameters.remove(0);
        }
        parameters
    }

    /// What a call answers; empty where that is not written, and for a constructor.
    pub(super) fn output(
        &self,
        definition: Piece<'t>,
        decorations: &Decorations,
        renderer: &Renderer<'_, '_>,
    ) -> String {
        let name = definition.field("name").map_or("", Piece::source);
        if self.class.is_some() && matches!(name, "__init__" | "__new__") {
            return String::new();
        }
        let output = definition.field("return_type").map_or_else(String::new, |ty| renderer.ty(ty));
        if !decorations.is_context_manager {
            return output;
        }
        let is_async = has_token(definition.node, "async");
        let manager = if is_async { "AbstractAsyncContextManager" } else { "AbstractContextManager" };
        let yielded = output.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']'));
        let yielded = yielded.map(|inner| inner.strip_suffix(", None, None").unwrap_or(inner));
        let yielded = yielded.map(|inner| inner.strip_suffix(", None").unwrap_or(inner));
        yielded.map_or_else(|| manager.to_owned(), |inner| format!("{manager}[{inner}]"))
    }

    fn parts(&self, binding: &Binding<'t>) -> FnSignature {
        let definition = self.piece(binding.site);
        let renderer = self.renderer(Style::Declared).with_parameters(definition);
        let decorations = self.decorations(binding);
        let parameters = self.parameters(definition, &decorations, &renderer);
        let takes_self = self.class.is_some() && decorations.kind == MethodKind::Instance;
        FnSignature {
            receiver: takes_self.then_some(Receiver::Ref),
            params: parameters.into_iter().map(Parameter::into_param).collect(),
            output: self.output(definition, &decorations, &renderer),
            generics: vec![],
            is_unsafe: false,
            is_async: has_token(definition.node, "async") && !decorations.is_context_manager,
            raises: raises(self, binding.site),
        }
    }

    fn is_static(&self, decorations: &Decorations) -> bool {
        self.class.is_some() && matches!(decorations.kind, MethodKind::Static | MethodKind::Class)
    }
}
