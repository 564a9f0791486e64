//! The values of literals, told in one way however they are written.

use super::strings::{Literal, decode, quoted};
use super::syntax::Piece;

/// Expressions nested deeper than this are not read.
pub(super) const MAX_DEPTH: usize = 40;
/// What stands for a value that the text does not tell.
pub(super) const UNKNOWN: &str = "...";

/// What a name stands for within an expression.
pub(super) trait Names {
    /// The value or the name to be told for a dotted name; nothing where its value is nobody's business.
    fn told(&self, dotted: &[&str]) -> Option<String>;
}

/// The value of an expression as text: numbers in decimal, strings in single quotes. [`UNKNOWN`] where it is
/// computed.
pub(super) fn value_text(piece: Piece<'_>, names: &dyn Names) -> String {
    value(piece, names, 0).unwrap_or_else(|| UNKNOWN.to_owned())
}

fn value(piece: Piece<'_>, names: &dyn Names, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let inner = |piece| value(piece, names, depth + 1);
    match piece.node.kind() {
        "integer" => {
            Some(integer(piece.source())?.to_string()).or_else(|| Some(piece.source().to_lowercase()))
        }
        "float" => Some(float(piece.source())),
        "true" | "false" | "none" | "ellipsis" => Some(piece.source().to_owned()),
        "string" | "concatenated_string" => literal(piece).map(|literal| quoted(&literal)),
        "parenthesized_expression" => inner(*piece.children().first()?),
        "unary_operator" | "not_operator" => unary(piece, inner),
        "binary_operator" => binary(piece, names, depth),
        "tuple" | "expression_list" => {
            let items = each(&piece.children(), inner)?;
            Some(if items.len() == 1 {
                format!("({},)", items[0])
            } else {
                format!("({})", items.join(", "))
            })
        }
        "list" => Some(format!("[{}]", each(&piece.children(), inner)?.join(", "))),
        "set" => {
            let mut items = each(&piece.children(), inner)?;
            items.sort();
            items.dedup();
            Some(format!("{{{}}}", items.join(", ")))
        }
        "dictionary" => Some(format!("{{{}}}", each(&piece.children(), inner)?.join(", "))),
        "pair" => Some(format!("{}: {}", inner(piece.field("key")?)?, inner(piece.field("value")?)?)),
        "keyword_argument" => {
            Some(format!("{}={}", piece.field("name")?.source(), inner(piece.field("value")?)?))
        }
        "identifier" | "attribute" => names.told(&piece.dotted()?),
        "call" => {
            let function = names.told(&piece.field("function")?.dotted()?)?;
            let arguments = piece.field("arguments")?;
            // A generator has no brackets of its own.
            let arguments = (arguments.node.kind() == "argument_list").then(|| arguments.children())?;
            // An object like no other.
            let function = Some(function).filter(|function| function != "object")?;
            Some(format!("{function}({})", each(&arguments, inner)?.join(", ")))
        }
        _ => None,
    }
}

fn each<'a>(pieces: &[Piece<'a>], value: impl Fn(Piece<'a>) -> Option<String>) -> Option<Vec<String>> {
    pieces.iter().map(|piece| value(*piece)).collect()
}

fn unary<'a>(piece: Piece<'a>, value: impl Fn(Piece<'a>) -> Option<String>) -> Option<String> {
    let argument = value(piece.field("argument")?)?;
    match piece.field("operator").map_or("not ", |operator| operator.source()) {
        "-" if argument == "0" => Some(argument),
        "-" => Some(argument.strip_prefix('-').map_or_else(|| format!("-{argument}"), str::to_owned)),
        "+" => Some(argument),
        sign => Some(format!("{sign}{argument}")),
    }
}

fn binary(piece: Piece<'_>, names: &dyn Names, depth: usize) -> Option<String> {
    let side = |name: &str| value(piece.field(name)?, names, depth + 1);
    let (left, right) = (side("left")?, side("right")?);
    let sign = piece.field("operator")?.source();
    if let (Ok(a), Ok(b)) = (left.parse(), right.parse()) {
        return folded(a, sign, b).map(|folded| folded.to_string());
    }
    if sign == "+" && is_quoted(&left) && is_quoted(&right) {
        return Some(format!("{}{}", &left[..left.len() - 1], &right[1..]));
    }
    Some(format!("{left} {sign} {right}"))
}

fn is_quoted(text: &str) -> bool {
    text.starts_with('\'')
}

fn folded(a: i128, sign: &str, b: i128) -> Option<i128> {
    let small = u32::try_from(b).ok();
    match sign {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "**" => a.checked_pow(small?),
        "<<" => a.checked_mul(2_i128.checked_pow(small?)?),
        "|" => Some(a | b),
        "&" => Some(a & b),
        _ => None,
    }
}

fn integer(text: &str) -> Option<i128> {
    let digits = text.replace('_', "").to_lowercase();
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => return digits.parse().ok(),
    };
    i128::from_str_radix(&digits[2..], radix).ok()
}

fn float(text: &str) -> String {
    let digits = text.replace('_', "").to_lowercase();
    digits.parse::<f64>().map_or(digits, |number| format!("{number:?}"))
}

/// The string that a literal stands for, if it is one, of text, and computes nothing.
pub(super) fn string_value(piece: Piece<'_>) -> Option<String> {
    match literal(piece)? {
        Literal::Text(text) => Some(text),
        Literal::Bytes(_) => None,
    }
}

fn literal(piece: Piece<'_>) -> Option<Literal> {
    match piece.node.kind() {
        "string" => {
            let computes = piece.children().iter().any(|child| child.node.kind() == "interpolation");
            (!computes).then(|| decode(piece.source())).flatten()
        }
        "concatenated_string" => {
            let mut parts = piece.children().into_iter().map(literal);
            let first = parts.next()??;
            parts.try_fold(first, |all, part| all.followed_by(part?))
        }
        _ => None,
    }
}
