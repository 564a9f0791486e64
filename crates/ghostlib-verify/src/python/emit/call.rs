//! Calls as people write them.

use super::literal::{literal, untyped};
use super::{Variable, Writer};
use crate::emit::{call_at, item_called, value_of};
use crate::template::{expand, mark};
use ghostlib_model::{ApiItem, ApiKind, Call, Passing, Value};

/// A call, and what it returns.
pub(super) struct Called {
    /// Lines before it, which name its arguments.
    pub(super) before: Vec<String>,
    pub(super) expression: String,
    /// The annotation of what it returns, if it is known.
    pub(super) output: Option<String>,
}

impl Writer<'_> {
    pub(super) fn call(&self, call: &Call, variables: &mut [Variable]) -> Result<Called, String> {
        if let Some(template) = self.suite.binding(&call.operation, "python") {
            return bound(template, &call.input, variables);
        }
        let item = self.item(&call.operation).ok_or_else(|| {
            format!(
                "no binding says how `{}` is called, and the API has no function of that name",
                call.operation
            )
        })?;
        self.inferred(item, &call.input, variables)
    }

    /// What can be called under a name: that path, or the only one that ends so.
    fn item(&self, name: &str) -> Option<&ApiItem> {
        let path = name.replace("::", ".").replace('#', ".");
        let is_callable = |item: &&ApiItem| {
            matches!(item.kind, ApiKind::Function | ApiKind::Method | ApiKind::Class | ApiKind::Field)
        };
        item_called(self.suite.items.iter().filter(is_callable), &path, ".")
    }

    fn inferred(&self, item: &ApiItem, input: &Value, variables: &mut [Variable]) -> Result<Called, String> {
        let library = self.suite.library;
        let (owner, name) = item.path.rsplit_once('.').unwrap_or(("", &item.path));
        if item.kind == ApiKind::Field {
            let receiver = receiver(input, variables)?;
            return Ok(Called { before: vec![], expression: format!("{receiver}.{name}"), output: None });
        }
        let (target, function, output) = if item.kind == ApiKind::Class {
            let constructor = format!("{}.__init__", item.path);
            let function = self.suite.items.iter().find(|one| one.path == constructor);
            let function = function.and_then(|item| item.function.clone()).unwrap_or_default();
            (format!("{library}.{}", item.path), function, item.path.clone())
        } else {
            let function = item.function.clone().ok_or("its parameters are not known")?;
            let output = if function.output == "Self" { owner.to_owned() } else { function.output.clone() };
            let target = match function.receiver {
                Some(_) => format!("{}.{name}", receiver(input, variables)?),
                None => format!("{library}.{}", item.path),
            };
            (target, function, output)
        };
        // A constructor is called on nothing.
        let has_self = function.receiver.is_some() && item.kind != ApiKind::Class;
        let n_params = function.params.len() + usize::from(has_self);
        let (mut passed, mut has_gap) = (Vec::new(), false);
        for param in &function.params {
            let Some(value) = value_of(input, &param.name, n_params) else {
                if param.is_optional() {
                    has_gap = true;
                    continue;
                }
                return Err(format!("its input has no `{}`", param.name));
            };
            let value = match param.passing {
                Passing::Keywords => return Err("it takes any keywords".to_owned()),
                Passing::Rest => format!("*{}", untyped(value)?),
                _ => argument(&param.ty, value, variables)?,
            };
            let by_name = param.passing == Passing::Keyword || has_gap && param.passing == Passing::Either;
            passed.push(if by_name { format!("{}={value}", param.name) } else { value });
        }
        let expression = format!("{target}({})", passed.join(", "));
        Ok(Called { before: vec![], expression, output: Some(output).filter(|output| !output.is_empty()) })
    }
}

/// The call that a binding says. What it names more than once gets a name.
fn bound(template: &str, input: &Value, variables: &mut [Variable]) -> Result<Called, String> {
    let expanded = expand(template)?;
    let mut names: Vec<&str> = expanded.params.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let n_uses = names.len();
    names.dedup();
    let is_repeated = names.len() < n_uses;
    let mut called = Called { before: vec![], expression: expanded.text.trim().to_owned(), output: None };
    let mut known: Vec<&str> = Vec::new();
    for (at, (name, annotation)) in expanded.params.iter().enumerate() {
        let value = value_of(input, name, names.len()).ok_or_else(|| format!("its input has no `{name}`"))?;
        let value = argument(annotation, value, variables)?;
        let written = if is_repeated { name } else { &value };
        called.expression = called.expression.replace(&mark(at), written);
        if is_repeated && !known.contains(&name.as_str()) {
            called.before.push(format!("{name} = {value}"));
        }
        known.push(name);
    }
    Ok(called)
}

fn argument(annotation: &str, value: &Value, variables: &mut [Variable]) -> Result<String, String> {
    let Some(at) = call_at(value) else { return literal(annotation, value) };
    let variable = variables.get_mut(at).ok_or("its input is what no earlier call returned")?;
    variable.is_used = true;
    Ok(variable.name.clone())
}

/// The value that a method is called on.
fn receiver(input: &Value, variables: &mut [Variable]) -> Result<String, String> {
    let value = input.get("self").unwrap_or(input);
    if call_at(value).is_none() {
        return Err("its `self` is not what an earlier call returned".to_owned());
    }
    argument("", value, variables)
}
