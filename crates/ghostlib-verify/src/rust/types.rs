//! Which parameter types a driver can supply, and how a decoded value becomes an argument.

use crate::inputs::Shape;

/// How a parameter is made from a call's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversion {
    /// What inputs look like.
    pub(crate) shape: Shape,
    /// The owned type that the driver decodes.
    pub(crate) decoded: String,
    /// The argument, with `{}` for the decoded value.
    argument: String,
}

impl Conversion {
    fn new(shape: Shape, decoded: impl Into<String>, argument: impl Into<String>) -> Self {
        Self { shape, decoded: decoded.into(), argument: argument.into() }
    }

    fn owned(shape: Shape, decoded: impl Into<String>) -> Self {
        Self::new(shape, decoded, "{}")
    }

    /// The argument as Rust, for a decoded value given as Rust.
    pub(crate) fn argument(&self, decoded: &str) -> String {
        self.argument.replacen("{}", decoded, 1)
    }

    fn is_owned(&self) -> bool {
        self.argument == "{}"
    }
}

/// The conversion for a type as written, such as `&str`, `Option<u32>` or `&[&str]`. `generics` are the type
/// parameters in scope with their bounds. Nothing, if a driver cannot supply the type.
pub(crate) fn conversion(ty: &str, generics: &[(String, String)]) -> Option<Conversion> {
    let ty = without_lifetimes(ty);
    if let Some(bounds) = ty.strip_prefix("impl ") {
        return from_bounds(bounds, generics);
    }
    if let Some((_, bounds)) = generics.iter().find(|(name, _)| *name == ty) {
        return from_bounds(&without_lifetimes(bounds), generics);
    }
    if let Some(inner) = ty.strip_prefix('&') {
        return by_reference(inner.trim_start(), generics);
    }
    scalar(&ty).or_else(|| compound(&ty, generics))
}

fn scalar(ty: &str) -> Option<Conversion> {
    let shape = match last_segment(ty) {
        "String" | "str" => Shape::Text,
        "char" => Shape::Char,
        "bool" => Shape::Bool,
        "f32" | "f64" => Shape::Float,
        "Duration" => Shape::Duration,
        "()" => Shape::Unit,
        int => Shape::integer(int)?,
    };
    Some(match last_segment(ty) {
        "str" => Conversion::owned(shape, "String"),
        "Duration" => Conversion::owned(shape, "std::time::Duration"),
        name => Conversion::owned(shape, name),
    })
}

fn compound(ty: &str, generics: &[(String, String)]) -> Option<Conversion> {
    if let Some(inner) = ty.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let parts: Vec<_> = split_top_level(inner)
            .into_iter()
            .map(|part| conversion(part, generics))
            .collect::<Option<_>>()?;
        let shapes = parts.iter().map(|part| part.shape.clone()).collect();
        let decoded: Vec<&str> = parts.iter().map(|part| part.decoded.as_str()).collect();
        // The last comma makes a tuple of one.
        let decoded = format!("({},)", decoded.join(", "));
        return parts
            .iter()
            .all(Conversion::is_owned)
            .then(|| Conversion::owned(Shape::Tuple(shapes), decoded));
    }
    let (name, inner) = ty.strip_suffix('>')?.split_once('<')?;
    match last_segment(name.trim()) {
        "Vec" if inner.trim() == "u8" => Some(Conversion::new(Shape::Bytes, "Bytes", "{}.0")),
        "Vec" => sequence(inner, generics),
        "Option" => optional(inner, generics),
        "Cow" if inner.trim() == "str" => Some(Conversion::new(Shape::Text, "String", "{}.into()")),
        "Box" | "Rc" | "Arc" if inner.trim() == "str" => {
            Some(Conversion::new(Shape::Text, "String", "{}.into()"))
        }
        _ => None,
    }
}

fn optional(inner: &str, generics: &[(String, String)]) -> Option<Conversion> {
    let item = conversion(inner, generics)?;
    let shape = Shape::Optional(Box::new(item.shape.clone()));
    let decoded = format!("Option<{}>", item.decoded);
    match inner.trim() {
        "&str" => Some(Conversion::new(shape, decoded, "{}.as_deref()")),
        _ if item.is_owned() => Some(Conversion::owned(shape, decoded)),
        _ => None,
    }
}

fn sequence(inner: &str, generics: &[(String, String)]) -> Option<Conversion> {
    let item = conversion(inner, generics)?;
    let shape = Shape::List(Box::new(item.shape.clone()));
    let decoded = format!("Vec<{}>", item.decoded);
    if item.is_owned() {
        Some(Conversion::owned(shape, decoded))
    } else if inner.trim() == "&str" {
        Some(Conversion::new(shape, decoded, "{}.iter().map(String::as_str).collect::<Vec<_>>()"))
    } else {
        None
    }
}

fn by_reference(inner: &str, generics: &[(String, String)]) -> Option<Conversion> {
    if inner == "str" {
        return Some(Conversion::new(Shape::Text, "String", "&*{}"));
    }
    if inner.starts_with("mut ") {
        return None;
    }
    if let Some(item) = inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        if item.trim() == "u8" {
            return Some(Conversion::new(Shape::Bytes, "Bytes", "&{}.0[..]"));
        }
        let items = sequence(item, generics)?;
        return Some(Conversion { argument: format!("&({})[..]", items.argument), ..items });
    }
    let owned = conversion(inner, generics)?;
    Some(Conversion { argument: format!("&({})", owned.argument), ..owned })
}

/// A concrete type that meets the bounds of a type parameter or of an `impl Trait`.
fn from_bounds(bounds: &str, generics: &[(String, String)]) -> Option<Conversion> {
    let text = ["AsRef<str>", "Into<String>", "ToString", "Display", "Into<Cow<str>>", "Borrow<str>"];
    for bound in split_top_level_on(bounds, '+') {
        let bound = last_path(bound.trim());
        if text.contains(&bound.as_str()) {
            return Some(Conversion::owned(Shape::Text, "String"));
        }
        if ["AsRef<[u8]>", "Into<Vec<u8>>"].contains(&bound.as_str()) {
            return Some(Conversion::new(Shape::Bytes, "Bytes", "{}.0"));
        }
        for (prefix, call) in [("IntoIterator<Item=", ""), ("Iterator<Item=", ".into_iter()")] {
            let item = bound.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
            if let Some(items) = item.and_then(|item| sequence(item, generics)) {
                return Some(Conversion { argument: format!("{}{call}", items.argument), ..items });
            }
        }
        if let Some(into) = bound.strip_prefix("Into<").and_then(|rest| rest.strip_suffix('>')) {
            return conversion(into, generics);
        }
    }
    None
}

/// The type without lifetimes and needless spaces: `&'a  str` → `&str`, `Cow<'_, str>` → `Cow<str>`.
fn without_lifetimes(ty: &str) -> String {
    let mut out = String::new();
    let mut chars = ty.trim().chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            while chars.next_if(|c| c.is_alphanumeric() || *c == '_').is_some() {}
            while chars.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
        } else if c.is_whitespace() {
            let joins_words = out.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                && chars.peek().is_some_and(|c| c.is_alphanumeric() || *c == '_');
            if joins_words {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// `core::convert::AsRef<str>` → `AsRef<str>`.
fn last_path(bound: &str) -> String {
    let (name, arguments) = bound.split_at(bound.find('<').unwrap_or(bound.len()));
    format!("{}{arguments}", last_segment(name))
}

fn split_top_level(text: &str) -> Vec<&str> {
    split_top_level_on(text, ',')
}

/// The parts of `text` between separators that stand outside brackets; empty parts are left out.
fn split_top_level_on(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(ty: &str) -> Option<String> {
        conversion(ty, &[]).map(|conversion| conversion.argument(&format!("x::<{}>", conversion.decoded)))
    }

    #[test]
    fn std_types_become_arguments() {
        for (ty, expected) in [
            ("&'a str", "&*x::<String>"),
            ("String", "x::<String>"),
            ("Cow<'_, str>", "x::<String>.into()"),
            ("u32", "x::<u32>"),
            ("&u64", "&(x::<u64>)"),
            ("Option<u8>", "x::<Option<u8>>"),
            ("Option<&str>", "x::<Option<String>>.as_deref()"),
            ("&[u8]", "&x::<Bytes>.0[..]"),
            ("&[i64]", "&(x::<Vec<i64>>)[..]"),
            ("&[&str]", "&(x::<Vec<String>>.iter().map(String::as_str).collect::<Vec<_>>())[..]"),
            ("(u8, String)", "x::<(u8, String,)>"),
            ("std::time::Duration", "x::<std::time::Duration>"),
            ("impl AsRef<str>", "x::<String>"),
            ("impl IntoIterator<Item = u8> + Clone", "x::<Vec<u8>>"),
        ] {
            assert_eq!(argument(ty).as_deref(), Some(expected), "{ty}");
        }
    }

    #[test]
    fn bounds_of_type_parameters_are_followed() {
        let generics = [
            ("I".to_owned(), "IntoIterator<Item = S>".to_owned()),
            ("S".to_owned(), "core::convert::AsRef<str>".to_owned()),
        ];
        let words = conversion("I", &generics).unwrap();
        assert_eq!(words.decoded, "Vec<String>");
        assert_eq!(words.shape, Shape::List(Box::new(Shape::Text)));
    }

    #[test]
    fn what_a_driver_cannot_supply_is_none() {
        for ty in
            ["&mut String", "impl FnMut(u8)", "T", "Table", "&dyn Read", "Option<Table>", "", "&", "Vec<"]
        {
            assert_eq!(conversion(ty, &[]), None, "{ty}");
        }
    }
}
