//! From the items of an API to what a driver can be asked for.

use super::arguments::{Argument, Lasting, Making, Slot, arguments_of};
use super::concrete::{Concrete, is_determined};
use super::library::{Library, Own, Variant, path_of, source, type_name, value_type};
use super::outside::tell_apart;
use super::signature::{Callable, SelfParam};
use super::std_traits::std_operations;
use super::types_of::own_types;
use crate::operation::{Offered, Operation, OperationParam, TypeName, Uncallable, leave_out_unreachable};
use ghostlib_model::{ApiItem, ApiKind};
use std::collections::HashSet;
use syn::{GenericParam, Generics, Type, parse_quote};

/// What a driver can be made of for the items of an API.
pub fn offered(items: &[ApiItem]) -> Offered {
    let library = Library::of(items);
    let (mut callable, mut uncallable) = (vec![], vec![]);
    for item in items {
        match item.kind {
            ApiKind::Function | ApiKind::Method => match function_operations(&library, item) {
                Ok(operations) => callable.extend(operations),
                Err(reason) => uncallable.push(Uncallable { item: item.path.clone(), reason }),
            },
            ApiKind::Const | ApiKind::Static => {
                callable.extend(constant(&library, item));
            }
            ApiKind::Field => callable.extend(field(&library, item)),
            ApiKind::Variant => callable.extend(variant(&library, item)),
            ApiKind::Struct => callable.extend(literal(&library, item)),
            _ => {}
        }
    }
    callable.extend(std_operations(&library));
    let mut names = HashSet::new();
    callable.retain(|operation| names.insert(operation.name.clone()));
    leave_out_unreachable(&mut callable, &mut uncallable);
    Offered { operations: callable, types: own_types(&library), uncallable }
}

fn function_operations(library: &Library<'_>, item: &ApiItem) -> Result<Vec<Operation>, String> {
    let mut callable = Callable::parse(&item.signature).ok_or("its signature is not understood")?;
    tell_apart(library, &mut callable, item.function.as_ref());
    if callable.is_unsafe {
        return Err("unsafe functions are not called".into());
    }
    if callable.is_async {
        return Err("async functions are not called".into());
    }
    let (owner, method) = item.path.rsplit_once("::").unwrap_or(("", &item.path));
    if library.has_trait(owner) {
        return trait_method(library, item, &callable, owner, method);
    }
    let names = parameter_names(item, &callable);
    let own = library.own(owner);
    let (concrete, owner_type) = match (own, &callable.owner) {
        (Some(_), Some(special)) => {
            let mut concrete = Concrete::default();
            let lists: Vec<&Generics> = callable.generics.iter().collect();
            concrete.choose(library, &lists).ok_or(NO_TYPE)?;
            let ty = concrete.apply(library, special);
            (concrete, Some(ty))
        }
        (Some(own), None) => {
            let concrete = of_type(library, own).ok_or(NO_TYPE)?;
            let ty = written_type(library, own, &concrete);
            (concrete, Some(ty))
        }
        (None, _) => (Concrete::default(), None),
    };
    let function = match &owner_type {
        Some(ty) => format!("<{}>::{method}", source(ty)),
        None => format!("::subject::{}", item.path),
    };
    let making = Function { library, callable: &callable, concrete, owner: owner_type, names };
    Ok(vec![making.operation(&item.path, &item.path, &Call::Path(function))?])
}

const NO_TYPE: &str = "no type is known that its type parameters could stand for";

/// What stands for the parameters of a type, the same in all its methods.
pub(super) fn of_type(library: &Library<'_>, own: &Own<'_>) -> Option<Concrete> {
    let prefix = format!("{}::", own.path());
    let methods = library.items.iter().filter(|item| {
        item.kind == ApiKind::Method
            && item.path.strip_prefix(&prefix).is_some_and(|rest| !rest.contains("::"))
    });
    let callables: Vec<Callable> = methods
        .filter_map(|item| Callable::parse(&item.signature))
        .filter(|callable| callable.owner.is_none() && !callable.redeclares(&own.declared.generics))
        .collect();
    let declared = &own.declared.generics;
    let with_defaults = |concrete: &mut Concrete| {
        for param in declared.type_params() {
            if let Some((_, default)) = &param.default {
                let default = concrete.apply(library, default);
                concrete.set(&param.ident.to_string(), default);
            }
        }
    };
    let all: Vec<&Generics> =
        std::iter::once(declared).chain(callables.iter().flat_map(|callable| &callable.generics)).collect();
    let only_own = |lists: &[&Generics]| {
        let mut concrete = Concrete::default();
        with_defaults(&mut concrete);
        let bounds_of: Vec<&Generics> = lists.to_vec();
        concrete.choose_for(library, declared, &bounds_of)?;
        Some(concrete)
    };
    only_own(&all)
        .or_else(|| {
            let of_impls: Vec<&Generics> = std::iter::once(declared)
                .chain(callables.iter().map(|callable| &callable.generics[0]))
                .collect();
            only_own(&of_impls)
        })
        .or_else(|| only_own(&[declared]))
}

/// The type with what stands for its parameters: `::subject::Slab<i64>`.
pub(super) fn written_type(library: &Library<'_>, own: &Own<'_>, concrete: &Concrete) -> Type {
    let arguments = own.declared.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) if param.default.is_none() => {
            concrete.get(&param.ident.to_string()).map(source)
        }
        GenericParam::Const(param) => Some(param.ident.to_string()),
        _ => None,
    });
    let arguments: Vec<String> = arguments.collect();
    let text = if arguments.is_empty() {
        own.path().to_owned()
    } else {
        format!("{}<{}>", own.path(), arguments.join(", "))
    };
    let ty: Type = syn::parse_str(&text).unwrap_or_else(|_| parse_quote!(()));
    concrete.apply(library, &ty)
}

/// The names of the parameters behind `self`, made up where patterns stand for them.
pub(super) fn parameter_names(item: &ApiItem, callable: &Callable) -> Vec<String> {
    let told = item.function.iter().flat_map(|function| &function.params);
    let told: Vec<&str> = told.map(|param| param.name.trim_start_matches("mut ").trim()).collect();
    let is_name = |name: &str| syn::parse_str::<syn::Ident>(name).is_ok() && name != "_";
    let name = |at: usize| match told.get(at) {
        Some(name) if is_name(name) => (*name).to_owned(),
        _ => format!("p{at}"),
    };
    (0..callable.params.len()).map(name).collect()
}

fn trait_method(
    library: &Library<'_>,
    item: &ApiItem,
    callable: &Callable,
    of_trait: &str,
    method: &str,
) -> Result<Vec<Operation>, String> {
    let impls: Vec<_> = library.impls.iter().filter(|one| one.of_trait == of_trait).collect();
    let mut found = vec![];
    let mut reason = format!("nothing is known that implements `{of_trait}`");
    for one in impls {
        if found.len() == MAX_IMPLEMENTORS {
            break;
        }
        let mut concrete = Concrete::default();
        let of_impl = match one.owner.and_then(|owner| library.own(owner)) {
            Some(own) => of_type(library, own).map(|chosen| {
                let ty = written_type(library, own, &chosen);
                concrete = Concrete::default();
                ty
            }),
            None => concrete.choose(library, &[&one.header.generics]).map(|()| {
                let ty = concrete.apply(library, &one.header.self_ty);
                concrete = Concrete::default();
                ty
            }),
        };
        let Some(implementor) = of_impl else { continue };
        if matches!(implementor, Type::Reference(_)) {
            continue;
        }
        concrete.set("Self", implementor.clone());
        for inner in &one.header.items {
            if let syn::ImplItem::Type(assoc) = inner {
                let ty = concrete.apply(library, &assoc.ty);
                concrete.set(&format!("Self::{}", assoc.ident), ty);
            }
        }
        let call = format!("<{} as ::subject::{of_trait}>::{method}", source(&implementor));
        let name = format!("<{} as {of_trait}>::{method}", type_name(&implementor));
        let making = Function {
            library,
            callable,
            concrete,
            owner: Some(implementor),
            names: parameter_names(item, callable),
        };
        match making.operation(&name, &item.path, &Call::Path(call)) {
            Ok(operation) => found.push(operation),
            Err(why) => reason = why,
        }
    }
    if found.is_empty() { Err(reason) } else { Ok(found) }
}

/// A trait's method is called on so many types that implement it.
const MAX_IMPLEMENTORS: usize = 3;

/// How the call is written, with its arguments.
pub(super) enum Call {
    /// `path(a, b)`
    Path(String),
    /// With `{0}`, `{1}` for the arguments.
    Template(String),
}

/// A function that is to become an operation.
pub(super) struct Function<'a> {
    pub(super) library: &'a Library<'a>,
    pub(super) callable: &'a Callable,
    pub(super) concrete: Concrete,
    /// The type of `self`.
    pub(super) owner: Option<Type>,
    /// The names of the parameters behind `self`.
    pub(super) names: Vec<String>,
}

/// What becomes of a result.
enum Outcome {
    Told,
    Nothing,
    /// The types of what is kept of a success and of an error, and the expression of the reply, with `{}` for the call.
    Kept {
        value: Option<TypeName>,
        error: Option<TypeName>,
        reply: String,
    },
}

impl Function<'_> {
    pub(super) fn operation(mut self, name: &str, item: &str, call: &Call) -> Result<Operation, String> {
        let lists: Vec<&Generics> = self.callable.generics.iter().collect();
        self.concrete.choose(self.library, &lists).ok_or(NO_TYPE)?;
        let output = self.concrete.apply(self.library, &self.callable.output);
        let borrows = self.lends(&output);
        let mut outcome = self.outcome(&output);
        let borrowed_from_kept = matches!(self.callable.receiver, Some(SelfParam::Ref | SelfParam::RefMut));
        if borrows && borrowed_from_kept {
            outcome = Outcome::Told;
        }
        let lasting =
            if borrows && matches!(outcome, Outcome::Kept { .. }) { Lasting::ForEver } else { Lasting::Call };
        let (params, arguments) = self.arguments(lasting, &lists)?;
        let is_lent = |argument: &Argument| {
            argument.passed.starts_with("&*v") || argument.passed.starts_with("&mut *v")
        };
        if lasting == Lasting::ForEver && arguments.iter().any(is_lent) {
            outcome = Outcome::Told;
        }
        let passed: Vec<String> = arguments.iter().map(|argument| argument.passed.clone()).collect();
        let called = match call {
            Call::Path(path) => format!("{path}{}({})", self.turbofish(), passed.join(", ")),
            Call::Template(template) => {
                let numbered = passed.iter().enumerate();
                numbered
                    .fold(template.clone(), |text, (at, passed)| text.replace(&format!("{{{at}}}"), passed))
            }
        };
        let (keeps, keeps_error, reply) = match outcome {
            Outcome::Told => (None, None, format!("reply!({called})")),
            Outcome::Nothing => {
                (None, None, format!("{{ let _ = {called}; Reply::Ok(\"null\".to_owned()) }}"))
            }
            Outcome::Kept { value, error, reply } => (value, error, reply.replace("{}", &called)),
        };
        let mut lines: Vec<String> = arguments.iter().flat_map(|argument| argument.before.clone()).collect();
        lines.push(format!("let reply = {reply};"));
        lines.extend(arguments.into_iter().flat_map(|argument| argument.after));
        lines.push("Ok(reply)".to_owned());
        Ok(Operation {
            name: name.to_owned(),
            item: item.to_owned(),
            binding: String::new(),
            expression: lines.join("\n"),
            params,
            keeps,
            keeps_error,
        })
    }

    /// The types that stand for the function's own parameters, where a caller can write them.
    fn turbofish(&self) -> String {
        let Some(own) = self.callable.generics.last() else { return String::new() };
        let has_impl = self.callable.params.iter().any(|ty| source(ty).contains("impl "));
        let written = own.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => {
                let name = param.ident.to_string();
                let chosen = self.concrete.get(&name).filter(|_| !is_determined(&[own], &name));
                Some(chosen.map_or_else(|| "_".to_owned(), source))
            }
            GenericParam::Const(_) => Some("_".to_owned()),
            GenericParam::Lifetime(_) => None,
        });
        let written: Vec<String> = written.collect();
        if written.is_empty() || has_impl { String::new() } else { format!("::<{}>", written.join(", ")) }
    }

    fn arguments(
        &self,
        lasting: Lasting,
        lists: &[&Generics],
    ) -> Result<(Vec<OperationParam>, Vec<Argument>), String> {
        let making =
            Making { library: self.library, concrete: &self.concrete, generics: lists, for_ever: lasting };
        let n_params = self.callable.params.len() + usize::from(self.callable.receiver.is_some());
        let mut made = vec![];
        if let Some(receiver) = self.callable.receiver {
            let owner = self.owner.as_ref().ok_or("it has `self` and no type that it is called on")?;
            let ty: Type = match receiver {
                SelfParam::Value => owner.clone(),
                SelfParam::Ref => parse_quote!(&#owner),
                SelfParam::RefMut => parse_quote!(&mut #owner),
                SelfParam::Typed => return Err("it takes `self` as something else than a reference".into()),
            };
            made.push(("self".to_owned(), ty));
        }
        made.extend(self.names.iter().cloned().zip(self.callable.params.iter().cloned()));
        let (mut params, mut arguments) = (vec![], vec![]);
        for (at, (name, ty)) in made.into_iter().enumerate() {
            let variable = format!("v{at}");
            let slot = Slot { variable: &variable, name: &name, n_params };
            let argument = making.argument(&ty, slot).ok_or_else(|| {
                let ty = self.concrete.apply(self.library, &ty);
                format!("no value of type `{}` can be made for `{name}`", type_name(&ty))
            })?;
            params.push(OperationParam::required(name, argument.shape.clone()));
            arguments.push(argument);
        }
        Ok((params, arguments))
    }

    /// Whether what is kept of the result would borrow from the arguments.
    fn lends(&self, output: &Type) -> bool {
        let of = |ty: &Type| self.library.own_type(ty).is_some_and(|own| own.n_lifetimes() > 0);
        of(output) || arguments_of(output).first().is_some_and(of)
    }

    fn outcome(&self, output: &Type) -> Outcome {
        if let Type::Reference(reference) = output
            && reference.mutability.is_some()
            && self.library.own_type(&reference.elem).is_some()
        {
            return Outcome::Nothing;
        }
        let arguments = arguments_of(output);
        let (value, error, pattern) = match (path_of(output).as_deref(), &arguments[..]) {
            (Some("Result"), [value, error]) => {
                (value, self.keepable(error), "match ({}) { Ok(value) => VALUE, Err(error) => ERROR }")
            }
            (Some("Option"), [value]) => {
                (value, None, "match ({}) { Some(value) => VALUE, None => Reply::Ok(\"null\".to_owned()) }")
            }
            _ => (output, None, "match ({}) { value => VALUE }"),
        };
        let (ty, written) = match value {
            Type::Reference(reference) if reference.mutability.is_none() => {
                (self.cloned(&reference.elem), "value.clone()")
            }
            value => (Some(value), "value"),
        };
        let kept =
            ty.and_then(|ty| self.keepable(ty)).map(|(name, keep)| (name, keep.replace("VALUE", written)));
        if kept.is_none() && error.is_none() {
            return Outcome::Told;
        }
        let on_value = kept.as_ref().map_or("Reply::Ok(told!(value))", |(_, keep)| keep);
        let on_error = if error.is_some() { "keep_error!(values, error)" } else { "failed!(error)" };
        let reply = pattern.replace("VALUE", on_value).replace("ERROR", on_error);
        Outcome::Kept { value: kept.map(|(name, _)| name), error: error.map(|(name, _)| name), reply }
    }

    fn cloned<'t>(&self, ty: &'t Type) -> Option<&'t Type> {
        let own = self.library.own_type(ty)?;
        self.library.implements(own.path(), "Clone").then_some(ty)
    }

    /// The name of the type if its values can be kept, and how `VALUE` is: what gives items is told by a copy of it.
    fn keepable(&self, ty: &Type) -> Option<(TypeName, &'static str)> {
        let own = self.library.own_type(ty)?;
        if is_told(self.library, own) {
            return Some((type_name(ty), "keep(values, VALUE)"));
        }
        let template =
            "{ let value = VALUE; let text = told!(value.clone()); values.keep(value); Reply::Ok(text) }";
        self.library.implements(own.path(), "Clone").then(|| (type_name(ty), template))
    }
}

/// Whether values of a type are told as themselves, and not by the items that they give.
pub(super) fn is_told(library: &Library<'_>, own: &Own<'_>) -> bool {
    let shows = library.implements(own.path(), "Display");
    shows || !library.implements(own.path(), "Iterator")
}

fn constant(library: &Library<'_>, item: &ApiItem) -> Option<Operation> {
    let ty = value_type(item)?;
    let (owner, _) = item.path.rsplit_once("::").unwrap_or_default();
    if library.has_trait(owner)
        || library.own(owner).is_some_and(|own| own.declared.generics.type_params().count() > 0)
    {
        return None;
    }
    let callable = Callable::parse(&format!("fn() -> {}", source(&ty)))?;
    let call = Call::Template(format!("::subject::{}", item.path));
    bare_function(library, &callable, vec![]).operation(&item.path, &item.path, &call).ok()
}

fn field(library: &Library<'_>, item: &ApiItem) -> Option<Operation> {
    let (owner, name) = item.path.rsplit_once("::")?;
    let own = library.own(owner).filter(|own| own.item.kind == ApiKind::Struct)?;
    let concrete = of_type(library, own)?;
    let ty = source(&value_type(item)?);
    let callable = Callable::parse(&format!("fn(&self) -> &{ty}"))?;
    let owner = Some(written_type(library, own, &concrete));
    let making = Function { library, callable: &callable, concrete, owner, names: vec![] };
    making.operation(&item.path, &item.path, &Call::Template(format!("&({{0}}).{name}"))).ok()
}

fn variant(library: &Library<'_>, item: &ApiItem) -> Option<Operation> {
    let (owner, _) = item.path.rsplit_once("::")?;
    let own = library.own(owner).filter(|own| own.is_enum() && !own.is_choice())?;
    let variant = Variant::of(item)?;
    made(library, own, &item.path, &variant.fields, variant.is_tuple)
}

fn literal(library: &Library<'_>, item: &ApiItem) -> Option<Operation> {
    let own = library.own(&item.path).filter(|own| own.is_open())?;
    let name = |item: &ApiItem| item.path.rsplit("::").next().map(str::to_owned);
    let fields: Option<Vec<(String, Type)>> =
        own.parts.iter().map(|part| Some((name(part)?, value_type(part)?))).collect();
    made(library, own, &item.path, &fields?, own.is_tuple())
}

/// A struct or a variant, written out.
fn made(
    library: &Library<'_>,
    own: &Own<'_>,
    path: &str,
    fields: &[(String, Type)],
    is_tuple: bool,
) -> Option<Operation> {
    let concrete = of_type(library, own)?;
    let output = source(&written_type(library, own, &concrete));
    let types: Vec<String> = fields.iter().map(|(_, ty)| source(ty)).collect();
    let callable = Callable::parse(&format!("fn({}) -> OUTPUT", types.join(", ")))?;
    let mut concrete = concrete;
    concrete.set("OUTPUT", syn::parse_str(&output).ok()?);
    let values: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(at, (name, _))| if is_tuple { format!("{{{at}}}") } else { format!("{name}: {{{at}}}") })
        .collect();
    let call = match (fields.is_empty(), is_tuple) {
        (true, _) => format!("::subject::{path}"),
        (false, true) => format!("::subject::{path}({})", values.join(", ")),
        (false, false) => format!("::subject::{path} {{ {} }}", values.join(", ")),
    };
    let names = fields.iter().map(|(name, _)| name.clone()).collect();
    let making = Function { library, callable: &callable, concrete, owner: None, names };
    making.operation(path, path, &Call::Template(call)).ok()
}

pub(super) fn bare_function<'a>(
    library: &'a Library<'a>,
    callable: &'a Callable,
    names: Vec<String>,
) -> Function<'a> {
    Function { library, callable, concrete: Concrete::default(), owner: None, names }
}
