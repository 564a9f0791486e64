//! What decorators make of a function.

use super::syntax::Piece;
use super::types::Renderer;
use crate::Node;

/// What the decorators of a function say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decorations {
    pub(super) kind: MethodKind,
    pub(super) is_abstract: bool,
    /// Whether `with` enters its result.
    pub(super) is_context_manager: bool,
    /// Decorators that may make anything of it.
    pub(super) unknown: Vec<String>,
}

/// What a method takes before a caller's arguments, or that it is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MethodKind {
    #[default]
    Instance,
    Class,
    Static,
    /// A property that can be read.
    Property,
    /// A property that can be read and set.
    Attribute,
}

/// Reads decorators, in the text that `module` stands in.
pub(super) fn decorations(
    decorators: &[Node<'_>],
    module: Piece<'_>,
    renderer: &Renderer<'_, '_>,
) -> Decorations {
    let mut all = Decorations::default();
    for decorator in decorators {
        // The node's lifetime is that of the file, and so is the piece's.
        let Some(inner) = Piece { text: module.text, node: *decorator }.children().into_iter().next() else {
            continue;
        };
        let name = decorator_name(inner, renderer);
        match name.rsplit('.').next().unwrap_or_default() {
            "staticmethod" => all.kind = MethodKind::Static,
            "classmethod" => all.kind = MethodKind::Class,
            "property" => all.kind = MethodKind::Property,
            "abstractproperty" => (all.kind, all.is_abstract) = (MethodKind::Property, true),
            "cached_property" => all.kind = MethodKind::Attribute,
            "abstractmethod" => all.is_abstract = true,
            "contextmanager" | "asynccontextmanager" => all.is_context_manager = true,
            "overload" | "override" | "final" | "wraps" | "lru_cache" | "cache" | "no_type_check"
            | "deprecated" | "singledispatch" | "total_ordering" | "runtime_checkable" | "unique" => {}
            _ if renderer.keeps_signature(&decorator_path(inner)) => {}
            _ => all.unknown.push(inner.source().to_owned()),
        }
    }
    all
}

/// The name of a decorator, or of the function that makes it; empty where it is neither.
pub(super) fn decorator_name(decorator: Piece<'_>, renderer: &Renderer<'_, '_>) -> String {
    renderer.runtime_name(&decorator_path(decorator)).unwrap_or_default()
}

fn decorator_path(decorator: Piece<'_>) -> Vec<&str> {
    let is_call = decorator.node.kind() == "call";
    let function = if is_call { decorator.field("function") } else { Some(decorator) };
    function.and_then(Piece::dotted).unwrap_or_default()
}
