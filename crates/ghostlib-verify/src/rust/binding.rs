//! From a function's signature to a binding, and from a binding to the operation of a driver.

use super::types::{Conversion, conversion};
use crate::operation::{BindingError, Operation, OperationParam};
use ghostlib_model::{ApiItem, ApiKind, Param};
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason};
use std::sync::{Arc, Mutex};

/// The binding that calls a function with its parameters in order: `demo::pad({{param "s" "&str"}})`.
///
/// # Errors
/// A reason for people, if the item cannot be called with values alone.
pub fn infer_binding(crate_name: &str, item: &ApiItem) -> Result<String, String> {
    let (Some(function), ApiKind::Function | ApiKind::Method) = (&item.function, item.kind) else {
        return Err(format!("a {} is not called", item.kind));
    };
    if function.receiver.is_some() {
        return Err("it is called on a value, and values are not yet kept between calls".into());
    }
    if function.is_unsafe || function.is_async {
        return Err("unsafe and async functions are not called".into());
    }
    if item.path.starts_with('<') {
        return Err("functions of trait implementations are not called by themselves".into());
    }
    let arguments: Vec<_> = function
        .params
        .iter()
        .map(|param| {
            let ty = callable_type(param, &function.generics)?;
            Ok(format!("{{{{param \"{}\" \"{ty}\"}}}}", param.name))
        })
        .collect::<Result<_, String>>()?;
    Ok(format!("{crate_name}::{}({})", item.path, arguments.join(", ")))
}

/// The parameter's type, with type parameters and `impl Trait` replaced by what the driver decodes for them.
fn callable_type(param: &Param, generics: &[(String, String)]) -> Result<String, String> {
    let refused = || format!("no value of type `{}` can be made for `{}`", param.ty, param.name);
    let found = conversion(&param.ty, generics).ok_or_else(refused)?;
    if param.ty.trim_start().starts_with("impl ") {
        return Ok(written_type(&found));
    }
    let mut concrete = param.ty.clone();
    for (name, _) in generics {
        if let Some(argument) = conversion(name, generics) {
            concrete = replace_word(&concrete, name, &written_type(&argument));
        }
    }
    conversion(&concrete, &[]).map(|_| concrete).ok_or_else(refused)
}

/// Replaces a word where it stands alone: `S` in `&[S]`, and not in `String`.
fn replace_word(text: &str, word: &str, with: &str) -> String {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        let alone = !before.ends_with(is_inside) && !behind.starts_with(is_inside);
        out.push_str(before);
        out.push_str(if alone { with } else { word });
        rest = behind;
    }
    out + rest
}

fn written_type(conversion: &Conversion) -> String {
    if conversion.decoded == "Bytes" { "Vec<u8>".into() } else { conversion.decoded.clone() }
}

/// Expands a binding's template. `{{param "name" "type"}}` stands for the parameter `name` of the call, made
/// into an argument of that type.
///
/// # Errors
/// If the template does not expand, or names a type that a driver cannot supply.
pub fn operation(name: &str, template: &str) -> Result<Operation, BindingError> {
    // The helper writes a mark for the number of parameters, which is known only afterwards.
    let params = Arc::new(Mutex::new(Vec::new()));
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(handlebars::no_escape);
    let seen = Arc::clone(&params);
    handlebars.register_helper(
        "param",
        Box::new(
            move |helper: &Helper<'_>,
                  _: &Handlebars<'_>,
                  _: &Context,
                  _: &mut RenderContext<'_, '_>,
                  out: &mut dyn Output|
                  -> HelperResult {
                let (param, argument) = expand_param(helper)?;
                if let Ok(mut seen) = seen.lock() {
                    seen.push(param);
                }
                out.write(&argument)?;
                Ok(())
            },
        ),
    );
    let expression = handlebars
        .render_template(template, &())
        .map_err(|error| BindingError { operation: name.into(), reason: error.reason().to_string() })?;
    let params = params.lock().map(|params| params.clone()).unwrap_or_default();
    let expression = expression.replace(N_PARAMS, &params.len().to_string());
    Ok(Operation { name: name.into(), binding: template.into(), expression, params })
}

const N_PARAMS: &str = "\u{0}n_params\u{0}";

fn expand_param(helper: &Helper<'_>) -> Result<(OperationParam, String), RenderErrorReason> {
    let text = |index: usize| helper.param(index).and_then(|param| param.value().as_str());
    let (Some(name), Some(ty)) = (text(0), text(1)) else {
        let usage = "write it as {{param \"name\" \"type\"}}";
        return Err(RenderErrorReason::Other(usage.into()));
    };
    let conversion = conversion(ty, &[])
        .ok_or_else(|| RenderErrorReason::Other(format!("a driver cannot supply a value of type `{ty}`")))?;
    let decoded = format!("param::<{}>(input, {name:?}, {N_PARAMS})?", conversion.decoded);
    let argument = conversion.argument(&decoded);
    Ok((OperationParam { name: name.into(), shape: conversion.shape }, argument))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_model::{ApiAttributes, FnSignature, Place};

    fn function(path: &str, params: &[(&str, &str)], generics: &[(&str, &str)]) -> ApiItem {
        let param = |(name, ty): &(&str, &str)| Param { name: (*name).into(), ty: (*ty).into() };
        ApiItem {
            path: path.into(),
            kind: ApiKind::Function,
            signature: String::new(),
            declaration: String::new(),
            function: Some(FnSignature {
                params: params.iter().map(param).collect(),
                generics: generics.iter().map(|(n, b)| ((*n).to_owned(), (*b).to_owned())).collect(),
                ..FnSignature::default()
            }),
            attributes: ApiAttributes::default(),
            place: Place::start_of("lib.rs"),
        }
    }

    #[test]
    fn a_signature_becomes_a_binding_and_the_binding_a_call() {
        let item = function(
            "pad::left",
            &[("text", "&str"), ("words", "I")],
            &[("I", "IntoIterator<Item = S>"), ("S", "AsRef<str>")],
        );
        let binding = infer_binding("demo", &item).unwrap();
        assert_eq!(binding, r#"demo::pad::left({{param "text" "&str"}}, {{param "words" "Vec<String>"}})"#);
        let operation = operation("left", &binding).unwrap();
        assert_eq!(
            operation.expression,
            r#"demo::pad::left(&*param::<String>(input, "text", 2)?, param::<Vec<String>>(input, "words", 2)?)"#
        );
        assert_eq!(operation.params.len(), 2);
    }

    #[test]
    fn type_parameters_inside_of_types_become_concrete() {
        let item = function("line", &[("words", "&[S]"), ("S_", "String")], &[("S", "AsRef<str>")]);
        let binding = infer_binding("demo", &item).unwrap();
        assert_eq!(binding, r#"demo::line({{param "words" "&[String]"}}, {{param "S_" "String"}})"#);
        operation("line", &binding).unwrap();
    }

    #[test]
    fn what_cannot_be_called_says_why() {
        let item = function("each", &[("f", "impl FnMut(u8)")], &[]);
        assert_eq!(
            infer_binding("demo", &item).unwrap_err(),
            "no value of type `impl FnMut(u8)` can be made for `f`"
        );
    }

    #[test]
    fn a_template_that_does_not_expand_names_its_operation() {
        for (template, reason) in [
            (r#"f({{param "x" "Table"}})"#, "type `Table`"),
            (r#"f({{param "x"}})"#, "write it as"),
            ("f({{nothing}})", "nothing"),
            ("f({{param", ""),
        ] {
            let error = operation("f", template).unwrap_err();
            assert_eq!(error.operation, "f");
            assert!(error.reason.contains(reason), "{}", error.reason);
        }
    }
}
