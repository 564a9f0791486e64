//! Items of modules, with what belongs to them.

use super::types::Scope;
use super::{Told, World, kind_of};
use crate::oracle::values;
use ghostlib_model::ApiKind;
use rustdoc_types::{
    Attribute, GenericParamDef, Generics, Id, Item, ItemEnum, StructKind, Trait, Type, Variant, VariantKind,
};

impl<'k> World<'k> {
    /// The item at each of its paths; what belongs to it only at the first.
    pub(super) fn items(self, id: Id, paths: &'k [String]) -> Vec<Told> {
        let Some(item) = self.item(id) else { return vec![] };
        let Some(kind) = kind_of(&item.inner) else { return vec![] };
        let scope = self.scope_of(item);
        let signature = non_exhaustive(item) + &scope.signature(item);
        let told = |path: &String| Told { path: path.clone(), kind, signature: signature.clone() };
        let mut all: Vec<_> = paths.iter().map(told).collect();
        if let Some(path) = paths.first() {
            all.extend(scope.children(item).into_iter().map(|(name, kind, signature)| Told {
                path: format!("{path}::{name}"),
                kind,
                signature,
            }));
        }
        all
    }

    /// What has the parameters that an item may name: of a variant, its enum.
    fn parameterised(self, item: &'k Item) -> &'k Item {
        let is_owner = |owner: &&Item| match &owner.inner {
            ItemEnum::Enum(of) => of.variants.contains(&item.id),
            _ => false,
        };
        match item.inner {
            ItemEnum::Variant(_) => self.krate.index.values().find(is_owner).unwrap_or(item),
            _ => item,
        }
    }

    /// The names that an item's own parameters have.
    fn scope_of(self, item: &'k Item) -> Scope<'k> {
        let mut scope = Scope::new(self);
        if let Some(generics) = generics_of(&self.parameterised(item).inner) {
            let params: Vec<&GenericParamDef> = generics.params.iter().collect();
            scope.bind(&params, |_| false);
        }
        if let (false, Some(path)) = (matches!(item.inner, ItemEnum::Trait(_)), self.canonical(item.id)) {
            scope.types.insert("Self", path.to_owned());
        }
        scope
    }
}

pub(super) fn generics_of(inner: &ItemEnum) -> Option<&Generics> {
    match inner {
        ItemEnum::Struct(of) => Some(&of.generics),
        ItemEnum::Enum(of) => Some(&of.generics),
        ItemEnum::Union(of) => Some(&of.generics),
        ItemEnum::Trait(of) => Some(&of.generics),
        ItemEnum::TypeAlias(of) => Some(&of.generics),
        _ => None,
    }
}

impl<'k> Scope<'k> {
    fn signature(&self, item: &'k Item) -> String {
        let generics = generics_of(&item.inner).map(|generics| self.generics(generics)).unwrap_or_default();
        let (angled, clause) = (generics.angled(|_| true), generics.clause());
        match &item.inner {
            ItemEnum::Module(_) => "mod".to_owned(),
            ItemEnum::Macro(_) => "macro".to_owned(),
            ItemEnum::Struct(of) => format!("struct{angled}{clause}{}", shape(&of.kind)),
            ItemEnum::Enum(_) => format!("enum{angled}{clause}"),
            ItemEnum::Union(_) => format!("union{angled}{clause}"),
            ItemEnum::Variant(of) => self.variant_text(of),
            ItemEnum::Function(function) => Self::new(self.world).function(function),
            ItemEnum::Trait(of) => self.trait_head(of, &angled, &generics.predicates()),
            ItemEnum::TypeAlias(of) => format!("type{angled} = {}{clause}", self.ty(&of.type_)),
            ItemEnum::Constant { type_, const_ } => {
                let value = const_.value.as_deref().or(Some(&const_.expr));
                format!("const: {}{}", self.ty(type_), values::assigned(value))
            }
            ItemEnum::Static(of) if of.is_mutable => format!("static mut: {}", self.ty(&of.type_)),
            ItemEnum::Static(of) => {
                format!("static: {}{}", self.ty(&of.type_), values::assigned(Some(&of.expr)))
            }
            _ => String::new(),
        }
    }

    fn trait_head(&self, of: &'k Trait, angled: &str, predicates: &[String]) -> String {
        let is_unsafe = if of.is_unsafe { "unsafe " } else { "" };
        let (about_self, others): (Vec<_>, Vec<_>) =
            predicates.iter().partition(|predicate| predicate.starts_with("Self: "));
        let mut bounds = self.bounds(&of.bounds);
        bounds.extend(about_self.iter().flat_map(|predicate| predicate[6..].split(" + ")).map(str::to_owned));
        bounds.sort();
        bounds.dedup();
        let bounds = if bounds.is_empty() { String::new() } else { format!(": {}", bounds.join(" + ")) };
        let others: Vec<_> = others.into_iter().map(String::as_str).collect();
        let clause = if others.is_empty() { String::new() } else { format!(" where {}", others.join(", ")) };
        format!("{is_unsafe}trait{angled}{bounds}{clause}")
    }

    /// What belongs to an item: names, kinds and signatures.
    fn children(&self, item: &'k Item) -> Vec<(String, ApiKind, String)> {
        match &item.inner {
            ItemEnum::Struct(of) => match &of.kind {
                StructKind::Unit => vec![],
                StructKind::Tuple(fields) => {
                    fields.iter().flatten().filter_map(|id| self.field(*id)).collect()
                }
                StructKind::Plain { fields, .. } => fields.iter().filter_map(|id| self.field(*id)).collect(),
            },
            ItemEnum::Union(of) => of.fields.iter().filter_map(|id| self.field(*id)).collect(),
            ItemEnum::Enum(of) => {
                self.world.all(&of.variants).filter_map(|item| self.variant(item)).collect()
            }
            ItemEnum::Trait(of) => self.world.all(&of.items).filter_map(|item| self.member(item)).collect(),
            _ => vec![],
        }
    }

    fn field(&self, id: Id) -> Option<(String, ApiKind, String)> {
        let item = self.world.item(id)?;
        let ItemEnum::StructField(ty) = &item.inner else { return None };
        Some((item.name.clone()?, ApiKind::Field, format!("field: {}", self.ty(ty))))
    }

    fn variant(&self, item: &'k Item) -> Option<(String, ApiKind, String)> {
        let ItemEnum::Variant(of) = &item.inner else { return None };
        Some((item.name.clone()?, ApiKind::Variant, non_exhaustive(item) + &self.variant_text(of)))
    }

    fn variant_text(&self, of: &'k Variant) -> String {
        let value = of.discriminant.as_ref().map(|discriminant| discriminant.value.as_str());
        format!("variant{}{}", self.variant_fields(&of.kind), values::assigned(value))
    }

    fn variant_fields(&self, kind: &'k VariantKind) -> String {
        let field = |id: &Id| match &self.world.item(*id)?.inner {
            ItemEnum::StructField(ty) => Some((self.world.item(*id)?.name.clone()?, self.ty(ty))),
            _ => None,
        };
        match kind {
            VariantKind::Plain => String::new(),
            VariantKind::Tuple(fields) => {
                let types: Vec<_> = fields.iter().flatten().filter_map(field).map(|(_, ty)| ty).collect();
                format!("({})", types.join(", "))
            }
            VariantKind::Struct { fields, .. } => {
                let fields: Vec<_> =
                    fields.iter().filter_map(field).map(|(name, ty)| format!("{name}: {ty}")).collect();
                format!(" {{ {} }}", fields.join(", "))
            }
        }
    }

    fn member(&self, item: &'k Item) -> Option<(String, ApiKind, String)> {
        let (kind, signature) = match &item.inner {
            ItemEnum::Function(function) => {
                let provided = if function.has_body { " { .. }" } else { "" };
                (ApiKind::Method, self.function(function) + provided)
            }
            ItemEnum::AssocConst { type_, value } => {
                (ApiKind::Const, format!("const: {}{}", self.ty(type_), values::assigned(value.as_deref())))
            }
            ItemEnum::AssocType { generics, bounds, type_ } => {
                let mut scope = self.clone();
                scope.bind(&generics.params.iter().collect::<Vec<_>>(), |_| false);
                (ApiKind::TypeAlias, scope.associated_type(generics, &scope.bounds(bounds), type_.as_ref()))
            }
            _ => return None,
        };
        Some((item.name.clone()?, kind, signature))
    }

    fn associated_type(
        &self,
        generics: &'k Generics,
        bounds: &[String],
        default: Option<&'k Type>,
    ) -> String {
        let generics = self.generics(generics);
        let bounds = if bounds.is_empty() { String::new() } else { format!(": {}", bounds.join(" + ")) };
        let default = default.map(|ty| format!(" = {}", self.ty(ty))).unwrap_or_default();
        format!("type{}{bounds}{default}{}", generics.angled(|_| true), generics.clause())
    }
}

/// What a struct's fields allow a user to do, beyond the public ones themselves.
fn shape(kind: &StructKind) -> &'static str {
    match kind {
        StructKind::Unit => "",
        StructKind::Tuple(fields) if fields.iter().all(Option::is_some) => " ()",
        StructKind::Plain { has_stripped_fields: false, .. } => " {}",
        _ => " { .. }",
    }
}

fn non_exhaustive(item: &Item) -> String {
    let is_marked = item.attrs.contains(&Attribute::NonExhaustive);
    if is_marked { "#[non_exhaustive] ".to_owned() } else { String::new() }
}
