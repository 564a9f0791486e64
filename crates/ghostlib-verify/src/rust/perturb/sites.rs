//! Where a file's rules can be changed.

use super::literals::{is_power_of_ten, literals_for, quoted};
use super::neighbours::{METHODS, NOT_READ};
use crate::rust::mutants::owner_of;
use std::collections::BTreeSet;
use std::ops::Range;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, ExprLit, Lit, Macro, RangeLimits, Safety, Signature, Token};

/// A place of a file with what may stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) span: Range<usize>,
    /// The function or constant that it is in: `Version::parse`, `<Version as Display>::fmt`.
    pub(super) function: String,
    pub(super) alternatives: Vec<String>,
}

/// The sites of a file's text; none if it cannot be parsed.
pub(super) fn sites(text: &str) -> Vec<Site> {
    let Ok(file) = syn::parse_file(text) else { return vec![] };
    let mut finder = Finder { text, found: vec![], taken: BTreeSet::new(), owners: vec![], within: None };
    finder.visit_file(&file);
    // A word that stands for something already cannot come to stand for something else.
    let Finder { mut found, taken, .. } = finder;
    for site in &mut found {
        site.alternatives.retain(|one| quoted(one).is_none_or(|content| !taken.contains(content)));
    }
    found.retain(|site| !site.alternatives.is_empty());
    found
}

struct Finder<'t> {
    text: &'t str,
    found: Vec<Site>,
    /// The contents of all string literals.
    taken: BTreeSet<String>,
    /// The types and traits around, the innermost last.
    owners: Vec<String>,
    /// The function or constant around.
    within: Option<String>,
}

impl Finder<'_> {
    fn add(&mut self, span: Range<usize>, mut alternatives: Vec<String>) {
        let Some(function) = self.within.clone() else { return };
        let written = self.text.get(span.clone());
        // A character beside itself is named twice in a pattern.
        let line = self.text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[line..].lines().next().unwrap_or_default();
        alternatives.retain(|one| !(one.ends_with('\'') && line.contains(one.as_str())));
        // What spans lines would move what stands below it.
        if written.is_some_and(|text| !text.contains('\n')) && !alternatives.is_empty() {
            self.found.push(Site { span, function, alternatives });
        }
    }

    fn token(&mut self, token: &impl Spanned, alternatives: &[&str]) {
        self.add(token.span().byte_range(), alternatives.iter().map(|one| (*one).to_owned()).collect());
    }

    fn literal(&mut self, node: &ExprLit) {
        let span = node.lit.span().byte_range();
        let text = self.text.get(span.clone()).unwrap_or_default();
        if let (Lit::Str(_), Some(content)) = (&node.lit, quoted(text)) {
            self.taken.insert(content.to_owned());
        }
        self.add(span, literals_for(&node.lit, text));
    }

    /// Visits what is named so.
    fn within(&mut self, name: &str, visit: impl FnOnce(&mut Self)) {
        let name = match (&self.within, self.owners.last()) {
            (Some(outer), _) => format!("{outer}::{name}"),
            (None, Some(owner)) => format!("{owner}::{name}"),
            (None, None) => name.to_owned(),
        };
        let outer = self.within.replace(name);
        visit(self);
        self.within = outer;
    }

    fn function(&mut self, signature: &Signature, body: &Block) {
        if !matches!(signature.safety, Safety::Unsafe(_)) {
            self.within(&signature.ident.to_string(), |finder| finder.visit_block(body));
        }
    }

    fn constant(&mut self, name: &syn::Ident, value: &Expr) {
        // One within a function is a part of what that does.
        if self.within.is_some() {
            self.visit_expr(value);
        } else {
            self.within(&name.to_string(), |finder| finder.visit_expr(value));
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(&item.ident, &item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(&item.ident, &item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(&item.ident, &item.expr);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        // What is for developers' eyes alone is no rule.
        if let Some(owner) = owner_of(item, self.text) {
            self.owners.push(owner);
            visit::visit_item_impl(self, item);
            self.owners.pop();
        }
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.owners.push(item.ident.to_string());
        visit::visit_item_trait(self, item);
        self.owners.pop();
    }

    fn visit_expr_lit(&mut self, node: &'ast ExprLit) {
        // Where something starts is seldom a choice.
        if !matches!(&node.lit, Lit::Int(number) if matches!(number.base10_parse::<u128>(), Ok(0 | 1))) {
            self.literal(node);
        }
    }

    fn visit_expr_range(&mut self, node: &'ast syn::ExprRange) {
        // What counts as a letter or a digit is no rule of the library.
        if matches!(node.start.as_deref(), Some(Expr::Lit(ExprLit { lit: Lit::Char(_) | Lit::Byte(_), .. })))
        {
            return;
        }
        match &node.limits {
            RangeLimits::HalfOpen(token) if node.end.is_some() => self.token(token, &["..="]),
            RangeLimits::Closed(token) => self.token(token, &[".."]),
            RangeLimits::HalfOpen(_) => {}
        }
        visit::visit_expr_range(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        let is_zero = |side: &Expr| matches!(number(side), Some((0, _)));
        match &node.op {
            // What cannot be less than nothing is never less.
            _ if is_zero(&node.left) || is_zero(&node.right) => {}
            BinOp::Lt(token) => self.token(token, &["<="]),
            BinOp::Le(token) => self.token(token, &["<"]),
            BinOp::Gt(token) => self.token(token, &[">="]),
            BinOp::Ge(token) => self.token(token, &[">"]),
            _ => {}
        }
        let is_compared = matches!(&node.op, BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_));
        let divides = matches!(&node.op, BinOp::Div(_) | BinOp::Rem(_));
        for side in [&*node.left, &*node.right] {
            match number(side) {
                Some((0 | 1, literal)) if is_compared => self.literal(literal),
                // It takes a number apart into its digits.
                Some((value, _)) if divides && is_power_of_ten(value) => {}
                _ => self.visit_expr(side),
            }
        }
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        let others = METHODS.iter().filter(|[name, _]| node.method == name).map(|[_, other]| *other);
        self.token(&node.method, &others.collect::<Vec<_>>());
        if node.method == "expect" {
            self.visit_expr(&node.receiver);
        } else {
            visit::visit_expr_method_call(self, node);
        }
    }

    /// The parts of a macro that reads expressions.
    fn visit_macro(&mut self, node: &'ast Macro) {
        let name = node.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let parse = Punctuated::<Expr, Token![,]>::parse_terminated;
        if !NOT_READ.contains(&name.as_str())
            && let Ok(parts) = parse.parse2(node.tokens.clone())
        {
            parts.iter().for_each(|part| self.visit_expr(part));
        }
    }

    // The numbers of places are no rules.
    fn visit_expr_index(&mut self, node: &'ast syn::ExprIndex) {
        self.visit_expr(&node.expr);
    }

    fn visit_expr_repeat(&mut self, node: &'ast syn::ExprRepeat) {
        self.visit_expr(&node.expr);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}
    fn visit_generics(&mut self, _: &'ast syn::Generics) {}
    fn visit_path_arguments(&mut self, _: &'ast syn::PathArguments) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
}

/// The value of an expression that is a number, with the literal.
fn number(expression: &Expr) -> Option<(u128, &ExprLit)> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => Some((number.base10_parse().ok()?, literal)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let one = |site: Site| format!("{} {} {:?}", site.function, &text[site.span], site.alternatives);
        sites(text).into_iter().map(one).collect()
    }

    #[test]
    fn rules_are_found_where_they_stand() {
        let text = "const WEEK: u64 = 604_800;\nstatic ALL: [&str; 2] = [\"one\", \"ones\"];\nimpl fmt::Display for A {\n\
            fn fmt(&self, f: &mut F) -> R { if b[3] < 7 { write!(f, \"bad {}\", 'x') } else { panic!(\"no\") } }\n}\n\
            fn f(c: char) -> u8 { match c { 'a'..='z' | '-' => 5, _ => c.trim().expect(\"there\") } }\n\
            impl fmt::Debug for A { fn fmt() { 9 } }\nunsafe fn u() { 9 }\n";
        assert_eq!(
            told(text),
            [
                "WEEK 604_800 [\"504_000\", \"645_120\", \"302_400\"]",
                "ALL \"one\" [\"\\\"on\\\"\", \"\\\"One\\\"\"]",
                "ALL \"ones\" [\"\\\"ons\\\"\", \"\\\"Ones\\\"\"]",
                "<A as Display>::fmt < [\"<=\"]",
                "<A as Display>::fmt 7 [\"8\", \"6\", \"9\"]",
                "<A as Display>::fmt \"bad {}\" [\"\\\"wrong {}\\\"\", \"\\\"faulty {}\\\"\", \"\\\"bad_{}\\\"\", \"\\\"bad-{}\\\"\"]",
                "<A as Display>::fmt 'x' [\"'X'\"]",
                "f '-' [\"'/'\", \"'_'\"]",
                "f 5 [\"6\", \"4\", \"7\"]",
                "f trim [\"trim_start\"]",
            ]
        );
    }

    #[test]
    fn what_only_moves_digits_or_starts_a_count_is_no_rule() {
        assert_eq!(told("fn f(n: u64) -> u64 { let a = 0; n / 1000 % 10 + n * 10 }"), [""; 0]);
        assert_eq!(
            told("fn f(n: u64) -> u64 { if n > 0 && n > 1 { n * 1000 } else { n / 7 } }"),
            [
                "f 0 [\"1\"]",
                "f > [\">=\"]",
                "f 1 [\"2\", \"0\"]",
                "f 1000 [\"500\", \"2000\", \"1200\"]",
                "f 7 [\"8\", \"6\", \"9\"]"
            ]
        );
    }
}
