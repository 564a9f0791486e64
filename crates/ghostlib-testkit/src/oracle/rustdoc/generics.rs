//! Generic parameters with inline bounds and `where` clauses merged.

use super::types::Scope;
use rustdoc_types::{GenericParamDef, GenericParamDefKind, Generics, Term, WherePredicate};
use std::collections::{BTreeMap, BTreeSet};

/// Parameters and predicates as text.
#[derive(Default)]
pub(super) struct Rendered {
    pub(super) lifetimes: Vec<Parameter>,
    pub(super) types: Vec<Parameter>,
    /// What is said about other types than parameters, by the type.
    predicates: BTreeMap<String, BTreeSet<String>>,
}

pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) bounds: Vec<String>,
    pub(super) const_type: Option<String>,
    default: Option<String>,
}

impl<'k> Scope<'k> {
    /// Names the parameters `$0`, `'0` and so on, after those that have names already.
    pub(super) fn bind(&mut self, params: &[&'k GenericParamDef], is_elided: impl Fn(&str) -> bool) {
        for param in params {
            let name = param.name.as_str();
            if matches!(param.kind, GenericParamDefKind::Lifetime { .. }) {
                let number = self.lifetimes.values().flatten().count();
                self.lifetimes.insert(name, (!is_elided(name)).then(|| format!("'{number}")));
            } else if !is_synthetic(param) {
                let number = self.types.keys().filter(|name| **name != "Self").count();
                self.types.insert(name, format!("${number}"));
            }
        }
    }

    pub(super) fn generics(&self, generics: &'k Generics) -> Rendered {
        let mut rendered = Rendered::default();
        for param in generics.params.iter().filter(|param| !is_synthetic(param)) {
            self.parameter(param, &mut rendered);
        }
        for predicate in &generics.where_predicates {
            match predicate {
                WherePredicate::BoundPredicate { type_, bounds, generic_params } => {
                    let left = format!("{}{}", for_lifetimes(generic_params), self.ty(type_));
                    rendered.predicate(&left, self.bounds(bounds));
                }
                WherePredicate::LifetimePredicate { lifetime, outlives } => {
                    let left = self.lifetime(Some(lifetime)).unwrap_or_else(|| "'_".to_owned());
                    let bounds = outlives.iter().filter_map(|name| self.lifetime(Some(name)));
                    rendered.predicate(&left, bounds.collect());
                }
                WherePredicate::EqPredicate { lhs, rhs: Term::Type(ty) } => {
                    rendered.predicate(&self.ty(lhs), vec![format!("= {}", self.ty(ty))]);
                }
                WherePredicate::EqPredicate { .. } => {}
            }
        }
        rendered.sort();
        rendered
    }

    fn parameter(&self, param: &'k GenericParamDef, rendered: &mut Rendered) {
        let name = param.name.as_str();
        match &param.kind {
            GenericParamDefKind::Lifetime { outlives } => {
                let bound = self.lifetimes.get(name).cloned().unwrap_or_else(|| Some(name.to_owned()));
                let bounds = outlives.iter().filter_map(|name| self.lifetime(Some(name))).collect();
                rendered.lifetimes.extend(bound.map(|name| Parameter::new(name, bounds)));
            }
            GenericParamDefKind::Type { bounds, default, .. } => {
                let name = self.types.get(name).cloned().unwrap_or_else(|| name.to_owned());
                let default = default.as_ref().map(|ty| self.ty(ty));
                rendered.types.push(Parameter { default, ..Parameter::new(name, self.bounds(bounds)) });
            }
            GenericParamDefKind::Const { type_, default } => {
                let name = self.types.get(name).cloned().unwrap_or_else(|| name.to_owned());
                let (const_type, default) = (Some(self.ty(type_)), default.clone());
                rendered.types.push(Parameter { const_type, default, ..Parameter::new(name, vec![]) });
            }
        }
    }
}

impl Rendered {
    fn predicate(&mut self, left: &str, bounds: Vec<String>) {
        let mut parameters = self.lifetimes.iter_mut().chain(&mut self.types);
        match parameters.find(|parameter| parameter.name == left) {
            Some(parameter) => parameter.bounds.extend(bounds),
            None => self.predicates.entry(left.to_owned()).or_default().extend(bounds),
        }
    }

    fn sort(&mut self) {
        for parameter in self.lifetimes.iter_mut().chain(&mut self.types) {
            parameter.bounds.sort();
            parameter.bounds.dedup();
        }
    }

    pub(super) fn predicates(&self) -> Vec<String> {
        let text = |(left, bounds): (&String, &BTreeSet<String>)| {
            format!("{left}: {}", bounds.iter().map(String::as_str).collect::<Vec<_>>().join(" + "))
        };
        self.predicates.iter().map(text).collect()
    }

    /// `<'0, $0: Bound>`, or nothing, of the parameters that `is_shown`.
    pub(super) fn angled(&self, is_shown: impl Fn(&Parameter) -> bool) -> String {
        let parameters = self.lifetimes.iter().chain(&self.types).filter(|parameter| is_shown(parameter));
        let all: Vec<_> = parameters.map(Parameter::text).collect();
        if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
    }

    /// ` where …`, or nothing.
    pub(super) fn clause(&self) -> String {
        if self.predicates.is_empty() {
            String::new()
        } else {
            format!(" where {}", self.predicates().join(", "))
        }
    }

    pub(super) fn bounds_anything(&self) -> bool {
        let mut parameters = self.lifetimes.iter().chain(&self.types);
        !self.predicates.is_empty() || parameters.any(|parameter| !parameter.bounds.is_empty())
    }
}

impl Parameter {
    fn new(name: String, bounds: Vec<String>) -> Self {
        Self { name, bounds, const_type: None, default: None }
    }

    pub(super) fn is_lifetime(&self) -> bool {
        self.name.starts_with('\'')
    }

    fn text(&self) -> String {
        let default = self.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
        match &self.const_type {
            Some(ty) => format!("const {}: {ty}{default}", self.name),
            None if self.bounds.is_empty() => format!("{}{default}", self.name),
            None => format!("{}: {}{default}", self.name, self.bounds.join(" + ")),
        }
    }
}

/// Whether a parameter is the one that an `impl Trait` argument stands for.
fn is_synthetic(param: &GenericParamDef) -> bool {
    matches!(param.kind, GenericParamDefKind::Type { is_synthetic: true, .. })
}

/// `for<'a> `, or nothing.
pub(super) fn for_lifetimes(params: &[GenericParamDef]) -> String {
    let names: Vec<_> = params.iter().map(|param| param.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("for<{}> ", names.join(", ")) }
}
