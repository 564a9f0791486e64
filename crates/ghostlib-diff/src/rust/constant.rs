//! Constant expressions, as far as they can be told without a compiler.

use super::imports::segments;
use super::krate::{Krate, ModuleId, Site};
use super::resolve::Target;
use super::source::children;
use super::text::glued;
use super::types::Renderer;
use crate::Node;
use ghostlib_model::ApiKind;

/// Longer chains of constants, and deeper expressions, are given up.
const MAX_DEPTH: usize = 16;

/// Longer values are not told, in bytes with all spaces.
const MAX_VALUE: usize = 200;

/// The value of an integer expression that stands in `module` and `file`: literals, constants of the crate, and
/// sums, differences and products of those.
pub(super) fn number<'t>(krate: &Krate<'t>, module: ModuleId, file: usize, node: Node<'t>) -> Option<u128> {
    evaluate(krate, module, Site { file, node }, 0)
}

/// A value as text, if it says all and names nothing that a user does not know: a number, or an expression of
/// literals and of constants of the standard library.
pub(super) fn value<'t>(renderer: &Renderer<'_, 't>, node: Node<'t>) -> Option<String> {
    let krate = renderer.world.krate;
    if let Some(number) = number(krate, renderer.module, renderer.file, node) {
        return Some(number.to_string());
    }
    let is_short = renderer.text(node).len() <= MAX_VALUE;
    (is_short && is_plain(renderer, node, 0)).then(|| spelled(renderer, node))
}

/// A plain expression with the same spaces every time.
fn spelled<'t>(renderer: &Renderer<'_, 't>, node: Node<'t>) -> String {
    if node.is_leaf() || node.kind().ends_with("_literal") || node.kind() == "scoped_identifier" {
        return renderer.text(node).to_owned();
    }
    glued(children(node).into_iter().map(|child| spelled(renderer, child)))
}

fn is_plain<'t>(renderer: &Renderer<'_, 't>, node: Node<'t>, depth: usize) -> bool {
    let all = || {
        children(node)
            .into_iter()
            .filter(|child| child.is_named())
            .all(|node| is_plain(renderer, node, depth + 1))
    };
    match node.kind() {
        _ if depth > MAX_DEPTH => false,
        kind if kind.ends_with("_literal") || kind == "mutable_specifier" => true,
        "primitive_type" => true,
        "scoped_identifier" => segments(renderer.text(node)).first().is_some_and(|first| is_known(first)),
        "unary_expression"
        | "binary_expression"
        | "parenthesized_expression"
        | "reference_expression"
        | "tuple_expression"
        | "array_expression"
        | "type_cast_expression" => all(),
        _ => false,
    }
}

/// Whether a path that starts so means the same everywhere.
fn is_known(first: &str) -> bool {
    let width = first.trim_start_matches(['u', 'i', 'f']);
    let is_number =
        first.len() == width.len() + 1 && matches!(width, "8" | "16" | "32" | "64" | "128" | "size");
    is_number || matches!(first, "char" | "std" | "core")
}

/// ` = value`, or nothing where the value cannot be told.
pub(super) fn assigned<'t>(renderer: &Renderer<'_, 't>, site: Site<'t>) -> String {
    let renderer = renderer.in_file(site.file);
    let value = site.node.child_by_field_name("value").and_then(|node| value(&renderer, node));
    value.map(|value| format!(" = {value}")).unwrap_or_default()
}

fn evaluate<'t>(krate: &Krate<'t>, module: ModuleId, site: Site<'t>, depth: usize) -> Option<u128> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (node, text) = (site.node, krate.text(site));
    let field = |name| node.child_by_field_name(name);
    let inner = |node: Node<'t>| evaluate(krate, module, site.at(node), depth + 1);
    match node.kind() {
        "integer_literal" => integer(text),
        "parenthesized_expression" => inner(node.named_children().next()?),
        "binary_expression" => {
            let (left, right) = (inner(field("left")?)?, inner(field("right")?)?);
            match krate.text(site.at(field("operator")?)) {
                "+" => left.checked_add(right),
                "-" => left.checked_sub(right),
                "*" => left.checked_mul(right),
                "|" => Some(left | right),
                "&" => Some(left & right),
                "<<" => left.checked_shl(u32::try_from(right).ok()?),
                _ => None,
            }
        }
        "identifier" | "scoped_identifier" => {
            let [Target::Def(id)] = krate.resolve(module, &segments(text))[..] else { return None };
            let def = krate.def(id);
            let value = def.site.node.child_by_field_name("value").filter(|_| def.kind == ApiKind::Const)?;
            evaluate(krate, def.module, def.site.at(value), depth + 1)
        }
        _ => None,
    }
}

/// `0x1_000usize` is 4096.
fn integer(text: &str) -> Option<u128> {
    let digits = text.replace('_', "");
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits.as_str(), 10),
    };
    let digits = digits.find(['u', 'i']).map_or(digits, |at| &digits[..at]);
    u128::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn integers_are_read_in_every_form() {
        for (text, value) in [("64", 64), ("0x1_0u8", 16), ("1_000usize", 1000), ("0b11", 3), ("0o17i32", 15)]
        {
            assert_eq!(super::integer(text), Some(value));
        }
        assert_eq!(super::integer("x"), None);
    }
}
