//! Values that a function may return in place of what it computes, by its return type.

use quote::ToTokens;
use syn::{GenericArgument, Path, PathArguments, ReturnType, Type};

/// More values of one type are not tried.
const MAX_VALUES: usize = 12;

/// Expressions for values of a return type; none where nothing can be guessed. `std` is the path of the standard
/// library.
pub(super) fn values_of(output: &ReturnType, std: &str) -> Vec<String> {
    match output {
        ReturnType::Default => vec!["()".to_owned()],
        ReturnType::Type(_, ty) => values(ty, std),
    }
}

fn values(ty: &Type, std: &str) -> Vec<String> {
    let mut values = match ty {
        Type::Never(_) | Type::ImplTrait(_) => vec![],
        Type::Paren(inner) => values(&inner.elem, std),
        Type::Group(inner) => values(&inner.elem, std),
        Type::Tuple(tuple) => of_tuple(tuple.elems.iter(), std),
        Type::Array(array) => {
            let length = array.len.to_token_stream();
            let item = |value: String| format!("[{value}; {length}]");
            values(&array.elem, std).into_iter().map(item).collect()
        }
        Type::Reference(reference) => of_reference(&reference.elem, reference.mutability.is_some(), std),
        Type::Path(path) => of_path(&path.path, std),
        _ => vec![default()],
    };
    values.truncate(MAX_VALUES);
    values
}

fn default() -> String {
    "::core::default::Default::default()".to_owned()
}

fn of_tuple<'a>(items: impl Iterator<Item = &'a Type>, std: &str) -> Vec<String> {
    let mut rows = vec![String::new()];
    for item in items {
        let values = values(item, std);
        rows =
            rows.iter().flat_map(|row| values.iter().map(move |value| format!("{row}{value}, "))).collect();
    }
    rows.into_iter().map(|row| format!("({})", row.trim_end())).collect()
}

fn of_reference(target: &Type, is_mutable: bool, std: &str) -> Vec<String> {
    match target {
        Type::Path(path) if path.path.is_ident("str") && !is_mutable => {
            vec!["\"\"".to_owned(), "\"xyzzy\"".to_owned()]
        }
        Type::Slice(slice) => {
            let one = |value: String| format!("{std}::vec::Vec::leak({std}::vec![{value}])");
            let none = format!("{std}::vec::Vec::leak({std}::vec::Vec::new())");
            std::iter::once(none).chain(values(&slice.elem, std).into_iter().map(one)).collect()
        }
        Type::TraitObject(_) => vec![],
        _ => {
            let leaked = |value| format!("{std}::boxed::Box::leak({std}::boxed::Box::new({value}))");
            values(target, std).into_iter().map(leaked).collect()
        }
    }
}

fn of_path(path: &Path, std: &str) -> Vec<String> {
    let Some(last) = path.segments.last() else { return vec![] };
    let arguments: Vec<&Type> = match &last.arguments {
        PathArguments::AngleBracketed(given) => given.args.iter().filter_map(as_type).collect(),
        _ => vec![],
    };
    let of_first = |wrap: &dyn Fn(String) -> String| -> Vec<String> {
        let inner = arguments.first().map_or_else(|| vec![default()], |ty| values(ty, std));
        inner.into_iter().map(wrap).collect()
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    match last.ident.to_string().as_str() {
        "bool" => texts(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => texts(&["0", "1"]),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => texts(&["0", "1", "-1"]),
        "f32" | "f64" => texts(&["0.0", "1.0", "-1.0"]),
        "char" => texts(&["'\\0'", "'x'"]),
        "String" => {
            vec![format!("{std}::string::String::new()"), format!("{std}::string::String::from(\"xyzzy\")")]
        }
        "Vec" => {
            let mut all = vec![format!("{std}::vec::Vec::new()")];
            all.extend(of_first(&|value| format!("{std}::vec![{value}]")));
            all
        }
        "Option" => {
            let mut all = vec!["::core::option::Option::None".to_owned()];
            all.extend(of_first(&|value| format!("::core::option::Option::Some({value})")));
            all
        }
        "Result" => of_first(&|value| format!("::core::result::Result::Ok({value})")),
        name @ ("Box" | "Rc" | "Arc") => {
            let module = if name == "Box" {
                "boxed"
            } else if name == "Rc" {
                "rc"
            } else {
                "sync"
            };
            of_first(&|value| format!("{std}::{module}::{name}::new({value})"))
        }
        "Cow" => match arguments.first() {
            Some(inner) => of_reference(inner, false, std)
                .into_iter()
                .map(|value| format!("{std}::borrow::Cow::Borrowed({value})"))
                .collect(),
            None => vec![default()],
        },
        "Ordering" if arguments.is_empty() => {
            ["Less", "Equal", "Greater"].map(|name| format!("::core::cmp::Ordering::{name}")).to_vec()
        }
        _ => vec![default()],
    }
}

fn as_type(argument: &GenericArgument) -> Option<&Type> {
    match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ty: &str) -> Vec<String> {
        values(&syn::parse_str(ty).unwrap(), "std")
    }

    #[test]
    fn values_follow_the_type() {
        assert_eq!(of("bool"), ["true", "false"]);
        assert_eq!(of("()"), ["()"]);
        assert_eq!(of("Option<i8>").len(), 4);
        assert_eq!(of("io::Result<(bool, u8)>").len(), 4);
        assert_eq!(of("fmt::Result"), ["::core::result::Result::Ok(::core::default::Default::default())"]);
        assert_eq!(of("&'a str"), ["\"\"", "\"xyzzy\""]);
        assert_eq!(of("Cow<'a, str>")[1], "std::borrow::Cow::Borrowed(\"xyzzy\")");
        assert!(of("impl Iterator<Item = u8>").is_empty() && of("!").is_empty());
        assert!(of("(i8, i8, i8)").len() <= MAX_VALUES);
    }
}
