//! What an expectation becomes.

use super::call::Called;
use super::literal::{arguments_of, has_debug, is, is_unit};
use super::{MAX_WIDTH, Writer};
use crate::emit::wrapped;
use crate::rust::library::Variant;
use ghostlib_model::{Expected, ExpectedError, ExpectedOutput, Value};
use syn::{GenericArgument, PathArguments, Type, TypeParamBound, parse_quote};

impl Writer<'_> {
    /// The lines that hold a call against what is expected of it.
    pub(super) fn check(&self, called: &Called, expected: &Expected) -> Result<Vec<String>, String> {
        match expected {
            Expected::Output(expected) if !called.changed.is_empty() => self.with_changes(called, expected),
            Expected::Output(expected) => self.returned(called, expected),
            Expected::Error(expected) => match arguments_of(&called.output, "Result") {
                Some(types) => self.error(&called.expression, &types, expected),
                None => Err("it returns no `Result`".to_owned()),
            },
        }
    }

    fn returned(&self, called: &Called, expected: &ExpectedOutput) -> Result<Vec<String>, String> {
        let Called { expression, output, .. } = called;
        let Some(types) = arguments_of(output, "Result") else {
            return self.value(expression, output, expected);
        };
        let has_debug = types.get(1).is_none_or(|error| has_debug(&self.library, error));
        let unwrapped = if has_debug { ".unwrap()" } else { ".ok().unwrap()" };
        self.value(&format!("{expression}{unwrapped}"), types[0], expected)
    }

    /// The same for a call that is given something to change: `{returned, changed}`.
    fn with_changes(&self, called: &Called, expected: &ExpectedOutput) -> Result<Vec<String>, String> {
        let entries = expected.value.as_object().ok_or("it does not say what was changed")?;
        if !expected.is_exact() || entries.keys().any(|key| key != "returned" && key != "changed") {
            return Err("it says more than what was returned and changed".to_owned());
        }
        let returned = entries.get("returned").cloned().unwrap_or_default();
        let mut lines = self.returned(called, &returned.into())?;
        for (name, ty) in &called.changed {
            let value = entries.get("changed").and_then(|changed| changed.get(name));
            lines.extend(self.exactly(name, ty, value.ok_or("it does not say what was changed")?)?);
        }
        Ok(lines)
    }

    fn error(
        &self,
        expression: &str,
        types: &[&Type],
        expected: &ExpectedError,
    ) -> Result<Vec<String>, String> {
        let ExpectedError { class, text } = expected;
        let pattern = match class {
            Some(class) => self.pattern(types.get(1).copied(), class)?,
            None => None,
        };
        let text_of = |error: &str, text: &str| format!("assert_eq!({error}.to_string(), {text:?});");
        let error = if has_debug(&self.library, types[0]) { ".unwrap_err()" } else { ".err().unwrap()" };
        Ok(match (pattern, text) {
            (None, None) => vec![format!("assert!({expression}.is_err());")],
            (Some(pattern), None) => vec![format!("assert!(matches!({expression}, Err({pattern})));")],
            (None, Some(text)) => {
                divided(&format!("{expression}{error}"), "error", |error| text_of(error, text))
            }
            (Some(pattern), Some(text)) => vec![
                format!("let error = {expression}{error};"),
                format!("assert!(matches!(error, {pattern}));"),
                text_of("error", text),
            ],
        })
    }

    /// The pattern of an error's variant; nothing for the only class that errors of the type are of.
    fn pattern(&self, error: Option<&Type>, class: &str) -> Result<Option<String>, String> {
        let unknown = || format!("the API does not tell what the class `{class}` of its error is");
        let own = error.and_then(|error| self.library.own_type(error)).ok_or_else(unknown)?;
        if !own.is_enum() {
            return if own.name() == class { Ok(None) } else { Err(unknown()) };
        }
        let path = format!("{}::{class}", own.path());
        let part = own.parts.iter().find(|part| part.path == path).ok_or_else(unknown)?;
        let parts = match Variant::of(part) {
            Some(variant) if variant.fields.is_empty() => "",
            Some(variant) if variant.is_tuple => "(..)",
            _ => " { .. }",
        };
        Ok(Some(format!("{}::{path}{parts}", self.suite.library)))
    }

    fn value(&self, expression: &str, ty: &Type, expected: &ExpectedOutput) -> Result<Vec<String>, String> {
        let ExpectedOutput { value, tolerance, unordered } = expected;
        match (ty, tolerance) {
            (Type::Reference(reference), _)
                if !matches!(*reference.elem, Type::Slice(_)) && !is(&reference.elem, "str") =>
            {
                self.value(&format!("*{expression}"), &reference.elem, expected)
            }
            (ty, Some(tolerance)) if is(ty, "f64") || is(ty, "f32") => {
                let number = self.literal(ty, value)?;
                Ok(divided(expression, "got", |got| {
                    format!("assert!(({got} - {number}).abs() <= {tolerance:?});")
                }))
            }
            (_, Some(_)) => Err("its tolerance is for numbers within a value".to_owned()),
            (ty, None) if *unordered => self.in_any_order(expression, ty, value),
            (ty, None) => self.exactly(expression, ty, value),
        }
    }

    fn exactly(&self, expression: &str, ty: &Type, value: &Value) -> Result<Vec<String>, String> {
        let equals =
            |literal: &str| divided(expression, "got", |got| format!("assert_eq!({got}, {literal});"));
        if is_unit(ty) && value.is_null() {
            return Ok(vec![format!("{expression};")]);
        }
        if let Some(flag) = value.as_bool().filter(|_| is(ty, "bool")) {
            let not = if flag { "" } else { "!" };
            return Ok(vec![format!("assert!({not}{expression});")]);
        }
        if is(ty, "f64") || is(ty, "f32") {
            match wrapped(value, "float").or(value.as_str()) {
                Some("nan") => return Ok(vec![format!("assert!({expression}.is_nan());")]),
                Some("-0") => {
                    return Ok(equals("-0.0")
                        .into_iter()
                        .chain(vec![format!("assert!({expression}.is_sign_negative());")])
                        .collect());
                }
                _ => {}
            }
        }
        if let Some(text) = value.as_str().filter(|_| is_text(ty)) {
            return Ok(equals(&format!("{text:?}")));
        }
        if let Some(item) = item_of(ty) {
            let items = value.as_array().ok_or("its output is no list")?;
            if items.is_empty() {
                return Ok(vec![format!("assert!({expression}.is_empty());")]);
            }
            let literal = if is_text(item) {
                let texts = items.iter().map(|item| item.as_str().map(|text| format!("{text:?}")));
                texts.collect::<Option<Vec<_>>>().ok_or("its output has items that are no text")?.join(", ")
            } else {
                self.items(item, value)?
            };
            return Ok(equals(&format!("[{literal}]")));
        }
        if let Some(item) = self.iterated(ty) {
            return self.exactly(
                &format!("{expression}.collect::<Vec<_>>()"),
                &parse_quote!(Vec<#item>),
                value,
            );
        }
        if let Some(own) = self.library.own_type(ty) {
            return self.own_value(expression, ty, own.path(), value);
        }
        Ok(equals(&self.literal(ty, value)?))
    }

    /// The type of an iterator's items.
    fn iterated(&self, ty: &Type) -> Option<Type> {
        if let Type::ImplTrait(bounds) = ty {
            let iterator = bounds.bounds.iter().find_map(|bound| match bound {
                TypeParamBound::Trait(bound) => {
                    bound.path.segments.last().filter(|last| last.ident == "Iterator")
                }
                _ => None,
            })?;
            let PathArguments::AngleBracketed(arguments) = &iterator.arguments else { return None };
            return arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::AssocType(item) if item.ident == "Item" => Some(item.ty.clone()),
                _ => None,
            });
        }
        self.associated(self.library.own_type(ty)?.path(), "Iterator", "Item")
    }

    /// A value of the library's own is told by how it shows itself, or by its variant.
    fn own_value(
        &self,
        expression: &str,
        ty: &Type,
        path: &str,
        value: &Value,
    ) -> Result<Vec<String>, String> {
        if let Some(text) = wrapped(value, "display").or(value.as_str())
            && self.library.implements(path, "Display")
        {
            let text = format!("{text:?}");
            return Ok(divided(expression, "got", |got| format!("assert_eq!({got}.to_string(), {text});")));
        }
        if value.get("opaque").is_some() {
            return Err(format!("nothing public tells values of the type `{}` apart", self.written(ty)));
        }
        let literal = self.literal(ty, value)?;
        Ok(vec![format!("assert!(matches!({expression}, {literal}));")])
    }

    fn in_any_order(&self, expression: &str, ty: &Type, value: &Value) -> Result<Vec<String>, String> {
        let item =
            arguments_of(ty, "Vec").map(|types| types[0]).ok_or("only the items of a `Vec` are sorted")?;
        let mut items = value.as_array().cloned().unwrap_or_default();
        if is_text(item) {
            items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        } else if items.iter().all(Value::is_i64) {
            items.sort_by_key(Value::as_i64);
        } else {
            return Err("its items cannot be sorted".to_owned());
        }
        let mut lines = vec![format!("let mut got = {expression};"), "got.sort();".to_owned()];
        lines.extend(self.exactly("got", ty, &Value::Array(items))?);
        Ok(lines)
    }
}

/// Whether a type is equal to literals of text.
fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is(&reference.elem, "str"),
        ty => is(ty, "String") || is(ty, "Cow"),
    }
}

/// The type of a list's items.
fn item_of(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => Some(&slice.elem),
            _ => None,
        },
        Type::Slice(slice) => Some(&slice.elem),
        Type::Array(array) => Some(&array.elem),
        ty => arguments_of(ty, "Vec").map(|types| types[0]),
    }
}

/// An assertion about an expression, which gets a line of its own where both do not fit on one.
fn divided(expression: &str, name: &str, assertion: impl Fn(&str) -> String) -> Vec<String> {
    let whole = assertion(expression);
    if whole.len() + 4 <= MAX_WIDTH {
        return vec![whole];
    }
    vec![format!("let {name} = {expression};"), assertion(name)]
}
