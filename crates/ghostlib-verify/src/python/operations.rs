//! The operations of a Python library, from its API.

use super::conversion::{Classes, Conversion};
use crate::operation::{
    Access, Offered, Operation, OperationParam, Presence, TypeName, Uncallable, leave_out_unreachable,
};
use crate::shape::Shape;
use ghostlib_model::{ApiItem, ApiKind, FnSignature, Param, Passing};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The operations of a library, from its items as `ghostlib_diff::Python` reads them.
///
/// The expression of each is its part of the driver's plan, as JSON.
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
    leave_out_unreachable(&mut found.operations, &mut found.uncallable);
    found
}

struct Library<'a> {
    classes: Classes,
    /// The constructors that are told, by their class.
    constructors: BTreeMap<&'a str, &'a ApiItem>,
    items: BTreeMap<&'a str, &'a ApiItem>,
    /// The path of the class that begins at a line of a file, the one with its members.
    classes_at: BTreeMap<(&'a str, u32), &'a str>,
}

/// How a class is made that does not tell it itself.
enum Constructor<'a> {
    Told(&'a FnSignature),
    /// Without arguments.
    OfObject,
    /// With arguments of which nothing is known.
    Unknown,
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
            classes_at: classes_at(items),
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
                Ok(Some(Self::value(item)))
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
        let path = self.canonical(item);
        if path == item.path && self.constructors.contains_key(path) {
            return Ok(None);
        }
        if bases(&item.signature).iter().any(|base| matches!(*base, "Protocol" | "TypedDict")) {
            return Ok(None);
        }
        let params = match self.inherited(path)? {
            Constructor::Told(function) => self.params(function)?,
            Constructor::OfObject => vec![],
            Constructor::Unknown => {
                let any = Param { name: "args".into(), passing: Passing::Rest, ..Param::default() };
                self.param(&any).into_iter().collect()
            }
        };
        let call = Call { kind: "call", target: item.path.clone(), of: None };
        Ok(Some(operation(&item.path, item, &call, params, Some(TypeName(path.to_owned())))))
    }

    /// The path at which the members of a class are told: the same class may have several.
    fn canonical(&self, class: &'a ApiItem) -> &'a str {
        let at_place = self.classes_at.get(&(&*class.place.file, class.place.line));
        at_place.copied().unwrap_or(&class.path)
    }

    fn inherited(&self, path: &'a str) -> Result<Constructor<'a>, String> {
        let mut path = path;
        // Classes may inherit from each other without end only in broken code.
        for _ in 0..MAX_BASES {
            if let Some(constructor) = self.constructors.get(path) {
                return constructor.function.as_ref().map(Constructor::Told).ok_or(UNKNOWN_PARAMETERS.into());
            }
            let Some(class) = self.items.get(path) else {
                return match path {
                    "dict" | "list" | "set" | "frozenset" | "tuple" | "str" | "int" | "float" | "bytes" => {
                        Ok(Constructor::Unknown)
                    }
                    path if path.ends_with("Error") || path.ends_with("Exception") || path == "Warning" => {
                        Ok(Constructor::Unknown)
                    }
                    path => Err(format!("how a `{path}` is made is not told")),
                };
            };
            match bases(&class.signature).first() {
                Some(base) => path = base,
                None => break,
            }
        }
        Ok(Constructor::OfObject)
    }

    fn attribute(&self, item: &'a ApiItem) -> Option<Operation> {
        let (class, name) =
            item.path.rsplit_once('.').filter(|(class, _)| self.classes.known.contains_key(*class))?;
        let call = Call { kind: "attribute", target: name.to_owned(), of: Some(class) };
        let ty = item.signature.split_once(": ").map_or("", |(_, ty)| ty.split(" = ").next().unwrap_or(ty));
        let kept = self.classes.kept(ty);
        Some(operation(&item.path, item, &call, vec![receiver(class, Access::Shared)], kept))
    }

    fn value(item: &ApiItem) -> Operation {
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

fn classes_at(items: &[ApiItem]) -> BTreeMap<(&str, u32), &str> {
    let mut found: BTreeMap<(&str, u32), &str> = BTreeMap::new();
    for class in items.iter().filter(|item| matches!(item.kind, ApiKind::Class | ApiKind::Enum)) {
        let path = found.entry((&*class.place.file, class.place.line)).or_insert(&class.path);
        // As the API chooses it.
        if rank(&class.path) < rank(path) {
            *path = &class.path;
        }
    }
    found
}

/// The shortest path comes first.
fn rank(path: &str) -> (usize, usize, &str) {
    (path.split('.').count(), path.len(), path)
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
        keeps_error: None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{ApiAttributes, Place, Receiver};

    fn item(path: &str, kind: ApiKind, signature: &str, line: u32) -> ApiItem {
        ApiItem {
            path: path.into(),
            kind,
            signature: signature.into(),
            declaration: String::new(),
            function: None,
            attributes: ApiAttributes::default(),
            place: Place { line, ..Place::start_of("lib.py") },
        }
    }

    fn method(path: &str, params: &[Param], output: &str) -> ApiItem {
        let params = params.to_vec();
        let receiver = Some(Receiver::Ref);
        let function = FnSignature { receiver, params, output: output.into(), ..FnSignature::default() };
        ApiItem { function: Some(function), ..item(path, ApiKind::Method, "", 0) }
    }

    fn param(name: &str, ty: &str, default: Option<&str>) -> Param {
        Param { name: name.into(), ty: ty.into(), default: default.map(str::to_owned), ..Param::default() }
    }

    fn found(items: &[ApiItem], name: &str) -> Operation {
        let offered = offered(items);
        offered.operations.iter().find(|operation| operation.name == name).cloned().unwrap()
    }

    fn plan(operation: &Operation) -> Value {
        serde_json::from_str(&operation.expression).unwrap()
    }

    fn table() -> Vec<ApiItem> {
        vec![
            item("Table", ApiKind::Class, "class", 1),
            item("core.Table", ApiKind::Class, "class", 1),
            item("Child", ApiKind::Class, "class(Table)", 9),
            method("Table.__init__", &[param("cells", "list[str]", None)], ""),
            method("Table.add", &[param("cell", "str", None), param("at", "int", Some("-1"))], "Self"),
            method("Table.__len__", &[], "int"),
            method("Table.__eq__", &[param("other", "object", None)], "bool"),
            method("Table.__hash__", &[], "int"),
            item("Table.width", ApiKind::Field, ": int", 5),
        ]
    }

    #[test]
    fn a_constructor_has_the_name_of_its_class_and_keeps_it() {
        let operation = found(&table(), "Table");
        assert_eq!(
            (operation.item.as_str(), operation.keeps),
            ("Table.__init__", Some(TypeName("Table".into())))
        );
        assert_eq!(offered(&table()).operations.iter().filter(|one| one.name == "Table").count(), 1);
    }

    #[test]
    fn a_class_at_another_path_and_one_that_inherits_are_made_alike() {
        for (name, kept) in [("core.Table", "Table"), ("Child", "Child")] {
            let operation = found(&table(), name);
            assert_eq!(operation.params, found(&table(), "Table").params);
            assert_eq!(operation.keeps, Some(TypeName(kept.into())));
            assert_eq!(plan(&operation)["target"], name);
        }
    }

    #[test]
    fn a_parameter_with_a_default_may_be_left_out() {
        let operation = found(&table(), "Table.add");
        let presences: Vec<_> = operation.params.iter().map(|param| param.presence).collect();
        assert_eq!(presences, [Presence::Required, Presence::Required, Presence::Optional]);
        assert_eq!(plan(&operation)["params"][2], json!({"name": "at", "as": ["int"], "optional": true}));
        assert_eq!(operation.keeps, Some(TypeName("Table".into())));
    }

    #[test]
    fn what_only_looks_at_a_value_says_so() {
        let table_type = TypeName("Table".into());
        for name in ["Table.__len__", "Table.width"] {
            assert!(found(&table(), name).looks_at(&table_type), "{name}");
        }
        assert_eq!(plan(&found(&table(), "Table.__len__"))["target"], "len(self)");
        let equal = found(&table(), "Table.__eq__");
        assert_eq!(equal.params[1].shape, Shape::Kept(table_type, Access::Shared));
    }

    #[test]
    fn what_cannot_be_called_says_why() {
        let mut items = table();
        items.push(method("Table.send", &[param("to", "socket.socket", None)], ""));
        items.push(method("Table.log", &[param("to", "socket.socket", Some("None"))], ""));
        items.push(item("Table.__lt__", ApiKind::Method, "...", 7));
        items.push(item("View", ApiKind::Class, "class(Mapping)", 20));
        let reasons: Vec<_> = offered(&items)
            .uncallable
            .into_iter()
            .map(|one| format!("{}: {}", one.item, one.reason))
            .collect();
        assert_eq!(
            reasons,
            [
                "Table.__hash__: a hash is another one in each process",
                "Table.send: no value of type `socket.socket` can be made for `to`",
                "Table.__lt__: its parameters are not known",
                "View: how a `Mapping` is made is not told",
            ]
        );
        assert_eq!(found(&items, "Table.log").params.len(), 1);
    }

    #[test]
    fn classes_that_inherit_from_each_other_end() {
        let items = [item("A", ApiKind::Class, "class(B)", 1), item("B", ApiKind::Class, "class(A)", 2)];
        assert_eq!(offered(&items).operations.len(), 2);
    }
}
