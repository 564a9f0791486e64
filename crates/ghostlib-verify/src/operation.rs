//! What a driver can be asked for, in whatever language it is written.

use crate::rust::OwnType;
use crate::shape::Shape;
use std::collections::HashSet;

/// An operation that a driver can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, as vectors have it.
    pub name: String,
    /// The path of the API item that it exercises: of a method of a trait, whatever type it is called on.
    pub item: String,
    /// The binding that it comes from; empty where the driver needs none.
    pub binding: String,
    /// How the driver calls it, in its language.
    pub expression: String,
    /// Its parameters, `self` first.
    pub params: Vec<OperationParam>,
    /// The type of the value that it returns and that the driver keeps, if it is one of the library's own.
    pub keeps: Option<TypeName>,
    /// The same of an error that it returns.
    pub keeps_error: Option<TypeName>,
}

/// A parameter of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationParam {
    /// Its name, a key of the input.
    pub name: String,
    /// What its values look like.
    pub shape: Shape,
    /// Whether an input has to have it.
    pub presence: Presence,
}

/// Whether an input has to have a value for a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// It has to.
    #[default]
    Required,
    /// It may leave it out: the parameter has a default, or takes any number of arguments.
    Optional,
}

/// A type of values that a driver keeps, by the name that its language gives it: `Table`, `Slab<i64>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName(pub String);

impl std::fmt::Display for TypeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a call does to a value that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It looks at it.
    Shared,
    /// It may change it.
    Mutable,
    /// It uses it up.
    Owned,
}

/// An item of an API that cannot be called, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncallable {
    /// The path of the item.
    pub item: String,
    /// The reason, for people.
    pub reason: String,
}

impl OperationParam {
    /// A parameter that every input has to have.
    pub fn required(name: String, shape: Shape) -> Self {
        Self { name, shape, presence: Presence::Required }
    }
}

impl Operation {
    /// The values that it needs from calls before it, each with what it does to it.
    pub fn kept_params(&self) -> impl Iterator<Item = (&OperationParam, &TypeName, Access)> {
        self.params.iter().filter_map(|param| match &param.shape {
            Shape::Kept(name, access) => Some((param, name, *access)),
            _ => None,
        })
    }

    /// The types of the values that every input has to have.
    pub(crate) fn required_kept(&self) -> impl Iterator<Item = &TypeName> {
        let required = self.kept_params().filter(|(param, ..)| param.presence == Presence::Required);
        required.map(|(_, name, _)| name)
    }

    /// Whether it does nothing but look at one value of this type: what shows the state of the value.
    pub fn looks_at(&self, name: &TypeName) -> bool {
        matches!(&self.params[..], [param] if param.shape == Shape::Kept(name.clone(), Access::Shared))
    }
}

/// What a driver can be made of, by an API alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Everything that it can be asked for.
    pub operations: Vec<Operation>,
    /// How the library's own types are told, where the language needs code for that.
    pub types: Vec<OwnType>,
    /// The functions that it cannot be asked for.
    pub uncallable: Vec<Uncallable>,
}

impl Offered {
    /// Leaves out an operation that does not compile, and what cannot be reached without it.
    pub fn leave_out(&mut self, name: &str, reason: &str) {
        let item = self.operations.iter().find(|operation| operation.name == name);
        let item = item.map_or_else(|| name.to_owned(), |operation| operation.item.clone());
        self.operations.retain(|operation| operation.name != name);
        self.uncallable.push(Uncallable { item, reason: reason.to_owned() });
        leave_out_unreachable(&mut self.operations, &mut self.uncallable);
    }
}

/// Leaves out what needs a value that nothing returns.
pub(crate) fn leave_out_unreachable(callable: &mut Vec<Operation>, uncallable: &mut Vec<Uncallable>) {
    let mut made: HashSet<TypeName> = HashSet::new();
    let is_reachable = |operation: &Operation, made: &HashSet<TypeName>| {
        operation.required_kept().all(|name| made.contains(name))
    };
    loop {
        let reachable = callable.iter().filter(|operation| is_reachable(operation, &made));
        let more: HashSet<TypeName> = reachable
            .flat_map(|operation| [operation.keeps.clone(), operation.keeps_error.clone()])
            .flatten()
            .collect();
        if more.is_subset(&made) {
            break;
        }
        made.extend(more);
    }
    callable.retain(|operation| {
        let missing = operation.required_kept().find(|name| !made.contains(*name));
        if let Some(name) = missing {
            let reason = format!("nothing that can be called returns a `{name}`");
            uncallable.push(Uncallable { item: operation.item.clone(), reason });
        }
        missing.is_none()
    });
    let items: HashSet<&str> = callable.iter().map(|operation| operation.item.as_str()).collect();
    uncallable.retain(|one| !items.contains(one.item.as_str()));
    uncallable.dedup();
}

/// A binding that cannot be turned into a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the binding of `{operation}` cannot be used: {reason}")]
pub struct BindingError {
    /// The operation.
    pub operation: String,
    /// Why.
    pub reason: String,
}
