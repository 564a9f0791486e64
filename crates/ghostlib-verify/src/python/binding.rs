//! From a spec's binding to the operation of a driver.

use super::conversion::Classes;
use crate::operation::{BindingError, Operation, OperationParam, Presence};
use crate::template::{expand, mark};
use ghostlib_model::ApiItem;
use serde_json::json;

/// Expands a binding's template, a Python expression: `tables.pad({{param "text" "str"}})`. In it the library has the
/// name by which it is imported. Types are annotations; those of the library, whose API `items` is, are written by
/// their paths in it.
///
/// # Errors
/// If the template does not expand, or names a type that no value can be made of.
pub fn bound_operation(name: &str, template: &str, items: &[ApiItem]) -> Result<Operation, BindingError> {
    let failed = |reason| BindingError { operation: name.to_owned(), reason };
    let expanded = expand(template).map_err(failed)?;
    let classes = Classes::of(items);
    let mut expression = expanded.text;
    let mut params: Vec<OperationParam> = vec![];
    let mut plans = vec![];
    for (at, (param, annotation)) in expanded.params.iter().enumerate() {
        let is_name = !param.is_empty()
            && param.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !param.starts_with(|c: char| c.is_numeric());
        if !is_name {
            return Err(failed(format!("`{param}` is no name of a parameter")));
        }
        expression = expression.replace(&mark(at), param);
        if params.iter().any(|known| known.name == *param) {
            continue;
        }
        let conversion = classes
            .conversion(annotation)
            .ok_or_else(|| failed(format!("a driver cannot supply a value of type `{annotation}`")))?;
        plans.push(json!({"name": param, "as": conversion.reader}));
        let presence = Presence::Required;
        params.push(OperationParam { name: param.clone(), shape: conversion.shape, presence });
    }
    let plan = json!({"name": name, "kind": "expression", "target": expression.trim(), "params": plans});
    Ok(Operation {
        name: name.to_owned(),
        item: name.to_owned(),
        binding: template.to_owned(),
        expression: plan.to_string(),
        params,
        keeps: None,
        keeps_error: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;
    use serde_json::Value;

    #[test]
    fn a_binding_becomes_an_expression_with_names_for_its_parameters() {
        let template =
            r#"demo.pad({{param "text" "str"}}, width=len({{param "text" "str"}}) + {{param "n" "int"}})"#;
        let operation = bound_operation("pad", template, &[]).unwrap();
        let plan: Value = serde_json::from_str(&operation.expression).unwrap();
        assert_eq!(plan["target"], "demo.pad(text, width=len(text) + n)");
        assert_eq!(plan["params"], json!([{"name": "text", "as": ["text"]}, {"name": "n", "as": ["int"]}]));
        assert_eq!(operation.params[0].shape, Shape::Text);
    }

    #[test]
    fn a_template_that_cannot_be_used_says_why() {
        for (template, reason) in [
            (r#"f({{param "x" "requests.Session"}})"#, "type `requests.Session`"),
            (r#"f({{param "x"}})"#, "write it as"),
            (r#"f({{param "a b" "str"}})"#, "no name"),
            ("f({{nothing}})", "nothing"),
            ("f({{param", ""),
        ] {
            let error = bound_operation("f", template, &[]).unwrap_err();
            assert!(error.operation == "f" && error.reason.contains(reason), "{}", error.reason);
        }
    }
}
