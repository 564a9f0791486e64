//! The operations of a Python library, from its API.

use super::conversion::{Classes, Conversion};
use crate::operation::{Access, Operation, OperationParam, Presence, TypeName, Uncallable};
use crate::shape::Shape;
use ghostlib_model::{ApiItem, ApiKind, FnSignature, Param, Passing};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What of a library can be called, and what cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Those that can. The expression of each is its part of the driver's plan, as JSON.
    pub operations: Vec<Operation>,
    /// Those that cannot.
    pub uncallable: Vec<Uncallable>,
}

/// The operations of a library, from its items as `ghostlib_diff::Python` reads them.
///
/// A function has its path for its name, a constructor that of its class: `Table`. Methods have the parameter `self`;
/// attributes and properties are operations that look at `self`. Constants have no parameters.
pub fn offered(items: &[ApiItem]) -> Offered {
    let library = Library::of(items);
    let mut found = Offered::default();
    for item in items {
        match library.operation(item) {
            Ok(Some(operation)) => found.operations.push(operation),
            Ok(None) => {}
            Err(reason) => found.uncallable.push(Uncallable { item: item.path.clone(), reason }),
        }
    }
    found
}

struct Library<'a> {
    classes: Classes,
    /// The constructors that are told, by their class.
    constructors: BTreeMap<&'a str, &'a ApiItem>,
    items: BTreeMap<&'a str, &'a ApiItem>,
}

/// How an operation is called, beside its parameters.
struct Call<'a> {
    kind: &'static str,
    target: String,
    of: Option<&'a str>,
}

impl<'a> Library<'a> {
    fn of(items: &'a [ApiItem]) -> Self {
        let constructors = items.iter().filter_map(|item| Some((item.path.strip_suffix(".__init__")?, item)));
        Self {
            classes: Classes::of(items),
            constructors: constructors.collect(),
            items: items.iter().map(|item| (item.path.as_str(), item)).collect(),
        }
    }

    /// The operation of an item; nothing for an item that is no operation in itself.
    fn operation(&self, item: &'a ApiItem) -> Result<Option<Operation>, String> {
        match item.kind {
            ApiKind::Function => self.function(item).map(Some),
            ApiKind::Method => self.method(item).map(Some),
            ApiKind::Class => self.constructor(item),
            ApiKind::Field => Ok(self.attribute(item)),
            ApiKind::Const | ApiKind::Variable | ApiKind::Static | ApiKind::Variant => {
                Ok(Some(self.value(item)))
            }
            _ => Ok(None),
        }
    }

    fn function(&self, item: &ApiItem) -> Result<Operation, String> {
        let function = item.function.as_ref().ok_or(UNKNOWN_PARAMETERS)?;
        let params = self.params(function)?;
        let call = Call { kind: "call", target: item.path.clone(), of: None };
        Ok(operation(&item.path, item, &call, params, self.kept(function, None)))
    }

    fn method(&self, item: &'a ApiItem) -> Result<Operation, String> {
        let function = item.function.as_ref().ok_or(UNKNOWN_PARAMETERS)?;
        let (class, name) = item.path.rsplit_once('.').ok_or("it is in no class")?;
        if name == "__init__" {
            let call = Call { kind: "call", target: class.to_owned(), of: None };
            let kept = Some(TypeName(class.to_owned()));
            return self.params(function).map(|params| operation(class, item, &call, params, kept));
        }
        if name == "__hash__" {
            return Err("a hash is another one in each process".into());
        }
        let mut params = self.params(function)?;
        if let ("__eq__" | "__lt__" | "__le__" | "__gt__" | "__ge__", [other]) = (name, &mut params[..])
            && other.param.shape == Shape::Any
        {
            // Values that are compared are of one type, as a rule.
            other.param.shape = Shape::Kept(TypeName(class.to_owned()), Access::Shared);
        }
        let kept = self.kept(function, Some(class));
        if function.receiver.is_none() {
            let call = Call { kind: "call", target: item.path.clone(), of: None };
            return Ok(operation(&item.path, item, &call, params, kept));
        }
        let written = special(name, &params);
        let access = if written.is_some() { Access::Shared } else { Access::Mutable };
        params.insert(0, receiver(class, access));
        let call = match written {
            Some(target) => Call { kind: "expression", target, of: None },
            None => Call { kind: "method", target: name.to_owned(), of: Some(class) },
        };
        Ok(operation(&item.path, item, &call, params, kept))
    }

    /// A class without a constructor of its own is made as the class that it inherits from.
    fn constructor(&self, item: &'a ApiItem) -> Result<Option<Operation>, String> {
        let path = item.path.as_str();
        if self.constructors.contains_key(path) {
            return Ok(None);
        }
        let mut bases = bases(&item.signature);
        if bases.iter().any(|base| matches!(*base, "Protocol" | "TypedDict" | "NamedTuple")) {
            return Ok(None);
        }
        // Classes may inherit from each other without end only in broken code.
        for _ in 0..MAX_BASES {
            let Some(base) = bases.first().copied() else { break };
            if let Some(constructor) = self.constructors.get(base) {
                let function = constructor.function.as_ref().ok_or(UNKNOWN_PARAMETERS)?;
                return self.params(function).map(|params| Some(self.made(item, params)));
            }
            match self.items.get(base) {
                Some(class) => bases = self::bases(&class.signature),
                None if base.ends_with("Error") || base.ends_with("Exception") || base == "Warning" => {
                    let message = Param { name: "args".into(), passing: Passing::Rest, ..Param::default() };
                    return Ok(Some(self.made(item, vec![self.param(&message).ok_or(UNKNOWN_PARAMETERS)?])));
                }
                None => return Err(format!("how a `{base}` is made is not told")),
            }
        }
        Ok(Some(self.made(item, vec![])))
    }

    fn made(&self, class: &ApiItem, params: Vec<Planned>) -> Operation {
        let call = Call { kind: "call", target: class.path.clone(), of: None };
        operation(&class.path, class, &call, params, Some(TypeName(class.path.clone())))
    }

    fn attribute(&self, item: &'a ApiItem) -> Option<Operation> {
        let (class, name) =
            item.path.rsplit_once('.').filter(|(class, _)| self.classes.known.contains_key(*class))?;
        let call = Call { kind: "attribute", target: name.to_owned(), of: Some(class) };
        let ty = item.signature.split_once(": ").map_or("", |(_, ty)| ty.split(" = ").next().unwrap_or(ty));
        let kept = self.classes.kept(ty);
        Some(operation(&item.path, item, &call, vec![receiver(class, Access::Shared)], kept))
    }

    fn value(&self, item: &ApiItem) -> Operation {
        let call = Call { kind: "value", target: item.path.clone(), of: None };
        let owner = item.path.rsplit_once('.').map(|(owner, _)| TypeName(owner.to_owned()));
        operation(&item.path, item, &call, vec![], owner.filter(|_| item.kind == ApiKind::Variant))
    }

    fn kept(&self, function: &FnSignature, class: Option<&str>) -> Option<TypeName> {
        match (function.output.as_str(), class) {
            ("Self", Some(class)) => Some(TypeName(class.to_owned())),
            (output, _) => self.classes.kept(output),
        }
    }

    /// The parameters, without those that may be left out and that no value can be made for.
    fn params(&self, function: &FnSignature) -> Result<Vec<Planned>, String> {
        let mut planned = vec![];
        for param in &function.params {
            match self.param(param) {
                Some(param) => planned.push(param),
                None if param.is_optional() => {}
                None => {
                    let Param { name, ty, .. } = param;
                    return Err(format!("no value of type `{ty}` can be made for `{name}`"));
                }
            }
        }
        Ok(planned)
    }

    fn param(&self, param: &Param) -> Option<Planned> {
        let Conversion { shape, reader } = self.classes.conversion(&param.ty)?;
        let (shape, reader) = match param.passing {
            Passing::Rest => (Shape::List(Box::new(shape)), json!(["list", reader])),
            Passing::Keywords => {
                (Shape::Map(Box::new(Shape::Text), Box::new(shape)), json!(["map", ["text"], reader]))
            }
            _ => (shape, reader),
        };
        let presence = if param.is_optional() { Presence::Optional } else { Presence::Required };
        let mut plan = json!({"name": param.name, "as": reader});
        if param.is_optional() {
            plan["optional"] = json!(true);
        }
        if param.passing != Passing::Either {
            plan["passing"] = json!(param.passing);
        }
        Some(Planned { param: OperationParam { name: param.name.clone(), shape, presence }, plan })
    }
}

const UNKNOWN_PARAMETERS: &str = "its parameters are not known";
const MAX_BASES: usize = 16;

/// A parameter with its part of the plan.
struct Planned {
    param: OperationParam,
    plan: Value,
}

fn receiver(class: &str, access: Access) -> Planned {
    let shape = Shape::Kept(TypeName(class.to_owned()), access);
    let param = OperationParam { name: "self".into(), shape, presence: Presence::Required };
    Planned { param, plan: json!({"name": "self", "as": ["kept"]}) }
}

fn operation(
    name: &str,
    item: &ApiItem,
    call: &Call<'_>,
    params: Vec<Planned>,
    keeps: Option<TypeName>,
) -> Operation {
    let (params, plans): (Vec<_>, Vec<_>) = params.into_iter().map(|one| (one.param, one.plan)).unzip();
    let mut plan = json!({"name": name, "kind": call.kind, "target": call.target, "params": plans});
    if let Some(class) = call.of {
        plan["of"] = json!(class);
    }
    Operation {
        name: name.to_owned(),
        item: item.path.clone(),
        binding: String::new(),
        expression: plan.to_string(),
        params,
        keeps,
    }
}

/// How a user calls a method that the language calls for him, if that leaves the value as it is.
fn special(name: &str, params: &[Planned]) -> Option<String> {
    let function = match name {
        "__len__" => "len",
        "__str__" => "str",
        "__bool__" => "bool",
        "__int__" => "int",
        "__float__" => "float",
        "__bytes__" => "bytes",
        "__iter__" => "iter",
        "__reversed__" => "reversed",
        "__abs__" => "abs",
        _ => "",
    };
    if !function.is_empty() && params.is_empty() {
        return Some(format!("{function}(self)"));
    }
    let [Planned { param: OperationParam { name: other, .. }, .. }] = params else { return None };
    let sign = match name {
        "__eq__" => "==",
        "__lt__" => "<",
        "__le__" => "<=",
        "__gt__" => ">",
        "__ge__" => ">=",
        "__add__" => "+",
        "__sub__" => "-",
        "__mul__" => "*",
        "__truediv__" => "/",
        "__floordiv__" => "//",
        "__mod__" => "%",
        "__and__" => "&",
        "__or__" => "|",
        "__xor__" => "^",
        "__contains__" => return Some(format!("{other} in self")),
        "__getitem__" => return Some(format!("self[{other}]")),
        _ => return None,
    };
    Some(format!("self {sign} {other}"))
}

/// The bases of `class(Base, Other[int])`.
fn bases(signature: &str) -> Vec<&str> {
    let inner = signature.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    let names = inner.split(',').map(|base| base.split('[').next().unwrap_or(base).trim());
    names.filter(|name| !name.is_empty() && !name.contains(['=', ']'])).collect()
}
