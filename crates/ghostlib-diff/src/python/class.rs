//! Classes: what they inherit, and what is told of their heads.

use super::decorators::decorator_name;
use super::function::Surroundings;
use super::package::{Entity, ModuleId, View};
use super::scope::{Binding, Scope, What};
use super::syntax::{Piece, Site};
use super::types::{Renderer, Style, World};
use crate::Node;

/// Bases are followed to this depth.
const MAX_BASES: usize = 16;

/// A class and what its statements bind.
pub(super) struct Class<'k, 't> {
    pub(super) world: World<'k, 't>,
    pub(super) module: ModuleId,
    /// The definition.
    pub(super) site: Site<'t>,
    pub(super) scope: Scope<'t>,
    decorators: Vec<Node<'t>>,
}

/// What a class is made as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    Plain,
    /// With the name of the base that makes it one, `enum.Flag` for example.
    Enum(String),
    NamedTuple,
    TypedDict,
    Data(DataOptions),
}

/// The arguments of `@dataclass`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DataOptions {
    /// Those that are written, and whether they are true.
    written: Vec<(String, bool)>,
}

impl DataOptions {
    pub(super) fn is_on(&self, name: &str) -> bool {
        let by_default = matches!(name, "init" | "eq");
        self.written.iter().find(|(known, _)| known == name).map_or(by_default, |(_, is_on)| *is_on)
    }
}

/// One base of a class.
pub(super) struct Base<'t> {
    pub(super) name: String,
    /// Where it is defined, if here.
    pub(super) class: Option<(ModuleId, &'t str)>,
    is_public: bool,
}

impl<'k, 't> Class<'k, 't> {
    /// The class that a module binds to a name, if it is one.
    pub(super) fn find(world: World<'k, 't>, module: ModuleId, name: &str) -> Option<Self> {
        let binding = world.package.binding(module, name)?;
        Self::bound(world, module, binding, world.package.module(module).scope.bindings(name))
    }

    /// The class that stands in another one, if that binds one to a name.
    pub(super) fn inner(&self, name: &str) -> Option<Self> {
        Self::bound(self.world, self.module, self.scope.chosen(name)?, self.scope.bindings(name))
    }

    fn bound(
        world: World<'k, 't>,
        module: ModuleId,
        chosen: &Binding<'t>,
        all: &[Binding<'t>],
    ) -> Option<Self> {
        let read = |binding: &Binding<'t>| match &binding.what {
            What::Class(decorators) => Some(Self::new(world, module, binding.site, decorators.clone())),
            _ => None,
        };
        if !world.package.is_block {
            return read(chosen);
        }
        // A block may tell of a class in several pieces, of which one has the head.
        let mut pieces: Vec<_> = all.iter().filter_map(read).collect();
        let head = pieces.iter().position(|piece| !piece.is_fragment()).unwrap_or(0);
        let mut class = (head < pieces.len()).then(|| pieces.swap_remove(head))?;
        for piece in pieces {
            class.scope.merge(piece.scope);
        }
        Some(class)
    }

    fn new(world: World<'k, 't>, module: ModuleId, site: Site<'t>, decorators: Vec<Node<'t>>) -> Self {
        let body = site.node.child_by_field_name("body");
        let scope = body.map(|body| Scope::read(world.package.sources, site.at(body))).unwrap_or_default();
        Self { world, module, site, scope, decorators }
    }

    pub(super) fn surroundings(&self) -> Surroundings<'_, 't> {
        Surroundings { world: self.world, module: self.module, scope: &self.scope, class: Some(self.site) }
    }

    pub(super) fn piece(&self) -> Piece<'t> {
        self.world.package.sources.piece(self.site)
    }

    pub(super) fn renderer(&self, style: Style) -> Renderer<'k, 't> {
        Renderer::new(self.world, self.module, style).with_parameters(self.piece())
    }

    /// What stands between the parentheses behind the name.
    fn arguments(&self) -> Vec<Piece<'t>> {
        self.piece().field("superclasses").map(Piece::children).unwrap_or_default()
    }

    pub(super) fn keyword(&self, name: &str) -> Option<Piece<'t>> {
        let arguments = self.arguments().into_iter();
        let mut found = arguments.filter(|argument| argument.field("name").map(Piece::source) == Some(name));
        found.next()?.field("value")
    }

    /// Whether the head says only where its members belong: `class Table(...):`.
    pub(super) fn is_fragment(&self) -> bool {
        self.world.package.is_block
            && self.arguments().iter().any(|argument| argument.node.kind() == "ellipsis")
    }

    /// The bases that are written.
    pub(super) fn bases(&self) -> Vec<Base<'t>> {
        self.bases_told_by(&self.renderer(Style::Normal))
    }

    fn bases_told_by(&self, renderer: &Renderer<'k, 't>) -> Vec<Base<'t>> {
        let arguments = self.arguments().into_iter();
        let bases = arguments.filter(|base| !matches!(base.node.kind(), "keyword_argument" | "ellipsis"));
        bases.map(|base| self.base(base, renderer)).collect()
    }

    fn base(&self, base: Piece<'t>, renderer: &Renderer<'k, 't>) -> Base<'t> {
        let head = if base.node.kind() == "subscript" { base.field("value").unwrap_or(base) } else { base };
        let dotted = head.dotted().unwrap_or_default();
        let (entity, rest) = self.world.package.resolve_dotted(self.module, &dotted, View::Runtime);
        let class = match entity {
            Entity::Item(module, name) if rest.is_empty() => Some((module, name)),
            _ => None,
        };
        let path = class.and_then(|(module, name)| self.world.reached.canonical(module, name));
        let is_public = class.is_none() || path.is_some();
        Base { name: renderer.ty(base), class, is_public }
    }

    /// The bases that a user can name, and for each that no one can, its own.
    pub(super) fn public_bases(&self, renderer: &Renderer<'k, 't>) -> Vec<Base<'t>> {
        let mut found = vec![];
        self.gather_public(renderer, &mut found, 0);
        found
    }

    fn gather_public(&self, renderer: &Renderer<'k, 't>, found: &mut Vec<Base<'t>>, depth: usize) {
        for base in self.bases_told_by(renderer) {
            match base.class {
                Some((module, name)) if !base.is_public && depth < MAX_BASES => {
                    if let Some(class) = Class::find(self.world, module, name) {
                        class.gather_public(&class.renderer(renderer.style), found, depth + 1);
                    }
                }
                _ => found.push(base),
            }
        }
    }

    /// The bases that no user can name: what they define belongs to the class itself.
    pub(super) fn hidden_bases(&self) -> Vec<(ModuleId, &'t str)> {
        self.bases().into_iter().filter(|base| !base.is_public).filter_map(|base| base.class).collect()
    }

    pub(super) fn flavour(&self) -> Flavour {
        self.flavour_at(0)
    }

    fn flavour_at(&self, depth: usize) -> Flavour {
        if let Some(options) = self.data_options() {
            return Flavour::Data(options);
        }
        for base in self.bases() {
            let inherited = match (base.name.split('[').next().unwrap_or_default(), base.class) {
                ("NamedTuple", _) => Flavour::NamedTuple,
                ("TypedDict", _) => Flavour::TypedDict,
                (
                    name @ ("enum.Enum" | "enum.IntEnum" | "enum.StrEnum" | "enum.Flag" | "enum.IntFlag"),
                    _,
                ) => Flavour::Enum(name.to_owned()),
                (_, Some((module, name))) if depth < MAX_BASES => {
                    let class = Class::find(self.world, module, name);
                    class.map_or(Flavour::Plain, |class| class.flavour_at(depth + 1))
                }
                _ => Flavour::Plain,
            };
            // What derives from a named tuple or a data class is not made as one.
            if matches!(inherited, Flavour::Enum(_) | Flavour::TypedDict)
                || (depth == 0 && base.class.is_none() && inherited != Flavour::Plain)
            {
                return inherited;
            }
        }
        Flavour::Plain
    }

    fn data_options(&self) -> Option<DataOptions> {
        let renderer = self.renderer(Style::Normal);
        for decorator in &self.decorators {
            let inner = self.piece().at(*decorator).children().into_iter().next()?;
            if !matches!(decorator_name(inner, &renderer).as_str(), "dataclasses.dataclass" | "dataclass") {
                continue;
            }
            let arguments = inner.field("arguments").map(Piece::children).unwrap_or_default();
            let written = arguments.iter().filter_map(|argument| {
                let (name, value) = (argument.field("name")?, argument.field("value")?);
                Some((name.source().to_owned(), value.source() == "True"))
            });
            return Some(DataOptions { written: written.collect() });
        }
        None
    }

    /// The decorators that may make anything of the class.
    pub(super) fn unknown_decorators(&self) -> Vec<String> {
        let renderer = self.renderer(Style::Normal);
        let inner = self
            .decorators
            .iter()
            .filter_map(|decorator| self.piece().at(*decorator).children().into_iter().next());
        let unknown = inner.filter(|inner| {
            let name = decorator_name(*inner, &renderer);
            !matches!(
                name.rsplit('.').next().unwrap_or_default(),
                "dataclass" | "final" | "total_ordering" | "runtime_checkable" | "unique" | "deprecated"
            )
        });
        unknown.map(|inner| inner.source().to_owned()).collect()
    }

    /// A metaclass of which nothing is known, if there is one.
    pub(super) fn unknown_metaclass(&self) -> Option<String> {
        let name = self.keyword("metaclass")?;
        let told = self.renderer(Style::Normal).ty(name);
        (!matches!(told.as_str(), "abc.ABCMeta" | "ABCMeta" | "enum.EnumType")).then_some(told)
    }

    /// The head for comparing: `class[$0](Base)`.
    pub(super) fn signature(&self) -> String {
        self.head(Style::Normal, "")
    }

    /// The head as it is declared, without the colon.
    pub(super) fn declaration(&self, name: &str) -> String {
        self.head(Style::Declared, &format!(" {name}"))
    }

    fn head(&self, style: Style, name: &str) -> String {
        let renderer = self.renderer(style);
        let mut bases: Vec<String> = vec![];
        renderer.meet_parameters();
        for base in self.public_bases(&renderer) {
            let is_plain =
                matches!(base.name.split('[').next(), Some("object" | "abc.ABC" | "ABC" | "Generic"));
            if !is_plain && !bases.contains(&base.name) {
                bases.push(base.name);
            }
        }
        bases.extend(self.unknown_metaclass().map(|name| format!("metaclass={name}")));
        let variables = renderer.declared_variables();
        let bases = if bases.is_empty() { String::new() } else { format!("({})", bases.join(", ")) };
        format!("class{name}{variables}{bases}")
    }
}
