//! Where mutants can be planted in a file.

use super::operators;
use super::values::values_of;
use quote::ToTokens;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, ExprBinary, ExprMatch, ExprStruct, ExprUnary, Pat, Safety, Signature};

/// A place of a file with what may stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// Bytes of the file that are replaced; empty where something is put in.
    pub(super) span: Range<usize>,
    pub(super) kind: SiteKind,
    /// The line and column of what changes, from 1.
    pub(super) at: (u32, u32),
    /// The function that it is in: `Version::parse`, `<Version as Display>::fmt`.
    pub(super) function: String,
    pub(super) alternatives: Vec<Alternative>,
}

/// How the choice between the alternatives is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SiteKind {
    /// In place of an expression.
    Expression,
    /// At the start of a function's body, which it then leaves.
    Body,
    /// Behind a pattern, which then does not match.
    Arm,
}

/// What may stand at a site instead of what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) text: String,
    /// What changes, for people.
    pub(super) description: String,
}

/// The sites of a file, and the functions that cannot have any, since what they compute may be needed when compiling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sites {
    pub(super) all: Vec<Site>,
    pub(super) constant: Vec<String>,
}

/// The sites of a file's text; none if it cannot be parsed. `std` is the path of the standard library.
pub(super) fn sites(text: &str, std: &str) -> Sites {
    let mut finder = Finder { text, std, found: Sites::default(), owners: vec![], function: None };
    let tokens = text.parse().map_err(syn::Error::from);
    match tokens.and_then(syn::parse2::<syn::File>) {
        Ok(file) if !text.starts_with('\u{feff}') && !is_left_out(&file.attrs) => finder.visit_file(&file),
        _ => {}
    }
    finder.found
}

struct Finder<'t> {
    text: &'t str,
    std: &'t str,
    found: Sites,
    /// The types and traits around, the innermost last.
    owners: Vec<String>,
    /// The function around.
    function: Option<String>,
}

impl Finder<'_> {
    fn text_of(&self, node: &impl Spanned) -> &str {
        self.text.get(node.span().byte_range()).unwrap_or_default()
    }

    fn add(&mut self, kind: SiteKind, span: Range<usize>, at: &impl Spanned, alternatives: Vec<Alternative>) {
        let Some(function) = self.function.clone() else { return };
        let start = at.span().start();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let at = (number(start.line), number(start.column + 1));
        if !alternatives.is_empty() && self.text.get(span.clone()).is_some() {
            self.found.all.push(Site { span, kind, at, function, alternatives });
        }
    }

    /// Visits a function's body, with the sites that the function itself has.
    fn function(&mut self, attrs: &[Attribute], signature: &Signature, body: &Block) {
        if is_left_out(attrs) || matches!(signature.safety, Safety::Unsafe(_)) {
            return;
        }
        let name = self.name_of(&signature.ident.to_string());
        if signature.constness.is_some() {
            self.found.constant.push(name);
            return;
        }
        if signature.ident == "main" && self.owners.is_empty() {
            return;
        }
        let outer = self.function.replace(name);
        self.body(signature, body);
        self.visit_block(body);
        self.function = outer;
    }

    fn body(&mut self, signature: &Signature, body: &Block) {
        let braces = body.brace_token.span;
        let start = braces.open().byte_range().end;
        let inner = self.text.get(start..braces.close().byte_range().start).unwrap_or_default();
        let is_empty = body.stmts.is_empty();
        let says_default = signature.ident == "default"
            && self.owners.last().is_some_and(|one| one.ends_with(" as Default>"));
        let alternatives = values_of(&signature.output, self.std)
            .into_iter()
            .filter(|value| value != inner.trim() && !(is_empty && value == "()"))
            .filter(|value| !(says_default && value == DEFAULT))
            .map(|value| Alternative {
                description: format!("the body gives `{}`", value.replace(self.std, "std")),
                text: value,
            })
            .collect();
        self.add(SiteKind::Body, start..start, &signature.ident, alternatives);
    }

    fn name_of(&self, name: &str) -> String {
        match (&self.function, self.owners.last()) {
            (Some(outer), _) => format!("{outer}::{name}"),
            (None, Some(owner)) => format!("{owner}::{name}"),
            (None, None) => name.to_owned(),
        }
    }
}

const DEFAULT: &str = "::core::default::Default::default()";

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.attrs, &item.sig, body);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let Some(owner) = owner_of(item, self.text).filter(|_| !is_left_out(&item.attrs)) else { return };
        self.owners.push(owner);
        visit::visit_item_impl(self, item);
        self.owners.pop();
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.owners.push(item.ident.to_string());
        visit::visit_item_trait(self, item);
        self.owners.pop();
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_left_out(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_binary(&mut self, node: &'ast ExprBinary) {
        visit::visit_expr_binary(self, node);
        if !node.attrs.is_empty() || has_let(&node.left) || has_let(&node.right) {
            return;
        }
        let (written, others) = operators::binary(&node.op);
        let [left, right] = [self.text_of(&node.left), self.text_of(&node.right)];
        let other = |other: &&str| Alternative {
            text: format!("({left}) {other} ({right})"),
            description: format!("`{written}` becomes `{other}`"),
        };
        let alternatives = others.iter().map(other).collect();
        self.add(SiteKind::Expression, node.span().byte_range(), &node.op, alternatives);
    }

    fn visit_expr_unary(&mut self, node: &'ast ExprUnary) {
        visit::visit_expr_unary(self, node);
        if let (Some(operator), true) = (operators::unary(&node.op), node.attrs.is_empty()) {
            let without = Alternative {
                text: self.text_of(&node.expr).to_owned(),
                description: format!("`{operator}` is left out"),
            };
            self.add(SiteKind::Expression, node.span().byte_range(), node, vec![without]);
        }
    }

    fn visit_expr_struct(&mut self, node: &'ast ExprStruct) {
        visit::visit_expr_struct(self, node);
        let (Some(rest), true) = (&node.rest, node.attrs.is_empty()) else { return };
        let (path, rest) = (self.text_of(&node.path).to_owned(), self.text_of(rest).to_owned());
        for (at, field) in node.fields.iter().enumerate() {
            let others = node.fields.iter().enumerate().filter(|(other, _)| *other != at);
            let others: String = others.flat_map(|(_, other)| [self.text_of(other), ", "]).collect();
            let without = Alternative {
                text: format!("{path} {{ {others}..{rest} }}"),
                description: format!("the field `{}` is left to the base", self.text_of(&field.member)),
            };
            self.add(SiteKind::Expression, node.span().byte_range(), field, vec![without]);
        }
    }

    fn visit_expr_match(&mut self, node: &'ast ExprMatch) {
        visit::visit_expr_match(self, node);
        let has_wildcard = node.arms.iter().any(|arm| matches!(arm.pat, Pat::Wild(_)));
        for arm in node.arms.iter().filter(|arm| !is_left_out(&arm.attrs)) {
            match &arm.pat {
                Pat::Guard(_) | Pat::Wild(_) => {}
                pattern if has_wildcard => {
                    let deleted = Alternative {
                        text: String::new(),
                        description: format!("the arm `{}` is left out", shortened(self.text_of(pattern))),
                    };
                    let end = pattern.span().byte_range().end;
                    self.add(SiteKind::Arm, end..end, pattern, vec![deleted]);
                }
                _ => {}
            }
        }
    }

    /// A guard is all of a pattern that is not needed when compiling.
    fn visit_pat(&mut self, pattern: &'ast Pat) {
        let Pat::Guard(guarded) = pattern else { return };
        self.visit_expr(&guarded.guard);
        if has_let(&guarded.guard) {
            return;
        }
        let alternative = |value: &str| Alternative {
            text: value.to_owned(),
            description: format!("the guard `{}` becomes `{value}`", shortened(self.text_of(&guarded.guard))),
        };
        let alternatives = vec![alternative("true"), alternative("false")];
        self.add(SiteKind::Expression, guarded.guard.span().byte_range(), &guarded.guard, alternatives);
    }

    fn visit_expr_repeat(&mut self, node: &'ast syn::ExprRepeat) {
        self.visit_expr(&node.expr);
    }

    // What is needed when compiling cannot be chosen when running.
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_generics(&mut self, _: &'ast syn::Generics) {}
    fn visit_path_arguments(&mut self, _: &'ast syn::PathArguments) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
}

/// What an implementation is for: `Version`, `<Version as Display>`. Nothing for `Debug`: what is for developers' eyes
/// alone is no behaviour.
pub(in crate::rust) fn owner_of(item: &syn::ItemImpl, text: &str) -> Option<String> {
    let owner = text.get(item.self_ty.span().byte_range()).unwrap_or_default();
    let Some(implemented) = item.trait_.as_ref().and_then(|(path, _)| path.segments.last()) else {
        return Some(owner.to_owned());
    };
    let of_trait = implemented.to_token_stream().to_string().replace(' ', "");
    (implemented.ident != "Debug").then(|| format!("<{owner} as {of_trait}>"))
}

/// Whether an item is a test, for tests alone, or asks for being left out.
pub(in crate::rust) fn is_left_out(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attribute| {
        let path = attribute.path();
        let last = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let is_for_tests = path.is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test");
        let is_skipped =
            last == "skip" && path.segments.first().is_some_and(|first| first.ident == "mutants");
        is_for_tests || is_skipped || last == "test" || last == "bench"
    })
}

/// Whether a condition binds variables, so that its parts cannot be exchanged.
fn has_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(node) => has_let(&node.left) || has_let(&node.right),
        Expr::Paren(node) => has_let(&node.expr),
        _ => false,
    }
}

/// The beginning of a text, in one line.
fn shortened(text: &str) -> String {
    const MAX: usize = 40;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(MAX).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> Vec<String> {
        let mut found = sites(text, "std").all;
        found.sort_by_key(|site| site.span.start);
        let alternatives = found.iter().flat_map(|site| {
            site.alternatives
                .iter()
                .map(|one| format!("{} {}: {}", site.at.0, site.function, one.description))
        });
        alternatives.collect()
    }

    #[test]
    fn each_operator_has_its_sites() {
        let text = "impl Ord for A {\n fn cmp(&self) -> u8 {\n  match self {\n   B if self.a && !self.b => 1,\n   C => 2,\n   _ => 3 } } }\n\
            fn of(b: S) -> S {\n S { x: -1, ..b }\n}\n";
        assert_eq!(
            described(text),
            [
                "2 <A as Ord>::cmp: the body gives `0`",
                "2 <A as Ord>::cmp: the body gives `1`",
                "4 <A as Ord>::cmp: `&&` becomes `||`",
                "4 <A as Ord>::cmp: the guard `self.a && !self.b` becomes `true`",
                "4 <A as Ord>::cmp: the guard `self.a && !self.b` becomes `false`",
                "4 <A as Ord>::cmp: `!` is left out",
                "5 <A as Ord>::cmp: the arm `C` is left out",
                "7 of: the body gives `::core::default::Default::default()`",
                "8 of: the field `x` is left to the base",
                "8 of: `-` is left out",
            ]
        );
    }

    #[test]
    fn tests_constants_and_what_is_unsafe_have_none() {
        let text = "const N: usize = 1 + 2;\nconst fn c() -> u8 { 1 + 2 }\nunsafe fn u() -> u8 { 1 + 2 }\n\
            #[test]\nfn t() { assert!(1 < 2) }\n#[cfg(test)]\nmod tests { fn x() -> bool { 1 < 2 } }\n\
            impl fmt::Debug for A { fn fmt(&self) -> bool { 1 < 2 } }\nfn main() { 1 < 2; }\n\
            fn f(a: [u8; 1 + 2]) { [0; 2 + 3]; if let Some(1) = a && true {} }\n";
        let found = sites(text, "std");
        assert_eq!(found.constant, ["c"]);
        assert_eq!(described(text), ["10 f: the body gives `()`"]);
    }

    #[test]
    fn what_is_no_rust_has_none() {
        assert_eq!(sites("fn f( {", "std"), Sites::default());
        assert_eq!(sites("\u{feff}fn f() -> bool { true }", "std"), Sites::default());
    }

    #[test]
    fn a_mutant_is_not_what_stands_there() {
        assert!(described("fn f() {}").is_empty());
        assert_eq!(described("fn f() -> bool { true }"), ["1 f: the body gives `false`"]);
    }
}
