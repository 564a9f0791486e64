//! Signatures of functions and methods.

use super::types::{Met, Scope, qualifiers};
use rustdoc_types::{Function, GenericParamDef, GenericParamDefKind, Generics, Type};
use std::collections::HashSet;

impl<'k> Scope<'k> {
    pub(super) fn function(&self, function: &'k Function) -> String {
        let lifetimes = Lifetimes::of(self, function);
        let mut inputs = self.clone();
        let params: Vec<&GenericParamDef> = function.generics.params.iter().collect();
        inputs.bind(&params, |name| lifetimes.elidable.contains(name));
        let mut outputs = inputs.clone();
        outputs.elided =
            lifetimes.output.and_then(|name| inputs.lifetimes.get(name.as_str()).cloned().flatten());

        let generics = inputs.generics(&function.generics);
        // A lifetime that bounds nothing is told by where it is used.
        let angled = generics.angled(|parameter| !parameter.is_lifetime() || !parameter.bounds.is_empty());
        let mut parameters: Vec<_> =
            function.sig.inputs.iter().map(|(name, ty)| inputs.parameter_type(name, ty)).collect();
        if function.sig.is_c_variadic {
            parameters.push("...".to_owned());
        }
        let output = function.sig.output.as_ref().map(|ty| format!(" -> {}", outputs.ty(ty)));
        format!(
            "{}fn{angled}({}){}{}",
            qualifiers(&function.header),
            parameters.join(", "),
            output.unwrap_or_default(),
            generics.clause()
        )
    }

    fn parameter_type(&self, name: &str, ty: &'k Type) -> String {
        if name != "self" {
            return self.ty(ty);
        }
        match ty {
            Type::BorrowedRef { lifetime, is_mutable, type_ } if self.is_own_type(type_) => {
                let lifetime = self.lifetime(lifetime.as_deref()).map(|name| name + " ").unwrap_or_default();
                format!("&{lifetime}{}self", if *is_mutable { "mut " } else { "" })
            }
            ty if self.is_own_type(ty) => "self".to_owned(),
            ty => format!("self: {}", self.ty(ty)),
        }
    }

    /// Whether a type is that of the `impl`, by the name `Self` or by its own.
    fn is_own_type(&self, ty: &'k Type) -> bool {
        is_self(ty) || self.types.get("Self").is_some_and(|own| *own == self.ty(ty))
    }

    /// The lifetimes in what `render` renders, with the names that they have in the source.
    pub(super) fn met_in(&self, render: impl FnOnce(&Self)) -> Vec<Met> {
        let plain = Self::new(self.world);
        render(&plain);
        plain.met.into_inner()
    }
}

/// The lifetimes of a function.
struct Lifetimes {
    /// Those that mean the same when they are left out.
    elidable: HashSet<String>,
    /// What an elided one in the return type is.
    output: Option<String>,
}

impl Lifetimes {
    fn of<'k>(scope: &Scope<'k>, function: &'k Function) -> Self {
        let receiver = function.sig.inputs.first().and_then(|(name, ty)| match ty {
            Type::BorrowedRef { lifetime, type_, .. } if name == "self" && is_self(type_) => {
                Some(lifetime.clone().filter(|name| name != "'_"))
            }
            _ => None,
        });
        let given = scope.met_in(|scope| {
            for (_, ty) in &function.sig.inputs {
                scope.ty(ty);
            }
        });
        let returned = scope.met_in(|scope| drop(function.sig.output.as_ref().map(|ty| scope.ty(ty))));
        let bounded = bounds(scope, &function.generics);
        let outer: Vec<_> = given.iter().filter(|met| !met.in_function).map(|met| &met.name).collect();
        let rule = receiver.unwrap_or_else(|| match distinct(&outer)[..] {
            [only] => only.clone(),
            _ => None,
        });
        let is_elidable = |name: &String| {
            let of = |all: &[Met]| all.iter().filter(|met| met.name.as_ref() == Some(name)).count();
            of(&given) == 1
                && of(&bounded) == 0
                && (of(&returned) == 0 || rule.as_ref() == Some(name))
                && !given
                    .iter()
                    .chain(&returned)
                    .any(|met| met.in_function && met.name.as_ref() == Some(name))
        };
        let elidable: HashSet<_> = unbounded(&function.generics).filter(is_elidable).collect();
        let output = rule.filter(|name| !elidable.contains(name));
        Self { elidable, output }
    }
}

/// The lifetimes in the bounds of type parameters and in predicates.
pub(super) fn bounds<'k>(scope: &Scope<'k>, generics: &'k Generics) -> Vec<Met> {
    scope.met_in(|scope| drop(scope.generics(generics)))
}

/// The lifetime parameters that no bound restricts.
pub(super) fn unbounded(generics: &Generics) -> impl Iterator<Item = String> {
    let lifetimes = generics.params.iter().filter(
        |param| matches!(&param.kind, GenericParamDefKind::Lifetime { outlives } if outlives.is_empty()),
    );
    lifetimes.map(|param| param.name.clone())
}

/// Each name once, and each lifetime without a name.
fn distinct<'a>(names: &[&'a Option<String>]) -> Vec<&'a Option<String>> {
    let mut seen = HashSet::new();
    names.iter().copied().filter(|name| name.is_none() || seen.insert(*name)).collect()
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Generic(name) if name == "Self")
}
