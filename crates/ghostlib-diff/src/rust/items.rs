//! Items of modules, with what belongs to them, as they are reached by a user.

use super::attributes::Attributes;
use super::constant::assigned;
use super::fields::variant_signature;
use super::function::{Function, Surroundings, bind};
use super::generics::{Generics, RenderedGenerics};
use super::krate::{Def, DefId, Site};
use super::source::{children, has_token};
use super::types::{Bindings, Renderer, Style, World};
use ghostlib_model::{ApiItem, ApiKind};

/// One item at one of its public paths.
pub(super) struct Item<'k, 't> {
    pub(super) world: World<'k, 't>,
    id: DefId,
    pub(super) def: &'k Def<'t>,
    /// The modules of the path.
    pub(super) modules: Vec<&'k str>,
    pub(super) name: &'k str,
    pub(super) generics: Generics<'t>,
    /// For comparing.
    pub(super) normal: Renderer<'k, 't>,
    /// For declaring.
    pub(super) declared: Renderer<'k, 't>,
}

/// The item at each of its public paths; what belongs to it only at the canonical one.
pub(super) fn items(world: World<'_, '_>, id: DefId) -> Vec<ApiItem> {
    let def = world.krate.def(id);
    let paths = world.reached.paths.get(&id).map(Vec::as_slice).unwrap_or_default();
    // A variant is listed below its enum; here only where it is re-exported.
    let mut all: Vec<_> = paths.iter().map(|path| Item::new(world, id, path).item()).collect();
    if let Some(path) = paths.first() {
        let item = Item::new(world, id, path);
        match def.kind {
            ApiKind::Struct | ApiKind::Union => all.extend(item.fields()),
            ApiKind::Enum => all.extend(item.variants()),
            ApiKind::Trait => all.extend(item.trait_members()),
            _ => {}
        }
    }
    all
}

impl<'k, 't> Item<'k, 't> {
    pub(super) fn new(world: World<'k, 't>, id: DefId, path: &'k str) -> Self {
        let def = world.krate.def(id);
        let mut modules: Vec<_> = path.split("::").collect();
        let name = modules.pop().unwrap_or_default();
        let generics = Generics::read(world.krate, parameterised(def));
        let style = if modules.is_empty() { Style::AtRoot } else { Style::InModule };
        let mut bindings = Bindings::default();
        bind(&mut bindings, &generics, |_| false);
        if !matches!(def.kind, ApiKind::Trait | ApiKind::Function) {
            bindings.self_type = Some(path.to_owned());
        }
        let renderer = |style, bindings| Renderer::new(world, def.module, def.site.file, style, bindings);
        let (normal, declared) = (renderer(Style::Normal, bindings), renderer(style, Bindings::default()));
        Self { world, id, def, modules, name, generics, normal, declared }
    }

    fn item(&self) -> ApiItem {
        let path = self.path();
        let (kind, site) = (self.def.kind, self.def.site);
        let function = (kind == ApiKind::Function).then(|| Function::read(self.world, self.def.module, site));
        let signature = match &function {
            Some(function) => function.normal(self.world, &Surroundings::default()),
            None => self.signature(),
        };
        let function_parts =
            function.as_ref().map(|function| function.parts(self.world, &Surroundings::default()));
        let declaration = match (self.re_export(), &function) {
            (Some(import), _) => import,
            (None, Some(function)) => {
                format!("pub {};", function.declared(self.world, self.declared.style, self.name))
            }
            (None, None) => self.declaration(),
        };
        let (declaration, place) = (self.wrapped(&declaration), self.world.krate.place(site));
        let attributes = self.def.attributes.told(kind, self.world.krate);
        ApiItem { path, kind, signature, declaration, function: function_parts, attributes, place }
    }

    pub(super) fn path(&self) -> String {
        [&self.modules[..], &[self.name]].concat().join("::")
    }

    /// What makes an item reachable by another path than its own; modules are declared anew.
    fn re_export(&self) -> Option<String> {
        let own = self.own_path().filter(|own| self.def.kind != ApiKind::Module && *own != self.path())?;
        let name = own.rsplit("::").next().unwrap_or_default();
        let alias = if self.name == name { String::new() } else { format!(" as {}", self.name) };
        Some(format!("pub use crate::{own}{alias};"))
    }

    /// The path of the item itself; of a variant, below its enum.
    fn own_path(&self) -> Option<String> {
        if self.def.kind == ApiKind::Variant {
            return self.variant_path();
        }
        self.world.reached.canonical(self.id).map(str::to_owned)
    }

    /// An item that belongs to this one.
    pub(super) fn child(
        &self,
        name: &str,
        kind: ApiKind,
        signature: String,
        declaration: &str,
        (site, attributes): (Site<'t>, &Attributes),
    ) -> ApiItem {
        let path = format!("{}::{name}", self.path());
        let (declaration, place) = (self.wrapped(declaration), self.world.krate.place(site));
        let attributes = attributes.told(kind, self.world.krate);
        ApiItem { path, kind, signature, declaration, function: None, attributes, place }
    }

    /// Puts a declaration into its modules.
    pub(super) fn wrapped(&self, declaration: &str) -> String {
        self.modules
            .iter()
            .rev()
            .fold(declaration.to_owned(), |inner, module| format!("pub mod {module} {{ {inner} }}"))
    }

    fn signature(&self) -> String {
        let generics = RenderedGenerics::new(&self.normal, &self.generics).sorted();
        let (angled, clause) = (generics.angled(), generics.clause());
        let non_exhaustive = self.def.non_exhaustive();
        let text = match self.def.kind {
            ApiKind::Module => "mod".to_owned(),
            ApiKind::Macro => "macro".to_owned(),
            ApiKind::Struct => format!("struct{angled}{clause}{}", self.shape()),
            ApiKind::Enum => format!("enum{angled}{clause}"),
            ApiKind::Union => format!("union{angled}{clause}"),
            ApiKind::Variant => return variant_signature(self.def, &self.normal),
            ApiKind::Trait => self.trait_head(&self.normal, &generics, ""),
            ApiKind::TypeAlias => format!("type{angled} = {}{clause}", self.type_of(&self.normal)),
            ApiKind::Static if has_token(self.def.site.node, "mutable_specifier") => {
                format!("static mut: {}", self.type_of(&self.normal))
            }
            kind => {
                let value = assigned(&self.normal, self.def.site);
                format!("{}: {}{value}", keyword(kind), self.type_of(&self.normal))
            }
        };
        format!("{non_exhaustive}{text}")
    }

    fn declaration(&self) -> String {
        let generics = RenderedGenerics::new(&self.declared, &self.generics);
        let (angled, clause, name) = (generics.angled(), generics.clause(), self.name);
        match self.def.kind {
            ApiKind::Module => format!("pub mod {name} {{}}"),
            ApiKind::Macro => self.macro_arms(),
            ApiKind::Struct | ApiKind::Union => self.struct_declaration(&self.public_fields()),
            ApiKind::Enum => self.enum_declaration(&self.variant_declarations()),
            // Its enum is out of reach: there is no way to declare it.
            ApiKind::Variant => String::new(),
            ApiKind::Trait => self.trait_declaration(&self.member_declarations()),
            ApiKind::TypeAlias => {
                format!("pub type {name}{angled} = {}{clause};", self.type_of(&self.declared))
            }
            ApiKind::Static if has_token(self.def.site.node, "mutable_specifier") => {
                format!("pub static mut {name}: {};", self.type_of(&self.declared))
            }
            kind => {
                let value = assigned(&self.declared, self.def.site);
                format!("pub {} {name}: {}{value};", keyword(kind), self.type_of(&self.declared))
            }
        }
    }

    /// The patterns of a macro, with empty bodies.
    fn macro_arms(&self) -> String {
        let krate = self.world.krate;
        let rules = children(self.def.site.node).into_iter().filter(|node| node.kind() == "macro_rule");
        let patterns = rules.filter_map(|rule| rule.child_by_field_name("left"));
        let arms = patterns.map(|pattern| {
            let words: Vec<_> = krate.text(self.def.site.at(pattern)).split_whitespace().collect();
            format!("{} => {{}};", words.join(" "))
        });
        format!("macro_rules! {} {{ {} }}", self.name, arms.collect::<Vec<_>>().join(" "))
    }

    fn type_of(&self, renderer: &Renderer<'_, 't>) -> String {
        self.def.site.node.child_by_field_name("type").map(|ty| renderer.ty(ty)).unwrap_or_default()
    }
}

/// What has the parameters that an item may name: of a variant, its enum.
fn parameterised<'t>(def: &Def<'t>) -> Site<'t> {
    let owner = def.site.node.parent().and_then(crate::Node::parent);
    owner.filter(|_| def.kind == ApiKind::Variant).map_or(def.site, |owner| def.site.at(owner))
}

fn keyword(kind: ApiKind) -> &'static str {
    if kind == ApiKind::Static { "static" } else { "const" }
}
