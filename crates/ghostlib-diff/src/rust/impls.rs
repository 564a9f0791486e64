//! `impl` blocks and derives.

use super::constant::assigned;
use super::elision::Elision;
use super::function::{Function, Surroundings, bind};
use super::generics::{Generics, RenderedGenerics};
use super::krate::{DefId, Impl, Member};
use super::resolve::Target;
use super::source::has_token;
use super::traits::{is_function, member_type};
use super::types::{Bindings, Elided, Renderer, Style, World};
use crate::Node;
use crate::Unseen;
use ghostlib_model::{ApiAttributes, ApiItem, ApiKind};
use std::cell::Cell;
use std::collections::HashSet;

/// Traits of the standard library whose one parameter is `Self` by default.
const TAKES_OWN_TYPE: &[&str] = &[
    "PartialEq",
    "PartialOrd",
    "Sum",
    "Product",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "BitAnd",
    "BitOr",
    "BitXor",
    "Shl",
    "Shr",
    "AddAssign",
    "SubAssign",
    "MulAssign",
    "DivAssign",
    "RemAssign",
    "BitAndAssign",
    "BitOrAssign",
    "BitXorAssign",
    "ShlAssign",
    "ShrAssign",
];

/// Traits that derives implement for the compiler, and that no user can name.
const COMPILERS_OWN: &[&str] = &["StructuralPartialEq", "TrivialClone"];

/// The header of a trait's `impl`, for comparing.
struct Header<'k, 't> {
    normal: Renderer<'k, 't>,
    self_type: String,
    trait_name: String,
}

/// One `impl`, with its header read.
pub(super) struct Implementation<'k, 't> {
    pub(super) world: World<'k, 't>,
    pub(super) block: &'k Impl<'t>,
    pub(super) generics: Generics<'t>,
    pub(super) self_type: Node<'t>,
}

impl<'k, 't> Implementation<'k, 't> {
    pub(super) fn new(world: World<'k, 't>, block: &'k Impl<'t>) -> Option<Self> {
        let self_type = block.site.node.child_by_field_name("type")?;
        Some(Self { world, block, generics: Generics::read(world.krate, block.site), self_type })
    }

    pub(super) fn renderer(&self, style: Style, bindings: Bindings) -> Renderer<'k, 't> {
        Renderer::new(self.world, self.block.module, self.block.site.file, style, bindings)
    }

    /// The public items of an inherent `impl`. Where its type cannot be found, `unseen` says so.
    pub(super) fn inherent(&self, unseen: &mut Vec<Unseen>) -> Vec<ApiItem> {
        let members: Vec<_> = self.block.members.iter().filter(|member| self.is_visible(member)).collect();
        if members.is_empty() {
            return vec![];
        }
        let mut bindings = Bindings { elided: Elided::Fresh(Cell::new(0)), ..Bindings::default() };
        bind(&mut bindings, &self.generics, |_| false);
        let header = self.renderer(Style::Normal, bindings.clone());
        let normal_self = header.ty(self.self_type);
        let owner = normal_self.split('<').next().unwrap_or_default().to_owned();
        if header.saw_private.get() && self.owner().is_some() {
            return vec![];
        }
        if self.owner().is_none() && !self.world.krate.is_block {
            let place = self.world.krate.place(self.block.site);
            unseen.push(Unseen {
                what: format!("the type `{owner}` of an `impl`, which nothing here declares"),
                place,
            });
            return vec![];
        }
        bindings.elided = Elided::Nothing;
        bindings.self_type = Some(normal_self.clone());
        let generics =
            RenderedGenerics::new(&self.renderer(Style::Normal, bindings.clone()), &self.generics).sorted();
        let prefix = prefix(&generics, &normal_self);
        let surroundings = Surroundings { normal: bindings, ..self.for_callers() };
        let items =
            members.into_iter().filter_map(|member| self.item(member, &owner, &prefix, &surroundings));
        items.collect()
    }

    fn is_visible(&self, member: &Member<'t>) -> bool {
        (member.is_public || self.world.krate.is_block) && !member.attributes.is_hidden()
    }

    fn owner(&self) -> Option<DefId> {
        self.defs(self.self_type).into_iter().next()
    }

    /// What of this crate a type or a trait in the header may be, its arguments left out.
    fn defs(&self, node: Node<'t>) -> Vec<DefId> {
        let name = node.child_by_field_name("type").filter(|_| node.kind() == "generic_type").unwrap_or(node);
        let path = self.world.krate.text(self.block.site.at(name));
        let targets = self.world.krate.resolve(self.block.module, &super::imports::segments(path));
        let defs = targets.into_iter().filter_map(|target| match target {
            Target::Def(id) => Some(id),
            _ => None,
        });
        defs.collect()
    }

    fn for_callers(&self) -> Surroundings {
        let renderer = self.renderer(Style::AtRoot, Bindings::default());
        let generics = RenderedGenerics::new(&renderer, &self.generics);
        let types = generics.types.into_iter().filter(|parameter| parameter.const_type.is_none());
        Surroundings {
            normal: Bindings::default(),
            declared: Bindings { self_type: Some(renderer.ty(self.self_type)), ..Bindings::default() },
            generics: types.map(|parameter| (parameter.name, parameter.bounds.join(" + "))).collect(),
        }
    }

    fn item(
        &self,
        member: &Member<'t>,
        owner: &str,
        prefix: &str,
        surroundings: &Surroundings,
    ) -> Option<ApiItem> {
        let site = member.site;
        let name = self.world.krate.text(site.at(site.node.child_by_field_name("name")?));
        let (kind, signature, declaration, function) = if is_function(site) {
            let function = Function::read(self.world, self.block.module, site);
            let declaration = format!("pub {};", function.declared(self.world, Style::AtRoot, name));
            let parts = function.parts(self.world, surroundings);
            (ApiKind::Method, function.normal(self.world, surroundings), declaration, Some(parts))
        } else if site.node.kind() == "const_item" {
            let normal = self.renderer(Style::Normal, surroundings.normal.clone());
            let declared = self.renderer(Style::AtRoot, Bindings::default());
            let [normal, declared] =
                [&normal, &declared].map(|renderer| member_type(renderer, site) + &assigned(renderer, site));
            (ApiKind::Const, format!("const: {normal}"), format!("pub const {name}: {declared};"), None)
        } else {
            return None;
        };
        let path = format!("{owner}::{name}");
        let declaration = format!("{} {{ {declaration} }}", self.declared_head(None));
        let place = self.world.krate.place(site);
        let (signature, attributes) =
            (format!("{prefix}{signature}"), member.attributes.told(kind, self.world.krate));
        Some(ApiItem { path, kind, signature, declaration, function, attributes, place })
    }

    /// The header as a declaration has it.
    fn declared_head(&self, of_trait: Option<&str>) -> String {
        let renderer = self.renderer(Style::AtRoot, Bindings::default());
        let generics = RenderedGenerics::new(&renderer, &self.generics);
        let of_trait = of_trait.map(|name| format!("{name} for ")).unwrap_or_default();
        format!("impl{} {of_trait}{}{}", generics.angled(), renderer.ty(self.self_type), generics.clause())
    }

    /// The item that a trait's `impl` is; nothing where a user cannot name what it is about.
    pub(super) fn of_trait(&self, of_trait: Node<'t>) -> Option<ApiItem> {
        let node = self.block.site.node;
        let name = self.world.krate.text(self.block.site.at(of_trait));
        if COMPILERS_OWN.contains(&name.rsplit("::").next().unwrap_or_default()) {
            return None;
        }
        let types: Vec<_> =
            self.block.members.iter().filter(|member| self.is_told_type(member, of_trait)).collect();
        let Header { normal, self_type, trait_name } = self.normal_header(of_trait, &types);
        if normal.saw_private.get() {
            return None;
        }
        let not = if has_token(node, "!") { "!" } else { "" };
        let generics = RenderedGenerics::new(&normal, &self.generics).sorted();
        let mut bindings = normal.bindings.clone();
        (bindings.self_type, bindings.own_trait) = (Some(self_type.clone()), Some(trait_name.clone()));
        let associated = self.associated_types(&types, &normal.with(bindings));
        let signature = format!(
            "impl{} {not}{trait_name} for {self_type}{}{}",
            shown_generics(&generics),
            generics.clause(),
            if associated.is_empty() { String::new() } else { format!(" {{ {associated} }}") },
        );
        let declared = self.renderer(Style::AtRoot, Bindings::default());
        let declared_types = self.associated_types(&types, &declared);
        let head = self.declared_head(Some(&format!("{not}{}", declared.ty(of_trait))));
        let body = if declared_types.is_empty() { String::new() } else { format!(" {declared_types} ") };
        Some(ApiItem {
            path: trait_impl_path(&self_type, &format!("{not}{trait_name}")),
            kind: ApiKind::TraitImpl,
            signature,
            declaration: format!("{head} {{{body}}}"),
            function: None,
            attributes: ApiAttributes::default(),
            place: self.world.krate.place(self.block.site),
        })
    }

    fn normal_header(&self, of_trait: Node<'t>, types: &[&Member<'t>]) -> Header<'k, 't> {
        let both = [self.self_type, of_trait];
        let header = self.header_of(&both, of_trait, types);
        // Where a lifetime is elided, what looks the same need not be.
        let elides = header.normal.bindings.lifetimes.values().any(Option::is_none)
            || both
                .iter()
                .any(|node| ["&", "'_"].iter().any(|mark| header.normal.text(*node).contains(mark)));
        match without_own_type(&header.trait_name, &header.self_type).filter(|_| !elides) {
            // Without the argument, a lifetime may stand there only once.
            Some(trait_name) => Header { trait_name, ..self.header_of(&both[..1], of_trait, types) },
            None => header,
        }
    }

    /// The header, elided as if its lifetimes stood in `nodes` alone.
    fn header_of(&self, nodes: &[Node<'t>], of_trait: Node<'t>, types: &[&Member<'t>]) -> Header<'k, 't> {
        let plain = self.renderer(Style::Normal, Bindings::default());
        let elision = Elision::new(&plain, &self.generics, None, nodes, None);
        let in_types =
            |name: &str| types.iter().any(|member| self.world.krate.text(member.site).contains(name));
        let is_elided = |name: &str| elision.elidable.contains(name) && !in_types(name);
        let mut normal = self.normal_renderer(&[self.self_type, of_trait], is_elided);
        let self_type = normal.ty(self.self_type);
        normal.bindings.self_type = Some(self_type.clone());
        let trait_name = normal.ty(of_trait);
        Header { normal, self_type, trait_name }
    }

    /// Whether a member is an associated type that neither here nor in its trait is hidden.
    fn is_told_type(&self, member: &Member<'t>, of_trait: Node<'t>) -> bool {
        let name = |member: &Member<'t>| {
            let name = member.site.node.child_by_field_name("name");
            name.map(|name| self.world.krate.text(member.site.at(name)))
        };
        let declaring = self.defs(of_trait).into_iter().flat_map(|id| &self.world.krate.def(id).members);
        let mut declared = declaring.filter(|declared| name(declared) == name(member));
        member.site.node.kind() == "type_item"
            && !member.attributes.is_hidden()
            && !declared.any(|declared| declared.attributes.is_hidden())
    }

    /// Parameters are numbered by where they first stand in the type and in the trait.
    fn normal_renderer(&self, header: &[Node<'t>; 2], is_elided: impl Fn(&str) -> bool) -> Renderer<'k, 't> {
        let mut generics = Generics::read(self.world.krate, self.block.site);
        let text = header.map(|node| self.world.krate.text(self.block.site.at(node))).join(" ");
        generics.types.sort_by_key(|parameter| word_position(&text, parameter.name));
        generics.lifetimes.sort_by_key(|lifetime| word_position(&text, lifetime.name));
        let mut bindings = Bindings::default();
        bind(&mut bindings, &generics, is_elided);
        self.renderer(Style::Normal, bindings)
    }

    fn associated_types(&self, types: &[&Member<'t>], renderer: &Renderer<'k, 't>) -> String {
        let mut all: Vec<_> = types
            .iter()
            .filter_map(|member| {
                let name =
                    self.world.krate.text(member.site.at(member.site.node.child_by_field_name("name")?));
                let renderer = renderer.in_file(member.site.file);
                let generics =
                    RenderedGenerics::new(&renderer, &Generics::read(self.world.krate, member.site));
                Some(format!("type {name}{} = {};", generics.angled(), member_type(&renderer, member.site)))
            })
            .collect();
        all.sort();
        all.join(" ")
    }
}

/// What of the header a user of a method can tell: bounds, and arguments that are no plain parameters, or the same
/// one twice.
fn prefix(generics: &RenderedGenerics, normal_self: &str) -> String {
    let arguments = normal_self.split_once('<').map_or("", |(_, arguments)| arguments.trim_end_matches('>'));
    let mut met = HashSet::new();
    let is_plain = arguments.split(", ").filter(|argument| !argument.is_empty()).all(|argument| {
        let number = argument.strip_prefix(['$', '\'']);
        number.is_some_and(|number| number.parse::<u32>().is_ok()) && met.insert(argument)
    });
    let on = if is_plain { String::new() } else { format!(" for {normal_self}") };
    match (generics.bounds_anything(), is_plain) {
        (false, true) => String::new(),
        (false, false) => format!("impl{on} "),
        (true, _) => format!("impl{}{on}{} ", generics.angled(), generics.clause()),
    }
}

/// The parameters of an `impl` with their bounds; those without are told by where they stand.
pub(super) fn shown_generics(generics: &RenderedGenerics) -> String {
    let bounded = generics.lifetimes.iter().chain(&generics.types);
    let bounded = bounded.filter(|parameter| !parameter.bounds.is_empty() || parameter.const_type.is_some());
    let all: Vec<_> = bounded.map(super::generics::RenderedParameter::text).collect();
    if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
}

/// `<Type as Trait>`, without parameters that stand for anything and without lifetimes.
pub(super) fn trait_impl_path(self_type: &str, trait_name: &str) -> String {
    let (name, arguments) = self_type.split_once('<').unwrap_or((self_type, ""));
    let mut plain = arguments.trim_end_matches('>').split(", ");
    let is_plain = plain.all(|argument| {
        argument.starts_with('\'') || (argument.starts_with('$') && !argument.contains(['<', ':']))
    });
    let self_type = if is_plain { name } else { self_type };
    readable(&format!("<{self_type} as {trait_name}>"))
}

/// Lifetimes are dropped, and `$0` becomes `T`.
fn readable(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path.chars().peekable();
    while let Some(c) = rest.next() {
        let mut word = String::new();
        if matches!(c, '\'' | '$') {
            while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
        }
        match c {
            '\'' => {
                rest.next_if_eq(&',');
                rest.next_if_eq(&' ');
            }
            '$' => match word.parse::<usize>() {
                Ok(number @ 0..4) => out.push(['T', 'U', 'V', 'W'][number]),
                _ => out.extend(["T", word.as_str()]),
            },
            _ => out.push(c),
        }
    }
    out.replace("<>", "")
}

/// `PartialEq<Type>` for that type is `PartialEq`: operators take their own type where nothing else is said.
fn without_own_type(trait_name: &str, self_type: &str) -> Option<String> {
    let operator = trait_name.strip_suffix('>')?.strip_suffix(self_type)?.strip_suffix('<')?;
    TAKES_OWN_TYPE.contains(&operator).then(|| operator.to_owned())
}

fn word_position(text: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut matches = text.match_indices(name);
    let found = matches
        .find(|(at, _)| !text[..*at].ends_with(is_word) && !text[at + name.len()..].starts_with(is_word));
    found.map_or(usize::MAX, |(at, _)| at)
}
