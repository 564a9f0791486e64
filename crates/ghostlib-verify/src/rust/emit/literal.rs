//! Values as literals of Rust.

use super::{Variable, Writer};
use crate::emit::{call_at, long_integer, wrapped};
use crate::rust::library::{Library, path_of};
use crate::shape::Shape;
use ghostlib_model::Value;
use syn::{GenericArgument, PathArguments, Type};

impl Writer<'_> {
    /// The argument for a parameter: a literal, or what an earlier call returned.
    pub(super) fn argument(
        &self,
        ty: &Type,
        value: &Value,
        variables: &mut [Variable],
    ) -> Result<String, String> {
        let Some(at) = call_at(value) else { return self.literal(ty, value) };
        let variable = variables.get_mut(at).ok_or("its input is what no earlier call returned")?;
        variable.is_used = true;
        Ok(match ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                variable.is_changed = true;
                format!("&mut {}", variable.name)
            }
            Type::Reference(_) => format!("&{}", variable.name),
            _ => variable.name.clone(),
        })
    }

    /// A value of a type, as code outside the library writes it.
    pub(super) fn literal(&self, ty: &Type, value: &Value) -> Result<String, String> {
        let unwritten = || format!("a value of the type `{}` has no plain literal", self.written(ty));
        match ty {
            Type::Reference(reference) if reference.mutability.is_none() => {
                self.borrowed(&reference.elem, value)
            }
            Type::Paren(inner) => self.literal(&inner.elem, value),
            ty if is_unit(ty) && value.is_null() => Ok("()".to_owned()),
            Type::Tuple(tuple) => {
                let items = value.as_array().filter(|items| items.len() == tuple.elems.len());
                let items = items.ok_or_else(|| misfit(value))?;
                let items: Vec<String> = tuple
                    .elems
                    .iter()
                    .zip(items)
                    .map(|(ty, item)| self.literal(ty, item))
                    .collect::<Result<_, _>>()?;
                Ok(if items.len() == 1 {
                    format!("({},)", items[0])
                } else {
                    format!("({})", items.join(", "))
                })
            }
            Type::Array(array) => Ok(format!("[{}]", self.items(&array.elem, value)?)),
            Type::Path(_) => self.named(ty, value).unwrap_or_else(|| Err(unwritten())),
            _ => Err(unwritten()),
        }
    }

    fn borrowed(&self, ty: &Type, value: &Value) -> Result<String, String> {
        match ty {
            Type::Slice(slice) if is(&slice.elem, "u8") && value.is_string() => Ok(bytes(value)),
            Type::Slice(slice) if value.as_array().is_some_and(Vec::is_empty) => {
                Ok(format!("&[] as &[{}]", self.written(&slice.elem)))
            }
            Type::Slice(slice) => Ok(format!("&[{}]", self.items(&slice.elem, value)?)),
            ty if is(ty, "str") => Ok(format!("{:?}", value.as_str().ok_or_else(|| misfit(value))?)),
            ty if is(ty, "Path") || is(ty, "OsStr") => {
                let kind = if is(ty, "Path") { "std::path::Path" } else { "std::ffi::OsStr" };
                Ok(format!("{kind}::new({:?})", value.as_str().ok_or_else(|| misfit(value))?))
            }
            ty => Ok(format!("&{}", self.literal(ty, value)?)),
        }
    }

    /// The items of a list, with commas between them.
    pub(super) fn items(&self, ty: &Type, value: &Value) -> Result<String, String> {
        let items = value.as_array().ok_or_else(|| misfit(value))?;
        let written: Vec<String> =
            items.iter().map(|item| self.literal(ty, item)).collect::<Result<_, _>>()?;
        Ok(written.join(", "))
    }

    /// A value of a type with a name; nothing, if it has no literal.
    fn named(&self, ty: &Type, value: &Value) -> Option<Result<String, String>> {
        let text = || value.as_str().ok_or_else(|| misfit(value));
        if let Some(inner) = arguments_of(ty, "Option") {
            if value.is_null() {
                return Some(Ok("None".to_owned()));
            }
            let value = value
                .as_object()
                .filter(|map| map.len() == 1)
                .and_then(|map| map.get("some"))
                .unwrap_or(value);
            return Some(self.literal(inner[0], value).map(|value| format!("Some({value})")));
        }
        if let Some(inner) = arguments_of(ty, "Vec") {
            let is_empty = value.as_array().is_some_and(Vec::is_empty);
            return Some(match self.items(inner[0], value) {
                Ok(_) if is_empty => Ok(format!("Vec::<{}>::new()", self.written(inner[0]))),
                Ok(items) => Ok(format!("vec![{items}]")),
                Err(_) if is(inner[0], "u8") && value.is_string() => Ok(format!("{}.to_vec()", bytes(value))),
                Err(reason) => Err(reason),
            });
        }
        if let Some(inner) = arguments_of(ty, "Box") {
            return Some(match inner[0] {
                text_type if is(text_type, "str") => text().map(|text| format!("{text:?}.into()")),
                inner => self.literal(inner, value).map(|value| format!("Box::new({value})")),
            });
        }
        let name = path_of(ty)?;
        let last = name.rsplit("::").next().unwrap_or_default();
        Some(match last {
            "String" => text().map(|text| format!("{text:?}.to_owned()")),
            "Cow" | "Rc" | "Arc" if value.is_string() => text().map(|text| format!("{text:?}.into()")),
            "PathBuf" => text().map(|text| format!("std::path::PathBuf::from({text:?})")),
            "OsString" => text().map(|text| format!("std::ffi::OsString::from({text:?})")),
            "bool" => value.as_bool().map(|flag| flag.to_string()).ok_or_else(|| misfit(value)),
            "char" => text().and_then(|text| one_character(text).ok_or_else(|| misfit(value))),
            "f32" | "f64" => float(last, value).ok_or_else(|| misfit(value)),
            "Ordering" => ordering(value).ok_or_else(|| misfit(value)),
            "Duration" => duration(value).ok_or_else(|| misfit(value)),
            _ => match Shape::integer(last) {
                Some(shape) => integer(&shape, value).ok_or_else(|| misfit(value)),
                None => return self.own(ty, value),
            },
        })
    }

    /// A variant of an enumeration of the library, or what the library reads out of a text.
    fn own(&self, ty: &Type, value: &Value) -> Option<Result<String, String>> {
        let own = self.library.own_type(ty)?;
        let name = wrapped(value, "variant").or(value.as_str())?;
        if own.is_choice() {
            let path = format!("{}::{name}", own.path());
            let is_known = own.parts.iter().any(|part| part.path == path);
            return Some(if is_known {
                Ok(format!("{}::{path}", self.suite.library))
            } else {
                Err(misfit(value))
            });
        }
        let text = wrapped(value, "display").or(value.as_str())?;
        let reads = self.library.implements(own.path(), "FromStr") && own.declared.generics.params.is_empty();
        reads.then(|| Ok(format!("{text:?}.parse::<{}>().unwrap()", self.written(ty))))
    }
}

/// Whether a type is that of nothing.
pub(super) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Whether a type is the one of this name.
pub(super) fn is(ty: &Type, name: &str) -> bool {
    path_of(ty).is_some_and(|path| path.rsplit("::").next() == Some(name))
}

/// The types in the brackets of a type of this name; nothing, if there are none.
pub(super) fn arguments_of<'t>(ty: &'t Type, name: &str) -> Option<Vec<&'t Type>> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    let types: Vec<&Type> = types.collect();
    (!types.is_empty()).then_some(types)
}

/// Whether a type can be written out in a failed assertion.
pub(super) fn has_debug(library: &Library<'_>, ty: &Type) -> bool {
    match library.own_type(ty) {
        Some(own) => library.implements(own.path(), "Debug"),
        None => true,
    }
}

fn misfit(value: &Value) -> String {
    format!("{value} does not fit its parameter or its result")
}

fn bytes(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    if text.is_ascii() { format!("b{text:?}") } else { format!("{text:?}.as_bytes()") }
}

fn one_character(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let only = chars.next()?;
    chars.next().is_none().then(|| format!("{only:?}"))
}

fn integer(shape: &Shape, value: &Value) -> Option<String> {
    let Shape::Integer { min, max } = *shape else { return None };
    if let Some(digits) = long_integer(value) {
        return Some(digits.to_owned());
    }
    let fits = match value.as_i64() {
        Some(number) if number < 0 => number >= min,
        _ => value.as_u64().is_some_and(|number| number <= max),
    };
    fits.then(|| value.to_string())
}

fn float(name: &str, value: &Value) -> Option<String> {
    if let Some(number) = value.as_f64() {
        return Some(format!("{number:?}"));
    }
    Some(match wrapped(value, "float")? {
        "nan" => format!("{name}::NAN"),
        "inf" => format!("{name}::INFINITY"),
        "-inf" => format!("{name}::NEG_INFINITY"),
        "-0" => "-0.0".to_owned(),
        _ => return None,
    })
}

fn ordering(value: &Value) -> Option<String> {
    let name = match value.as_str()? {
        "less" => "Less",
        "equal" => "Equal",
        "greater" => "Greater",
        _ => return None,
    };
    Some(format!("std::cmp::Ordering::{name}"))
}

fn duration(value: &Value) -> Option<String> {
    let part = |name: &str| value.as_object()?.get(name).map_or(Some(0), Value::as_u64);
    Some(format!("std::time::Duration::new({}, {})", part("secs")?, part("nanos")?))
}
