//! Calls of methods, whose types nobody has checked.

use super::consumer::{Code, Consumer, Token};
use super::items::{Items, implementor, last};
use super::{Extent, Found, How};
use crate::Node;
use ghostlib_model::{ApiItem, ApiKind, Place};
use std::collections::{BTreeSet, HashMap};

/// The methods that are called, by their names.
pub(super) struct Calls {
    by_name: HashMap<String, Vec<Call>>,
}

struct Call {
    /// Nothing within a macro, where commas may mean something else.
    n_arguments: Option<usize>,
    place: Place,
}

impl Calls {
    pub(super) fn of(consumer: &Consumer) -> Self {
        let mut calls = Self { by_name: HashMap::new() };
        for code in consumer.texts() {
            consumer.walk(code, |node| {
                match node.kind() {
                    "call_expression" => calls.call(code, node),
                    "token_tree" => {
                        calls.in_macro(code, &code.tokens_below(node));
                        return false;
                    }
                    _ => {}
                }
                true
            });
        }
        calls
    }

    fn call(&mut self, code: &Code, node: Node<'_>) {
        let function = node.child_by_field_name("function");
        let function = function.and_then(|function| match function.kind() {
            "generic_function" => function.child_by_field_name("function"),
            _ => Some(function),
        });
        let name = function.filter(|function| function.kind() == "field_expression");
        let Some(name) = name.and_then(|function| function.child_by_field_name("field")) else { return };
        let arguments = node.child_by_field_name("arguments");
        let n_arguments = arguments.map(|list| {
            list.named_children()
                .filter(|one| !one.kind().ends_with("comment") && one.kind() != "attribute_item")
                .count()
        });
        self.add(code, name, n_arguments);
    }

    /// `.name(` among the words of a macro's arguments.
    fn in_macro(&mut self, code: &Code, tokens: &[Token<'_>]) {
        for words in tokens.windows(2) {
            if words[0].text == "." && words[1].is_name() {
                self.add(code, words[1].node, None);
            }
        }
    }

    fn add(&mut self, code: &Code, name: Node<'_>, n_arguments: Option<usize>) {
        let call = Call { n_arguments, place: code.place(name) };
        self.by_name.entry(code.text(name).to_owned()).or_default().push(call);
    }

    /// Notes the methods of types that can be reached from what is used already.
    pub(super) fn add_methods(&self, found: &mut Found<'_, '_>) {
        let mut reach = Reach { items: found.items, types: BTreeSet::new() };
        let mut active: Vec<String> = found.used.keys().cloned().collect();
        let mut known: BTreeSet<String> = active.iter().cloned().collect();
        while let Some(path) = active.pop() {
            reach.add(&path);
            for (method, call) in self.called(&reach) {
                if known.insert(method.path.clone()) {
                    active.push(method.path.clone());
                    found.note(&method.path, How::Method, Extent::Alone, &call.place);
                }
            }
        }
    }

    fn called<'a>(&self, reach: &Reach<'_, 'a>) -> Vec<(&'a ApiItem, &Call)> {
        let is_method = |item: &&ApiItem| item.kind == ApiKind::Method && !item.path.starts_with('<');
        let methods = reach.items.all().iter().filter(is_method);
        let fitting = methods.filter_map(|method| {
            let signature = method.function.as_ref().filter(|function| function.receiver.is_some())?;
            let (owner, name) = method.path.rsplit_once("::")?;
            let fits = |call: &&Call| call.n_arguments.is_none_or(|n| n == signature.params.len());
            let call = self.by_name.get(name)?.iter().find(fits)?;
            reach.types.contains(owner).then_some((method, call))
        });
        fitting.collect()
    }
}

/// The types whose values a crate may come by.
struct Reach<'i, 'a> {
    items: &'i Items<'a>,
    types: BTreeSet<&'a str>,
}

impl Reach<'_, '_> {
    /// Adds the types that an item leads to.
    fn add(&mut self, path: &str) {
        let mut pending: Vec<&str> = self.items.type_of(path).into_iter().collect();
        for item in self.items.all().iter().filter(|item| item.path == path) {
            pending.extend(self.items.named_by(item));
        }
        while let Some(ty) = pending.pop() {
            if !self.types.insert(ty) {
                continue;
            }
            for item in self.items.all().iter().filter(|item| is_part_of(item, ty)) {
                pending.extend(self.items.named_by(item));
            }
        }
    }
}

/// Whether what an item names can be had from a value of a type, without a call: its fields and variants, and what traits
/// give it.
fn is_part_of(item: &ApiItem, ty: &str) -> bool {
    if item.kind == ApiKind::TraitImpl {
        return implementor(&item.path).is_some_and(|name| last(name) == last(ty));
    }
    let is_below = item.path.strip_prefix(ty).is_some_and(|rest| rest.starts_with("::"));
    item.path == ty || is_below && matches!(item.kind, ApiKind::Field | ApiKind::Variant)
}
