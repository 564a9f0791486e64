//! What `impl` blocks and derives give.

use super::function::{bounds, unbounded};
use super::generics::Rendered;
use super::types::Scope;
use super::{Told, World};
use crate::oracle::values;
use ghostlib_model::ApiKind;
use rustdoc_types::{GenericParamDef, GenericParamDefKind, Impl, ItemEnum, Path, Type};

/// Traits that derives implement for the compiler, and that no user can name.
const COMPILERS_OWN: &[&str] = &["StructuralPartialEq"];

impl<'k> World<'k> {
    /// The items of inherent `impl`s, and each implementation of a trait that somebody wrote or derived.
    pub(super) fn impls(self) -> Vec<Told> {
        let local = self.krate.index.values().filter(|item| item.crate_id == 0);
        let impls = local.filter_map(|item| match &item.inner {
            ItemEnum::Impl(of) if !of.is_synthetic && of.blanket_impl.is_none() => Some(of),
            _ => None,
        });
        let mut told = vec![];
        for of in impls {
            match &of.trait_ {
                Some(of_trait) => told.extend(self.of_trait(of, of_trait)),
                None => told.extend(self.inherent(of)),
            }
        }
        told
    }

    fn inherent(self, of: &'k Impl) -> Vec<Told> {
        let owner = match &of.for_ {
            Type::ResolvedPath(path) => self.canonical(path.id),
            _ => None,
        };
        let Some(owner) = owner else { return vec![] };
        let mut scope = Scope::new(self);
        let params: Vec<&GenericParamDef> = of.generics.params.iter().collect();
        scope.bind(&params, |_| false);
        let self_type = scope.with_fresh_lifetimes(&of.for_);
        scope.types.insert("Self", self_type.clone());
        let prefix = prefix(&scope.generics(&of.generics), &self_type);
        let items = self.all(&of.items).filter_map(|item| {
            let (kind, signature) = match &item.inner {
                ItemEnum::Function(function) => (ApiKind::Method, scope.function(function)),
                ItemEnum::AssocConst { type_, value } => {
                    let value = values::assigned(value.as_deref());
                    (ApiKind::Const, format!("const: {}{value}", scope.ty(type_)))
                }
                _ => return None,
            };
            let path = format!("{owner}::{}", item.name.as_deref()?);
            Some(Told { path, kind, signature: format!("{prefix}{signature}") })
        });
        items.collect()
    }

    /// Whether a user can reach the type, if it is one of this crate.
    fn can_be_named(self, of: &Impl) -> bool {
        match &of.for_ {
            Type::ResolvedPath(path) => {
                self.canonical(path.id).is_some()
                    || self.krate.paths.get(&path.id).is_some_and(|summary| summary.crate_id != 0)
            }
            _ => true,
        }
    }

    fn of_trait(self, of: &'k Impl, of_trait: &'k Path) -> Option<Told> {
        if COMPILERS_OWN.contains(&of_trait.path.rsplit("::").next()?) || !self.can_be_named(of) {
            return None;
        }
        let types: Vec<_> =
            self.all(&of.items).filter(|item| matches!(item.inner, ItemEnum::AssocType { .. })).collect();
        let plain = Scope::new(self);
        let header = plain.met_in(|scope| drop((scope.ty(&of.for_), scope.path(of_trait))));
        let in_types = plain.met_in(|scope| types.iter().for_each(|item| drop(scope.assigned(item, ""))));
        let in_bounds = bounds(&plain, &of.generics);
        let elided: Vec<_> = unbounded(&of.generics)
            .filter(|name| {
                let n_times = header.iter().filter(|met| met.name.as_ref() == Some(name)).count();
                let is_pinned = header.iter().any(|met| met.in_function && met.name.as_ref() == Some(name));
                let elsewhere = in_types.iter().chain(&in_bounds).any(|met| met.name.as_ref() == Some(name));
                n_times == 1 && !is_pinned && !elsewhere
            })
            .collect();
        let mut scope = plain.clone();
        scope.bind(&self.by_position(of, of_trait), |name| elided.iter().any(|elided| elided == name));
        let (self_type, trait_name) = (scope.ty(&of.for_), scope.path(of_trait));
        scope.types.insert("Self", self_type.clone());
        let generics = scope.generics(&of.generics);
        let mut types: Vec<_> = types.iter().filter_map(|item| scope.assigned(item, "type ")).collect();
        types.sort();
        let types = if types.is_empty() { String::new() } else { format!(" {{ {} }}", types.join(" ")) };
        let not = if of.is_negative { "!" } else { "" };
        let angled =
            generics.angled(|parameter| !parameter.bounds.is_empty() || parameter.const_type.is_some());
        let clause = generics.clause();
        Some(Told {
            path: path(&self_type, &format!("{not}{trait_name}")),
            kind: ApiKind::TraitImpl,
            signature: format!("impl{angled} {not}{trait_name} for {self_type}{clause}{types}"),
        })
    }

    /// The parameters in the order in which the type and the trait name them.
    fn by_position(self, of: &'k Impl, of_trait: &'k Path) -> Vec<&'k GenericParamDef> {
        let mut scope = Scope::new(self);
        for param in &of.generics.params {
            let marked = format!("\u{1}{}\u{1}", param.name);
            match param.kind {
                GenericParamDefKind::Lifetime { .. } => {
                    drop(scope.lifetimes.insert(&param.name, Some(marked)));
                }
                _ => drop(scope.types.insert(&param.name, marked)),
            }
        }
        let text = scope.ty(&of.for_) + &scope.path(of_trait);
        let mut params: Vec<_> = of.generics.params.iter().collect();
        params.sort_by_key(|param| text.find(&format!("\u{1}{}\u{1}", param.name)).unwrap_or(usize::MAX));
        params
    }
}

impl<'k> Scope<'k> {
    /// `type Name = Value;` of an implementation.
    fn assigned(&self, item: &'k rustdoc_types::Item, keyword: &str) -> Option<String> {
        let ItemEnum::AssocType { generics, type_: Some(ty), .. } = &item.inner else { return None };
        let angled = self.generics(generics).angled(|_| true);
        Some(format!("{keyword}{}{angled} = {};", item.name.as_deref()?, self.ty(ty)))
    }

    /// The type of an `impl`, each elided lifetime with a name of its own.
    fn with_fresh_lifetimes(&self, ty: &'k Type) -> String {
        let mut scope = self.clone();
        scope.elided = Some("\u{1}".to_owned());
        let mut text = scope.ty(ty);
        let mut number = 0;
        while text.contains('\u{1}') {
            text = text.replacen('\u{1}', &format!("'{number}"), 1);
            number += 1;
        }
        text
    }
}

/// What of the header a user of a method can tell: bounds, and arguments that are no plain parameters, or that come
/// back.
fn prefix(generics: &Rendered, self_type: &str) -> String {
    let arguments = self_type.split_once('<').map_or("", |(_, arguments)| arguments.trim_end_matches('>'));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let arguments: Vec<_> = arguments.split(", ").filter(|argument| !argument.is_empty()).collect();
    let comes_back = (1..arguments.len()).any(|at| arguments[..at].contains(&arguments[at]));
    let is_parameter = |argument: &&str| argument.strip_prefix(['$', '\'']).is_some_and(is_number);
    let is_plain = !comes_back && arguments.iter().all(is_parameter);
    match (generics.bounds_anything(), is_plain) {
        (false, true) => String::new(),
        (false, false) => format!("impl for {self_type} "),
        (true, true) => format!("impl{}{} ", generics.angled(|_| true), generics.clause()),
        (true, false) => format!("impl{} for {self_type}{} ", generics.angled(|_| true), generics.clause()),
    }
}

/// `<Type as Trait>`, without lifetimes, and without arguments that stand for anything.
fn path(self_type: &str, trait_name: &str) -> String {
    let self_type = match self_type.split_once('<') {
        Some((name, arguments)) => {
            let mut arguments = arguments.trim_end_matches('>').split(", ");
            let is_plain = arguments.all(|argument| {
                argument.starts_with('\'') || (argument.starts_with('$') && !argument.contains(['<', ':']))
            });
            if is_plain { name } else { self_type }
        }
        None => self_type,
    };
    readable(&format!("<{self_type} as {trait_name}>"))
}

/// Lifetimes are dropped, and `$0` becomes `T`.
fn readable(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find(['\'', '$']) {
        let (before, marked) = rest.split_at(at);
        let word = &marked[1..];
        let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
        let (word, behind) = word.split_at(end);
        out.push_str(before);
        rest = behind;
        if marked.starts_with('$') {
            match word {
                "0" => out.push('T'),
                "1" => out.push('U'),
                "2" => out.push('V'),
                "3" => out.push('W'),
                _ => out.extend(["T", word]),
            }
        } else {
            rest = rest.trim_start_matches(',').trim_start_matches(' ');
        }
    }
    (out + rest).replace("<>", "")
}
