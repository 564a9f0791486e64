//! Calls as people write them.

use super::{Variable, Writer};
use crate::emit::{call_at, item_called, value_of};
use crate::rust::concrete::{Concrete, choice};
use crate::rust::library::{Library, path_of, source, type_name};
use crate::rust::operations::{of_type, parameter_names, written_type};
use crate::rust::signature::{Callable, SelfParam, type_of};
use crate::template::{expand, mark};
use ghostlib_model::{ApiItem, ApiKind, Call, Value};
use syn::{Expr, GenericParam, Generics, Type, TypeParamBound, parse_quote};

const NO_TYPE: &str = "no type is known that its type parameters could stand for";

/// A call, and what it returns.
pub(super) struct Called {
    /// Statements before it: what it is given to change.
    pub(super) before: Vec<String>,
    pub(super) expression: String,
    pub(super) output: Type,
    /// The names and types of what it is given to change.
    pub(super) changed: Vec<(String, Type)>,
}

impl Called {
    pub(super) fn new(expression: String, output: Type) -> Self {
        Self { before: vec![], expression, output, changed: vec![] }
    }
}

impl Writer<'_> {
    pub(super) fn call(&self, call: &Call, variables: &mut [Variable]) -> Result<Called, String> {
        if let Some(template) = self.suite.binding(&call.operation, "rust") {
            return self.bound(call, template, variables);
        }
        if let Some(called) = self.of_trait(call, variables) {
            return called;
        }
        if let Some(called) = self.part(call, variables) {
            return called;
        }
        let item = self.item(&call.operation).ok_or_else(|| {
            format!(
                "no binding says how `{}` is called, and the API has no function of that name",
                call.operation
            )
        })?;
        self.inferred(item, &call.input, variables)
    }

    /// The call that a binding says. What it returns is told by the function that it calls, or that has its name.
    fn bound(&self, call: &Call, template: &str, variables: &mut [Variable]) -> Result<Called, String> {
        let expanded = expand(template)?;
        let mut expression = expanded.text.trim().to_owned();
        let n_params = expanded.params.len();
        for (at, (name, ty)) in expanded.params.iter().enumerate() {
            let own = ty.replace(&format!("{}::", self.suite.library), "");
            let ty = type_of(&own).ok_or_else(|| format!("`{ty}` is no type"))?;
            let value = value_of(&call.input, name, n_params).ok_or_else(|| missing(name))?;
            let argument = self.argument(&Concrete::default().apply(&self.library, &ty), value, variables)?;
            expression = expression.replace(&mark(at), &argument);
        }
        let item = self.called_item(&expression).or_else(|| self.item(&call.operation));
        let item = item.ok_or("the API does not tell what its binding returns")?;
        let output = self.signature(item, self.of_owner(item)?)?.1;
        Ok(Called::new(expression, output))
    }

    /// The item that an expression calls, if that is all it does.
    fn called_item(&self, expression: &str) -> Option<&ApiItem> {
        let Expr::Call(call) = syn::parse_str(expression).ok()? else { return None };
        let path = source(&call.func).replace(' ', "");
        self.item(path.strip_prefix(&format!("{}::", self.suite.library))?)
    }

    /// A function or method of that path, or the only one whose path ends so.
    fn item(&self, name: &str) -> Option<&ApiItem> {
        let path = name.replace(['.', '#'], "::");
        let is_callable = |item: &&ApiItem| {
            matches!(item.kind, ApiKind::Function | ApiKind::Method) && !item.path.starts_with('<')
        };
        item_called(self.suite.items.iter().filter(is_callable), &path, "::")
    }

    fn inferred(&self, item: &ApiItem, input: &Value, variables: &mut [Variable]) -> Result<Called, String> {
        let (callable, output, concrete) = self.signature(item, self.of_owner(item)?)?;
        let mut called = Called::new(String::new(), output);
        let passed = self.arguments(item, &callable, &concrete, input, variables, &mut called)?;
        let (owner, method) = item.path.rsplit_once("::").unwrap_or(("", &item.path));
        let function = match callable.receiver {
            Some(access) => format!("{}.{method}", receiver(input, access, variables)?),
            None if self.library.own(owner).is_some() => {
                let ty = concrete.get("Self").map_or_else(|| owner.to_owned(), |ty| self.in_expression(ty));
                format!("{ty}::{method}")
            }
            None => format!("{}::{}", self.suite.library, item.path),
        };
        called.expression = format!("{function}({})", passed.join(", "));
        Ok(called)
    }

    /// The arguments behind `self`.
    pub(super) fn arguments(
        &self,
        item: &ApiItem,
        callable: &Callable,
        concrete: &Concrete,
        input: &Value,
        variables: &mut [Variable],
        called: &mut Called,
    ) -> Result<Vec<String>, String> {
        let names = parameter_names(item, callable);
        let n_params = names.len() + usize::from(callable.receiver.is_some());
        let mut passed = Vec::new();
        for (name, ty) in names.into_iter().zip(&callable.params) {
            let value = value_of(input, &name, n_params).ok_or_else(|| missing(&name))?;
            let chosen = concrete_type(&self.library, concrete, ty)?;
            if let Some(changed) = changed_type(&chosen).filter(|_| call_at(value).is_none()) {
                let literal = match changed {
                    Type::Slice(slice) => format!("[{}]", self.items(&slice.elem, value)?),
                    changed => self.literal(changed, value)?,
                };
                called.before.push(format!("let mut {name} = {literal};"));
                passed.push(format!("&mut {name}"));
                called.changed.push((name, changed.clone()));
                continue;
            }
            let argument = self.argument(&chosen, value, variables)?;
            passed.push(if is_generic(callable, ty) { as_any(&argument) } else { argument });
        }
        Ok(passed)
    }

    /// What stands for the type parameters of the type that a method belongs to.
    fn of_owner(&self, item: &ApiItem) -> Result<Concrete, String> {
        let owner = item.path.rsplit_once("::").and_then(|(owner, _)| self.library.own(owner));
        let Some(own) = owner else { return Ok(Concrete::default()) };
        let mut concrete = of_type(&self.library, own).ok_or(NO_TYPE)?;
        concrete.set("Self", written_type(&self.library, own, &concrete));
        Ok(concrete)
    }

    /// The signature, the type that it returns, and what stands for type parameters, of which some are known at the start.
    pub(super) fn signature(
        &self,
        item: &ApiItem,
        start: Concrete,
    ) -> Result<(Callable, Type, Concrete), String> {
        let callable = Callable::parse(&item.signature).ok_or("its signature is not understood")?;
        if callable.is_unsafe || callable.is_async {
            return Err("it is `unsafe` or `async`".to_owned());
        }
        let lists: Vec<&Generics> = callable.generics.iter().collect();
        let mut concrete = start.clone();
        concrete.choose(&self.library, &lists).ok_or(NO_TYPE)?;
        // What takes an owned text by a trait takes a literal as well.
        let texts = texts(&callable, &concrete);
        let mut concrete = start;
        for name in texts {
            concrete.set(&name, parse_quote!(&str));
        }
        concrete.choose(&self.library, &lists).ok_or(NO_TYPE)?;
        let output = concrete.apply(&self.library, &callable.output);
        Ok((callable, output, concrete))
    }

    /// A type as code outside the library writes it.
    pub(super) fn written(&self, ty: &Type) -> String {
        let library = self.suite.library;
        let text = source(ty).replace(":: subject ::", &format!("{library} ::"));
        let named = type_of(&text.replace("::subject::", &format!("{library}::")));
        named.map_or_else(|| type_name(ty), |ty| type_name(&ty)).to_string()
    }

    /// The same where an expression goes on behind it: `demo::Slab::<i64>`.
    pub(super) fn in_expression(&self, ty: &Type) -> String {
        self.written(ty).replacen('<', "::<", 1)
    }
}

/// What is in a result or an option.
pub(super) fn inner(ty: &Type) -> Option<&Type> {
    ["Result", "Option"]
        .into_iter()
        .find_map(|name| super::literal::arguments_of(ty, name))
        .map(|types| types[0])
}

/// The value that a method is called on.
pub(super) fn receiver(
    input: &Value,
    access: SelfParam,
    variables: &mut [Variable],
) -> Result<String, String> {
    let value = input.get("self").unwrap_or(input);
    let variable = call_at(value).and_then(|at| variables.get_mut(at));
    let variable = variable.ok_or("its `self` is not what an earlier call returned")?;
    variable.is_used = true;
    variable.is_changed |= access == SelfParam::RefMut;
    Ok(variable.name.clone())
}

pub(super) fn missing(name: &str) -> String {
    format!("its input has no `{name}`")
}

fn concrete_type(library: &Library<'_>, concrete: &Concrete, ty: &Type) -> Result<Type, String> {
    let Type::ImplTrait(bounds) = ty else { return Ok(concrete.apply(library, ty)) };
    let bounds: Vec<TypeParamBound> = bounds.bounds.iter().cloned().collect();
    let chosen = choice(library, concrete, &bounds).ok_or("no value is known that meets its bounds")?;
    Ok(if path_of(&chosen).as_deref() == Some("String") { parse_quote!(&str) } else { chosen })
}

/// The type parameters for which a text stands.
fn texts(callable: &Callable, concrete: &Concrete) -> Vec<String> {
    let own = callable.generics.last().into_iter().flat_map(|generics| &generics.params);
    let names = own.filter_map(|param| match param {
        GenericParam::Type(param) => Some(param.ident.to_string()),
        _ => None,
    });
    let is_text = |name: &String| concrete.get(name).and_then(path_of).as_deref() == Some("String");
    names.filter(is_text).collect()
}

/// Whether the type of a parameter is left to the caller.
fn is_generic(callable: &Callable, ty: &Type) -> bool {
    let params = callable.generics.iter().flat_map(Generics::type_params);
    let names: Vec<String> = params.map(|param| param.ident.to_string()).collect();
    matches!(ty, Type::ImplTrait(_)) || path_of(ty).is_some_and(|path| names.contains(&path))
}

/// The type of what an argument is given to change.
fn changed_type(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(reference) => reference.mutability.is_some().then_some(&*reference.elem),
        _ => None,
    }
}

/// What may be any collection is written as an array.
pub(super) fn as_any(argument: &str) -> String {
    let bytes = argument.strip_suffix(".to_vec()").filter(|bytes| bytes.starts_with("b\""));
    bytes.or(argument.strip_prefix("vec!")).unwrap_or(argument).to_owned()
}
