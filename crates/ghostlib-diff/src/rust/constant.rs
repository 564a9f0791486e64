//! Constant expressions, as far as they can be told without a compiler.

use super::imports::segments;
use super::krate::{Krate, ModuleId, Site};
use super::resolve::Target;
use ghostlib_model::ApiKind;
use tree_sitter::Node;

/// Longer chains of constants, and deeper expressions, are given up.
const MAX_DEPTH: usize = 16;

/// The value of an integer expression that stands in `module` and `file`: literals, constants of the crate, and
/// sums, differences and products of those.
pub(super) fn number<'t>(krate: &Krate<'t>, module: ModuleId, file: usize, node: Node<'t>) -> Option<u128> {
    evaluate(krate, module, Site { file, node }, 0)
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
        "parenthesized_expression" => inner(node.named_child(0)?),
        "binary_expression" => {
            let (left, right) = (inner(field("left")?)?, inner(field("right")?)?);
            match krate.text(site.at(field("operator")?)) {
                "+" => left.checked_add(right),
                "-" => left.checked_sub(right),
                "*" => left.checked_mul(right),
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
