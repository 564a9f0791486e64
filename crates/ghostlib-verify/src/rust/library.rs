//! What a library's API says of its own types.

use super::signature::{Declared, implementation, type_behind, type_of};
use crate::operation::TypeName;
use ghostlib_model::{ApiItem, ApiKind};
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use syn::{GenericParam, ItemImpl, Type};

/// A library, by what its API says.
pub(super) struct Library<'a> {
    pub(super) items: &'a [ApiItem],
    types: HashMap<&'a str, Own<'a>>,
    /// The paths of its traits.
    traits: HashSet<&'a str>,
    pub(super) impls: Vec<Implementation<'a>>,
}

/// A struct, enum or union of the library.
pub(super) struct Own<'a> {
    pub(super) item: &'a ApiItem,
    pub(super) declared: Declared,
    /// Its public fields by name, or its variants.
    pub(super) parts: Vec<&'a ApiItem>,
}

/// An implementation of a trait.
pub(super) struct Implementation<'a> {
    pub(super) item: &'a ApiItem,
    pub(super) header: ItemImpl,
    /// The path of the trait, without its arguments.
    pub(super) of_trait: String,
    /// The path of the type, if it is one of the library.
    pub(super) owner: Option<&'a str>,
}

impl<'a> Library<'a> {
    pub(super) fn of(items: &'a [ApiItem]) -> Self {
        let is_type = |kind| matches!(kind, ApiKind::Struct | ApiKind::Enum | ApiKind::Union);
        let mut types = HashMap::new();
        for item in items.iter().filter(|item| is_type(item.kind)) {
            let Some(declared) = Declared::parse(&item.signature) else { continue };
            types.insert(item.path.as_str(), Own { item, declared, parts: vec![] });
        }
        for item in items.iter().filter(|item| matches!(item.kind, ApiKind::Field | ApiKind::Variant)) {
            let owner = item.path.rsplit_once("::").and_then(|(owner, _)| types.get_mut(owner));
            if let Some(owner) = owner {
                owner.parts.push(item);
            }
        }
        let traits = items.iter().filter(|item| item.kind == ApiKind::Trait);
        let traits = traits.map(|item| item.path.as_str()).collect();
        let mut library = Self { items, types, traits, impls: vec![] };
        let impls = items.iter().filter(|item| item.kind == ApiKind::TraitImpl);
        library.impls = impls.filter_map(|item| library.implementation(item)).collect();
        library
    }

    fn implementation(&self, item: &'a ApiItem) -> Option<Implementation<'a>> {
        let header = implementation(&item.signature)?;
        let (path, _) = header.trait_.as_ref()?;
        let of_trait = plain_path(path);
        let owner = path_of(&header.self_ty).and_then(|path| self.types.get(path.as_str()));
        Some(Implementation { item, of_trait, owner: owner.map(|own| own.item.path.as_str()), header })
    }

    /// The types, sorted by path.
    pub(super) fn types(&self) -> Vec<&Own<'a>> {
        let mut types: Vec<_> = self.types.values().collect();
        types.sort_by_key(|own| &own.item.path);
        types
    }

    pub(super) fn own(&self, path: &str) -> Option<&Own<'a>> {
        self.types.get(path)
    }

    pub(super) fn own_type(&self, ty: &Type) -> Option<&Own<'a>> {
        path_of(ty).and_then(|path| self.own(&path))
    }

    pub(super) fn has_trait(&self, path: &str) -> bool {
        self.traits.contains(path)
    }

    /// Whether a path stands for something of the library that can be named.
    pub(super) fn names(&self, path: &str) -> bool {
        self.types.contains_key(path)
            || self.has_trait(path)
            || self.items.iter().any(|item| item.kind == ApiKind::TypeAlias && item.path == path)
    }

    /// The implementations of a trait, by its path without arguments, for one of the types.
    pub(super) fn impls_for<'l>(
        &'l self,
        owner: &'l str,
        of_trait: &'l str,
    ) -> impl Iterator<Item = &'l Implementation<'a>> {
        let is_it = move |one: &&Implementation<'a>| one.owner == Some(owner) && one.of_trait == of_trait;
        self.impls.iter().filter(is_it)
    }

    pub(super) fn implements(&self, owner: &str, of_trait: &str) -> bool {
        self.impls_for(owner, of_trait).next().is_some()
    }
}

impl Own<'_> {
    pub(super) fn path(&self) -> &str {
        &self.item.path
    }

    /// Its name without modules.
    pub(super) fn name(&self) -> &str {
        self.path().rsplit("::").next().unwrap_or_default()
    }

    pub(super) fn n_lifetimes(&self) -> usize {
        let params = self.declared.generics.params.iter();
        params.filter(|param| matches!(param, GenericParam::Lifetime(_))).count()
    }

    /// Whether it is an enum whose variants are known, and all there are.
    pub(super) fn is_enum(&self) -> bool {
        self.item.kind == ApiKind::Enum && !self.parts.is_empty()
    }

    /// Whether it is an enum of names alone.
    pub(super) fn is_choice(&self) -> bool {
        let is_bare = |part: &&ApiItem| Variant::of(part).is_some_and(|variant| variant.fields.is_empty());
        self.is_enum() && self.parts.iter().all(is_bare)
    }

    /// Whether all of it is public, so that a user can make one.
    pub(super) fn is_open(&self) -> bool {
        let rest: String = self.declared.rest.split_whitespace().collect();
        self.item.kind == ApiKind::Struct
            && !self.declared.is_non_exhaustive
            && !rest.contains("..")
            && (rest.is_empty() || !self.parts.is_empty())
    }

    /// Whether the fields have numbers in place of names.
    pub(super) fn is_tuple(&self) -> bool {
        self.declared.rest.trim_start().starts_with('(')
    }
}

/// A variant of an enum.
pub(super) struct Variant<'a> {
    pub(super) name: &'a str,
    /// Names and types; numbers for names in a tuple.
    pub(super) fields: Vec<(String, Type)>,
    pub(super) is_tuple: bool,
}

impl<'a> Variant<'a> {
    pub(super) fn of(item: &'a ApiItem) -> Option<Self> {
        let name = item.path.rsplit("::").next()?;
        let behind = item.signature.split_once("variant")?.1.trim();
        let behind = behind.split(" = ").next().unwrap_or(behind).trim();
        if let Some(inner) = behind.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            let Some(Type::Tuple(tuple)) = type_of(&format!("({inner},)").replace(",,", ",")) else {
                return None;
            };
            let fields = tuple.elems.into_iter().enumerate().map(|(at, ty)| (at.to_string(), ty));
            return Some(Self { name, fields: fields.collect(), is_tuple: true });
        }
        let inner = behind.trim_start_matches('{').trim_end_matches('}').trim();
        let item: syn::ItemStruct =
            syn::parse_str(&super::signature::readable(&format!("struct X {{ {inner} }}"))).ok()?;
        let named = item.fields.into_iter().filter_map(|field| Some((field.ident?.to_string(), field.ty)));
        Some(Self { name, fields: named.collect(), is_tuple: false })
    }
}

/// The type of a field or a constant.
pub(super) fn value_type(item: &ApiItem) -> Option<Type> {
    type_behind(&item.signature)
}

/// The path of a type without arguments: `map::Iter` of `map::Iter<'a, K>`.
pub(super) fn path_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) if path.qself.is_none() => Some(plain_path(&path.path)),
        Type::Paren(inner) => path_of(&inner.elem),
        Type::Group(inner) => path_of(&inner.elem),
        _ => None,
    }
}

/// The names of a path without arguments, from the library's root on.
pub(super) fn plain_path(path: &syn::Path) -> String {
    let n_outer = usize::from(path.leading_colon.is_some() && path.segments[0].ident == "subject");
    let names: Vec<String> =
        path.segments.iter().skip(n_outer).map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}

/// The name of a type as people write it: `Slab<i64>`.
pub(super) fn type_name(ty: &Type) -> TypeName {
    let text = source(ty);
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_'".contains(c));
    let mut name = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' if !(is_word(name.chars().last()) && is_word(chars.peek().copied())) => {}
            ',' => name.push_str(", "),
            c => name.push(c),
        }
    }
    TypeName(name.replace("::subject::", "").replace("'static, ", "").replace("<'static>", ""))
}

/// Syntax as source.
pub(super) fn source(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
