//! How two signatures differ, as far as a user can tell.

use super::optional::says_more;
use ghostlib_model::{ApiItem, ApiKind};

/// The difference of two items at one path, the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    None,
    /// Macros with other patterns, which may yet take the same.
    Pattern,
    /// The candidate's function can be called in more places.
    AddedConst,
    /// An `impl Trait` argument against a named type parameter.
    ImplTrait,
    Signature,
    Kind,
}

impl Difference {
    /// Whether what calls the required item can call the candidate's.
    pub(super) fn is_compatible(self) -> bool {
        matches!(self, Self::None | Self::Pattern | Self::AddedConst)
    }
}

pub(super) fn difference(required: &ApiItem, candidate: &ApiItem) -> Difference {
    if required.kind != candidate.kind {
        return Difference::Kind;
    }
    let (wanted, given) = (required.signature.as_str(), candidate.signature.as_str());
    if required.kind == ApiKind::Macro && patterns(&required.declaration) != patterns(&candidate.declaration)
    {
        return Difference::Pattern;
    }
    let is_same = match required.kind {
        ApiKind::TraitImpl => says_no_types(wanted, given),
        ApiKind::Const | ApiKind::Static | ApiKind::Variant => says_no_value(wanted, given),
        _ => false,
    };
    if wanted == given || is_same {
        return Difference::None;
    }
    if says_more(wanted, given) {
        return Difference::None;
    }
    let is_rust = |item: &ApiItem| item.function.is_some() && !item.signature.contains("def(");
    if !is_rust(required) {
        return Difference::Signature;
    }
    if wanted == given.replacen("const ", "", 1) && !wanted.contains("const ") {
        return Difference::AddedConst;
    }
    if without_names(wanted) == without_names(given) { Difference::ImplTrait } else { Difference::Signature }
}

/// The patterns of a macro without spaces, and with its variables numbered.
fn patterns(declaration: &str) -> String {
    let body = declaration.split_once('{').map_or("", |(_, body)| body);
    let mut order: Vec<&str> = vec![];
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        let length = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        let name = &after[..length];
        out += &rest[..=at];
        if length > 0 {
            let number = order.iter().position(|known| *known == name).unwrap_or_else(|| {
                order.push(name);
                order.len() - 1
            });
            out += &number.to_string();
        }
        rest = &after[length..];
    }
    out += rest;
    out.retain(|c| !c.is_whitespace());
    out
}

/// A spec may leave out the associated types of an implementation.
fn says_no_types(wanted: &str, given: &str) -> bool {
    !wanted.ends_with('}') && given.split_once(" {").is_some_and(|(head, _)| head == wanted)
}

/// Either side may leave out a value, or have one that cannot be told without a compiler.
fn says_no_value(wanted: &str, given: &str) -> bool {
    let (wanted, value) =
        wanted.split_once(" = ").map_or((wanted, None), |(head, value)| (head, Some(value)));
    let (given, other) = given.split_once(" = ").map_or((given, None), |(head, value)| (head, Some(value)));
    wanted == given && (value.is_none() || other.is_none())
}

/// The signature with each type parameter that names the type of just one argument written as `impl Trait`.
fn without_names(signature: &str) -> String {
    let Some(((head, generics), rest)) = parts(signature) else { return signature.to_owned() };
    let mut rest = rest.to_owned();
    let mut kept = vec![];
    let parameters = split(generics);
    let own: Vec<_> = parameters.iter().map(|parameter| name_and_bounds(parameter).0).collect();
    for parameter in &parameters {
        let (name, bounds) = name_and_bounds(parameter);
        let uses: Vec<_> = positions(&rest, name).collect();
        match uses[..] {
            [at] if name.starts_with('$') && at < end_of_parameters(&rest) => {
                rest.replace_range(at..at + name.len(), &format!("impl {bounds}"));
            }
            _ => kept.push(*parameter),
        }
    }
    renumbered(&format!("{head}<{}>{rest}", kept.join(", ")), &own)
}

fn name_and_bounds(parameter: &str) -> (&str, &str) {
    parameter.split_once(": ").unwrap_or((parameter, ""))
}

/// What stands before the generics of a function, they, and what stands behind; without generics they are empty.
fn parts(signature: &str) -> Option<((&str, &str), &str)> {
    let at = signature.find("fn")? + 2;
    let (head, tail) = signature.split_at(at);
    let Some(inner) = tail.strip_prefix('<') else { return Some(((head, ""), tail)) };
    let end = closing(inner)?;
    Some(((head, &inner[..end]), &inner[end + 1..]))
}

/// Where the bracket closes that was open at the start.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = c;
    }
    None
}

fn end_of_parameters(rest: &str) -> usize {
    rest.strip_prefix('(').and_then(closing).unwrap_or(0)
}

/// The parts between the commas that are in no brackets.
fn split(list: &str) -> Vec<&str> {
    let mut parts = vec![];
    let (mut depth, mut start, mut before) = (0_usize, 0, ' ');
    for (at, c) in list.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn positions<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let found = text.match_indices(name).map(|(at, _)| at);
    found.filter(move |at| !text[at + name.len()..].starts_with(|c: char| c.is_ascii_digit()))
}

/// The function's own type parameters numbered by where they first stand; those of its type keep their numbers.
fn renumbered(signature: &str, own: &[&str]) -> String {
    let mut order: Vec<&str> = vec![];
    let mut out = String::new();
    let mut rest = signature;
    while let Some(at) = rest.find('$') {
        let length = rest[at + 1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - at - 1);
        let (before, name) = (&rest[..at], &rest[at..=at + length]);
        out.push_str(before);
        if own.contains(&name) {
            let number = order.iter().position(|known| *known == name).unwrap_or_else(|| {
                order.push(name);
                order.len() - 1
            });
            out.extend(["$own", &number.to_string()]);
        } else {
            out.push_str(name);
        }
        rest = &rest[at + 1 + length..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_parameter_of_one_argument_is_an_impl_trait() {
        let pairs = [
            ("fn<$0: AsRef<str>>($0) -> u8", "fn(impl AsRef<str>) -> u8", true),
            ("fn<$0: A, $1: B>(&$1, $0) -> $0", "fn<$0: A>(&impl B, $0) -> $0", true),
            ("fn<$0: Fn(u8) -> u8>($0)", "fn(impl Fn(u8) -> u8)", true),
            ("fn<$0: A>($0, $0)", "fn(impl A, impl A)", false),
            ("fn<$0: A>($0) -> $0", "fn(impl A) -> impl A", false),
            ("fn<$0: A>($0)", "fn(impl B)", false),
            ("fn<$0: Default>() -> $0", "fn() -> impl Default", false),
            // Of a type with the parameters $0 and $1.
            ("fn<$2: Fn($0), $3: Fn($1)>(&self, $2, $3)", "fn<$2: Fn($0), $3: Fn($1)>(&self, $3, $2)", false),
        ];
        for (named, anonymous, same) in pairs {
            assert_eq!(without_names(named) == without_names(anonymous), same, "{named} / {anonymous}");
        }
    }

    #[test]
    fn variables_of_macros_may_have_any_name() {
        let same = |a, b| patterns(a) == patterns(b);
        assert!(same(
            "macro_rules! m { ($a:expr, $($b:ty),*) => {}; }",
            "macro_rules! m { ( $x:expr , $( $y:ty ),* ) => {}; }"
        ));
        assert!(!same("macro_rules! m { ($a:expr) => {}; }", "macro_rules! m { ($a:ident) => {}; }"));
        assert!(!same(
            "macro_rules! m { ($a:ty, $b:ty) => {}; }",
            "macro_rules! m { ($a:ty, $a:ty) => {}; }"
        ));
    }

    #[test]
    fn odd_text_ends() {
        for text in ["", "fn", "fn<", "fn<$", "fn<$0", "fn<$0>(", "$", "fn(>>>)"] {
            without_names(text);
            patterns(text);
        }
    }
}
