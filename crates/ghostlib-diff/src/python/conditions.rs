//! Which branch of an `if` is taken, as far as the text tells: on Linux, by `CPython` 3.12.

use super::syntax::Piece;

/// The interpreter that conditions are evaluated for.
const VERSION: [i64; 2] = [3, 12];
/// Conditions nested deeper than this are not evaluated.
const MAX_DEPTH: usize = 32;

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Always met.
    Holds,
    /// Never met.
    Fails,
    /// Met for type checkers, and never when the code runs.
    TypeChecking,
    Unknown,
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            _ => Self::Unknown,
        }
    }
}

pub(super) fn verdict(condition: Piece<'_>) -> Verdict {
    at_depth(condition, 0)
}

fn at_depth(condition: Piece<'_>, depth: usize) -> Verdict {
    let inner =
        |name: &str| condition.field(name).map_or(Verdict::Unknown, |piece| at_depth(piece, depth + 1));
    match condition.node.kind() {
        _ if depth > MAX_DEPTH => Verdict::Unknown,
        "true" => Verdict::Holds,
        "false" => Verdict::Fails,
        "identifier" | "attribute" => {
            let is_type_checking = condition.source().rsplit('.').next() == Some("TYPE_CHECKING");
            if is_type_checking { Verdict::TypeChecking } else { Verdict::Unknown }
        }
        "not_operator" => inner("argument").not(),
        "parenthesized_expression" => {
            condition.children().first().map_or(Verdict::Unknown, |piece| at_depth(*piece, depth + 1))
        }
        "boolean_operator" => {
            let is_and = condition.field("operator").is_some_and(|operator| operator.source() == "and");
            both(inner("left"), inner("right"), Verdict::of(!is_and))
        }
        "comparison_operator" => comparison(condition).map_or(Verdict::Unknown, Verdict::of),
        "call" if condition.source().starts_with("sys.platform.startswith(") => {
            Verdict::of(condition.source().contains("linux"))
        }
        _ => Verdict::Unknown,
    }
}

/// Of two conditions, one of which may decide alone.
fn both(left: Verdict, right: Verdict, decides: Verdict) -> Verdict {
    match (left, right) {
        _ if left == decides || right == decides => decides,
        (verdict, other) | (other, verdict) if verdict == decides.not() => other,
        _ => Verdict::Unknown,
    }
}

fn comparison(condition: Piece<'_>) -> Option<bool> {
    let children = condition.children();
    let [left, right] = children[..] else { return None };
    let operator = condition.field("operators")?.source();
    match left.source() {
        "__name__" => (operator == "==" && right.source().contains("__main__")).then_some(false),
        "sys.platform" => equality(operator, right, "linux"),
        "sys.hexversion" => {
            let wanted = i64::from_str_radix(right.source().strip_prefix("0x")?, 16).ok()?;
            let given = (VERSION[0] << 24) + (VERSION[1] << 16);
            match operator {
                "<" => Some(given < wanted),
                ">=" => Some(given >= wanted),
                _ => None,
            }
        }
        "os.name" => equality(operator, right, "posix"),
        "sys.version_info" | "sys.version_info[:2]" | "sys.version_info[0]" | "sys.version_info.major" => {
            let wanted = numbers(right)?;
            let given = &VERSION[..if left.source().ends_with("2]") || wanted.len() > 1 { 2 } else { 1 }];
            // The real version goes on behind its second number.
            let is_whole = left.source() == "sys.version_info";
            Some(match operator {
                ">=" => given >= &wanted[..],
                "<" => given < &wanted[..],
                ">" => given > &wanted[..] || (is_whole && given == &wanted[..]),
                "<=" => !(given > &wanted[..] || (is_whole && given == &wanted[..])),
                "==" => !is_whole && given == &wanted[..],
                _ => return None,
            })
        }
        _ => None,
    }
}

fn equality(operator: &str, right: Piece<'_>, given: &str) -> Option<bool> {
    let is_same = right.source().trim_matches(['"', '\'']) == given;
    match operator {
        "==" => Some(is_same),
        "!=" => Some(!is_same),
        _ => None,
    }
}

fn numbers(piece: Piece<'_>) -> Option<Vec<i64>> {
    match piece.node.kind() {
        "integer" => Some(vec![piece.source().parse().ok()?]),
        "tuple" => piece.children().into_iter().take(2).map(|number| number.source().parse().ok()).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::language::GRAMMAR;

    #[test]
    fn conditions_are_evaluated_as_far_as_they_can_be() {
        use Verdict::{Fails, Holds, TypeChecking, Unknown};
        for (text, expected) in [
            ("TYPE_CHECKING", TypeChecking),
            ("t.TYPE_CHECKING", TypeChecking),
            ("sys.version_info >= (3, 8)", Holds),
            ("sys.version_info < (3, 12)", Fails),
            ("sys.version_info > (3, 12)", Holds),
            ("sys.version_info[:2] > (3, 12)", Fails),
            ("sys.version_info[0] == 2", Fails),
            ("sys.version_info >= (3,)", Holds),
            ("not (sys.platform == 'win32')", Holds),
            ("sys.platform.startswith('win')", Fails),
            ("x and sys.platform == 'win32'", Fails),
            ("x or os.name == 'posix'", Holds),
            ("__name__ == '__main__'", Fails),
            ("sys.hexversion < 0x03000000", Fails),
            ("x", Unknown),
            ("sys.version_info >= VERSION", Unknown),
        ] {
            let tree = GRAMMAR.parse(text).unwrap();
            let node = tree.root().children().next().unwrap().children().next().unwrap();
            assert_eq!(verdict(Piece { text, node }), expected, "{text}");
        }
    }
}
